//! Trees of signatures to [`Signature`]s.

use gml_ir::{Partitions, Role, Row, Type};
use gml_syntax::ast::{self, RowSyntax, TypeExpr, TypeKind};
use std::sync::Arc;

use super::super::call::View;
use super::defaults::default_of;
use super::{Looks, Param, ParamKind, Part, PatternColumn, PatternType, RowShape, Shape, Signature, Variable};
use crate::package::{ModuleId, Package, SignatureId};
use crate::typed::Text;
use crate::types::{TypeScope, satisfies};

/// The module whose window functions look at the order of the rows.
const ORDERED: &str = "std.window";

/// A signature as calls need it.
pub(crate) fn compile(package: &Package, id: SignatureId) -> Signature {
    let declaration = &package.signatures[id.0 as usize];
    let signature: &ast::Signature = &declaration.ast;
    let module = package.module(declaration.declared.module).name.clone();
    let compiler = Compiler { package, module: declaration.declared.module, signature };
    let params: Vec<Param> = signature.params.iter().map(|param| compiler.param(param)).collect();
    Signature {
        id,
        needs_order: signature.kind == ast::SignatureKind::Window && &*module == ORDERED,
        module,
        name: signature.name.text.clone(),
        kind: signature.kind,
        variables: signature
            .type_params
            .iter()
            .map(|variable| (variable.name.text.clone(), variable.bound.as_ref().map(|bound| bound.text.clone())))
            .collect(),
        views: params.iter().map(View::of).collect(),
        params,
        result: compiler.shape(&signature.result),
        has_empty: signature.empty.is_some(),
    }
}

struct Compiler<'a> {
    package: &'a Package,
    module: ModuleId,
    signature: &'a ast::Signature,
}

impl Compiler<'_> {
    fn param(&self, param: &ast::Parameter) -> Param {
        let (ty, looks) = looks(&param.ty);
        let kind = self.kind(ty);
        let default = param.default.as_ref().map(|default| default_of(default, &kind));
        Param { name: param.name.text.clone(), kind, default, looks }
    }

    fn kind(&self, ty: &TypeExpr) -> ParamKind {
        match &ty.kind {
            TypeKind::In(inner, part) => match self.kind(inner) {
                ParamKind::Table { row, .. } => ParamKind::Table { row, within: Partitions::named(&part.text) },
                other => other,
            },
            TypeKind::Nullable(inner) if is_named(inner, "table") => self.kind(inner),
            TypeKind::Arrow(left, right) => self.over(left, right),
            TypeKind::Named(name, args) => self.named(&name.text, args).unwrap_or_else(|| self.value(ty, false)),
            _ => self.value(ty, false),
        }
    }

    /// `row[R] -> T`, `aggregate[R] -> T`
    fn over(&self, left: &TypeExpr, right: &TypeExpr) -> ParamKind {
        let ty = self.shape(right);
        match &left.kind {
            TypeKind::Named(name, args) if &*name.text == "aggregate" => {
                ParamKind::Aggregate { of: self.variable_at(args, 0), ty }
            }
            TypeKind::Named(_, args) => ParamKind::Row { over: self.variable_at(args, 0), ty },
            _ => ParamKind::Value { ty, constant: false },
        }
    }

    fn named(&self, name: &str, args: &[TypeExpr]) -> Option<ParamKind> {
        let arrow = args.first().and_then(arrow);
        Some(match (name, arrow) {
            ("table", _) => ParamKind::Table { row: self.row_at(args, 0), within: None },
            ("list", _) if args.first().is_some_and(|item| is_named(item, "table")) => match &args[0].kind {
                TypeKind::Named(_, args) => ParamKind::Tables(self.row_at(args, 0)),
                _ => return None,
            },
            ("columns", Some((of, made))) => {
                ParamKind::Columns { of: self.variable_of(of), made: self.variable_of(made) }
            }
            ("windows", Some((of, made))) => {
                ParamKind::Windows { of: self.variable_of(of), made: self.variable_of(made) }
            }
            ("aggregates", Some((of, made))) => {
                ParamKind::Aggregates { of: self.variable_of(of), made: self.variable_of(made) }
            }
            ("keys", Some((of, made))) => ParamKind::Keys { of: self.variables_of(of), made: self.variable_of(made) },
            ("renames", Some((of, old))) => ParamKind::Renames {
                of: self.variable_of(of),
                old: self.variable_of(old),
                new: self.variable_at(args, 1),
            },
            ("order", _) => ParamKind::Order { of: self.variable_at(args, 0) },
            ("schema", _) => ParamKind::Schema(self.variable_at(args, 0)),
            ("const", _) => self.value(args.first()?, true),
            ("estimator", Some((of, learns))) => {
                ParamKind::Estimator { of: self.variable_of(of), learns: self.shape(learns) }
            }
            ("model" | "transform", Some(_)) => ParamKind::Learned(self.learned(name, args)?),
            _ => return None,
        })
    }

    fn value(&self, ty: &TypeExpr, constant: bool) -> ParamKind {
        ParamKind::Value { ty: self.shape(ty), constant }
    }

    fn shape(&self, ty: &TypeExpr) -> Shape {
        match &ty.kind {
            TypeKind::Nullable(inner) => match self.shape(inner) {
                Shape::Is(ty) => Shape::Is(ty.nullable()),
                shape => Shape::Nullable(Box::new(shape)),
            },
            TypeKind::In(inner, part) => match self.shape(inner) {
                Shape::Table(row, _) => Shape::Table(row, Partitions::named(&part.text)),
                shape => shape,
            },
            TypeKind::Row(row) => self.record(row),
            TypeKind::Named(name, args) => {
                if let Some(variable) = self.find(&name.text) {
                    return Shape::Variable(variable);
                }
                self.named_shape(&name.text, args).unwrap_or_else(|| self.concrete(ty))
            }
            _ => self.concrete(ty),
        }
    }

    fn named_shape(&self, name: &str, args: &[TypeExpr]) -> Option<Shape> {
        let first = args.first();
        Some(match name {
            "table" => Shape::Table(self.row_at(args, 0), None),
            "struct" => Shape::Struct(self.row_at(args, 0)),
            "common" => Shape::Common(self.row_at(args, 0)),
            "list" => match self.shape(first?) {
                Shape::Is(ty) => Shape::Is(Type::List(Arc::new(ty))),
                item => Shape::List(Box::new(item)),
            },
            "range" => match self.shape(first?) {
                Shape::Is(ty) => Shape::Is(Type::Range(Arc::new(ty))),
                item => Shape::Range(Box::new(item)),
            },
            "estimator" => {
                let (of, learns) = arrow(first?)?;
                let (of, demand) = match &of.kind {
                    TypeKind::And(row, demand) => (self.variable_of(row), Some(self.row(demand))),
                    _ => (self.variable_of(of), None),
                };
                let learns = match &learns.kind {
                    TypeKind::Named(name, args) if matches!(&*name.text, "model" | "transform") => {
                        self.learned(&name.text, args)?
                    }
                    _ => Shape::Model(RowShape::Variable(of), self.row(learns)),
                };
                Shape::Estimator { of, demand, learns: Box::new(learns) }
            }
            "model" | "transform" => self.learned(name, args)?,
            _ => return None,
        })
    }

    fn learned(&self, name: &str, args: &[TypeExpr]) -> Option<Shape> {
        let (from, to) = arrow(args.first()?)?;
        let (from, to) = (self.row(from), self.row(to));
        Some(if name == "model" { Shape::Model(from, to) } else { Shape::Transform(from, to) })
    }

    fn record(&self, row: &RowSyntax) -> Shape {
        let part = |column: &ast::RowColumn| Part {
            name: column.name.text.clone(),
            ty: self.shape(&column.ty),
            condition: column.condition.as_ref().map(|name| self.param_named(&name.text)),
        };
        Shape::Record(row.columns.iter().map(part).collect())
    }

    fn concrete(&self, ty: &TypeExpr) -> Shape {
        let mut faults = Vec::new();
        Shape::Is(TypeScope::new(self.package, self.module).type_of(ty, &mut faults))
    }

    fn row(&self, ty: &TypeExpr) -> RowShape {
        let pair = |left, right| (Box::new(self.row(left)), Box::new(self.row(right)));
        match &ty.kind {
            TypeKind::Plus(left, right) => {
                let (left, right) = pair(left, right);
                RowShape::Plus(left, right)
            }
            TypeKind::Minus(left, right) => {
                let (left, right) = pair(left, right);
                RowShape::Minus(left, right)
            }
            TypeKind::Or(left, right) => {
                let (left, right) = pair(left, right);
                RowShape::Or(left, right)
            }
            TypeKind::And(left, right) => {
                let (left, right) = pair(left, right);
                RowShape::And(left, right)
            }
            TypeKind::Row(row) => self.pattern(row),
            TypeKind::Named(name, args) => match self.find(&name.text) {
                Some(variable) => RowShape::Variable(variable),
                None => self.row_function(&name.text, args).unwrap_or_else(|| self.known(ty)),
            },
            _ => self.known(ty),
        }
    }

    fn row_function(&self, name: &str, args: &[TypeExpr]) -> Option<RowShape> {
        let first = || Box::new(self.row_at(args, 0));
        Some(match name {
            "nullable" => RowShape::Nullable(first()),
            "nonnull" => RowShape::NonNull(first()),
            "elements" => RowShape::Elements(first()),
            "retyped" => RowShape::Retyped(first(), Box::new(self.shape(args.get(1)?))),
            "imputed" => RowShape::Imputed(first(), self.param_at(args, 1)),
            "indicators" => RowShape::Indicators(first()),
            "pivoted" => RowShape::Pivoted(first(), Box::new(self.shape(args.get(1)?))),
            "named" => RowShape::Named(self.param_at(args, 0), Box::new(self.shape(args.get(1)?))),
            "rename" => RowShape::Rename(first(), Box::new(self.row_at(args, 1)), Box::new(self.row_at(args, 2))),
            "features" => RowShape::Features(first()),
            "case" => {
                let arms = args[1..].chunks_exact(2).filter_map(|arm| match &arm[0].kind {
                    TypeKind::Text(value) => Some((value.clone(), self.row(&arm[1]))),
                    _ => None,
                });
                RowShape::Case(self.param_at(args, 0), arms.collect())
            }
            _ => return None,
        })
    }

    fn pattern(&self, row: &RowSyntax) -> RowShape {
        let column = |column: &ast::RowColumn| PatternColumn {
            role: column.role.as_ref().and_then(|role| role_named(&role.text)),
            name: column.name.text.clone(),
            ty: match &column.ty.kind {
                TypeKind::Named(bound, _) if satisfies(&bound.text, &Type::Bool).is_some() => {
                    PatternType::Bound(bound.text.clone())
                }
                _ => match self.concrete(&column.ty) {
                    Shape::Is(ty) => PatternType::Is(ty),
                    _ => PatternType::Is(Type::Unknown),
                },
            },
        };
        RowShape::Pattern(row.columns.iter().map(column).collect())
    }

    fn known(&self, ty: &TypeExpr) -> RowShape {
        let row = TypeScope::new(self.package, self.module).row_type_of(ty, &mut Vec::new());
        RowShape::Known(row.unwrap_or_else(|| Arc::new(Row { open: true, ..Row::default() })))
    }

    fn row_at(&self, args: &[TypeExpr], place: usize) -> RowShape {
        args.get(place).map_or_else(|| RowShape::Known(Arc::default()), |ty| self.row(ty))
    }

    fn find(&self, name: &str) -> Option<Variable> {
        self.signature.type_params.iter().position(|variable| &*variable.name.text == name)
    }

    /// The variable that a type names. The library's own tests hold that signatures name only what they declare; a
    /// variable that is not declared is never bound, and so means a row of which nothing is known.
    fn variable_of(&self, ty: &TypeExpr) -> Variable {
        match &ty.kind {
            TypeKind::Named(name, _) => self.find(&name.text).unwrap_or(usize::MAX),
            _ => usize::MAX,
        }
    }

    fn variables_of(&self, ty: &TypeExpr) -> Vec<Variable> {
        match &ty.kind {
            TypeKind::And(left, right) => vec![self.variable_of(left), self.variable_of(right)],
            _ => vec![self.variable_of(ty)],
        }
    }

    fn variable_at(&self, args: &[TypeExpr], place: usize) -> Variable {
        args.get(place).map_or(usize::MAX, |ty| self.variable_of(ty))
    }

    fn param_named(&self, name: &Text) -> usize {
        self.signature.params.iter().position(|param| param.name.text == *name).unwrap_or(usize::MAX)
    }

    fn param_at(&self, args: &[TypeExpr], place: usize) -> usize {
        match args.get(place).map(|ty| &ty.kind) {
            Some(TypeKind::Named(name, _)) => self.param_named(&name.text),
            _ => usize::MAX,
        }
    }
}

/// The type within `earlier[..]` or `later[..]`, and what that says.
fn looks(ty: &TypeExpr) -> (&TypeExpr, Option<Looks>) {
    let TypeKind::Named(name, args) = &ty.kind else { return (ty, None) };
    let later = match &*name.text {
        "earlier" => false,
        "later" => true,
        _ => return (ty, None),
    };
    match &args[..] {
        [inner] => (inner, Some(Looks { later, word: None })),
        [TypeExpr { kind: TypeKind::Text(word), .. }, inner] => {
            (inner, Some(Looks { later, word: Some(word.clone()) }))
        }
        _ => (ty, None),
    }
}

fn arrow(ty: &TypeExpr) -> Option<(&TypeExpr, &TypeExpr)> {
    match &ty.kind {
        TypeKind::Arrow(from, to) => Some((from, to)),
        _ => None,
    }
}

fn is_named(ty: &TypeExpr, wanted: &str) -> bool {
    matches!(&ty.kind, TypeKind::Named(name, _) if &*name.text == wanted)
}

fn role_named(name: &str) -> Option<Role> {
    [Role::Id, Role::Time, Role::Target, Role::Weight, Role::Group].into_iter().find(|role| role.name() == name)
}
