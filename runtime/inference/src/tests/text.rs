use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::{Kind, Pooling, TextEncoder, TextOptions, Vectors};

use super::{models, near, runtime};

fn expected() -> Json {
    serde_json::from_slice(&fs::read(models().join("text/expected.json")).unwrap()).unwrap()
}

fn texts(expected: &Json) -> Vec<&str> {
    expected["texts"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

fn open(folder: &Path, options: TextOptions) -> TextEncoder {
    TextEncoder::open(&runtime(), folder, &options).unwrap()
}

/// A copy of the small model's folder in which files may be changed.
struct Copy(tempfile::TempDir);

impl Copy {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("1_Pooling")).unwrap();
        for name in
            ["model.onnx", "tokenizer.json", "modules.json", "1_Pooling/config.json", "sentence_bert_config.json"]
        {
            fs::copy(models().join("text").join(name), folder.path().join(name)).unwrap();
        }
        Self(folder)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, value: &Json) {
        fs::write(self.at(name), value.to_string()).unwrap();
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.at(name)).unwrap();
    }

    fn fault(&self, options: TextOptions) -> crate::Fault {
        TextEncoder::open(&runtime(), self.0.path(), &options).unwrap_err()
    }
}

fn same(found: &Vectors, expected: &Json) {
    assert_eq!(found.len(), expected.as_array().unwrap().len());
    for (place, row) in found.rows().enumerate() {
        near(row, &expected[place], 1e-5);
    }
}

#[test]
fn vectors_are_those_that_numpy_computes_for_every_pooling_with_and_without_normalisation() {
    let expected = expected();
    let texts = texts(&expected);
    let folder = models().join("text");
    for (pooling, name) in [(Pooling::Mean, "mean"), (Pooling::Cls, "cls"), (Pooling::Max, "max")] {
        for (normalize, ending) in [(false, ""), (true, "_normal")] {
            let options = TextOptions { pooling: Some(pooling), normalize: Some(normalize), ..TextOptions::default() };
            let found = open(&folder, options).encode(&texts, 1).unwrap();
            same(&found, &expected[format!("{name}{ending}")]);
        }
    }
}

#[test]
fn the_folder_says_how_vectors_are_made_unless_arguments_do() {
    let expected = expected();
    let texts = texts(&expected);
    let encoder = open(&models().join("text"), TextOptions::default());
    assert_eq!(encoder.dimension(), 8);
    same(&encoder.encode(&texts, 1).unwrap(), &expected["mean_normal"]);

    let copy = Copy::new();
    copy.write("1_Pooling/config.json", &json!({ "pooling_mode": "max" }));
    copy.write(
        "modules.json",
        &json!([
            { "type": "sentence_transformers.models.Transformer", "path": "" },
            { "type": "sentence_transformers.models.Pooling", "path": "1_Pooling" },
        ]),
    );
    same(&open(copy.0.path(), TextOptions::default()).encode(&texts, 1).unwrap(), &expected["max"]);

    // A text of more tokens than `max_tokens` is cut, and so differs; the others do not.
    let fewer = TextOptions { max_tokens: Some(9), ..TextOptions::default() };
    let cut = open(&models().join("text"), fewer).encode(&texts, 1).unwrap();
    let whole = encoder.encode(&texts, 1).unwrap();
    assert_eq!(cut.row(0), whole.row(0));
    assert_ne!(cut.row(4), whole.row(4));
}

#[test]
fn a_prompt_and_lower_case_of_the_folder_are_used() {
    let copy = Copy::new();
    copy.write(
        "config_sentence_transformers.json",
        &json!({ "prompts": { "query": "the red " }, "default_prompt_name": "query" }),
    );
    let found = open(copy.0.path(), TextOptions::default()).encode(&["hat"], 1).unwrap();
    let plain = open(&models().join("text"), TextOptions::default()).encode(&["the red hat"], 1).unwrap();
    assert_eq!(found, plain);
}

#[test]
fn a_vector_depends_neither_on_the_texts_beside_it_nor_on_threads() {
    let encoder = open(&models().join("text"), TextOptions::default());
    let words = ["a", "soft", "red", "hat", "with", "wool", "collar", "xq", "stripe", "£"];
    let texts: Vec<String> = (0..600)
        .map(|n: usize| {
            (0..1 + n % 13).map(|step| words[(n * 7 + step * step) % words.len()]).collect::<Vec<_>>().join(" ")
        })
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let all = encoder.encode(&texts, 1).unwrap();
    assert_eq!(encoder.encode(&texts, 2).unwrap(), all);
    assert_eq!(encoder.encode(&texts, 5).unwrap(), all);
    for (place, text) in texts.iter().enumerate().step_by(37) {
        assert_eq!(encoder.encode(&[text], 1).unwrap().row(0), all.row(place), "{text}");
    }
    let mut turned = texts.clone();
    turned.reverse();
    let backwards = encoder.encode(&turned, 2).unwrap();
    assert!(all.rows().eq((0..texts.len()).rev().map(|place| backwards.row(place))));
}

#[test]
fn no_texts_have_no_vectors() {
    let encoder = open(&models().join("text"), TextOptions::default());
    let none = encoder.encode(&[], 2).unwrap();
    assert!(none.is_empty());
    assert_eq!(none.dimension(), 8);
}

#[test]
fn folders_that_lack_something_say_what() {
    let nowhere = TextEncoder::open(&runtime(), Path::new("/nowhere/model"), &TextOptions::default()).unwrap_err();
    assert_eq!(nowhere.to_string(), "/nowhere/model: there is no folder with a model");
    let copy = Copy::new();
    copy.remove("model.onnx");
    assert_eq!(copy.fault(TextOptions::default()).message, "the folder holds no `model.onnx`");
    let copy = Copy::new();
    copy.remove("tokenizer.json");
    assert_eq!(copy.fault(TextOptions::default()).message, "an encoder of texts lacks its `tokenizer.json`");
    let copy = Copy::new();
    copy.remove("modules.json");
    copy.remove("1_Pooling/config.json");
    let said = copy.fault(TextOptions::default());
    assert!(said.message.contains("how the vectors of the tokens become one"), "{said}");
    assert_eq!(said.help.unwrap(), "say `pooling: mean`");
    let said = copy.fault(TextOptions { pooling: Some(Pooling::Mean), ..TextOptions::default() });
    assert_eq!(said.help.unwrap(), "say `normalize: true`");
}

#[test]
fn files_that_are_broken_or_not_understood_say_why() {
    let copy = Copy::new();
    fs::write(copy.at("tokenizer.json"), "{").unwrap();
    assert_eq!(copy.fault(TextOptions::default()).message, "the tokenizer cannot be used");
    let copy = Copy::new();
    fs::write(copy.at("modules.json"), "[").unwrap();
    assert_eq!(copy.fault(TextOptions::default()).kind, Kind::Model);
    let copy = Copy::new();
    copy.write("modules.json", &json!([{ "type": "sentence_transformers.models.Dense", "path": "2_Dense" }]));
    assert!(copy.fault(TextOptions::default()).message.contains("`Dense`"));
    let copy = Copy::new();
    copy.write("1_Pooling/config.json", &json!({ "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true }));
    assert!(copy.fault(TextOptions::default()).message.ends_with("it pools by cls and mean"));
    let few = TextOptions { max_tokens: Some(2), ..TextOptions::default() };
    assert_eq!(Copy::new().fault(few).message, "texts are cut after 2 tokens, and the model itself adds 2 to each");
    let copy = Copy::new();
    fs::copy(models().join("image/model.onnx"), copy.at("model.onnx")).unwrap();
    assert!(copy.fault(TextOptions::default()).message.contains("no input `input_ids`"));
}

/// The model and the vectors of sentence-transformers, which are too large for the project.
#[test]
fn vectors_are_those_of_sentence_transformers() {
    let Some(shared) = std::env::var_os("GML_SHARED") else {
        eprintln!("skipped: no shared data");
        return;
    };
    let folder = Path::new(&shared).join("models/all-MiniLM-L6-v2");
    if !folder.is_dir() {
        eprintln!("skipped: no shared data");
        return;
    }
    let options = TextOptions {
        pooling: Some(Pooling::Mean),
        normalize: Some(true),
        max_tokens: Some(256),
        ..TextOptions::default()
    };
    let encoder = open(&folder, options);
    assert_eq!(encoder.dimension(), 384);
    let expected: Json = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let expected = expected.as_array().unwrap();
    let texts: Vec<&str> = expected.iter().map(|one| one["text"].as_str().unwrap()).collect();
    let found = encoder.encode(&texts, 2).unwrap();
    let many: Vec<String> = (0..300).map(|n| format!("{} number {n} of the {}", texts[n % 2], n % 7)).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let all = encoder.encode(&many, 2).unwrap();
    let alone = (0..many.len())
        .step_by(11)
        .filter(|place| encoder.encode(&many[*place..=*place], 1).unwrap().row(0) != all.row(*place));
    assert_eq!(alone.count(), 0, "texts that have another vector alone than among others");
    for (place, one) in expected.iter().enumerate() {
        let wanted: Vec<f64> =
            one["embedding"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
        let row: Vec<f64> = found.row(place).iter().map(|value| f64::from(*value)).collect();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let distance = 1.0 - dot(&row, &wanted) / (dot(&row, &row) * dot(&wanted, &wanted)).sqrt();
        assert!(distance < 1e-4, "{}: cosine distance {distance}", texts[place]);
        assert!((dot(&row, &row) - 1.0).abs() < 1e-5);
        // Alone it has the same bytes as among others.
        assert_eq!(encoder.encode(&texts[place..=place], 1).unwrap().row(0), found.row(place));
    }
}
