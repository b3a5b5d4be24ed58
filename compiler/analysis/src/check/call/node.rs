//! Calls of nodes.

use std::sync::Arc;

use gml_ir::{Row, SequencesType, TableType, Type};

use super::Syntax;
use super::bind::{Given, View, bind};
use crate::check::body::{Body, Place};
use crate::check::expr::is_single;
use crate::check::learned::Origin;
use crate::check::message::{self, Want};
use crate::check::shared::{CheckedNode, Visit};
use crate::check::value::{Facts, Space, Value};
use crate::rows;
use crate::typed::{NodeId, Typed, TypedKind};

impl<'a> Body<'a> {
    /// A call of a node.
    pub(super) fn call_node(&mut self, id: NodeId, syntax: &Syntax<'a>) -> Value<'a> {
        let shared = self.shared;
        let declaration = &shared.package.nodes[id.0 as usize];
        let Some(ast) = shared.package.node_ast(id) else { return Value::error(syntax.span) };
        if let Some(frame) = &self.frame {
            let diagnostic = message::spaces::node_in_row(syntax, frame.operator, declaration.declared.name_span);
            self.emit(diagnostic);
            self.look_into(syntax);
            return Value::error(syntax.span);
        }
        let views: Vec<View<'a>> = ast.params.iter().map(View::of_parameter).collect();
        let given = match bind(&views, syntax) {
            Ok(given) => given,
            Err(fault) => {
                let diagnostic = self.bind_fault(&fault, &views, syntax);
                self.emit(message::calls::declared_at(diagnostic, declaration.declared.name_span, "node"));
                self.look_into(syntax);
                return Value::error(syntax.span);
            }
        };
        let mut args: Vec<Option<Typed>> = Vec::with_capacity(declaration.params.len());
        let mut types: Vec<Type> = Vec::with_capacity(declaration.params.len());
        let mut spaces: Vec<Space> = Vec::with_capacity(declaration.params.len());
        let mut split = None;
        let mut partitions = gml_ir::Partitions::NONE;
        for (place, given) in given.into_iter().enumerate() {
            let declared = &declaration.params[place];
            let Some(given) = given else {
                args.push(None);
                types.push(declared.clone());
                spaces.push(Space::Const);
                continue;
            };
            let want = Want::argument(&declaration.declared.name, views[place].name);
            let value = match given {
                Given::Expr(expr) => self.expr(expr, Some(declared)),
                Given::Block(bindings, span) => {
                    self.emit(message::calls::misplaced_columns(bindings, span));
                    Value::error(span)
                }
            };
            let part = match value.ty() {
                Type::Table(table) => Some(table.partitions),
                Type::Sequences(sequences) => Some(sequences.partitions),
                _ => None,
            };
            if let Some(part) = part {
                partitions = partitions.union(part);
                split = split.or(value.split());
            }
            let value = self.node_argument(value, declared, &want, ast.params[place].name.span);
            types.push(value.ty().clone());
            spaces.push(value.space);
            args.push(Some(value.typed));
        }
        // Circles are refused where declarations are checked.
        if self.visiting.contains(&Visit::Node(id)) {
            self.consulted.in_circle();
            return Value::error(syntax.span);
        }
        self.settle_constants(id, &mut args, &spaces, &views);
        let is_open = declaration.params.iter().any(is_open_row);
        let (ty, instance) = match &declaration.result {
            _ if is_open => {
                let instance = shared.instance(id, types, &self.visiting);
                self.consulted.add(Visit::Node(id), &instance.consulted);
                self.consulted.holds_others();
                self.wrong_for_these_columns(id, &instance, syntax.span);
                (instance.typed.result.clone(), Some(instance.typed.clone()))
            }
            Some(result) if !is_open_row(result) => (result.clone(), None),
            _ => {
                let node = shared.node(id, &self.visiting);
                self.consulted.add(Visit::Node(id), &node.consulted);
                (node.typed.result.clone(), None)
            }
        };
        let ty = match ty {
            Type::Table(table) => Type::Table(TableType { partitions: table.partitions.union(partitions), ..table }),
            Type::Sequences(sequences) => {
                Type::Sequences(SequencesType { partitions: sequences.partitions.union(partitions), ..sequences })
            }
            ty => ty,
        };
        self.fits_uses(Visit::Node(id), instance.as_ref(), &args);
        let facts = split.map(|split| Arc::new(Facts { split: Some(split), ..Facts::default() }));
        let facts = Facts::of_learned(&ty, || Origin::Node(id)).or(facts);
        Value::new(TypedKind::Node { node: id, args, instance }, ty, Space::Run, syntax.span).with(facts)
    }

    /// What is wrong with a node only for the columns of a call: told in the node, with the call beside it. Where the node is
    /// declared nothing can be said of columns that pass through.
    fn wrong_for_these_columns(&mut self, id: NodeId, instance: &CheckedNode, call: gml_diagnostics::Span) {
        let declared = self.shared.node(id, &self.visiting);
        self.consulted.add(Visit::Node(id), &declared.consulted);
        if declared.diagnostics.iter().any(gml_diagnostics::Diagnostic::is_error) {
            return;
        }
        for found in instance.diagnostics.iter().filter(|found| found.is_error()) {
            self.emit(found.clone().and(call, "known from the columns that this call gives"));
        }
    }

    /// An argument of a node: a table needs the declared columns, and what is more is left out or, behind `..`, goes
    /// through.
    fn node_argument(
        &mut self,
        value: Value<'a>,
        declared: &Type,
        want: &Want<'_>,
        declared_at: gml_diagnostics::Span,
    ) -> Value<'a> {
        match (value.ty(), declared) {
            (Type::Table(table), Type::Table(due)) => {
                let mismatches = rows::has_at_least(&table.row, &due.row);
                if !mismatches.is_empty() {
                    self.emit(message::rows::argument_row(&value, &mismatches, want, declared_at, &table.row));
                    return Value::new(TypedKind::Error, declared.clone(), Space::Run, value.span());
                }
                let row = if due.row.open { opened(&table.row, &due.row) } else { due.row.clone() };
                self.made_to_fit(value, row, || want.subject())
            }
            (Type::Table(_) | Type::Sequences(_) | Type::Estimator(_) | Type::Learned(_), _)
            | (_, Type::Table(_) | Type::Sequences(_) | Type::Estimator(_) | Type::Learned(_)) => {
                self.coerced(value, declared, want)
            }
            _ => {
                let value = self.coerced(value, declared, want);
                if is_single(declared) { value } else { self.constant_needed(value, want) }
            }
        }
    }

    /// Single values that the node uses where one must be known before the run: those of the run are refused, others are noted
    /// for the body at hand, which may be given them by the run itself.
    fn settle_constants(&mut self, id: NodeId, args: &mut [Option<Typed>], spaces: &[Space], views: &[View<'a>]) {
        let shared = self.shared;
        let declared = &shared.package.nodes[id.0 as usize];
        let in_body = matches!(self.place, Place::Node(_) | Place::Function(_));
        let is_asked = |place: &usize| {
            let may_be_of_run = |arg: &Typed| spaces[*place] > Space::Const || in_body && arg.literal().is_none();
            let arg = args[*place].as_ref().filter(|arg| !matches!(arg.kind, TypedKind::Error));
            is_single(&declared.params[*place]) && arg.is_some_and(may_be_of_run)
        };
        let asked: Vec<usize> = (0..args.len()).filter(is_asked).collect();
        if asked.is_empty() {
            return;
        }
        let node = shared.node(id, &self.visiting);
        self.consulted.add(Visit::Node(id), &node.consulted);
        for place in asked {
            let Some(at) = node.typed.params.get(place).and_then(|param| param.needed_before) else { continue };
            let Some(arg) = args[place].take() else { continue };
            args[place] = Some(if spaces[place] > Space::Const {
                let want = Want::argument(&declared.declared.name, views[place].name);
                let diagnostic = message::spaces::needed_by_node(arg.span, &want, self.text(arg.span), at);
                self.emit(diagnostic);
                Value::error(arg.span).typed
            } else {
                self.is_needed_before(&arg, arg.span);
                arg
            });
        }
    }

    /// A table in a row that it is known to fit, as far as it is known. `declared_by` says who wants the row, for what is found
    /// when it runs.
    pub fn made_to_fit(&mut self, value: Value<'a>, row: Arc<Row>, declared_by: impl FnOnce() -> String) -> Value<'a> {
        let Type::Table(table) = value.ty() else { return value };
        if same_columns(&table.row, &row) {
            // The declared roles count.
            let ty = Type::Table(TableType { row, partitions: table.partitions });
            return Value { typed: Typed { ty, ..value.typed }, ..value };
        }
        let ty = Type::Table(TableType { row, partitions: table.partitions });
        let span = value.span();
        let typed = Typed { kind: TypedKind::Conform(Box::new(value.typed), Some(declared_by().into())), ty, span };
        Value { typed, ..value }
    }
}

/// Whether the columns are the same, in order and type, so that nothing is to be done.
fn same_columns(a: &Row, b: &Row) -> bool {
    a.open == b.open
        && a.columns.len() == b.columns.len()
        && a.columns.iter().zip(&b.columns).all(|(a, b)| a.name == b.name && a.ty == b.ty)
}

/// The row of a table where one with `..` is declared: its own columns, the declared ones as declared. One that is declared and
/// not known to be there is held against the declaration when it runs.
pub(in crate::check) fn opened(actual: &Row, declared: &Row) -> Arc<Row> {
    let mut row = actual.clone();
    row.schema = None;
    for column in &mut row.columns {
        if let Some(due) = declared.get(&column.name) {
            column.ty = due.ty.clone();
            column.role = due.role.or(column.role);
        }
    }
    if actual.open {
        let unseen = declared.columns.iter().filter(|due| actual.get(&due.name).is_none());
        row.columns.extend(unseen.cloned());
    }
    Arc::new(row)
}

/// Whether a parameter takes rows of which not all columns are known where it is declared.
fn is_open_row(ty: &Type) -> bool {
    matches!(ty, Type::Table(table) if table.row.open)
}
