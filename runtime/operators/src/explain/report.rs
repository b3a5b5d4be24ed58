//! `explain`: contributions as a report.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Learned, Value};
use gml_report::{Axis, Bar, Block, Colour, Datum, Figure, Form, Grid, Mark, Panel, Report, Span, compact};
use polars::prelude::{DataFrame, IntoLazy};

use super::explained::Explained;
use super::swarm::{Dot, swarm};
use crate::columns::{Values, quantile};
use crate::data::{Call, Data, Table};
use crate::frame;
use crate::learn::arguments::{fitted, optional_constant, table};
use crate::learned::Fitted;

/// Features shown where the program does not say how many.
const SHOWN: usize = 15;

/// Features whose contributions are drawn against their values.
const DRAWN: usize = 8;

/// Dots of such a drawing.
const DOTS: usize = 1500;

/// Values of a feature that has names.
const VALUES: usize = 12;

/// Classes that get a drawing of their own.
const CLASSES: usize = 4;

pub(super) fn explain(call: Call<'_>) -> Result<Data, Fault> {
    let model = fitted(&call, "model")?;
    let shown = match optional_constant(&call, "top")?.map(Value::as_int) {
        None => SHOWN,
        Some(Some(top)) if top >= 1 => usize::try_from(top).unwrap_or(usize::MAX),
        Some(_) => {
            return Err(Fault::new("GML0229", "`top` of explain is a whole number from 1").help("leave it out for all"));
        }
    };
    let on = table(&call, "on")?;
    let rows = frame::collect(on.frame.clone())?;
    if rows.height() == 0 {
        return Err(Fault::new("GML0922", "`explain` has no rows to look at")
            .help("see which filter or which part of the split leaves no rows"));
    }
    let explained = model.explain(&Table { frame: rows.clone().lazy(), ty: on.ty.clone() }, call.context)?;
    Ok(Data::Report(Arc::new(Explanation::new(&**model, explained, &rows)?.report(shown, rows.height()))))
}

/// A feature with its values and what it adds to the scores.
struct Feature {
    name: String,
    values: Option<Values>,
    /// For each score, one a row.
    adds: Vec<Vec<f64>>,
    /// The mean size of what it adds to each score.
    sizes: Vec<f64>,
}

impl Feature {
    fn size(&self) -> f64 {
        self.sizes.iter().sum()
    }
}

struct Explanation {
    /// The largest first.
    features: Vec<Feature>,
    base: Vec<f64>,
    /// The classes, where there is a score for each.
    classes: Vec<String>,
    /// What contributions are measured in.
    unit: &'static str,
}

impl Explanation {
    fn new(model: &dyn Fitted, explained: Explained, rows: &DataFrame) -> Result<Self, Fault> {
        let (width, scores, height) = (explained.columns.len(), explained.base.len(), rows.height());
        let mut features = Vec::with_capacity(width);
        for (place, name) in explained.columns.iter().enumerate() {
            let of_score = |score: usize| -> Vec<f64> {
                (0..height).map(|row| explained.values[(row * scores + score) * width + place]).collect()
            };
            let adds: Vec<Vec<f64>> = (0..scores).map(of_score).collect();
            let mean_size = |adds: &Vec<f64>| adds.iter().map(|value| value.abs()).sum::<f64>() / height.max(1) as f64;
            let sizes = adds.iter().map(mean_size).collect();
            // What a recipe makes of several columns has no column of its own in the rows.
            let values = rows.column(name).ok().map(Values::of).transpose()?.flatten();
            features.push(Feature { name: name.to_string(), values, adds, sizes });
        }
        features.sort_by(|a, b| b.size().total_cmp(&a.size()));
        let classes = if scores > 1 { model.classes().iter().map(ToString::to_string).collect() } else { Vec::new() };
        Ok(Self { features, base: explained.base, classes, unit: unit(model) })
    }

    fn report(&self, shown: usize, rows: usize) -> Report {
        let top = &self.features[..shown.min(self.features.len())];
        let base: Vec<String> = self.base.iter().map(|base| compact(*base)).collect();
        let facts = vec![
            ("rows explained".into(), Datum::count(rows)),
            ("features".into(), Datum::count(self.features.len())),
            (format!("what contributions are added to, in {}", self.unit), Datum::text(base.join(", "))),
        ];
        let mut blocks = vec![
            Block::Facts(facts),
            Block::Text(format!(
                "Each feature adds a contribution to the score of each row, in {}; the contributions of a row and the base add up \
                 to its score exactly (SHAP values, Lundberg 2018). What a recipe makes of a column counts for that column.",
                self.unit
            )),
            Block::figure(self.bars(top)),
        ];
        for (score, class) in self.scores() {
            blocks.push(Block::figure(self.swarms(top, score, class)));
        }
        if self.classes.is_empty() {
            let panels: Vec<Panel> = top.iter().take(DRAWN).filter_map(|feature| self.dependence(feature)).collect();
            let description = format!(
                "What a feature adds to the score ({}) against its value: dots are rows; of values with names, the middle and where \
                 80% of the rows lie.",
                self.unit
            );
            blocks.push(Block::figure(Figure {
                title: "Contributions by the value of the feature".into(),
                description,
                panels,
            }));
        }
        blocks.push(Block::section("All features", vec![Block::Table(self.table())]));
        Report::new("Explanation", blocks)
    }

    /// The scores that are drawn, each with the name of its class.
    fn scores(&self) -> impl Iterator<Item = (usize, Option<&str>)> {
        let single = self.classes.is_empty().then_some((0, None));
        let classes = self.classes.iter().take(CLASSES).enumerate();
        single.into_iter().chain(classes.map(|(score, class)| (score, Some(class.as_str()))))
    }

    fn bars(&self, top: &[Feature]) -> Figure {
        let names = top.iter().map(|feature| feature.name.clone()).collect();
        let mut marks = Vec::new();
        if self.classes.is_empty() {
            let bars = top.iter().enumerate().map(|(place, feature)| {
                let size = compact(feature.size());
                Bar::at(place, feature.size(), size.clone(), format!("{}: {size}", feature.name))
            });
            marks.push(Mark::Bars { name: String::new(), bars: bars.collect(), colour: Colour::Series(0) });
        } else {
            for (class, name) in self.classes.iter().enumerate() {
                let bars = top.iter().enumerate().map(|(place, feature)| {
                    let from: f64 = feature.sizes[..class].iter().sum();
                    let to = from + feature.sizes[class];
                    let tip = format!("{}, {name}: {}", feature.name, compact(feature.sizes[class]));
                    Bar { from, ..Bar::at(place, to, "", tip) }
                });
                marks.push(Mark::Bars { name: name.clone(), bars: bars.collect(), colour: Colour::Series(class) });
            }
        }
        let x = Axis::above(format!("mean size of the contribution, in {}", self.unit), 0.0, Form::Plain);
        let description = "How much each feature matters: the mean size of what it adds to a score.".into();
        Figure { title: "What matters".into(), description, panels: vec![Panel::new(x, Axis::names("", names), marks)] }
    }

    fn swarms(&self, top: &[Feature], score: usize, class: Option<&str>) -> Figure {
        let extent = extent(top.iter().flat_map(|feature| feature.adds[score].iter().copied()));
        let mut points = Vec::new();
        for (place, feature) in top.iter().enumerate() {
            let shades = feature.values.as_ref().map_or_else(|| vec![None; feature.adds[score].len()], Values::shades);
            let dots = swarm(&feature.adds[score], &shades, extent);
            points.extend(dots.into_iter().map(|Dot { at, offset, shade }| (at, place as f64 + offset, shade)));
        }
        let names = top.iter().map(|feature| feature.name.clone()).collect();
        let of = class.map(|class| format!(" of {class}")).unwrap_or_default();
        let marks = vec![Mark::RuleAtX { at: 0.0, label: String::new() }, Mark::Cloud { points }];
        let x = Axis::numbers(format!("contribution to the score{of}, in {}", self.unit));
        let description = "What each feature adds to the score of each row. To the right it raises the score; the colour is the value \
                           of the feature, grey where values have no order. Where rows are many, a dot stands for several."
            .into();
        Figure {
            title: format!("Contributions{of} in all rows"),
            description,
            panels: vec![Panel::new(x, Axis::names("", names), marks)],
        }
    }

    fn dependence(&self, feature: &Feature) -> Option<Panel> {
        let adds = feature.adds.first()?;
        let title = feature.name.clone();
        match feature.values.as_ref()? {
            values @ Values::Ordered { numbers, form } => {
                let step = numbers.len().div_ceil(DOTS).max(1);
                let shades = values.shades();
                let points =
                    (0..numbers.len()).step_by(step).filter_map(|row| Some((numbers[row]?, adds[row], shades[row])));
                let marks =
                    vec![Mark::RuleAtY { at: 0.0, label: String::new() }, Mark::Cloud { points: points.collect() }];
                let axes = (Axis::written(feature.name.clone(), *form), Axis::numbers("contribution"));
                Some(Panel::new(axes.0, axes.1, marks).titled(title))
            }
            Values::Named { names, codes } => {
                let mut of_value: Vec<(usize, Vec<f64>)> = (0..names.len()).map(|place| (place, Vec::new())).collect();
                for (code, add) in codes.iter().zip(adds) {
                    if let Some(code) = code {
                        of_value[*code as usize].1.push(*add);
                    }
                }
                of_value.sort_by_key(|(_, adds)| std::cmp::Reverse(adds.len()));
                let rest = of_value.len().saturating_sub(VALUES);
                of_value.truncate(VALUES);
                let spans = of_value.iter_mut().enumerate().map(|(place, (value, adds))| {
                    adds.sort_by(f64::total_cmp);
                    let at = |share| quantile(adds, share);
                    let tip = format!(
                        "{}: {} in the middle, {} rows",
                        names[*value],
                        compact(at(0.5)),
                        compact(adds.len() as f64)
                    );
                    Span { at: place as f64, low: at(0.1), middle: at(0.5), high: at(0.9), tip }
                });
                let spans = Mark::Spans { name: String::new(), spans: spans.collect(), colour: Colour::Series(0) };
                let labels = of_value.iter().map(|(value, _)| names[*value].clone()).collect();
                let title = if rest > 0 { format!("{title} (and {rest} less frequent values)") } else { title };
                let marks = vec![Mark::RuleAtX { at: 0.0, label: String::new() }, spans];
                Some(Panel::new(Axis::numbers("contribution"), Axis::names("", labels), marks).titled(title))
            }
        }
    }

    fn table(&self) -> Grid {
        let whole: f64 = self.features.iter().map(Feature::size).sum();
        let mut headings =
            vec!["feature".to_owned(), format!("mean size, in {}", self.unit), "share of all".to_owned()];
        headings.extend(self.classes.iter().cloned());
        let rows = self.features.iter().map(|feature| {
            let share = if whole > 0.0 { feature.size() / whole } else { 0.0 };
            let mut row = vec![Datum::Code(feature.name.clone()), Datum::Number(feature.size()), Datum::Share(share)];
            if !self.classes.is_empty() {
                row.extend(feature.sizes.iter().map(|size| Datum::Number(*size)));
            }
            row
        });
        Grid::new(headings, rows.collect())
    }
}

/// What the raw scores of a model are measured in.
fn unit(model: &dyn Fitted) -> &'static str {
    let Learned::Model(Some((_, outputs))) = model.ty() else { return "the score" };
    match outputs.schema.as_deref() {
        Some("Probability" | "Calibrated" | "Classes" | "CalibratedClasses") => "log odds",
        Some("Value") => "the value",
        _ => "the score",
    }
}

fn extent(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    numbers
        .filter(|number| number.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), number| (low.min(number), high.max(number)))
}
