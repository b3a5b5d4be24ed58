//! Encoders that learn from pictures.

use gml_inference::{Picture, to_bytes};
use gml_ir::Role;
use polars::prelude::{Column, DataFrame, IntoLazy};

use super::*;
use crate::learned::Estimator;

const SIZE: i64 = 16;

/// A bright rectangle before a dark ground, of which place, size and colour differ.
fn rectangle(of: u32) -> Vec<u8> {
    let (left, top) = (of * 5 % 10, of * 3 % 11);
    let (width, height) = (5 + of % 3, 4 + of % 5);
    let mut bytes = Vec::new();
    for line in 0..20 {
        for column in 0..18 {
            let is_inside = (left..left + width).contains(&column) && (top..top + height).contains(&line);
            bytes.extend((0..3).map(|colour| if is_inside { 100 + 150 * u8::from(of % 3 == colour) } else { 20 }));
        }
    }
    to_bytes(&Picture::from_raw(18, 20, bytes).unwrap()).unwrap()
}

/// Pictures by name, `p0`, `p1`, ..
fn gallery(pictures: Vec<Option<Vec<u8>>>) -> Table {
    let mut row = row_of(&[("name", Type::Str), ("picture", opt(Type::Image))]);
    row.columns[0].role = Some(Role::Id);
    let Type::Table(ty) = Type::table(row) else { panic!("no table") };
    let names: Vec<String> = (0..pictures.len()).map(|place| format!("p{place}")).collect();
    let cells: Vec<Option<&[u8]>> = pictures.iter().map(Option::as_deref).collect();
    let columns = vec![Column::new("name".into(), names), Column::new("picture".into(), &cells[..])];
    Table { frame: DataFrame::new(columns[0].len(), columns).unwrap().lazy(), ty }
}

fn rectangles(count: u32) -> Table {
    gallery((0..count).map(|of| Some(rectangle(of))).chain([None]).collect())
}

fn autoencoder(changes: &[(&'static str, Value)]) -> Result<Arc<dyn Estimator>, gml_connect::Fault> {
    let mut args: Vec<(&str, Value)> = vec![
        ("architecture", Value::Str("autoencoder".into())),
        ("dimension", Value::Int(4)),
        ("size", Value::Int(SIZE)),
        ("epochs", Value::Int(2)),
        ("batch", Value::Int(5)),
        ("learning_rate", Value::Float(0.003)),
        ("stop_after", Value::Null),
        ("device", Value::Str("auto".into())),
        ("seed", Value::Int(1)),
    ];
    for (name, value) in changes {
        args.retain(|(other, _)| other != name);
        args.push((name, value.clone()));
    }
    let args = args.into_iter().map(|(name, value)| (name, Input::Const(value))).collect();
    match call("std.embed", "image_encoder", args)? {
        Data::Estimator(estimator) => Ok(estimator),
        _ => panic!("no estimator"),
    }
}

fn pretrained(base: &Arc<dyn Fitted>, dimension: i64) -> Arc<dyn Estimator> {
    let args = vec![
        ("architecture", constant("pretrained")),
        ("base", Input::Data(Data::Fitted(Arc::clone(base)))),
        ("dimension", constant(dimension)),
    ];
    let Data::Estimator(estimator) = call("std.embed", "image_encoder", args).unwrap() else { panic!("no estimator") };
    estimator
}

fn vectors(fitted: &Arc<dyn Fitted>, table: &Table, width: u32) -> Points {
    let made = columns("vector", embed(c("picture", opt(Type::Image)), width));
    let found = rows(with("derive", Arc::clone(fitted), table, vec![("columns", made)]).unwrap());
    let points = Points::of(found.column("vector").unwrap()).unwrap();
    assert_eq!(points.rows.len() + 1, found.height(), "null where there is no picture");
    points
}

fn near(left: &Points, right: &Points) {
    assert_eq!((left.width, &left.rows), (right.width, &right.rows));
    for (left, right) in left.numbers.iter().zip(&right.numbers) {
        assert!((left - right).abs() < 1e-5, "{left} {right}");
    }
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn an_autoencoder_learns_is_saved_and_is_an_encoder_like_any_other() {
    let table = rectangles(23);
    let estimator = autoencoder(&[]).unwrap();
    let fitted = estimator.fit(&table, None, &context(1)).unwrap();
    assert_eq!(fitted.ty(), Learned::Encoder(Type::Image, Type::Vector(4)));
    let facts: Vec<String> = fitted.facts().into_iter().map(|(name, _)| name).collect();
    assert_eq!(facts, ["learned by", "epochs", "best epoch", "mean squared difference"]);
    let course = fitted.course().unwrap();
    assert_eq!((course.kept, course.curves.len(), course.curves[0].points.len()), (2, 1, 2));
    let found = vectors(&fitted, &table, 4);
    let distinct: std::collections::BTreeSet<Vec<u32>> =
        found.numbers.chunks(4).map(|vector| vector.iter().map(|number| number.to_bits()).collect()).collect();
    assert_eq!(distinct.len(), 23, "no two pictures are the same");

    let folder = tempfile::tempdir().unwrap();
    fitted.save(folder.path()).unwrap();
    let names: Vec<String> = files(folder.path()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["MLmodel", "model.onnx", "preprocessor_config.json", "signature.json"]);
    let again = crate::load(folder.path()).unwrap();
    assert_eq!((again.ty(), again.facts()), (fitted.ty(), fitted.facts()));
    assert_eq!(vectors(&again, &table, 4), found);
    // As one of others, by its files alone.
    let (other, _) = open_onnx(&entry(Type::Image, 4, &[]), folder.path(), &context(2)).unwrap();
    assert_eq!(vectors(&other, &table, 4), found);
    // Other threads learn the same.
    let beside = tempfile::tempdir().unwrap();
    estimator.fit(&table, None, &context(3)).unwrap().save(beside.path()).unwrap();
    assert!(files(beside.path()) == files(folder.path()));
    // Another seed does not.
    let change = crate::learned::Change { operator: None, argument: "seed".into(), value: Value::Int(2) };
    let changed = estimator.with(&[change], &context(1)).unwrap().fit(&table, None, &context(1)).unwrap();
    assert_ne!(vectors(&changed, &table, 4), found);

    let mut damaged = std::fs::read(folder.path().join("model.onnx")).unwrap();
    damaged[100] ^= 1;
    std::fs::write(folder.path().join("model.onnx"), damaged).unwrap();
    assert_eq!(crate::load(folder.path()).err().unwrap().code, "GML0918");
}

/// A training that is asked to stop keeps its state, and one like it goes on there and gives what the first would have given.
#[test]
fn a_training_that_is_stopped_goes_on_where_it_was() {
    let table = rectangles(23);
    let estimator = autoencoder(&[("epochs", Value::Int(3))]).unwrap();
    let whole = estimator.fit(&table, None, &context(2)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let stop = Arc::new(crate::Stop::default());
    let stopped = Context {
        unfinished: Some(folder.path().to_path_buf()),
        observer: crate::Observer::stopped_by(&stop),
        ..context(1)
    };
    assert_eq!(stop.ask(std::time::Duration::ZERO), 0);
    let fault = estimator.fit(&table, None, &stopped).err().unwrap();
    assert_eq!(fault.message, "the training was stopped");
    assert_eq!(stop.ask(std::time::Duration::ZERO), 1, "its state is kept");
    assert!(folder.path().join("training").exists());
    let goes_on = Context { observer: Default::default(), ..stopped };
    let again = estimator.fit(&table, None, &goes_on).unwrap();
    assert_eq!(vectors(&again, &table, 4), vectors(&whole, &table, 4));
    assert!(!folder.path().join("training").exists());
}

#[test]
fn rows_to_stop_by_choose_the_epoch() {
    let changes = [("epochs", Value::Int(40)), ("stop_after", Value::Int(2)), ("learning_rate", Value::Float(0.05))];
    let estimator = autoencoder(&changes).unwrap();
    let (train, valid) = (rectangles(20), rectangles(7));
    let fitted = estimator.fit(&train, Some(&valid), &context(2)).unwrap();
    let facts: std::collections::BTreeMap<String, String> = fitted.facts().into_iter().collect();
    let (epochs, best): (usize, usize) = (facts["epochs"].parse().unwrap(), facts["best epoch"].parse().unwrap());
    assert!(epochs < 40 && best + 2 == epochs, "{facts:?}");
    assert!(facts.contains_key("valid mean squared difference"));
    let course = fitted.course().unwrap();
    let partitions: Vec<&str> = course.curves.iter().map(|curve| &*curve.partition).collect();
    assert_eq!((course.kept, &*partitions), (best, &["train", "valid"][..]));
    let fault = estimator.fit(&train, None, &context(2)).err().unwrap();
    assert_eq!(fault.code, "GML0716");
}

#[test]
fn pictures_that_cannot_be_learned_from_are_told_with_their_rows() {
    let fit = |pictures: Vec<Option<Vec<u8>>>| {
        autoencoder(&[]).unwrap().fit(&gallery(pictures), None, &context(2)).err().unwrap()
    };
    let whole = rectangle(1);
    let fault = fit(vec![Some(whole.clone()), None, Some(b"no picture".to_vec()), Some(Vec::new())]);
    assert_eq!(fault.code, "GML0943");
    assert_eq!(fault.details, ["it is the picture of row 3, where `name` is p2"]);
    assert_eq!(fault.help.as_deref(), Some("bring the picture anew, or leave out such rows before"));
    let fault = fit(vec![Some(whole[..whole.len() / 2].to_vec())]);
    assert_eq!((fault.code, fault.message.as_str()), ("GML0943", "a picture in BMP is damaged or cut off"));
    // A head of 90,000 x 90,000 pixels, and nothing behind it: nothing of that size is asked of the memory.
    let mut head = whole.clone();
    head[18..22].copy_from_slice(&90_000_u32.to_le_bytes());
    head[22..26].copy_from_slice(&90_000_u32.to_le_bytes());
    let fault = fit(vec![Some(whole.clone()), Some(head)]);
    assert_eq!(fault.code, "GML0943");
    assert!(fault.message.contains("larger than 30000 pixels") || fault.message.contains("damaged"), "{fault:?}");
    assert!(fault.details.iter().any(|detail| detail.contains("row 2, where `name` is p1")), "{fault:?}");
    assert_eq!(fit(vec![None, None]).code, "GML0922");
    assert_eq!(fit(Vec::new()).code, "GML0922");
    let far = autoencoder(&[("learning_rate", Value::Float(1e30))]).unwrap();
    assert_eq!(far.fit(&rectangles(12), None, &context(1)).err().unwrap().code, "GML0926");
}

#[test]
fn settings_that_do_not_fit_are_refused() {
    for (name, value, code) in [
        ("size", Value::Int(15), "GML0229"),
        ("dimension", Value::Int(0), "GML0229"),
        ("learning_rate", Value::Float(0.0), "GML0229"),
        ("device", Value::Str("cuda".into()), "GML0925"),
    ] {
        assert_eq!(autoencoder(&[(name, value)]).err().unwrap().code, code, "{name}");
    }
}

#[test]
fn the_vectors_of_another_model_are_brought_to_fewer_numbers() {
    let (base, _) = open_onnx(&entry(Type::Image, 4, &[]), &models().join("image"), &context(1)).unwrap();
    let table = rectangles(23);
    let given = vectors(&base, &table, 4);
    // All directions: nothing but turned, about the mean.
    let whole = pretrained(&base, 4).fit(&table, None, &context(1)).unwrap();
    let turned = vectors(&whole, &table, 4);
    let distance = |points: &Points, a: usize, b: usize| -> f32 {
        points.point(a).iter().zip(points.point(b)).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
    };
    for (a, b) in [(0, 1), (3, 17), (22, 5)] {
        assert!((distance(&given, a, b) - distance(&turned, a, b)).abs() < 1e-5);
    }
    // What is left differs most, number by number, and the numbers do not go with each other.
    let fitted = pretrained(&base, 2).fit(&table, None, &context(3)).unwrap();
    assert_eq!(fitted.ty(), Learned::Encoder(Type::Image, Type::Vector(2)));
    let found = vectors(&fitted, &table, 2);
    let of = |a: usize, b: usize| -> f64 {
        found.numbers.chunks(2).map(|vector| f64::from(vector[a]) * f64::from(vector[b])).sum()
    };
    assert!(of(0, 0) > of(1, 1) && of(1, 1) > 0.0 && of(0, 1).abs() < 1e-4 * of(0, 0));
    for number in 0..2 {
        let mean = found.numbers.chunks(2).map(|vector| f64::from(vector[number])).sum::<f64>() / 23.0;
        assert!(mean.abs() < 1e-5, "{mean}");
    }

    // Saved with the model, and again from what was loaded.
    let (folder, beside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fitted.save(folder.path()).unwrap();
    let again = crate::load(folder.path()).unwrap();
    assert_eq!((again.ty(), again.facts()), (fitted.ty(), fitted.facts()));
    near(&vectors(&again, &table, 2), &found);
    again.save(beside.path()).unwrap();
    assert!(files(beside.path()) == files(folder.path()));
    assert!(files(&beside.path().join("base")) == files(&folder.path().join("base")));
    std::fs::write(folder.path().join("base/preprocessor_config.json"), "{}").unwrap();
    assert_eq!(crate::load(folder.path()).err().unwrap().code, "GML0918");

    let fault = pretrained(&base, 5).fit(&table, None, &context(1)).err().unwrap();
    assert_eq!(fault.code, "GML0921");
    let fault = pretrained(&base, 2).fit(&gallery(vec![None]), None, &context(1)).err().unwrap();
    assert_eq!(fault.code, "GML0922");
    let broken = gallery(vec![Some(rectangle(1)), Some(b"none".to_vec())]);
    let fault = pretrained(&base, 2).fit(&broken, None, &context(1)).err().unwrap();
    assert_eq!((fault.code, fault.details), ("GML0943", vec!["it is the picture of row 2, where `name` is p1".into()]));
}

#[test]
fn an_autoencoder_may_be_what_is_brought_to_fewer_numbers() {
    let table = rectangles(15);
    let base = autoencoder(&[]).unwrap().fit(&table, None, &context(1)).unwrap();
    let fitted = pretrained(&base, 3).fit(&table, None, &context(1)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    fitted.save(folder.path()).unwrap();
    let again = crate::load(folder.path()).unwrap();
    assert_eq!(vectors(&again, &table, 3), vectors(&fitted, &table, 3));
}
