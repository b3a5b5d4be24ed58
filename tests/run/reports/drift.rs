//! `drift`, held against SciPy.

use gml_tests::{Project, peer, peers_python};
use polars::prelude::*;

use super::files;

const PROGRAM: &str = r#"use std.monitor.{drift}
schema Visit { pages: int?, spent: float, device: str?, city: str, paying: bool }
catalog {
    before: table[Visit] = parquet("before.parquet"),
    now: table[Visit] = parquet("now.parquet"),
}
pipeline watch {
    track drift(reference: before, current: now)
}
"#;

/// Rows of a linear congruential generator; `moved` shifts some of the columns.
fn visits(rows: usize, moved: bool) -> DataFrame {
    let mut state: u64 = if moved { 11 } else { 7 };
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let (mut pages, mut spent, mut device, mut city, mut paying) = (vec![], vec![], vec![], vec![], vec![]);
    for _ in 0..rows {
        let (a, b, c, d, e) = (next(), next(), next(), next(), next());
        pages.push((a > 0.1).then_some((a * a * 12.0) as i64 + i64::from(moved && b > 0.7)));
        spent.push(-b.ln() * if moved { 11.0 } else { 10.0 });
        let devices =
            if moved { ["mobile", "watch", "desktop", "tablet"] } else { ["mobile", "tv", "desktop", "tablet"] };
        device.push((c > 0.05).then(|| devices[(c * c * 4.0) as usize]));
        city.push(format!("city {}", (d * d * 60.0) as usize));
        paying.push(e < 0.3);
    }
    df!("pages" => pages, "spent" => spent, "device" => device, "city" => city, "paying" => paying).unwrap()
}

fn write(project: &Project, name: &str, mut rows: DataFrame) {
    let file = std::fs::File::create(project.path(name)).unwrap();
    ParquetWriter::new(file).finish(&mut rows).unwrap();
}

#[test]
fn the_numbers_are_those_of_scipy() {
    let project = Project::of(&[("main.gml", PROGRAM)]);
    write(&project, "before.parquet", visits(3000, false));
    write(&project, "now.parquet", visits(700, true));
    project.done(&["run"]);
    let bytes = files(&project).remove("drift.columns.parquet").unwrap();
    let columns = ParquetReader::new(std::io::Cursor::new(bytes)).finish().unwrap();
    assert_eq!(columns.height(), 5);
    let drifted =
        columns.column("drifted").unwrap().bool().unwrap().iter().flatten().filter(|drifted| *drifted).count();
    assert!((1..5).contains(&drifted), "{columns:?}");
    assert!((project.metric("share_drifted", "") - drifted as f64 / 5.0).abs() < 1e-12);

    let Some(python) = peers_python() else { return };
    let theirs = peer(&python, "drift_reference.py", &[&project.path("before.parquet"), &project.path("now.parquet")]);
    for (row, name) in columns.column("column").unwrap().str().unwrap().iter().flatten().enumerate() {
        for statistic in ["stability_index", "statistic", "p_value", "distance", "nulls_before", "nulls_now"] {
            let ours = columns.column(statistic).unwrap().f64().unwrap().get(row).unwrap();
            let expected = theirs[name][statistic].as_f64().unwrap();
            assert!((ours - expected).abs() < 1e-9, "{statistic} of {name} is {ours}, in Python {expected}");
        }
        for list in ["new_values", "gone_values"] {
            let values = columns.column(list).unwrap().list().unwrap().get_as_series(row).unwrap();
            let mut ours: Vec<String> = values.str().unwrap().iter().flatten().map(str::to_owned).collect();
            ours.sort();
            let expected: Vec<String> = serde_json::from_value(theirs[name][list].clone()).unwrap();
            assert_eq!(ours, expected, "{list} of {name}");
        }
    }
}

/// Columns that are gone are seen at a run where the schema of the table is open.
#[test]
fn a_column_that_is_gone_is_drift() {
    let open = "now: table { .. } = parquet(\"now.parquet\"),\n    alarm: table { column: str } = csv(\"alarm.csv\"),";
    let alarm = "let shift = drift(reference: before, current: now)\n    track shift\n    when shift.share_drifted > 10% {\n        \
                 save shift.columns |> filter(.drifted) |> select([.column]) as alarm\n    }";
    let program = PROGRAM
        .replace("now: table[Visit] = parquet(\"now.parquet\"),", open)
        .replace("track drift(reference: before, current: now)", alarm);
    let project = Project::of(&[("main.gml", &program)]);
    let visits = visits(500, false);
    write(&project, "before.parquet", visits.clone());
    write(&project, "now.parquet", visits.clone());
    project.done(&["run"]);
    assert!(project.metric("share_drifted", "") == 0.0 && !project.path("alarm.csv").exists());
    write(&project, "now.parquet", visits.drop("city").unwrap());
    project.done(&["run"]);
    assert!((project.metric("share_drifted", "") - 0.2).abs() < 1e-12);
    assert_eq!(String::from_utf8(project.read("alarm.csv")).unwrap(), "column\ncity\n");
}
