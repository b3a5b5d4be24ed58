//! A fitted linear model: predicting, explaining, keeping.

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

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
use super::likelihood::probability;
use crate::data::{Context, Table};
use crate::explain::{self, Explained};
use crate::frame::{self, fault};
use crate::learned::Fitted;
use crate::onnx;
use crate::prep::{Exact, Kind};

/// The file that holds the weights.
const MODEL_FILE: &str = "linear.json";

/// A sum of weighted features.
pub(in super::super) struct FittedLinear {
    operator: Arc<str>,
    objective: Objective,
    features: Vec<Feature>,
    terms: Terms,
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
/// GML0703 where one is text.
pub(super) fn only_numbers(operator: &str, columns: &[(Arc<str>, Kind)]) -> Result<(), Fault> {
    match columns.iter().find(|(_, kind)| *kind == Kind::Text) {
        None => Ok(()),
        Some((name, _)) => {
            Err(Fault::new("GML0703", format!("the feature `{name}` holds text, and {operator} adds up numbers")).help(
                format!("encode it before: one_hot([.{name}]) >> {operator}(..), or target_encode for many values"),
            ))
        }
    }
}

/// A feature that is null in some row.
pub(super) fn nulls(operator: &str, column: &Column) -> Fault {
    let (name, nulls, rows) = (column.name(), column.null_count(), column.len());
    Fault::new(
        "GML0921",
        format!("the feature `{name}` is null in {nulls} of {rows} rows, and {operator} takes no null"),
    )
    .help(format!("fill it before: impute(mean, [.{name}]) >> {operator}(..)"))
}

impl FittedLinear {
    pub(super) fn new(operator: &str, objective: Objective, design: &Design, found: &Weights, input: Arc<Row>) -> Self {
        let scales = design.center.iter().zip(&design.spread);
        let terms =
            design.features.iter().zip(&found.weights).zip(scales).map(|((feature, weight), (mean, spread))| Term {
                feature: Arc::clone(&feature.name),
                weight: Exact(weight / spread),
                mean: Exact(*mean),
            });
        let terms = Terms { base: Exact(found.intercept), terms: terms.collect() };
        Self { operator: operator.into(), objective, features: design.features.clone(), terms, input }
    }

    /// The weights of the features as the program wrote them, and the score where all of them are 0.
    #[cfg(test)]
    pub(super) fn coefficients(&self) -> (Vec<f64>, f64) {
        let weights: Vec<f64> = self.terms.terms.iter().map(|term| term.weight.0).collect();
        let shift: f64 = self.terms.terms.iter().map(|term| term.weight.0 * term.mean.0).sum();
        (weights, self.terms.base.0 - shift)
    }

    /// Gives the numbers of one feature after the other to a function.
    fn each(&self, rows: &DataFrame, mut take: impl FnMut(usize, &Term, &[f64])) -> Result<(), Fault> {
        for (place, term) in self.terms.terms.iter().enumerate() {
            let column = rows.column(&term.feature).map_err(fault)?;
            if column.null_count() > 0 {
                return Err(nulls(&self.operator, column));
            }
            let floats = column.cast(&DataType::Float64).map_err(fault)?;
            let numbers: Vec<f64> = floats.f64().map_err(fault)?.iter().flatten().collect();
            take(place, term, &numbers);
        }
        Ok(())
    }

    fn read(&self, table: &Table) -> Result<DataFrame, Fault> {
        matrix::check(&self.features, &frame::schema(&table.frame)?)?;
        frame::collect(table.frame.clone())
    }
}

impl Fitted for FittedLinear {
    fn apply(&self, table: &Table, _: &Context) -> Result<Table, Fault> {
        let rows = self.read(table)?;
        let mut scores = vec![self.terms.base.0; rows.height()];
        self.each(&rows, |_, term, numbers| {
            scores.iter_mut().zip(numbers).for_each(|(score, number)| *score += term.weight.0 * (number - term.mean.0));
        })?;
        if self.objective == Objective::Binary {
            scores.iter_mut().for_each(|score| *score = probability(*score));
        }
        let outputs = outputs::columns(self.objective, scores, &[], rows.height())?;
        with_outputs(table, rows, outputs, &outputs::row(self.objective))
    }

    fn ty(&self) -> Learned {
        Learned::Model(Some((Arc::clone(&self.input), Arc::new(outputs::row(self.objective)))))
    }

    fn features(&self) -> Vec<Arc<str>> {
        self.features.iter().map(|feature| Arc::clone(&feature.name)).collect()
    }

    fn facts(&self) -> Vec<(String, String)> {
        vec![("learned by".to_owned(), self.operator.to_string())]
    }

    fn explain(&self, table: &Table, _: &Context) -> Result<Explained, Fault> {
        let rows = self.read(table)?;
        let width = self.features.len();
        let mut values = vec![0.0; rows.height() * width];
        self.each(&rows, |place, term, numbers| {
            for (value, number) in values.iter_mut().skip(place).step_by(width).zip(numbers) {
                *value = term.weight.0 * (number - term.mean.0);
            }
        })?;
        Ok(Explained { columns: self.features(), values, base: vec![self.terms.base.0] })
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
        let of = |number: fn(&Term) -> f64| self.terms.terms.iter().map(number).collect::<Vec<_>>();
        let means = graph.numbers(vec![1, width], of(|term| term.mean.0));
        let weights = graph.numbers(vec![width, 1], of(|term| term.weight.0));
        let moved = graph.node("Sub", &[&matrix, &means], Vec::new());
        let sums = graph.node("MatMul", &[&moved, &weights], Vec::new());
        let base = graph.number(self.terms.base.0);
        let raw = graph.node("Add", &[&sums, &base], Vec::new());
        Ok(outputs::onnx(self.objective, &[], raw, graph))
    }

    fn save(&self, folder: &Path) -> Result<(), Fault> {
        let text = artifact::to_text(&self.terms)?;
        artifact::write_file(folder, MODEL_FILE, &text)?;
        let parts = vec![
            ("operator", Json::from(&*self.operator)),
            ("objective", artifact::to_json(&self.objective)?),
            ("features", artifact::to_json(&self.features)?),
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
    let terms: Terms = serde_json::from_str(&text)
        .map_err(|error| artifact::unreadable(&folder.join(MODEL_FILE), &error.to_string()))?;
    let features: Vec<Feature> = artifact::parsed(folder, signature, "features")?;
    let same = features.iter().map(|feature| &feature.name).eq(terms.terms.iter().map(|term| &term.feature));
    if !same {
        return Err(damaged("its features are not those of its weights"));
    }
    Ok(Arc::new(FittedLinear {
        operator: artifact::parsed(folder, signature, "operator")?,
        objective: artifact::parsed(folder, signature, "objective")?,
        features,
        terms,
        input,
    }))
}
