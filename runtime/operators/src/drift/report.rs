//! The report of a comparison.

use gml_report::{Axis, Bar, Block, Colour, Datum, Figure, Form, Grid, Mark, Panel, Report, compact, percent};

use super::column::Bins;
use super::operator::{Aside, Moved};

/// Bins that a figure shows.
const SHOWN_BINS: usize = 12;

/// Columns whose distributions are drawn.
const DRAWN_COLUMNS: usize = 12;

/// Values that are named in the table.
const NAMED_VALUES: usize = 4;

/// A number of an ordered column: dates and times as such.
pub(crate) fn written(number: f64, form: Form) -> String {
    if form != Form::Time {
        return compact(number);
    }
    // Microseconds as the program writes timestamps.
    let text = gml_ir::Value::Timestamp(number as i64).to_string();
    text.trim_start_matches('@').trim_end_matches("T00:00:00Z").to_owned()
}

pub(super) fn report(
    moved: &[Moved],
    (before, now): (usize, usize),
    aside: &Aside,
    (significance, index): (f64, f64),
) -> Report {
    let drifted = moved.iter().filter(|moved| moved.drifted).count();
    let share = drifted as f64 / moved.len().max(1) as f64;
    let mut order: Vec<&Moved> = moved.iter().collect();
    order.sort_by(|a, b| b.drifted.cmp(&a.drifted).then_with(|| b.compared.index.total_cmp(&a.compared.index)));
    let mut blocks = vec![
        Block::Facts(vec![
            (
                "columns that have drifted".into(),
                Datum::text(format!("{drifted} of {} ({})", moved.len(), percent(share))),
            ),
            ("rows of the reference".into(), Datum::count(before)),
            ("rows now".into(), Datum::count(now)),
        ]),
        Block::Text(format!(
            "A column has drifted where its p-value, corrected for the number of columns (Benjamini and Hochberg 1995), is below \
             {} and its population stability index is above {}, and where it is gone.",
            compact(significance),
            compact(index)
        )),
    ];
    let gone = moved.iter().filter(|moved| moved.gone).map(|moved| moved.name.clone()).collect();
    for (what, names) in [
        ("Gone from the current table, which counts as drift; compared as if null in all of its rows", &gone),
        ("Not compared, as the current table does not tell yet what came to be", &aside.unlabelled),
        ("Not compared, as they hold nested values", &aside.nested),
        ("Numbers in one table and texts in the other, compared as texts", &aside.retyped),
        ("Not compared, as only the current table has them", &aside.added),
    ] {
        if !names.is_empty() {
            blocks.push(Block::Text(format!("{what}: {}.", names.join(", "))));
        }
    }
    blocks.push(Block::figure(indices(&order, index)));
    blocks.push(Block::Table(table(&order)));
    let drawn = order.iter().take(DRAWN_COLUMNS);
    let panels: Vec<Panel> = drawn.map(|moved| distribution(&moved.name, &moved.compared.bins)).collect();
    let description = "Shares of the rows, in the reference and now; numbers between the deciles of the reference.";
    blocks.push(Block::figure(Figure { title: "Distributions".into(), description: description.into(), panels }));
    Report::new("Drift", blocks)
}

fn indices(order: &[&Moved], limit: f64) -> Figure {
    let bar = |wanted: bool| {
        let bars = order.iter().enumerate().filter(move |(_, moved)| moved.drifted == wanted);
        bars.map(|(place, moved)| {
            let index = moved.compared.index;
            Bar::at(place, index, compact(index), format!("{}: {}", moved.name, compact(index)))
        })
        .collect::<Vec<_>>()
    };
    let mut marks = Vec::new();
    for (wanted, name, colour) in [(true, "drifted", Colour::Series(1)), (false, "not drifted", Colour::Series(0))] {
        let bars = bar(wanted);
        if !bars.is_empty() {
            marks.push(Mark::Bars { name: name.into(), bars, colour });
        }
    }
    marks.push(Mark::RuleAtX { at: limit, label: String::new() });
    let names = order.iter().map(|moved| moved.name.clone()).collect();
    let panel = Panel::new(Axis::above("population stability index", 0.0, Form::Plain), Axis::names("", names), marks);
    let description =
        format!("The population stability index of each column; the dotted line is at {}.", compact(limit));
    Figure { title: "How far columns have moved".into(), description, panels: vec![panel] }
}

fn table(order: &[&Moved]) -> Grid {
    let headings = [
        "column",
        "",
        "stability index",
        "test",
        "statistic",
        "p-value, corrected",
        "distance",
        "nulls",
        "new values",
        "gone values",
    ];
    let rows = order.iter().map(|moved| {
        let compared = &moved.compared;
        vec![
            Datum::Code(moved.name.clone()),
            Datum::Verdict(verdict(moved).into(), moved.drifted),
            Datum::Number(compared.index),
            Datum::text(compared.test),
            Datum::Number(compared.statistic),
            Datum::Number(moved.p),
            Datum::Number(compared.distance),
            match compared.nulls {
                (0.0, 0.0) => Datum::Nothing,
                (before, now) => Datum::text(format!("{} → {}", percent(before), percent(now))),
            },
            named(&compared.new),
            named(&compared.gone),
        ]
    });
    Grid::new(headings, rows.collect())
}

fn verdict(moved: &Moved) -> &'static str {
    match moved {
        Moved { gone: true, .. } => "gone",
        Moved { drifted: true, .. } => "drifted",
        _ => "as before",
    }
}

fn named(values: &[String]) -> Datum {
    let first: Vec<&str> = values.iter().take(NAMED_VALUES).map(String::as_str).collect();
    match values.len().checked_sub(NAMED_VALUES) {
        _ if values.is_empty() => Datum::Nothing,
        Some(rest) if rest > 0 => Datum::text(format!("{} and {rest} more", first.join(", "))),
        _ => Datum::text(first.join(", ")),
    }
}

/// The shares of the bins, two bars each.
fn distribution(name: &str, bins: &Bins) -> Panel {
    let shares = |counts: &[f64]| {
        let sum: f64 = counts.iter().sum();
        counts.iter().map(|count| count / sum).take(SHOWN_BINS).collect::<Vec<f64>>()
    };
    let names: Vec<String> = bins.names.iter().take(SHOWN_BINS).cloned().collect();
    let bars = |counts: &[f64], from: f64, when: &str| {
        let bars = shares(counts).into_iter().enumerate().map(|(place, share)| {
            let tip = format!("{}, {when}: {}", names[place], percent(share));
            Bar {
                start: place as f64 + from,
                end: place as f64 + from + 0.36,
                from: 0.0,
                to: share,
                label: String::new(),
                tip,
            }
        });
        bars.collect::<Vec<_>>()
    };
    let marks = vec![
        Mark::Bars { name: "reference".into(), bars: bars(&bins.before, -0.38, "reference"), colour: Colour::Muted },
        Mark::Bars { name: "now".into(), bars: bars(&bins.now, 0.0, "now"), colour: Colour::Series(0) },
    ];
    let title = match bins.names.len().checked_sub(SHOWN_BINS) {
        Some(rest) if rest > 0 => format!("{name} (and {rest} less frequent values)"),
        _ => name.to_owned(),
    };
    let height = (names.len() as f64 * 24.0).max(60.0);
    Panel::new(Axis::above("share of the rows", 0.0, Form::Percent), Axis::names("", names), marks)
        .titled(title)
        .of_height(height)
}
