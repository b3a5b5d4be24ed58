//! Arguments that must fit each other, where no signature can say it of one by itself.

use gml_diagnostics::{Diagnostic, Span};
use gml_ir::{Column, Learned, Role, Type, Value as Constant};

use super::Arguments;
use crate::check::body::Body;
use crate::check::learned::Pending;
use crate::check::message::together as message;
use crate::typed::{Typed, TypedArg, TypedKind};

/// An argument of which the value is known.
struct Known<'t> {
    value: Constant,
    typed: &'t Typed,
    /// Where the call gives it; that of the call where it leaves it out.
    span: Span,
}

impl<'a> Body<'a> {
    /// Says which arguments of a call do not go together.
    pub(super) fn together(&mut self, call: &Pending<'a>, arguments: &Arguments<'a>) {
        let found = match (call.signature.module, call.signature.name) {
            ("std.learn", "blend") => self.blended(call, arguments),
            ("std.learn", "boosted_trees" | "logistic") => self.weighted_positives(call, arguments),
            ("std.prep", name) => {
                let found = match name {
                    "bucketize" => self.buckets(call, arguments),
                    "clip" => self.quantiles(call, arguments),
                    _ => None,
                };
                found.or_else(|| nothing_named(call, arguments, "columns"))
            }
            ("std.graph", "sasrec") => self.heads(call, arguments),
            ("std.features", "select_features") => self.importance_of_none(call, arguments),
            ("std.features", "synthesize") => {
                self.equal_windows(call, arguments).or_else(|| nothing_named(call, arguments, "for"))
            }
            ("std.table", "join") => {
                length_of_no_time(call, arguments).or_else(|| nothing_named(call, arguments, "on"))
            }
            ("std.table", "explode") => nothing_named(call, arguments, "column"),
            ("std.table", "unpivot") => nothing_named(call, arguments, "columns"),
            ("std.table", "union") => nothing_united(call, arguments),
            ("std.split", "split_stratified" | "split_group") => nothing_named(call, arguments, "by"),
            ("std.graph", "sequences") => nothing_named(call, arguments, "session"),
            ("std.data", "images") => self.sides(call, arguments),
            ("std.embed", "image_encoder") => self.fewer_numbers(call, arguments),
            ("std.monitor", "drift") => nothing_to_compare(call, arguments),
            _ => None,
        };
        self.diagnostics.extend(found);
    }

    fn argument_known<'t>(&self, call: &Pending<'a>, arguments: &'t Arguments<'a>, name: &str) -> Option<Known<'t>> {
        let typed = argument(call, arguments, name)?;
        let span = call.given[call.signature.param(name)?].map_or(call.syntax.own_span(), |given| given.span());
        Some(Known { value: self.known_here(typed)?, typed, span })
    }

    /// There are models, and a weight for each of which not all are 0. That none is below 0, the signature says.
    fn blended(&self, call: &Pending<'a>, arguments: &Arguments<'a>) -> Option<Diagnostic> {
        let Typed { kind: TypedKind::List(models), span, .. } = argument(call, arguments, "models")? else {
            return None;
        };
        if models.is_empty() {
            return Some(message::no_models(*span));
        }
        let Known { value: Constant::List(weights), typed, span: at } =
            self.argument_known(call, arguments, "weights")?
        else {
            return None;
        };
        let sum: f64 = weights.iter().filter_map(Constant::as_float).sum();
        let diagnostic = match weights.len() {
            0 => return None,
            count if count != models.len() => message::as_many_weights(count, models.len(), at, *span),
            _ if sum == 0.0 => message::all_weights_zero(at),
            _ => return None,
        };
        Some(self.with_origin(diagnostic, typed))
    }

    /// Positives there are of a bool only.
    fn weighted_positives(&self, call: &Pending<'a>, arguments: &Arguments<'a>) -> Option<Diagnostic> {
        let objective = self.argument_known(call, arguments, "objective")?;
        let weight = self.argument_known(call, arguments, "positive_weight")?;
        let word = objective.value.as_str().filter(|word| *word != "binary")?;
        let means_something = weight.value.as_float() != Some(1.0);
        means_something
            .then(|| self.with_origin(message::no_positives(word, weight.span, objective.span), weight.typed))
    }

    /// Bounds of buckets rise.
    fn buckets(&self, call: &Pending<'a>, arguments: &Arguments<'a>) -> Option<Diagnostic> {
        let bounds = self.argument_known(call, arguments, "bounds")?;
        let Constant::List(items) = &bounds.value else { return None };
        let numbers: Vec<f64> = items.iter().filter_map(Constant::as_float).collect();
        let rises = !numbers.is_empty() && numbers.windows(2).all(|pair| pair[0] < pair[1]);
        (!rises).then(|| self.with_origin(message::bounds_that_rise(&bounds.value, bounds.span), bounds.typed))
    }

    fn quantiles(&self, call: &Pending<'a>, arguments: &Arguments<'a>) -> Option<Diagnostic> {
        let low = self.argument_known(call, arguments, "low")?;
        let high = self.argument_known(call, arguments, "high")?;
        let (from, to) = (low.value.as_float()?, high.value.as_float()?);
        (from > to).then(|| {
            let given = if low.span == call.syntax.own_span() { &high } else { &low };
            self.with_origin(message::low_above_high(from, to, given.span), given.typed)
        })
    }

    /// Each head of the attention has its share of the numbers of an item.
    fn heads(&self, call: &Pending<'a>, arguments: &Arguments<'a>) -> Option<Diagnostic> {
        let dimension = self.argument_known(call, arguments, "dimension")?;
        let heads = self.argument_known(call, arguments, "heads")?;
        let (numbers, count) = (dimension.value.as_int()?, heads.value.as_int()?);
        (count > 0 && numbers % count != 0)
            .then(|| self.with_origin(message::shared_by_heads(numbers, count, heads.span), heads.typed))
    }

    /// To keep the most important features, something must be learned from them.
    fn importance_of_none(&self, call: &Pending<'a>, arguments: &Arguments<'a>) -> Option<Diagnostic> {
        let keep = self.argument_known(call, arguments, "keep").filter(|keep| keep.value != Constant::Null)?;
        let row = arguments.variables.known_row(0).filter(|row| !row.open)?;
        row.with_role(Role::Target).is_none().then(|| message::important_for_nothing(keep.span))
    }

    /// Each stretch of time makes columns that are named by it.
    fn equal_windows(&self, call: &Pending<'a>, arguments: &Arguments<'a>) -> Option<Diagnostic> {
        let windows = self.argument_known(call, arguments, "windows")?;
        let Constant::List(lengths) = &windows.value else { return None };
        let earlier = |place: &usize| lengths[..*place].iter().position(|other| *other == lengths[*place]);
        let (place, first) = (0..lengths.len()).find_map(|place| Some((place, earlier(&place)?)))?;
        let written = match &windows.typed.kind {
            TypedKind::List(items) => Some((items.get(first)?.span, items.get(place)?.span)),
            _ => None,
        };
        let diagnostic = message::equal_windows(&lengths[place], written, windows.span);
        Some(self.with_origin(diagnostic, windows.typed))
    }

    /// A width and a height.
    fn sides(&self, call: &Pending<'a>, arguments: &Arguments<'a>) -> Option<Diagnostic> {
        let resize = self.argument_known(call, arguments, "resize")?;
        let Constant::List(sides) = &resize.value else { return None };
        let fits = matches!(sides.len(), 0 | 2);
        (!fits).then(|| self.with_origin(message::width_and_height(sides.len(), resize.span), resize.typed))
    }

    /// A projection has no more numbers than what is projected.
    fn fewer_numbers(&self, call: &Pending<'a>, arguments: &Arguments<'a>) -> Option<Diagnostic> {
        let base = argument(call, arguments, "base")?;
        let Type::Learned(learned) = &base.ty else { return None };
        let Learned::Encoder(_, Type::Vector(width)) = &**learned else { return None };
        let dimension = self.argument_known(call, arguments, "dimension")?;
        let wanted = dimension.value.as_int().filter(|wanted| *wanted > i64::from(*width))?;
        Some(self.with_origin(message::more_than_base(wanted, *width, dimension.span, base.span), dimension.typed))
    }
}

/// The value of an argument.
fn argument<'t>(call: &Pending<'_>, arguments: &'t Arguments<'_>, name: &str) -> Option<&'t Typed> {
    match &arguments.typed[call.signature.param(name)?] {
        Some(TypedArg::Value(typed)) => Some(typed),
        _ => None,
    }
}

/// Rows are compared by their features and their target.
fn nothing_to_compare(call: &Pending<'_>, arguments: &Arguments<'_>) -> Option<Diagnostic> {
    let Typed { ty: Type::Table(table), span, .. } = argument(call, arguments, "reference")? else { return None };
    let is_compared = |column: &Column| matches!(column.role, None | Some(Role::Target));
    let has_none = !table.row.open && !table.row.columns.iter().any(is_compared);
    has_none.then(|| message::nothing_to_compare(*span))
}

/// `within:` of an as-of join is a length of time.
fn length_of_no_time(call: &Pending<'_>, arguments: &Arguments<'_>) -> Option<Diagnostic> {
    let within = call.given[call.signature.param("within")?]?;
    let Some(TypedArg::Columns(columns)) = &arguments.typed[call.signature.param("at")?] else { return None };
    let (name, at) = columns.first()?;
    let ty = at.ty.non_null();
    let has_length = ty.is_silent() || ty.is_temporal() || *ty == Type::Duration;
    (!has_length).then(|| message::within_no_time(name, ty, within.span(), at.span))
}

/// There must be a column to work on.
fn nothing_named(call: &Pending<'_>, arguments: &Arguments<'_>, name: &str) -> Option<Diagnostic> {
    let place = call.signature.param(name).filter(|place| call.signature.params[*place].default.is_none())?;
    let given = call.given[place]?;
    match &arguments.typed[place] {
        Some(TypedArg::Columns(columns)) if columns.is_empty() && !arguments.failed => {
            Some(message::no_columns(call.signature.name, name, given.span()))
        }
        _ => None,
    }
}

fn nothing_united(call: &Pending<'_>, arguments: &Arguments<'_>) -> Option<Diagnostic> {
    let tables = argument(call, arguments, "tables")?;
    match &tables.kind {
        TypedKind::List(items) if items.is_empty() => Some(message::no_tables(tables.span)),
        _ => None,
    }
}
