//! Trees of signatures to [`Signature`]s.

use gml_ir::{Column, Partitions, Role, Row, Type};
use gml_syntax::ast::{self, RowSyntax, TypeExpr, TypeKind};
use std::sync::Arc;

use super::super::call::{View, order};
use super::defaults::default_of;
use super::names::interned;
use super::{
    LearnsFrom, Looks, Param, ParamKind, Part, PatternColumn, PatternType, RowShape, Shape, Signature, Variable,
    Widening,
};
use crate::package::{ModuleId, Package, SignatureId};
use crate::typed::Text;
use crate::types::{TypeScope, role_named, satisfies};

/// The module whose window functions look at the order of the rows.
const ORDERED: &str = "std.window";

/// A signature as calls need it.
pub(crate) fn compile(package: &Package, id: SignatureId) -> Signature {
    let declaration = &package.signatures[id.0 as usize];
    let signature: &ast::Signature = &declaration.ast;
    let module = interned(&package.module(declaration.declared.module).name);
    let compiler = Compiler { package, module: declaration.declared.module, signature };
    let params: Vec<Param> = signature.params.iter().map(|param| compiler.param(param)).collect();
    Signature {
        id,
        needs_order: signature.kind == ast::SignatureKind::Window && module == ORDERED,
        module,
        name: interned(&signature.name.text),
        kind: signature.kind,
        variables: signature
            .type_params
            .iter()
            .map(|variable| (variable.name.text.clone(), variable.bound.as_ref().map(|bound| bound.text.clone())))
            .collect(),
        views: params.iter().map(View::of).collect(),
        order: order(&params, signature.kind),
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
        let (ty, spread) = spread(ty);
        let kind = self.kind(ty);
        let default = param.default.as_ref().map(|default| default_of(default, &kind));
        let contracts = match &kind {
            ParamKind::Value { ty: Shape::Is(ty), .. } => {
                let scope = TypeScope::new(self.package, self.module);
                // What is said of a list is said of its items.
                let ty = if let Type::List(item) = ty { &**item } else { ty };
                // The library's own tests hold that all of them have a meaning.
                param.contracts.iter().filter_map(|rule| scope.contract(rule, ty, &mut Vec::new())).collect()
            }
            _ => Vec::new(),
        };
        Param { name: interned(&param.name.text), kind, contracts, default, looks, spread }
    }

    fn kind(&self, ty: &TypeExpr) -> ParamKind {
        match &ty.kind {
            TypeKind::In(inner, part) => match self.kind(inner) {
                ParamKind::Table { row, .. } => ParamKind::Table { row, within: Partitions::named(&part.text) },
                ParamKind::Sequences { keys, item, .. } => {
                    ParamKind::Sequences { keys, item, within: Partitions::named(&part.text) }
                }
                other => other,
            },
            TypeKind::Nullable(inner) if is_named(inner, "table") || is_named(inner, "sequences") => self.kind(inner),
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
            ("list", _) => self.list(args.first()?)?,
            ("sequences", _) => {
                ParamKind::Sequences { keys: self.variable_at(args, 0), item: self.variable_at(args, 1), within: None }
            }
            ("tables", Some((common, made))) => {
                ParamKind::Parts { common: self.variable_of(common), made: self.variable_of(made) }
            }
            ("results", _) => ParamKind::Results { made: self.variable_at(args, 0) },
            ("space", _) => ParamKind::Space { of: self.param_at(args, 0) },
            ("entry_column", _) => ParamKind::EntryColumn,
            ("columns", Some((of, made))) => {
                ParamKind::Columns { of: self.variable_of(of), made: self.variable_of(made) }
            }
            ("windows", Some((of, made))) => {
                ParamKind::Windows { of: self.variable_of(of), made: self.variable_of(made) }
            }
            ("aggregates", Some((of, made))) => {
                ParamKind::Aggregates { of: self.variable_of(of), made: self.variable_of(made) }
            }
            ("keys" | "key", Some((of, made))) => {
                ParamKind::Keys { of: self.variables_of(of), made: self.variable_of(made), one: name == "key" }
            }
            ("renames", Some((of, old))) => ParamKind::Renames {
                of: self.variable_of(of),
                old: self.variable_of(old),
                new: self.variable_at(args, 1),
            },
            ("order", _) => ParamKind::Order { of: self.variable_at(args, 0) },
            ("schema", _) => ParamKind::Schema(self.variable_at(args, 0)),
            ("const", _) => self.value(args.first()?, true),
            ("estimator", Some((of, learns))) => {
                ParamKind::Estimator { of: self.learns_from(of), learns: self.shape(learns) }
            }
            ("model" | "transform" | "encoder", Some(_)) | ("recommender", _) => {
                ParamKind::Learned(self.learned(name, args)?)
            }
            _ => return None,
        })
    }

    /// Lists of what is there only while the program runs.
    fn list(&self, item: &TypeExpr) -> Option<ParamKind> {
        let TypeKind::Named(name, args) = &item.kind else { return None };
        Some(match &*name.text {
            "table" => ParamKind::Tables(self.row_at(args, 0)),
            "entry_column" => ParamKind::EntryColumns,
            "sequences" => {
                ParamKind::SequencesList { keys: self.variable_at(args, 0), item: self.variable_at(args, 1) }
            }
            "model" | "transform" | "recommender" | "encoder" => {
                ParamKind::LearnedList(self.learned(&name.text, args)?)
            }
            _ => return None,
        })
    }

    fn learns_from(&self, of: &TypeExpr) -> LearnsFrom {
        match &of.kind {
            TypeKind::Named(name, args) if &*name.text == "sequences" => {
                LearnsFrom::Items(args.last().map_or(usize::MAX, |item| self.variable_of(item)))
            }
            _ => LearnsFrom::Rows(self.variable_of(of)),
        }
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
                Shape::Sequences { keys, item, .. } => {
                    Shape::Sequences { keys, item, part: Partitions::named(&part.text) }
                }
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
            "search" => match self.shape(first?) {
                Shape::Is(ty) => Shape::Is(Type::Search(Arc::new(ty))),
                item => Shape::Search(Box::new(item)),
            },
            "sequences" if args.len() == 2 => {
                Shape::Sequences { keys: self.row(&args[0]), item: Box::new(self.shape(&args[1])), part: None }
            }
            "vector" if matches!(first?.kind, TypeKind::Named(..)) => Shape::Vector(self.param_at(args, 0)),
            "decimal" if matches!(first?.kind, TypeKind::Named(..)) => {
                Shape::Decimal(self.param_at(args, 0), self.param_at(args, 1))
            }
            "summed" => Shape::Widened(Widening::Sum, Box::new(self.shape(first?))),
            "difference" => Shape::Widened(Widening::Difference, Box::new(self.shape(first?))),
            "signed" => Shape::Widened(Widening::Sign, Box::new(self.shape(first?))),
            "same" => Shape::Same(self.param_at(args, 0)),
            "tuned" => Shape::Tuned(self.param_at(args, 0)),
            "estimator" => self.estimator(first?)?,
            "model" | "transform" | "encoder" if arrow(first?).is_some() => self.learned(name, args)?,
            "recommender" => self.learned(name, args)?,
            _ => return None,
        })
    }

    /// `estimator[R & demand -> L]`, where a row of its own instead of `L` is what a model predicts.
    fn estimator(&self, arg: &TypeExpr) -> Option<Shape> {
        let (from, learns) = arrow(arg)?;
        let (whole, demand) = match &from.kind {
            TypeKind::And(row, demand) => (&**row, Some(self.demand(demand))),
            _ => (from, None),
        };
        let is_variable = matches!(&whole.kind, TypeKind::Named(..));
        let (of, row) = if is_variable {
            (self.learns_from(whole), None)
        } else {
            (LearnsFrom::Rows(self.first_variable(whole)?), Some(self.row(whole)))
        };
        let learns = match (&learns.kind, of) {
            (TypeKind::Named(name, args), _)
                if matches!(&*name.text, "model" | "transform" | "recommender" | "encoder") =>
            {
                self.learned(&name.text, args)?
            }
            (_, LearnsFrom::Rows(of)) => Shape::Model(RowShape::Variable(of), self.row(learns)),
            (_, LearnsFrom::Items(_)) => return None,
        };
        Some(Shape::Estimator { of, row, demand, learns: Box::new(learns) })
    }

    /// The variable that an expression over rows begins with.
    fn first_variable(&self, ty: &TypeExpr) -> Option<Variable> {
        match &ty.kind {
            TypeKind::Plus(left, _) | TypeKind::Minus(left, _) | TypeKind::Or(left, _) | TypeKind::And(left, _) => {
                self.first_variable(left)
            }
            TypeKind::Named(name, args) => {
                self.find(&name.text).or_else(|| args.first().and_then(|arg| self.first_variable(arg)))
            }
            _ => None,
        }
    }

    fn learned(&self, name: &str, args: &[TypeExpr]) -> Option<Shape> {
        if name == "recommender" {
            return Some(Shape::Recommender(Box::new(self.shape(args.first()?))));
        }
        let (from, to) = arrow(args.first()?)?;
        Some(match name {
            "model" => Shape::Model(self.row(from), self.row(to)),
            "transform" => Shape::Transform(self.row(from), self.row(to)),
            _ => {
                let from = if is_named(from, "text") { Shape::Is(Type::Str) } else { self.shape(from) };
                Shape::Encoder(Box::new(from), Box::new(self.shape(to)))
            }
        })
    }

    fn record(&self, row: &RowSyntax) -> Shape {
        let scope = TypeScope::new(self.package, self.module);
        let part = |column: &ast::RowColumn| {
            let ty = self.shape(&column.ty);
            let contracts = match &ty {
                Shape::Is(ty) => {
                    column.contracts.iter().filter_map(|rule| scope.contract(rule, ty, &mut Vec::new())).collect()
                }
                _ => Vec::new(),
            };
            let condition = column.condition.as_ref().map(|name| self.param_named(&name.text));
            Part { name: column.name.text.clone(), ty, contracts, condition }
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
            TypeKind::And(left, right) => RowShape::And(Box::new(self.row(left)), Box::new(self.demand(right))),
            TypeKind::Row(row) => self.literal(row),
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
            "prefixed" => RowShape::Prefixed(first()),
            "comparable" => RowShape::Comparable(first()),
            "pivoted" => RowShape::Pivoted(first(), Box::new(self.shape(args.get(1)?))),
            "named" => RowShape::Named(self.param_at(args, 0), Box::new(self.shape(args.get(1)?))),
            "rename" => RowShape::Rename(first(), Box::new(self.row_at(args, 1)), Box::new(self.row_at(args, 2))),
            "features" => RowShape::Features(first()),
            "roles" => RowShape::Roles(first(), args[1..].iter().filter_map(role_of).collect()),
            "roled" => RowShape::Roled(first(), args.get(1).and_then(role_of)?),
            "some" => RowShape::Some(first()),
            "suffixed" => match &args.get(1)?.kind {
                TypeKind::Text(suffix) => {
                    RowShape::Suffixed(first(), suffix.clone(), args.get(2).map(|ty| Box::new(self.shape(ty))))
                }
                _ => return None,
            },
            "listed" => RowShape::Listed(first()),
            "only" => match &args.get(1)?.kind {
                TypeKind::Named(class, _) => RowShape::Only(first(), class.text.clone()),
                _ => return None,
            },
            "synthesized" => RowShape::Synthesized(first(), Box::new(self.row_at(args, 1)), self.param_at(args, 2)),
            "by_target" => RowShape::ByTarget(first(), self.arms(&args[1..], Self::row)),
            "case" => RowShape::Case(self.param_at(args, 0), self.arms(&args[1..], Self::row)),
            _ => return None,
        })
    }

    /// `"value", X, ..`
    fn arms(&self, args: &[TypeExpr], row: impl Fn(&Self, &TypeExpr) -> RowShape) -> Vec<(Text, RowShape)> {
        let arms = args.chunks_exact(2).filter_map(|arm| match &arm[0].kind {
            TypeKind::Text(value) => Some((value.clone(), row(self, &arm[1]))),
            _ => None,
        });
        arms.collect()
    }

    /// What a row must have: `{ target _: bool }`, `case[objective, "binary", { .. }, ..]`, `features[R]`.
    fn demand(&self, ty: &TypeExpr) -> RowShape {
        match &ty.kind {
            TypeKind::Row(row) => self.pattern(row),
            TypeKind::Named(name, args) if &*name.text == "case" => {
                RowShape::Case(self.param_at(args, 0), self.arms(&args[1..], Self::demand))
            }
            _ => self.row(ty),
        }
    }

    /// Columns that are written out.
    fn literal(&self, row: &RowSyntax) -> RowShape {
        let column = |column: &ast::RowColumn| {
            let role = column.role.as_ref().and_then(|role| role_named(&role.text));
            (role, column.name.text.clone(), self.shape(&column.ty))
        };
        let columns: Vec<_> = row.columns.iter().map(column).collect();
        let open = row.open.is_some();
        let known = columns.iter().map(|(role, name, shape)| match shape {
            Shape::Is(ty) => Some(Column::new(name.clone(), ty.clone()).with_role(*role)),
            _ => None,
        });
        match known.collect::<Option<Vec<_>>>() {
            Some(columns) => RowShape::Known(Arc::new(Row { open, ..Row::of(columns) })),
            None => RowShape::Literal { columns, open },
        }
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

/// The type within `spread[..]`, and whether that stood there.
fn spread(ty: &TypeExpr) -> (&TypeExpr, bool) {
    match &ty.kind {
        TypeKind::Named(name, args) if &*name.text == "spread" => {
            args.first().map_or((ty, true), |inner| (inner, true))
        }
        _ => (ty, false),
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

fn role_of(ty: &TypeExpr) -> Option<Role> {
    match &ty.kind {
        TypeKind::Named(name, _) => role_named(&name.text),
        _ => None,
    }
}
