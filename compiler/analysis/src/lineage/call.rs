//! Calls of operators: what their signatures say of rows and columns.

use std::sync::Arc;

use gml_diagnostics::{Sources, Span};
use gml_ir::{BinaryOp, Role, Row, Type, Value};

use super::bind::Bindings;
use super::column::{ColumnId, How, Input, Maker};
use super::cut::copies;
use super::fact::{ColumnsOf, Fact, Label, LearnedFacts, Moment, TableFacts};
use super::flow::{Flow, Sorted, table_of};
use super::number::number_of;
use super::rows::{OriginKind, Part, Rows, Stretch, through, together, union};
use super::value::of_table;
use crate::check::signature::{ParamKind, Signature};
use crate::typed::{Text, Typed, TypedArg, TypedCall, TypedKind};

/// A call with the facts of its arguments.
pub(crate) struct Called<'p> {
    pub call: &'p TypedCall,
    pub signature: Arc<Signature>,
    /// All of it.
    pub span: Span,
    /// Table arguments, those of lists one by one.
    pub tables: Vec<TableArgument>,
    /// Arguments that have learned.
    pub learned: Vec<(usize, Arc<LearnedFacts<'p>>)>,
    /// All arguments that are values, by parameter.
    pub facts: Vec<(usize, Fact<'p>)>,
}

/// A table argument.
pub(crate) struct TableArgument {
    /// Its parameter.
    pub place: usize,
    pub table: Arc<TableFacts>,
    pub span: Span,
    /// Its type as the checker knows it.
    pub ty: Type,
}

impl<'p> Called<'p> {
    /// Notes the tables of an argument and what has learned, those of lists and records one by one.
    fn take(&mut self, place: usize, fact: &Fact<'p>, arg: &Typed) {
        match (fact, &arg.kind) {
            (Fact::Table(table), _) => {
                self.tables.push(TableArgument { place, table: table.clone(), span: arg.span, ty: arg.ty.clone() });
            }
            (Fact::Learned(learned), _) => self.learned.push((place, learned.clone())),
            (Fact::List(facts), TypedKind::List(items)) if facts.len() == items.len() => {
                facts.iter().zip(items).for_each(|(fact, item)| self.take(place, fact, item));
            }
            (Fact::List(facts), _) => facts.iter().for_each(|fact| self.take(place, fact, arg)),
            (Fact::Record(facts), TypedKind::Record(parts)) if facts.len() == parts.len() => {
                facts.iter().zip(parts).for_each(|((_, fact), (_, part))| self.take(place, fact, part));
            }
            (Fact::Record(facts), _) => facts.iter().for_each(|(_, fact)| self.take(place, fact, arg)),
            _ => {}
        }
    }

    /// The argument of that parameter.
    pub fn argument(&self, name: &str) -> Option<&'p TypedArg> {
        self.call.argument(name)
    }

    /// The word of an argument that is one.
    pub fn word(&self, name: &str) -> Option<&str> {
        match self.argument(name)? {
            TypedArg::Value(value) => value.literal()?.as_str(),
            _ => None,
        }
    }

    /// The rows of all table arguments, one below the other.
    pub fn rows_together(&self) -> Rows {
        self.tables.iter().fold(Arc::new([]) as Rows, |rows, argument| together(&rows, &argument.table.rows))
    }

    /// The rows of all table arguments.
    pub fn rows(&self) -> Rows {
        self.tables.iter().fold(Arc::new([]) as Rows, |rows, argument| union(&rows, &argument.table.rows))
    }
}

/// The point that a point in time lies behind, or before, by a duration that is written out, and by how much.
pub(super) fn moved(value: &Typed) -> Option<(&Typed, i64)> {
    let TypedKind::Binary(operator, point, by) = &value.uncast().kind else { return None };
    match (operator, by.literal()?) {
        (BinaryOp::Add, Value::Duration(by)) => Some((point.uncast(), *by)),
        (BinaryOp::Subtract, Value::Duration(by)) => Some((point.uncast(), by.saturating_neg())),
        _ => None,
    }
}

impl<'p> Flow<'p> {
    /// What an operator gives.
    pub fn operator(&mut self, call: &'p TypedCall, value: &'p Typed) -> Fact<'p> {
        let signature = self.signature(call.signature);
        let mut places = Vec::with_capacity(call.args.len());
        let mut facts = Vec::with_capacity(call.args.len());
        for (name, arg) in &call.args {
            let TypedArg::Value(arg) = arg else { continue };
            let Some(place) = signature.param(name) else { continue };
            if matches!(arg.kind, TypedKind::Literal(_)) {
                continue;
            }
            places.push((place, arg));
            facts.push(self.value(arg));
        }
        let span = own_span(call, value.span, &self.package.sources);
        self.in_each_way(facts, &mut |flow, facts| {
            let signature = signature.clone();
            let mut called =
                Called { call, signature, span, tables: Vec::new(), learned: Vec::new(), facts: Vec::new() };
            for ((place, arg), fact) in places.iter().zip(facts) {
                called.take(*place, &fact, arg);
                called.facts.push((*place, fact));
            }
            flow.result(&called, value)
        })
    }

    fn result(&mut self, called: &Called<'p>, value: &'p Typed) -> Fact<'p> {
        self.learns(called, &value.ty);
        self.judges(called);
        self.labels(called);
        match &value.ty {
            Type::Table(table) => match self.table_result(called, &table.row, value) {
                Some(table) => Fact::Table(table),
                None => Fact::Unknown,
            },
            Type::Record(parts) if parts.columns.iter().all(|part| is_of_split(&part.ty)) => self.parts(called, parts),
            Type::Record(parts) => self.results(called, parts, value),
            Type::Sequences(_) => {
                let rows = self.made_rows(called, 0);
                Fact::Table(self.table(ColumnsOf::default(), rows, Vec::new(), &Arc::default()))
            }
            Type::Struct(_) => match called.tables.first() {
                Some(argument) => Fact::RowOf(argument.table.clone()),
                None => Fact::Unknown,
            },
            Type::Estimator(_) => self.estimator_result(called, value),
            Type::Learned(_) => self.learned_result(called, &value.ty),
            _ => {
                let inputs = called.tables.iter().flat_map(|argument| of_table(&argument.table)).collect();
                Fact::Value(number_of((self.call_number(called.call, None), called.rows())), inputs)
            }
        }
    }

    /// What an operator gives under several names, of which none is a part of its rows.
    fn results(&mut self, called: &Called<'p>, parts: &Row, value: &'p Typed) -> Fact<'p> {
        let made = parts.columns.iter().map(|part| {
            let fact = match &part.ty {
                Type::Learned(_) => self.learned_result(called, &value.ty),
                Type::Table(table) => Fact::Table(self.reported(called, &part.name, &table.row, value)),
                _ => Fact::Value(
                    number_of((self.call_number(called.call, None), called.rows(), &part.name)),
                    Arc::new([]),
                ),
            };
            (part.name.clone(), fact)
        });
        Fact::Record(made.collect())
    }

    /// A table that says something of all that a call was given.
    fn reported(&mut self, called: &Called<'p>, name: &Text, row: &Arc<Row>, value: &'p Typed) -> Arc<TableFacts> {
        let number = number_of((self.call_number(called.call, None), name));
        let rows = self.made_rows(called, number);
        let of: Vec<_> = called.tables.iter().flat_map(|argument| argument.table.columns.all()).collect();
        let columns = row.columns.iter().map(|column| {
            let inputs = of.iter().map(|of| Input { column: Some(*of), how: How::Perhaps }).collect();
            let maker = Maker::Step(called.call.name.into(), called.span);
            (column.name.clone(), self.columns.add(column.name.clone(), maker, value.span, inputs))
        });
        let columns = ColumnsOf { named: columns.collect(), rest: Vec::new() };
        self.table(columns, rows, Vec::new(), row)
    }

    /// A signature with `bought_in` makes a target of whether pairs are among its rows, one with `candidates` judges pairs by
    /// whether they are.
    fn labels(&mut self, called: &Called<'p>) {
        let judged = called.signature.param("candidates");
        let Some(place) =
            called.signature.param("bought_in").or_else(|| called.signature.param("on").filter(|_| judged.is_some()))
        else {
            return;
        };
        let (outcomes, pairs): (Vec<&TableArgument>, Vec<&TableArgument>) =
            called.tables.iter().partition(|argument| argument.place == place);
        for outcome in outcomes {
            for pairs in &pairs {
                self.moments.push(Moment::Label(Label {
                    pair: pair_of(called, &pairs.table),
                    pairs: pairs.table.clone(),
                    outcome: outcome.table.clone(),
                    span: outcome.span,
                    judged: judged.is_some(),
                    around: self.around.clone(),
                }));
            }
        }
    }

    fn table_result(&mut self, called: &Called<'p>, row: &Arc<Row>, value: &'p Typed) -> Option<Arc<TableFacts>> {
        let Some(first) = called.tables.first() else {
            return table_of(&self.given_table(row, value.span, 0));
        };
        let first = first.table.clone();
        let mut bindings = Bindings::of(&called.signature);
        let kept = bindings.keeps_rows();
        let rows =
            if kept { self.kept_rows(called, &bindings) } else { self.made_rows(called, self.keys_number(called)) };
        self.bind_all(called, &mut bindings, rows.first().map(|stretch| stretch.origin).filter(|_| !kept));
        let columns = match &called.signature.result {
            crate::check::signature::Shape::Table(shape, _) => self.columns_of(shape, called, &mut bindings),
            _ => ColumnsOf::default(),
        };
        let step = called.call.name;
        let columns = self.fitted(&columns, row, step, called.span);
        self.label_made(called, &columns, row.with_role(Role::Target).map(|target| &*target.name));
        let mut chosen = Vec::new();
        if kept {
            chosen.extend(first.chosen.iter().copied());
            if bindings.is_cut() {
                self.choosers(called, &mut chosen);
                // Which rows come first is decided by the columns that they are sorted by. Whether a row is drawn, or found in another
                // table, is not.
                chosen.extend(self.sorters(called, &first));
                let goes_by_place = called.tables.len() == 1 && called.signature.param("seed").is_none();
                if goes_by_place && self.order_met_by(called).is_some() {
                    chosen.extend(self.sorted_by(&first));
                }
            }
            if !bindings.is_union() {
                let others =
                    called.tables[1..].iter().filter(|other| !bindings.may_be_absent(&called.signature, other.place));
                chosen.extend(others.flat_map(|other| other.table.chosen.iter().copied()));
            }
            chosen.sort_unstable();
            chosen.dedup();
        }
        let table = self.table(columns, rows, chosen, row);
        if bindings.sorts() {
            let before = self.orders.get(&first.id).map(|order| order.number);
            let number = number_of((self.call_number(called.call, Some(&first.columns)), before));
            // Rows that are equal in these keep their order.
            let by = self.sorters(called, &first).into_iter().chain(self.sorted_by(&first).iter().copied()).collect();
            self.orders.insert(table.id, Sorted { number, by });
        } else if kept {
            self.keeps_order(&first, &table);
        }
        Some(table)
    }

    /// Rows that an operator keeps: those of its first table, of all of a union, of both of a full join; fewer where it
    /// may leave some out.
    fn kept_rows(&mut self, called: &Called<'p>, bindings: &Bindings) -> Rows {
        let first = &called.tables[0].table;
        let rows = match () {
            () if bindings.is_union() => called.rows_together(),
            () if bindings.keeps_both() => called.rows(),
            () => first.rows.clone(),
        };
        if bindings.leaves_one_of_each() {
            return self.provenance.once(&rows);
        }
        if let Some(copies) = copies(called, bindings) {
            let cut = self.cut(called, bindings, copies);
            return through(&rows, cut, None);
        }
        let is_cut = bindings.is_cut() && !bindings.is_union();
        if is_cut || bindings.looks_up() && self.leaves_out(&called.tables[1..]) {
            let cut = self.cut(called, bindings, Vec::new());
            return through(&rows, cut, None);
        }
        rows
    }

    /// Whether something was left out of tables, or of what they were made of.
    fn leaves_out(&self, tables: &[TableArgument]) -> bool {
        tables.iter().flat_map(|argument| argument.table.rows.iter()).any(|stretch| !self.provenance.is_all(stretch))
    }

    /// Rows that an operator makes, one of many: of equal rows and keys it makes equal ones.
    fn made_rows(&mut self, called: &Called<'p>, number: u64) -> Rows {
        let made_of = called.rows();
        let kind = OriginKind::Made(called.call.name.into(), number_of((number, &made_of)));
        let origin = self.provenance.begin(kind, made_of);
        Arc::new([Stretch { origin, cuts: Vec::new() }])
    }

    /// A number of the columns that make the groups; of all arguments where there are none.
    fn keys_number(&self, called: &Called<'p>) -> u64 {
        let columns = called.tables.first().map(|argument| &argument.table.columns);
        let groups = called
            .signature
            .params
            .iter()
            .any(|param| matches!(param.kind, ParamKind::Aggregates { .. } | ParamKind::Aggregate { .. }));
        if !groups {
            return self.call_number(called.call, columns);
        }
        let mut keys = Vec::new();
        for param in &called.signature.params {
            if let ParamKind::Columns { .. } | ParamKind::Keys { .. } = param.kind
                && let Some(TypedArg::Columns(made)) = called.argument(param.name)
            {
                keys.extend(made.iter().map(|(_, value)| self.number(value, columns)));
            }
        }
        number_of(keys)
    }

    /// Parts of a split.
    fn parts(&mut self, called: &Called<'p>, parts: &Arc<Row>) -> Fact<'p> {
        let Some(argument) = called.tables.first() else { return Fact::Unknown };
        let table = argument.table.clone();
        let cut = self.cut(called, &Bindings::of(&called.signature), Vec::new());
        let parts = parts.columns.iter().map(|part| {
            let (partitions, row) = match &part.ty {
                Type::Table(own) => (Part::of(own.partitions), own.row.clone()),
                _ => (part_named(&part.name), table.row.clone()),
            };
            let rows = through(&table.rows, cut, partitions);
            let part_table = self.table(table.columns.clone(), rows, table.chosen.clone(), &row);
            self.keeps_order(&table, &part_table);
            (part.name.clone(), Fact::Table(part_table))
        });
        Fact::Record(parts.collect())
    }

    /// What another language gives: nothing is known of it but what it was given. Of equal rows and other arguments (`number`) it
    /// makes equal ones.
    pub fn foreign(&mut self, name: &Text, number: u64, tables: &[Arc<TableFacts>], value: &'p Typed) -> Fact<'p> {
        let Type::Table(made) = &value.ty else { return Fact::Unknown };
        let rows = tables.iter().fold(Arc::new([]) as Rows, |rows, table| union(&rows, &table.rows));
        let given: Vec<&Rows> = tables.iter().map(|table| &table.rows).collect();
        let kind = OriginKind::Made(name.clone(), number_of((number, given)));
        let origin = self.provenance.begin(kind, rows);
        let of: Vec<_> = tables.iter().flat_map(|table| table.columns.all()).collect();
        let columns = made.row.columns.iter().map(|column| {
            let inputs = of.iter().map(|of| Input { column: Some(*of), how: How::Perhaps }).collect();
            let maker = Maker::Step(name.clone(), value.span);
            (column.name.clone(), self.columns.add(column.name.clone(), maker, value.span, inputs))
        });
        let columns = ColumnsOf { named: columns.collect(), rest: Vec::new() };
        let rows = Arc::new([Stretch { origin, cuts: Vec::new() }]);
        Fact::Table(self.table(columns, rows, Vec::new(), &made.row))
    }
}

/// The columns that name a pair: those by which it is looked up; where it is judged, user and item.
fn pair_of(called: &Called<'_>, pairs: &TableFacts) -> Vec<ColumnId> {
    let by_roles = [Role::Group, Role::Id].map(|role| pairs.row.with_role(role).map(|column| &column.name));
    let names: Vec<&Text> = match called.argument("on") {
        Some(TypedArg::Columns(columns)) => columns.iter().map(|(name, _)| name).collect(),
        _ => by_roles.into_iter().flatten().collect(),
    };
    names.into_iter().filter_map(|name| pairs.columns.get(name)).collect()
}

/// Whether it is a part of a split.
fn is_of_split(ty: &Type) -> bool {
    match ty {
        Type::Table(table) => Part::of(table.partitions).is_some(),
        Type::Sequences(sequences) => Part::of(sequences.partitions).is_some(),
        _ => false,
    }
}

fn part_named(name: &str) -> Option<Part> {
    [Part::Train, Part::Valid, Part::Test].into_iter().find(|part| part.name() == name)
}

/// Where the call itself is, without the table piped into it.
pub fn own_span(call: &TypedCall, whole: Span, sources: &Sources) -> Span {
    let receiver = call.args.iter().find_map(|(_, arg)| match arg {
        TypedArg::Value(value) if value.span.file == whole.file && value.span.start == whole.start => {
            Some(value.span.end)
        }
        _ => None,
    });
    let Some(end) = receiver.filter(|end| *end < whole.end) else { return whole };
    let behind = sources.text(whole.file).get(end as usize..whole.end as usize).unwrap_or("");
    let offset = behind.find(call.name).and_then(|offset| u32::try_from(offset).ok()).unwrap_or(0);
    Span { start: end + offset, ..whole }
}
