//! The page of a profile.

use gml_report::{Axis, Bar, Block, Cell, Colour, Datum, Figure, Form, Grid, Mark, Panel, Report, compact, percent};

use super::Profile;
use super::column::{Content, Profiled, written};
use super::numbers::{Histogram, SHARES, Summary};
use super::relations::{cramers_v, pearson, spearman};
use super::warnings::warnings;
use crate::columns::Values;

/// Columns that relations are looked for among; there are as many as pairs of them.
const RELATED_COLUMNS: usize = 30;

/// Values up to which a text takes part in relations.
const RELATED_VALUES: usize = 50;

/// How much pairs of columns go together.
pub(super) struct Related {
    pub(super) measure: &'static str,
    pub(super) names: Vec<String>,
    /// Row by row.
    pub(super) sizes: Vec<f64>,
}

impl Related {
    fn of<T>(measure: &'static str, columns: Vec<(String, T)>, size: impl Fn(&T, &T) -> f64) -> Option<Self> {
        let count = columns.len();
        if count < 2 {
            return None;
        }
        let mut sizes = vec![1.0; count * count];
        for first in 0..count {
            for second in first + 1..count {
                let found = size(&columns[first].1, &columns[second].1);
                (sizes[first * count + second], sizes[second * count + first]) = (found, found);
            }
        }
        Some(Self { measure, names: columns.into_iter().map(|(name, _)| name).collect(), sizes })
    }

    /// Each pair once.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str, f64)> {
        let count = self.names.len();
        let pairs = (0..count).flat_map(move |first| (first + 1..count).map(move |second| (first, second)));
        pairs.map(move |(first, second)| {
            (self.names[first].as_str(), self.names[second].as_str(), self.sizes[first * count + second])
        })
    }

    fn figure(&self, title: &str, description: &str) -> Figure {
        let count = self.names.len();
        let cells = (0..count * count).map(|place| {
            let (y, x) = (place / count, place % count);
            let size = self.sizes[place];
            let tip = format!("{} and {}: {}", self.names[y], self.names[x], compact(size));
            Cell { x, y, shade: size, label: if size.is_nan() { String::new() } else { format!("{size:.2}") }, tip }
        });
        let axis = || Axis::names("", self.names.clone());
        let panel = Panel::new(axis(), axis(), vec![Mark::Cells(cells.collect())]);
        Figure { title: title.into(), description: description.into(), panels: vec![panel] }
    }
}

pub(super) fn page(profile: &Profile) -> Report {
    let numbers = spearmans(&profile.columns);
    let texts = cramers(&profile.columns);
    let nulls = nulls(&profile.columns);
    let related: Vec<&Related> = numbers.iter().chain(&texts).collect();
    let odd = warnings(profile, &related);
    let cells = (profile.rows * profile.columns.len()).max(1) as f64;
    let missing: usize = profile.columns.iter().map(|column| column.nulls).sum();
    let mut blocks = vec![Block::Facts(vec![
        ("rows".into(), Datum::count(profile.rows)),
        ("columns".into(), Datum::count(profile.columns.len())),
        ("null".into(), Datum::text(format!("{} of all values", percent(missing as f64 / cells)))),
        (
            "rows that are there before".into(),
            profile.duplicates.map_or_else(|| Datum::text("not compared: nested values"), Datum::count),
        ),
    ])];
    if !odd.is_empty() {
        blocks.push(Block::section("What looks odd", vec![Block::Warnings(odd)]));
    }
    blocks.push(Block::section("Columns", vec![Block::Table(overview(&profile.columns))]));
    let mut relations = Vec::new();
    if let Some(numbers) = &numbers {
        let description = "Spearman's correlation of numbers: 1 where one rises with the other, -1 where it falls.";
        relations.push(Block::figure(numbers.figure("Numbers that go together", description)));
    }
    if let Some(texts) = &texts {
        let description = "Cramér's V of texts and bools, corrected for bias (Bergsma 2013): 0 where one says nothing of the other, 1 \
                           where it says all.";
        relations.push(Block::figure(texts.figure("Values that go together", description)));
    }
    if !relations.is_empty() {
        blocks.push(Block::section("Relations", relations));
    }
    if missing > 0 {
        blocks.push(Block::section("Nulls", missingness(&profile.columns, nulls.as_ref())));
    }
    let columns = profile.columns.iter().map(|column| Block::section(column.name.clone(), details(column)));
    blocks.push(Block::section("Each column", columns.collect()));
    Report::new("Profile", blocks)
}

fn spearmans(columns: &[Profiled]) -> Option<Related> {
    let features = columns.iter().filter(|column| !matches!(column.role, Some("id" | "group")));
    let numbers = features.filter(|column| column.distinct.is_some_and(|distinct| distinct > 1));
    let numbers = numbers.filter_map(|column| match (&column.values, column.numbers()) {
        (Some(Values::Ordered { numbers, .. }), Some(_)) => Some((column.name.clone(), numbers)),
        _ => None,
    });
    Related::of("Spearman's correlation", numbers.take(RELATED_COLUMNS).collect(), |x, y| spearman(x, y))
}

fn cramers(columns: &[Profiled]) -> Option<Related> {
    let few = |column: &&Profiled| column.distinct.is_some_and(|distinct| (2..=RELATED_VALUES).contains(&distinct));
    let texts = columns.iter().filter(few).filter_map(|column| match &column.values {
        Some(Values::Named { codes, .. }) => Some((column.name.clone(), codes)),
        _ => None,
    });
    Related::of("Cramér's V", texts.take(RELATED_COLUMNS).collect(), |x, y| cramers_v(x, y))
}

/// Whether columns are null together.
fn nulls(columns: &[Profiled]) -> Option<Related> {
    let some = columns.iter().filter(|column| column.nulls > 0 && column.nulls < column.rows);
    let nulls = some.filter_map(|column| {
        let is_null = |is_null: bool| f64::from(u8::from(is_null));
        let nulls: Vec<f64> = match column.values.as_ref()? {
            Values::Ordered { numbers, .. } => numbers.iter().map(|number| is_null(number.is_none())).collect(),
            Values::Named { codes, .. } => codes.iter().map(|code| is_null(code.is_none())).collect(),
        };
        Some((column.name.clone(), nulls))
    });
    Related::of("correlation of nulls", nulls.take(RELATED_COLUMNS).collect(), |x, y| pearson(x, y))
}

fn missingness(columns: &[Profiled], together: Option<&Related>) -> Vec<Block> {
    let mut some: Vec<&Profiled> = columns.iter().filter(|column| column.nulls > 0).collect();
    some.sort_by_key(|column| std::cmp::Reverse(column.nulls));
    let bars = some.iter().enumerate().map(|(place, column)| {
        let share = column.missing();
        Bar::at(place, share, percent(share), format!("{}: {} rows", column.name, compact(column.nulls as f64)))
    });
    let bars = Mark::Bars { name: String::new(), bars: bars.collect(), colour: Colour::Series(0) };
    let names = some.iter().map(|column| column.name.clone()).collect();
    let x = Axis::between("share of the rows", 0.0, 1.0, Form::Percent);
    let panel = Panel::new(x, Axis::names("", names), vec![bars]);
    let description = "The share of rows in which a column is null.".into();
    let mut blocks = vec![Block::figure(Figure { title: "Nulls".into(), description, panels: vec![panel] })];
    if let Some(together) = together {
        let description = "The correlation of being null: 1 where two columns are null in the same rows, -1 where one is null exactly \
                           where the other is not.";
        blocks.push(Block::figure(together.figure("Null together", description)));
    }
    blocks
}

fn overview(columns: &[Profiled]) -> Grid {
    let rows = columns.iter().map(|column| {
        let ty = column.role.map_or_else(|| column.ty.clone(), |role| format!("{role} {}", column.ty));
        let shape = match &column.content {
            Content::Ordered { histogram: Some(histogram), .. } => {
                Datum::Columns(histogram.counts.iter().map(|count| *count as f64).collect())
            }
            Content::Text { .. } | Content::Bool => {
                Datum::Columns(column.frequent.iter().map(|(_, count)| *count as f64).collect())
            }
            _ => Datum::Nothing,
        };
        let example = match (&column.content, column.frequent.first()) {
            (Content::Ordered { form, summary: Some(summary), .. }, _) => {
                let [low, .., high] = summary.quantiles;
                Datum::text(format!("{} to {}", of_form(low, *form), of_form(high, *form)))
            }
            (_, Some((value, rows))) => {
                let share = percent(*rows as f64 / column.filled().max(1) as f64);
                Datum::text(format!("{value} ({share})"))
            }
            _ => Datum::Nothing,
        };
        vec![
            Datum::Code(column.name.clone()),
            Datum::Code(ty),
            Datum::Share(column.missing()),
            column.distinct.map_or(Datum::Nothing, Datum::count),
            shape,
            example,
        ]
    });
    Grid::new(["column", "type", "null", "distinct", "", "range, or the most frequent"], rows.collect())
}

fn of_form(number: f64, form: Form) -> String {
    if form == Form::Time { written(number, form) } else { compact(number) }
}

fn details(column: &Profiled) -> Vec<Block> {
    let mut facts = vec![
        ("type".to_owned(), Datum::Code(column.ty.clone())),
        ("null".into(), Datum::text(format!("{} ({})", compact(column.nulls as f64), percent(column.missing())))),
    ];
    facts.extend(column.distinct.map(|distinct| ("distinct".to_owned(), Datum::count(distinct))));
    let mut blocks = Vec::new();
    match &column.content {
        Content::Ordered { form, summary, histogram, odd, .. } => {
            if let Some(summary) = summary {
                facts.extend(statistics(summary, *form));
            }
            if *odd > 0 {
                facts.push(("infinite or NaN".into(), Datum::count(*odd)));
            }
            blocks.push(Block::Facts(facts));
            blocks.extend(histogram.as_ref().map(|histogram| Block::figure(drawn(&column.name, histogram, *form))));
        }
        Content::Text { lengths, .. } => {
            if let Some((shortest, mean, longest)) = lengths {
                let text = format!("{shortest} to {longest}, {} in the mean", compact(*mean));
                facts.push(("characters".into(), Datum::text(text)));
            }
            blocks.push(Block::Facts(facts));
        }
        Content::Bool | Content::Nested => blocks.push(Block::Facts(facts)),
    }
    if !matches!(column.content, Content::Ordered { .. }) && !column.frequent.is_empty() {
        blocks.push(Block::figure(frequent(column)));
    } else if column.frequent.first().is_some_and(|(_, rows)| *rows > 1) {
        let filled = column.filled().max(1) as f64;
        let rows = column.frequent.iter().map(|(value, rows)| {
            vec![Datum::Code(value.clone()), Datum::count(*rows), Datum::Share(*rows as f64 / filled)]
        });
        let table = Block::Table(Grid::new(["value", "rows", "share"], rows.collect()));
        blocks.push(Block::Folded("Frequent values".into(), vec![table]));
    }
    blocks
}

fn statistics(summary: &Summary, form: Form) -> Vec<(String, Datum)> {
    let names = ["smallest", "5%", "25%", "median", "75%", "95%", "largest"];
    debug_assert_eq!(names.len(), SHARES.len());
    let quantiles = names.iter().zip(summary.quantiles);
    let mut facts: Vec<(String, Datum)> =
        quantiles.map(|(name, value)| ((*name).to_owned(), Datum::text(of_form(value, form)))).collect();
    if form == Form::Plain {
        facts.extend([
            ("mean".to_owned(), Datum::Number(summary.mean)),
            ("standard deviation".into(), Datum::Number(summary.deviation)),
            ("skewness".into(), Datum::Number(summary.skewness)),
            ("excess kurtosis".into(), Datum::Number(summary.kurtosis)),
            ("zero".into(), Datum::count(summary.zeros)),
            ("negative".into(), Datum::count(summary.negative)),
        ]);
    }
    facts
}

fn drawn(name: &str, histogram: &Histogram, form: Form) -> Figure {
    let ends = histogram.edges.windows(2).zip(&histogram.counts);
    let bars = ends.map(|(ends, count)| {
        let tip = format!("{} to {}: {} rows", of_form(ends[0], form), of_form(ends[1], form), compact(*count as f64));
        Bar::between(ends[0], ends[1], *count as f64, tip)
    });
    let bars = Mark::Bars { name: String::new(), bars: bars.collect(), colour: Colour::Series(0) };
    let rows = Axis::above("rows", 0.0, Form::Whole);
    let panel = Panel::new(Axis::written(name, form), rows, vec![bars]).of_height(160.0);
    Figure {
        title: "Distribution".into(),
        description: format!("How many rows have which {name}."),
        panels: vec![panel],
    }
}

fn frequent(column: &Profiled) -> Figure {
    let filled = column.filled().max(1) as f64;
    let bars = column.frequent.iter().enumerate().map(|(place, (value, rows))| {
        let share = *rows as f64 / filled;
        Bar::at(place, share, percent(share), format!("{value}: {} rows", compact(*rows as f64)))
    });
    let bars = Mark::Bars { name: String::new(), bars: bars.collect(), colour: Colour::Series(0) };
    let names = column.frequent.iter().map(|(value, _)| value.clone()).collect();
    let panel = Panel::new(Axis::above("share of the rows", 0.0, Form::Percent), Axis::names("", names), vec![bars]);
    let rest = column.distinct.unwrap_or_default().saturating_sub(column.frequent.len());
    let rest = if rest > 0 { format!(" {} further values are rarer.", compact(rest as f64)) } else { String::new() };
    let description = format!("The most frequent values of {}, nulls aside.{rest}", column.name);
    Figure { title: "Frequent values".into(), description, panels: vec![panel] }
}
