//! What is inferred and not written, shown between the words: types of `let`s, rows behind the steps that change them.

use gml_analysis::inspect::Meaning;
use gml_analysis::package::Package;
use gml_diagnostics::{FileId, Span};
use gml_ir::{Row, Type};
use gml_syntax::ast::{CallStyle, Expr, ExprKind, ItemKind, TypeKind};

use crate::describe::{self, brief};
use crate::facts::{Facts, Site};
use crate::tree;

/// A text that is shown though nobody wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The byte behind which it is shown.
    pub at: u32,
    /// The text.
    pub label: String,
    /// Markdown, shown on demand.
    pub about: String,
    /// Whether it stands behind all of its line rather than behind a name.
    pub ends_line: bool,
}

/// The hints of a file for places in `range`, in order.
pub fn hints(package: &Package, file: FileId, range: Span) -> Vec<Hint> {
    let facts = Facts::new(package);
    let Some(module) = facts.module_of(file) else { return Vec::new() };
    let items = &package.module(module).ast.items;
    let wanted = |span: Span| span.start < range.end.max(range.start + 1) && range.start <= span.end;
    let sites = (0..items.len()).filter(|item| wanted(items[*item].span)).map(|item| Site { module, item });
    let sites: Vec<Site> = sites.collect();
    facts.inspect_all(&sites);
    let mut found = Vec::new();
    for site in sites {
        of_names(&facts, site, &mut found);
        of_result(&facts, site, &mut found);
        of_steps(&facts, site, &mut found);
    }
    found.retain(|hint| range.start <= hint.at && hint.at <= range.end);
    found.sort_by_key(|hint| hint.at);
    found.dedup();
    found
}

/// `let name` without a type, and names of loops.
fn of_names(facts: &Facts<'_>, site: Site, found: &mut Vec<Hint>) {
    let inspection = facts.inspection(site);
    for mention in &inspection.mentions {
        let Meaning::Local { declared, ty } = &mention.meaning else { continue };
        if *declared != mention.span || ty.is_silent() {
            continue;
        }
        let written = match facts.binder(*declared) {
            Some((_, crate::facts::Binder::Let(binding))) => binding.ty.is_some(),
            Some((_, crate::facts::Binder::Parameter(_))) | None => true,
            Some((_, crate::facts::Binder::For(_))) => false,
        };
        if !written {
            let about = describe::rows(ty).unwrap_or_default();
            found.push(Hint { at: declared.end, label: format!(": {}", brief(ty)), about, ends_line: false });
        }
    }
}

/// `-> table` of a node whose columns are inferred.
fn of_result(facts: &Facts<'_>, site: Site, found: &mut Vec<Hint>) {
    let Some(item) = facts.item(site) else { return };
    let ItemKind::Node(node) = &item.kind else { return };
    let bare = matches!(&node.result.kind, TypeKind::Named(name, args) if &*name.text == "table" && args.is_empty());
    let gml_syntax::ast::NodeBody::Block(block) = &node.body else { return };
    let inspection = facts.inspection(site);
    let Some(Type::Table(table)) = inspection.type_at(block.result.span).filter(|_| bare) else { return };
    let label = format!(" {}", short(&table.row));
    found.push(Hint { at: node.result.span.end, label, about: describe::row(&table.row), ends_line: false });
}

/// Steps of a pipe that end their line and change the row.
fn of_steps(facts: &Facts<'_>, site: Site, found: &mut Vec<Hint>) {
    let Some(item) = facts.item(site) else { return };
    let inspection = facts.inspection(site);
    let text = facts.package.sources.text(item.span.file);
    let ends_line = |at: u32| {
        text.get(at as usize..).is_some_and(|rest| {
            let rest = rest.trim_start_matches([' ', '\t']);
            rest.is_empty() || rest.starts_with(['\n', '\r'])
        })
    };
    tree::each_expr(item, |expr: &Expr| {
        let ExprKind::Call { args, style: CallStyle::Pipe, .. } = &expr.kind else { return };
        let (Some(Type::Table(after)), Some(first)) = (inspection.type_at(expr.span), args.first()) else { return };
        if !ends_line(expr.span.end) {
            return;
        }
        let Some(Type::Table(before)) = inspection.type_at(first.value.span) else { return };
        let change = changes(&before.row, &after.row);
        if !change.is_empty() {
            let about = describe::row(&after.row);
            found.push(Hint { at: expr.span.end, label: format!(" {change}"), about, ends_line: true });
        }
    });
}

/// How many names a hint shows.
const FEW: usize = 6;

/// What a step changed: `+ a: int, b: str  - c`; all columns where most are new.
fn changes(before: &Row, after: &Row) -> String {
    let added: Vec<String> = after
        .columns
        .iter()
        .filter(|column| before.get(&column.name).is_none_or(|old| old.ty != column.ty))
        .map(|column| format!("{}: {}", column.name, brief(&column.ty)))
        .collect();
    let gone: Vec<&str> = before.names().filter(|name| after.get(name).is_none()).map(|name| &**name).collect();
    if added.is_empty() && gone.is_empty() {
        return String::new();
    }
    if added.len() == after.columns.len() || gone.len() > after.columns.len() {
        return short(after);
    }
    let mut parts = Vec::new();
    if !added.is_empty() {
        parts.push(format!("+ {}", few(&added)));
    }
    if !gone.is_empty() {
        parts.push(format!("- {}", few(&gone)));
    }
    parts.join(" ")
}

fn short(row: &Row) -> String {
    match &row.schema {
        Some(schema) => format!("[{schema}]"),
        None => {
            let columns: Vec<String> =
                row.columns.iter().map(|column| format!("{}: {}", column.name, brief(&column.ty))).collect();
            let open = if row.open { ", .." } else { "" };
            format!("{{ {}{open} }}", few(&columns))
        }
    }
}

fn few<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<&str> = names.iter().take(FEW).map(AsRef::as_ref).collect();
    let more = names.len().saturating_sub(FEW);
    if more == 0 { shown.join(", ") } else { format!("{}, {more} more", shown.join(", ")) }
}
