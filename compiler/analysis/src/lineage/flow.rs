//! The walk over a program that gathers facts: pipelines in the order of their datasets, nodes for the arguments of
//! their calls.

use std::sync::{Arc, OnceLock};

use gml_diagnostics::Span;
use gml_ir::{Row, Type, Value};

use super::choice::Assumed;
use super::column::{ColumnId, Columns, Input, Maker};
use super::fact::{Around, ColumnsOf, Fact, Frame, LearnedFacts, Moment, NodeCall, TableFacts};
use super::number::{constant_number, number_of};
use super::rows::{OriginKind, Provenance, Rows, Stretch};
use crate::check::signature::{Signature, compile};
use crate::hash::{Map, Set};
use crate::package::{Package, SignatureId};
use crate::typed::{
    DatasetId, LibraryName, LocalId, NodeId, PipelineId, Text, Typed, TypedNode, TypedNodeBody, TypedParameter,
    TypedProgram, TypedStatement, TypedStatementKind,
};

/// Bodies of nodes that are looked at, at most: calls of calls multiply. Of what is beyond nothing is known.
const MOST_CALLS: usize = 100_000;
/// Calls within calls, at most.
const DEEPEST: usize = 200;

/// Tables by the place of the expression that gave them, and the part of the record that it gave.
pub(crate) type Given = Map<(Span, Option<Text>), Vec<Arc<TableFacts>>>;

/// Arguments of a node as far as facts differ by them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Table(u32),
    Number(u64),
    Parts(Vec<Key>),
}

impl Key {
    fn is_no_table(&self) -> bool {
        !matches!(self, Self::Table(_))
    }
}

/// A call of a node: which, what is given, and what is taken to be so meanwhile.
type CallKey = (*const TypedNode, Vec<Key>, Assumed);

/// The order of a table that was sorted.
#[derive(Clone, Debug)]
pub(super) struct Sorted {
    /// Equal orders have equal numbers.
    pub number: u64,
    /// The columns that decide it.
    pub by: Arc<[ColumnId]>,
}

/// What walks over parts of a program have in common.
pub(crate) struct Common<'p> {
    package: &'p Package,
    program: &'p TypedProgram,
    signatures: Vec<OnceLock<Arc<Signature>>>,
    writers: Map<DatasetId, Vec<PipelineId>>,
}

impl<'p> Common<'p> {
    /// Nothing of it is known yet but who saves what.
    pub fn of(package: &'p Package, program: &'p TypedProgram) -> Arc<Self> {
        let signatures = std::iter::repeat_with(OnceLock::new).take(package.signatures.len()).collect();
        Arc::new(Self { package, program, signatures, writers: writers(program) })
    }
}

/// What was gathered of a program, or of a part of it.
pub(crate) struct Flow<'p> {
    pub package: &'p Package,
    pub program: &'p TypedProgram,
    pub columns: Columns,
    pub provenance: Provenance,
    pub moments: Vec<Moment<'p>>,
    /// Columns of which datasets say that their values together occur once.
    pub unique: Vec<Vec<ColumnId>>,
    /// Targets that say whether rows are among others, with those others.
    pub(super) labelled: Map<ColumnId, Rows>,
    /// What the names of the body at hand stand for, by [`LocalId`].
    pub locals: Vec<Fact<'p>>,
    /// Calls around the body at hand.
    pub around: Around,
    /// Calls of nodes by pipelines that give tables.
    pub node_calls: Vec<NodeCall>,
    /// Nodes that were called.
    pub called: Set<NodeId>,
    /// What is taken to be so where the walk is now.
    pub(super) assumed: Assumed,
    /// How often a way was walked by itself.
    pub(super) ways: usize,
    /// Numbers of constants that nodes were called with.
    pub(super) constants: Set<u64>,
    /// Tables that were sorted, with their order.
    pub(super) orders: Map<u32, Sorted>,
    /// Constants that names were bound to, by number.
    pub(super) written: Map<u64, Value>,
    /// Columns that a model adds, with the model and the rows.
    pub(super) predictions: Map<ColumnId, (Arc<LearnedFacts<'p>>, Arc<TableFacts>)>,
    /// Columns of single rows in what is told by the statement at hand.
    pub(super) telling: Option<Vec<ColumnId>>,
    common: Arc<Common<'p>>,
    /// What is known of datasets that were read or saved.
    datasets: Map<DatasetId, Fact<'p>>,
    /// Pipelines that were begun, by place.
    pipelines: Set<usize>,
    calls: Map<CallKey, Fact<'p>>,
    /// The tables that steps gave, where they are asked for: by the place of the expression and the part of a record.
    given: Option<Given>,
    count: usize,
    depth: usize,
    tables: u32,
}

impl<'p> Flow<'p> {
    fn new(common: Arc<Common<'p>>) -> Self {
        Self {
            package: common.package,
            program: common.program,
            columns: Columns::default(),
            provenance: Provenance::default(),
            moments: Vec::new(),
            unique: Vec::new(),
            labelled: Map::default(),
            locals: Vec::new(),
            around: None,
            node_calls: Vec::new(),
            called: Set::default(),
            assumed: Assumed::default(),
            ways: 0,
            constants: Set::default(),
            orders: Map::default(),
            written: Map::default(),
            predictions: Map::default(),
            telling: None,
            common,
            datasets: Map::default(),
            pipelines: Set::default(),
            calls: Map::default(),
            given: None,
            count: 0,
            depth: 0,
            tables: 0,
        }
    }

    /// Walks over a program, but for nodes that no pipeline calls: they have no part in any dataset.
    pub fn of(package: &'p Package, program: &'p TypedProgram) -> Self {
        let mut flow = Self::new(Common::of(package, program));
        (0..program.pipelines.len()).for_each(|place| flow.pipeline(place));
        flow
    }

    /// The same, keeping what every step gave.
    pub fn with_steps(package: &'p Package, program: &'p TypedProgram) -> Self {
        let mut flow = Self::new(Common::of(package, program));
        flow.given = Some(Given::default());
        (0..program.pipelines.len()).for_each(|place| flow.pipeline(place));
        flow
    }

    /// What steps gave; see [`Flow::with_steps`].
    pub fn take_given(&mut self) -> Given {
        self.given.take().unwrap_or_default()
    }

    /// Keeps what the expression at a place gave. A node that is called again and again gives something each time.
    pub fn gives(&mut self, span: Span, fact: &Fact<'p>) {
        let Some(given) = &mut self.given else { return };
        let mut keep = |part: Option<Text>, table: &Arc<TableFacts>| {
            let tables = given.entry((span, part)).or_default();
            if !tables.iter().any(|known| known.id == table.id) {
                tables.push(table.clone());
            }
        };
        let mut waiting = vec![fact];
        while let Some(fact) = waiting.pop() {
            match fact {
                Fact::Table(table) => keep(None, table),
                Fact::Record(parts) => {
                    for (part, fact) in parts.iter() {
                        fact.each_table(&mut |table| keep(Some(part.clone()), table));
                    }
                }
                Fact::Choice(_, ways) => waiting.extend(ways.iter().rev()),
                _ => {}
            }
        }
    }

    /// Walks over some pipelines, and over those that save what they read.
    pub fn of_pipelines(common: &Arc<Common<'p>>, places: &[usize]) -> Self {
        let mut flow = Self::new(common.clone());
        places.iter().for_each(|place| flow.pipeline(*place));
        flow
    }

    /// Walks over a node for arguments of which nothing is known but their types.
    pub fn of_node(common: &Arc<Common<'p>>, node: &'p Arc<TypedNode>) -> Self {
        let mut flow = Self::new(common.clone());
        flow.by_itself(node);
        flow
    }

    /// The signature of that id.
    pub fn signature(&self, id: SignatureId) -> Arc<Signature> {
        self.common.signatures[id.0 as usize].get_or_init(|| Arc::new(compile(self.package, id))).clone()
    }

    /// What is known of a dataset, where the program reads or saves it.
    pub fn dataset_facts(&self, id: DatasetId) -> Option<&Fact<'p>> {
        self.datasets.get(&id)
    }

    fn pipeline(&mut self, place: usize) {
        let Some(pipeline) = self.program.pipelines.get(place) else { return };
        if !self.pipelines.insert(place) {
            return;
        }
        let locals = std::mem::take(&mut self.locals);
        let around = self.around.take();
        let assumed = std::mem::take(&mut self.assumed);
        self.bind_params(&pipeline.params);
        self.statements(&pipeline.body);
        self.locals = locals;
        self.around = around;
        self.assumed = assumed;
    }

    /// Parameters of which no argument is known: tables of their own, numbers of their own.
    fn bind_params(&mut self, params: &'p [TypedParameter]) {
        for param in params {
            let span = param.default.as_ref().map_or(Span::NOWHERE, |default| default.span);
            let fact = match &param.ty {
                Type::Table(table) => self.given_table(&table.row, span, u64::from(param.local.0)),
                _ => match (&param.default, self.open_parameter(param)) {
                    (_, Some(fact)) => fact,
                    (Some(default), _) => self.value(default),
                    (None, _) => settled(param),
                },
            };
            self.bind(param.local, fact);
        }
    }

    /// A parameter of a pipeline on which an `if` may depend: a run may give another value than the default. Where the name and
    /// the default are the same, the value is taken to be.
    fn open_parameter(&mut self, param: &'p TypedParameter) -> Option<Fact<'p>> {
        if !matches!(param.ty.non_null(), Type::Bool | Type::Str | Type::Enum(_)) {
            return None;
        }
        let default = param.default.as_ref().map(|default| self.number(default, None));
        Some(Fact::Value(number_of((&param.name, default)), Arc::new([])))
    }

    /// A node that nothing calls.
    fn by_itself(&mut self, node: &'p Arc<TypedNode>) {
        let TypedNodeBody::Block(..) = &node.body else { return };
        let locals = std::mem::take(&mut self.locals);
        for (place, param) in node.params.iter().enumerate() {
            let fact = match &param.ty {
                Type::Table(table) => {
                    let span = Span { start: node.span.start, ..node.span };
                    self.given_table(&table.row, span, place as u64)
                }
                _ => settled(param),
            };
            self.bind(param.local, fact);
        }
        self.block(node);
        self.locals = locals;
    }

    fn statements(&mut self, body: &'p [TypedStatement]) {
        for statement in body {
            match &statement.kind {
                TypedStatementKind::Let(local, value) => {
                    let fact = self.value(value);
                    self.bind(*local, fact);
                }
                TypedStatementKind::Save { value, dataset } => self.save(value, *dataset),
                TypedStatementKind::Track(value) => drop(self.told(value)),
                TypedStatementKind::Expect { condition, .. } => drop(self.told(condition)),
                TypedStatementKind::When { condition, body } => {
                    self.value(condition);
                    let test = self.test(condition);
                    if test.given(&self.assumed) != Some(false) {
                        self.under(&test, true, |flow| flow.statements(body));
                    }
                }
                TypedStatementKind::For { local, items, body } => {
                    let items = self.value(items);
                    self.each_way_of(items, |flow, items| {
                        for item in items.items() {
                            flow.bind(*local, item);
                            flow.statements(body);
                        }
                        Fact::Unknown
                    });
                }
                // Its body is looked at by itself, for arguments of which nothing is known.
                TypedStatementKind::Run { args, .. } => args.iter().flatten().for_each(|arg| drop(self.value(arg))),
            }
        }
    }

    fn save(&mut self, value: &'p Typed, dataset: DatasetId) {
        let fact = self.told(value);
        let Some(entry) = self.program.datasets.get(dataset.0 as usize) else { return };
        fact.each_table(&mut |table| self.targeted(table, value.span, || format!("saved as `{}`", entry.name)));
        let fact = match (self.datasets.remove(&dataset), fact) {
            (before, fact) if !self.assumed.is_empty() => {
                let before = before.unwrap_or_default();
                self.assumed.iter().rev().fold(fact, |fact, (condition, truth)| match truth {
                    true => Fact::choice(*condition, fact, before.clone()),
                    false => Fact::choice(*condition, before.clone(), fact),
                })
            }
            (Some(Fact::Table(before)), Fact::Table(now)) => Fact::Table(self.either(&before, &now, value.span)),
            (_, fact) => fact,
        };
        self.datasets.insert(dataset, fact);
    }

    /// A table with a target is declared or stored: it is meant to be learned from.
    pub fn targeted(&mut self, table: &Arc<TableFacts>, span: Span, what: impl FnOnce() -> String) {
        if table.row.with_role(gml_ir::Role::Target).is_some() {
            self.moments.push(Moment::Targeted { table: table.clone(), span, what: what() });
        }
    }

    /// A dataset, read: what was saved under it, or columns of its own.
    pub fn dataset(&mut self, id: DatasetId, value: &'p Typed) -> Fact<'p> {
        if let Some(pipelines) = self.common.writers.get(&id).cloned() {
            pipelines.into_iter().for_each(|pipeline| self.pipeline(pipeline.0 as usize));
        }
        if let Some(fact) = self.datasets.get(&id) {
            return self.on_this_way(fact);
        }
        let Type::Table(table) = &value.ty else { return Fact::Unknown };
        let declared = self.program.datasets.get(id.0 as usize).map_or(value.span, |entry| entry.span);
        let columns = table.row.columns.iter().map(|column| {
            (column.name.clone(), self.columns.add(column.name.clone(), Maker::Dataset(id), declared, Vec::new()))
        });
        let mut columns = ColumnsOf { named: columns.collect(), rest: Vec::new() };
        if table.row.open {
            columns.rest.push(self.columns.add("..".into(), Maker::Dataset(id), declared, Vec::new()));
        }
        for unique in &table.row.unique {
            self.unique.extend(unique.iter().map(|name| columns.get(name)).collect::<Option<Vec<_>>>());
        }
        let origin = self.provenance.begin(OriginKind::Dataset(id), Arc::new([]));
        let rows: Rows = Arc::new([Stretch { origin, cuts: Vec::new() }]);
        let fact = Fact::Table(self.table(columns, rows, Vec::new(), &table.row));
        self.datasets.insert(id, fact.clone());
        fact
    }

    /// A table of which nothing is known but its columns.
    pub fn given_table(&mut self, row: &Arc<Row>, span: Span, number: u64) -> Fact<'p> {
        let columns = row
            .columns
            .iter()
            .map(|column| (column.name.clone(), self.columns.add(column.name.clone(), Maker::Given, span, Vec::new())));
        let mut columns = ColumnsOf { named: columns.collect(), rest: Vec::new() };
        if row.open {
            columns.rest.push(self.columns.add("..".into(), Maker::Given, span, Vec::new()));
        }
        // A place of its own for every parameter.
        let at = Span { end: span.end.wrapping_add(u32::try_from(number).unwrap_or(0)), ..span };
        let origin = self.provenance.begin(OriginKind::Given(at), Arc::new([]));
        let rows: Rows = Arc::new([Stretch { origin, cuts: Vec::new() }]);
        Fact::Table(self.table(columns, rows, Vec::new(), row))
    }

    /// A table; its targets are remembered as such.
    pub fn table(&mut self, columns: ColumnsOf, rows: Rows, chosen: Vec<ColumnId>, row: &Arc<Row>) -> Arc<TableFacts> {
        for column in row.columns.iter().filter(|column| column.role == Some(gml_ir::Role::Target)) {
            if let Some(id) = columns.get(&column.name) {
                self.columns.mark_target(id);
            }
        }
        self.tables += 1;
        Arc::new(TableFacts { id: self.tables, columns, rows, chosen, row: row.clone() })
    }

    /// Notes that the rows of a table are in the order of another one.
    pub fn keeps_order(&mut self, of: &TableFacts, table: &TableFacts) {
        if let Some(order) = self.orders.get(&of.id) {
            let order = order.clone();
            self.orders.insert(table.id, order);
        }
    }

    /// The columns by which the rows of a table were sorted: what looks at the first of them is decided by these.
    pub(crate) fn sorted_by(&self, table: &TableFacts) -> &[ColumnId] {
        self.orders.get(&table.id).map_or(&[], |order| &order.by)
    }

    /// A table that is one or the other, or both below each other.
    pub fn either(&mut self, a: &TableFacts, b: &TableFacts, span: Span) -> Arc<TableFacts> {
        let columns = self.merged((&a.columns, &a.rows), (&b.columns, &b.rows), "union", span);
        let rows = super::rows::union(&a.rows, &b.rows);
        let chosen = a.chosen.iter().chain(&b.chosen).copied().collect();
        self.table(columns, rows, chosen, &a.row)
    }

    /// Columns that have their values from either, each for the rows of its own.
    pub fn merged(
        &mut self,
        (a, rows_of_a): (&ColumnsOf, &Rows),
        (b, rows_of_b): (&ColumnsOf, &Rows),
        step: LibraryName,
        span: Span,
    ) -> ColumnsOf {
        use super::column::How;
        let mut merged = a.clone();
        for (name, other) in &b.named {
            match a.get(name) {
                Some(own) if own == *other => {}
                Some(own) => {
                    let inputs = [(own, rows_of_a), (*other, rows_of_b)]
                        .map(|(column, rows)| Input { column: Some(column), how: How::Branch(rows.clone()) });
                    let maker = Maker::Step(step.into(), span);
                    merged.set(name, self.columns.add(name.clone(), maker, span, inputs.into()));
                }
                None => merged.set(name, *other),
            }
        }
        merged.rest.extend(b.rest.iter().filter(|column| !a.rest.contains(column)));
        merged
    }

    /// Gives a name of the body at hand its meaning.
    pub fn bind(&mut self, local: LocalId, fact: Fact<'p>) {
        let place = local.0 as usize;
        if self.locals.len() <= place {
            self.locals.resize_with(place + 1, Fact::default);
        }
        self.locals[place] = fact;
    }

    /// The value of a node for these arguments.
    pub fn node(
        &mut self,
        id: NodeId,
        args: &'p [Option<Typed>],
        instance: Option<&'p Arc<TypedNode>>,
        value: &'p Typed,
    ) -> Fact<'p> {
        self.called.insert(id);
        let given: Vec<Fact<'p>> =
            args.iter().map(|arg| arg.as_ref().map_or(Fact::Unknown, |arg| self.value(arg))).collect();
        let Some(node) = instance.or_else(|| self.program.nodes.get(id.0 as usize)) else { return Fact::Unknown };
        self.note_constants(args.iter().flatten());
        self.note_constants(node.params.iter().filter_map(|param| param.default.as_ref()));
        self.in_each_way(given, &mut |flow, given| flow.node_in_one_way(node, &given, args, value))
    }

    fn node_in_one_way(
        &mut self,
        node: &'p Arc<TypedNode>,
        given: &[Fact<'p>],
        args: &'p [Option<Typed>],
        value: &'p Typed,
    ) -> Fact<'p> {
        let mut tables = Vec::new();
        for (fact, arg) in given.iter().zip(args) {
            if let Some(arg) = arg {
                fact.tables_within(&mut |table| tables.push((arg.span, table.clone())));
            }
        }
        let result = self.node_result(node, given, args, &tables, value);
        if self.around.is_none() {
            result.each_table(&mut |result| {
                self.node_calls.push(NodeCall { tables: tables.clone(), result: result.clone() });
            });
        }
        result
    }

    /// Constants that decide, where a node is called with them, which way it goes.
    fn note_constants(&mut self, given: impl Iterator<Item = &'p Typed>) {
        let words = given
            .filter_map(Typed::literal)
            .filter(|word| matches!(word, Value::Str(_) | Value::Bool(_) | Value::Null));
        self.constants.extend(words.map(constant_number));
    }

    fn node_result(
        &mut self,
        node: &'p Arc<TypedNode>,
        given: &[Fact<'p>],
        args: &'p [Option<Typed>],
        tables: &[(Span, Arc<TableFacts>)],
        value: &'p Typed,
    ) -> Fact<'p> {
        if let TypedNodeBody::Foreign { .. } = &node.body {
            let tables: Vec<Arc<TableFacts>> = tables.iter().map(|(_, table)| table.clone()).collect();
            let others = given.iter().zip(args).map(|(fact, arg)| self.key(fact, arg.as_ref()));
            let number = number_of((Arc::as_ptr(node) as usize, others.filter(Key::is_no_table).collect::<Vec<_>>()));
            return self.foreign(&node.name, number, &tables, value);
        }
        let keys = given.iter().zip(args).map(|(fact, arg)| self.key(fact, arg.as_ref())).collect();
        let key = (Arc::as_ptr(node), keys, self.assumed.clone());
        if let Some(known) = self.calls.get(&key) {
            return known.clone();
        }
        self.count += 1;
        if self.count > MOST_CALLS || self.depth > DEEPEST {
            return Fact::Unknown;
        }
        let frame = Frame { node: node.name.clone(), tables: tables.to_vec(), around: self.around.clone() };
        let around = self.around.replace(Arc::new(frame));
        let locals = std::mem::take(&mut self.locals);
        let telling = self.telling.take();
        self.depth += 1;
        for (place, param) in node.params.iter().enumerate() {
            let fact = match (given.get(place), args.get(place), &param.default) {
                (Some(fact), Some(Some(_)), _) => fact.clone(),
                (_, _, Some(default)) => self.value(default),
                _ => Fact::Unknown,
            };
            self.bind(param.local, fact);
        }
        let result = self.block(node);
        self.depth -= 1;
        self.locals = locals;
        self.telling = telling;
        self.around = around;
        self.calls.insert(key, result.clone());
        result
    }

    fn block(&mut self, node: &'p TypedNode) -> Fact<'p> {
        let TypedNodeBody::Block(lets, result) = &node.body else { return Fact::Unknown };
        for (local, value) in lets {
            let fact = self.value(value);
            self.bind(*local, fact);
        }
        let fact = self.value(result);
        if matches!(&node.result, Type::Table(declared) if declared.row.schema.is_some()) {
            fact.each_table(&mut |table| self.targeted(table, node.span, || format!("what `{}` gives", node.name)));
        }
        fact
    }
}

/// A parameter of which no argument is known, but that it is the same for all rows.
fn settled<'p>(param: &TypedParameter) -> Fact<'p> {
    match param.ty.non_null() {
        Type::Date | Type::Timestamp | Type::Duration | Type::Int(_) | Type::Float => {
            Fact::Value(number_of((&param.name, "given")), Arc::new([]))
        }
        _ => Fact::Unknown,
    }
}

/// The table of a fact that is one.
pub(super) fn table_of(fact: &Fact<'_>) -> Option<Arc<TableFacts>> {
    match fact {
        Fact::Table(table) => Some(table.clone()),
        _ => None,
    }
}

fn writers(program: &TypedProgram) -> Map<DatasetId, Vec<PipelineId>> {
    let mut writers: Map<DatasetId, Vec<PipelineId>> = Map::default();
    for (place, pipeline) in program.pipelines.iter().enumerate() {
        let id = PipelineId(u32::try_from(place).unwrap_or(u32::MAX));
        let mut waiting: Vec<&TypedStatement> = pipeline.body.iter().collect();
        while let Some(statement) = waiting.pop() {
            match &statement.kind {
                TypedStatementKind::Save { dataset, .. } => writers.entry(*dataset).or_default().push(id),
                TypedStatementKind::When { body, .. } | TypedStatementKind::For { body, .. } => waiting.extend(body),
                _ => {}
            }
        }
    }
    writers
}
