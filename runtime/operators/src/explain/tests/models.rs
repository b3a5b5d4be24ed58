//! The operators on models that were learned.

use gml_ir::Value;
use polars::prelude::DataFrame;

use crate::data::{Data, Input, Table};
use crate::explain::OPERATORS;
use crate::learn::tests::support::*;

fn explained(operator: &str, model: &Data, rows: &Table, how: Option<&str>) -> Result<DataFrame, gml_connect::Fault> {
    let rows = Input::Data(Data::Table(rows.clone()));
    let mut args = vec![("model", Input::Data(model.clone()))];
    match operator {
        "contributions" => args.push(("input", rows)),
        _ => args.push(("on", rows)),
    }
    if let Some(how) = how {
        args.extend([("how", text(how)), ("seed", Input::Const(Value::Int(1)))]);
    }
    let (.., implementation) = OPERATORS.iter().find(|(_, name, _)| *name == operator).unwrap();
    let args = args.into_iter().map(|(arg, input)| (arg.into(), input)).collect();
    let result = gml_ir::Type::Unknown;
    implementation(crate::data::Call { operator, args, result: &result, context: &context(2) }).map(rows_of)
}

fn floats(rows: &DataFrame, column: &str) -> Vec<f64> {
    rows.column(column).unwrap().f64().unwrap().iter().flatten().collect()
}

fn texts(rows: &DataFrame, column: &str) -> Vec<String> {
    rows.column(column).unwrap().str().unwrap().iter().flatten().map(str::to_owned).collect()
}

fn trees(objective: &str) -> (Data, Table) {
    let (train, valid) = sample(objective);
    (fit(small_trees(objective), &train, Some(&valid), 1).unwrap(), valid)
}

/// A recipe that makes six columns of one, and trees on what it gives.
fn chained() -> (Data, Table) {
    let (train, valid) = sample("binary");
    let recipe = call("one_hot", vec![("columns", columns(&["c"]))], 1).unwrap();
    let parts = Input::List(vec![Input::Data(recipe), Input::Data(small_trees("binary"))]);
    let chain = call("chain", vec![("parts", parts)], 1).unwrap();
    (fit(chain, &train, Some(&valid), 1).unwrap(), valid)
}

#[test]
fn contributions_and_base_are_the_log_odds() {
    for (model, valid) in [trees("binary"), chained()] {
        let scores = floats(&rows_of(predict(&model, &valid).unwrap()), "score");
        let rows = explained("contributions", &model, &valid, None).unwrap();
        let names = ["x0", "x1", "n", "c", "b"].map(|name| format!("{name}_contribution"));
        let parts: Vec<Vec<f64>> = names.iter().map(|name| floats(&rows, name)).collect();
        let base = floats(&rows, "base");
        for (row, score) in scores.iter().enumerate() {
            let sum: f64 = base[row] + parts.iter().map(|part| part[row]).sum::<f64>();
            let odds = (score / (1.0 - score)).ln();
            assert!((sum - odds).abs() < 1e-9, "row {row}: {sum} and not {odds}");
        }
    }
}

#[test]
fn what_makes_the_target_matters_most() {
    // The target is made of 3 x0 - 2 x1 + ...
    for how in ["shap", "gain", "permutation"] {
        let (model, valid) = chained();
        let found = explained("importance", &model, &valid, Some(how)).unwrap();
        let columns = texts(&found, "column");
        assert_eq!(columns.len(), 5, "{how}: {columns:?}");
        assert_eq!(columns[0], "x0", "{how}: {columns:?}");
        assert!(floats(&found, "importance").is_sorted_by(|a, b| a >= b));
    }
}

#[test]
fn every_class_counts_for_the_importance() {
    let (model, valid) = trees("multiclass");
    assert_eq!(explained("importance", &model, &valid, Some("shap")).unwrap().height(), 5);
    assert_eq!(explained("contributions", &model, &valid, None).unwrap_err().code, "GML0713");
}

#[test]
fn pairs_come_once_each() {
    let (model, valid) = chained();
    let found = explained("interactions", &model, &valid, None).unwrap();
    assert_eq!(found.height(), 10);
    let sizes = floats(&found, "importance");
    assert!(sizes.is_sorted_by(|a, b| a >= b) && sizes[0] > 0.0);
    let pairs: std::collections::BTreeSet<_> =
        texts(&found, "first").into_iter().zip(texts(&found, "second")).collect();
    assert_eq!(pairs.len(), 10);
}

#[test]
fn no_rows_are_explained_by_nothing() {
    let (model, valid) = trees("regression");
    let none = Table { frame: valid.frame.limit(0), ty: valid.ty };
    assert_eq!(explained("contributions", &model, &none, None).unwrap().height(), 0);
    let found = explained("importance", &model, &none, Some("shap")).unwrap();
    assert!(floats(&found, "importance").iter().all(|value| *value == 0.0));
}

#[test]
fn a_transform_is_not_explained() {
    let (train, valid) = sample("binary");
    let recipe = call("one_hot", vec![("columns", columns(&["c"]))], 1).unwrap();
    let fitted = fit(recipe, &train, None, 1).unwrap();
    assert_eq!(explained("importance", &fitted, &valid, Some("shap")).unwrap_err().code, "GML0713");
}

fn operator(name: &str, args: Vec<(&str, Input)>) -> Result<Data, gml_connect::Fault> {
    let (.., implementation) = OPERATORS.iter().find(|(_, known, _)| *known == name).unwrap();
    let args = args.into_iter().map(|(arg, input)| (arg.into(), input)).collect();
    let result = gml_ir::Type::Unknown;
    implementation(crate::data::Call { operator: name, args, result: &result, context: &context(2) })
}

fn report(model: &Data, on: &Table, top: Option<i64>) -> String {
    let mut args = vec![("model", Input::Data(model.clone())), ("on", Input::Data(Data::Table(on.clone())))];
    args.extend(top.map(|top| ("top", Input::Const(Value::Int(top)))));
    match operator("explain", args).unwrap() {
        Data::Report(report) => gml_report::page(&report),
        _ => panic!("no report"),
    }
}

#[test]
fn explanations_name_the_columns_that_the_program_wrote() {
    let (model, valid) = chained();
    let page = report(&model, &valid, None);
    for name in ["x0", "x1", "n", "c", "b"] {
        assert!(page.contains(&format!("<td><code>{name}</code></td>")), "{name}: {page}");
    }
    assert!(!page.contains("c_"), "what the recipe makes of `c` counts for `c`");
    assert_eq!(page, report(&model, &valid, None), "the same rows give the same page");
    // Of the most important ones only there are figures; the table has all.
    let few = report(&model, &valid, Some(2));
    assert!(few.len() < page.len() && few.contains("<td><code>b</code></td>"));
}

#[test]
fn explanations_of_several_classes_tell_each() {
    let (model, valid) = trees("multiclass");
    let page = report(&model, &valid, Some(3));
    assert!(page.matches("<figure>").count() >= 3, "{page}");
    assert!(page.contains("Contributions of "));
}

#[test]
fn nothing_can_be_said_of_no_rows() {
    let (model, valid) = trees("binary");
    let empty = Table { frame: valid.frame.clone().limit(0), ty: valid.ty.clone() };
    for name in ["explain", "partial_dependence"] {
        let args = vec![
            ("model", Input::Data(model.clone())),
            ("on", Input::Data(Data::Table(empty.clone()))),
            ("columns", columns(&["x0"])),
            ("points", Input::Const(Value::Int(5))),
            ("individual", Input::Const(Value::Bool(false))),
        ];
        assert_eq!(operator(name, args).err().map(|fault| fault.code), Some("GML0922"), "{name}");
    }
}

#[test]
fn partial_dependence_is_the_mean_of_what_is_said_of_all_rows() {
    use polars::prelude::{IntoLazy, col, lit};
    for (model, valid) in [trees("binary"), chained()] {
        let Data::Fitted(fitted) = &model else { panic!("no model") };
        let found = crate::explain::dependence::means(&**fitted, &valid, "x1", 7, &context(2)).unwrap();
        assert_eq!(found.len(), 7);
        let rows = crate::frame::collect(valid.frame.clone()).unwrap();
        let mut known = floats(&rows, "x1");
        known.sort_by(f64::total_cmp);
        assert_eq!((found[0].0, found[6].0), (known[0], known[known.len() - 1]));
        for (at, mean) in found {
            assert!(known.contains(&at), "places are values that rows have");
            let changed = rows.clone().lazy().with_columns([lit(at).alias("x1")]).select([col("*")]);
            let changed = Table { frame: changed, ty: valid.ty.clone() };
            let scores = floats(&rows_of(predict(&model, &changed).unwrap()), "score");
            let expected = scores.iter().sum::<f64>() / scores.len() as f64;
            assert!((mean - expected).abs() < 1e-12, "{at}: {mean} and not {expected}");
        }
    }
}

#[test]
fn partial_dependence_draws_numbers_and_values() {
    let (model, valid) = chained();
    let figure = |individual: bool| {
        let args = vec![
            ("model", Input::Data(model.clone())),
            ("on", Input::Data(Data::Table(valid.clone()))),
            ("columns", columns(&["x0", "c"])),
            ("points", Input::Const(Value::Int(5))),
            ("individual", Input::Const(Value::Bool(individual))),
        ];
        match operator("partial_dependence", args).unwrap() {
            Data::Figure(figure) => figure,
            _ => panic!("no figure"),
        }
    };
    let plain = gml_report::svg(&figure(false));
    assert!(plain.contains(">x0</text>") && plain.contains(">c</text>"), "{plain}");
    let with_rows = gml_report::svg(&figure(true));
    assert!(with_rows.matches("class=\"thread\"").count() > 90 && !plain.contains("thread\" d"));
}

#[test]
fn a_column_that_the_model_does_not_look_at_is_told() {
    let (model, valid) = trees("binary");
    let told = |of: &[&str]| {
        let args = vec![
            ("model", Input::Data(model.clone())),
            ("on", Input::Data(Data::Table(valid.clone()))),
            ("columns", columns(of)),
            ("points", Input::Const(Value::Int(5))),
            ("individual", Input::Const(Value::Bool(true))),
        ];
        let Data::Figure(figure) = operator("partial_dependence", args).unwrap() else { panic!("no figure") };
        figure.description.clone()
    };
    let (with_target, of_texts) = (told(&["x0", "y"]), told(&["c"]));
    assert!(with_target.ends_with(" The model does not look at y."), "{with_target}");
    // Lines of single rows are drawn of numbers alone.
    assert!(with_target.contains("Thin lines") && of_texts.ends_with(" rows."), "{of_texts}");
}
