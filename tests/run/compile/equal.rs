//! Models of all learners behind all steps of recipes: the bits of a run.

use std::collections::HashMap;

use gml_tests::{Project, repository, shared_data};
use polars::prelude::*;

use super::{frames, program, visits};

/// What the program knows of a compiled model.
#[derive(Default)]
struct Names {
    columns: Vec<String>,
    texts: Vec<String>,
    outputs: Vec<String>,
    classes: Vec<String>,
}

/// Compiles a model of a project as `model`, and the driver with it.
fn built(project: &Project, model: &str) -> Names {
    project.done(&["compile", &format!("./models/{model}"), "--output", "out", "--name", "model"]);
    let source = repository().join("tests/run/compile/rows.c");
    let strict = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O1"];
    let files = ["-o", "rows", &source.to_string_lossy(), "-Iout", "-Lout", "-lmodel", "-lm"];
    program(&project.path("."), "cc", &[&strict[..], &files[..]].concat(), b"");
    let told = program(&project.path("."), "./rows", &["names"], b"");
    let mut names = Names::default();
    for line in String::from_utf8(told).unwrap().lines() {
        let mut words = line.split('\t');
        let into = match words.next() {
            Some("column") => &mut names.columns,
            Some("text") => &mut names.texts,
            Some("output") => &mut names.outputs,
            _ => &mut names.classes,
        };
        into.push(words.next().unwrap().to_owned());
    }
    names
}

/// Values of a row as the driver reads them.
fn written(value: &AnyValue<'_>, into: &mut Vec<u8>) {
    let number = match value {
        AnyValue::Null => {
            into.push(b'-');
            return;
        }
        AnyValue::String(text) => {
            into.push(b't');
            into.extend((text.len() as u32).to_ne_bytes());
            into.extend(text.as_bytes());
            return;
        }
        AnyValue::Boolean(truth) => f64::from(u8::from(*truth)),
        AnyValue::Datetime(ticks, TimeUnit::Microseconds, _) => *ticks as f64,
        AnyValue::Duration(ticks, TimeUnit::Microseconds) => *ticks as f64,
        AnyValue::Time(ticks) => (ticks / 1_000) as f64,
        AnyValue::Date(days) => f64::from(*days),
        other => other.try_extract::<f64>().unwrap(),
    };
    into.push(b'n');
    into.extend(number.to_ne_bytes());
}

/// What a run has said: output by output.
fn expected(scored: &DataFrame, names: &Names) -> Vec<Vec<f64>> {
    let whole = |name: &str| -> Vec<f64> {
        let floats = frames::floats(scored, name).into_iter();
        floats.map(|score| score.unwrap_or_else(|| panic!("`{name}` is null"))).collect()
    };
    let class_of: HashMap<&str, f64> =
        names.classes.iter().enumerate().map(|(place, class)| (class.as_str(), place as f64)).collect();
    let output = |name: &String| -> Vec<f64> {
        if name == "label" {
            let labels = scored.column("label").unwrap();
            return labels.str().unwrap().iter().map(|label| class_of[label.unwrap()]).collect();
        }
        let of_class = names.classes.iter().enumerate().find_map(|(place, class)| {
            let list = name.strip_suffix(class.as_str())?.strip_suffix('_')?;
            Some((place, list))
        });
        let Some((place, list)) = of_class else { return whole(name) };
        let lists = scored.column(list).unwrap().list().unwrap();
        (0..lists.len()).map(|row| lists.get_as_series(row).unwrap().f64().unwrap().get(place).unwrap()).collect()
    };
    names.outputs.iter().map(output).collect()
}

/// Whether a compiled model says the same of all rows, alone and together.
fn same(project: &Project, model: &str) -> Names {
    let names = built(project, model);
    let scored = frames::parquet(&project.path(&format!("scores/{model}.parquet")));
    let read: Vec<Column> = names
        .columns
        .iter()
        .chain(&names.texts)
        .map(|name| {
            let column = scored.column(name).unwrap();
            let is_text = matches!(column.dtype(), DataType::Categorical(..) | DataType::Enum(..));
            if is_text { column.cast(&DataType::String).unwrap() } else { column.clone() }
        })
        .collect();
    let mut given = Vec::new();
    for row in 0..scored.height() {
        read.iter().for_each(|column| written(&column.get(row).unwrap(), &mut given));
    }
    let expected = expected(&scored, &names);
    for size in ["1", "7", "100", "100000"] {
        let found = program(&project.path("."), "./rows", &["score", size], &given);
        let found: Vec<f64> = found.as_chunks::<8>().0.iter().map(|bytes| f64::from_ne_bytes(*bytes)).collect();
        assert_eq!(found.len(), scored.height() * names.outputs.len());
        for (row, said) in found.chunks_exact(names.outputs.len()).enumerate() {
            for ((name, said), due) in names.outputs.iter().zip(said).zip(&expected) {
                let due = due[row];
                // The same libm on both sides, so the same bits.
                assert!(
                    said.to_bits() == due.to_bits(),
                    "{model}, `{name}` of row {row} by {size}: {said:?}, not {due:?}"
                );
            }
        }
    }
    assert!(scored.height() > 500, "{model}: {} rows", scored.height());
    names
}

#[test]
fn all_steps_and_learners_give_the_bits_of_a_run() {
    let project = visits();
    project.write("main.gml", include_str!("../programs/onnx.gml"));
    project.done(&["run"]);
    for model in ["carts", "devices", "chances", "views", "parts", "hashed", "counted", "worded"] {
        same(&project, model);
    }
}

#[test]
fn other_learners_give_them_too() {
    let project = visits();
    project.write("main.gml", include_str!("learners.gml"));
    project.done(&["run"]);
    for model in ["ridge", "net", "kinds", "ranks", "chosen", "written"] {
        same(&project, model);
    }
    for model in ["told", "sums"] {
        assert_eq!(same(&project, model).texts, ["about", "campaign"], "{model}");
    }
    // What no feature is made of is no column of the library: three features are kept.
    let columns = built(&project, "chosen").columns;
    assert!((1..=3).contains(&columns.len()), "{columns:?}");
}

/// Saves models as an ensemble of them, as `automl` does; it finds one only where there is time.
fn as_ensemble(project: &Project, name: &str, objective: &str, shares: &[&str]) {
    let folder = project.path("models").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    for place in 0..shares.len() {
        let member = project.path(&format!("members/{name}_{place}"));
        std::fs::rename(member, folder.join(format!("model_{place}"))).unwrap();
    }
    let signature = std::fs::read(folder.join("model_0/signature.json")).unwrap();
    let of_first: serde_json::Value = serde_json::from_slice(&signature).unwrap();
    let signature = serde_json::json!({
        "format": of_first["format"],
        "kind": "ensemble",
        "type": of_first["type"],
        "objective": objective,
        "shares": shares,
    });
    std::fs::write(folder.join("signature.json"), signature.to_string()).unwrap();
}

#[test]
fn ensembles_give_them_too() {
    let project = visits();
    project.write("main.gml", include_str!("ensembles.gml"));
    project.done(&["run", "members"]);
    as_ensemble(&project, "bought", "binary", &["0.5", "0.2", "0.3"]);
    as_ensemble(&project, "kinds", "multiclass", &["0.75", "0.25"]);
    as_ensemble(&project, "viewed", "regression", &["0.4", "0.6"]);
    project.done(&["run", "scoring"]);
    assert_eq!(same(&project, "bought").texts, ["city"]);
    assert!(!same(&project, "kinds").classes.is_empty());
    same(&project, "viewed");
}

/// Messages as people write them: signs of all kinds, in several languages.
#[test]
fn messages_give_them_too() {
    let Some(data) = shared_data("data/text_sms_spam") else { return };
    let project = Project::new();
    project.write("messages.parquet", std::fs::read(data.join("sms_spam.parquet")).unwrap());
    project.write("main.gml", include_str!("messages.gml"));
    project.done(&["run"]);
    for model in ["trees", "sums", "found"] {
        assert_eq!(same(&project, model).texts, ["text"], "{model}");
    }
}
