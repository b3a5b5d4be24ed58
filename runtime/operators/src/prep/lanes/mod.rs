//! A fitted recipe on values at hand: which columns it reads is looked up once, and each step is a loop.

mod change;
mod lookup;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::Row;

use super::recipe::Recipe;
use super::step::{DATE_PARTS, Step};
use super::values::{Cell, Kind};
use crate::scoring::{Form, Lane};
use change::Change;
use lookup::Lookup;

/// One change of one column: the lane that it reads, and those that it makes.
struct Op {
    from: usize,
    to: Range<usize>,
    change: Change,
}

/// A recipe whose columns are places among lanes.
pub(crate) struct LaneRecipe {
    inputs: Vec<(Arc<str>, Kind)>,
    ops: Vec<Op>,
    /// The lanes that are wanted of it.
    wanted: Vec<usize>,
    lanes: usize,
}

/// Where the columns are while the steps are gone through.
struct Places<'r> {
    row: &'r Row,
    inputs: Vec<(Arc<str>, Kind)>,
    /// The place of each input among the lanes.
    of_inputs: Vec<usize>,
    /// By name; none where a step took the column away.
    known: HashMap<String, Option<(usize, Form)>>,
    lanes: usize,
}

impl Places<'_> {
    /// The place of a column and its form; a column that no step made is an input.
    fn get(&mut self, name: &str) -> Option<(usize, Form)> {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let column = self.row.get(name)?;
        let form = Form::of(&column.ty)?;
        let place = self.add(name, form);
        self.inputs.push((Arc::clone(&column.name), form.kind()));
        self.of_inputs.push(place);
        Some((place, form))
    }

    fn add(&mut self, name: &str, form: Form) -> usize {
        self.known.insert(name.to_owned(), Some((self.lanes, form)));
        self.lanes += 1;
        self.lanes - 1
    }
}

impl LaneRecipe {
    /// The recipe for rows of this type, of which columns are wanted. `None` where a step or a column has no form here: then a
    /// query has to do.
    pub(crate) fn of(recipe: &Recipe, row: &Row, wanted: &[(Arc<str>, Kind)]) -> Option<Self> {
        let mut places = Places { row, inputs: Vec::new(), of_inputs: Vec::new(), known: HashMap::new(), lanes: 0 };
        let mut ops = Vec::new();
        for step in &recipe.steps {
            compile(step, &mut places, &mut ops)?;
        }
        let found = wanted
            .iter()
            .map(|(name, kind)| places.get(name).filter(|(_, form)| form.kind() == *kind).map(|(place, _)| place));
        let found = found.collect::<Option<Vec<_>>>()?;
        // Inputs stand first.
        let order = order(&places);
        let moved = |place: usize| order[place];
        for op in &mut ops {
            op.from = moved(op.from);
            op.to = if op.to.is_empty() { 0..0 } else { moved(op.to.start)..moved(op.to.end - 1) + 1 };
        }
        let wanted = found.into_iter().map(moved).collect();
        Some(Self { inputs: places.inputs, ops, wanted, lanes: places.lanes })
    }

    /// The columns that it reads.
    pub(crate) fn inputs(&self) -> &[(Arc<str>, Kind)] {
        &self.inputs
    }

    /// Gives the wanted lanes to a function.
    ///
    /// # Errors
    /// Those of the function, and GML0999 where a hash fails.
    pub(crate) fn with<T>(
        &self,
        inputs: &[&Lane<'_>],
        rows: usize,
        take: impl FnOnce(&[&Lane<'_>]) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        // Lanes of the inputs are borrowed, and those made stand behind them.
        let mut made: Vec<Lane<'_>> = Vec::with_capacity(self.lanes - self.inputs.len());
        for op in &self.ops {
            let new = {
                let from = lane(inputs, &made, op.from)?;
                op.change.apply(from, rows, op.to.len())?
            };
            made.extend(new);
        }
        let wanted = self.wanted.iter().map(|place| lane(inputs, &made, *place));
        take(&wanted.collect::<Result<Vec<_>, Fault>>()?)
    }
}

fn lane<'l, 'r>(inputs: &[&'l Lane<'r>], made: &'l [Lane<'r>], place: usize) -> Result<&'l Lane<'r>, Fault> {
    let found = match place.checked_sub(inputs.len()) {
        None => inputs.get(place).copied(),
        Some(made_place) => made.get(made_place),
    };
    found.ok_or_else(|| Fault::new("GML0999", "a recipe reads a column that no step before it makes"))
}

/// Where each lane stands once inputs stand first; the others keep their order, which is that of the steps.
fn order(places: &Places<'_>) -> Vec<usize> {
    let mut order = vec![usize::MAX; places.lanes];
    for (new, old) in places.of_inputs.iter().enumerate() {
        order[*old] = new;
    }
    let others = order.iter_mut().filter(|place| **place == usize::MAX);
    for (next, place) in (places.of_inputs.len()..).zip(others) {
        *place = next;
    }
    order
}

fn compile(step: &Step, places: &mut Places<'_>, ops: &mut Vec<Op>) -> Option<()> {
    let mut replace = |places: &mut Places<'_>, name: &str, change: &dyn Fn(Form) -> Option<(Change, Form)>| {
        let (from, form) = places.get(name)?;
        let (change, form) = change(form)?;
        let to = places.add(name, form);
        ops.push(Op { from, to: to..to + 1, change });
        Some(())
    };
    match step {
        Step::Impute { columns } => {
            for fill in columns {
                replace(places, &fill.input.column, &|form| filled(form, &fill.value, fill.to_float))?;
            }
        }
        Step::Ordinal { columns } => {
            for coded in columns {
                let change = |form: Form| Some((Change::Places(Lookup::of(form, &coded.values)?), Form::Int));
                replace(places, &coded.input.column, &change)?;
            }
        }
        Step::TargetEncode { columns } => {
            for encoded in columns {
                let change = |form: Form| {
                    let known = Lookup::of(form, &encoded.values)?;
                    let means = encoded.means.iter().map(|mean| mean.0).collect();
                    Some((Change::Means { known, means, null: encoded.null.0, other: encoded.other.0 }, Form::Float))
                };
                replace(places, &encoded.input.column, &change)?;
            }
        }
        Step::Scale { columns } => {
            for affine in columns {
                let change = Change::Affine { center: affine.center.0, factor: affine.factor() };
                replace(places, &affine.input.column, &|form| numeric(form, &change))?;
            }
        }
        Step::Bucket { columns } => {
            for bounded in columns {
                let bounds: Vec<f64> = bounded.bounds.iter().map(|bound| bound.0).collect();
                let change = Change::Buckets(bounds);
                replace(places, &bounded.input.column, &|form| Some((numeric(form, &change)?.0, Form::Int)))?;
            }
        }
        Step::Log { columns } => {
            for input in columns {
                replace(places, &input.column, &|form| numeric(form, &Change::Log))?;
            }
        }
        Step::Clip { columns } => {
            for clipped in columns {
                let change = Change::Clip { low: clipped.low.0, high: clipped.high.0 };
                replace(places, &clipped.input.column, &|form| numeric(form, &change))?;
            }
        }
        Step::OneHot { .. }
        | Step::Binary { .. }
        | Step::Hash { .. }
        | Step::DateParts { .. }
        | Step::TextCounts { .. } => {
            return made(step, places, ops);
        }
        Step::Drop { columns } => {
            for name in columns {
                places.known.insert(name.to_string(), None);
            }
        }
    }
    Some(())
}

/// A change of numbers into floats.
fn numeric(form: Form, change: &Change) -> Option<(Change, Form)> {
    (form.kind() == Kind::Number).then(|| (change.clone(), Form::Float))
}

/// Null filled; other forms than those of the value have none here.
fn filled(form: Form, value: &Cell, to_float: bool) -> Option<(Change, Form)> {
    let change = match (form, value) {
        (Form::Int | Form::Float | Form::Single, Cell::Float(value)) if to_float => Change::FillFloat(value.0),
        (Form::Int | Form::Float | Form::Single, Cell::Int(value)) if to_float => Change::FillFloat(*value as f64),
        _ if to_float => return None,
        (Form::Float, Cell::Float(value)) => Change::FillFloat(value.0),
        (Form::Float, Cell::Int(value)) => Change::FillFloat(*value as f64),
        (Form::Int, Cell::Int(value))
        | (Form::Time, Cell::Time(value))
        | (Form::Timestamp, Cell::Timestamp(value))
        | (Form::Duration, Cell::Duration(value)) => Change::FillWhole(*value),
        (Form::Bool, Cell::Bool(value)) => Change::FillWhole(i64::from(*value)),
        (Form::Date, Cell::Date(value)) => Change::FillWhole(i64::from(*value)),
        (Form::Text, Cell::Text(value)) => Change::FillText(Arc::clone(value)),
        _ => return None,
    };
    Some((change, if to_float { Form::Float } else { form }))
}

/// Steps whose new columns stand in the place of those that they read.
fn made(step: &Step, places: &mut Places<'_>, ops: &mut Vec<Op>) -> Option<()> {
    let mut old: Vec<String> = Vec::new();
    let mut add = |places: &mut Places<'_>,
                   column: &str,
                   names: Vec<String>,
                   form: Form,
                   change: &dyn Fn(Form) -> Option<Change>| {
        let (from, read) = places.get(column)?;
        let change = change(read)?;
        let start = places.lanes;
        for name in &names {
            places.add(name, form);
        }
        ops.push(Op { from, to: start..places.lanes, change });
        old.push(column.to_owned());
        Some(())
    };
    match step {
        Step::OneHot { columns } => {
            for coded in columns {
                let names = coded.indicator_names().map(|(name, _)| name).collect();
                let change = |form: Form| Some(Change::Indicators(Lookup::of(form, &coded.values)?));
                add(places, &coded.input.column, names, Form::Float, &change)?;
            }
        }
        Step::Binary { columns } => {
            for coded in columns {
                let names = coded.digit_names().map(|(name, _)| name).collect();
                let change = |form: Form| Some(Change::Digits(Lookup::of(form, &coded.values)?));
                add(places, &coded.input.column, names, Form::Float, &change)?;
            }
        }
        Step::Hash { columns } => {
            for hashed in columns {
                let names = hashed.names().map(|(name, _)| name).collect();
                add(places, &hashed.input.column, names, Form::Float, &|form| Some(Change::Hash(form)))?;
            }
        }
        Step::TextCounts { columns } => {
            for words in columns {
                let names = words.names().map(|(name, _)| name).collect();
                let change = |form: Form| (form == Form::Text).then(|| Change::Words(words.weights()));
                add(places, &words.input.column, names, Form::Float, &change)?;
            }
        }
        Step::DateParts { columns } => {
            for (part, what) in DATE_PARTS.iter().enumerate() {
                for input in columns {
                    let names = vec![format!("{}_{what}", input.column)];
                    let change = |form: Form| {
                        matches!(form, Form::Date | Form::Timestamp).then_some(Change::DatePart { part, form })
                    };
                    add(places, &input.column, names, Form::Int, &change)?;
                }
            }
        }
        _ => return None,
    }
    for name in old {
        places.known.insert(name, None);
    }
    Some(())
}

#[cfg(test)]
mod tests;
