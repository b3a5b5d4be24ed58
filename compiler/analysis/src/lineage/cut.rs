//! What leaves rows out, and what makes several of one: as a signature says it, and its arguments.

use std::sync::Arc;

use gml_ir::BinaryOp;

use super::asks::goes_by_time;
use super::bind::Bindings;
use super::call::Called;
use super::column::{ColumnId, How, Input};
use super::fact::TableFacts;
use super::flow::Flow;
use super::learn::target_of;
use super::number::number_of;
use super::rows::{Cut, CutId, Rows, Stretch};
use super::value::Within;
use crate::check::signature::{Param, ParamKind};
use crate::typed::{Text, Typed, TypedArg, TypedKind};

/// Steps between a target and the columns that it is made of, at most, where rows were made several of.
const DEEPEST_COPY: usize = 8;

impl<'p> Flow<'p> {
    /// What a call leaves out of the rows of its first table. `copies`: the columns that are the same in all rows that it makes of
    /// one ([`Cut::copies`]); where there are some, it leaves none out.
    pub(super) fn cut(&mut self, called: &Called<'p>, bindings: &Bindings, copies: Vec<Vec<ColumnId>>) -> CutId {
        let first = &called.tables[0].table;
        let by_row_alone = bindings.is_cut() && bindings.by_row_alone();
        let multiplies = !copies.is_empty();
        let relative = called.tables.len() > 1;
        let number = self.call_number(called.call, Some(&first.columns));
        // What looks at each row by itself leaves the same rows of the same data, whatever was left out before.
        let number = match () {
            () if by_row_alone => number,
            // So does what looks for each row in another table.
            () if relative && !multiplies => {
                number_of((number, called.tables[1..].iter().map(|other| &other.table.rows).collect::<Vec<_>>()))
            }
            () => number_of((number, called.rows(), self.order_met_by(called))),
        };
        if let Some(known) = self.provenance.known_cut(number) {
            return known;
        }
        let mut by = Vec::new();
        if !multiplies && !called.signature.params.iter().any(|param| param.spread) {
            self.choosers(called, &mut by);
        }
        let about = self.about(&by);
        let by: Vec<_> = by.into_iter().map(|column| self.columns.root(column)).collect();
        let random = called.signature.param("seed").is_some();
        let is_key = |param: &Param| {
            let given = called.argument(param.name);
            matches!(param.kind, ParamKind::Keys { .. })
                && matches!(given, Some(TypedArg::Columns(keys)) if !keys.is_empty())
        };
        let keyed = !multiplies && !relative && called.signature.params.iter().any(is_key);
        let scatters =
            random && by.is_empty() && (self.provenance.repeats(&first.rows) || self.has_target_of_copies(first));
        let cut = Cut {
            span: called.span,
            name: called.call.name,
            random,
            by_time: goes_by_time(&called.signature),
            alone: by_row_alone,
            relative,
            looks_up: bindings.looks_up(),
            keeps: self.finds(called, bindings),
            found_by: self.found_by(called).map(Arc::new),
            keyed,
            scatters,
            by,
            about,
            asks: self.asks(called, by_row_alone),
            copies,
        };
        self.provenance.add_cut(number, cut)
    }

    /// The order of the rows of a call, where what it leaves depends on that: where it is told nothing that decides.
    pub(super) fn order_met_by(&self, called: &Called<'p>) -> Option<u64> {
        let decides = |param: &Param| {
            matches!(param.kind, ParamKind::Row { .. } | ParamKind::Order { .. } | ParamKind::Columns { .. })
        };
        let order = self.orders.get(&called.tables.first()?.table.id)?.number;
        (!called.signature.params.iter().any(decides)).then_some(order)
    }

    /// Rows that a call surely keeps: those that its other table is made of, where it keeps what is found there by columns that
    /// are the same in both.
    fn finds(&self, called: &Called<'p>, bindings: &Bindings) -> Vec<Stretch> {
        let [left, right] = &called.tables[..] else { return Vec::new() };
        let keys = called.signature.params.iter().find_map(|param| match (&param.kind, called.argument(param.name)) {
            (ParamKind::Keys { .. }, Some(TypedArg::Columns(keys))) => Some(keys),
            _ => None,
        });
        let is_same = |name: &Text| {
            let columns =
                [left, right].map(|side| side.table.columns.get(name).map(|column| self.columns.root(column)));
            columns[0].is_some() && columns[0] == columns[1]
        };
        let keeps = bindings.looks_up() || called.word("how") == Some("semi");
        match keys {
            Some(keys) if keeps && keys.iter().all(|(name, _)| is_same(name)) => {
                self.provenance.found_in(&right.table.rows)
            }
            _ => Vec::new(),
        }
    }

    /// The rows of another table among which a call looks for those of its first, with the columns by which it does.
    fn found_by(&self, called: &Called<'p>) -> Option<(Rows, Vec<ColumnId>)> {
        let [left, right] = &called.tables[..] else { return None };
        let keys =
            called.signature.params.iter().find_map(|param| match (&param.kind, called.argument(param.name)) {
                (ParamKind::Keys { .. }, Some(TypedArg::Columns(keys))) => Some(keys),
                _ => None,
            })?;
        let keys = keys.iter().filter_map(|(name, _)| left.table.columns.get(name));
        Some((right.table.rows.clone(), keys.collect()))
    }

    /// Whether the target of a table is the same in several of its rows, which were made of one.
    fn has_target_of_copies(&self, table: &TableFacts) -> bool {
        let Some(target) = target_of(table) else { return false };
        table.rows.iter().any(|stretch| {
            let mut cuts = stretch.cuts.iter().map(|(cut, _)| self.provenance.cut(*cut));
            !cuts.clone().any(|cut| cut.keyed)
                && cuts.any(|cut| cut.copies.iter().any(|copies| self.is_of_copies(target, copies, DEEPEST_COPY)))
        })
    }

    /// Whether a column is one of those, or computed from nothing else.
    fn is_of_copies(&self, column: ColumnId, copies: &[ColumnId], depth: usize) -> bool {
        if copies.contains(&column) {
            return true;
        }
        let inputs = &self.columns.get(column).inputs;
        let is_found = inputs.iter().any(|input| matches!(input.how, How::Key));
        let is_same = |input: &Input| match (&input.how, input.column) {
            // What is looked up is the same where the keys are.
            (How::Joined(_), _) if is_found => true,
            (How::Same | How::Row | How::Key | How::Joined(_), Some(of)) => self.is_of_copies(of, copies, depth - 1),
            _ => false,
        };
        depth > 0 && !inputs.is_empty() && !self.labelled.contains_key(&column) && inputs.iter().all(is_same)
    }

    /// The columns by which a call orders rows.
    pub(super) fn sorters(&self, called: &Called<'p>, first: &TableFacts) -> Vec<ColumnId> {
        let within = Within { row: &first.columns, many: None };
        let mut inputs = Vec::new();
        for (_, arg) in &called.call.args {
            if let TypedArg::Order(columns) = arg {
                columns.iter().for_each(|(key, _)| self.inputs(key, &within, &mut inputs));
            }
        }
        inputs.into_iter().filter_map(|input| input.column).collect()
    }

    /// The columns that decide which rows stay. Whether a value is there says nothing of what it is.
    pub(super) fn choosers(&self, called: &Called<'p>, found: &mut Vec<ColumnId>) {
        let Some(first) = called.tables.first() else { return };
        let within = Within { row: &first.table.columns, many: None };
        for (_, arg) in &called.call.args {
            let mut inputs = Vec::new();
            match arg {
                TypedArg::Expr(value) => self.condition_inputs(value, &within, &mut inputs),
                TypedArg::Columns(columns) => {
                    columns.iter().for_each(|(_, value)| self.inputs(value, &within, &mut inputs));
                }
                _ => {}
            }
            found.extend(inputs.into_iter().filter_map(|input| input.column));
        }
    }

    fn condition_inputs(&self, value: &Typed, within: &Within<'_>, found: &mut Vec<Input>) {
        match &value.kind {
            TypedKind::IsNull(_) => {}
            TypedKind::Unary(_, of) | TypedKind::Cast(of) => self.condition_inputs(of, within, found),
            TypedKind::Binary(BinaryOp::And | BinaryOp::Or, left, right) => {
                self.condition_inputs(left, within, found);
                self.condition_inputs(right, within, found);
            }
            _ => self.inputs(value, within, found),
        }
    }
}

/// Where a call makes several rows of one: the columns that are the same in all of these ([`Cut::copies`]).
pub(super) fn copies(called: &Called<'_>, bindings: &Bindings) -> Option<Vec<Vec<ColumnId>>> {
    if bindings.pairs_all() {
        return Some(called.tables.iter().map(|argument| argument.table.columns.all().collect()).collect());
    }
    let made = called.call.args.iter().find_map(|(_, arg)| match arg {
        TypedArg::Columns(columns) => Some(columns),
        _ => None,
    });
    let is_made = |name: &Text| made.is_some_and(|made| made.iter().any(|(of, _)| of == name));
    let named = &called.tables.first()?.table.columns.named;
    let others = named.iter().filter(|(name, _)| !is_made(name)).map(|(_, column)| *column);
    bindings.takes_apart().then(|| vec![others.collect()])
}
