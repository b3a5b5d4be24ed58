//! Saved models as ONNX files: Python's onnxruntime says the same of the same rows.

use std::path::Path;

use gml_tests::{Project, peer, peers_python};
use serde_json::{Value, json};

/// Everything is computed in 64-bit floats on both sides. What is left is the order in which the answers of trees are summed,
/// and the last bits of `exp` and `log`: hundreds of roundings of 1e-16, far below the 1e-5 that users are told.
const TOLERANCE: f64 = 1e-12;

/// The visits of the shipped slice, prepared by the blueprint, and a program for them.
fn visits(program: &str) -> Project {
    let project = Project::of_blueprint("ga4_propensity");
    project.done(&["run", "prepare"]);
    project.write("main.gml", program);
    project
}

/// Holds a saved model against what a run said of rows; how many rows there were.
fn same(project: &Project, python: &Path, model: &str, scores: &str, outputs: &[&str], alone: bool) -> u64 {
    let (folder, scored) =
        (project.path(&format!("models/{model}")), project.path(&format!("scores/{scores}.parquet")));
    let arguments = [&*folder, &*scored, Path::new("--alone")];
    let found = peer(python, "score_onnx.py", if alone { &arguments } else { &arguments[..2] });
    let differences = found["differences"].as_object().unwrap();
    assert!(outputs.iter().all(|output| differences.contains_key(*output)), "{model}: {differences:?}");
    for (output, difference) in differences {
        assert!(difference.as_f64().unwrap() <= TOLERANCE, "{model}: `{output}` differs by {difference}");
    }
    found["rows"].as_u64().unwrap()
}

/// Calibrated probabilities behind a recipe, classes told from raw text, numbers; each step of recipes.
#[test]
fn onnxruntime_says_the_same() {
    let Some(python) = peers_python() else { return };
    let project = visits(include_str!("programs/onnx.gml"));
    let told = project.done(&["run"]).stderr;
    // What has no form in ONNX is said, and nothing else.
    let notes: Vec<&str> = told.lines().filter(|line| line.contains("GML0936")).collect();
    let [note] = notes[..] else { panic!("{told}") };
    let why = "unwritten: the model cannot be written as ONNX: the step `hash` takes the text of each number of \
               `days_since_last`, and ONNX writes these in another way; ";
    assert!(note.trim().starts_with(why) && note.ends_with("[GML0936]"), "{note}");
    let unwritten = project.path("models/unwritten");
    assert!(!unwritten.join("model.onnx").exists() && unwritten.join("signature.json").exists());
    for (model, outputs) in [
        ("carts", &["score", "calibrated"][..]),
        ("devices", &["label", "scores_desktop", "scores_mobile", "scores_tablet", "calibrated_desktop"]),
        ("chances", &["score"]),
        ("views", &["value"]),
        ("parts", &["score"]),
        ("hashed", &["value"]),
        ("counted", &["value"]),
        ("worded", &["value"]),
    ] {
        assert!(same(&project, &python, model, model, outputs, true) > 5_000);
        what_mlflow_reads(&project.path(&format!("models/{model}")));
    }
}

/// Linear models of numbers and of classes, rankings, features that were selected; classes calibrated by steps.
#[test]
fn onnxruntime_says_the_same_for_other_learners() {
    let Some(python) = peers_python() else { return };
    let project = visits(include_str!("compile/learners.gml"));
    project.done(&["run"]);
    for (model, outputs) in [
        ("ridge", &["value"][..]),
        ("net", &["value"]),
        ("kinds", &["label", "scores_desktop", "calibrated_mobile"]),
        ("ranks", &["score"]),
        ("chosen", &["value"]),
    ] {
        assert!(same(&project, &python, model, model, outputs, true) > 500);
    }
}

/// A blend counts places within groups, so its rows are given together. A mean of models is what `automl` makes: here of two that a
/// program learned.
#[test]
fn onnxruntime_says_the_same_for_several_models() {
    let Some(python) = peers_python() else { return };
    let project = visits(include_str!("programs/onnx_several.gml"));
    project.done(&["run", "rankings"]);
    assert!(same(&project, &python, "blended", "blended", &["score"], false) > 5_000);
    project.done(&["run", "parts"]);
    let read = |model: &str| -> Value {
        serde_json::from_slice(&project.read(&format!("models/{model}/signature.json"))).unwrap()
    };
    let mean = json!({
        "format": 1,
        "kind": "ensemble",
        "type": read("by_sums")["type"],
        "objective": read("by_trees")["objective"],
        "shares": ["0.375", "0.625"],
    });
    project.write("models/mean/signature.json", mean.to_string());
    for (place, model) in ["by_sums", "by_trees"].iter().enumerate() {
        std::fs::rename(project.path(&format!("models/{model}")), project.path(&format!("models/mean/model_{place}")))
            .unwrap();
    }
    project.done(&["run", "means"]);
    assert!(same(&project, &python, "mean_again", "mean_again", &["score"], true) > 5_000);
}

/// Numbers below a bound, by chance, and the same ones each time.
fn draws() -> impl FnMut(usize) -> usize {
    let mut state = 1_u64;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    }
}

/// Rows with a column of each type, null where it may be.
fn orders() -> String {
    let mut next = draws();
    let mut rows =
        String::from("order,placed,sent,day,at,price,small,tiny,grade,parts,is_gift,plan,city,remark,returned\n");
    for order in 0..800 {
        let values = [
            format!("2024-03-01T{:02}:00:00Z", next(24)),
            format!("2024-03-02T{:02}:00:00Z", next(3)),
            format!("19{}-02-{}", 60 + next(20), 27 + next(2)),
            format!("{:02}:30:00", next(4)),
            format!("{}.{:02}", next(50), next(100)),
            format!("{}", next(30) as f32 / 7.0),
            format!("{}", next(1_000) as f64 * 1e-14),
            format!("{}", next(200) as i64 - 100),
            format!("{}", next(9)),
            format!("{}", next(2) == 0),
            ["free", "paid", "trial"][next(3)].to_owned(),
            ["Zürich", "Ōsaka"][next(2)].to_owned(),
            ["nothing", "late", "broken"][next(3)].to_owned(),
            format!("{}", next(2) == 0),
        ];
        rows += &order.to_string();
        for (place, value) in values.iter().enumerate() {
            // `tiny`, `parts`, `remark` and what was learned are never null.
            let is_null = next(5) == 0 && ![6, 8, 12, 13].contains(&place);
            rows.push(',');
            rows += if is_null { "" } else { value };
        }
        rows.push('\n');
    }
    rows
}

/// Columns of all types, as they are and in steps; an empty text in a column that is never null; numbers that a sum with 1 would swallow.
#[test]
fn onnxruntime_says_the_same_of_columns_of_all_types() {
    let Some(python) = peers_python() else { return };
    let project =
        Project::of(&[("main.gml", include_str!("programs/onnx_kinds.gml").to_owned()), ("orders.csv", orders())]);
    project.done(&["run"]);
    for model in ["by_trees", "by_sums"] {
        assert_eq!(same(&project, &python, model, model, &["score", "calibrated"], true), 800);
    }
}

/// Words with letters whose small ones are told by a rule of their own, in all ways to write them, between all kinds of signs.
fn articles() -> String {
    const WORDS: &str = "hello World WORLD quick 42 ½ a1b2 Straße STRASSE STRAẞE École ÉCOLE e\u{301}cole ﬁne Ünïcode \
        İstanbul ISTANBUL ıstanbul \u{212a}elvin kelvin οδος ΟΔΟΣ ὈΔΥΣΣΕΎΣ ὀδυσσεύς ΣΊΣΥΦΟΣ Σίσυφος Σ ǅungla ꭰꭱ Ⓐⓑ \
        日本語 ภาษาไทย";
    const SIGNS: [&str; 12] = [" ", " ", "; ", ".", "'", "_", "-", "\u{a0}", "🙂", "\u{307}", "\u{345}", "\t"];
    let words: Vec<&str> = WORDS.split(' ').collect();
    let mut next = draws();
    let mut rows = String::from("article,title,body,length,liked\n");
    for article in 0..900 {
        let mut text = |most: usize| -> String {
            (0..next(most)).map(|_| format!("{}{}", words[next(words.len())], SIGNS[next(12)])).collect()
        };
        let (title, mut body) = (text(4), text(30));
        if article % 100 == 7 {
            // Longer than any word that counts.
            body += &"word".repeat(2_000 + article);
        }
        let liked = body.contains('Σ') != (next(3) == 0);
        // A title of nothing is null; a body is never null, and may be without words.
        rows += &format!("{article},{title},. {body},{},{liked}\n", next(10));
    }
    rows
}

/// ONNX has no null of texts. Where a step tells nulls from empty texts there is no file, rather than one that takes them for the same.
#[test]
fn what_tells_empty_texts_from_nulls_is_not_written() {
    const PROGRAM: &str = r#"use std.learn.{logistic}
use std.prep.{hash, impute, one_hot}
schema Visit { campaign: str?, target bought: bool }
catalog {
    visits: table[Visit] = jsonl("visits.jsonl"),
    filled: model = artifact("models/filled"),
    hashed: model = artifact("models/hashed"),
    clear: model = artifact("models/clear"),
}
pipeline training {
    save fit(impute("none", [.campaign]) >> one_hot([.campaign]) >> logistic(), train: visits) as filled
    save fit(hash([.campaign], buckets: 4) >> logistic(), train: visits) as hashed
    let said = visits |> derive { campaign = .campaign ?? "none" }
    save fit(one_hot([.campaign]) >> logistic(), train: said) as clear
}
"#;
    let row = |row: usize| {
        let campaign = [json!(null), json!(""), json!("spring")][row % 3].clone();
        json!({ "campaign": campaign, "bought": row.is_multiple_of(5) }).to_string() + "\n"
    };
    let rows: String = (0..60).map(row).collect();
    let project = Project::of(&[("main.gml", PROGRAM), ("visits.jsonl", &rows)]);
    let told = project.done(&["run"]).stderr;
    for model in ["filled", "hashed"] {
        assert!(!project.path(&format!("models/{model}/model.onnx")).exists(), "{model}: {told}");
        let why = format!("{model}: the model cannot be written as ONNX: `campaign` holds empty texts and nulls");
        assert!(told.contains(&why), "{told}");
    }
    assert_eq!(told.matches("derive { campaign = .campaign ?? \"unknown\" }").count(), 2, "{told}");
    assert!(project.path("models/clear/model.onnx").exists(), "{told}");
}

#[test]
fn onnxruntime_tells_the_same_words_apart() {
    let Some(python) = peers_python() else { return };
    let nothing = "article,title,body,length,liked\n0,,.,1,true\n1,-,🙂,2,false\n2,,. _,3,true\n";
    let project = Project::of(&[
        ("main.gml", include_str!("programs/onnx_texts.gml").to_owned()),
        ("articles.csv", articles()),
        ("of_nothing.csv", nothing.to_owned()),
    ]);
    let told = project.done(&["run"]).stderr;
    assert!(!told.contains("GML0936"), "{told}");
    for alone in [true, false] {
        assert_eq!(same(&project, &python, "by_sums", "by_sums", &["score"], alone), 900);
        assert_eq!(same(&project, &python, "by_trees", "by_trees", &["score"], alone), 900);
        assert_eq!(same(&project, &python, "by_sums", "of_nothing", &["score"], alone), 3);
    }
}

/// `MLmodel` names the file and its columns.
fn what_mlflow_reads(folder: &Path) {
    // JSON is YAML.
    let told: Value = serde_json::from_slice(&std::fs::read(folder.join("MLmodel")).unwrap()).unwrap();
    assert_eq!(told["flavors"]["python_function"]["loader_module"], "mlflow.onnx");
    assert!(folder.join(told["flavors"]["onnx"]["data"].as_str().unwrap()).is_file());
    let inputs: Value = serde_json::from_str(told["signature"]["inputs"].as_str().unwrap()).unwrap();
    assert!(
        inputs.as_array().unwrap().iter().any(|input| input["name"] == "days_since_last" && input["type"] == "double")
    );
}
