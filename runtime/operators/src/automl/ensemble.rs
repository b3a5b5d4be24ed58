//! Several models as one: the mean of their log odds, of their logarithms of probabilities, or of their values.

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

use gml_codegen::object::{Pool, Pooled};
use gml_connect::Fault;
use gml_ir::{Learned, Row};
use polars::prelude::{DataFrame, IntoLazy, col};
use serde_json::Value as Json;

use super::prepared::PreparedEnsemble;
use crate::compiled::{self, Draft};
use crate::data::{Context, Table};
use crate::explain::{Explained, merged};
use crate::frame::{self, fault};
use crate::learn::parameters::Objective;
use crate::learn::{artifact, members, outputs, to_probabilities, with_outputs};
use crate::learned::Fitted;
use crate::onnx::{self, Columns, Graph, Said};
use crate::prep::Exact;
use crate::scoring::Quick;

/// Probabilities of 0 and 1 have no logarithm of odds.
const SMALLEST_PROBABILITY: f64 = 1e-15;

/// The logarithm of the odds of a probability.
pub(super) fn log_odds(probability: f64) -> f64 {
    let probability = probability.clamp(SMALLEST_PROBABILITY, 1.0 - SMALLEST_PROBABILITY);
    (probability / (1.0 - probability)).ln()
}

/// The logarithm of a probability.
pub(super) fn log_probability(probability: f64) -> f64 {
    probability.max(SMALLEST_PROBABILITY).ln()
}

/// Raw scores as probabilities: of true, or of each of the classes of a row.
pub(super) fn pooled(objective: Objective, raw: &[f64], classes: usize) -> Vec<f64> {
    match objective {
        Objective::Binary => raw.iter().map(|odds| 1.0 / (1.0 + (-odds).exp())).collect(),
        Objective::Multiclass => {
            let mut scores = raw.to_vec();
            scores.chunks_exact_mut(classes.max(1)).for_each(|row| {
                to_probabilities(row);
            });
            scores
        }
        Objective::Regression | Objective::Lambdarank => raw.to_vec(),
    }
}

/// The ensemble.
pub(super) struct Ensemble {
    models: Vec<Arc<dyn Fitted>>,
    /// They add up to 1.
    shares: Vec<f64>,
    objective: Objective,
    classes: Vec<Arc<str>>,
    input: Arc<Row>,
}

impl Ensemble {
    /// # Errors
    /// GML0999 where there is no model.
    pub(super) fn new(
        models: Vec<Arc<dyn Fitted>>,
        shares: Vec<f64>,
        objective: Objective,
        input: Arc<Row>,
    ) -> Result<Self, Fault> {
        let first = models.first().ok_or_else(|| Fault::new("GML0999", "an ensemble has no models"))?;
        let classes = first.classes().to_vec();
        if models.iter().any(|model| model.classes() != classes) {
            return Err(Fault::new("GML0999", "the models of an ensemble tell other classes apart"));
        }
        Ok(Self { models, shares, objective, classes, input })
    }

    /// What a model says of the rows, as numbers that may be added up.
    fn raw(&self, model: &dyn Fitted, table: &Table, context: &Context) -> Result<Vec<f64>, Fault> {
        let said = model.apply(table, context)?.frame.select([col(column(self.objective))]);
        numbers(self.objective, &frame::collect(said)?)
    }
}

/// The column in which a model says what an ensemble adds up.
fn column(objective: Objective) -> &'static str {
    match objective {
        Objective::Binary | Objective::Lambdarank => "score",
        Objective::Multiclass => "scores",
        Objective::Regression => "value",
    }
}

/// What a model has said, as numbers that may be added up.
pub(super) fn numbers(objective: Objective, predicted: &DataFrame) -> Result<Vec<f64>, Fault> {
    let column = predicted.column(column(objective)).map_err(fault)?;
    let numbers: Vec<f64> = match objective {
        Objective::Multiclass => {
            column.list().map_err(fault)?.get_inner().f64().map_err(fault)?.iter().flatten().collect()
        }
        _ => column.f64().map_err(fault)?.iter().flatten().collect(),
    };
    Ok(match objective {
        Objective::Binary => numbers.into_iter().map(log_odds).collect(),
        Objective::Multiclass => numbers.into_iter().map(log_probability).collect(),
        Objective::Regression | Objective::Lambdarank => numbers,
    })
}

impl Fitted for Ensemble {
    fn apply(&self, table: &Table, context: &Context) -> Result<Table, Fault> {
        let rows = frame::collect(table.frame.clone())?;
        let known = Table { frame: rows.clone().lazy(), ty: table.ty.clone() };
        let mut sums = vec![0.0; rows.height() * self.classes.len().max(1)];
        for (model, share) in self.models.iter().zip(&self.shares) {
            let raw = self.raw(&**model, &known, context)?;
            sums.iter_mut().zip(raw).for_each(|(sum, raw)| *sum += share * raw);
        }
        let scores = pooled(self.objective, &sums, self.classes.len());
        let outputs: DataFrame = outputs::columns(self.objective, scores, &self.classes, rows.height())?;
        with_outputs(table, rows, outputs, &outputs::row(self.objective))
    }

    fn by_rows(&self) -> bool {
        self.models.iter().all(|model| model.by_rows())
    }

    fn ty(&self) -> Learned {
        Learned::Model(Some((Arc::clone(&self.input), Arc::new(outputs::row(self.objective)))))
    }

    fn classes(&self) -> &[Arc<str>] {
        &self.classes
    }

    fn features(&self) -> Vec<Arc<str>> {
        let all: Vec<Arc<str>> = self.models.iter().flat_map(|model| model.features()).collect();
        merged(&all).0
    }

    fn reads(&self) -> Vec<Arc<str>> {
        let all: Vec<Arc<str>> = self.models.iter().flat_map(|model| model.reads()).collect();
        merged(&all).0
    }

    fn prepared(&self, context: &Context) -> Result<Option<Quick>, Fault> {
        let prepared = PreparedEnsemble::of(&self.models, &self.shares, self.objective, &self.classes, context)?;
        Ok(prepared.map(|prepared| Quick(Box::new(prepared))))
    }

    fn facts(&self) -> Vec<(String, String)> {
        vec![("learned by".to_owned(), format!("an ensemble of {} models", self.models.len()))]
    }

    /// The raw score is the mean of those of the models, and so is what a column adds to it.
    fn explain(&self, table: &Table, context: &Context) -> Result<Explained, Fault> {
        let known = Table { frame: frame::collect(table.frame.clone())?.lazy(), ty: table.ty.clone() };
        let columns = self.features();
        let mut whole: Option<Explained> = None;
        for (model, share) in self.models.iter().zip(&self.shares) {
            let part = model.explain(&known, context)?;
            let places: Vec<usize> = part
                .columns
                .iter()
                .map(|name| columns.iter().position(|column| column == name))
                .collect::<Option<_>>()
                .ok_or_else(|| Fault::new("GML0999", "a model explains a column that is none of its features"))?;
            let scores = part.rows() * part.base.len();
            let sum = whole.get_or_insert_with(|| Explained {
                columns: columns.clone(),
                values: vec![0.0; scores * columns.len()],
                base: vec![0.0; part.base.len()],
            });
            sum.base.iter_mut().zip(&part.base).for_each(|(sum, base)| *sum += share * base);
            let rows = part.values.chunks_exact(part.columns.len().max(1));
            for (sums, values) in sum.values.chunks_exact_mut(columns.len().max(1)).zip(rows) {
                for (value, place) in values.iter().zip(&places) {
                    sums[*place] += share * value;
                }
            }
        }
        whole.ok_or_else(|| Fault::new("GML0999", "an ensemble has no models"))
    }

    fn interactions_of(
        &self,
        table: &Table,
        source: &dyn Fn(&str) -> Arc<str>,
        context: &Context,
    ) -> Result<(Vec<Arc<str>>, Vec<f64>), Fault> {
        let known = Table { frame: frame::collect(table.frame.clone())?.lazy(), ty: table.ty.clone() };
        let sources: Vec<Arc<str>> = self.features().iter().map(|name| source(name)).collect();
        let columns = merged(&sources).0;
        let mut sums = vec![0.0; columns.len() * columns.len()];
        for (model, share) in self.models.iter().zip(&self.shares) {
            let (names, sizes) = model.interactions_of(&known, source, context)?;
            let place = |name: &Arc<str>| columns.iter().position(|column| column == name).unwrap_or_default();
            let places: Vec<usize> = names.iter().map(place).collect();
            for (first, row) in sizes.chunks_exact(names.len().max(1)).enumerate() {
                for (second, size) in row.iter().enumerate() {
                    // The sizes of means are at most the means of sizes: this says how much pairs matter in the models.
                    sums[places[first] * columns.len() + places[second]] += share * size;
                }
            }
        }
        Ok((columns, sums))
    }

    fn onnx(&self, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<Vec<Said>, Fault> {
        let mut parts = Vec::new();
        for (model, share) in self.models.iter().zip(&self.shares) {
            let numbers = onnx::said(&**model, column(self.objective), graph, columns)?;
            let raw = match self.objective {
                Objective::Binary => onnx::log_odds(&numbers, SMALLEST_PROBABILITY, graph),
                Objective::Multiclass => {
                    let smallest = graph.number(SMALLEST_PROBABILITY);
                    let probabilities = graph.node("Max", &[&numbers, &smallest], Vec::new());
                    graph.node("Log", &[&probabilities], Vec::new())
                }
                Objective::Regression | Objective::Lambdarank => numbers,
            };
            let share = graph.number(*share);
            parts.push(graph.node("Mul", &[&raw, &share], Vec::new()));
        }
        let sum = graph.sum(&parts);
        Ok(outputs::onnx(self.objective, &self.classes, sum, graph))
    }

    fn compiled(&self, draft: &mut Draft<'_>) -> Result<compiled::Said, Fault> {
        let mut parts = Vec::new();
        for model in &self.models {
            let said = draft.aside(|draft| model.compiled(draft))?;
            if said.pool != Pool::Alone {
                return Err(compiled::not_compiled("an ensemble has a model that is an ensemble itself"));
            }
            parts.extend(said.parts);
        }
        let of = match self.objective {
            Objective::Binary => Pooled::LogOdds(SMALLEST_PROBABILITY),
            Objective::Multiclass => Pooled::LogProbabilities(SMALLEST_PROBABILITY),
            Objective::Regression | Objective::Lambdarank => Pooled::Values,
        };
        let pool = Pool::Mean { shares: self.shares.clone(), of };
        Ok(outputs::compiled_of(self.objective, &self.classes, parts, pool))
    }

    fn save(&self, folder: &Path) -> Result<(), Fault> {
        members::save(&self.models, folder)?;
        let shares: Vec<Exact> = self.shares.iter().copied().map(Exact).collect();
        let parts = vec![("objective", artifact::to_json(&self.objective)?), ("shares", artifact::to_json(&shares)?)];
        artifact::write_signature(folder, "ensemble", &self.ty(), parts)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A saved ensemble.
///
/// # Errors
/// GML0918 where a file is missing or damaged.
pub(crate) fn load(folder: &Path, signature: &Json) -> Result<Arc<dyn Fitted>, Fault> {
    let damaged = |what: &str| artifact::unreadable(&folder.join(artifact::FILE), what);
    let Learned::Model(Some((input, _))) = artifact::learned_type(folder, signature, "type")? else {
        return Err(damaged("an ensemble has the type of a model"));
    };
    let shares: Vec<Exact> = artifact::parsed(folder, signature, "shares")?;
    let objective: Objective = artifact::parsed(folder, signature, "objective")?;
    let models = members::load(folder, shares.len())?;
    let shares = shares.into_iter().map(|share| share.0).collect();
    match Ensemble::new(models, shares, objective, input) {
        Ok(ensemble) => Ok(Arc::new(ensemble)),
        Err(fault) => Err(damaged(&fault.message)),
    }
}
