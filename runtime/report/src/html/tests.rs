use std::sync::Arc;

use super::*;
use crate::figure::{Axis, Colour, Figure, Mark, Panel};
use crate::report::{Datum, Grid};

fn everything() -> Report {
    let line =
        Mark::Line { name: "a".into(), points: vec![(0.0, 1.0), (1.0, 0.0)], colour: Colour::Series(0), dashed: false };
    let panel = Panel::new(Axis::numbers("x"), Axis::numbers("y"), vec![line]);
    let figure = Figure {
        title: "Fig <1>".into(),
        description: "Down & out.".into(),
        panels: vec![panel.clone(), panel.titled("second")],
    };
    let row = |name: &str, number: f64| {
        vec![Datum::text(name), Datum::Number(number), Datum::Share(0.25), Datum::Columns(vec![1.0, 0.0, 3.0])]
    };
    let grid =
        Grid { left_out: 2, ..Grid::new(["name", "n", "share", "shape"], vec![row("<a>", 1234.5), row("b", -1.0)]) };
    let figure = Block::Figure(Arc::new(figure));
    let blocks = vec![
        Block::Text("text <b>".into()),
        Block::Facts(vec![("rows".into(), Datum::count(12)), ("code".into(), Datum::Code("a >> b".into()))]),
        Block::Warnings(vec!["odd & even".into()]),
        Block::Failure("it broke".into(), vec!["badly".into()]),
        Block::section("One", vec![figure.clone(), Block::section("Inner", vec![Block::Table(grid)])]),
        Block::section("Two", vec![Block::Folded("more".into(), vec![figure])]),
        Block::section(
            "Three",
            vec![Block::Facts(vec![
                ("took".into(), Datum::Seconds(1.5, 0.5)),
                ("state".into(), Datum::Verdict("failed".into(), true)),
            ])],
        ),
        Block::section("Four", vec![Block::Facts(vec![("nothing".into(), Datum::Nothing)])]),
    ];
    Report::new("All <blocks>", blocks)
}

/// Elements that have no end.
const VOID: [&str; 1] = ["meta"];

#[test]
fn pages_are_well_formed_and_need_nothing_else() {
    let page = page(&everything());
    // With its few empty elements closed, the page is XML too, which tells of every tag that is not.
    let mut text = page.trim_start_matches("<!DOCTYPE html>\n").to_owned();
    for name in VOID {
        text = text.split(&format!("<{name} ")).collect::<Vec<_>>().join(&format!("<{name}/><x "));
        text = text
            .lines()
            .map(
                |line| {
                    if line.starts_with(&format!("<{name}/>")) { format!("<{name}/>\n") } else { format!("{line}\n") }
                },
            )
            .collect();
    }
    let parsed = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let count = |name: &str| parsed.descendants().filter(|node| node.has_tag_name(name)).count();
    assert_eq!((count("figure"), count("table"), count("section"), count("details")), (2, 1, 5, 1));
    let ids: Vec<&str> = parsed.descendants().filter_map(|node| node.attribute("id")).collect();
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), ids.len(), "{ids:?}");
    for node in parsed.descendants() {
        if let Some(target) = node.attribute("href") {
            assert!(ids.contains(&target.trim_start_matches('#')), "{target}");
        }
        for name in node.attribute("aria-labelledby").into_iter().flat_map(str::split_whitespace) {
            assert!(ids.contains(&name), "{name}");
        }
    }
    assert!(!page.contains("http") && !page.contains("<script") && !page.contains("@import") && !page.contains("url("));
    assert!(page.contains("All &lt;blocks&gt;") && page.contains("and 2 further rows"));
}

#[test]
fn columns_of_numbers_stand_right() {
    let page = page(&everything());
    assert!(
        page.contains("<th scope=\"col\" class=\"number\">n</th>") && page.contains("<td class=\"number\">1234.5</td>")
    );
    assert!(page.contains("<th scope=\"col\">name</th>"));
}

#[test]
fn only_long_texts_are_broken_into_lines() {
    let text = |text: &str| vec![Datum::text(text)];
    let grid = Grid::new(["text"], vec![text("short"), text("a text that is longer than most columns are wide")]);
    let page = page(&Report::new("Texts", vec![Block::Table(grid)]));
    assert!(page.contains("<td>short</td>") && page.contains("<td class=\"long\">a text that is"));
}
