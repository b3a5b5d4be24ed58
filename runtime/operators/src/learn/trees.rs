//! Boosted trees: learning them, predicting with them, keeping them.

use std::any::Any;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use gml_codegen::object::Learner;
use gml_codegen::trees::Ensemble;
use gml_connect::Fault;
use gml_ir::{Learned, Row, Value};
use polars::prelude::{DataFrame, col};
use serde_json::{Value as Json, json};

use super::artifact;
use super::chain::with_outputs;
use super::matrix::{self, Encoder, Feature};
use super::outputs;
use super::parameters::{self, Objective, Parameters};
use super::prepared::PreparedTrees;
use super::recall::Recall;
use super::scoring::Scoring;
use super::target::{self, Roles};
use crate::compiled::{self, Draft, not_compiled};
use crate::course::{Course, Curve};
use crate::data::{Call, Context, Data, Table};
use crate::explain::{self, Explained};
use crate::frame::{self, fault};
use crate::learned::{Change, Estimator, Fitted, Trials, Watch};
use crate::native::lightgbm::{self, BrokenOff, Dataset, LightGbm, Round, Trained, Validation, Watched};
use crate::observer::{Judgement, Training, Unit};
use crate::onnx;
use crate::prep::Kind;
use crate::scoring::Quick;
use crate::tune::afresh;

/// LightGBM's own text of the model, which its other bindings load.
const MODEL_FILE: &str = "model.txt";

/// A feature that no tree of some parameters can split by may be split by with others.
const KEEP_ALL_FEATURES: &str = " feature_pre_filter=false";

/// Rows turned into a matrix at once when predicting.
const ROWS_AT_ONCE: usize = 65_536;

/// Fewer values than that are learned from by one thread.
const FEW_VALUES: usize = 32_768;

/// The operator.
pub(super) fn boosted_trees(call: Call<'_>) -> Result<Data, Fault> {
    let parameters = Parameters::of(&call)?;
    Ok(Data::Estimator(Arc::new(BoostedTrees { parameters, recall: Recall::of(&call, boosted_trees) })))
}

/// Trees that have not learned yet.
#[derive(Clone)]
struct BoostedTrees {
    parameters: Parameters,
    recall: Recall,
}

/// Rows in the form that the library takes.
struct Prepared {
    rows: DataFrame,
    label: Vec<f32>,
    weight: Option<Vec<f32>>,
    queries: Option<Vec<i32>>,
}

impl Estimator for BoostedTrees {
    fn fit(&self, train: &Table, valid: Option<&Table>, context: &Context) -> Result<Arc<dyn Fitted>, Fault> {
        if self.parameters.stop_after.is_some() && valid.is_none() {
            return Err(Fault::new("GML0716", "`stop_after` needs rows to stop by, and `fit` was given none")
                .help("give `valid:`, or leave `stop_after` out"));
        }
        let valid = valid.filter(|_| self.parameters.stop_after.is_some());
        let binned = Binned::new(self, train, valid, "", context)?;
        let watch = Watch { metric: None, told: &mut |_| ControlFlow::Continue(()) };
        let trained = binned.train(&self.parameters, watch, true, context)?;
        trained.ok_or_else(|| Fault::new("GML0999", "a fit that nobody ended gave no trees"))
    }

    fn with(&self, changes: &[Change], context: &Context) -> Result<Arc<dyn Estimator>, Fault> {
        self.recall.with(changes, context)
    }

    fn argument(&self, operator: Option<&str>, name: &str) -> Option<&Value> {
        self.recall.argument(operator, name)
    }

    fn trials(
        &self,
        changed: &[(Option<Arc<str>>, Arc<str>)],
        train: &Table,
        valid: &Table,
        context: &Context,
    ) -> Result<Box<dyn Trials>, Fault> {
        let changes_bins = |(operator, name): &(Option<Arc<str>>, Arc<str>)| {
            self.recall.is_of(operator.as_deref()) && parameters::BINNING.contains(&&**name)
        };
        if changed.iter().any(changes_bins) {
            return Ok(afresh(Arc::new(self.clone()), train, valid));
        }
        let binned = Binned::new(self, train, Some(valid), KEEP_ALL_FEATURES, context)?;
        Ok(Box::new(TreeTrials { estimator: self.clone(), binned, valid: valid.clone() }))
    }
}

/// Rows in bins, and what is known of them: enough to grow trees of any parameters that do not change the bins.
struct Binned {
    library: LightGbm,
    objective: Objective,
    features: Vec<Feature>,
    classes: Vec<Arc<str>>,
    train: Dataset,
    valid: Option<Dataset>,
    /// How many values the rows to learn from have.
    values: usize,
    input: Arc<Row>,
}

impl Binned {
    fn new(
        of: &BoostedTrees,
        train: &Table,
        valid: Option<&Table>,
        further: &str,
        context: &Context,
    ) -> Result<Self, Fault> {
        let library = LightGbm::open(&lightgbm::place(&context.libraries))?;
        let objective = of.parameters.objective;
        let train = &of.parameters.with_group(train)?;
        let roles = Roles::of(&train.ty.row)?;
        let columns = matrix::feature_columns(train)?;
        let names: Vec<_> = columns.iter().map(|(name, _)| Arc::clone(name)).collect();
        let rows = read(train, &names, &roles, objective)?;
        let classes = match objective {
            Objective::Multiclass => target::classes(rows.column(&roles.target).map_err(fault)?)?,
            _ => Vec::new(),
        };
        let features = matrix::learn(columns, &rows)?;
        let values = rows.height() * features.len();
        let threads = worthwhile(context.threads, values);
        let settings = parameters::text(&of.parameters.pairs(classes.len()), threads) + further;
        let prepared = of.prepare(rows, &roles, &classes, true)?;
        let binned = dataset(&library, prepared, &features, &settings, None, context.threads)?;
        let valid = match valid {
            Some(valid) => {
                matrix::check(&features, &frame::schema(&valid.frame)?)?;
                let rows = of.prepare(read(valid, &names, &roles, objective)?, &roles, &classes, false)?;
                Some(dataset(&library, rows, &features, &settings, Some(&binned), context.threads)?)
            }
            None => None,
        };
        Ok(Self {
            library,
            objective,
            features,
            classes,
            train: binned,
            valid,
            values,
            input: Arc::clone(&train.ty.row),
        })
    }

    /// Grows trees; `None` where `watch` ended it. Where the time is over, there are those that were grown. `with_train` has the rows to learn from looked at too, as they learn.
    fn train(
        &self,
        parameters: &Parameters,
        watch: Watch<'_>,
        with_train: bool,
        context: &Context,
    ) -> Result<Option<Arc<dyn Fitted>>, Fault> {
        let pairs = parameters.pairs(self.classes.len());
        let mut settings = parameters::text(&pairs, worthwhile(context.threads, self.values));
        let maximize = self.objective == Objective::Lambdarank;
        let mut told_metric = (0, maximize, self.objective.metric());
        if let Some((name, maximize)) =
            watch.metric.and_then(|metric| parameters::further_metric(self.objective, metric))
        {
            let first = format!("metric={}", self.objective.metric());
            settings = settings.replacen(&first, &format!("{first},{name}"), 1);
            told_metric = (1, maximize, name);
        }
        let ((place, is_negated, metric), mut telling) = (told_metric, context.observer.telling());
        let mut told = |Round { number, value }: Round| {
            let share = number as f64 / parameters.rounds as f64;
            telling.tell(share, || Training {
                learner: "boosted_trees".to_owned(),
                unit: Unit::Round,
                turn: number,
                turns: parameters.rounds,
                is_complete: true,
                batch: None,
                loss: None,
                valid: value.map(|value| Judgement { metric: metric.to_owned(), value }),
                seconds_left: None,
            });
            let told =
                value.map_or(ControlFlow::Continue(()), |value| (watch.told)(if is_negated { -value } else { value }));
            match told {
                ControlFlow::Break(()) => ControlFlow::Break(BrokenOff::Dropped),
                ControlFlow::Continue(()) if context.observer.is_late() => ControlFlow::Break(BrokenOff::Kept),
                ControlFlow::Continue(()) => ControlFlow::Continue(()),
            }
        };
        let valid = self.valid.as_ref().map(|rows| Validation { rows, after: parameters.stop_after, maximize });
        let watched = Watched { place, with_train };
        let trained =
            lightgbm::train(&self.library, &self.train, valid, &settings, parameters.rounds, watched, &mut told)
                .map_err(gave_up)?;
        let Some(trained) = trained else { return Ok(None) };
        Ok(Some(Arc::new(FittedTrees {
            features: self.features.clone(),
            objective: self.objective,
            classes: self.classes.clone(),
            parameters: pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            rounds: trained.rounds,
            best: trained.best,
            course: Some(course(self.objective, &trained)),
            text: without_threads(&trained.text),
            input: Arc::clone(&self.input),
            scoring: OnceLock::new(),
        })))
    }
}

/// Trees of changing parameters on the same bins.
struct TreeTrials {
    estimator: BoostedTrees,
    binned: Binned,
    valid: Table,
}

impl Trials for TreeTrials {
    fn fit(&self, changes: &[Change], watch: Watch<'_>, context: &Context) -> Result<Option<Arc<dyn Fitted>>, Fault> {
        let parameters = self.estimator.recall.changed(changes, context, Parameters::of)?;
        self.binned.train(&parameters, watch, false, context)
    }

    fn valid(&self) -> &Table {
        &self.valid
    }
}

/// The columns that learning reads, and nothing else.
fn read(table: &Table, features: &[Arc<str>], roles: &Roles, objective: Objective) -> Result<DataFrame, Fault> {
    let columns: Vec<_> = features.iter().chain(roles.names(objective)).map(|name| col(&**name)).collect();
    let rows = frame::collect(table.frame.clone().select(columns))?;
    if rows.height() > 0 {
        return Ok(rows);
    }
    Err(matrix::no_rows(table))
}

impl BoostedTrees {
    fn prepare(&self, rows: DataFrame, roles: &Roles, classes: &[Arc<str>], training: bool) -> Result<Prepared, Fault> {
        let (rows, queries) = match (self.parameters.objective, &roles.group) {
            (Objective::Lambdarank, Some(group)) => {
                let (rows, sizes) = target::grouped(rows, group)?;
                (rows, Some(sizes))
            }
            (Objective::Lambdarank, None) => {
                return Err(Fault::new(
                    "GML0707",
                    "`objective: lambdarank` ranks the rows of a query, and no column has the role `group`",
                )
                .help("mark the column that names the query, `group query: int`, or name it: `group: .query`"));
            }
            _ => (rows, None),
        };
        let target = rows.column(&roles.target).map_err(fault)?;
        let label = target::labels(self.parameters.objective, target, classes, training)?;
        let weight = match &roles.weight {
            Some(weight) => {
                let weights = target::weights(rows.column(weight).map_err(fault)?)?;
                Some(weights.into_iter().map(|weight| weight as f32).collect())
            }
            None => None,
        };
        Ok(Prepared { rows, label, weight, queries })
    }
}

/// Bins the rows. They are dropped as soon as their matrix is made, and the matrix as soon as it is binned.
fn dataset(
    library: &LightGbm,
    prepared: Prepared,
    features: &[Feature],
    settings: &str,
    reference: Option<&Dataset>,
    threads: usize,
) -> Result<Dataset, Fault> {
    let matrix = Encoder::new(features).by_rows(&prepared.rows, threads)?;
    drop(prepared.rows);
    let mut dataset =
        Dataset::new(library, &matrix, settings, &matrix::categorical(features), reference).map_err(gave_up)?;
    drop(matrix);
    dataset.set_label(&prepared.label).map_err(gave_up)?;
    if let Some(weight) = &prepared.weight {
        dataset.set_weight(weight).map_err(gave_up)?;
    }
    if let Some(queries) = &prepared.queries {
        dataset.set_groups(queries).map_err(gave_up)?;
    }
    dataset.set_names(&matrix::library_names(features)).map_err(gave_up)?;
    Ok(dataset)
}

/// The threads that are worth it for so many values: of few ones they wait for each other longer than they work, many times as long
/// where the machine is busy.
fn worthwhile(threads: usize, values: usize) -> usize {
    if values < FEW_VALUES { 1 } else { threads }
}

pub(super) fn gave_up(text: String) -> Fault {
    Fault::new("GML0921", format!("boosted trees could not be learned or applied: {text}"))
        .help("see the parameters and the rows that boosted_trees was given")
}

/// The model's text without the number of threads, which is no part of what was learned.
fn without_threads(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines.map(|line| if line.starts_with("[num_threads: ") { "[num_threads: 0]\n" } else { line }).collect()
}

/// Trees that were learned.
struct FittedTrees {
    features: Vec<Feature>,
    objective: Objective,
    classes: Vec<Arc<str>>,
    parameters: Vec<(String, String)>,
    rounds: usize,
    /// The metric at the last round, on the rows to stop by, where the trees have just been learned. Its last digits go with the
    /// number of threads, in which the library sums it up, so it is not saved.
    best: Option<f64>,
    /// What was seen while they were learned; not saved either.
    course: Option<Course>,
    text: String,
    input: Arc<Row>,
    /// Read from the text on first use.
    scoring: OnceLock<Scoring>,
}

impl FittedTrees {
    fn scoring(&self) -> &Scoring {
        self.scoring.get_or_init(|| Scoring::of(&self.text))
    }

    /// The trees as data, and the rows as the columns that they ask for.
    fn explained<T>(&self, table: &Table, explain: impl FnOnce(&Ensemble, &[&[f64]]) -> T) -> Result<T, Fault> {
        matrix::check(&self.features, &frame::schema(&table.frame)?)?;
        let rows = frame::collect(table.frame.clone())?;
        let matrix = Encoder::new(&self.features).matrix(&rows)?;
        let columns: Vec<&[f64]> = match rows.height() {
            0 => vec![&[]; self.features.len()],
            height => matrix.values().chunks(height).collect(),
        };
        Ok(explain(self.forest()?, &columns))
    }

    fn forest(&self) -> Result<&Ensemble, Fault> {
        self.scoring().ensemble().map_err(|what| Fault::new("GML0999", format!("the trees cannot be read: {what}")))
    }

    /// What the trees say of each row, one class after the other.
    fn scores(&self, rows: &DataFrame, context: &Context) -> Result<Vec<f64>, Fault> {
        let encoder = Encoder::new(&self.features);
        let mut scores = Vec::with_capacity(rows.height() * self.classes.len().max(1));
        for start in (0..rows.height()).step_by(ROWS_AT_ONCE) {
            let start_row = i64::try_from(start).map_err(|_| Fault::new("GML0999", "too many rows"))?;
            let matrix = encoder.matrix(&rows.slice(start_row, ROWS_AT_ONCE))?;
            scores.extend(self.scoring().predict(&matrix, &self.text, context)?);
        }
        Ok(scores)
    }
}

impl Fitted for FittedTrees {
    fn prepared(&self, context: &Context) -> Result<Option<Quick>, Fault> {
        let ready = self.scoring().ready(&self.text, context)?;
        let trees = PreparedTrees::new(&self.features, self.objective, &self.classes, ready, context.threads);
        Ok(Some(Quick(Box::new(trees))))
    }

    fn apply(&self, table: &Table, context: &Context) -> Result<Table, Fault> {
        matrix::check(&self.features, &frame::schema(&table.frame)?)?;
        let rows = frame::collect(table.frame.clone())?;
        let scores = self.scores(&rows, context)?;
        let outputs = outputs::columns(self.objective, scores, &self.classes, rows.height())?;
        with_outputs(table, rows, outputs, &outputs::row(self.objective))
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
        let mut facts = vec![
            ("learned by".to_owned(), "boosted_trees".to_owned()),
            ("objective".into(), self.objective.name().into()),
            ("rounds kept".into(), self.rounds.to_string()),
        ];
        if let Some(best) = self.best {
            let best = gml_report::compact(best);
            facts.push((format!("{} on the rows to stop by", self.objective.metric()), best));
        }
        facts.extend(self.scoring().why_by_library().map(|why| ("scored by".to_owned(), format!("LightGBM: {why}"))));
        // The objective is told already.
        let told = self.parameters.iter().filter(|(name, _)| name != "objective");
        facts.extend(told.cloned());
        facts
    }

    fn course(&self) -> Option<Course> {
        self.course.clone()
    }

    fn explain(&self, table: &Table, context: &Context) -> Result<Explained, Fault> {
        let found =
            self.explained(table, |forest, columns| explain::contributions(forest, columns, context.threads))?;
        Ok(Explained { columns: self.features(), values: found.values, base: found.base })
    }

    fn interactions_of(
        &self,
        table: &Table,
        source: &dyn Fn(&str) -> Arc<str>,
        _: &Context,
    ) -> Result<(Vec<Arc<str>>, Vec<f64>), Fault> {
        let sources: Vec<Arc<str>> = self.features.iter().map(|feature| source(&feature.name)).collect();
        let (columns, places) = explain::merged(&sources);
        let sizes = self.explained(table, |forest, rows| explain::pairs(forest, rows, &places, columns.len()))?;
        Ok((columns, sizes))
    }

    fn gains(&self) -> Result<Vec<(Arc<str>, f64)>, Fault> {
        let mut gains = vec![0.0; self.features.len()];
        for node in self.forest()?.trees.iter().flat_map(|tree| &tree.nodes) {
            gains[node.feature] += node.gain;
        }
        Ok(self.features().into_iter().zip(gains).collect())
    }

    fn onnx(&self, graph: &mut onnx::Graph, columns: &mut onnx::Columns<'_>) -> Result<Vec<onnx::Said>, Fault> {
        let mut inputs = Vec::new();
        for Feature { name, kind, values } in &self.features {
            inputs.push(match kind {
                Kind::Text => onnx::places(name, values, graph, columns)?,
                _ => columns.get(graph, name, *kind)?.flow,
            });
        }
        let matrix = graph.beside(&inputs);
        let raw = onnx::forest(self.forest()?, &matrix, graph)?;
        Ok(outputs::onnx(self.objective, &self.classes, raw, graph))
    }

    fn compiled(&self, draft: &mut Draft<'_>) -> Result<compiled::Said, Fault> {
        if let Some(why) = self.scoring().why_by_library() {
            return Err(not_compiled(&format!("only LightGBM can score its trees: {why}")));
        }
        let features = self.features.iter().map(|Feature { name, kind, values }| match kind {
            Kind::Text => compiled::places(name, values, draft),
            _ => draft.get(name, *kind).map(|known| known.place),
        });
        let features = features.collect::<Result<Vec<_>, Fault>>()?;
        Ok(outputs::compiled(self.objective, &self.classes, features, Learner::Trees(self.forest()?.clone())))
    }

    fn save(&self, folder: &Path) -> Result<(), Fault> {
        artifact::write_file(folder, MODEL_FILE, &self.text)?;
        let parameters = self.parameters.iter().map(|(name, value)| (name.clone(), Json::from(value.as_str())));
        let parts = vec![
            ("objective", artifact::to_json(&self.objective)?),
            ("features", artifact::to_json(&self.features)?),
            ("feature_names", artifact::to_json(&matrix::library_names(&self.features))?),
            ("classes", artifact::to_json(&self.classes)?),
            ("parameters", Json::Object(parameters.collect())),
            ("rounds", self.rounds.into()),
            ("library", json!({ "name": "lightgbm", "version": lightgbm::VERSION })),
            ("model", json!({ "file": MODEL_FILE, "sha256": gml_ir::hash_text(&self.text) })),
        ];
        artifact::write_signature(folder, "boosted_trees", &self.ty(), parts)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What was seen round by round.
fn course(objective: Objective, trained: &Trained) -> Course {
    let looked_at = [("train", &trained.train), ("valid", &trained.valid)];
    let looked_at = looked_at.into_iter().filter(|(_, points)| !points.is_empty());
    let curves = looked_at.map(|(partition, points)| Curve::new(objective.metric(), partition, points.iter().copied()));
    Course { step: "round".into(), kept: trained.rounds, curves: curves.collect() }
}

/// How many rounds of boosting a model has; none where it is no trees.
pub(crate) fn rounds_of(model: &dyn Fitted) -> Option<usize> {
    model.as_any().downcast_ref::<FittedTrees>().map(|trees| trees.rounds)
}

/// Saved trees. `type_part` is the part of the signature that holds their own type, not that of a chain.
pub(super) fn load(folder: &Path, signature: &Json, type_part: &str) -> Result<Arc<dyn Fitted>, Fault> {
    let Learned::Model(Some((input, _))) = artifact::learned_type(folder, signature, type_part)? else {
        return Err(artifact::unreadable(&folder.join(artifact::FILE), "trees have the type of a model"));
    };
    let parameters: serde_json::Map<String, Json> = artifact::parsed(folder, signature, "parameters")?;
    let parameters = parameters.into_iter().map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned()));
    Ok(Arc::new(FittedTrees {
        features: artifact::parsed(folder, signature, "features")?,
        objective: artifact::parsed(folder, signature, "objective")?,
        classes: artifact::parsed(folder, signature, "classes")?,
        parameters: parameters.collect(),
        rounds: artifact::parsed(folder, signature, "rounds")?,
        best: None,
        course: None,
        text: artifact::read_file(folder, MODEL_FILE, artifact::part(folder, signature, "model")?)?,
        input,
        scoring: OnceLock::new(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_are_learned_from_by_one_thread() {
        assert_eq!([FEW_VALUES - 1, FEW_VALUES].map(|values| worthwhile(8, values)), [1, 8]);
    }
}
