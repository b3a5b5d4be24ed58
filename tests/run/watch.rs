//! Traffic that has moved: scores are refused, the model is learned again, and the better of the two is kept. On visits of the
//! blueprint, of which some columns are made to drift.

use std::fs::File;

use gml_tests::Project;
use polars::prelude::*;
use serde_json::Value;

const MODEL: &str = "model.txt";

/// The visits of the slice that ships, and a model of the first days.
fn project() -> Project {
    let project = Project::of_blueprint("ga4_propensity");
    project.done(&["run", "prepare"]);
    project.write("main.gml", include_str!("programs/watch.gml"));
    project.done(&["run", "training"]);
    project
}

/// The visits of the last four days.
fn last_days(project: &Project) -> DataFrame {
    let file = File::open(project.path("data/03_primary/sessions.parquet")).unwrap();
    let sessions = ParquetReader::new(file).finish().unwrap();
    let dates = sessions.column("date").unwrap().cast(&DataType::Int32).unwrap();
    // 2021-01-07, in days since 1970.
    let late: BooleanChunked = dates.i32().unwrap().iter().map(|day| day.map(|day| day >= 18_634)).collect();
    sessions.filter(&late).unwrap()
}

fn write(project: &Project, mut visits: DataFrame) {
    ParquetWriter::new(File::create(project.path("lately.parquet")).unwrap()).finish(&mut visits).unwrap();
}

/// Another traffic: other devices, browsers, places and sources than those learned from.
fn drifted(visits: &DataFrame) -> DataFrame {
    let mut visits = visits.clone();
    for (name, values) in [
        ("device", ["tablet", "watch", "tablet"]),
        ("os", ["Tizen", "Android", "Tizen"]),
        ("browser", ["Silk", "Silk", "Chrome"]),
        ("country", ["Iceland", "Malta", "Malta"]),
        ("city", ["Reykjavik", "Valletta", "Mdina"]),
        ("source", ["newsletter", "newsletter", "(direct)"]),
        ("medium", ["email", "email", "(none)"]),
    ] {
        let rows = visits.height();
        visits.with_column(Column::new(name.into(), (0..rows).map(|row| values[row % 3]).collect::<Vec<_>>())).unwrap();
    }
    visits
}

/// Whoever came from a newsletter on a tablet buys, and nobody else: nothing that the first days tell of.
fn with_new_buyers(visits: &DataFrame) -> DataFrame {
    let mut visits = drifted(visits);
    let bought = (0..visits.height()).map(|row| row % 3 == 0 && row % 7 < 5).collect::<Vec<_>>();
    visits.with_column(Column::new("added_to_cart".into(), bought)).unwrap();
    visits
}

/// Nobody can foresee who buys: the sign of a pseudo-random number.
fn with_chance_buyers(visits: &DataFrame) -> DataFrame {
    let mut visits = drifted(visits);
    let bought = (0..visits.height() as u64).map(|row| row.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40 & 15 == 0);
    visits.with_column(Column::new("added_to_cart".into(), bought.collect::<Vec<_>>())).unwrap();
    visits
}

fn version(project: &Project, version: usize) -> Option<Vec<u8>> {
    let path = format!("champion/{version:06}/{MODEL}");
    project.path(&path).exists().then(|| project.read(&path))
}

/// The names of the steps within a `when` of the last run, and what became of them.
fn within_when(record: &Value) -> Vec<(String, String)> {
    let steps = record["steps"].as_array().unwrap().iter();
    let inner = steps.filter(|step| step["id"].as_str().unwrap().matches('.').count() > 1);
    inner.map(|step| (step["name"].as_str().unwrap().into(), step["state"].as_str().unwrap().into())).collect()
}

#[test]
fn a_model_of_other_traffic_is_refused_or_learned_again() {
    let project = project();
    let usual = last_days(&project);

    // Days like those learned from: they are scored, and nothing is learned.
    write(&project, usual.clone());
    project.done(&["run", "scoring"]);
    let scores = project.read("predictions.parquet");
    project.done(&["run", "watch"]);
    assert!(project.metric("share_drifted", "") <= 0.3);
    let inner = within_when(&project.record());
    assert!(
        inner.iter().any(|(name, _)| name == "promote") && inner.iter().all(|(_, state)| state == "skipped"),
        "{inner:?}"
    );
    assert!(version(&project, 2).is_none());

    // Other traffic is refused, and the scores of before stay.
    write(&project, with_new_buyers(&usual));
    let refused = project.gmlc(&["run", "scoring"]);
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    for part in ["GML0916", "the traffic is another one: train again", "shift.share_drifted <= 30%"] {
        assert!(refused.stderr.contains(part), "{part:?} is not in:\n{}", refused.stderr);
    }
    assert!(project.read("predictions.parquet") == scores, "rows were scored that the model does not know");
    let failure = &project.record()["failure"];
    assert_eq!(failure["message"], "the traffic is another one: train again");

    // And learned from: the new model is better there, and takes the place of the old one.
    project.done(&["run", "watch"]);
    let record = project.record();
    assert!(project.metric("share_drifted", "") > 0.3);
    assert!(within_when(&record).iter().all(|(_, state)| state == "ran"), "{:?}", within_when(&record));
    let (champion, challenger) = (project.metric("auc.champion", "test"), project.metric("auc.challenger", "test"));
    assert!(challenger > 0.9 && champion < 0.7, "{champion} and {challenger}");
    let saved = &record["datasets"].as_array().unwrap()[0];
    assert_eq!((&saved["name"], &saved["path"]), (&"champion".into(), &"champion/000002".into()));
    let (first, second) = (version(&project, 1).unwrap(), version(&project, 2).unwrap());
    assert!(first != second, "the challenger was better and is not there");

    // A new model that is no better than the one in use does not take its place.
    let mut by_chance = with_chance_buyers(&usual);
    let odd: BooleanChunked = (0..by_chance.height()).map(|row| row % 8 != 0).collect();
    by_chance = by_chance.filter(&odd).unwrap();
    let (mut worse, mut newest) = (0, 2);
    for part in 0..3 {
        write(&project, by_chance.slice(part * 1_500, 1_500));
        let ran = project.done(&["run", "watch"]).stdout;
        let (champion, challenger) = (project.metric("auc.champion", "test"), project.metric("auc.challenger", "test"));
        let stays = challenger <= champion;
        newest += usize::from(!stays);
        // The champion that stays is no version of its own, and the record says that it was there.
        let saved = &project.record()["datasets"][0];
        assert_eq!(saved["path"], format!("champion/{newest:06}"), "part {part}: {champion} and {challenger}");
        assert_eq!(saved["cached"], stays, "{saved}");
        assert_eq!(ran.contains("cached champion"), stays, "{ran}");
        assert!(version(&project, newest).is_some() && version(&project, newest + 1).is_none());
        worse += usize::from(stays);
    }
    assert!(worse > 0, "all challengers were better by chance");
}

#[test]
fn the_first_version_is_saved_without_a_champion() {
    let program = |first: &str| {
        format!(
            r#"use std.learn.{{boosted_trees}}
use std.metrics.{{auc}}
use std.monitor.{{promote}}
catalog {{
    visits: table {{ pages: int, target bought: bool }} = csv("visits.csv"),
    inuse: model = artifact("inuse", versioned: true),
}}
pipeline again {{
    let data = visits |> split_random(train: 70%, test: 30%, seed: 1)
    let challenger = fit(boosted_trees(objective: binary), train: data.train)
    save promote(challenger, over: inuse, on: data.test, metric: auc) as inuse
}}
{first}"#
        )
    };
    let rows: String = (0..200).map(|row| format!("{},{}\n", row * 37 % 101, row % 3 == 0)).collect();
    let project = Project::of(&[("main.gml", program("")), ("visits.csv", format!("pages,bought\n{rows}"))]);
    let help =
        "only `again` saves it, and reads it first: write a pipeline that saves the first version without reading it";
    let stopped = project.gmlc(&["run", "again"]);
    assert!(stopped.stderr.contains("GML0901") && stopped.stderr.contains(help), "{}", stopped.stderr);

    let first = "pipeline first { save fit(boosted_trees(objective: binary, rounds: 3), train: visits) as inuse }\n";
    project.write("main.gml", program(first));
    let stopped = project.gmlc(&["run", "again"]);
    assert!(stopped.stderr.contains("run the pipeline that saves it first: `first`"), "{}", stopped.stderr);
    project.done(&["run", "first"]);
    project.done(&["run", "again"]);
}
