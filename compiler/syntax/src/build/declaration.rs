//! Declarations.

use gml_diagnostics::{Diagnostic, Fix, Span};

use super::Builder;
use crate::ast::{
    Block, Catalog, CatalogEntry, Connection, Env, EnvSetting, Function, Item, ItemKind, Name, Node, NodeBody, Param,
    Parameter, Pipeline, Schema, SchemaColumn, Test, Text, TypeAlias, Use, UseName,
};
use crate::codes;
use crate::grammar::Rule;
use crate::matcher::{Pair, Pairs};

/// A part of a schema.
pub(crate) enum SchemaPart {
    Column(Box<SchemaColumn>),
    Unique(Vec<Name>),
    Open(Span),
}

impl Builder<'_, '_> {
    /// An `item`.
    pub fn item(&mut self, pair: Pair<'_>) -> Option<Item> {
        let span = self.span_to(&pair);
        let (mut allow, mut tags) = (Vec::new(), Vec::new());
        let mut kind = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::allow => allow.extend(self.allow(part)),
                Rule::tags => tags.extend(self.allow(part)),
                _ => kind = self.declaration(part),
            }
        }
        let kind = kind?;
        let docs = if matches!(kind, ItemKind::Use(_)) { None } else { self.docs.above(span.start) };
        Some(Item { docs, allow, tags, kind, span })
    }

    /// The names in `allow(..)` or `tags(..)`.
    pub fn allow(&self, pair: Pair<'_>) -> Vec<Name> {
        self.names(pair.into_inner())
    }

    fn declaration(&mut self, pair: Pair<'_>) -> Option<ItemKind> {
        let rule = pair.as_rule();
        let mut parts = pair.into_inner();
        for sign in parts.clone().filter(|part| part.as_rule() == Rule::assign) {
            self.assign(&sign);
        }
        Some(match rule {
            Rule::use_names => ItemKind::Use(self.use_names(parts)),
            Rule::catalog => {
                let entries = parts.filter(|part| part.as_rule() == Rule::catalog_entry);
                ItemKind::Catalog(Catalog { entries: entries.map(|entry| self.catalog_entry(entry)).collect() })
            }
            Rule::type_alias => {
                let name = self.next_name(&mut parts);
                ItemKind::TypeAlias(TypeAlias { name, ty: self.next_type(&mut parts) })
            }
            Rule::signature => ItemKind::Signature(self.signature(parts)),
            _ => {
                let head = self.head(parts.next()?);
                self.with_body(head, parts)
            }
        })
    }

    /// A declaration from its head and what stands behind it.
    fn with_body(&mut self, head: ItemKind, parts: Pairs<'_>) -> ItemKind {
        let mut item = head;
        for part in parts {
            match (part.as_rule(), &mut item) {
                (Rule::expression, ItemKind::Param(param)) => param.default = Some(self.expression(part).expr),
                (Rule::expression, ItemKind::Connection(connection)) => connection.value = self.expression(part).expr,
                (Rule::expression, ItemKind::Function(function)) => function.body = self.expression(part).expr,
                (Rule::statements, ItemKind::Pipeline(pipeline)) => pipeline.body = self.statements(part),
                (Rule::statements, ItemKind::Test(test)) => test.body = self.statements(part),
                (Rule::setting, ItemKind::Env(env)) => env.settings.push(self.setting(part)),
                (Rule::block, ItemKind::Node(node)) => node.body = NodeBody::Block(self.block(part)),
                (Rule::foreign, ItemKind::Node(node)) => node.body = self.foreign(part),
                (_, ItemKind::Schema(schema)) => {
                    if let Some(part) = self.schema_part(part, schema.open) {
                        add_to_schema(schema, part);
                    }
                }
                _ => {}
            }
        }
        item
    }

    fn foreign(&mut self, pair: Pair<'_>) -> NodeBody {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let language = self.next_name(&mut parts);
        let mut args = Vec::new();
        if let Some(arguments) = parts.next() {
            self.arguments(arguments, &mut args);
        }
        NodeBody::Foreign { language, args, span }
    }

    /// A `.._head`: a declaration whose body is empty, or whose value is an error, as yet.
    pub fn head(&mut self, pair: Pair<'_>) -> ItemKind {
        let span = self.span_to(&pair);
        let rule = pair.as_rule();
        let mut parts = pair.into_inner();
        if rule == Rule::test_head {
            let name = parts.find(|part| part.as_rule() != Rule::k_test).map(|part| self.text_at(&part));
            let (name, name_span) = name.unwrap_or((super::text(""), span));
            return ItemKind::Test(Test { name, name_span, body: Vec::new() });
        }
        let name = self.next_name(&mut parts);
        let error = self.error(span).expr;
        match rule {
            Rule::param_head => ItemKind::Param(Param { name, ty: self.next_type(&mut parts), default: None }),
            Rule::connection_head => ItemKind::Connection(Connection { name, value: error }),
            Rule::schema_head => ItemKind::Schema(Schema { name, columns: Vec::new(), unique: Vec::new(), open: None }),
            Rule::env_head => {
                let extends = parts.next().map(|extends| self.next_name(&mut extends.into_inner()));
                ItemKind::Env(Env { name, extends, settings: Vec::new() })
            }
            Rule::function_head => {
                let params = self.next_parameters(&mut parts, true);
                ItemKind::Function(Function { name, params, result: self.next_type(&mut parts), body: error })
            }
            Rule::node_head => {
                let params = self.next_parameters(&mut parts, true);
                let result = self.next_type(&mut parts);
                let body = NodeBody::Block(Block { lets: Vec::new(), result: Box::new(error), span });
                ItemKind::Node(Node { name, params, result, body })
            }
            _ => {
                let params = self.next_parameters(&mut parts, true);
                ItemKind::Pipeline(Pipeline { name, params, body: Vec::new() })
            }
        }
    }

    fn use_names(&mut self, parts: Pairs<'_>) -> Use {
        let mut path = Vec::new();
        let mut names = Vec::new();
        let mut alias = None;
        for part in parts {
            match part.as_rule() {
                Rule::any_name => path.push(self.name(&part)),
                Rule::use_name => {
                    let mut parts = part.into_inner();
                    let name = self.next_name(&mut parts);
                    let alias = parts.next().map(|renamed| self.next_name(&mut renamed.into_inner()));
                    names.push(UseName { name, alias });
                }
                Rule::renamed => alias = Some(self.next_name(&mut part.into_inner())),
                _ => {}
            }
        }
        if names.is_empty() {
            let last = if path.len() > 1 { path.pop() } else { None };
            match (last, path.first()) {
                (Some(name), _) => names.push(UseName { name, alias }),
                (None, Some(module)) => {
                    let message = format!("`use {}` does not say what to take from the module", module.text);
                    let help = format!("name it: `use {}.{{first, second}}`", module.text);
                    self.report(codes::UNEXPECTED_TOKEN, module.span, message, help);
                }
                (None, None) => {}
            }
        }
        Use { path, names }
    }

    /// A column, `unique [..]` or `..`.
    pub(crate) fn schema_part(&mut self, part: Pair<'_>, open: Option<Span>) -> Option<SchemaPart> {
        match part.as_rule() {
            Rule::open => Some(SchemaPart::Open(self.open(&part, open))),
            Rule::unique => Some(SchemaPart::Unique(self.names(part.into_inner()))),
            Rule::schema_column => {
                let docs = self.docs.above(self.span(&part).start);
                let mut named = None;
                let mut parsed = None;
                for extra in part.into_inner() {
                    let span = self.span(&extra);
                    let (word, first) = match extra.as_rule() {
                        Rule::named => {
                            ("named", named.replace((extra.into_inner().last().map(|text| self.text_at(&text)), span)))
                        }
                        Rule::parsed => {
                            ("parsed", parsed.replace((extra.into_inner().last().map(|form| self.form(&form)), span)))
                        }
                        _ => continue,
                    };
                    if let Some((_, first)) = first {
                        let message = format!("the column has a second `{word}`");
                        let twice = Diagnostic::new(codes::DUPLICATE_CLAUSE, span, message);
                        let help = "a column is stored in one form under one name: leave one of them out";
                        self.diagnostics.push(twice.and(first, "the first one").help(help));
                    }
                }
                let named = named.and_then(|(text, _)| text);
                let parsed = parsed.and_then(|(form, _)| form);
                let column = self.row_column(part.into_inner());
                Some(SchemaPart::Column(Box::new(SchemaColumn { docs, column, named, parsed })))
            }
            _ => None,
        }
    }

    /// `"%Y%m%d"` or `us`.
    fn form(&mut self, pair: &Pair<'_>) -> (Text, Span) {
        if pair.as_rule() == Rule::any_name {
            let name = self.name(pair);
            return (name.text, name.span);
        }
        self.text_at(pair)
    }

    pub(crate) fn catalog_entry(&mut self, pair: Pair<'_>) -> CatalogEntry {
        let mut parts = pair.into_inner();
        for sign in parts.clone().filter(|part| part.as_rule() == Rule::assign) {
            self.assign(&sign);
        }
        let mut entry = match parts.next() {
            Some(head) => self.entry_head(head),
            None => self.entry_of(&mut parts, self.at(0, 0)),
        };
        entry.value = self.next_expression(&mut parts).expr;
        entry
    }

    /// `name: type` of an entry whose value is an error yet.
    pub(crate) fn entry_head(&mut self, pair: Pair<'_>) -> CatalogEntry {
        let span = self.span_to(&pair);
        self.entry_of(&mut pair.into_inner(), span)
    }

    fn entry_of(&mut self, parts: &mut Pairs<'_>, span: Span) -> CatalogEntry {
        let docs = self.docs.above(span.start);
        let name = self.next_name(parts);
        let ty = self.next_type(parts);
        CatalogEntry { docs, name, ty, value: self.error(span).expr }
    }

    pub(crate) fn setting(&mut self, pair: Pair<'_>) -> EnvSetting {
        let mut path = Vec::new();
        let mut of = None;
        let mut value = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::any_name => path.push(self.name(&part)),
                Rule::setting_of => of = Some(self.next_name(&mut part.into_inner())),
                Rule::assign => self.assign(&part),
                Rule::colon => {
                    let message = "an `env` sets with `=`";
                    self.report(codes::UNEXPECTED_TOKEN, self.span(&part), message, "write `name = value`");
                }
                Rule::expression => value = Some(self.expression(part).expr),
                _ => {}
            }
        }
        let value = value.unwrap_or(self.error(self.span(&pair)).expr);
        EnvSetting { path, of, value }
    }

    /// The next `( )` of parameters, or none. Those that a body will use cannot be called like a reserved word.
    pub(super) fn next_parameters(&mut self, parts: &mut Pairs<'_>, used: bool) -> Vec<Parameter> {
        let Some(next) = parts.peek() else { return Vec::new() };
        if !matches!(next.as_rule(), Rule::parameters | Rule::signature_parameters) {
            return Vec::new();
        }
        parts.next();
        let is_one = |rule| matches!(rule, Rule::parameter | Rule::signature_parameter);
        let parameters = next.into_inner().filter(|part| is_one(part.as_rule()));
        let mut made = Vec::with_capacity(parameters.clone().count());
        made.extend(parameters.map(|part| self.parameter(part, used)));
        made
    }

    fn parameter(&mut self, pair: Pair<'_>, used: bool) -> Parameter {
        let mut parts = pair.into_inner();
        let name = self.next_name(&mut parts);
        if used && crate::words::is_reserved(&name.text) {
            let message = format!("`{}` is a word of the language and cannot be the name of a parameter", name.text);
            let help = format!("choose another name, such as `{}_`", name.text);
            let fix = Fix::guess(name.span, format!("{}_", name.text));
            self.report_written(codes::RESERVED_WORD, name.span, message, help, fix);
        }
        let ty = self.next_type(&mut parts);
        let mut contracts = Vec::new();
        let mut default = None;
        for part in parts {
            match part.as_rule() {
                Rule::expression => default = Some(self.expression(part).expr),
                Rule::contract => contracts.extend(self.contract(part)),
                _ => self.assign(&part),
            }
        }
        Parameter { name, ty, contracts, default }
    }
}

/// Puts a part of a schema into its place.
pub(crate) fn add_to_schema(schema: &mut Schema, part: SchemaPart) {
    match part {
        SchemaPart::Column(column) => schema.columns.push(*column),
        SchemaPart::Unique(names) => schema.unique.push(names),
        SchemaPart::Open(span) => schema.open = Some(span),
    }
}
