//! `sql(text)`: what of a query can be known before anything runs. Its syntax, the tables and columns that it names, and
//! the columns that it gives. What cannot be known here (functions, types of expressions) the engine says before any step
//! runs.

use std::ops::ControlFlow;

use gml_diagnostics::Diagnostic;
use gml_ir::{Row, Type};
use sqlparser::ast::{
    Expr, Ident, ObjectName, Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, Statement,
    TableFactor, Value, Visit, Visitor,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError, ParserOptions};

use super::place::Written;
use crate::message::foreign as message;
use crate::suggest::closest;
use crate::typed::Text;

/// What a query may name.
pub(super) struct Arguments<'a> {
    /// Tables with their rows; nothing where a row is not known.
    pub tables: Vec<(&'a str, Option<&'a Row>)>,
    /// Single values.
    pub values: Vec<&'a str>,
}

/// The columns of a table.
#[derive(Clone, Default)]
struct Columns {
    named: Vec<(String, Option<Type>)>,
    /// Whether there may be others.
    open: bool,
}

impl Columns {
    fn open() -> Self {
        Self { open: true, ..Self::default() }
    }

    fn of(row: Option<&Row>) -> Self {
        let Some(row) = row else { return Self::open() };
        let named = row.columns.iter().map(|column| (column.name.to_string(), Some(column.ty.clone())));
        Self { named: named.collect(), open: row.open }
    }

    fn get(&self, name: &str) -> Option<&(String, Option<Type>)> {
        self.named.iter().find(|(column, _)| column == name)
    }
}

/// Checks the query of a node. `result` is the row that it is declared to give.
pub(super) fn check(
    written: &Written<'_>,
    arguments: &Arguments<'_>,
    result: Option<&Row>,
    places: &dyn Fn(&str) -> Option<gml_diagnostics::Span>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let options = ParserOptions { trailing_commas: true, ..ParserOptions::default() };
    let parsed = Parser::new(&GenericDialect {})
        .with_options(options)
        .try_with_sql(written.text)
        .and_then(|mut parser| parser.parse_statements());
    let statements = match parsed {
        Ok(statements) => statements,
        Err(error) => return diagnostics.push(syntax(&error, written)),
    };
    let query = match statements.as_slice() {
        [Statement::Query(query)] => query,
        [] => return diagnostics.push(message::sql_syntax("there is no query in it", written.span)),
        [_] => return diagnostics.push(message::sql_no_query(written.span)),
        [_, _, ..] => {
            return diagnostics.push(message::sql_syntax("it has several statements, and one is due", written.span));
        }
    };
    let before = diagnostics.len();
    let mut names = Names { written, arguments, found: Vec::new(), common: Vec::new() };
    let _ = query.visit(&mut Common(&mut names.common));
    let _ = query.visit(&mut names);
    diagnostics.append(&mut names.found);
    let tables = arguments.tables.iter().map(|(name, row)| ((*name).to_owned(), Columns::of(*row))).collect();
    let mut reader = Reader { written, tables, found: Vec::new() };
    let given = reader.query(query);
    diagnostics.append(&mut reader.found);
    if diagnostics.len() == before
        && let Some(result) = result
    {
        held(&given, result, written, places, diagnostics);
    }
}

/// What the parser says, with its place in the text.
fn syntax(error: &ParserError, written: &Written<'_>) -> Diagnostic {
    let text = match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.as_str(),
        ParserError::RecursionLimitExceeded => {
            return message::sql_syntax("it is nested too deep", written.span);
        }
    };
    let Some((said, place)) = text.split_once(" at Line: ") else {
        return message::sql_syntax(text, written.span);
    };
    let number = |text: &str| text.trim().parse::<u64>().unwrap_or(0);
    let (line, column) = place.split_once(", Column: ").unwrap_or((place, "0"));
    let column = column.split(|c: char| !c.is_ascii_digit()).next().unwrap_or("0");
    message::sql_syntax(said, written.word((number(line), number(column))))
}

/// Holds the columns that a query gives against those that its node declares.
fn held(
    given: &Columns,
    result: &Row,
    written: &Written<'_>,
    places: &dyn Fn(&str) -> Option<gml_diagnostics::Span>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for column in &result.columns {
        let declared = places(&column.name).unwrap_or(written.span);
        match given.get(&column.name) {
            Some((_, Some(ty))) if differ(ty, &column.ty) => {
                diagnostics.push(message::sql_result_type(&column.name, ty, &column.ty, written.span, declared));
            }
            Some(_) => {}
            None if given.open => {}
            None => {
                let others =
                    given.named.iter().map(|(name, _)| name.as_str()).filter(|name| result.get(name).is_none());
                let near = closest(&column.name, others);
                diagnostics.push(message::sql_result_lacks(&column.name, written.span, declared, near));
            }
        }
    }
    if !result.open {
        for (name, _) in given.named.iter().filter(|(name, _)| result.get(name).is_none()) {
            diagnostics.push(message::sql_result_extra(name, written.span));
        }
    }
}

/// Whether values of one type cannot be those of another, whatever they are.
fn differ(a: &Type, b: &Type) -> bool {
    fn family(ty: &Type) -> u8 {
        match ty.non_null() {
            Type::Int(_) | Type::Float | Type::Float32 | Type::Decimal { .. } | Type::Size => 1,
            Type::Str | Type::Category | Type::Enum(_) => 2,
            Type::Bool => 3,
            Type::Date | Type::Timestamp => 4,
            Type::Time => 5,
            Type::Duration => 6,
            Type::List(_) | Type::Vector(_) => 7,
            Type::Struct(_) => 8,
            Type::Bytes | Type::Image => 9,
            _ => 0,
        }
    }
    let (a, b) = (family(a), family(b));
    a != 0 && b != 0 && a != b
}

/// The names of all common table expressions of a query.
struct Common<'c>(&'c mut Vec<String>);

impl Visitor for Common<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let tables = query.with.iter().flat_map(|with| &with.cte_tables);
        self.0.extend(tables.map(|table| table.alias.name.value.clone()));
        ControlFlow::Continue(())
    }
}

/// Tables and values that a query names, and what a query of a node may not do.
struct Names<'a> {
    written: &'a Written<'a>,
    arguments: &'a Arguments<'a>,
    found: Vec<Diagnostic>,
    common: Vec<String>,
}

impl Visitor for Names<'_> {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        match factor {
            TableFactor::Table { name, args: Some(_), .. } => {
                let span = ident(name).map_or(self.written.span, |ident| self.written.word(start(ident)));
                self.found.push(message::sql_outside(&format!("calls `{name}`"), span));
            }
            TableFactor::Table { name, args: None, .. } => {
                let (span, known) = match ident(name) {
                    Some(ident) => {
                        let table = |table: &&str| *table == ident.value;
                        let tables = self.arguments.tables.iter().map(|(name, _)| *name);
                        let common = self.common.iter().map(String::as_str);
                        (self.written.word(start(ident)), tables.chain(common).any(|name| table(&name)))
                    }
                    None => (self.written.span, false),
                };
                if !known {
                    let tables: Vec<&str> = self.arguments.tables.iter().map(|(name, _)| *name).collect();
                    let name = name.to_string();
                    let near = closest(&name, tables.iter().copied().chain(self.common.iter().map(String::as_str)));
                    self.found.push(message::sql_unknown_table(&name, span, &tables, near));
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        if select.into.is_some() {
            self.found.push(message::sql_outside("writes a table (`into`)", self.written.span));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Expr::Value(value) = expr
            && let Value::Placeholder(text) = &value.value
        {
            let name = text.trim_start_matches([':', '$', '@', '?']);
            let span = self.written.span((value.span.start.line, value.span.start.column), {
                (value.span.start.line, value.span.start.column + text.chars().count() as u64)
            });
            if !text.starts_with(':') {
                self.found.push(message::sql_placeholder(text, span));
            } else if !self.arguments.values.contains(&name) {
                let near = closest(name, self.arguments.values.iter().copied());
                self.found.push(message::sql_unknown_value(name, span, &self.arguments.values, near));
            }
        }
        ControlFlow::Continue(())
    }
}

/// The only part of a name.
fn ident(name: &ObjectName) -> Option<&Ident> {
    match name.0.as_slice() {
        [part] => part.as_ident(),
        _ => None,
    }
}

fn start(ident: &Ident) -> (u64, u64) {
    // A quoted name begins behind its quote.
    let quote = u64::from(ident.quote_style.is_some());
    (ident.span.start.line, ident.span.start.column + quote)
}

/// Follows columns through a query.
struct Reader<'a> {
    written: &'a Written<'a>,
    /// What tables and common table expressions are called here, the innermost last.
    tables: Vec<(String, Columns)>,
    found: Vec<Diagnostic>,
}

/// The tables of a `from`, by the names that columns of theirs are written with.
type Scope = Vec<(Option<String>, Columns)>;

impl Reader<'_> {
    fn query(&mut self, query: &Query) -> Columns {
        let outer = self.tables.len();
        for table in query.with.iter().flat_map(|with| &with.cte_tables) {
            let name = table.alias.name.value.clone();
            let recursive = query.with.as_ref().is_some_and(|with| with.recursive);
            if recursive {
                self.tables.push((name.clone(), Columns::open()));
            }
            let columns = self.query(&table.query);
            let columns = if table.alias.columns.is_empty() { columns } else { Columns::open() };
            self.tables.push((name, columns));
        }
        let columns = self.set(&query.body);
        self.tables.truncate(outer);
        columns
    }

    fn set(&mut self, set: &SetExpr) -> Columns {
        match set {
            SetExpr::Select(select) => self.select(select),
            SetExpr::Query(query) => self.query(query),
            SetExpr::SetOperation { left, right, .. } => {
                let columns = self.set(left);
                self.set(right);
                columns
            }
            _ => Columns::open(),
        }
    }

    fn select(&mut self, select: &Select) -> Columns {
        let mut scope: Scope = Vec::new();
        // Of a join it is not known here what a wildcard calls the columns that both sides have.
        let mut joined = select.from.len() != 1 || !select.lateral_views.is_empty();
        for from in &select.from {
            let factor = self.factor(&from.relation);
            scope.push(factor);
            for join in &from.joins {
                joined = true;
                let factor = self.factor(&join.relation);
                scope.push(factor);
            }
        }
        let mut given = Columns::default();
        let mut aliases: Vec<String> = Vec::new();
        for item in &select.projection {
            match item {
                SelectItem::ExprWithAlias { expr, alias } => {
                    aliases.push(alias.value.clone());
                    given.named.push((alias.value.clone(), type_of(expr, &scope)));
                }
                SelectItem::UnnamedExpr(Expr::Identifier(name)) => {
                    given.named.push((name.value.clone(), type_of(&Expr::Identifier(name.clone()), &scope)));
                }
                SelectItem::UnnamedExpr(expr @ Expr::CompoundIdentifier(parts)) => match parts.last() {
                    Some(name) => given.named.push((name.value.clone(), type_of(expr, &scope))),
                    None => given.open = true,
                },
                SelectItem::Wildcard(options) => match scope.as_slice() {
                    [(_, columns)] if !joined && is_plain(options) => {
                        given.named.extend(columns.named.iter().cloned());
                        given.open |= columns.open;
                    }
                    _ => given.open = true,
                },
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options) => {
                    let of = ident(name).and_then(|name| table(&scope, &name.value));
                    match of.filter(|_| !joined && is_plain(options)) {
                        Some(columns) => {
                            given.named.extend(columns.named.iter().cloned());
                            given.open |= columns.open;
                        }
                        None => given.open = true,
                    }
                }
                _ => given.open = true,
            }
        }
        let mut check =
            Expressions { written: self.written, scope: &scope, aliases: &aliases, depth: 0, found: Vec::new() };
        let _ = select.projection.visit(&mut check);
        let _ = select.selection.visit(&mut check);
        let _ = select.group_by.visit(&mut check);
        let _ = select.having.visit(&mut check);
        for join in select.from.iter().flat_map(|from| &from.joins) {
            let _ = join.join_operator.visit(&mut check);
        }
        self.found.append(&mut check.found);
        given
    }

    fn factor(&mut self, factor: &TableFactor) -> (Option<String>, Columns) {
        match factor {
            TableFactor::Table { name, alias, args: None, .. } => {
                let own = ident(name).map(|ident| ident.value.clone());
                let known = own.as_ref().and_then(|own| self.tables.iter().rev().find(|(name, _)| name == own));
                let columns = known.map_or_else(Columns::open, |(_, columns)| columns.clone());
                match alias {
                    Some(alias) if alias.columns.is_empty() => (Some(alias.name.value.clone()), columns),
                    Some(alias) => (Some(alias.name.value.clone()), Columns::open()),
                    None => (own, columns),
                }
            }
            TableFactor::Derived { subquery, alias, .. } => {
                let columns = self.query(subquery);
                let plain = alias.as_ref().is_none_or(|alias| alias.columns.is_empty());
                let name = alias.as_ref().map(|alias| alias.name.value.clone());
                (name, if plain { columns } else { Columns::open() })
            }
            _ => (None, Columns::open()),
        }
    }
}

fn is_plain(options: &sqlparser::ast::WildcardAdditionalOptions) -> bool {
    options.opt_ilike.is_none()
        && options.opt_exclude.is_none()
        && options.opt_except.is_none()
        && options.opt_replace.is_none()
        && options.opt_rename.is_none()
        && options.opt_alias.is_none()
}

fn table<'s>(scope: &'s Scope, name: &str) -> Option<&'s Columns> {
    scope.iter().find(|(table, _)| table.as_deref() == Some(name)).map(|(_, columns)| columns)
}

/// The type of a value, where it is plain to see.
fn type_of(expr: &Expr, scope: &Scope) -> Option<Type> {
    match expr {
        Expr::Identifier(name) => {
            let found: Vec<_> = scope.iter().filter_map(|(_, columns)| columns.get(&name.value)).collect();
            if let [(_, ty)] = found.as_slice() { ty.clone() } else { None }
        }
        Expr::CompoundIdentifier(parts) => match parts.as_slice() {
            [of, name] => table(scope, &of.value)?.get(&name.value)?.1.clone(),
            _ => None,
        },
        Expr::Function(call) => {
            let counts = ident(&call.name).is_some_and(|name| name.value.eq_ignore_ascii_case("count"));
            counts.then_some(Type::INT)
        }
        _ => None,
    }
}

/// Holds the columns of expressions against the tables that they can be of.
struct Expressions<'a> {
    written: &'a Written<'a>,
    scope: &'a Scope,
    aliases: &'a [String],
    /// How many queries within the expression are around the place at hand: those are not looked into, as they see more.
    depth: usize,
    found: Vec<Diagnostic>,
}

impl Visitor for Expressions<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            _ if self.depth > 0 => {}
            Expr::Identifier(name) => self.column(name, None),
            Expr::CompoundIdentifier(parts) => {
                if let [of, name] = parts.as_slice()
                    && let Some(columns) = table(self.scope, &of.value)
                {
                    self.column(name, Some((&of.value, columns)));
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

impl Expressions<'_> {
    fn column(&mut self, name: &Ident, of: Option<(&str, &Columns)>) {
        let tables: Vec<&Columns> = match of {
            Some((_, columns)) => vec![columns],
            None => self.scope.iter().map(|(_, columns)| columns).collect(),
        };
        let wanted = name.value.as_str();
        let known = tables.is_empty()
            || tables.iter().any(|columns| columns.open || columns.get(wanted).is_some())
            || (of.is_none() && self.aliases.iter().any(|alias| alias == wanted))
            // A word without parentheses may be a function (`current_date`), and a table stands for its row.
            || (of.is_none() && (wanted.to_ascii_lowercase().starts_with("current_") || table(self.scope, wanted).is_some()));
        if !known {
            let names: Vec<&str> =
                tables.iter().flat_map(|columns| &columns.named).map(|(name, _)| name.as_str()).collect();
            let near = closest(wanted, names.iter().copied());
            let table = of.map(|(table, _)| table);
            let span = self.written.word(start(name));
            self.found.push(message::sql_unknown_column(wanted, table, span, &names, near));
        }
    }
}

/// The arguments of a node by what a query can do with them.
pub(super) fn arguments<'a>(params: &'a [(Text, Type)]) -> Arguments<'a> {
    let (mut tables, mut values) = (Vec::new(), Vec::new());
    for (name, ty) in params {
        match ty {
            Type::Table(table) => tables.push((&**name, Some(&*table.row))),
            Type::Unknown | Type::Error => tables.push((&**name, None)),
            _ => values.push(&**name),
        }
    }
    Arguments { tables, values }
}
