//! The arguments of a call held against its signature.

use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::{Partitions, Row, Type, Value as Constant};
use gml_syntax::ast::SignatureKind;
use smallvec::SmallVec;

use super::choose::{self, Ready};
use super::shapes::{self, Bound, Variables};
use crate::check::body::Body;
use crate::check::learned::{Origin, Pending};
use crate::check::message::{self, Want};
use crate::check::signature::{Default, Param, ParamKind, RowShape, Shape, Signature, Variable};
use crate::check::value::{Facts, Space, Value};
use crate::inspect::Meaning;
use crate::package::Definition;
use crate::typed::{LibraryName, Text, TypedArg};
use crate::types::decimal::is_decimal;

use super::Given;

/// Arguments that were checked, and what they say of the result.
#[derive(Debug)]
pub(in crate::check) struct Arguments<'a> {
    /// By parameter.
    pub typed: Vec<Option<TypedArg>>,
    /// What the variables stand for.
    pub variables: Variables,
    /// The constants that were given and are put together of others: see [`Self::constant`].
    constants: Vec<(usize, Constant)>,
    /// When the last of them is known.
    pub space: Space,
    /// Whether a null among them makes the result null.
    pub lifted: bool,
    /// Whether only the run knows if there is such a null among them.
    pub maybe_lifted: bool,
    /// Parts of a split that the rows of table arguments come from.
    pub partitions: Partitions,
    /// Where that split was made.
    pub split: Option<Span>,
    /// Where the first of them that has learned comes from.
    pub origin: Option<Origin>,
    /// Rows of the test part that take part in learning: as rows of which part, where they stand, and where the split was made.
    pub(super) test_rows: Vec<(Partitions, Span, Option<Span>)>,
    /// Whether there was an error.
    pub failed: bool,
    /// Values that wait for the variables to be bound.
    pub(super) waiting: Vec<(usize, Value<'a>)>,
    /// For a union: the rows of its tables, to be made alike.
    pub(super) tables: SmallVec<[(usize, Arc<Row>); 2]>,
    /// The types of estimators and what is known of them: see [`Self::estimator`].
    estimators: Vec<(usize, Learner<'a>)>,
    /// For a block of tables: the row and the place of each.
    pub(super) parts: Vec<(Text, Arc<Row>, Span)>,
    /// Tables whose rows must have more where another argument is a certain word: the row and the place of each.
    pub(super) by_word: Vec<(usize, Arc<Row>, Span)>,
}

/// An estimator that was given.
#[derive(Clone, Debug)]
pub(in crate::check) struct Learner<'a> {
    /// Its type.
    pub ty: Type,
    /// How to know what it learns.
    pub facts: Option<Arc<Facts<'a>>>,
}

impl<'a> Arguments<'a> {
    fn new(signature: &Signature) -> Self {
        Self {
            typed: vec![None; signature.params.len()],
            variables: Variables::new(signature),
            constants: Vec::new(),
            space: Space::Const,
            lifted: false,
            maybe_lifted: false,
            partitions: Partitions::NONE,
            split: None,
            origin: None,
            test_rows: Vec::new(),
            failed: false,
            waiting: Vec::new(),
            tables: SmallVec::new(),
            estimators: Vec::new(),
            parts: Vec::new(),
            by_word: Vec::new(),
        }
    }

    /// The constant of a parameter, given or default, where it is written out.
    pub fn constant(&self, place: usize) -> Option<&Constant> {
        let given = self.constants.iter().find(|(of, _)| *of == place).map(|(_, constant)| constant);
        given.or_else(|| match self.typed.get(place)? {
            Some(TypedArg::Value(value)) => crate::check::value::constant(value),
            _ => None,
        })
    }

    pub(super) fn set_constant(&mut self, place: usize, constant: Option<Constant>) {
        self.constants.extend(constant.map(|constant| (place, constant)));
    }

    /// The estimator that a parameter was given.
    pub fn estimator(&self, place: usize) -> Option<&Learner<'a>> {
        self.estimators.iter().find(|(of, _)| *of == place).map(|(_, learner)| learner)
    }

    pub fn set_estimator(&mut self, place: usize, learner: Learner<'a>) {
        self.estimators.push((place, learner));
    }

    /// Arguments by name in the order of the signature.
    pub fn named(&mut self, signature: &Signature) -> Vec<(LibraryName, TypedArg)> {
        let typed = std::mem::take(&mut self.typed);
        // They stay for as long as the program: no more room than they need.
        let mut named = Vec::with_capacity(typed.iter().flatten().count());
        let params = signature.params.iter().zip(typed);
        named.extend(params.filter_map(|(param, arg)| Some((param.name, arg?))));
        named
    }
}

/// The phase of values.
const VALUES: u8 = 4;
/// The order in which arguments are looked at: what binds rows before what is read in them.
fn phase(kind: &ParamKind, of: SignatureKind, params: &[Param]) -> u8 {
    match kind {
        ParamKind::Learned(_) | ParamKind::LearnedList(_) | ParamKind::Schema(_) => 0,
        ParamKind::Table { row: RowShape::Variable(_), .. } | ParamKind::Tables(RowShape::Variable(_)) => 1,
        ParamKind::Sequences { .. } | ParamKind::SequencesList { .. } | ParamKind::Parts { .. } => 1,
        // What the rows must have is known only when the keys are.
        ParamKind::Table { row, .. } | ParamKind::Tables(row) if names_keys(row, params) => 6,
        ParamKind::Table { .. } | ParamKind::Tables(_) => 2,
        // The type of a column says what constants beside it must be; those of list functions need the list first.
        ParamKind::Row { .. } if of == SignatureKind::Operator => 3,
        ParamKind::Value { .. } | ParamKind::EntryColumn | ParamKind::EntryColumns | ParamKind::Results { .. } => {
            VALUES
        }
        ParamKind::Keys { .. } | ParamKind::Columns { .. } | ParamKind::Order { .. } | ParamKind::Renames { .. } => 5,
        ParamKind::Row { .. } => 6,
        ParamKind::Windows { .. } | ParamKind::Aggregates { .. } | ParamKind::Aggregate { .. } => 7,
        ParamKind::Estimator { .. } => 8,
        ParamKind::Space { .. } => 9,
    }
}

/// Parameters in the order in which their arguments are looked at.
pub(in crate::check) fn order(params: &[Param], of: SignatureKind) -> Vec<(u8, usize)> {
    let mut order: Vec<_> = params.iter().enumerate().map(|(at, param)| (phase(&param.kind, of, params), at)).collect();
    order.sort_unstable();
    order
}

/// Whether a row demands columns that another argument names.
fn names_keys(row: &RowShape, params: &[Param]) -> bool {
    match row {
        RowShape::And(left, right) => names_keys(left, params) || names_keys(right, params),
        RowShape::Variable(variable) => {
            params.iter().any(|param| matches!(&param.kind, ParamKind::Keys { made, .. } if made == variable))
        }
        _ => false,
    }
}

impl<'a> Body<'a> {
    /// Checks the arguments of a call. `preset` is what another call bound (an estimator's rows, where it is fitted).
    pub fn arguments(
        &mut self,
        call: &Pending<'a>,
        mut ready: Ready<'a>,
        preset: Option<(Variable, Bound)>,
    ) -> Arguments<'a> {
        let signature = &call.signature;
        let mut arguments = Arguments::new(signature);
        match preset {
            Some((variable, Bound::Row(row))) => arguments.variables.set_row(variable, row),
            Some((variable, Bound::Type(ty))) => arguments.variables.set_type(variable, ty),
            None => {}
        }
        let mut settled = false;
        for (phase, place) in signature.order.iter().copied() {
            if phase > VALUES && !settled {
                settled = true;
                self.settle_values(call, &mut arguments);
            }
            match &call.given[place] {
                Some(given) => self.argument(call, place, *given, &mut ready, &mut arguments),
                None => self.left_out(signature, place, &mut arguments),
            }
        }
        if !settled {
            self.settle_values(call, &mut arguments);
        }
        self.learned_from_test_rows(call, &arguments);
        self.fitting_fill(call, &mut arguments);
        self.roles_by_word(call, &mut arguments);
        self.together(call, &arguments);
        arguments
    }

    fn argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        ready: &mut Ready<'a>,
        arguments: &mut Arguments<'a>,
    ) {
        let kind = &call.signature.params[place].kind;
        match kind {
            ParamKind::Table { row, within } => {
                let value = self.standing_alone(given, ready, None);
                self.table_argument(call, place, value, row, *within, arguments);
            }
            ParamKind::Tables(row) => self.tables_argument(call, place, given, ready, row, arguments),
            ParamKind::Sequences { keys, item, within } => {
                let value = self.standing_alone(given, ready, None);
                self.sequences_argument(call, place, value, (*keys, *item), *within, arguments);
            }
            ParamKind::SequencesList { keys, item } => {
                self.sequences_list_argument(call, place, given, ready, (*keys, *item), arguments);
            }
            ParamKind::Parts { common, made } => self.parts_argument(call, place, given, *common, *made, arguments),
            ParamKind::Results { made } => self.results_argument(call, place, given, *made, arguments),
            ParamKind::Space { of } => self.space_argument(call, place, given, *of, arguments),
            ParamKind::EntryColumn => self.entry_column_argument(call, place, given, arguments),
            ParamKind::EntryColumns => self.entry_columns_argument(call, place, given, arguments),
            ParamKind::LearnedList(shape) => self.learned_list_argument(call, place, given, ready, shape, arguments),
            // What was learned is the same for every row: in an expression over rows it stands for itself.
            ParamKind::Learned(shape) => {
                let value = self.in_frame(None, |body| body.standing_alone(given, ready, None));
                self.learned_argument(call, place, value, shape, arguments);
            }
            ParamKind::Estimator { of, learns } => {
                let value = self.standing_alone(given, ready, None);
                self.estimator_argument(call, place, value, *of, learns, arguments);
            }
            ParamKind::Schema(variable) => self.schema_argument(call, place, given, *variable, arguments),
            ParamKind::Value { ty, constant } => {
                self.value_argument(call, place, given, ready, ty, *constant, arguments)
            }
            ParamKind::Keys { of, made, one } => {
                self.keys_argument(call, place, given, of, *made, arguments);
                if *one {
                    self.one_key(call, place, given, arguments);
                }
            }
            ParamKind::Order { of } => self.order_argument(call, place, given, *of, arguments),
            ParamKind::Renames { of, old, new } => {
                self.renames_argument(call, place, given, *of, *old, *new, arguments)
            }
            ParamKind::Columns { of, made } => self.columns_argument(call, place, given, *of, *made, arguments),
            ParamKind::Windows { of, made } => self.windows_argument(call, place, given, *of, *made, arguments),
            ParamKind::Aggregates { of, made } => self.aggregates_argument(call, place, given, *of, *made, arguments),
            ParamKind::Aggregate { of, ty } => self.aggregate_argument(call, place, given, *of, ty, arguments),
            ParamKind::Row { over, ty } => self.row_argument(call, place, given, *over, ty, arguments),
        }
    }

    /// A value that is no expression over the row at hand of the operator.
    pub(super) fn standing_alone(
        &mut self,
        given: Given<'a>,
        ready: &mut Ready<'a>,
        expected: Option<&Type>,
    ) -> Value<'a> {
        match given {
            Given::Expr(expr) => match choose::taken(ready, expr) {
                Some(value) => value,
                None => self.expr(expr, expected),
            },
            Given::Block(bindings, span) => {
                self.emit(message::calls::misplaced_columns(bindings, span));
                Value::error(span)
            }
        }
    }

    /// A value: checked now, converted once all variables are bound.
    #[allow(clippy::too_many_arguments, reason = "what an argument is held against")]
    fn value_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        ready: &mut Ready<'a>,
        shape: &Shape,
        constant: bool,
        arguments: &mut Arguments<'a>,
    ) {
        let due = shapes::instantiate(shape, &arguments.variables);
        // A range whose bounds nothing says yet says what they are.
        let says_nothing = match &due {
            Type::Range(bound) => **bound == Type::Unknown,
            due => *due == Type::Unknown,
        };
        let due = (!says_nothing).then_some(due);
        let within = matches!(call.signature.kind, SignatureKind::Aggregate | SignatureKind::Window) && !constant;
        let value = if within {
            let frame = self.within_frame(call);
            self.in_frame(frame, |body| body.standing_alone(given, ready, due.as_ref()))
        } else if call.signature.kind == SignatureKind::Operator {
            self.in_frame(None, |body| body.standing_alone(given, ready, due.as_ref()))
        } else {
            self.standing_alone(given, ready, due.as_ref())
        };
        let value = match &due {
            Some(due) => self.beside(value, due),
            None => value,
        };
        self.numbers_beside(call, shape, &value, arguments);
        arguments.variables.infer(shape, value.ty());
        arguments.waiting.push((place, value));
    }

    /// Numbers written out that came before a decimal of the same variable are decimals too.
    fn numbers_beside(&self, call: &Pending<'a>, shape: &Shape, value: &Value<'a>, arguments: &mut Arguments<'a>) {
        let Shape::Variable(variable) = shape else { return };
        if !is_decimal(value.ty()) || !arguments.variables.ty(*variable).is_some_and(Type::is_numeric) {
            return;
        }
        arguments.variables.forget(*variable);
        for (place, before) in &mut arguments.waiting {
            let ParamKind::Value { ty, .. } = &call.signature.params[*place].kind else { continue };
            if matches!(ty, Shape::Variable(of) if of == variable) {
                *before = self.beside(before.clone(), value.ty());
                arguments.variables.infer(ty, before.ty());
            }
        }
    }

    /// Rows of the test part that a call learns from, or tunes on where its estimator says so.
    fn learned_from_test_rows(&mut self, call: &Pending<'a>, arguments: &Arguments<'a>) {
        let is_search =
            |(_, learner): &(usize, Learner<'a>)| learner.facts.as_ref().is_some_and(|facts| facts.search.is_some());
        let tunes = arguments.estimators.iter().any(is_search);
        for (part, at, split) in &arguments.test_rows {
            self.emit(message::learning::test_rows(call, *part, *at, *split, tunes));
        }
    }

    /// An argument that was not given.
    fn left_out(&mut self, signature: &Signature, place: usize, arguments: &mut Arguments<'a>) {
        let param = &signature.params[place];
        if let Some(Default::Constant(typed)) = &param.default {
            arguments.typed[place] = Some(TypedArg::Value(typed.clone()));
        }
        if let ParamKind::Keys { made, .. } = &param.kind {
            arguments.variables.set_row(*made, Arc::default());
        }
    }

    fn schema_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        variable: Variable,
        arguments: &mut Arguments<'a>,
    ) {
        let Given::Expr(expr) = given else { return };
        let gml_syntax::ast::ExprKind::Name(name) = &expr.kind else {
            let want = Want::argument(call.signature.name, call.signature.params[place].name);
            self.emit(message::calls::schema_wanted(&want, expr.span));
            arguments.failed = true;
            return;
        };
        let name = gml_syntax::ast::Name { text: name.clone(), span: expr.span };
        let scope = crate::types::TypeScope::new(self.shared.package, self.module);
        match scope.schema_named(&name, &mut self.diagnostics) {
            Some(id) => {
                self.note(expr.span, || Meaning::Declared(Definition::Schema(id)));
                let row = self.shared.package.schemas[id.0 as usize].row.clone();
                arguments.variables.set_row(variable, row.clone());
                arguments.typed[place] = Some(TypedArg::Schema(row));
            }
            None => arguments.failed = true,
        }
    }
}
