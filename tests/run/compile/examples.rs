//! The examples of docs/compile.md, in C, Python and Rust, on the rows of the blueprint that a run has scored.

use gml_tests::{Project, fences, repository};
use polars::prelude::*;

use super::{frames, program};

/// The blueprint, its model, and what `gmlc run scoring` said of a day.
fn scored() -> Project {
    let project = Project::of_blueprint("ga4_propensity");
    let blueprint = String::from_utf8(project.read("main.gml")).unwrap();
    // The rows that are scored are kept too.
    let kept = "    predictions: table[Scored] ";
    let asked = "    asked: table { visitor: str, .. } = parquet(\"asked.parquet\"),\n";
    let blueprint = blueprint.replacen(kept, &format!("{asked}{kept}"), 1);
    let blueprint = blueprint.replacen("    save today\n", "    save today as asked\n    save today\n", 1);
    assert!(blueprint.contains(asked) && blueprint.contains("save today as asked"));
    project.write("main.gml", blueprint);
    for pipeline in ["prepare", "training", "scoring"] {
        project.done(&["run", pipeline, "--set", "trials=2"]);
    }
    project.done(&["compile", "propensity", "--output", "out"]);
    project
}

/// A table with tabs between its values.
fn table(rows: &DataFrame) -> Vec<u8> {
    let mut text = rows.get_column_names().iter().map(|name| name.as_str()).collect::<Vec<_>>().join("\t");
    text.push('\n');
    for row in 0..rows.height() {
        let value = |column: &Column| match column.get(row).unwrap() {
            AnyValue::Null => String::new(),
            AnyValue::Float64(number) => format!("{number:?}"),
            other => other.str_value().into_owned(),
        };
        let values: Vec<String> = rows.columns().iter().map(value).collect();
        assert!(values.iter().all(|value| !value.contains(['\t', '\n'])));
        text.push_str(&values.join("\t"));
        text.push('\n');
    }
    text.into_bytes()
}

fn example(words: &[&str]) -> String {
    let page = std::fs::read_to_string(repository().join("docs/compile.md")).unwrap();
    let found = fences(&page).into_iter().filter(|fence| fence.words == words).map(|fence| fence.text);
    let [text] = &found.collect::<Vec<_>>()[..] else { panic!("docs/compile.md has one example in {words:?}") };
    text.clone()
}

#[test]
fn examples_print_the_scores_of_a_run() {
    let project = scored();
    let folder = project.path(".");
    let keys = ["visitor", "session"];
    let asked = frames::sorted(&frames::parquet(&project.path("asked.parquet")), keys);
    let predictions = frames::sorted(&frames::parquet(&project.path("data/07_model_output/predictions.parquet")), keys);
    let expected: Vec<[u64; 2]> = frames::floats(&predictions, "score")
        .into_iter()
        .zip(frames::floats(&predictions, "calibrated"))
        .map(|(score, calibrated)| [score, calibrated].map(|number| number.unwrap().to_bits()))
        .collect();
    assert!(expected.len() > 100);
    let rows = table(&asked);
    for (language, file) in [("c", "score.c"), ("python", "score.py"), ("rust", "score.rs")] {
        project.write(file, example(&[language]));
        let printed = match language {
            "c" => {
                let strict = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic"];
                let files = ["-o", "score_c", file, "-Iout", "-Lout", "-lpropensity", "-lm"];
                program(&folder, "cc", &[&strict[..], &files[..]].concat(), b"");
                program(&folder, "./score_c", &[], &rows)
            }
            "python" => program(&folder, "python3", &[file], &rows),
            _ => {
                let compiler = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
                program(&folder, &compiler, &["--edition", "2024", "-o", "score_rust", file, "-Lout"], b"");
                program(&folder, "./score_rust", &[], &rows)
            }
        };
        let printed = String::from_utf8(printed).unwrap();
        let found: Vec<[u64; 2]> = printed
            .lines()
            .map(|line| {
                let (score, calibrated) = line.split_once('\t').unwrap();
                [score, calibrated].map(|number| number.parse::<f64>().unwrap().to_bits())
            })
            .collect();
        assert_eq!(found, expected, "{language}");
    }
    needs_nothing_but_libm(&project);
}

const SPAM: &str = "use std.prep.{text_counts}\nuse std.learn.{logistic}\n\
    schema Message {\n    text: str,\n    target is_spam: bool,\n}\n\
    catalog {\n    messages: table[Message] = csv(\"messages.csv\"),\n    spam: model = artifact(\"models/spam\"),\n    \
    said: table { text: str, score: float, .. } = parquet(\"said.parquet\"),\n}\n\
    pipeline training {\n    let model = fit(text_counts([.text]) >> logistic(), train: messages)\n    \
    save model as spam\n    save messages |> predict(model) as said\n}\n";

/// Messages of which some are spam, in several languages.
fn messages() -> String {
    let openings =
        ["WIN a Prize", "call me later", "Größe egal", "gröẞe EGAL", "ΔΩΡΕΑΝ σήμερα", "İzmir'de görüşürüz", "日本 42"];
    let closings = ["now!!", "ΤΩΡΑ", "later, ok?", "🙂", "Später", "free FREE Free"];
    let rows = (0..300).map(|row| {
        let (opening, closing) = (openings[row % 7], closings[row / 7 % 6]);
        let is_spam = opening.contains("Prize") || closing.contains("FREE") || row % 11 == 0;
        format!("\"{opening} {closing} {}\",{is_spam}\n", row % 5)
    });
    format!("text,is_spam\n{}", rows.collect::<String>())
}

#[test]
fn examples_of_texts_print_the_scores_of_a_run() {
    let project = Project::of(&[("main.gml", SPAM.to_owned()), ("messages.csv", messages())]);
    project.done(&["run"]);
    project.done(&["compile", "spam", "--output", "out"]);
    let folder = project.path(".");
    let said = frames::parquet(&project.path("said.parquet"));
    let texts = said.column("text").unwrap().str().unwrap().iter().map(|text| format!("{}\n", text.unwrap()));
    let texts: String = texts.collect();
    let expected: Vec<u64> = frames::floats(&said, "score").into_iter().map(|score| score.unwrap().to_bits()).collect();
    assert!(expected.len() == 300 && expected.iter().collect::<std::collections::HashSet<_>>().len() > 50);
    for (language, file) in [("c", "spam.c"), ("python", "spam.py")] {
        project.write(file, example(&[language, "texts"]));
        let printed = if language == "c" {
            let strict = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic"];
            let files = ["-o", "spam_c", file, "-Iout", "-Lout", "-lspam", "-lm"];
            program(&folder, "cc", &[&strict[..], &files[..]].concat(), b"");
            program(&folder, "./spam_c", &[], texts.as_bytes())
        } else {
            program(&folder, "python3", &[file], texts.as_bytes())
        };
        let printed = String::from_utf8(printed).unwrap();
        let found: Vec<u64> = printed.lines().map(|line| line.parse::<f64>().unwrap().to_bits()).collect();
        assert_eq!(found, expected, "{language}");
    }
    assert!(String::from_utf8(project.read("out/spam.h")).unwrap().contains("#define SPAM_COLUMNS 0\n"));
}

fn needs_nothing_but_libm(project: &Project) {
    let told = program(&project.path("out"), "readelf", &["-dW", "libpropensity.so"], b"");
    let told = String::from_utf8(told).unwrap();
    let needed: Vec<&str> = told.lines().filter(|line| line.contains("(NEEDED)")).collect();
    assert!(needed.iter().all(|line| line.contains("[libm.so") || line.contains("[libc.so")), "{needed:?}");
    assert!(!told.contains("TEXTREL") && told.contains("Library soname: [libpropensity.so]"), "{told}");
    let header = String::from_utf8(project.read("out/propensity.h")).unwrap();
    assert!(header.contains("version 1, ") && header.contains("learned by: boosted_trees"), "{header}");
}
