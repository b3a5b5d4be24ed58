//! Who saves what: the types of entries that leave their rows out, and entries that are written twice.

mod repeated;

use gml_diagnostics::{Diagnostic, Span};
use gml_ir::{Learned, Row, TableType, Type};
use gml_syntax::ast::{Expr, ExprKind, Statement, StatementKind};

use super::message;
use super::shared::{Shared, Visit};
use crate::hash::Map;
use crate::package::{Definition, Package};
use crate::typed::{DatasetId, PipelineId, Text, TypedDataset};

pub(super) use repeated::saved_again;

/// The `save`s of every entry, in the order of the program.
pub(super) fn writers(package: &Package) -> Map<DatasetId, Vec<(PipelineId, Span)>> {
    let mut writers: Map<DatasetId, Vec<(PipelineId, Span)>> = Map::default();
    for place in 0..package.pipelines.len() {
        let id = PipelineId(u32::try_from(place).unwrap_or(u32::MAX));
        let module = package.pipelines[place].declared.module;
        let mut waiting: Vec<&Statement> = package.pipeline_ast(id).into_iter().flat_map(|ast| &ast.body).collect();
        waiting.reverse();
        while let Some(statement) = waiting.pop() {
            match &statement.kind {
                StatementKind::Save { entry, .. } => {
                    if let Some(Definition::Dataset(dataset)) = package.lookup(module, &entry.text) {
                        writers.entry(*dataset).or_default().push((id, entry.span));
                    }
                }
                StatementKind::When { body, .. } | StatementKind::For { body, .. } => {
                    waiting.extend(body.iter().rev());
                }
                _ => {}
            }
        }
    }
    writers
}

/// Entries that more than one `save` writes, but for those that keep a version of each: the newest counts.
pub(super) fn written_twice(shared: &Shared<'_>, entries: &[TypedDataset]) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (place, dataset) in shared.package.datasets.iter().enumerate() {
        let id = DatasetId(u32::try_from(place).unwrap_or(u32::MAX));
        let Some([first, others @ ..]) = shared.writers.get(&id).map(Vec::as_slice) else { continue };
        let keeps_versions = entries.get(place).is_some_and(TypedDataset::keeps_versions);
        if keeps_versions && others.iter().all(|other| same_rows(shared, id, first.0, other.0)) {
            continue;
        }
        for other in others {
            diagnostics.push(message::datasets::written_twice(
                &dataset.declared.name,
                dataset.declared.name_span,
                first.1,
                other.1,
                keeps_versions,
            ));
        }
    }
    diagnostics
}

/// Whether two pipelines save what takes and gives the same columns under an entry.
fn same_rows(shared: &Shared<'_>, id: DatasetId, first: PipelineId, other: PipelineId) -> bool {
    let rows = |pipeline: PipelineId| {
        let checked = shared.pipeline(pipeline, &[]);
        let types = checked.saved.iter().filter(|(dataset, _)| *dataset == id).map(|(_, ty)| columns_of(ty));
        types.collect::<Vec<_>>()
    };
    let all = [rows(first), rows(other)].concat();
    // Of a type with an error of its own nothing more is said.
    all.windows(2).all(|pair| pair[0] == pair[1] || pair.contains(&None))
}

/// Names and types of what goes into something learned, and of what comes out.
fn columns_of(ty: &Type) -> Option<[Vec<(Text, Type)>; 2]> {
    let Type::Learned(learned) = ty else { return None };
    let (Learned::Model(Some((from, to))) | Learned::Transform(Some((from, to)))) = &**learned else { return None };
    let columns = |row: &Row| row.columns.iter().map(|column| (column.name.clone(), column.ty.clone())).collect();
    Some([columns(from), columns(to)])
}

/// The pipeline that says what an entry holds, where the entry leaves its rows out.
pub(super) fn decided_by(shared: &Shared<'_>, id: DatasetId) -> Option<PipelineId> {
    let Type::Learned(learned) = &shared.package.datasets[id.0 as usize].ty else { return None };
    if !matches!(**learned, Learned::Model(None) | Learned::Transform(None)) {
        return None;
    }
    Some(shared.writers.get(&id)?.first()?.0)
}

/// The declared type of an entry as its readers see it. Of JSON lines just the columns that are named are read, so behind the `..`
/// of such an entry there is nothing, unless an env keeps it in another form.
pub(super) fn as_read(package: &Package, id: DatasetId) -> Type {
    let dataset = &package.datasets[id.0 as usize];
    match &dataset.ty {
        Type::Table(table) if table.row.open && !table.row.columns.is_empty() && is_of_json_lines(package, id) => {
            let row = Row { open: false, schema: None, ..(*table.row).clone() };
            Type::Table(TableType { row: row.into(), ..table.clone() })
        }
        ty => ty.clone(),
    }
}

fn is_of_json_lines(package: &Package, id: DatasetId) -> bool {
    let is_jsonl =
        |connector: &Expr| matches!(&connector.kind, ExprKind::Call { function, .. } if &*function.text == "jsonl");
    let Some(entry) = package.dataset_ast(id) else { return false };
    let moved = (0..package.envs.len()).filter_map(|place| package.env_ast(place)).flat_map(|env| &env.settings);
    let mut moved = moved.filter(|setting| {
        matches!(setting.path.as_slice(), [catalog, name] if &*catalog.text == "catalog" && name.text == entry.name.text)
    });
    is_jsonl(&entry.value) && moved.all(|setting| is_jsonl(&setting.value))
}

/// The type of an entry; rows that it leaves out are those of the value that is saved under it.
pub(super) fn entry_type<'a>(shared: &'a Shared<'a>, id: DatasetId, visiting: &[Visit]) -> Type {
    let declared = &shared.package.datasets[id.0 as usize].ty;
    let Some(pipeline) = decided_by(shared, id) else {
        return as_read(shared.package, id);
    };
    // Above where a pipeline saves it, it knows no more than the entry says.
    if visiting.contains(&Visit::Pipeline(pipeline)) {
        return declared.clone();
    }
    let checked = shared.pipeline(pipeline, visiting);
    let saved = checked.saved.iter().find(|(dataset, _)| *dataset == id).map(|(_, ty)| ty);
    saved.and_then(|saved| held(declared, saved)).unwrap_or_else(|| declared.clone())
}

/// The type of an entry of which only what is saved says the rows; none of another one, nor where something else is saved.
pub(super) fn held(declared: &Type, saved: &Type) -> Option<Type> {
    let (Type::Learned(declared), Type::Learned(saved)) = (declared, saved) else { return None };
    match (&**declared, &**saved) {
        (Learned::Model(None), Learned::Model(_)) | (Learned::Transform(None), Learned::Transform(_)) => {
            Some(Type::Learned(saved.clone()))
        }
        _ => None,
    }
}
