//! Calls and their arguments.

use gml_diagnostics::{Diagnostic, Edit, Fix, Span, codes};
use gml_ir::{Learned, Type, Value as Constant};
use gml_syntax::ast::{self, Binding, Name};

use super::learning::prediction;
use super::synonyms::synonym;
use super::{Want, behind, calling, guess, listed, proposing, safe, short};
use crate::check::call::{BindFault, Syntax, View};
use crate::check::learned::Pending;
use crate::check::signature::{Param, ParamKind, Shape, Signature};
use crate::check::value::Value;
use crate::package::Definition;
use crate::suggest::closest;
use crate::types::{satisfied, satisfies};

pub(in crate::check) fn unknown_function<'n>(name: &Name, known: impl Iterator<Item = &'n str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        codes::UNKNOWN_FUNCTION,
        name.span,
        format!("there is no function or operator `{}`", name.text),
    )
    .with_label("nothing of this name can be called");
    if &*name.text == "desc" {
        let help = "it says how rows are ordered, and stands where they are: `sort(desc(.x))`, `order: [desc(.x)]`";
        return diagnostic.help(help);
    }
    if let Some((here, example)) = synonym(&name.text) {
        let diagnostic = diagnostic.help(format!("here that is written `{example}`"));
        let is_name =
            here.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') && !matches!(here, "if" | "match");
        return if is_name && example.starts_with(here) { diagnostic.fix(guess(name.span, here)) } else { diagnostic };
    }
    proposing(diagnostic, name.span, closest(&name.text, known))
}

pub(in crate::check) fn not_imported(name: &Name, module: &str, place: Option<Span>) -> Diagnostic {
    let import = format!("use {module}.{{{}}}", name.text);
    let diagnostic = Diagnostic::new(
        codes::UNKNOWN_FUNCTION,
        name.span,
        format!("`{}` belongs to {module}, which is not imported", name.text),
    )
    .with_label("not in scope")
    .help(format!("write `{import}` at the top of the file"));
    match place {
        Some(place) => diagnostic.fix(safe(Span { end: place.start, ..place }, format!("{import}\n"))),
        None => diagnostic,
    }
}

pub(in crate::check) fn local_called(name: &Name) -> Diagnostic {
    Diagnostic::new(codes::NOT_CALLABLE, name.span, format!("`{}` is a value, not a function", name.text))
        .with_label("cannot be called")
        .help("leave out the parentheses")
}

pub(in crate::check) fn not_callable(name: &Name, definition: &Definition) -> Diagnostic {
    let (what, help) = match definition {
        Definition::Pipeline(_) => ("a pipeline", format!("`run {}(..)` runs it, in another pipeline", name.text)),
        Definition::Schema(_) => ("a schema", format!("rows of it are written `table[{}] [ {{ .. }} ]`", name.text)),
        Definition::Dataset(_) => ("a dataset", "leave out the parentheses".to_owned()),
        Definition::Param(_) => ("a parameter", "leave out the parentheses".to_owned()),
        Definition::Connection(_) => ("a connection", "name it in a catalog entry".to_owned()),
        _ => ("a type", "types are written behind a colon".to_owned()),
    };
    Diagnostic::new(codes::NOT_CALLABLE, name.span, format!("`{}` is {what}, not a function", name.text))
        .with_label("cannot be called")
        .help(help)
}

/// An argument that a call does not take where another one is that word.
pub(in crate::check) fn not_beside(function: &str, excess: &Name, argument: &str, word: &str) -> Diagnostic {
    Diagnostic::new(
        codes::UNKNOWN_ARGUMENT,
        excess.span,
        format!("`{function}` has no argument `{}` where `{argument}` is `{word}`", excess.text),
    )
    .with_label("says nothing here")
    .help("leave it out")
}

/// What is meant by the name of an argument of another tool, and the name here where it is one to one.
fn argument_elsewhere(function: &str, name: &str, views: &[View<'_>]) -> Option<(String, Option<&'static str>)> {
    const NAMES: [(&[&str], &str); 11] = [
        (&["partition_by", "partition", "by", "group_by"], "over"),
        (&["order_by", "sort_by"], "order"),
        (&["n_estimators", "num_iterations", "num_boost_round", "iterations", "n_rounds"], "rounds"),
        (&["max_depth"], "depth"),
        (&["num_leaves", "leafs", "max_leaves"], "leaves"),
        (&["early_stopping_rounds", "early_stopping", "patience"], "stop_after"),
        (&["random_state", "random_seed"], "seed"),
        (&["eta", "lr", "shrinkage_rate"], "learning_rate"),
        (&["subsample", "bagging_fraction"], "row_fraction"),
        (&["colsample_bytree", "feature_fraction"], "column_fraction"),
        (&["min_child_samples", "min_data_in_leaf"], "min_rows"),
    ];
    let ours = NAMES.iter().find(|(names, _)| names.contains(&name)).map(|(_, ours)| *ours);
    if let Some(ours) = ours.filter(|ours| views.iter().any(|view| view.name == *ours)) {
        return Some((format!("here that is called `{ours}`"), Some(ours)));
    }
    let help = match (function, name) {
        ("sort" | "top", "descending" | "ascending" | "reverse" | "desc") => {
            "the largest first is written `sort(desc(.x))`".to_owned()
        }
        ("group", _) => format!("columns stand in braces: `group(..) {{ {name} = .. }}`"),
        ("derive" | "select" | "rename", _) => format!("columns stand in braces: `{function} {{ {name} = .. }}`"),
        (_, "n_jobs" | "num_threads") => {
            "leave it out: `gmlc run --threads` says how many threads there are".to_owned()
        }
        _ => return None,
    };
    Some((help, None))
}

/// Whether it is a column, in either order.
fn is_column(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ast::ExprKind::Column(_) => true,
        ast::ExprKind::Call { function, .. } => &*function.text == "desc",
        _ => false,
    }
}

pub(in crate::check) fn bind_fault(fault: &BindFault<'_>, views: &[View<'_>], syntax: &Syntax<'_>) -> Diagnostic {
    let function = &syntax.function.text;
    let takes = || {
        if views.is_empty() {
            return format!("`{function}` takes no arguments");
        }
        format!("`{function}` takes {}", listed(views.iter().map(|view| view.name)))
    };
    match fault {
        BindFault::UnknownArgument(name) => {
            let diagnostic = Diagnostic::new(
                codes::UNKNOWN_ARGUMENT,
                name.span,
                format!("`{function}` has no argument `{}`", name.text),
            )
            .with_label("unknown argument");
            match closest(&name.text, views.iter().map(|view| view.name)) {
                Some(near) => proposing(diagnostic, name.span, Some(near)),
                None => match argument_elsewhere(function, &name.text, views) {
                    Some((help, None)) => diagnostic.help(help),
                    Some((help, Some(ours))) => diagnostic.help(help).fix(guess(name.span, ours)),
                    None => diagnostic.help(takes()),
                },
            }
        }
        BindFault::TooMany(span) => {
            // Of a table: functions of values have a column in front, too.
            let is_of_table = syntax.positional.first().is_some_and(|first| !is_column(first));
            let excess = syntax.positional.iter().find(|expr| expr.span == *span);
            let help = match excess {
                Some(expr) if is_of_table && is_column(expr) => {
                    "several columns stand in brackets: `[.a, .b]`".to_owned()
                }
                _ => takes(),
            };
            Diagnostic::new(codes::TOO_MANY_ARGUMENTS, *span, format!("`{function}` takes fewer arguments"))
                .with_label("one too many")
                .help(help)
        }
        BindFault::NoBlock(span) => {
            Diagnostic::new(codes::TOO_MANY_ARGUMENTS, *span, format!("`{function}` takes no block of columns"))
                .with_label("nothing to do with these")
                .help(takes())
        }
        BindFault::Duplicate(name, span) => {
            Diagnostic::new(codes::DUPLICATE_ARGUMENT, *span, format!("`{name}` of `{function}` is given twice"))
                .with_label("given again here")
                .help("keep one of the two")
        }
        BindFault::Missing(names) => {
            let plural = super::plural(names.len());
            let list = listed(names.iter().copied());
            Diagnostic::new(
                codes::MISSING_ARGUMENT,
                syntax.own_span(),
                format!("`{function}` lacks its argument{plural} {list}"),
            )
            .with_label(format!("{list} not given"))
            .help(takes())
        }
    }
}

pub(in crate::check) fn declared_at(diagnostic: Diagnostic, span: Span, what: &str) -> Diagnostic {
    diagnostic.and(span, format!("the {} is declared here", what.trim_matches('`')))
}

/// Names the other forms of a function that has several.
pub(in crate::check) fn naming_others(
    diagnostic: Diagnostic,
    nearest: &Signature,
    others: &[&Signature],
) -> Diagnostic {
    let forms = forms(std::iter::once(nearest).chain(others.iter().copied()));
    if forms.len() == 1 {
        return diagnostic;
    }
    let help = diagnostic.help.clone().map_or_else(String::new, |help| format!("{help}; "));
    diagnostic.help(format!("{help}its forms are {}", forms.join("; ")))
}

/// The forms of a function. One that another one only goes on from, by what may be left out, is told with that: it takes other types.
fn forms<'s>(signatures: impl Iterator<Item = &'s Signature>) -> Vec<String> {
    let mut kept: Vec<&Signature> = Vec::new();
    for signature in signatures {
        if kept.iter().any(|other| goes_on_from(other, signature)) {
            continue;
        }
        kept.retain(|other| !goes_on_from(signature, other));
        kept.push(signature);
    }
    kept.into_iter().map(form).collect()
}

/// Whether a form begins as another one and takes nothing more that is needed.
fn goes_on_from(form: &Signature, other: &Signature) -> bool {
    let is_same = |(a, b): (&Param, &Param)| a.name == b.name && a.default.is_some() == b.default.is_some();
    let more = form.params.get(other.params.len()..);
    form.params.iter().zip(&other.params).all(is_same)
        && more.is_some_and(|more| more.iter().all(|param| param.default.is_some()))
}

/// `join(input, other, on, how)`
fn form(signature: &Signature) -> String {
    let params: Vec<String> = signature
        .params
        .iter()
        .map(|param| if param.default.is_some() { format!("[{}]", param.name) } else { param.name.to_string() })
        .collect();
    format!("`{}({})`", signature.name, params.join(", "))
}

pub(in crate::check) fn no_overload(syntax: &Syntax<'_>, all: &[&Signature]) -> Diagnostic {
    let forms = forms(all.iter().copied());
    Diagnostic::new(
        codes::NO_OVERLOAD_FITS,
        syntax.own_span(),
        format!("no form of `{}` takes these arguments", syntax.function.text),
    )
    .with_label("fits none")
    .help(format!("its forms are {}", forms.join("; ")))
}

pub(in crate::check) fn no_type_fits(syntax: &Syntax<'_>, value: &Value<'_>, takes: &[String]) -> Diagnostic {
    let mut kinds: Vec<&str> = takes.iter().map(String::as_str).collect();
    kinds.dedup();
    let found = match value.ty() {
        Type::Learned(learned) => match &**learned {
            Learned::Model(Some((_, output))) => format!("a model that predicts {}", prediction(output)),
            _ => kind_of(value.ty()),
        },
        ty => kind_of(ty),
    };
    Diagnostic::new(
        codes::NO_OVERLOAD_FITS,
        value.span(),
        format!("no form of `{}` takes {found} here", syntax.function.text),
    )
    .with_label(format!("this is {found}"))
    .help(match value.ty() {
        Type::Learned(learned) if is_calibrated(learned) => "it is calibrated already".to_owned(),
        _ => format!("{} would fit", kinds.join(" or ")),
    })
}

/// Whether a model says beside its scores what they are when they are calibrated.
fn is_calibrated(learned: &Learned) -> bool {
    matches!(learned, Learned::Model(Some((_, output))) if output.get("calibrated").is_some())
}

/// A type, a table without its columns.
pub(super) fn kind_of(ty: &Type) -> String {
    match ty {
        Type::Table(_) => "a table".into(),
        Type::List(item) if matches!(**item, Type::Table(_)) => "a list of tables".into(),
        Type::Estimator(_) => "an estimator".into(),
        Type::Record(row) if row.columns.iter().any(|column| matches!(column.ty, Type::Table(_))) => "a split".into(),
        ty => ty.to_string(),
    }
}

pub(in crate::check) fn wrong_class(
    value: &Value<'_>,
    ty: &Type,
    bound: &str,
    want: &Want<'_>,
    text: &str,
) -> Diagnostic {
    let words = class(bound);
    let diagnostic = Diagnostic::new(
        codes::TYPE_MISMATCH,
        value.span(),
        format!("{} wants {words}, and this is {}", want.subject(), kind_of(ty)),
    )
    .with_label(format!("this is {}", kind_of(ty)));
    let call = |method: &str| calling(value.span(), text, method);
    let text = short(text);
    match (bound, ty.non_null()) {
        ("number", Type::Bool) => diagnostic
            .help(format!("count them: `count(where: {text})`; or make numbers of them: `{text}.as_int()`"))
            .fix(call("as_int()")),
        ("number", Type::Duration) => {
            diagnostic.help(format!("make a number of it: `{text}.in_days()`")).fix(call("in_days()"))
        }
        ("number", ty) if ty.is_text() => diagnostic
            .help(format!("`{text}.to_float()` reads the number that a text writes, or is null"))
            .fix(call("to_float()")),
        ("dated" | "temporal", ty) if ty.is_text() => diagnostic
            .help(format!("`{text}.to_date(\"%Y-%m-%d\")` reads a date, or is null"))
            .fix(call("to_date(\"%Y-%m-%d\")")),
        ("scalar" | "shown", Type::Table(_)) => diagnostic.help("columns have a dot in front: `.x`"),
        _ => diagnostic,
    }
}

pub(in crate::check) fn out_of_bounds(
    call: &Pending<'_>,
    param: &Param,
    value: &Constant,
    span: Span,
    text: &str,
) -> Diagnostic {
    let diagnostic =
        crate::message::contracts::argument(call.signature.name, param.name, &param.contracts, value, span);
    // `80` where a share is due is meant in percent.
    let is_whole = text.bytes().all(|byte| byte.is_ascii_digit());
    let percent =
        value.as_float().filter(|value| *value > 1.0 && *value <= 100.0 && is_whole).map(|value| value / 100.0);
    let fits = |share: f64| param.contracts.iter().all(|contract| satisfied(&contract.rule, &Constant::Float(share)));
    let is_share = matches!(&param.kind, ParamKind::Value { ty: Shape::Is(ty), .. } if *ty.non_null() == Type::Float);
    match percent.filter(|share| is_share && fits(*share)) {
        Some(share) => {
            diagnostic.help(format!("a share is written `{text}%` or `{share}`")).fix(guess(span, format!("{text}%")))
        }
        None => diagnostic,
    }
}

/// A decimal of fewer digits than it is to have behind the point.
pub(in crate::check) fn more_behind_the_point(span: Span, precision: u8, scale: u8) -> Diagnostic {
    let message = format!("a decimal of {precision} digits cannot have {scale} of them behind the point");
    Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, message)
        .help("`precision` counts all digits, `scale` those behind the point")
}

/// A class of types in words.
pub(super) fn class(bound: &str) -> String {
    // Classes that the library may add later are named as they are.
    let known = satisfies(bound, &Type::Bool).is_some();
    let words = crate::check::call::bound_in_words(bound);
    if known { words.to_owned() } else { format!("a value of class {bound}") }
}

pub(in crate::check) fn table_wanted(
    call: &Pending<'_>,
    place: usize,
    ty: &Type,
    span: Span,
    text: &str,
) -> Diagnostic {
    let want = Want::argument(call.signature.name, call.signature.params[place].name);
    let diagnostic = Diagnostic::new(
        codes::TYPE_MISMATCH,
        span,
        format!("{} wants a table, and this is {}", want.subject(), kind_of(ty)),
    )
    .with_label(format!("this is {}", kind_of(ty)));
    if matches!(ty, Type::Sequences(_)) {
        return diagnostic.help(match call.signature.name {
            "split_time" => "sequences are split by the time of their last item: leave `by` out",
            _ => "do it with the rows, before `sequences(..)` is made of them",
        });
    }
    if let Type::Record(row) = ty
        && let Some(part) = row.columns.iter().find(|column| matches!(column.ty, Type::Table(_)))
    {
        let parts = listed(row.columns.iter().map(|column| &*column.name));
        return diagnostic
            .help(format!("take one of its parts, {parts}: `{}.{}`", short(text), part.name))
            .fix(guess(behind(span), format!(".{}", part.name)));
    }
    diagnostic
}

pub(in crate::check) fn tables_wanted(
    call: &Pending<'_>,
    place: usize,
    ty: &Type,
    span: Span,
    text: &str,
) -> Diagnostic {
    let want = Want::argument(call.signature.name, call.signature.params[place].name);
    let diagnostic = Diagnostic::new(
        codes::TYPE_MISMATCH,
        span,
        format!("{} wants a list of tables, and this is {}", want.subject(), kind_of(ty)),
    )
    .with_label(format!("this is {}", kind_of(ty)));
    match ty {
        Type::Table(_) => diagnostic.help(format!("write `[{}]`", short(text))).fix(safe(span, format!("[{text}]"))),
        _ => diagnostic,
    }
}

pub(in crate::check) fn schema_wanted(want: &Want<'_>, span: Span) -> Diagnostic {
    Diagnostic::new(codes::TYPE_MISMATCH, span, format!("{} wants the name of a schema", want.subject()))
        .with_label("no schema")
        .help("declare one: `schema Name { column: type, .. }`")
}

pub(in crate::check) fn written_out(call: &Pending<'_>, place: usize) -> Diagnostic {
    let param = &call.signature.params[place].name;
    let span = call.given[place].map_or(call.syntax.own_span(), |given| given.span());
    Diagnostic::new(
        codes::CONSTANT_NEEDED,
        span,
        format!(
            "`{param}` of `{}` decides on the columns of the result, so it must be written out",
            call.signature.name
        ),
    )
    .with_label("known only with the values of the parameters")
    .help("write the word itself")
}

pub(in crate::check) fn misplaced_columns(bindings: &[Binding], span: Span) -> Diagnostic {
    let name = bindings.first().map_or("name", |binding| &binding.name.text);
    let diagnostic = Diagnostic::new(codes::TYPE_MISMATCH, span, "`=` makes columns, and here a value is due")
        .with_label("columns, not a value")
        .help(format!("a record is written with a colon: `{{ {name}: .. }}`"));
    let signs = bindings.iter().map(|binding| between(binding.name.span, binding.value.span));
    match replaced(signs, ": ") {
        Some(fix) => diagnostic.fix(fix.titled("make it a record: `{ name: .. }`")),
        None => diagnostic,
    }
}

/// What stands between a name and its value.
pub(super) fn between(name: Span, value: Span) -> Span {
    Span::new(name.file, name.end, value.start)
}

/// The same text put at several places, each of which holds something now.
pub(super) fn replaced(places: impl Iterator<Item = Span>, text: &str) -> Option<Fix> {
    let edits: Vec<Edit> =
        places.filter(|place| !place.is_empty()).map(|span| Edit { span, replacement: text.to_owned() }).collect();
    let first = edits.first()?.span;
    Some(Fix { edits, ..guess(first, text) })
}
