//! Declarations.

use gml_diagnostics::Span;
use pest::iterators::{Pair, Pairs};

use super::Builder;
use crate::ast::{
    Block, Catalog, CatalogEntry, Connection, Env, EnvSetting, Function, Item, ItemKind, Name, Node, NodeBody, Param,
    Parameter, Pipeline, Schema, SchemaColumn, Test, Text, TypeAlias, Use, UseName,
};
use crate::codes;
use crate::grammar::Rule;

/// A part of a schema.
pub(crate) enum SchemaPart {
    Column(SchemaColumn),
    Unique(Vec<Name>),
    Open(Span),
}

/// What stands before a body; the body is empty or an error yet.
pub(crate) type Head = ItemKind;

impl Builder<'_, '_> {
    /// An `item`.
    pub fn item(&mut self, pair: Pair<'_, Rule>) -> Option<Item> {
        let span = self.span_to(&pair);
        let mut allow = Vec::new();
        let mut kind = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::allow => allow.extend(self.names(part.into_inner())),
                _ => kind = Some(self.declaration(part)),
            }
        }
        let kind = kind?;
        let docs = if matches!(kind, ItemKind::Use(_)) { None } else { self.docs.above(span.start) };
        Some(Item { docs, allow, kind, span })
    }

    fn declaration(&mut self, pair: Pair<'_, Rule>) -> ItemKind {
        let rule = pair.as_rule();
        let mut parts = pair.into_inner();
        match rule {
            Rule::use_names => ItemKind::Use(self.use_names(parts)),
            Rule::param => ItemKind::Param(self.param(parts)),
            Rule::schema => self.schema(parts),
            Rule::connection => {
                let name = self.next_name(&mut parts);
                ItemKind::Connection(Connection { name, value: self.next_expression(&mut parts).expr })
            }
            Rule::catalog => {
                let entries = parts.filter(|part| part.as_rule() == Rule::catalog_entry);
                ItemKind::Catalog(Catalog { entries: entries.map(|entry| self.catalog_entry(entry)).collect() })
            }
            Rule::function => {
                let name = self.next_name(&mut parts);
                let params = self.next_parameters(&mut parts, true);
                let result = self.next_type(&mut parts);
                let body = self.next_expression(&mut parts).expr;
                ItemKind::Function(Function { name, params, result, body })
            }
            Rule::node => self.node(parts),
            Rule::pipeline | Rule::test => {
                let head = parts.next().map(|head| self.head(head));
                let body = parts.next().map(|body| self.statements(body)).unwrap_or_default();
                match head {
                    Some(ItemKind::Pipeline(pipeline)) => ItemKind::Pipeline(Pipeline { body, ..pipeline }),
                    Some(ItemKind::Test(test)) => ItemKind::Test(Test { body, ..test }),
                    head => head.unwrap_or(ItemKind::Catalog(Catalog { entries: Vec::new() })),
                }
            }
            Rule::env => {
                let head = parts.next().map(|head| self.head(head));
                let settings = parts.filter(|part| part.as_rule() == Rule::setting);
                let settings = settings.map(|setting| self.setting(setting)).collect();
                match head {
                    Some(ItemKind::Env(env)) => ItemKind::Env(Env { settings, ..env }),
                    head => head.unwrap_or(ItemKind::Catalog(Catalog { entries: Vec::new() })),
                }
            }
            Rule::type_alias => {
                let name = self.next_name(&mut parts);
                ItemKind::TypeAlias(TypeAlias { name, ty: self.next_type(&mut parts) })
            }
            _ => ItemKind::Signature(self.signature(parts)),
        }
    }

    /// A `node_head`, `pipeline_head`, `env_head` or `test_head`.
    pub fn head(&mut self, pair: Pair<'_, Rule>) -> Head {
        let span = self.span_to(&pair);
        let rule = pair.as_rule();
        let mut parts = pair.into_inner();
        match rule {
            Rule::node_head => {
                let name = self.next_name(&mut parts);
                let params = self.next_parameters(&mut parts, true);
                let result = self.next_type(&mut parts);
                let body = Block { lets: Vec::new(), result: Box::new(self.error(span).expr), span };
                ItemKind::Node(Node { name, params, result, body: NodeBody::Block(body) })
            }
            Rule::pipeline_head => {
                let name = self.next_name(&mut parts);
                let params = self.next_parameters(&mut parts, true);
                ItemKind::Pipeline(Pipeline { name, params, body: Vec::new() })
            }
            Rule::env_head => {
                let name = self.next_name(&mut parts);
                let extends = parts.next().map(|extends| self.next_name(&mut extends.into_inner()));
                ItemKind::Env(Env { name, extends, settings: Vec::new() })
            }
            _ => {
                let name = parts.find(|part| part.as_rule() != Rule::k_test).map(|part| self.text_at(&part));
                let (name, name_span) = name.unwrap_or((super::text(""), span));
                ItemKind::Test(Test { name, name_span, body: Vec::new() })
            }
        }
    }

    fn node(&mut self, mut parts: Pairs<'_, Rule>) -> ItemKind {
        let head = parts.next().map(|head| self.head(head));
        let mut body = None;
        for part in parts {
            match part.as_rule() {
                Rule::block => body = Some(NodeBody::Block(self.block(part))),
                Rule::foreign => {
                    let span = self.span(&part);
                    let mut parts = part.into_inner();
                    let language = self.next_name(&mut parts);
                    let mut args = Vec::new();
                    if let Some(arguments) = parts.next() {
                        self.arguments(arguments, &mut args);
                    }
                    body = Some(NodeBody::Foreign { language, args, span });
                }
                _ => {}
            }
        }
        match (head, body) {
            (Some(ItemKind::Node(node)), Some(body)) => ItemKind::Node(Node { body, ..node }),
            (head, _) => head.unwrap_or(ItemKind::Catalog(Catalog { entries: Vec::new() })),
        }
    }

    fn use_names(&mut self, parts: Pairs<'_, Rule>) -> Use {
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

    pub(crate) fn param(&mut self, mut parts: Pairs<'_, Rule>) -> Param {
        let name = self.next_name(&mut parts);
        let ty = self.next_type(&mut parts);
        let mut default = None;
        for part in parts {
            match part.as_rule() {
                Rule::expression => default = Some(self.expression(part).expr),
                _ => self.assign(&part),
            }
        }
        Param { name, ty, default }
    }

    fn schema(&mut self, mut parts: Pairs<'_, Rule>) -> ItemKind {
        let name = self.next_name(&mut parts);
        let mut schema = Schema { name, columns: Vec::new(), unique: Vec::new(), open: None };
        for part in parts {
            if let Some(part) = self.schema_part(part, schema.open) {
                add_to_schema(&mut schema, part);
            }
        }
        ItemKind::Schema(schema)
    }

    /// A column, `unique [..]` or `..`.
    pub(crate) fn schema_part(&mut self, part: Pair<'_, Rule>, open: Option<Span>) -> Option<SchemaPart> {
        match part.as_rule() {
            Rule::open => Some(SchemaPart::Open(self.open(&part, open))),
            Rule::unique => Some(SchemaPart::Unique(self.names(part.into_inner()))),
            Rule::schema_column => {
                let docs = self.docs.above(self.span(&part).start);
                let mut named = None;
                let mut parsed = None;
                for extra in part.clone().into_inner() {
                    match extra.as_rule() {
                        Rule::named => named = extra.into_inner().last().map(|text| self.text_at(&text)),
                        Rule::parsed => parsed = extra.into_inner().last().map(|form| self.form(&form)),
                        _ => {}
                    }
                }
                let column = self.row_column(part.into_inner());
                Some(SchemaPart::Column(SchemaColumn { docs, column, named, parsed }))
            }
            _ => None,
        }
    }

    /// `"%Y%m%d"` or `us`.
    fn form(&mut self, pair: &Pair<'_, Rule>) -> (Text, Span) {
        if pair.as_rule() == Rule::any_name {
            let name = self.name(pair);
            return (name.text, name.span);
        }
        self.text_at(pair)
    }

    pub(crate) fn catalog_entry(&mut self, pair: Pair<'_, Rule>) -> CatalogEntry {
        let docs = self.docs.above(self.span(&pair).start);
        let mut parts = pair.into_inner();
        let name = self.next_name(&mut parts);
        let ty = self.next_type(&mut parts);
        let value = self.next_expression(&mut parts).expr;
        CatalogEntry { docs, name, ty, value }
    }

    pub(crate) fn setting(&mut self, pair: Pair<'_, Rule>) -> EnvSetting {
        let mut path = Vec::new();
        let mut of = None;
        let mut value = None;
        for part in pair.clone().into_inner() {
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
    pub(super) fn next_parameters(&mut self, parts: &mut Pairs<'_, Rule>, used: bool) -> Vec<Parameter> {
        let Some(next) = parts.peek() else { return Vec::new() };
        if next.as_rule() != Rule::parameters {
            return Vec::new();
        }
        parts.next();
        let parameters = next.into_inner().filter(|part| part.as_rule() == Rule::parameter);
        parameters.map(|part| self.parameter(part, used)).collect()
    }

    fn parameter(&mut self, pair: Pair<'_, Rule>, used: bool) -> Parameter {
        let mut parts = pair.into_inner();
        let name = self.next_name(&mut parts);
        if used && crate::words::is_reserved(&name.text) {
            let message = format!("`{}` is a word of the language and cannot be the name of a parameter", name.text);
            let help = format!("choose another name, such as `{}_`", name.text);
            self.report(codes::RESERVED_WORD, name.span, message, help);
        }
        let ty = self.next_type(&mut parts);
        let mut default = None;
        for part in parts {
            match part.as_rule() {
                Rule::expression => default = Some(self.expression(part).expr),
                _ => self.assign(&part),
            }
        }
        Parameter { name, ty, default }
    }
}

/// Puts a part of a schema into its place.
pub(crate) fn add_to_schema(schema: &mut Schema, part: SchemaPart) {
    match part {
        SchemaPart::Column(column) => schema.columns.push(column),
        SchemaPart::Unique(names) => schema.unique.push(names),
        SchemaPart::Open(span) => schema.open = Some(span),
    }
}
