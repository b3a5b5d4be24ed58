//! Another name for something, everywhere.
//!
//! A column of a schema has its name in other places too: the step that makes it, the schema that a node declares to give
//! it. Those are renamed with it, or the program would not fit any more; where a file holds the column under its old name,
//! the schema goes on saying so.

use gml_analysis::package::{Definition, Package};
use gml_diagnostics::{FileId, Span};
use gml_ir::Type;
use gml_syntax::ast::{ItemKind, NodeBody, StatementKind, TypeKind};
use gml_syntax::is_reserved;

use crate::edit::Edit;
use crate::facts::{Facts, Site};
use crate::navigate::everywhere;
use crate::symbol::{Symbol, SymbolKind};
use crate::tree;

/// What can be renamed at a place of a file, and its name now.
///
/// # Errors
/// Why it cannot be, in words.
pub fn prepare_rename(package: &Package, file: FileId, offset: u32) -> Result<(Span, String), String> {
    let facts = Facts::new(package);
    let (span, symbols) = renamable(&facts, file, offset)?;
    columns_of(&facts, &symbols)?;
    Ok((span, facts.text(span).to_owned()))
}

/// The edits that give what stands at a place another name.
///
/// # Errors
/// Why that cannot be done, in words: the name is none, or it is taken.
pub fn rename(package: &Package, file: FileId, offset: u32, name: &str) -> Result<Vec<Edit>, String> {
    let facts = Facts::new(package);
    let (span, symbols) = renamable(&facts, file, offset)?;
    let old = facts.text(span);
    if old == name {
        return Ok(Vec::new());
    }
    let kind = symbols[0].kind;
    is_name(name, kind)?;
    let symbols = columns_of(&facts, &symbols)?;
    for symbol in &symbols {
        is_free(&facts, *symbol, name)?;
    }
    let found = everywhere(&facts, &symbols);
    let mut edits: Vec<Edit> = Vec::new();
    for occurrence in &found {
        // Another name that an import gave it stays.
        if facts.text(occurrence.span) == old {
            edits.push(edit(&facts, occurrence.span, old, name));
        }
    }
    edits.extend(symbols.iter().filter_map(|symbol| keep_in_file(&facts, *symbol, old)));
    edits.sort_by_key(|edit| (edit.span.file, edit.span.start));
    edits.dedup();
    Ok(edits)
}

fn renamable(facts: &Facts<'_>, file: FileId, offset: u32) -> Result<(Span, Vec<Symbol>), String> {
    let found = facts.occurrences_at(file, offset);
    let Some(first) = found.first() else { return Err("nothing with a name stands here".to_owned()) };
    let symbols: Vec<Symbol> = found.iter().map(|found| found.symbol).collect();
    match first.symbol.kind {
        SymbolKind::Library | SymbolKind::Operator => {
            return Err("this is a name of the standard library".to_owned());
        }
        SymbolKind::Module => return Err("a module has the name of its file: rename the file".to_owned()),
        SymbolKind::Test => return Err("a test is named by a text: edit that".to_owned()),
        SymbolKind::Choice | SymbolKind::Type => return Err("this cannot be renamed".to_owned()),
        _ => {}
    }
    for symbol in &symbols {
        let declared = facts.module_of(symbol.declared.file);
        if declared.is_none_or(|module| facts.package.module(module).is_std) {
            return Err("this is declared in the standard library".to_owned());
        }
    }
    Ok((first.span, symbols))
}

/// Whether a text is a name that such a thing can have.
fn is_name(name: &str, kind: SymbolKind) -> Result<(), String> {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let begins = name.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_');
    if !plain || !begins {
        return Err(format!("`{name}` is no name: names are made of a to z, A to Z, 0 to 9 and `_`"));
    }
    let any_word = matches!(kind, SymbolKind::Column | SymbolKind::Parameter);
    if is_reserved(name) && !any_word {
        return Err(format!("`{name}` is a word of the language"));
    }
    Ok(())
}

/// Whether nothing else has that name where a symbol is declared or used.
fn is_free(facts: &Facts<'_>, symbol: Symbol, name: &str) -> Result<(), String> {
    let Some(site) = facts.site_of(symbol.declared) else { return Ok(()) };
    let Some(item) = facts.item(site) else { return Ok(()) };
    let taken = || Err(format!("the name `{name}` is taken"));
    match symbol.kind {
        SymbolKind::Column => {
            let columns = tree::columns(item);
            let of_row = |span: Span| columns.iter().any(|column| column.name.span == span);
            // Of one schema, or of one block that makes columns.
            let in_schema = of_row(symbol.declared)
                && matches!(item.kind, ItemKind::Schema(_))
                && columns.iter().any(|column| *column.name.text == *name);
            if in_schema || made_beside(item, symbol.declared, name) || in_rows(facts, site, symbol, name) {
                return taken();
            }
        }
        SymbolKind::Parameter | SymbolKind::Local => {
            let inspection = facts.inspection(site);
            let clashes = inspection.mentions.iter().any(|mention| {
                facts.text(mention.span) == name
                    && matches!(
                        mention.meaning,
                        gml_analysis::inspect::Meaning::Local { .. } | gml_analysis::inspect::Meaning::Declared(_)
                    )
            });
            let param = tree::params(item).iter().any(|param| *param.name.text == *name);
            if clashes || param {
                return taken();
            }
        }
        SymbolKind::Env => {
            if facts.package.env_named(name).is_some() {
                return taken();
            }
        }
        _ => return is_free_in_modules(facts, symbol, name),
    }
    Ok(())
}

/// For what files declare: no file that can name it may have that name already, nor a local of a body that uses it.
fn is_free_in_modules(facts: &Facts<'_>, symbol: Symbol, name: &str) -> Result<(), String> {
    for (_, module) in facts.own_modules() {
        let means = |it: &Definition| Symbol::of(facts.package, it) == Some(symbol);
        if module.scope.values().any(means) && module.scope.contains_key(name) {
            return Err(format!("the name `{name}` is taken in `{}`", module.name));
        }
    }
    let unique = match symbol.kind {
        SymbolKind::Param => facts.package.param_named(name).is_some(),
        SymbolKind::Dataset => facts.package.dataset_named(name).is_some(),
        SymbolKind::Pipeline => facts.package.pipeline_named(name).is_some(),
        _ => false,
    };
    if unique {
        return Err(format!("the name `{name}` is taken: it is unique in a project"));
    }
    if facts.package.prelude.contains_key(name) {
        return Err(format!("`{name}` is a name of the standard library"));
    }
    for occurrence in everywhere(facts, &[symbol]) {
        let Some(site) = facts.site_of(occurrence.span) else { continue };
        let hides = facts.inspection(site).mentions.iter().any(|mention| {
            matches!(mention.meaning, gml_analysis::inspect::Meaning::Local { declared, .. } if declared == mention.span)
                && facts.text(mention.span) == name
        });
        if hides {
            return Err(format!("the name `{name}` is that of a local where this is used"));
        }
    }
    Ok(())
}

/// Whether the call that makes a column makes another of that name.
fn made_beside(item: &gml_syntax::ast::Item, declared: Span, name: &str) -> bool {
    use gml_syntax::ast::ExprKind;
    let mut found = false;
    tree::each_expr(item, |expr| {
        let bindings = match &expr.kind {
            ExprKind::Call { block: Some(block), .. } => &block.bindings,
            ExprKind::Columns(bindings) => bindings,
            _ => return,
        };
        let makes = |wanted: &dyn Fn(&gml_syntax::ast::Name) -> bool| bindings.iter().any(|it| wanted(&it.name));
        found |= makes(&|it| it.span == declared) && makes(&|it| *it.text == *name);
    });
    found
}

/// Whether a row that has the column has one of the new name too.
fn in_rows(facts: &Facts<'_>, site: Site, symbol: Symbol, name: &str) -> bool {
    let old = facts.text(symbol.declared);
    let inspection = facts.inspection(site);
    let mut found = false;
    for (_, ty) in &inspection.types {
        if let Type::Table(table) = ty
            && table.row.get(old).is_some()
            && table.row.get(name).is_some()
        {
            found = true;
        }
    }
    // Only where this body makes it: elsewhere rows of that name may be others.
    found && inspection.mentions.iter().any(|mention| mention.span == symbol.declared)
}

/// The edit at one place. The short form `{ start }` for `{ start: start }` is written out.
fn edit(facts: &Facts<'_>, span: Span, old: &str, name: &str) -> Edit {
    let short = facts.site_of(span).and_then(|site| facts.item(site)).is_some_and(|item| {
        let mut short = false;
        tree::each_expr(item, |expr| {
            if let gml_syntax::ast::ExprKind::Record(fields) = &expr.kind {
                short |= fields.iter().any(|(field, value)| field.span == span && value.span == span);
            }
        });
        short
    });
    let new = if short { format!("{old}: {name}") } else { name.to_owned() };
    Edit::new(span, new)
}

/// All symbols that are one column: what a schema declares and what the steps make that fill it. Other symbols are
/// given back as they are.
fn columns_of(facts: &Facts<'_>, symbols: &[Symbol]) -> Result<Vec<Symbol>, String> {
    let mut all: Vec<Symbol> = symbols.to_vec();
    if symbols.iter().all(|symbol| symbol.kind != SymbolKind::Column) {
        return Ok(all);
    }
    let name = facts.text(symbols[0].declared);
    let pairs = borders(facts, name);
    let mut grew = true;
    while grew {
        grew = false;
        for (a, b) in &pairs {
            for (known, other) in [(a, b), (b, a)] {
                if all.iter().any(|it| it.declared == *known) && !all.iter().any(|it| it.declared == *other) {
                    all.push(Symbol { kind: SymbolKind::Column, declared: *other });
                    grew = true;
                }
            }
        }
    }
    for symbol in &all {
        let module = facts.module_of(symbol.declared.file);
        if module.is_none_or(|module| facts.package.module(module).is_std) {
            return Err(format!("`{name}` is also a column that the standard library declares"));
        }
        if facts.text(symbol.declared) != name {
            continue;
        }
        let site = facts.site_of(symbol.declared).and_then(|site| facts.item(site));
        if site.is_some_and(|item| in_struct(item, symbol.declared)) {
            // Structs have no names: which of those that are written out are the same one is not known.
            return Err(format!("`{name}` is a field of a struct, which stands in other types too: rename it by hand"));
        }
        // `[.device.category]` makes a column `category` of the field: one name for two things.
        let is_field = site.is_some_and(|item| {
            let mut field = false;
            tree::each_expr(item, |expr| {
                if let gml_syntax::ast::ExprKind::Field { name, .. } = &expr.kind {
                    field |= name.span == symbol.declared;
                }
            });
            field
        });
        if is_field {
            return Err(format!(
                "`{name}` is also the name of a field: make the column with `{{ {name} = .. }}` first"
            ));
        }
    }
    Ok(all)
}

/// Whether a name stands for a field in a type `struct { .. }`.
fn in_struct(item: &gml_syntax::ast::Item, declared: Span) -> bool {
    let mut found = false;
    tree::each_type(item, |ty| {
        if let TypeKind::Struct(row) = &ty.kind {
            found |= row.columns.iter().any(|column| column.name.span == declared);
        }
    });
    found
}

/// Where rows go from what makes them into what declares them, as pairs of places that name the same column.
fn borders(facts: &Facts<'_>, name: &str) -> Vec<(Span, Span)> {
    let mut pairs = Vec::new();
    let sites: Vec<Site> = facts
        .own_modules()
        .flat_map(|(module, it)| (0..it.ast.items.len()).map(move |item| Site { module, item }))
        .filter(|site| {
            facts.item(*site).is_some_and(|item| !matches!(item.kind, ItemKind::Use(_) | ItemKind::Schema(_)))
        })
        .collect();
    facts.inspect_all(&sites);
    for site in sites {
        let Some(item) = facts.item(site) else { continue };
        let mut joined = |declared: Option<Span>, made: &gml_syntax::ast::Expr| {
            let Some(declared) = declared else { return };
            for origin in facts.origins_of_field(site, made, name) {
                pairs.push((declared, origin.name));
            }
        };
        let in_type = |ty| facts.member_of_type(site.module, ty, name).map(|origin| origin.name);
        if let ItemKind::Node(node) = &item.kind
            && let NodeBody::Block(block) = &node.body
        {
            joined(in_type(&node.result), &block.result);
            for binding in &block.lets {
                joined(binding.ty.as_ref().and_then(in_type), &binding.value);
            }
        }
        if let ItemKind::Pipeline(pipeline) = &item.kind {
            let mut waiting: Vec<&gml_syntax::ast::Statement> = pipeline.body.iter().collect();
            while let Some(statement) = waiting.pop() {
                match &statement.kind {
                    StatementKind::Save { value, entry } => {
                        let dataset = match facts.package.lookup(site.module, &entry.text) {
                            Some(Definition::Dataset(id)) => Some(*id),
                            _ => None,
                        };
                        let declared = dataset.and_then(|id| {
                            let module = facts.package.datasets[id.0 as usize].declared.module;
                            let ty = &facts.package.dataset_ast(id)?.ty;
                            facts.member_of_type(module, ty, name).map(|origin| origin.name)
                        });
                        joined(declared, value);
                    }
                    StatementKind::Let(binding) => {
                        joined(binding.ty.as_ref().and_then(in_type), &binding.value);
                    }
                    StatementKind::When { body, .. } | StatementKind::For { body, .. } => waiting.extend(body),
                    _ => {}
                }
            }
        }
        tree::each_expr(item, |expr| arguments(facts, site, expr, name, &mut pairs));
    }
    pairs
}

/// Tables that are arguments of nodes, whose parameters declare the row.
fn arguments<'a>(
    facts: &Facts<'a>,
    site: Site,
    expr: &'a gml_syntax::ast::Expr,
    name: &str,
    pairs: &mut Vec<(Span, Span)>,
) {
    let gml_syntax::ast::ExprKind::Call { function, args, .. } = &expr.kind else { return };
    let Some(Definition::Node(id)) = facts.package.lookup(site.module, &function.text) else { return };
    let Some(node) = facts.package.node_ast(*id) else { return };
    let module = facts.package.nodes[id.0 as usize].declared.module;
    let mut positional = 0;
    for arg in args {
        let param = match &arg.name {
            Some(label) => node.params.iter().find(|param| param.name.text == label.text),
            None => {
                positional += 1;
                node.params.get(positional - 1)
            }
        };
        let declared = param.and_then(|param| facts.member_of_type(module, &param.ty, name));
        if let Some(declared) = declared {
            let origins = facts.origins_of_field(site, &arg.value, name);
            pairs.extend(origins.into_iter().map(|origin| (declared.name, origin.name)));
        }
    }
}

/// `named "old"` behind a column of a schema whose rows lie in files.
fn keep_in_file(facts: &Facts<'_>, symbol: Symbol, old: &str) -> Option<Edit> {
    let site = facts.site_of(symbol.declared).filter(|_| symbol.kind == SymbolKind::Column)?;
    let ItemKind::Schema(schema) = &facts.item(site)?.kind else { return None };
    let column = schema.columns.iter().find(|column| column.column.name.span == symbol.declared)?;
    if column.named.is_some() {
        return None;
    }
    let stored = facts.package.datasets.iter().any(|dataset| {
        let ItemKind::Catalog(catalog) = &facts.package.item(&dataset.declared).kind else { return false };
        let Some(entry) = catalog.entries.get(dataset.entry) else { return false };
        let of = facts.schema_in_type(dataset.declared.module, &entry.ty);
        of.is_some_and(|id| {
            let declared = &facts.package.schemas[id.0 as usize].declared;
            declared.module == site.module && declared.item == site.item
        })
    });
    if !stored {
        return None;
    }
    let end = column.column.ty.span.end;
    Some(Edit::new(Span::new(symbol.declared.file, end, end), format!(" named {old:?}")))
}
