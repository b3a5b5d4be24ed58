//! Recommenders, held against values worked out by hand.

mod tuning;

use std::path::Path;
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Partitions, SequencesType, Type, Value};

use super::Recommender;
use crate::expr::values;
use crate::sequences::{Items, Sequences};
use crate::tests::kit::*;
use crate::{Call, Context, Data, Fitted, Input, Metric, operator};

/// Sessions by name, and the items that were clicked on, all at one moment, a day after the session before.
fn sessions(of: &[(&str, &[i64])]) -> Sequences {
    // A session without an item has a click on one that is taken away again.
    const NONE: i64 = -1;
    let cells = (0_i64..).zip(of).flat_map(|(day, (session, items))| {
        let items = if items.is_empty() { &[NONE] } else { *items };
        items.iter().map(move |item| vec![(*session).value(), (*item).value(), at(24 * day)])
    });
    let columns = [("session", Type::Str), ("item", Type::INT), ("at", Type::Timestamp)];
    let made = sequences_of(table(&columns, cells.collect()), Type::INT);
    let known = values(made.items().values(), &Type::INT).unwrap();
    let kept = (0_u32..).zip(known).filter(|(_, item)| *item != Value::Int(NONE)).map(|(number, _)| number);
    let kept = made.items().take(&kept.collect::<Vec<_>>()).unwrap();
    made.in_terms_of(&Arc::new(Items::new(&kept).unwrap())).unwrap()
}

fn sequences_of(table: crate::Table, item: Type) -> Sequences {
    let ty = Type::Sequences(SequencesType {
        keys: Arc::new(row_of(&[("session", Type::Str)])),
        item: Arc::new(item.clone()),
        partitions: Partitions::NONE,
    });
    let args = vec![
        ("input", input(&table)),
        ("session", keys(&["session"])),
        ("item", Input::Expr(c("item", item))),
        ("time", Input::Expr(c("at", Type::Timestamp))),
        ("min_length", constant(0)),
        ("min_support", constant(1)),
        ("repeats", constant("keep")),
    ];
    let Data::Sequences(sequences) = call_as("std.graph", "sequences", args, &ty).unwrap() else {
        panic!("no sequences")
    };
    sequences
}

/// Item 2 is in four clicks and three sessions, 3 in three and three, 1 in two and two, 4 in one and one.
fn train() -> Sequences {
    sessions(&[("a", &[1, 2, 3]), ("b", &[2, 3]), ("c", &[2, 4, 2]), ("d", &[3, 1])])
}

fn given(sequences: &Sequences) -> Input {
    Input::Data(Data::Sequences(sequences.clone()))
}

fn fit_with(
    threads: usize,
    estimator: &str,
    args: Vec<(&str, Input)>,
    train: &Sequences,
) -> Result<Arc<dyn Fitted>, Fault> {
    let learner = call("std.recommend", estimator, args)?;
    let args = vec![(Arc::from("learner"), Input::Data(learner)), (Arc::from("train"), given(train))];
    let context = Context::new(threads, "/nowhere");
    let call = Call { operator: "fit", args, result: &Type::Unknown, context: &context };
    match operator("std.learning", "fit").unwrap()(call)? {
        Data::Fitted(fitted) => Ok(fitted),
        _ => panic!("nothing learned"),
    }
}

fn fit(estimator: &str, args: Vec<(&str, Input)>, train: &Sequences) -> Arc<dyn Fitted> {
    fit_with(2, estimator, args, train).unwrap()
}

fn knn(train: &Sequences, decay: f64, half_life: Input) -> Arc<dyn Fitted> {
    fit("item_knn", knn_args(decay, half_life), train)
}

fn knn_args(decay: f64, half_life: Input) -> Vec<(&'static str, Input)> {
    vec![("neighbours", constant(100)), ("decay", constant(decay)), ("half_life", half_life)]
}

fn als_args(factors: i64, iterations: i64) -> Vec<(&'static str, Input)> {
    vec![
        ("factors", constant(factors)),
        ("iterations", constant(iterations)),
        ("l2", constant(0.1)),
        ("confidence", constant(2.0)),
        ("seed", constant(7)),
    ]
}

/// Each with what it takes.
fn all() -> Vec<(&'static str, Vec<(&'static str, Input)>)> {
    vec![
        ("popularity", vec![("recent", constant(()))]),
        ("popularity", vec![("recent", constant(hours(25)))]),
        ("session_popularity", Vec::new()),
        ("item_knn", knn_args(0.5, constant(hours(24)))),
        ("als", als_args(2, 3)),
    ]
}

#[test]
fn what_is_no_network_is_not_asked_for_on_a_gpu() {
    let model = knn(&train(), 0.5, constant(hours(24)));
    let args = vec![
        ("input", given(&train())),
        ("model", Input::Data(Data::Fitted(model))),
        ("k", constant(1)),
        ("device", constant("cuda")),
    ];
    let fault = call("std.recommend", "recommend", args).err().unwrap();
    assert_eq!(fault.code, "GML0941");
    assert!(fault.message.contains("item_knn is no network"), "{}", fault.message);
}

fn recommended(model: &Arc<dyn Fitted>, of: &Sequences, k: i64, exclude: &str) -> Vec<Vec<(i64, f64)>> {
    let args = vec![
        ("input", given(of)),
        ("model", Input::Data(Data::Fitted(model.clone()))),
        ("k", constant(k)),
        ("exclude", constant(exclude)),
    ];
    let Data::Table(table) = call("std.recommend", "recommend", args).unwrap() else { panic!("no table") };
    let frame = crate::frame::collect(table.frame).unwrap();
    let names: Vec<&str> = frame.get_column_names().into_iter().map(|name| name.as_str()).collect();
    assert_eq!(names, ["session", "items", "scores"]);
    assert_eq!(frame.height(), of.len());
    let lists = |name: &str, item: Type| {
        let column = frame.column(name).unwrap().as_materialized_series().clone();
        values(&column, &list_of(item)).unwrap()
    };
    let (items, scores) = (lists("items", Type::INT), lists("scores", Type::Float));
    let pair = |(items, scores): (&Value, &Value)| match (items, scores) {
        (Value::List(items), Value::List(scores)) => {
            let pairs = items.iter().zip(scores);
            pairs.map(|(item, score)| (item.as_int().unwrap(), score.as_float().unwrap())).collect()
        }
        _ => panic!("no lists"),
    };
    items.iter().zip(&scores).map(pair).collect()
}

fn items(of: &[Vec<(i64, f64)>]) -> Vec<Vec<i64>> {
    of.iter().map(|list| list.iter().map(|(item, _)| *item).collect()).collect()
}

#[track_caller]
fn near(found: &[(i64, f64)], due: &[(i64, f64)]) {
    assert_eq!(found.len(), due.len(), "{found:?}");
    for ((item, score), (due_item, due_score)) in found.iter().zip(due) {
        assert!(item == due_item && (score - due_score).abs() < 1e-5, "{found:?} and not {due:?}");
    }
}

#[test]
fn what_is_most_frequent() {
    let model = fit("popularity", vec![("recent", constant(()))], &train());
    let found = recommended(&model, &sessions(&[("e", &[4]), ("f", &[])]), 3, "nothing");
    for list in &found {
        near(list, &[(2, 0.4), (3, 0.3), (1, 0.2)]);
    }
    // The last two sessions: 2 twice, 4, 3 and 1 once; equal ones by how frequent they are in all.
    let model = fit("popularity", vec![("recent", constant(hours(25)))], &train());
    near(&recommended(&model, &sessions(&[("e", &[1])]), 9, "nothing")[0], &[(2, 0.4), (3, 0.2), (1, 0.2), (4, 0.2)]);
}

#[test]
fn what_is_most_frequent_in_the_session() {
    let model = fit("session_popularity", Vec::new(), &train());
    let found = recommended(&model, &sessions(&[("e", &[4, 1, 4, 3]), ("f", &[9]), ("g", &[])]), 9, "nothing");
    near(&found[0], &[(4, 2.1), (3, 1.3), (1, 1.2), (2, 0.4)]);
    near(&found[1], &[(2, 0.4), (3, 0.3), (1, 0.2), (4, 0.1)]);
    assert_eq!(found[1], found[2]);
}

#[test]
fn neighbours_by_the_cosine_of_their_sessions() {
    let model = knn(&train(), 1.0, constant(()));
    let found = recommended(&model, &sessions(&[("e", &[1]), ("f", &[1, 2]), ("g", &[4, 4])]), 9, "nothing");
    near(&found[0], &[(3, 0.816_497), (2, 0.408_248), (1, 0.0), (4, 0.0)]);
    near(&found[1], &[(3, 0.666_667 + 0.816_497), (4, 0.577_350), (2, 0.408_248), (1, 0.408_248)]);
    near(&found[2], &[(2, 2.0 * 0.577_350), (3, 0.0), (1, 0.0), (4, 0.0)]);
}

#[test]
fn items_further_back_count_less() {
    let found = recommended(&knn(&train(), 0.5, constant(())), &sessions(&[("e", &[1, 2])]), 4, "nothing");
    near(&found[0], &[(3, 0.666_667 + 0.408_248), (4, 0.577_350), (1, 0.408_248), (2, 0.204_124)]);
    let only_the_last = recommended(&knn(&train(), 0.0, constant(())), &sessions(&[("e", &[1, 2])]), 4, "nothing");
    near(&only_the_last[0], &[(3, 0.666_667), (4, 0.577_350), (1, 0.408_248), (2, 0.0)]);
}

#[test]
fn older_sessions_count_less() {
    // Each session ends a day after the one before: they count 1/8, 1/4, 1/2 and 1.
    let found = recommended(&knn(&train(), 1.0, constant(hours(24))), &sessions(&[("e", &[1])]), 2, "nothing");
    near(&found[0], &[(3, 1.125 / (1.125_f64 * 1.375).sqrt()), (2, 0.125 / (1.125_f64 * 0.875).sqrt())]);
}

#[test]
fn only_the_nearest_are_kept() {
    let args = vec![("neighbours", constant(1)), ("decay", constant(1.0)), ("half_life", constant(()))];
    let found = recommended(&fit("item_knn", args, &train()), &sessions(&[("e", &[1])]), 4, "nothing");
    near(&found[0], &[(3, 0.816_497), (2, 0.0), (1, 0.0), (4, 0.0)]);
}

/// An independent program in numpy, from the same start: three turns of both sides, each by the normal equations.
#[test]
fn factors_as_another_program_finds_them() {
    let model = fit("als", als_args(2, 3), &train());
    let found = recommended(&model, &sessions(&[("e", &[1]), ("f", &[1, 2]), ("g", &[4])]), 4, "nothing");
    near(&found[0], &[(1, 0.684_537), (3, 0.676_078), (2, 0.151_124), (4, -0.327_001)]);
    near(&found[1], &[(3, 0.959_937), (2, 0.823_808), (1, 0.752_662), (4, 0.126_528)]);
    near(&found[2], &[(4, 0.629_353), (2, 0.548_777), (3, -0.138_709), (1, -0.349_129)]);
}

#[test]
fn factors_that_cannot_be_told_apart_are_told() {
    let mut args = als_args(8, 3);
    args.retain(|(name, _)| *name != "l2");
    args.push(("l2", constant(0.0)));
    let fault = fit_with(2, "als", args, &train()).err().unwrap();
    assert_eq!(fault.code, "GML0921");
    assert!(fault.help.unwrap().contains("larger `l2`"));
}

#[test]
fn confidence_has_bounds() {
    for confidence in [-1.0, 1e300, f64::NAN] {
        let mut args = als_args(2, 3);
        args.retain(|(name, _)| *name != "confidence");
        args.push(("confidence", constant(confidence)));
        let fault = call("std.recommend", "als", args).err().unwrap();
        assert_eq!((fault.code, fault.message.contains("in 0..1000000")), ("GML0229", true), "{}", fault.message);
    }
}

#[test]
fn shares_are_floats_with_all_their_digits() {
    let scores = |estimator: &str, args: Vec<(&str, Input)>, of: &[i64]| -> Vec<f64> {
        let found = recommended(&fit(estimator, args, &train()), &sessions(&[("e", of)]), 4, "nothing");
        found[0].iter().map(|(_, score)| *score).collect()
    };
    assert_eq!(scores("popularity", vec![("recent", constant(()))], &[1]), [0.4, 0.3, 0.2, 0.1]);
    assert_eq!(scores("session_popularity", Vec::new(), &[1, 1]), [2.2, 0.4, 0.3, 0.1]);
    let similar = scores("item_knn", knn_args(1.0, constant(())), &[1]);
    assert!((similar[0] - 2.0 / 6.0_f64.sqrt()).abs() < 1e-15, "{similar:?}");
}

#[test]
fn what_is_seen_can_be_left_out() {
    for (estimator, args) in all() {
        let model = fit(estimator, args, &train());
        let asked = sessions(&[("e", &[2, 1, 2, 77]), ("f", &[]), ("g", &[1, 2, 3, 4])]);
        let found = items(&recommended(&model, &asked, 9, "seen"));
        let mut left = found[0].clone();
        left.sort_unstable();
        assert_eq!((left, found[1].len(), found[2].len()), (vec![3, 4], 4, 0), "{estimator}");
    }
}

#[test]
fn unknown_items_are_passed_over() {
    for (estimator, args) in all() {
        let model = fit(estimator, args, &train());
        let asked = sessions(&[("e", &[3, 1]), ("f", &[55, 3, 66, 1, 77]), ("g", &[55]), ("h", &[])]);
        let found = recommended(&model, &asked, 4, "nothing");
        assert_eq!(found[0], found[1], "{estimator}");
        assert_eq!(found[2], found[3], "{estimator}");
        // Nothing is known: the most frequent ones, with their shares of all clicks.
        near(&found[3], &[(2, 0.4), (3, 0.3), (1, 0.2), (4, 0.1)]);
    }
}

#[test]
fn one_item_in_all_and_sessions_of_one_click() {
    let one = sessions(&[("a", &[5]), ("b", &[5]), ("c", &[5, 5])]);
    for (estimator, args) in all() {
        let model = fit(estimator, args, &one);
        let found = recommended(&model, &sessions(&[("e", &[5]), ("f", &[6])]), 3, "nothing");
        assert_eq!(items(&found), [[5], [5]], "{estimator}");
        assert_eq!(items(&recommended(&model, &one, 3, "seen")), [[0; 0]; 3], "{estimator}");
        let judged = judged(&model, &one, &[metric("hit_rate", Some(1)), metric("mrr", Some(1))], None).unwrap();
        assert!(judged.iter().all(|metric| metric.value == 1.0), "{estimator}");
    }
}

#[test]
fn a_session_of_ten_thousand_clicks() {
    let long: Vec<i64> = (0..10_000).map(|place| (place * place) % 1_009).collect();
    let train = sessions(&[("a", &[1, 2, 3]), ("b", &long), ("c", &[2, 1])]);
    for (estimator, args) in all() {
        let model = fit(estimator, args, &train);
        let found = recommended(&model, &sessions(&[("e", &long), ("f", &[2])]), 20, "nothing");
        assert!(found.iter().all(|list| list.len() == 20), "{estimator}");
        assert!(found.iter().flatten().all(|(_, score)| score.is_finite()), "{estimator}");
    }
}

#[test]
fn nothing_to_learn_from_is_told() {
    for (estimator, args) in all() {
        for none in [sessions(&[]), sessions(&[("a", &[])])] {
            let fault = fit_with(2, estimator, args.clone(), &none).err().unwrap();
            assert_eq!(fault.code, "GML0922", "{estimator}");
        }
    }
}

#[test]
fn items_of_another_kind_are_told() {
    let columns = [("session", Type::Str), ("item", Type::Str), ("at", Type::Timestamp)];
    let texts = sequences_of(table(&columns, rows![["a", "1", at(1)]]), Type::Str);
    let model = fit("session_popularity", Vec::new(), &train());
    let args = vec![
        ("input", given(&texts)),
        ("model", Input::Data(Data::Fitted(model.clone()))),
        ("k", constant(3)),
        ("exclude", constant("nothing")),
    ];
    let fault = fails("std.recommend", "recommend", args);
    assert_eq!(fault.code, "GML0721");
    assert_eq!(fault.message, "the recommender knows items that are whole numbers, and these are texts");
}

#[test]
fn what_no_session_has_is_not_known() {
    // Items without support are no items, and what only other parts have is not learned.
    let all = sessions(&[("a", &[1, 2]), ("b", &[7, 2])]);
    let Data::Record(parts) =
        call("std.split", "split_time", vec![("input", given(&all)), ("test", last(24))]).unwrap()
    else {
        panic!("no record")
    };
    let Data::Sequences(train) = &parts[0].1 else { panic!("no sequences") };
    let model = fit("popularity", vec![("recent", constant(()))], train);
    assert_eq!(items(&recommended(&model, &all, 9, "nothing")), [[1, 2], [1, 2]]);
}

fn last(length: i64) -> Input {
    constant(Value::Symbol { name: "last".into(), args: vec![("length".into(), hours(length))] })
}

fn metric(name: &str, k: Option<i64>) -> Value {
    let k = k.map_or(Value::Null, Value::Int);
    Value::Symbol { name: name.into(), args: vec![("k".into(), k)] }
}

fn judged(
    model: &Arc<dyn Fitted>,
    on: &Sequences,
    metrics: &[Value],
    sampled: Option<i64>,
) -> Result<Vec<Metric>, Fault> {
    judged_with("nothing", model, on, metrics, sampled)
}

fn judged_with(
    exclude: &str,
    model: &Arc<dyn Fitted>,
    on: &Sequences,
    metrics: &[Value],
    sampled: Option<i64>,
) -> Result<Vec<Metric>, Fault> {
    let mut args = vec![
        ("recommender", Input::Data(Data::Fitted(model.clone()))),
        ("on", Input::List(vec![given(on)])),
        ("metrics", Input::Const(Value::List(metrics.to_vec()))),
    ];
    args.push(("exclude", constant(exclude)));
    args.extend(sampled.map(|others| ("sampled", constant(others))));
    args.push(("seed", constant(3)));
    match call("std.learning", "evaluate", args)? {
        Data::Metrics(metrics) => Ok(metrics),
        _ => panic!("no metrics"),
    }
}

#[test]
fn metrics_by_hand() {
    // Most frequent first: 2, 3, 1, 4. Due are 2 (place 1), 4 (place 4), 3 (place 2), and 9, which nobody knows. A session of
    // one click has nothing to be found.
    let model = fit("popularity", vec![("recent", constant(()))], &train());
    let test = sessions(&[("e", &[1, 2]), ("f", &[9, 1, 4]), ("g", &[9, 3]), ("h", &[1, 9]), ("i", &[2])]);
    let names = ["hit_rate", "recall", "precision", "mrr", "map", "ndcg"];
    let of = |k: i64| -> Vec<f64> {
        let metrics: Vec<Value> = names.iter().map(|name| metric(name, Some(k))).collect();
        let judged = judged(&model, &test, &metrics, None).unwrap();
        assert!(judged.iter().zip(names).all(|(metric, name)| metric.name == format!("{name}({k})")));
        judged.iter().map(|metric| metric.value).collect()
    };
    let close = |found: Vec<f64>, due: [f64; 6]| {
        assert!(found.iter().zip(due).all(|(found, due)| (found - due).abs() < 1e-12), "{found:?} {due:?}");
    };
    close(of(1), [0.25; 6]);
    let second = 1.0 / 3.0_f64.log2();
    close(of(2), [0.5, 0.5, 0.25, 1.5 / 4.0, 1.5 / 4.0, (1.0 + second) / 4.0]);
    let fourth = 1.0 / 5.0_f64.log2();
    close(of(20), [0.75, 0.75, 0.0375, 1.75 / 4.0, 1.75 / 4.0, (1.0 + second + fourth) / 4.0]);
}

#[test]
fn metrics_of_what_is_recommended() {
    let model = fit("popularity", vec![("recent", constant(()))], &train());
    let test = sessions(&[("e", &[1, 2]), ("f", &[9, 1, 4])]);
    let metrics = [metric("coverage", Some(1)), metric("coverage", Some(3)), metric("novelty", Some(2))];
    let judged = judged(&model, &test, &metrics, Some(1)).unwrap();
    let named: Vec<(&str, f64)> = judged.iter().map(|metric| (metric.name.as_str(), metric.value)).collect();
    // 2 and 3 are in three of four sessions.
    let novelty = -(0.75_f64.log2());
    assert_eq!(named, [("coverage(1)", 0.25), ("coverage(3)", 0.75), ("novelty(2)", novelty)]);
}

#[test]
fn places_among_some_others_say_so() {
    let model = fit("popularity", vec![("recent", constant(()))], &train());
    let test = sessions(&[("e", &[1, 4]), ("f", &[1, 2]), ("g", &[1, 9])]);
    let among = |others: i64| {
        let judged = judged(&model, &test, &[metric("mrr", Some(20))], Some(others)).unwrap();
        assert_eq!(judged[0].name, format!("mrr(20)[sampled={others}]"));
        judged[0].value
    };
    // 4 stands behind all others, 2 before them, and 9 is not known.
    assert_eq!(among(1), (0.5 + 1.0) / 3.0);
    assert_eq!(among(2), (1.0 / 3.0 + 1.0) / 3.0);
    assert_eq!(among(3), among(1_000));
}

#[test]
fn what_was_seen_can_be_left_out_of_the_ranking() {
    // Most frequent first: 2, 3, 1, 4. Without those given, 1 stands at place 2 behind 3, and 2 is not there to be found again.
    let model = fit("popularity", vec![("recent", constant(()))], &train());
    let test = sessions(&[("e", &[2, 9, 2, 1]), ("f", &[2, 3, 2]), ("g", &[2, 3, 1, 4])]);
    let metrics = [metric("mrr", Some(20)), metric("coverage", Some(1))];
    let judged = judged_with("seen", &model, &test, &metrics, None).unwrap();
    let named: Vec<(&str, f64)> = judged.iter().map(|metric| (metric.name.as_str(), metric.value)).collect();
    assert_eq!(named, [("mrr(20)[exclude=seen]", 1.5 / 3.0), ("coverage(1)[exclude=seen]", 0.75)]);
    let judged = judged_with("seen", &model, &test, &metrics[..1], Some(100)).unwrap();
    assert_eq!((&*judged[0].name, judged[0].value), ("mrr(20)[exclude=seen, sampled=100]", 0.5));
}

#[test]
fn judging_by_nothing_is_told() {
    let model = fit("popularity", vec![("recent", constant(()))], &train());
    for none in [sessions(&[]), sessions(&[("e", &[1]), ("f", &[])])] {
        let fault = judged(&model, &none, &[metric("mrr", Some(20))], None).unwrap_err();
        assert_eq!(fault.code, "GML0922");
    }
    for (metric, code) in
        [(metric("auc", None), "GML0713"), (metric("recall", None), "GML0713"), (metric("mrr", Some(0)), "GML0229")]
    {
        assert_eq!(judged(&model, &train(), &[metric], None).unwrap_err().code, code);
    }
}

fn saved(model: &Arc<dyn Fitted>, folder: &Path) -> Vec<(String, Vec<u8>)> {
    assert!(crate::save(&**model, folder).unwrap().is_none());
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn they_are_saved_and_loaded_again() {
    let asked = sessions(&[("e", &[3, 1]), ("f", &[2]), ("g", &[]), ("h", &[4, 4, 1])]);
    for (estimator, args) in all() {
        let model = fit(estimator, args, &train());
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let files = saved(&model, folder.path());
        let again = crate::load(folder.path()).unwrap();
        assert_eq!(again.ty(), model.ty());
        assert_eq!(recommended(&again, &asked, 4, "nothing"), recommended(&model, &asked, 4, "nothing"), "{estimator}");
        assert_eq!(saved(&again, other.path()), files, "{estimator}");
        assert_eq!(again.facts(), model.facts());
        for (name, bytes) in files.iter().filter(|(name, _)| name.ends_with(".parquet")) {
            let mut damaged = bytes.clone();
            damaged[10] ^= 1;
            std::fs::write(folder.path().join(name), damaged).unwrap();
            assert_eq!(crate::load(folder.path()).err().unwrap().code, "GML0918", "{estimator} {name}");
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
    }
}

#[test]
fn results_do_not_depend_on_threads() {
    let mut state = 1_u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let lists: Vec<(String, Vec<i64>)> = (0..3_000)
        .map(|place| (format!("s{place}"), (0..1 + next(9)).map(|_| (next(40) * next(40)).cast_signed()).collect()))
        .collect();
    let lists: Vec<(&str, &[i64])> = lists.iter().map(|(name, items)| (name.as_str(), items.as_slice())).collect();
    let train = sessions(&lists);
    for (estimator, args) in all() {
        let folders = [1, 4].map(|threads| {
            let folder = tempfile::tempdir().unwrap();
            let model = fit_with(threads, estimator, args.clone(), &train).unwrap();
            (saved(&model, folder.path()), model)
        });
        let [(files, one), (other_files, four)] = &folders;
        assert_eq!(files, other_files, "{estimator}");
        assert_eq!(recommended(one, &train, 5, "seen"), recommended(four, &train, 5, "seen"), "{estimator}");
    }
}

#[test]
fn a_recommender_says_what_it_is() {
    let model = knn(&train(), 0.5, constant(()));
    let model: &Recommender = model.as_any().downcast_ref().unwrap();
    assert_eq!((model.known().len(), model.known().total, model.known().sequences), (4, 10, 4));
    assert_eq!(model.known().clicks, [4, 3, 2, 1]);
    assert_eq!(model.known().within, [3, 3, 2, 1]);
    assert_eq!(model.facts()[0], ("learner".to_owned(), "item_knn".to_owned()));
    let table = table(&[("x", Type::INT)], Vec::new());
    let context = Context::new(1, "/nowhere");
    assert_eq!(model.apply(&table, &context).err().unwrap().code, "GML0999");
}
