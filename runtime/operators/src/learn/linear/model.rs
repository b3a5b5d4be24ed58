//! A fitted linear model: predicting, explaining, keeping.

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

use gml_codegen::object::{Learner, Linear, Link};
use gml_connect::Fault;
use gml_ir::{Learned, Row};
use polars::prelude::{Column, DataFrame, DataType};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::super::chain::with_outputs;
use super::super::matrix::{self, Feature};
use super::super::parameters::Objective;
use super::super::{artifact, outputs};
use super::Weights;
use super::design::Design;
use super::likelihood::{probability, to_probabilities};
use crate::compiled::{self, Draft};
use crate::data::{Context, Table};
use crate::explain::{self, Explained};
use crate::frame::{self, fault};
use crate::learned::Fitted;
use crate::onnx;
use crate::prep::{Exact, Kind};
use crate::scoring::{Lane, Prepared, Quick};

/// The file that holds the weights.
const MODEL_FILE: &str = "linear.json";

/// A sum of weighted features, or one for each class.
#[derive(Clone)]
pub(in super::super) struct FittedLinear {
    operator: Arc<str>,
    objective: Objective,
    features: Vec<Feature>,
    classes: Vec<Arc<str>>,
    /// One, or one for each class.
    sums: Vec<Terms>,
    input: Arc<Row>,
}

/// What is added up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Terms {
    /// The score of a row whose features have their means.
    base: Exact,
    /// One a feature.
    terms: Vec<Term>,
}

/// `weight * (x - mean)`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Term {
    feature: Arc<str>,
    weight: Exact,
    mean: Exact,
}

/// Whether all features are numbers or bools.
///
/// # Errors
/// GML0703 where one holds texts or durations.
pub(super) fn only_numbers(operator: &str, columns: &[(Arc<str>, Kind)]) -> Result<(), Fault> {
    let other = columns.iter().find(|(_, kind)| matches!(kind, Kind::Text | Kind::Duration));
    let Some((name, kind)) = other else { return Ok(()) };
    let (holds, help) = match kind {
        Kind::Duration => ("durations", format!("derive a number of it, or drop it: `|> drop([.{name}])`")),
        _ => (
            "text",
            format!("encode it before: one_hot([.{name}]) >> {operator}(..), or target_encode for many values"),
        ),
    };
    Err(Fault::new("GML0703", format!("the feature `{name}` holds {holds}, and {operator} adds up numbers")).help(help))
}

/// A feature that is null in some row.
pub(super) fn nulls(operator: &str, column: &Column) -> Fault {
    nulls_of(operator, column.name(), column.null_count(), column.len())
}

fn nulls_of(operator: &str, name: &str, nulls: usize, rows: usize) -> Fault {
    Fault::new(
        "GML0921",
        format!("the feature `{name}` is null in {nulls} of {rows} rows, and {operator} takes no null"),
    )
    .help(format!("fill it before: impute(mean, [.{name}]) >> {operator}(..)"))
}

impl FittedLinear {
    pub(super) fn new(
        operator: &str,
        objective: Objective,
        classes: Vec<Arc<str>>,
        design: &Design,
        found: &[Weights],
        input: Arc<Row>,
    ) -> Self {
        let sum = |found: &Weights| {
            let scales = design.center.iter().zip(&design.spread);
            let terms =
                design.features.iter().zip(&found.weights).zip(scales).map(|((feature, weight), (mean, spread))| {
                    Term { feature: Arc::clone(&feature.name), weight: Exact(weight / spread), mean: Exact(*mean) }
                });
            Terms { base: Exact(found.intercept), terms: terms.collect() }
        };
        let sums = found.iter().map(sum).collect();
        Self { operator: operator.into(), objective, features: design.features.clone(), classes, sums, input }
    }

    /// The weights of the features as the program wrote them, and the score where all of them are 0; for each class.
    #[cfg(test)]
    pub(super) fn coefficients(&self) -> Vec<(Vec<f64>, f64)> {
        let of = |sum: &Terms| {
            let weights: Vec<f64> = sum.terms.iter().map(|term| term.weight.0).collect();
            let shift: f64 = sum.terms.iter().map(|term| term.weight.0 * term.mean.0).sum();
            (weights, sum.base.0 - shift)
        };
        self.sums.iter().map(of).collect()
    }

    /// Gives the numbers of one feature after the other to a function.
    fn each(&self, rows: &DataFrame, mut take: impl FnMut(usize, &[f64])) -> Result<(), Fault> {
        for (place, feature) in self.features.iter().enumerate() {
            let column = rows.column(&feature.name).map_err(fault)?;
            if column.null_count() > 0 {
                return Err(nulls(&self.operator, column));
            }
            let floats = column.cast(&DataType::Float64).map_err(fault)?;
            let numbers: Vec<f64> = floats.f64().map_err(fault)?.iter().flatten().collect();
            take(place, &numbers);
        }
        Ok(())
    }

    fn read(&self, table: &Table) -> Result<DataFrame, Fault> {
        matrix::check(&self.features, &frame::schema(&table.frame)?)?;
        frame::collect(table.frame.clone())
    }
}

/// Scores that are being added up.
struct Sums<'m> {
    of: &'m FittedLinear,
    scores: Vec<f64>,
}

impl<'m> Sums<'m> {
    fn new(of: &'m FittedLinear, rows: usize) -> Self {
        let bases: Vec<f64> = of.sums.iter().map(|sum| sum.base.0).collect();
        Self { of, scores: bases.repeat(rows) }
    }

    /// Adds a feature's numbers, one a row.
    fn add(&mut self, place: usize, numbers: &[f64]) {
        let width = self.of.sums.len();
        for (class, sum) in self.of.sums.iter().enumerate() {
            let term = &sum.terms[place];
            let of_class = self.scores.iter_mut().skip(class).step_by(width);
            of_class.zip(numbers).for_each(|(score, number)| *score += term.weight.0 * (number - term.mean.0));
        }
    }

    /// The output columns.
    fn said(mut self, rows: usize) -> Result<DataFrame, Fault> {
        match self.of.objective {
            Objective::Binary => self.scores.iter_mut().for_each(|score| *score = probability(*score)),
            Objective::Multiclass => self.scores.chunks_exact_mut(self.of.sums.len()).for_each(|row| {
                to_probabilities(row);
            }),
            Objective::Regression | Objective::Lambdarank => {}
        }
        outputs::columns(self.of.objective, self.scores, &self.of.classes, rows)
    }
}

/// A linear model on values at hand.
struct PreparedLinear {
    columns: Vec<(Arc<str>, Kind)>,
    model: FittedLinear,
}

impl Prepared for PreparedLinear {
    fn columns(&self) -> &[(Arc<str>, Kind)] {
        &self.columns
    }

    fn outputs(&self, lanes: &[&Lane<'_>], rows: usize) -> Result<DataFrame, Fault> {
        let mut sums = Sums::new(&self.model, rows);
        let mut numbers = Vec::with_capacity(rows);
        for (place, (lane, (name, _))) in lanes.iter().zip(&self.columns).enumerate() {
            numbers.clear();
            numbers.extend((0..rows).map_while(|row| lane.number(row)));
            if numbers.len() < rows {
                let count = (0..rows).filter(|row| lane.is_null(*row)).count();
                return Err(nulls_of(&self.model.operator, name, count, rows));
            }
            sums.add(place, &numbers);
        }
        sums.said(rows)
    }
}

impl Fitted for FittedLinear {
    fn apply(&self, table: &Table, _: &Context) -> Result<Table, Fault> {
        let rows = self.read(table)?;
        let mut sums = Sums::new(self, rows.height());
        self.each(&rows, |place, numbers| sums.add(place, numbers))?;
        let outputs = sums.said(rows.height())?;
        with_outputs(table, rows, outputs, &outputs::row(self.objective))
    }

    fn prepared(&self, _: &Context) -> Result<Option<Quick>, Fault> {
        let columns = self.features.iter().map(|feature| (Arc::clone(&feature.name), feature.kind)).collect();
        Ok(Some(Quick(Box::new(PreparedLinear { columns, model: self.clone() }))))
    }

    fn ty(&self) -> Learned {
        Learned::Model(Some((Arc::clone(&self.input), Arc::new(outputs::row(self.objective)))))
    }

    fn classes(&self) -> &[Arc<str>] {
        &self.classes
    }

    fn features(&self) -> Vec<Arc<str>> {
        self.features.iter().map(|feature| Arc::clone(&feature.name)).collect()
    }

    fn facts(&self) -> Vec<(String, String)> {
        vec![("learned by".to_owned(), self.operator.to_string())]
    }

    fn explain(&self, table: &Table, _: &Context) -> Result<Explained, Fault> {
        let rows = self.read(table)?;
        let (width, classes) = (self.features.len(), self.sums.len());
        let mut values = vec![0.0; rows.height() * width * classes];
        self.each(&rows, |place, numbers| {
            for (class, sum) in self.sums.iter().enumerate() {
                let term = &sum.terms[place];
                let of_class = values.iter_mut().skip(class * width + place).step_by(width * classes);
                of_class.zip(numbers).for_each(|(value, number)| *value = term.weight.0 * (number - term.mean.0));
            }
        })?;
        Ok(Explained { columns: self.features(), values, base: self.sums.iter().map(|sum| sum.base.0).collect() })
    }

    /// What features add up does not depend on each other.
    fn interactions_of(
        &self,
        table: &Table,
        source: &dyn Fn(&str) -> Arc<str>,
        _: &Context,
    ) -> Result<(Vec<Arc<str>>, Vec<f64>), Fault> {
        matrix::check(&self.features, &frame::schema(&table.frame)?)?;
        let sources: Vec<Arc<str>> = self.features.iter().map(|feature| source(&feature.name)).collect();
        let (columns, _) = explain::merged(&sources);
        let pairs = columns.len().pow(2);
        Ok((columns, vec![0.0; pairs]))
    }

    fn onnx(&self, graph: &mut onnx::Graph, columns: &mut onnx::Columns<'_>) -> Result<Vec<onnx::Said>, Fault> {
        let mut inputs = Vec::new();
        for Feature { name, kind, .. } in &self.features {
            inputs.push(columns.get(graph, name, *kind)?.flow);
        }
        let matrix = graph.beside(&inputs);
        let width = i64::try_from(inputs.len()).unwrap_or(i64::MAX);
        let scores = i64::try_from(self.sums.len()).unwrap_or(i64::MAX);
        let means = self.sums.first().into_iter().flat_map(|sum| &sum.terms).map(|term| term.mean.0).collect();
        let means = graph.numbers(vec![1, width], means);
        let weights = (0..inputs.len()).flat_map(|place| self.sums.iter().map(move |sum| sum.terms[place].weight.0));
        let weights = graph.numbers(vec![width, scores], weights.collect());
        let moved = graph.node("Sub", &[&matrix, &means], Vec::new());
        let sums = graph.node("MatMul", &[&moved, &weights], Vec::new());
        let base = graph.numbers(vec![1, scores], self.sums.iter().map(|sum| sum.base.0).collect());
        let raw = graph.node("Add", &[&sums, &base], Vec::new());
        Ok(outputs::onnx(self.objective, &self.classes, raw, graph))
    }

    fn compiled(&self, draft: &mut Draft<'_>) -> Result<compiled::Said, Fault> {
        let features = self.features.iter().map(|Feature { name, kind, .. }| Ok(draft.get(name, *kind)?.place));
        let features = features.collect::<Result<Vec<_>, Fault>>()?;
        let sum = |sum: &Terms| Linear {
            base: sum.base.0,
            terms: sum.terms.iter().map(|term| (term.weight.0, term.mean.0)).collect(),
        };
        let link = match self.objective {
            Objective::Binary => Link::Probability,
            Objective::Multiclass => Link::Softmax,
            Objective::Regression | Objective::Lambdarank => Link::Identity,
        };
        let learner = Learner::Linear(self.sums.iter().map(sum).collect(), link);
        Ok(outputs::compiled(self.objective, &self.classes, features, learner))
    }

    fn save(&self, folder: &Path) -> Result<(), Fault> {
        let text = match &*self.sums {
            [only] => artifact::to_text(only)?,
            sums => artifact::to_text(&sums)?,
        };
        artifact::write_file(folder, MODEL_FILE, &text)?;
        let parts = vec![
            ("operator", Json::from(&*self.operator)),
            ("objective", artifact::to_json(&self.objective)?),
            ("features", artifact::to_json(&self.features)?),
            ("classes", artifact::to_json(&self.classes)?),
            ("model", json!({ "file": MODEL_FILE, "sha256": gml_ir::hash_text(&text) })),
        ];
        artifact::write_signature(folder, "linear", &self.ty(), parts)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A saved linear model. `type_part` is the part of the signature that holds its own type, not that of a chain.
pub(in super::super) fn load(folder: &Path, signature: &Json, type_part: &str) -> Result<Arc<dyn Fitted>, Fault> {
    let damaged = |what: &str| artifact::unreadable(&folder.join(artifact::FILE), what);
    let Learned::Model(Some((input, _))) = artifact::learned_type(folder, signature, type_part)? else {
        return Err(damaged("a linear model has the type of a model"));
    };
    let text = artifact::read_file(folder, MODEL_FILE, artifact::part(folder, signature, "model")?)?;
    let objective: Objective = artifact::parsed(folder, signature, "objective")?;
    // Models of one sum that were saved before there were others say nothing of classes.
    let classes: Vec<Arc<str>> = match objective {
        Objective::Multiclass => artifact::parsed(folder, signature, "classes")?,
        _ => Vec::new(),
    };
    let sums: Result<Vec<Terms>, _> = match objective {
        Objective::Multiclass => artifact::exact(text.into_bytes()),
        _ => artifact::exact(text.into_bytes()).map(|sum| vec![sum]),
    };
    let sums = sums.map_err(|why| artifact::unreadable(&folder.join(MODEL_FILE), &why))?;
    let features: Vec<Feature> = artifact::parsed(folder, signature, "features")?;
    let names = || features.iter().map(|feature| &feature.name);
    let same = |sum: &Terms| names().eq(sum.terms.iter().map(|term| &term.feature));
    if !sums.iter().all(same) || sums.len() != classes.len().max(1) {
        return Err(damaged("its features or classes are not those of its weights"));
    }
    Ok(Arc::new(FittedLinear {
        operator: artifact::parsed(folder, signature, "operator")?,
        objective,
        features,
        classes,
        sums,
        input,
    }))
}
