//! Keys: a step is named by all that goes into its result, so that the same key means the same bytes.
//!
//! What goes in: the operator and its version, its arguments, the keys of the steps that it uses, the content of the files
//! that it reads, the types that are declared for them, and what decides in which parts a query is computed. What does not:
//! where it stands in the source, the names of schemas, the number of threads, the path of what it reads.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gml_connect::Reading;
use gml_ir::{
    Arg, Dataset, Expr, Graph, NamedExpr, OrderKey, Program, Row, SequencesType, Step, StepId, StepKind, TableType,
    Type, Value,
};
use gml_operators::Expressions;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::explain::{KnownStep, Part};
use super::files::{Hashes, Stamp};
use super::salt::Salt;
use crate::backend::Backend;
use crate::execute::node;
use crate::plan::{Plan, Scan, Stage, datasets_of, step_name};
use crate::store::json::redacted;

/// Raised whenever keys are made of something else, or results are kept in another form: then nothing that was kept
/// before is found.
const FORMAT: u32 = 1;

/// What the keys of a graph are made with.
pub(super) struct Making<'a> {
    pub(super) backend: &'a dyn Backend,
    pub(super) program: &'a Program,
    pub(super) project: &'a Path,
    pub(super) hashes: &'a Hashes,
    pub(super) salt: &'a Salt,
    /// How row expressions are computed.
    pub(super) expressions: Expressions,
    /// Datasets that an earlier pipeline of the same command may write anew, with its name.
    pub(super) pending: &'a BTreeMap<u32, String>,
}

/// The keys of a stage.
#[derive(Clone, Debug, Default)]
pub(super) struct StageKey {
    /// The key of its result; nothing where it cannot be known.
    pub(super) key: Option<String>,
    /// Why not.
    pub(super) unknown: Option<String>,
    /// What its steps consist of.
    pub(super) steps: Vec<KnownStep>,
    /// The files that it reads, as they were when they were hashed.
    pub(super) files: Vec<(PathBuf, Stamp)>,
    /// What was asked of others for them, a line each.
    pub(super) asked: Vec<String>,
}

/// The keys of the stages of a graph, and those of its steps.
pub(super) struct Keys {
    pub(super) stages: Vec<StageKey>,
    steps: HashMap<StepId, String>,
}

impl Keys {
    /// The key of a step.
    pub(super) fn of(&self, step: StepId) -> Option<String> {
        self.steps.get(&step).cloned()
    }
}

/// An argument with the keys of the steps that it names.
#[derive(Serialize)]
enum Keyed<'a> {
    Step(String),
    Const(&'a Value),
    Expr(&'a Expr),
    Columns(&'a [NamedExpr]),
    Order(&'a [OrderKey]),
    List(Vec<Keyed<'a>>),
    Record(Vec<(&'a str, Keyed<'a>)>),
}

/// The hash of anything that serialises. MessagePack keeps every bit of a number.
pub(super) fn digest(value: &impl Serialize) -> String {
    let bytes = rmp_serde::to_vec(&(FORMAT, env!("CARGO_PKG_VERSION"), value)).unwrap_or_default();
    gml_ir::hex(&Sha256::digest(bytes))
}

/// What the keys of the body of a `when` depend on beside itself.
pub(super) struct Around<'a> {
    /// The keys of the steps of the graph around it.
    pub(super) keys: &'a dyn Fn(StepId) -> Option<String>,
    /// Datasets that steps before it write.
    pub(super) written: BTreeMap<u32, Written>,
}

/// A dataset that a step writes.
#[derive(Clone)]
pub(super) struct Written {
    /// The key of that step.
    key: Option<String>,
    /// Whether that step is a `when`, which may not write it.
    maybe: bool,
}

/// The datasets that steps before one write.
pub(super) fn written(
    graph: &Graph,
    before: StepId,
    keys: &Keys,
    around: &BTreeMap<u32, Written>,
) -> BTreeMap<u32, Written> {
    let mut written = around.clone();
    for (place, step) in graph.steps[..before.0 as usize].iter().enumerate() {
        for dataset in datasets_of(step).1 {
            let maybe = matches!(step.kind, StepKind::When { .. });
            written.insert(dataset, Written { key: keys.of(StepId(place as u32)), maybe });
        }
    }
    written
}

/// The keys of a graph.
pub(super) fn of_graph(making: &Making<'_>, graph: &Graph, plan: &Plan, around: &Around<'_>) -> Keys {
    let mut keys = Keys { stages: Vec::with_capacity(plan.stages.len()), steps: HashMap::new() };
    for (place, step) in graph.steps.iter().enumerate() {
        if let StepKind::Outer(of) = step.kind
            && let Some(key) = (around.keys)(of)
        {
            keys.steps.insert(StepId(place as u32), key);
        }
    }
    let mut rows = Rows::default();
    for stage in &plan.stages {
        let key = of_stage(making, graph, stage, around, &mut keys, &mut rows);
        keys.stages.push(key);
    }
    keys
}

fn of_stage(
    making: &Making<'_>,
    graph: &Graph,
    stage: &Stage,
    around: &Around<'_>,
    keys: &mut Keys,
    rows: &mut Rows,
) -> StageKey {
    let mut made = StageKey::default();
    for planned in &stage.steps {
        let step = graph.step(planned.id);
        let mut known = KnownStep::default();
        let within: Vec<&str> = planned.within.iter().map(|node| &**node).collect();
        known.name = format!("{} / {}", within.join(" > "), planned.name);
        let whole = Reading::everything();
        let reading = stage.scans.iter().find(|scan| scan.load == planned.id).map_or(&whole, |scan| &scan.reading);
        let key = of_step(making, graph, planned.id, step, reading, around, keys, rows, &mut known, &mut made.files);
        if let (StepKind::Load(dataset), Ok(_)) = (&step.kind, &key)
            && let Ok(dataset) = dataset_of(making, *dataset)
        {
            made.asked.extend(making.backend.asked(dataset, reading));
        }
        let key =
            key.map(|key| if planned.id == stage.steps[stage.steps.len() - 1].id { shaped(key, stage) } else { key });
        match key {
            Ok(key) => {
                known.key.clone_from(&key);
                keys.steps.insert(planned.id, key.clone());
                made.key = Some(key);
            }
            Err(why) => {
                made.key = None;
                made.unknown.get_or_insert(why);
            }
        }
        made.steps.push(known);
    }
    made
}

/// The key of a result with what decides how it is computed: which columns are read, and whether rows are grouped part by
/// part, which adds up numbers in another order.
fn shaped(key: String, stage: &Stage) -> String {
    let key = match stage.flows.as_slice() {
        [] => key,
        flows => digest(&("flow", key, flows.iter().map(|flow| &flow.columns).collect::<Vec<_>>())),
    };
    if stage.scans.is_empty() {
        return key;
    }
    let shape = |scan: &Scan| (format!("{:?}", scan.reading), scan.through.len(), scan.turns.is_some());
    digest(&("query", key, stage.streams, stage.scans.iter().map(shape).collect::<Vec<_>>()))
}

/// Why a key is not known, where a step that is used has none.
pub(super) const USES_UNKNOWN: &str = "what it uses may change";

#[expect(clippy::too_many_arguments, reason = "what is known of a step is put together from all of it")]
fn of_step(
    making: &Making<'_>,
    graph: &Graph,
    id: StepId,
    step: &Step,
    reading: &Reading,
    around: &Around<'_>,
    keys: &Keys,
    rows: &mut Rows,
    known: &mut KnownStep,
    files: &mut Vec<(PathBuf, Stamp)>,
) -> Result<String, String> {
    let of = |id: StepId| keys.of(id).ok_or_else(|| USES_UNKNOWN.to_owned());
    let mut part = |name: String, part: Part| {
        known.parts.insert(name, part);
    };
    match &step.kind {
        StepKind::Call { module, operator, args } => {
            let version = making.backend.version(module, operator);
            part("its version".into(), Part::shown(version.clone()));
            for (name, arg) in args {
                if let Some(shown) = shown(arg) {
                    part(format!("argument {name}"), shown);
                }
            }
            part("the type of its result".into(), Part::hidden(&rows.of_type(&step.ty)));
            let args = args.iter().map(|(name, arg)| Ok((&**name, keyed(arg, &of)?)));
            let args = args.collect::<Result<Vec<_>, String>>()?;
            let key = digest(&("call", module, operator, version, args, rows.of_type(&step.ty)));
            Ok(match making.backend.computed_by(&step.kind, &making.expressions) {
                Some(by) => {
                    part("the native code of its functions".into(), Part::shown(by.clone()));
                    digest(&("computed", key, by))
                }
                None => key,
            })
        }
        StepKind::Part(from, name) => Ok(digest(&("part", of(*from)?, name))),
        StepKind::Table(cells) => {
            part("its rows".into(), Part::hidden(&digest(cells)));
            Ok(digest(&("table", cells, rows.of_type(&step.ty))))
        }
        StepKind::Compute { inputs, expr } => {
            part("its expression".into(), Part::hidden(&digest(expr)));
            let inputs = inputs.iter().map(|input| of(*input)).collect::<Result<Vec<_>, String>>()?;
            Ok(digest(&("compute", inputs, expr)))
        }
        StepKind::Load(dataset) => {
            let (place, dataset) = (*dataset, dataset_of(making, *dataset)?);
            declared(dataset, &["path", "versioned"], &mut part);
            let written = written(graph, id, keys, &around.written);
            let content = content(making, place, (dataset, reading), written.get(&place), &mut part, files)?;
            let settings: Vec<_> = settings(dataset, &["path", "versioned"]).collect();
            let connector = (&dataset.connector.name, settings, dataset.on_violation);
            Ok(digest(&("load", connector, rows.of_type(&dataset.ty), rows.of_type(&step.ty), content)))
        }
        StepKind::Save { value, dataset } => {
            let dataset = dataset_of(making, *dataset)?;
            // What is there cannot be held against what was written, as a file can.
            if gml_connect::is_elsewhere(dataset) {
                return Err(format!("{} is kept elsewhere, where others may have changed it", dataset.name));
            }
            declared(dataset, &[], &mut part);
            let settings: Vec<_> = settings(dataset, &[]).collect();
            let connector = (&dataset.connector.name, settings, dataset.on_violation);
            Ok(digest(&("save", of(*value)?, connector, rows.of_type(&dataset.ty))))
        }
        StepKind::Track(from) => Ok(digest(&("track", of(*from)?, step_name(making.program, graph, *from)))),
        StepKind::Expect { condition, .. } => Ok(digest(&("expect", of(*condition)?))),
        StepKind::When { condition, .. } => Ok(digest(&("when", of(*condition)?))),
        StepKind::Outer(_) => of(id),
        StepKind::Foreign { language, settings, args } => {
            let made_of = making.backend.made_of(&node(step, language, settings))?;
            for (name, text) in &made_of.shown {
                part(name.clone(), Part::shown(text.clone()));
            }
            for (name, text) in &made_of.hidden {
                part(name.clone(), Part::hidden(&digest(text)));
            }
            let mut content = Vec::with_capacity(made_of.files.len());
            for file in made_of.files {
                let wrong = |error: std::io::Error| format!("{} cannot be read: {error}", file.display());
                let stamp = Stamp::of(&file).map_err(wrong)?;
                let (hash, _) = making.hashes.of_file(&file).map_err(wrong)?;
                let name = file.strip_prefix(making.project).unwrap_or(&file);
                part(format!("file {}", name.display()), Part::hidden(&hash));
                content.push((name.display().to_string(), hash));
                files.push((file, stamp));
            }
            for (name, arg) in args {
                if let Some(shown) = shown(arg) {
                    part(format!("argument {name}"), shown);
                }
            }
            let mut given = Vec::new();
            for name in args.iter().flat_map(|(_, arg)| secrets_of(arg)) {
                let digest = making.salt.digest(&name, making.project);
                part(format!("the secret {name}"), Part::hidden(digest.as_deref().unwrap_or_default()));
                given.push((name, digest));
            }
            part("the type of its result".into(), Part::hidden(&rows.of_type(&step.ty)));
            let args = args.iter().map(|(name, arg)| Ok((&**name, keyed(arg, &of)?)));
            let args = args.collect::<Result<Vec<_>, String>>()?;
            let made_of = (made_of.shown, made_of.hidden, content, given);
            Ok(digest(&("foreign", language, made_of, args, rows.of_type(&step.ty))))
        }
    }
}

fn dataset_of<'a>(making: &Making<'a>, place: u32) -> Result<&'a Dataset, String> {
    making.program.datasets.get(place as usize).ok_or_else(|| format!("there is no dataset {place}"))
}

fn keyed<'a>(arg: &'a Arg, of: &impl Fn(StepId) -> Result<String, String>) -> Result<Keyed<'a>, String> {
    Ok(match arg {
        Arg::Step(step) => Keyed::Step(of(*step)?),
        Arg::Const(value) => Keyed::Const(value),
        Arg::Expr(expr) => Keyed::Expr(expr),
        Arg::Columns(columns) => Keyed::Columns(columns),
        Arg::Order(order) => Keyed::Order(order),
        Arg::List(items) => Keyed::List(items.iter().map(|item| keyed(item, of)).collect::<Result<_, _>>()?),
        Arg::Record(fields) => {
            let fields = fields.iter().map(|(name, field)| Ok((&**name, keyed(field, of)?)));
            Keyed::Record(fields.collect::<Result<_, String>>()?)
        }
    })
}

/// The names of the secrets in an argument.
fn secrets_of(arg: &Arg) -> Vec<Arc<str>> {
    match arg {
        Arg::Const(value) => gml_connect::secrets::names(value),
        Arg::List(items) => items.iter().flat_map(secrets_of).collect(),
        Arg::Record(fields) => fields.iter().flat_map(|(_, field)| secrets_of(field)).collect(),
        Arg::Step(_) | Arg::Expr(_) | Arg::Columns(_) | Arg::Order(_) => Vec::new(),
    }
}

/// An argument as people read it; nothing of one that is the result of a step.
fn shown(arg: &Arg) -> Option<Part> {
    match arg {
        Arg::Step(_) => None,
        Arg::Const(value) => Some(Part::shown(redacted(value).to_string())),
        Arg::Expr(_) | Arg::Columns(_) | Arg::Order(_) => Some(Part::hidden(&digest(arg))),
        Arg::List(items) => {
            let parts: Vec<Part> = items.iter().filter_map(shown).collect();
            (!parts.is_empty()).then(|| Part::hidden(&digest(&parts)))
        }
        Arg::Record(fields) => {
            let parts: Vec<Part> = fields.iter().filter_map(|(_, field)| shown(field)).collect();
            (!parts.is_empty()).then(|| Part::hidden(&digest(&parts)))
        }
    }
}

/// The settings of a dataset's place, without some of them.
fn settings<'a>(dataset: &'a Dataset, without: &'a [&str]) -> impl Iterator<Item = &'a (Arc<str>, Value)> {
    // What a run adds to a dataset is no part of what the program says.
    let own = dataset.connector.args.iter().filter(|(name, _)| !name.starts_with('$'));
    own.filter(|(name, _)| !without.contains(&&**name))
}

/// What a dataset is declared as.
fn declared(dataset: &Dataset, without: &[&str], part: &mut impl FnMut(String, Part)) {
    let place = dataset.connector.get("path").and_then(Value::as_str).unwrap_or(&dataset.name);
    part(format!("the format of {place}"), Part::shown(dataset.connector.name.to_string()));
    part(
        format!("what is done with rows of {place} that break a rule"),
        Part::shown(format!("{:?}", dataset.on_violation)),
    );
    for (name, value) in settings(dataset, without) {
        part(format!("`{name}` of {place}"), Part::shown(redacted(value).to_string()));
    }
    let Some(row) = dataset.row() else {
        part(format!("the type of {place}"), Part::shown(dataset.ty.to_string()));
        return;
    };
    for column in &row.columns {
        let name = &column.name;
        part(format!("column {name} of {place}: type"), Part::shown(column.ty.to_string()));
        let role = column.role.map_or("none", |role| role.name());
        part(format!("column {name} of {place}: role"), Part::shown(role.into()));
        let contracts: Vec<&str> = column.contracts.iter().map(|contract| &*contract.text).collect();
        part(format!("column {name} of {place}: contract"), Part::shown(contracts.join(", ")));
        let stored = format!("{} {:?}", column.stored_name(), column.parsed);
        part(format!("column {name} of {place}: how it is stored"), Part::hidden(&stored));
    }
    part(format!("the unique columns of {place}"), Part::hidden(&format!("{:?} {}", row.unique, row.open)));
}

/// What a dataset holds: the hashes of its files, or, where an earlier step of the graph writes it, the key of that step.
fn content(
    making: &Making<'_>,
    place: u32,
    (dataset, reading): (&Dataset, &Reading),
    written: Option<&Written>,
    part: &mut impl FnMut(String, Part),
    files: &mut Vec<(PathBuf, Stamp)>,
) -> Result<Vec<String>, String> {
    if let Some(Written { key, maybe: false }) = written {
        return Ok(vec![key.clone().ok_or(USES_UNKNOWN)?]);
    }
    if let Some(pipeline) = making.pending.get(&place) {
        return Err(format!("{pipeline} writes {} before", dataset.name));
    }
    let Some(found) = making.backend.files(dataset, making.project, reading) else {
        return Err(format!("the content of {} cannot be known before it is read", dataset.name));
    };
    let found = found.map_err(|fault| fault.message)?;
    let mut content = Vec::with_capacity(found.len() + 1);
    // The body of a `when` may write it or not: that is decided by what decides the `when`.
    if let Some(Written { key, .. }) = written {
        content.push(key.clone().ok_or(USES_UNKNOWN)?);
    }
    // Of a partitioned dataset, the names of the folders are part of the rows.
    let in_folders = dataset.connector.get("partitioned_by").is_some_and(|by| *by != Value::List(Vec::new()));
    for file in found {
        let wrong = |error: std::io::Error| format!("{} cannot be read: {error}", file.display());
        let stamp = Stamp::of(&file).map_err(wrong)?;
        let (hash, _) = making.hashes.of_file(&file).map_err(wrong)?;
        let name = file.strip_prefix(making.project).unwrap_or(&file);
        part(format!("file {}", name.display()), Part::hidden(&hash));
        content.push(hash);
        if in_folders {
            content.push(name.to_string_lossy().into_owned());
        }
        files.push((file, stamp));
    }
    Ok(content)
}

/// Hashes of types, without the names of schemas and the wording of contracts. Rows are shared between steps: each is
/// hashed once.
#[derive(Default)]
struct Rows(HashMap<*const Row, String>);

impl Rows {
    fn of_type(&mut self, ty: &Type) -> String {
        match ty {
            Type::Table(TableType { row, partitions }) => {
                let parts: Vec<&str> = partitions.names().collect();
                let hash = self.0.entry(Arc::as_ptr(row)).or_insert_with(|| digest(&bare_row(row)));
                format!("{hash} {}", parts.join(" "))
            }
            other => digest(&bare(other)),
        }
    }
}

fn bare_row(row: &Row) -> Row {
    let mut row = row.clone();
    row.schema = None;
    for column in &mut row.columns {
        column.ty = bare(&column.ty);
        column.contracts.iter_mut().for_each(|contract| contract.text = "".into());
    }
    row
}

fn bare(ty: &Type) -> Type {
    let row = |row: &Arc<Row>| Arc::new(bare_row(row));
    match ty {
        Type::Struct(of) => Type::Struct(row(of)),
        Type::Record(of) => Type::Record(row(of)),
        Type::List(item) => Type::List(Arc::new(bare(item))),
        Type::Nullable(inner) => Type::Nullable(Arc::new(bare(inner))),
        Type::Table(table) => Type::Table(TableType { row: row(&table.row), ..table.clone() }),
        Type::Sequences(of) => {
            Type::Sequences(SequencesType { keys: row(&of.keys), item: Arc::new(bare(&of.item)), ..of.clone() })
        }
        Type::Learned(learned) => Type::Learned(Arc::new(bare_learned(learned))),
        Type::Estimator(learned) => Type::Estimator(Arc::new(bare_learned(learned))),
        other => other.clone(),
    }
}

fn bare_learned(learned: &gml_ir::Learned) -> gml_ir::Learned {
    use gml_ir::Learned;
    let rows = |(from, to): &(Arc<Row>, Arc<Row>)| (Arc::new(bare_row(from)), Arc::new(bare_row(to)));
    match learned {
        Learned::Transform(of) => Learned::Transform(of.as_ref().map(rows)),
        Learned::Model(of) => Learned::Model(of.as_ref().map(rows)),
        Learned::Recommender(item) => Learned::Recommender(bare(item)),
        Learned::Encoder(from, to) => Learned::Encoder(bare(from), bare(to)),
    }
}
