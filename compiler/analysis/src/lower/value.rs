//! What an expression becomes.

use std::sync::Arc;

use gml_ir::{Expr, ExprKind, Type, Value};

use super::builder::StepRef;
use super::search::Search;
use crate::typed::Text;

/// What an expression becomes.
#[derive(Clone, Debug)]
pub(super) enum Lowered {
    /// Known before the run.
    Const(Value),
    /// The result of a step: a table, something learned.
    Step(StepRef),
    /// An expression over the row at hand, or a single value computed from results of steps, which
    /// [`ExprKind::Input`] counts off in `inputs`.
    Expr {
        /// The steps used.
        inputs: Vec<StepRef>,
        /// The expression.
        expr: Expr,
    },
    /// Several values, at least one of them not constant.
    List(Vec<Lowered>),
    /// Named parts, at least one of them not constant.
    Record(Vec<(Text, Lowered)>),
    /// A range of which an end is not constant.
    Range {
        /// First value.
        start: Box<Lowered>,
        /// Last value, or the first one outside.
        end: Box<Lowered>,
        /// Whether `end` belongs to it.
        inclusive: bool,
    },
    /// An estimator that is tuned where it is fitted.
    Search(Arc<Search>),
    /// Has a diagnostic already.
    Error,
}

impl Lowered {
    /// An expression over the row at hand.
    pub(super) fn expr(kind: ExprKind, ty: &Type) -> Self {
        Self::Expr { inputs: Vec::new(), expr: Expr { kind, ty: ty.clone() } }
    }

    /// A list, constant where all items are.
    pub(super) fn list(items: Vec<Self>) -> Self {
        match constants(items.iter()) {
            Some(values) => Self::Const(Value::List(values)),
            None => Self::List(items),
        }
    }

    /// A record, constant where all parts are.
    pub(super) fn record(fields: Vec<(Text, Self)>) -> Self {
        match constants(fields.iter().map(|(_, value)| value)) {
            Some(values) => Self::Const(Value::Record(fields.into_iter().map(|(name, _)| name).zip(values).collect())),
            None => Self::Record(fields),
        }
    }

    /// The value of a constant.
    pub(super) fn constant(&self) -> Option<&Value> {
        if let Self::Const(value) = self { Some(value) } else { None }
    }
}

fn constants<'a>(items: impl Iterator<Item = &'a Lowered>) -> Option<Vec<Value>> {
    items.map(|item| item.constant().cloned()).collect()
}

/// Puts the inputs of several expressions into one list and renumbers their [`ExprKind::Input`]s accordingly.
#[derive(Default)]
pub(super) struct Inputs(Vec<StepRef>);

impl Inputs {
    /// The expression with its inputs counted off in the common list.
    pub(super) fn adopt(&mut self, inputs: &[StepRef], mut expr: Expr) -> Expr {
        if !inputs.is_empty() {
            let places: Vec<u32> = inputs.iter().map(|input| self.place(*input)).collect();
            renumber(&mut expr, &places);
        }
        expr
    }

    /// The place of a step in the common list.
    pub(super) fn place(&mut self, step: StepRef) -> u32 {
        let place = self.0.iter().position(|known| *known == step).unwrap_or_else(|| {
            self.0.push(step);
            self.0.len() - 1
        });
        place as u32
    }

    /// The list.
    pub(super) fn finish(self) -> Vec<StepRef> {
        self.0
    }
}

fn renumber(expr: &mut Expr, places: &[u32]) {
    match &mut expr.kind {
        ExprKind::Input(place) => *place = places[*place as usize],
        ExprKind::Column(_) | ExprKind::Literal(_) => {}
        ExprKind::Field(of, _) | ExprKind::Unary(_, of) | ExprKind::IsNull(of) | ExprKind::Cast(of) => {
            renumber(of, places);
        }
        ExprKind::Binary(_, left, right) | ExprKind::In(left, right) => {
            renumber(left, places);
            renumber(right, places);
        }
        ExprKind::If(condition, then, otherwise) => {
            for part in [condition, then, otherwise] {
                renumber(part, places);
            }
        }
        ExprKind::List(items) => items.iter_mut().for_each(|item| renumber(item, places)),
        ExprKind::Struct(fields) => fields.iter_mut().for_each(|field| renumber(&mut field.expr, places)),
        ExprKind::Call { args, .. } => args.iter_mut().for_each(|(_, arg)| renumber(arg, places)),
    }
}
