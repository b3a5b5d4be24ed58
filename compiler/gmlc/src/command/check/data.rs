//! `gmlc check --data`

use std::collections::BTreeSet;
use std::path::Path;

use gml_analysis::package::{Definition, Package};
use gml_analysis::typed::DatasetId;
use gml_analysis::{Analysis, lower};
use gml_connect::{Fault, Finding};
use gml_diagnostics::{Code, Diagnostic, Severity, Span, codes};
use gml_engine::told_who_saves;
use gml_ir::{Dataset, Program, Type, Value};
use gml_syntax::ast::TypeKind;

use super::CheckArgs;
use crate::command::prepare::{exit_of, settings};
use crate::exit::Exit;
use crate::output;
use crate::project::Project;

/// Holds the files that the program reads against their schemas, by their headers and footers, and what it reads of databases by
/// what these say of their columns. What an earlier pipeline saves is not there yet, or will be replaced, so it is not looked at.
pub fn check(project: &Project, analysis: &Analysis, args: &CheckArgs) -> Result<Vec<Diagnostic>, Exit> {
    let settings = settings(args.env.as_deref(), &args.set);
    let program = match lower(&analysis.package, &analysis.program, &settings) {
        Ok(program) => program,
        Err(wrong) if exit_of(&wrong) == Exit::Usage => {
            output::diagnostics(&wrong, &analysis.package.sources, args.format);
            return Err(Exit::Usage);
        }
        Err(wrong) => return Ok(wrong),
    };
    let mut found = Vec::new();
    let mut unreached = Unreached::default();
    for place in read_from_outside(&program) {
        let Some(dataset) = program.datasets.get(place as usize) else { continue };
        if !is_looked_at(dataset) {
            let connector = &dataset.connector.name;
            output::error_line(format!("`{}` is kept by `{connector}`, which is not looked into", dataset.name));
            continue;
        }
        let findings = match &dataset.ty {
            Type::Table(_) => unreached.or_inspected(dataset, &project.folder),
            _ => match gml_connect::Folder::newest(dataset, &project.folder) {
                Ok(_) => Vec::new(),
                Err(fault) => vec![Finding::of_dataset(told_who_saves(fault, &program, place))],
            },
        };
        found.extend(findings.iter().map(|finding| diagnostic(&analysis.package, DatasetId(place), dataset, finding)));
    }
    Ok(found)
}

/// Databases that did not answer: others of their tables are not waited for once more.
#[derive(Default)]
struct Unreached(Vec<(Value, Fault)>);

impl Unreached {
    /// What a dataset has against its schema, or that its database did not answer before.
    fn or_inspected(&mut self, dataset: &Dataset, project: &Path) -> Vec<Finding> {
        let database = dataset.connector.get("database");
        if let Some((_, fault)) = self.0.iter().find(|(known, _)| Some(known) == database) {
            return vec![Finding::of_dataset(fault.clone())];
        }
        let findings = gml_connect::inspect(dataset, project);
        if let (Some(database), [Finding { column: None, fault, .. }]) = (database, &findings[..])
            && fault.code == codes::NOT_REACHED.id()
        {
            self.0.push((database.clone(), fault.clone()));
        }
        findings
    }
}

/// Whether the dataset is in files of this machine, or in a database that tells of its columns.
fn is_looked_at(dataset: &Dataset) -> bool {
    if gml_connect::describes(dataset) {
        return true;
    }
    let path = dataset.connector.get("path").and_then(|path| path.as_str());
    let is_local = path.is_some_and(|path| !path.contains("://"));
    is_local && matches!(&*dataset.connector.name, "parquet" | "csv" | "jsonl" | "ipc" | "excel" | "delta" | "artifact")
}

/// The datasets that a pipeline loads and none before it saves.
fn read_from_outside(program: &Program) -> BTreeSet<u32> {
    let mut saved = BTreeSet::new();
    let mut outside = BTreeSet::new();
    for pipeline in program.in_order() {
        let flows = pipeline.graph.flows();
        outside.extend(flows.from_outside().filter(|place| !saved.contains(place)));
        saved.extend(flows.saves);
    }
    outside
}

/// A finding at the column of the schema, or at the entry of the catalog.
fn diagnostic(package: &Package, id: DatasetId, dataset: &Dataset, finding: &Finding) -> Diagnostic {
    let Finding { column, fault, is_certain, files } = finding;
    let entry = package.datasets.get(id.0 as usize).map_or(Span::NOWHERE, |entry| entry.declared.name_span);
    let column = column.as_deref().and_then(|column| column_span(package, id, column));
    let code = Code::find(fault.code).unwrap_or(codes::CANNOT_READ);
    let mut diagnostic = Diagnostic::new(code, column.unwrap_or(entry), message(fault, *files));
    if !is_certain {
        diagnostic.severity = Severity::Warning;
    }
    if column.is_some() {
        diagnostic = diagnostic.and(entry, format!("read as `{}`", dataset.name));
    }
    if !fault.details.is_empty() {
        diagnostic = diagnostic.with_label(fault.details.join("; "));
    }
    match &fault.help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

fn message(fault: &Fault, files: usize) -> String {
    let place = fault.place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
    match files {
        1 => format!("{place}{}", fault.message),
        2 => format!("{place}{} (and another file)", fault.message),
        _ => format!("{place}{} (and {} other files)", fault.message, files - 1),
    }
}

/// Where a column of an entry is declared: in its schema, or in the entry itself.
fn column_span(package: &Package, id: DatasetId, column: &str) -> Option<Span> {
    let entry = package.dataset_ast(id)?;
    match &entry.ty.kind {
        TypeKind::Named(_, args) => {
            let TypeKind::Named(schema, _) = &args.first()?.kind else { return None };
            let module = package.datasets.get(id.0 as usize)?.declared.module;
            let Some(Definition::Schema(schema)) = package.lookup(module, &schema.text) else { return None };
            let schema = package.schemas.get(schema.0 as usize)?;
            let place = schema.row.columns.iter().position(|known| &*known.name == column)?;
            schema.column_spans.get(place).copied()
        }
        TypeKind::Table(row) => {
            row.columns.iter().find(|known| &*known.name.text == column).map(|known| known.name.span)
        }
        _ => None,
    }
}
