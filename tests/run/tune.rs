//! `tune` in a program: the arguments found are used, and are the same whatever the number of threads, whether or not the run was
//! stopped on its way, and whether the estimator is tuned where it is fitted or before.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use gml_tests::Project;
use serde_json::Value;

/// One search at a time: LightGBM's threads wait for each other by spinning.
static ALONE: Mutex<()> = Mutex::new(());

/// The blueprint on its slice of events.
fn visits() -> Project {
    let project = Project::of_blueprint("ga4_propensity");
    project.done(&["run", "prepare"]);
    project
}

#[test]
fn the_same_search_with_any_number_of_threads() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let project = visits();
    let [alone, others @ ..] = ["1", "2", "3"].map(|threads| {
        project.done(&["run", "training", "--set", "trials=6", "--force", "--threads", threads]);
        let begin = "data/06_models/propensity/000001/";
        let files = project.files().into_iter();
        let files: Vec<_> =
            files.filter_map(|(name, bytes)| Some((name.strip_prefix(begin)?.to_owned(), bytes))).collect();
        // The same model again would be no new version.
        fs::remove_dir_all(project.path("data/06_models/propensity")).unwrap();
        files
    });
    for other in &others {
        assert_eq!(
            alone.iter().map(|file| &file.0).collect::<Vec<_>>(),
            other.iter().map(|file| &file.0).collect::<Vec<_>>()
        );
        for ((name, one), (_, other)) in alone.iter().zip(other) {
            assert!(one == other, "{name} depends on the number of threads");
        }
    }
    let trees = alone.iter().find(|(name, _)| name == "model/model.txt").expect("a model of trees");
    let trees = std::str::from_utf8(&trees.1).unwrap();
    assert!(trees.contains("[learning_rate: ") && !trees.contains("[learning_rate: 0.1]"), "nothing was tuned");
    assert!(project.metric("auc", "test") > 0.6);
}

/// The files in which trials are kept.
fn kept(project: &Project) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![project.path(".gml/unfinished")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

/// How many trials are kept.
fn trials(project: &Project) -> usize {
    let files = kept(project).into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"));
    files.map(|file| fs::read(file).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count()).sum()
}

/// Waits until enough is kept of a run that is to be killed or interrupted.
fn until(running: &mut Child, what: &str, is_kept: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_kept() {
        assert!(running.try_wait().unwrap().is_none(), "the run ended before it could be {what}");
        assert!(began.elapsed() < Duration::from_secs(300), "no trial is kept");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// How the arguments were found in the last run.
fn history(project: &Project) -> Value {
    let record = project.record();
    let history =
        record["artifacts"].as_array().unwrap().iter().find(|artifact| artifact["kind"] == "history").unwrap();
    let id = record["id"].as_str().unwrap();
    let history = project.read(&format!(".gml/runs/{id}/{}", history["path"].as_str().unwrap()));
    serde_json::from_slice(&history).unwrap()
}

#[test]
fn a_search_that_was_killed_goes_on_where_it_was() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    const ARGS: [&str; 6] = ["run", "training", "--set", "trials=30", "--threads", "2"];
    const MODEL: &str = "data/06_models/propensity/000001";
    let project = visits();
    let mut running = project.start(&ARGS);
    until(&mut running, "killed", || trials(&project) >= 4);
    // SIGKILL, of which a process hears nothing.
    running.kill().unwrap();
    running.wait().unwrap();
    let shown = project.done(&["runs", "show", "last"]).stdout;
    assert!(shown.lines().any(|line| line.starts_with("killed ") && line.contains(" tune ")), "{shown}");
    let before = trials(&project);
    assert!((4..30).contains(&before), "{before} trials were made");
    assert!(!project.path(MODEL).exists(), "the run had saved its model already");
    // As if the run had been stopped within a line, too.
    let [file] = &kept(&project)[..] else { panic!("{:?}", kept(&project)) };
    fs::write(file, [fs::read(file).unwrap(), b"{\"trial\": 29, \"state\"".to_vec()].concat()).unwrap();

    let went_on = project.done(&ARGS);
    let told = format!("tune: goes on behind {before} trials of another run");
    assert!(went_on.stderr.contains(&told), "{}", went_on.stderr);
    assert!(kept(&project).is_empty(), "a run that is done leaves nothing unfinished");
    let history = history(&project);
    assert_eq!((history["resumed"].as_u64(), history["trials"].as_array().unwrap().len()), (Some(before as u64), 30));

    let whole = visits();
    let at_once = whole.done(&ARGS);
    assert!(!at_once.stderr.contains("goes on behind"), "{}", at_once.stderr);
    let model = |project: &Project| {
        let files = project.files().into_iter().filter(|(name, _)| name.starts_with(MODEL));
        files.collect::<Vec<_>>()
    };
    let (resumed, whole) = (model(&project), model(&whole));
    assert!(resumed.len() >= 4);
    for ((name, one), (_, other)) in resumed.iter().zip(&whole) {
        assert!(one == other, "{name} is another one where the run was stopped");
    }
    assert_eq!(resumed.len(), whole.len());
}

/// Sessions of six clicks on forty items over four weeks, in steps that differ, with some clicks that follow nothing.
fn clicks(sessions: usize) -> String {
    let mut text = String::from("session,item,at\n");
    let mut state = 1_u64;
    for (session, step) in (0..sessions).flat_map(|session| (0..6).map(move |step| (session, step))) {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let drawn = (state >> 33) as usize;
        let item = if drawn.is_multiple_of(5) { drawn / 5 % 40 } else { (session * 7 + step * (1 + session % 3)) % 40 };
        let minute = session * 28 * 1440 / sessions + step;
        let (day, hour, minute) = (minute / 1440 + 1, minute / 60 % 24, minute % 60);
        text += &format!("{session},{item},2021-02-{day:02}T{hour:02}:{minute:02}:00Z\n");
    }
    text
}

/// A search over an estimator of sequences, and the same estimator by itself with the arguments that trials had.
fn over_sequences(search: &str, alone: &[String]) -> String {
    let alone = if alone.is_empty() {
        String::new()
    } else {
        format!(
            "for one in [{}] {{ track evaluate(fit(one, train: data.train, valid: data.valid), on: [data.valid], metrics: [mrr(5)]) }}",
            alone.join(", ")
        )
    };
    format!(
        r#"
use std.graph.{{gru4rec, sequences, sr_gnn}}
use std.learn.{{tune}}
use std.metrics.{{mrr}}
use std.recommend.{{item_knn}}

catalog {{
    clicks: table {{ group session: int, id item: int, time at: timestamp }} = csv("clicks.csv"),
    learned: recommender[int] = artifact("learned"),
}}

pipeline training {{
    let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(valid: last(7d))
    let best = tune({search}, train: data.train, valid: data.valid, maximize: mrr(5), seed: 3)
    let model = fit(best, train: data.train, valid: data.valid)
    track evaluate(model, on: [data.valid], metrics: [mrr(5)])
    save model as learned
    {alone}
}}
"#
    )
}

/// The calls that make an estimator with the arguments of each trial that came to its end, and what those trials found.
fn done(history: &Value, estimator: &str, rest: &str) -> (Vec<String>, Vec<f64>) {
    let trials = history["trials"].as_array().unwrap().iter().filter(|trial| trial["state"] == "done");
    let call = |trial: &Value| {
        let argument = |(name, value): (&String, &Value)| match value {
            // A length of time.
            Value::String(text) => format!("{name}: {text}, "),
            value => format!("{name}: {value}, "),
        };
        let arguments: String = trial["arguments"].as_object().unwrap().iter().map(argument).collect();
        (format!("{estimator}({arguments}{rest})"), trial["value"].as_f64().unwrap())
    };
    trials.map(call).unzip()
}

/// What the last run tracked, in the order of the program.
fn tracked(project: &Project) -> Vec<f64> {
    let record = project.record();
    record["metrics"].as_array().unwrap().iter().map(|metric| metric["value"].as_f64().unwrap()).collect()
}

/// Each trial of a search has the number that its arguments give by themselves, and what is fitted is the best of them.
fn trials_are_what_they_say(search: &str, estimator: &str, rest: &str) -> Value {
    let project = Project::of(&[("main.gml", over_sequences(search, &[])), ("clicks.csv", clicks(300))]);
    let plan = project.done(&["plan"]).stdout;
    assert!(plan.contains("tune"), "{plan}");
    let searches = ["1", "3"].map(|threads| {
        project.done(&["run", "--force", "--threads", threads]);
        let mut history = history(&project);
        for trial in history["trials"].as_array_mut().unwrap() {
            trial["seconds"].take();
        }
        (history, project.metric("mrr(5)", "valid"))
    });
    assert!(searches[0] == searches[1], "what is found depends on the threads:\n{searches:#?}");
    let [(history, fitted), _] = searches;
    let best = history["trials"][history["best"].as_u64().unwrap() as usize]["value"].as_f64().unwrap();
    assert_eq!(fitted, best);
    for ending in ["svg", "png"] {
        let record = project.record();
        let path = format!(".gml/runs/{}/tune.{ending}", record["id"].as_str().unwrap());
        assert!(project.path(&path).exists(), "{path}");
    }
    let (alone, values) = done(&history, estimator, rest);
    assert!(alone.len() >= 5, "{history:#}");
    assert_eq!(best, values.iter().copied().fold(0.0, f64::max));
    project.write("main.gml", over_sequences(search, &alone));
    project.done(&["run"]);
    assert_eq!(tracked(&project)[1..], values, "{alone:#?}");
    history
}

#[test]
fn neighbours_of_items_are_looked_for() {
    let over = "item_knn(), trials: 16, over: { neighbours: log(1..40), decay: 0.0..1.0, half_life: [1d, 7d, null] }";
    let history = trials_are_what_they_say(over, "item_knn", "");
    let states = history["trials"].as_array().unwrap().iter().map(|trial| trial["state"].as_str().unwrap());
    assert_eq!(states.collect::<Vec<_>>(), ["done"; 16]);
    let first = &history["trials"][0];
    assert_eq!(first["arguments"], serde_json::json!({ "neighbours": 40, "decay": 1.0, "half_life": null }));
    let best = &history["trials"][history["best"].as_u64().unwrap() as usize];
    assert!(best["value"].as_f64() > first["value"].as_f64(), "{history:#}");
}

#[test]
fn networks_are_looked_for_and_given_up() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let rest = "epochs: 8, batch: 32, seed: 1";
    let over = format!(
        "gru4rec({rest}), trials: 16, over: {{ dimension: 4..24, learning_rate: log(0.0001..0.1), dropout: 0.0..0.5 }}"
    );
    let history = trials_are_what_they_say(&over, "gru4rec", rest);
    let trials = history["trials"].as_array().unwrap();
    let pruned: Vec<&Value> = trials.iter().filter(|trial| trial["state"] == "pruned").collect();
    assert!(!pruned.is_empty(), "{history:#}");
    for trial in trials {
        let (rounds, is_pruned) = (trial["rounds"].as_u64().unwrap(), trial["state"] == "pruned");
        assert!(
            if is_pruned { (5..=8).contains(&rounds) && trial["value"].is_null() } else { rounds == 8 },
            "{trial:#}"
        );
    }
}

/// Of a search over networks that is interrupted, the trials that had ended stay, and those under way go on within.
#[test]
fn an_interrupted_search_over_networks_goes_on_where_it_was() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    const ARGS: [&str; 3] = ["run", "--threads", "2"];
    let search =
        "sr_gnn(dimension: 32, epochs: 6, batch: 20, seed: 1), trials: 6, over: { learning_rate: log(0.001..0.1) }";
    let make = || Project::of(&[("main.gml", over_sequences(search, &[])), ("clicks.csv", clicks(2_000))]);
    let undisturbed = make();
    undisturbed.done(&ARGS);
    let project = make();
    let mut running = project.start(&ARGS);
    let trainings = || kept(&project).into_iter().filter(|path| path.ends_with("training")).count();
    until(&mut running, "interrupted", || trials(&project) >= 2 && trainings() >= 1);
    assert!(Command::new("kill").args(["-INT", &running.id().to_string()]).status().unwrap().success());
    assert_eq!(running.wait().unwrap().code(), Some(130));
    let before = trials(&project);
    assert!((2..6).contains(&before), "{before} trials were made");
    assert!(trainings() >= 1, "no training has kept where it was: {:?}", kept(&project));
    let lines: Vec<PathBuf> = kept(&project).into_iter().filter(|path| !path.ends_with("training")).collect();
    let [lines] = &lines[..] else { panic!("{lines:?}") };
    assert!(!fs::read_to_string(lines).unwrap().contains("stopped"), "what was stopped has not failed");

    let went_on = project.done(&ARGS);
    assert!(went_on.stderr.contains(&format!("tune: goes on behind {before} trials")), "{}", went_on.stderr);
    assert!(kept(&project).is_empty(), "a run that is done leaves nothing unfinished");
    let found = |project: &Project| {
        let mut history = history(project);
        history["resumed"].take();
        history["trials"].as_array_mut().unwrap().iter_mut().for_each(|trial| drop(trial["seconds"].take()));
        history
    };
    assert_eq!(found(&project), found(&undisturbed));
    let models = [&project, &undisturbed].map(|project| {
        let files = project.files().into_iter().filter(|(name, _)| name.starts_with("learned"));
        files.filter(|(name, _)| !name.ends_with("versions.jsonl")).collect::<Vec<_>>()
    });
    assert!(models[0].len() >= 4 && models[0] == models[1], "it did not come to the same end");
}

/// Sessions of 23 days, of which those on mobile devices in the evening end in the cart more often.
fn sessions() -> String {
    let mut text = String::from(
        "visitor,date,hour,weekday,days_since_last,device,os,browser,source,medium,country,city,campaign,added_to_cart\n",
    );
    let mut state = 7_u64;
    for number in 0..1_610_usize {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let drawn = (state >> 33) as usize;
        let day = number / 70;
        let (month, day_of_month) = if day < 13 { ("2020-12", day + 19) } else { ("2021-01", day - 12) };
        let pick = |words: &[&'static str], salt: usize| words[drawn / salt % words.len()];
        let (device, hour) = (pick(&["mobile", "desktop", "tablet"], 3), drawn / 11 % 24);
        let since = if drawn.is_multiple_of(3) { String::new() } else { (drawn / 5 % 30).to_string() };
        let chance = if device == "mobile" && hour >= 16 { 60 } else { 15 };
        text += &format!(
            "v{number},{month}-{day_of_month:02},{hour},{},{since},{device},{},{},{},{},{},{},{},{}\n",
            pick(&["mon", "tue", "wed", "thu", "fri", "sat", "sun"], 7),
            pick(&["android", "ios", "windows"], 13),
            pick(&["chrome", "safari"], 17),
            pick(&["google", "direct", "mail"], 19),
            pick(&["cpc", "organic"], 23),
            pick(&["de", "fr", "us"], 29),
            pick(&["berlin", "paris", "austin", "bonn"], 31),
            pick(&["", "spring", "winter"], 37),
            drawn / 41 % 100 < chance,
        );
    }
    text
}

/// The learning of the language's own page, with `tuned` for what is fitted.
fn of_the_language(tuned: &str) -> String {
    format!(
        r#"
use std.learn.{{boosted_trees, tune}}
use std.metrics.{{auc, brier, log_loss}}
use std.prep.{{impute, one_hot, ordinal}}

param seed: int = 42

schema Session {{
    id visitor: str,
    time date: date,
    hour: int,
    weekday: enum["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    days_since_last: int?,
    device: category, os: category, browser: category, source: category, medium: category,
    country: category, city: category, campaign: category?,
    target added_to_cart: bool,
}}

catalog {{
    sessions: table[Session] = csv("sessions.csv"),
    today: table[Session] = csv("sessions.csv"),
    propensity: model = artifact("propensity"),
    predictions: table {{ visitor: str, score: float, calibrated: float }} = csv("predictions.csv"),
}}

pipeline training {{
    let data = sessions |> split_time(by: .date, train: @2020-12-19..@2021-01-03, valid: @2021-01-04..@2021-01-06, test: @2021-01-07..@2021-01-10)

    let recipe = impute(mean, [.days_since_last])
              >> impute("UNKNOWN", [.campaign])
              >> one_hot([.device, .os, .browser, .source, .medium])
              >> ordinal([.country, .city, .campaign, .weekday, .hour])

    let space = {{ leaves: log(4..64), learning_rate: log(0.01..0.5) }}
    {tuned}
    let model = fit(tuned, train: data.train, valid: data.valid)
    let calibrated = calibrate(model, on: data.valid, method: isotonic)

    track evaluate(calibrated, on: [data.test], metrics: [auc, log_loss, brier])
    track explain(calibrated, on: data.test)
    save calibrated as propensity
    save today |> predict(propensity) |> select([.visitor, .score, .calibrated]) as predictions
}}
"#
    )
}

/// The same search where the estimator is fitted, and before.
const TUNED: [&str; 2] = [
    "let tuned = recipe >> tune(boosted_trees(objective: binary, seed: seed), over: space, trials: 8, maximize: auc, seed: seed)",
    "let tuned = tune(recipe >> boosted_trees(objective: binary, seed: seed), train: data.train, valid: data.valid, over: space, trials: 8, maximize: auc, seed: seed)",
];

/// The history of the last run without how long its trials took.
fn timeless(project: &Project) -> Value {
    let mut history = history(project);
    history["trials"].as_array_mut().unwrap().iter_mut().for_each(|trial| drop(trial["seconds"].take()));
    history
}

/// What a project holds beside its program.
fn results(project: &Project) -> Vec<(String, Vec<u8>)> {
    let files = project.files().into_iter();
    files.filter(|(name, _)| name != "main.gml" && !name.ends_with("versions.jsonl")).collect()
}

#[test]
fn what_is_tuned_where_it_is_fitted_is_what_is_tuned_before() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let projects = TUNED.map(|tuned| {
        let project = Project::of(&[("main.gml", of_the_language(tuned)), ("sessions.csv", sessions())]);
        project.done(&["run", "--threads", "2"]);
        project
    });
    let [there, before] = &projects;
    assert_eq!(timeless(there), timeless(before));
    assert_eq!(timeless(there)["trials"].as_array().unwrap().len(), 8);
    let (own, others) = (results(there), results(before));
    assert!(
        own.iter().any(|(name, _)| name.starts_with("propensity/"))
            && own.iter().any(|(name, _)| name == "predictions.csv")
    );
    assert_eq!(
        own.iter().map(|file| &file.0).collect::<Vec<_>>(),
        others.iter().map(|file| &file.0).collect::<Vec<_>>()
    );
    for ((name, one), (_, other)) in own.iter().zip(&others) {
        assert!(one == other, "{name} depends on how it is written");
    }
    assert_eq!(there.record()["metrics"], before.record()["metrics"]);
    assert!(there.metric("auc", "test") > 0.6);
    for file in ["tune.json", "tune.svg", "tune.png"] {
        let record = there.record();
        let path = format!(".gml/runs/{}/{file}", record["id"].as_str().unwrap());
        assert!(there.path(&path).exists(), "{path}");
    }
    // One is the other: where it is written in the other way, no step has anything to do.
    there.write("main.gml", of_the_language(TUNED[1]));
    let again = there.done(&["run", "--threads", "2"]);
    let said = again.stdout + &again.stderr;
    assert!(said.contains("nothing had to run"), "{said}");
}

#[test]
fn a_budget_is_looked_for_where_it_is_fitted() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let tuned = "let tuned = recipe >> tune(boosted_trees(objective: binary, seed: seed), over: space, budget: 2s, maximize: auc)";
    let project = Project::of(&[("main.gml", of_the_language(tuned)), ("sessions.csv", sessions())]);
    let checked = project.done(&["check", "--format", "short"]).stdout;
    // The seed of the search is left out.
    assert!(checked.lines().count() == 1 && checked.contains("GML0802"), "{checked}");
    project.done(&["run"]);
    assert!(!timeless(&project)["trials"].as_array().unwrap().is_empty());
}

#[test]
fn a_search_where_it_is_fitted_goes_on_where_it_was() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    const ARGS: [&str; 3] = ["run", "--threads", "2"];
    let make = || {
        let program = of_the_language(&TUNED[0].replace("trials: 8", "trials: 60"));
        Project::of(&[("main.gml", program), ("sessions.csv", sessions())])
    };
    let project = make();
    let mut running = project.start(&ARGS);
    until(&mut running, "killed", || trials(&project) >= 3);
    running.kill().unwrap();
    running.wait().unwrap();
    let before = trials(&project);
    assert!((3..60).contains(&before), "{before} trials were made");
    let went_on = project.done(&ARGS);
    assert!(went_on.stderr.contains(&format!("tune: goes on behind {before} trials")), "{}", went_on.stderr);
    assert!(kept(&project).is_empty(), "a run that is done leaves nothing unfinished");
    let whole = make();
    whole.done(&ARGS);
    assert!(results(&project) == results(&whole), "it did not come to the same end");
}

#[test]
fn over_sequences_it_is_the_same_too() {
    let search = "item_knn(), trials: 6, over: { neighbours: log(1..40), decay: 0.0..1.0 }";
    let before = over_sequences(search, &[]);
    let there = before
        .replace(", train: data.train, valid: data.valid, maximize: mrr(5), seed: 3)", ", maximize: mrr(5), seed: 3)");
    assert_ne!(before, there);
    let project = Project::of(&[("main.gml", there), ("clicks.csv", clicks(300))]);
    project.done(&["run"]);
    let (found, model) = (timeless(&project), results(&project));
    project.write("main.gml", before);
    project.done(&["run", "--force"]);
    assert_eq!(timeless(&project), found);
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|file| file.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(&results(&project)), names(&model));
    assert!(results(&project) == model, "the recommender depends on how it is written");
}
