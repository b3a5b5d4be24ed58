//! Where columns and fields come from: back along the steps that lead to a place, to the name that made them.
//!
//! No operator is known by name. A step makes a column where one of its arguments binds that name; else the column comes
//! from an argument whose row has it.

use gml_analysis::inspect::Meaning;
use gml_analysis::package::{Definition, ModuleId, SchemaId};
use gml_diagnostics::Span;
use gml_ir::{Learned, Row, Type};
use gml_syntax::ast::{Argument, Expr, ExprKind, NodeBody, RowColumn, TypeExpr, TypeKind};

use crate::facts::{Binder, Facts, Site};
use crate::tree;

/// The name that made a column or a field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin<'a> {
    /// Where the name stands.
    pub name: Span,
    /// The declaration that it stands in.
    pub site: Site,
    /// What makes it.
    pub made: MadeBy<'a>,
}

/// What makes a column.
#[derive(Clone, Copy, Debug)]
pub(crate) enum MadeBy<'a> {
    /// It is written with its type, in a schema or in a row.
    Declared(&'a RowColumn),
    /// An expression computes it.
    Value(&'a Expr),
}

/// How many expressions are looked at for one answer: programs in a circle end here.
const FARTHEST: u32 = 1_000;

impl<'a> Facts<'a> {
    /// Where the column comes from that stands at `span`, with its dot or without, in the row at hand.
    pub fn origins_of_column(&self, site: Site, span: Span, name: &str) -> Vec<Origin<'a>> {
        self.left.set(FARTHEST);
        self.column(site, span, name)
    }

    fn column(&self, site: Site, span: Span, name: &str) -> Vec<Origin<'a>> {
        let Some(item) = self.item(site) else { return Vec::new() };
        let around = tree::ancestry(item, span);
        for call in around.iter().rev() {
            let ExprKind::Call { args, .. } = &call.kind else { continue };
            let outside = args.iter().filter(|arg| !covers(arg.value.span, span));
            let mut found: Vec<Origin<'a>> = Vec::new();
            for arg in outside.filter(|arg| self.has(site, &arg.value, name)) {
                found.extend(self.member(site, &arg.value, name));
                // `on: [.x]` is of both tables, whatever lies in a block is of the first.
                if !self.is_key(args, span) {
                    break;
                }
            }
            if !found.is_empty() {
                found.dedup_by_key(|origin| origin.name);
                return found;
            }
        }
        self.where_fitted(site, span, name)
    }

    /// Whether a place is an argument by name: in `join(other, on: [.x])` the keys of both tables.
    fn is_key(&self, args: &[Argument], span: Span) -> bool {
        args.iter().any(|arg| arg.name.is_some() && covers(arg.value.span, span))
    }

    /// For a step of a recipe: the rows of a call in the same body that takes estimators and has that column.
    fn where_fitted(&self, site: Site, span: Span, name: &str) -> Vec<Origin<'a>> {
        let inspection = self.inspection(site);
        let row = inspection.mentions.iter().rev().find_map(|mention| match &mention.meaning {
            Meaning::Column(row) if covers(span, mention.span) && row.get(name).is_some() => Some(row.clone()),
            _ => None,
        });
        let Some(item) = self.item(site).filter(|_| row.is_some()) else { return Vec::new() };
        let mut found = Vec::new();
        tree::each_expr(item, |expr| {
            let ExprKind::Call { args, .. } = &expr.kind else { return };
            let learns = |arg: &Argument| matches!(inspection.type_at(arg.value.span), Some(Type::Estimator(_)));
            if !found.is_empty() || !args.iter().any(learns) {
                return;
            }
            if let Some(rows) = args.iter().find(|arg| self.has(site, &arg.value, name)) {
                found = self.member(site, &rows.value, name);
            }
        });
        found
    }

    /// Where the field comes from that a value has.
    pub fn origins_of_field(&self, site: Site, of: &'a Expr, name: &str) -> Vec<Origin<'a>> {
        self.left.set(FARTHEST);
        self.member(site, of, name)
    }

    /// Whether a value has a column or a field of that name, by its type.
    fn has(&self, site: Site, expr: &Expr, name: &str) -> bool {
        self.inspection(site).type_at(expr.span).is_some_and(|ty| has_member(ty, name))
    }

    /// The member of that name of an expression's value.
    fn member(&self, site: Site, expr: &'a Expr, name: &str) -> Vec<Origin<'a>> {
        let Some(left) = self.left.get().checked_sub(1) else { return Vec::new() };
        self.left.set(left);
        match &expr.kind {
            ExprKind::Name(_) => self.member_of_name(site, expr, name),
            ExprKind::Column(column) => {
                let origins = self.column(site, expr.span, &column.text);
                origins.into_iter().flat_map(|origin| self.member_of_origin(origin, name)).collect()
            }
            ExprKind::Field { of, name: field, .. } => {
                let fields = self.member(site, of, &field.text);
                let found: Vec<Origin<'a>> =
                    fields.into_iter().flat_map(|origin| self.member_of_origin(origin, name)).collect();
                // A part of a result, such as `data.train`, has the rows of that result.
                if found.is_empty() { self.member(site, of, name) } else { found }
            }
            ExprKind::Call { .. } => self.member_of_call(site, expr, name),
            ExprKind::Table { ty, .. } => self.member_of_type(site.module, ty, name).into_iter().collect(),
            ExprKind::If { then, otherwise, .. } => {
                let found = self.member(site, then, name);
                if found.is_empty() { self.member(site, otherwise, name) } else { found }
            }
            ExprKind::Match { arms, .. } => arms
                .iter()
                .map(|arm| self.member(site, &arm.value, name))
                .find(|found| !found.is_empty())
                .unwrap_or_default(),
            ExprKind::Binary { left, .. } => self.member(site, left, name),
            ExprKind::List(items) => items.first().map_or_else(Vec::new, |item| self.member(site, item, name)),
            ExprKind::For { body, .. } => self.member(site, body, name),
            ExprKind::Record(fields) => fields
                .iter()
                .filter(|(field, _)| *field.text == *name)
                .map(|(field, value)| Origin { name: field.span, site, made: MadeBy::Value(value) })
                .collect(),
            _ => Vec::new(),
        }
    }

    fn member_of_origin(&self, origin: Origin<'a>, name: &str) -> Vec<Origin<'a>> {
        match origin.made {
            MadeBy::Declared(column) => self.member_of_type(origin.site.module, &column.ty, name).into_iter().collect(),
            MadeBy::Value(value) => self.member(origin.site, value, name),
        }
    }

    fn member_of_name(&self, site: Site, expr: &'a Expr, name: &str) -> Vec<Origin<'a>> {
        let inspection = self.inspection(site);
        let mention = inspection.mentions.iter().rev().find(|mention| mention.span == expr.span);
        match mention.map(|mention| &mention.meaning) {
            Some(Meaning::Local { declared, .. }) => match self.binder(*declared) {
                Some((site, Binder::Let(binding))) => match &binding.ty {
                    Some(ty) => self.member_of_type(site.module, ty, name).into_iter().collect(),
                    None => self.member(site, &binding.value, name),
                },
                Some((site, Binder::Parameter(param))) => {
                    self.member_of_type(site.module, &param.ty, name).into_iter().collect()
                }
                Some((site, Binder::For(items))) => self.member(site, items, name),
                None => Vec::new(),
            },
            Some(Meaning::Declared(Definition::Dataset(id))) => {
                let Some(entry) = self.package.dataset_ast(*id) else { return Vec::new() };
                let module = self.package.datasets[id.0 as usize].declared.module;
                self.member_of_type(module, &entry.ty, name).into_iter().collect()
            }
            Some(Meaning::Declared(Definition::Param(id))) => {
                let Some(param) = self.package.param_ast(*id) else { return Vec::new() };
                let module = self.package.params[id.0 as usize].declared.module;
                self.member_of_type(module, &param.ty, name).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn member_of_call(&self, site: Site, expr: &'a Expr, name: &str) -> Vec<Origin<'a>> {
        let ExprKind::Call { function, args, block, .. } = &expr.kind else { return Vec::new() };
        let bindings = args.iter().flat_map(|arg| match &arg.value.kind {
            ExprKind::Columns(bindings) => bindings.as_slice(),
            _ => &[],
        });
        if let Some(binding) =
            bindings.chain(block.iter().flat_map(|block| &block.bindings)).find(|binding| *binding.name.text == *name)
        {
            return vec![Origin { name: binding.name.span, site, made: MadeBy::Value(&binding.value) }];
        }
        if let Some(found) = self.member_of_declared_call(site, function.span, name) {
            return found;
        }
        if let Some(found) = last_names(args).find(|(field, _)| *field.text == *name) {
            return vec![Origin { name: found.0.span, site, made: MadeBy::Value(found.1) }];
        }
        if let Some(source) = args.iter().find(|arg| self.has(site, &arg.value, name)) {
            return self.member(site, &source.value, name);
        }
        self.output_of_model(site, args, name).into_iter().collect()
    }

    /// Of a call of a node or of a `fn`: what it declares, or what its body gives.
    fn member_of_declared_call(&self, site: Site, called: Span, name: &str) -> Option<Vec<Origin<'a>>> {
        let inspection = self.inspection(site);
        let mention = inspection.mentions.iter().rev().find(|mention| mention.span == called)?;
        let Meaning::Declared(definition) = &mention.meaning else { return None };
        let (declared, result, body) = match definition {
            Definition::Node(id) => {
                let ast = self.package.node_ast(*id)?;
                let body = match &ast.body {
                    NodeBody::Block(block) => Some(&*block.result),
                    NodeBody::Foreign { .. } => None,
                };
                (&self.package.nodes[id.0 as usize].declared, &ast.result, body)
            }
            Definition::Function(id) => {
                let ast = self.package.function_ast(*id)?;
                (&self.package.functions[id.0 as usize].declared, &ast.result, None)
            }
            _ => return None,
        };
        let there = Site { module: declared.module, item: declared.item };
        if let Some(origin) = self.member_of_type(there.module, result, name) {
            return Some(vec![origin]);
        }
        Some(body.map_or_else(Vec::new, |body| self.member(there, body, name)))
    }

    /// A column that a model adds.
    fn output_of_model(&self, site: Site, args: &'a [Argument], name: &str) -> Option<Origin<'a>> {
        let inspection = self.inspection(site);
        args.iter().find_map(|arg| match inspection.type_at(arg.value.span)? {
            Type::Learned(learned) => match &**learned {
                Learned::Model(Some((_, row))) | Learned::Transform(Some((_, row))) if row.get(name).is_some() => {
                    self.column_of_schema(row, name)
                }
                _ => None,
            },
            _ => None,
        })
    }

    /// The column as the schema declares it whose row this is.
    pub fn column_of_schema(&self, row: &Row, name: &str) -> Option<Origin<'a>> {
        let schema = row.schema.as_ref()?;
        let same = |place: &usize| {
            let declaration = &self.package.schemas[*place];
            declaration.declared.name == *schema && declaration.row.get(name).is_some()
        };
        let place = (0..self.package.schemas.len()).find(same)?;
        self.member_of_schema(SchemaId(u32::try_from(place).ok()?), name)
    }

    fn member_of_schema(&self, id: SchemaId, name: &str) -> Option<Origin<'a>> {
        let declared = &self.package.schemas.get(id.0 as usize)?.declared;
        let ast = self.package.schema_ast(id)?;
        let column = ast.columns.iter().find(|column| *column.column.name.text == *name)?;
        let site = Site { module: declared.module, item: declared.item };
        let column = &column.column;
        Some(Origin { name: column.name.span, site, made: MadeBy::Declared(column) })
    }

    /// The column or field of that name of a type as written in a module.
    pub fn member_of_type(&self, module: ModuleId, ty: &'a TypeExpr, name: &str) -> Option<Origin<'a>> {
        match &ty.kind {
            TypeKind::Table(row) | TypeKind::Struct(row) | TypeKind::Row(row) => {
                let column = row.columns.iter().find(|column| *column.name.text == *name)?;
                let site = self.site_of(column.name.span)?;
                Some(Origin { name: column.name.span, site, made: MadeBy::Declared(column) })
            }
            TypeKind::Nullable(inner) | TypeKind::In(inner, _) => self.member_of_type(module, inner, name),
            TypeKind::Named(of, args) => match (args.as_slice(), self.package.lookup(module, &of.text)) {
                ([], Some(Definition::Schema(id))) => self.member_of_schema(*id, name),
                ([inner], _) => self.member_of_type(module, inner, name),
                _ => None,
            },
            _ => None,
        }
    }

    /// The schema that a type as written in a module names, in whatever it is wrapped.
    pub fn schema_in_type(&self, module: ModuleId, ty: &TypeExpr) -> Option<SchemaId> {
        match &ty.kind {
            TypeKind::Nullable(inner) | TypeKind::In(inner, _) => self.schema_in_type(module, inner),
            TypeKind::Named(of, args) => match (args.as_slice(), self.package.lookup(module, &of.text)) {
                ([], Some(Definition::Schema(id))) => Some(*id),
                ([inner], _) if &*of.text == "table" => self.schema_in_type(module, inner),
                _ => None,
            },
            _ => None,
        }
    }
}

/// `[.device.category]` makes a column `category`.
fn last_names(args: &[Argument]) -> impl Iterator<Item = (&gml_syntax::ast::Name, &Expr)> {
    let items = args.iter().flat_map(|arg| match &arg.value.kind {
        ExprKind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(&arg.value),
    });
    items.filter_map(|item| {
        let mut root = item;
        while let ExprKind::Field { of, .. } = &root.kind {
            root = of;
        }
        match (&item.kind, &root.kind) {
            (ExprKind::Field { name, .. }, ExprKind::Column(_)) => Some((name, item)),
            _ => None,
        }
    })
}

/// Whether values of a type have a column or a field of that name.
pub(crate) fn has_member(ty: &Type, name: &str) -> bool {
    match ty {
        Type::Nullable(inner) | Type::List(inner) => has_member(inner, name),
        Type::Struct(row) => row.get(name).is_some(),
        Type::Table(table) => table.row.get(name).is_some(),
        Type::Record(row) => row.get(name).is_some() || row.columns.iter().any(|part| has_member(&part.ty, name)),
        _ => false,
    }
}

fn covers(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}
