//! Pages of results.

use std::sync::Arc;

use gml_ir::{Type, Value};
use gml_report::{Block, Report, page};

use super::assemble::report;
use crate::tests::kit::{rows, table};
use crate::{Call, Context, Data, Input, Metric};

fn parts() -> Vec<(Arc<str>, Data)> {
    let metric = |name: &str, partition: &str, value| Metric { name: name.into(), partition: partition.into(), value };
    let inner = Report::new("Inner", vec![Block::Text("of its own".into())]);
    vec![
        (
            "how_good".into(),
            Data::Metrics(vec![metric("auc", "test", 0.75), metric("auc", "train", 0.9), metric("brier", "test", 0.1)]),
        ),
        ("rows".into(), Data::Table(table(&[("n", Type::INT), ("s", Type::Str)], rows![[1, "a"], [2, ()]]))),
        ("share".into(), Data::Value(Value::Float(0.25))),
        ("inner".into(), Data::Report(Arc::new(inner))),
        (
            "both".into(),
            Data::Record(vec![("x".into(), Data::Value(Value::Int(1))), ("again".into(), Data::List(Vec::new()))]),
        ),
    ]
}

fn reported(parts: Vec<(Arc<str>, Data)>) -> Result<Data, gml_connect::Fault> {
    let context = Context::new(1, "/nowhere");
    let args = vec![
        ("title".into(), Input::Const(Value::Str("Who buys?".into()))),
        ("parts".into(), Input::Data(Data::Record(parts))),
    ];
    report(Call { operator: "report", args, result: &Type::Unknown, context: &context })
}

#[test]
fn results_stand_under_their_names_in_order() {
    let Data::Report(report) = reported(parts()).unwrap() else { panic!("no report") };
    let titles: Vec<&str> = report
        .blocks
        .iter()
        .map(|block| match block {
            Block::Section(title, _) => title.as_str(),
            _ => panic!("{block:?}"),
        })
        .collect();
    assert_eq!((report.title.as_str(), titles), ("Who buys?", vec!["How good", "Rows", "Share", "Inner", "Both"]));
    let html = page(&report);
    for part in
        ["<td class=\"number\">0.75</td>", "<th scope=\"col\" class=\"number\">train</th>", "of its own", "<td>a</td>"]
    {
        assert!(html.contains(part), "{part}: {html}");
    }
}

#[test]
fn rivals_stand_side_by_side() {
    let judged = |name: &str, hit: f64, place: f64| {
        let metric = |metric: &str, value| Metric { name: metric.into(), partition: "test".into(), value };
        (Arc::from(name), Data::Metrics(vec![metric("hit_rate(20)", hit), metric("mrr(20)", place)]))
    };
    let mut parts = vec![judged("popularity", 0.01, 0.002), judged("item_knn", 0.25, 0.125)];
    parts.push(("alone".into(), Data::Metrics(vec![])));
    let Data::Report(report) = reported(parts).unwrap() else { panic!("no report") };
    let [Block::Section(title, blocks), Block::Section(other, _)] = &*report.blocks else { panic!("{report:?}") };
    assert_eq!((&**title, &**other), ("Side by side", "Alone"));
    let [Block::Table(grid), Block::Figure(figure)] = &**blocks else { panic!("{blocks:?}") };
    assert_eq!(grid.headings, ["", "hit_rate(20)", "mrr(20)"]);
    let numbers = |row: usize| -> Vec<f64> {
        let number = |datum: &gml_report::Datum| match datum {
            gml_report::Datum::Number(number) => Some(*number),
            _ => None,
        };
        grid.rows[row].iter().filter_map(number).collect()
    };
    assert_eq!((numbers(0), numbers(1)), (vec![0.01, 0.002], vec![0.25, 0.125]));
    assert_eq!(figure.panels.len(), 2);
    assert!(page(&report).contains("Item knn: mrr(20) 0.1250"), "{}", page(&report));
}
