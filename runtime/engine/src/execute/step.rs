//! One step, by its kind.

use std::path::Path;
use std::sync::Arc;

use gml_connect::{Fault, Tolerated};
use gml_foreign::Node;
use gml_ir::{Dataset, Step, StepId, StepKind, Type, Value};
use gml_operators::{Call, Context, Data};

use super::expect::Expectation;
use super::stage::internal;
use super::{Scope, Session, argument, assemble};
use crate::backend::Saved;
use crate::codes;

/// What a step gave.
#[derive(Default)]
pub(super) struct Done {
    pub(super) data: Option<Data>,
    pub(super) rows: Option<u64>,
    /// The dataset that was read or written, and rows of it that break contracts.
    pub(super) tolerated: Option<(String, Vec<Tolerated>)>,
}

impl Done {
    fn with(data: Data) -> Self {
        Self { data: Some(data), ..Self::default() }
    }
}

/// Results of steps.
pub(super) type Get<'a> = &'a (dyn Fn(StepId) -> Result<Data, Fault> + Sync);

impl Session<'_> {
    pub(super) fn step(
        &self,
        scope: &Scope<'_>,
        step: &Step,
        id: StepId,
        get: Get<'_>,
        context: &Context,
    ) -> Result<Done, Fault> {
        match &step.kind {
            StepKind::Load(dataset) => self.load(*dataset, context),
            StepKind::Call { module, operator, args } => {
                let implementation =
                    self.backend.operator(module, operator).ok_or_else(|| not_implemented(module, operator))?;
                let args = args.iter().map(|(name, arg)| Ok((name.clone(), Some(argument::input(arg, get)?))));
                let mut args = args.collect::<Result<Vec<_>, Fault>>()?;
                argument::bind(&mut args);
                let args = args.into_iter().filter_map(|(name, arg)| Some((name, arg?))).collect();
                let unfinished = self.unfinished.as_ref().map(|folder| folder.join(scope.id(id)));
                let observer = scope.told(&context.observer, id);
                let context = Context { unfinished, observer, ..context.clone() };
                let call = Call { operator, args, result: &step.ty, context: &context };
                let data = implementation(call)?;
                self.keep_history(scope, id, &data)?;
                // What later steps make of a model was not learned by them.
                if &**operator == "fit" {
                    self.keep_course(scope, id, &data)?;
                }
                if let Data::Fitted(fitted) = &data
                    && !fitted.judged().is_empty()
                {
                    self.journal.tracked(&scope.id(id), fitted.judged().to_vec());
                }
                Ok(Done::with(data))
            }
            StepKind::Foreign { language, settings, args } => {
                let node = node(step, language, settings);
                let args = args.iter().map(|(name, arg)| Ok((name.clone(), argument::data(arg, get)?)));
                let args = args.collect::<Result<_, Fault>>()?;
                let name = node.name;
                let say = |line: &str| self.progress.message(&format!("{name}: {line}"));
                Ok(Done::with(Data::Table(self.backend.foreign(&node, args, &say)?)))
            }
            StepKind::Part(of, name) => part(get(*of)?, name).map(Done::with),
            StepKind::Table(cells) => match &step.ty {
                Type::Table(ty) => Ok(Done::with(Data::Table(self.backend.literal(cells, ty)?))),
                other => Err(internal(format!("a table literal has the type {other}"))),
            },
            StepKind::Compute { inputs, expr } => {
                let inputs = inputs.iter().map(|input| get(*input)).collect::<Result<Vec<_>, _>>()?;
                assemble::compute(self.backend, expr, &inputs).map(Done::with)
            }
            StepKind::Save { value, dataset } => match scope.elsewhere(*value) {
                Some(rows) => self.save_elsewhere(scope, id, (*value, *dataset), &rows),
                None => self.save(&scope.id(id), *dataset, &get(*value)?),
            },
            StepKind::Track(of) => {
                self.track(scope, id, *of, get)?;
                Ok(Done::default())
            }
            StepKind::Expect { condition, message, text, sides } => {
                let sides = match sides {
                    Some((left, right)) => Some((get(*left)?, get(*right)?)),
                    None => None,
                };
                let message = message.as_ref().map(|message| argument::data(message, get)).transpose()?;
                Expectation { condition: get(*condition)?, message, text, sides }.check()?;
                Ok(Done::default())
            }
            StepKind::When { .. } | StepKind::Outer(_) => Err(internal("a `when` runs as a stage, not as a step")),
        }
    }

    fn load(&self, dataset: u32, context: &Context) -> Result<Done, Fault> {
        let (dataset, project) = self.dataset(dataset)?;
        let loaded = self.backend.load(dataset, project, context)?;
        loaded.notes.iter().for_each(|note| self.progress.message(note));
        Ok(Done {
            data: Some(loaded.data),
            rows: loaded.rows,
            tolerated: Some((dataset.name.to_string(), loaded.tolerated)),
        })
    }

    fn save(&self, id: &str, dataset: u32, value: &Data) -> Result<Done, Fault> {
        let (dataset, project) = self.dataset(dataset)?;
        Ok(self.saved(id, dataset, self.backend.save(dataset, value, project)?, project))
    }

    /// What is told of a step that saved.
    pub(super) fn saved(&self, id: &str, dataset: &Dataset, saved: Saved, project: &Path) -> Done {
        let content = self.cache.and_then(|cache| cache.hashes().of_path(&saved.path).ok()).map(|(content, _)| content);
        self.journal.saved(id, &dataset.name, &saved, project, content);
        saved.notes.iter().for_each(|note| self.progress.message(&format!("{}: {note}", dataset.name)));
        Done { data: None, rows: saved.rows, tolerated: Some((dataset.name.to_string(), saved.tolerated)) }
    }

    pub(super) fn dataset(&self, place: u32) -> Result<(&Dataset, &Path), Fault> {
        let dataset = self.program.datasets.get(place as usize);
        let dataset = dataset.ok_or_else(|| internal(format!("there is no dataset {place}")))?;
        let project = self.project.ok_or_else(|| {
            Fault::new(codes::NOT_IMPLEMENTED, format!("a test uses the dataset `{}`", dataset.name))
                .help("write the rows as a table in the test")
        })?;
        Ok((dataset, project))
    }
}

/// Whether a condition holds; null counts as false.
pub(super) fn holds(condition: &Data) -> Result<bool, Fault> {
    match condition {
        Data::Value(Value::Bool(truth)) => Ok(*truth),
        Data::Value(Value::Null) => Ok(false),
        Data::Value(other) => Err(internal(format!("a condition is {other}, which is no bool"))),
        _ => Err(internal("a condition is no single value")),
    }
}

/// A part of a record, of a row, or of metrics.
pub(super) fn part(of: Data, name: &str) -> Result<Data, Fault> {
    let missing = || internal(format!("there is no part {name}"));
    match of {
        Data::Record(fields) => {
            fields.into_iter().find(|(field, _)| &**field == name).map(|(_, data)| data).ok_or_else(missing)
        }
        Data::Value(Value::Null) => Ok(Data::Value(Value::Null)),
        Data::Value(value) => value.get(name).cloned().map(Data::Value).ok_or_else(missing),
        Data::Metrics(metrics) => {
            let metric = metrics.iter().find(|metric| metric.name == name);
            metric.map(|metric| Data::Value(Value::Float(metric.value))).ok_or_else(missing)
        }
        _ => Err(missing()),
    }
}

pub(super) fn not_implemented(module: &str, operator: &str) -> Fault {
    cannot_run(&format!("`{operator}` of {module}"))
}

pub(super) fn cannot_run(what: &str) -> Fault {
    Fault::new(codes::NOT_IMPLEMENTED, format!("{what} is declared but not implemented yet"))
        .help("this version of gmlc checks it and cannot run it; leave the step out")
}

/// A node in another language.
pub(crate) fn node<'a>(step: &'a Step, language: &'a str, settings: &'a [(Arc<str>, Value)]) -> Node<'a> {
    let name = step.within.last().map_or(language, |name| &**name);
    Node { name, language, settings, result: &step.ty }
}
