//! The small models of `gml-inference`, used as a program uses them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gml_ir::{Connector, Dataset, Expr, ExprKind, INPUTS, Learned, Location, NamedExpr, OnViolation, Type, Value};
use polars::prelude::DataFrame;

use super::{Points, open_onnx};
use crate::frame::collect;
use crate::learned::Fitted;
use crate::tests::kit::*;
use crate::{Call, Context, Data, Input, Table};

mod pictures;

fn models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../inference/models")
}

/// The libraries that `gmlc setup` fetched.
fn context(threads: usize) -> Context {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let libraries = from("GML_LIBRARIES")
        .or_else(|| from("XDG_CACHE_HOME").map(|cache| cache.join("gml")))
        .or_else(|| from("HOME").map(|home| home.join(".cache/gml")))
        .unwrap();
    Context::new(threads, libraries)
}

fn entry(input: Type, width: u32, args: &[(&str, Value)]) -> Dataset {
    Dataset {
        name: "model".into(),
        ty: Type::Learned(Arc::new(Learned::Encoder(input, Type::Vector(width)))),
        connector: Connector {
            name: "onnx".into(),
            args: args.iter().map(|(name, value)| (Arc::from(*name), value.clone())).collect(),
        },
        on_violation: OnViolation::Fail,
        location: Location::default(),
    }
}

fn sentences() -> Arc<dyn Fitted> {
    let (encoder, notes) = open_onnx(&entry(Type::Str, 8, &[]), &models().join("text"), &context(2)).unwrap();
    assert!(notes.is_empty());
    encoder
}

fn embed(value: Expr, width: u32) -> Expr {
    let encoder = Expr { kind: ExprKind::Input(0), ty: Type::Unknown };
    let args = vec![("encoder".into(), encoder), ("value".into(), value)];
    Expr { kind: ExprKind::Call { function: "embed".into(), args }, ty: Type::Vector(width) }
}

fn with(
    operator: &str,
    encoder: Arc<dyn Fitted>,
    table: &Table,
    args: Vec<(&str, Input)>,
) -> Result<Data, gml_connect::Fault> {
    let mut all = vec![("input", input(table))];
    all.extend(args);
    all.push((INPUTS, Input::List(vec![Input::Data(Data::Fitted(encoder))])));
    let args = all.into_iter().map(|(name, arg)| (name.into(), arg)).collect();
    let context = context(2);
    let result = Type::table(row_of(&[]));
    crate::operator("std.table", operator).unwrap()(Call { operator, args, result: &result, context: &context })
}

fn rows(data: Data) -> DataFrame {
    let Data::Table(table) = data else { panic!("no table") };
    collect(table.frame).unwrap()
}

fn columns(name: &str, expr: Expr) -> Input {
    Input::Columns(vec![NamedExpr { name: name.into(), expr }])
}

fn names_of(frame: &DataFrame) -> Vec<&str> {
    frame.get_column_names().into_iter().map(|name| name.as_str()).collect()
}

#[test]
fn derive_gives_each_text_its_vector_and_null_where_there_is_no_text() {
    let expected: serde_json::Value =
        serde_json::from_slice(&std::fs::read(models().join("text/expected.json")).unwrap()).unwrap();
    let cells = rows![["A soft jersey top."], [()], ["Coat in wool with long sleeves"]];
    let texts = table(&[("text", opt(Type::Str))], cells);
    let made = columns("vector", embed(c("text", opt(Type::Str)), 8));
    let found = rows(with("derive", sentences(), &texts, vec![("columns", made)]).unwrap());
    let names = names_of(&found);
    assert_eq!(names, ["text", "vector"], "nothing is left of what was needed on the way");
    let vectors = found.column("vector").unwrap();
    assert_eq!(vectors.null_count(), 1);
    let points = Points::of(vectors).unwrap();
    assert_eq!((points.width, &*points.rows), (8, &[0, 2][..]));
    for (place, of) in [(0, 0), (1, 2)] {
        let wanted = expected["mean_normal"][of].as_array().unwrap();
        let off = points.point(place).iter().zip(wanted).map(|(a, b)| (f64::from(*a) - b.as_f64().unwrap()).abs());
        assert!(off.fold(0.0, f64::max) < 1e-5);
    }
}

#[test]
fn rows_without_any_have_no_vectors_and_the_column_its_type() {
    let texts = table(&[("text", Type::Str)], rows![]);
    let made = columns("vector", embed(c("text", Type::Str), 8));
    let found = rows(with("derive", sentences(), &texts, vec![("columns", made)]).unwrap());
    assert_eq!(found.height(), 0);
    assert_eq!(gml_connect::dtype::type_of(found.column("vector").unwrap().dtype()), Type::Vector(8));
}

#[test]
fn select_may_embed_too_and_filter_with_what_was_embedded() {
    let texts = table(&[("id", Type::INT), ("text", Type::Str)], rows![[1, "red hat"], [2, "blue coat"]]);
    let made = Input::Columns(vec![
        NamedExpr { name: "id".into(), expr: c("id", Type::INT) },
        NamedExpr { name: "vector".into(), expr: embed(c("text", Type::Str), 8) },
    ]);
    let found = rows(with("select", sentences(), &texts, vec![("columns", made)]).unwrap());
    assert_eq!(names_of(&found), ["id", "vector"]);
    assert_eq!(found.height(), 2);
    let there = Expr { kind: ExprKind::IsNull(Box::new(embed(c("text", Type::Str), 8))), ty: Type::Bool };
    let kept = rows(with("filter", sentences(), &texts, vec![("condition", Input::Expr(there))]).unwrap());
    assert_eq!((kept.height(), names_of(&kept)), (0, vec!["id", "text"]));
}

#[test]
fn a_broken_picture_is_told_with_its_row() {
    let entry = entry(Type::Image, 4, &[]);
    let (encoder, _) = open_onnx(&entry, &models().join("image"), &context(1)).unwrap();
    let file = std::fs::read(models().join("image/pictures/grey.png")).unwrap();
    let pictures = [Some(file.as_slice()), None, Some(b"no picture".as_slice())];
    let column = polars::prelude::Column::new("picture".into(), &pictures[..]);
    let fault = super::encoder::Encoder::of(&*encoder).unwrap().column(&column, &context(1)).unwrap_err();
    assert_eq!(fault.code, "GML0943");
    assert_eq!(fault.details, ["it is the picture of row 3"]);
    let whole = polars::prelude::Column::new("picture".into(), &pictures[..2]);
    let found = super::encoder::Encoder::of(&*encoder).unwrap().column(&whole, &context(1)).unwrap();
    assert_eq!((found.len(), found.null_count()), (2, 1));
}

#[test]
fn an_entry_of_another_width_or_without_its_model_is_told() {
    let fault = open_onnx(&entry(Type::Str, 9, &[]), &models().join("text"), &context(1)).err().unwrap();
    assert_eq!((fault.code, fault.help.as_deref()), ("GML0940", Some("declare it with `vector[8]`")));
    let fault = open_onnx(&entry(Type::Str, 8, &[]), Path::new("/nowhere"), &context(1)).err().unwrap();
    assert_eq!(fault.code, "GML0901");
    let without = Context { libraries: "/nowhere".into(), ..context(1) };
    if std::env::var_os("GML_ONNXRUNTIME").is_none() {
        let fault = open_onnx(&entry(Type::Str, 8, &[]), &models().join("text"), &without).err().unwrap();
        assert_eq!(fault.code, "GML0911");
    }
}

#[test]
fn a_gpu_that_is_required_is_an_error_and_one_that_is_preferred_none() {
    let with = |gpu: &str| {
        let entry = entry(Type::Str, 8, &[("gpu", Value::Str(gpu.into()))]);
        open_onnx(&entry, &models().join("text"), &context(1))
    };
    assert!(with("never").is_ok());
    assert!(with("preferred").is_ok());
    // Where there is a GPU and the library for it, it is used.
    if let Err(fault) = with("required") {
        assert_eq!(fault.code, "GML0941");
    }
}

#[test]
fn texts_learned_from_their_words_lie_near_those_with_like_words() {
    let cells = rows![
        ["red wool coat"],
        ["blue wool coat"],
        ["red cotton shirt"],
        ["blue cotton shirt"],
        ["warm wool coat"],
        ["white cotton shirt"],
        ["warm red coat in wool"],
        [()],
    ];
    let texts = table(&[("text", opt(Type::Str))], cells);
    let args = vec![("dimension", constant(2)), ("min_rows", constant(2)), ("seed", constant(1))];
    let Data::Estimator(estimator) = call("std.embed", "text_encoder", args.clone()).unwrap() else { panic!() };
    let fitted = estimator.fit(&texts, None, &context(1)).unwrap();
    assert_eq!(fitted.ty(), Learned::Encoder(Type::Str, Type::Vector(2)));
    let vectors = |fitted: Arc<dyn Fitted>| {
        let made = columns("vector", embed(c("text", opt(Type::Str)), 2));
        let found = rows(with("derive", fitted, &texts, vec![("columns", made)]).unwrap());
        assert_eq!(found.column("vector").unwrap().null_count(), 1);
        Points::of(found.column("vector").unwrap()).unwrap()
    };
    let points = vectors(Arc::clone(&fitted));
    let cosine = |a: usize, b: usize| {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
        let (a, b) = (points.point(a), points.point(b));
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    };
    for (alike, other) in [((0, 1), 2), ((0, 4), 3), ((2, 3), 0), ((5, 3), 1)] {
        assert!(cosine(alike.0, alike.1) > 0.9 && cosine(alike.0, alike.1) > cosine(alike.0, other) + 0.3);
    }
    // Saved and loaded it gives the same bytes.
    let folder = tempfile::tempdir().unwrap();
    fitted.save(folder.path()).unwrap();
    let again = crate::load(folder.path()).unwrap();
    assert_eq!(again.ty(), fitted.ty());
    assert_eq!(vectors(again), points);
    std::fs::write(folder.path().join("directions.f32"), [0_u8; 8]).unwrap();
    assert_eq!(crate::load(folder.path()).err().unwrap().code, "GML0918");

    let many = vec![("dimension", constant(50)), ("min_rows", constant(2)), ("seed", constant(1))];
    let Data::Estimator(estimator) = call("std.embed", "text_encoder", many).unwrap() else { panic!() };
    let fault = estimator.fit(&texts, None, &context(1)).err().unwrap();
    assert_eq!(fault.code, "GML0921");
}
