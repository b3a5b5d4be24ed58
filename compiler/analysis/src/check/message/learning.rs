//! Learning and partitions.

use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::{Column, Learned, Partitions, Role, Row, Type};
use gml_syntax::ast::{self, ExprKind};

use super::calls::{class, kind_of};
use super::rows::all_in_words;
use super::{Want, columns_of, listed, plural, short, step};
use crate::check::call::{Given, learned_in_words};
use crate::check::learned::{Pending, STOP};
use crate::check::signature::{ParamKind, PatternColumn, PatternType, Shape};
use crate::check::value::Value;
use crate::lineage::fact::Seeing;
use crate::rows::{Mismatch, column_names};
use crate::suggest::closest;

/// `tunes`: whether the call tunes its estimator before it fits it.
pub(in crate::check) fn test_rows(
    call: &Pending<'_>,
    part: Partitions,
    at: Span,
    split: Option<Span>,
    tunes: bool,
) -> Diagnostic {
    let takes = |wanted: fn(&ParamKind) -> bool| call.signature.params.iter().any(|param| wanted(&param.kind));
    let calibrates = takes(|kind| matches!(kind, ParamKind::Learned(_)));
    let gives_learned = matches!(call.signature.result, Shape::Variable(_) | Shape::Model(..) | Shape::Transform(..));
    let judges = matches!(&call.signature.result, Shape::Is(Type::Named(name)) if &**name == "metrics");
    let how = match part {
        // What is judged on parts of the rows has learned from the others.
        _ if judges => Seeing::Fitted,
        _ if calibrates => Seeing::Calibrated,
        _ if !gives_learned && takes(|kind| matches!(kind, ParamKind::Estimator { .. })) => Seeing::Tuned,
        Partitions::VALID if tunes => Seeing::Tuned,
        Partitions::VALID => Seeing::Stopped,
        _ => Seeing::Fitted,
    };
    let (does, code, message, help) = crate::message::partitions::test_rows(how);
    let diagnostic = Diagnostic::new(code, at, message)
        .with_label("has rows of the test part")
        .and(call.syntax.function.span, does)
        .help(help);
    match split {
        Some(split) => diagnostic.and(split, "the split was made here"),
        None => diagnostic,
    }
}

pub(in crate::check) fn not_fitted(value: &Value<'_>, want: &Want<'_>, text: &str) -> Diagnostic {
    Diagnostic::new(
        codes::NOT_FITTED,
        value.span(),
        format!("{} wants what was learned, and this has learned nothing yet", want.subject()),
    )
    .with_label("an estimator: it knows how to learn")
    .help(format!("fit it first: `let fitted = fit({}, train: ..)`", short(text)))
}

pub(in crate::check) fn already_fitted(value: &Value<'_>, want: &Want<'_>) -> Diagnostic {
    Diagnostic::new(
        codes::ALREADY_FITTED,
        value.span(),
        format!("{} wants an estimator, and this was fitted already", want.subject()),
    )
    .with_label("has learned")
    .help("give the estimator that it was fitted from; what was learned is used with `predict`, `apply` and `evaluate`")
}

pub(in crate::check) fn estimator_wanted(ty: &Type, span: Span, want: &Want<'_>) -> Diagnostic {
    Diagnostic::new(
        codes::TYPE_MISMATCH,
        span,
        format!("{} wants an estimator, and this is {}", want.subject(), kind_of(ty)),
    )
    .with_label(format!("this is {}", kind_of(ty)))
    .help("an estimator is made by `boosted_trees(..)`, `impute(..)`, `scale(..)` and others, chained with `>>`")
}

pub(in crate::check) fn learned_wanted(ty: &Type, span: Span, shape: &Shape, want: &Want<'_>) -> Diagnostic {
    let what = learned_in_words(shape);
    Diagnostic::new(codes::TYPE_MISMATCH, span, format!("{} wants {what}, and this is {}", want.subject(), kind_of(ty)))
        .with_label(format!("this is {}", kind_of(ty)))
        .help("`fit(estimator, train: ..)` gives one")
}

pub(in crate::check) fn other_learned(value: &Value<'_>, shape: &Shape, want: &Want<'_>) -> Diagnostic {
    if let (Shape::Encoder(due, _), Type::Learned(learned)) = (shape, value.ty())
        && let (Shape::Is(due), Learned::Encoder(..)) = (&**due, &**learned)
    {
        let text = format!("{} wants an encoder of `{due}`, and this is {learned}", want.subject());
        return Diagnostic::new(codes::TYPE_MISMATCH, value.span(), text)
            .with_label("reads something else")
            .help(format!("name one that is declared as `encoder[{due} -> vector[N]]`"));
    }
    let what = learned_in_words(shape);
    let (found, help) = match value.ty() {
        Type::Learned(learned) => {
            let help = match **learned {
                Learned::Transform(_) => "a transform is used with `apply`",
                Learned::Model(_) => "a model is used with `predict`",
                Learned::Recommender(_) => "a recommender is used with `recommend`",
                Learned::Encoder(..) => "an encoder is used with `embed`",
            };
            (learned_kind(learned), help)
        }
        _ => ("something else", "`fit(estimator, train: ..)` gives one"),
    };
    Diagnostic::new(codes::TYPE_MISMATCH, value.span(), format!("{} wants {what}, and this is {found}", want.subject()))
        .with_label(format!("this is {found}"))
        .help(help)
}

pub(in crate::check) fn other_prediction(value: &Value<'_>, output: &Row, due: &Row, want: &Want<'_>) -> Diagnostic {
    Diagnostic::new(
        codes::OTHER_PREDICTION,
        value.span(),
        format!("{} wants a model that predicts {due}, and this one predicts {output}", want.subject()),
    )
    .with_label("predicts something else")
    .help("what a model predicts follows from its objective and its target; probabilities come from `binary` ones")
}

/// A model whose predictions are not of the class that a call works on.
pub(in crate::check) fn other_class_of_prediction(
    value: &Value<'_>,
    output: &Row,
    class: &str,
    want: &Want<'_>,
) -> Diagnostic {
    let (due, help) = match class {
        "probability" => ("the probability of a bool", "learn a bool, with `objective: binary` or `logistic()`"),
        "classes" => ("a bool or classes", "learn with `objective: binary` or `objective: multiclass`"),
        _ => ("a single score of each row", "`explain` and `importance` take models of several classes"),
    };
    let found = prediction(output);
    let message = format!("{} wants a model that predicts {due}, and this one predicts {found}", want.subject());
    Diagnostic::new(codes::OTHER_PREDICTION, value.span(), message).with_label(format!("predicts {found}")).help(help)
}

/// What a model predicts.
pub(super) fn prediction(output: &Row) -> String {
    format!("`{output}`")
}

pub(in crate::check) fn other_rows(value: &Value<'_>, row: &Row, known: &Row, want: &Want<'_>) -> Diagnostic {
    let lacking = row.features().filter(|column| known.get(&column.name).is_none());
    let lacking: Vec<&str> = lacking.map(|column| &*column.name).collect();
    let message = match lacking.as_slice() {
        [] => format!("{}: the models were trained on columns of different types", want.subject()),
        names => format!(
            "{}: this model was trained on {}, and the other one was not",
            want.subject(),
            listed(names.iter().copied())
        ),
    };
    Diagnostic::new(codes::OTHER_ROWS, value.span(), message)
        .with_label("was trained on other columns")
        .help("train both on the same rows, best made by the same node")
}

pub(in crate::check) fn sequences_wanted(ty: &Type, span: Span, want: &Want<'_>, text: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        codes::TYPE_MISMATCH,
        span,
        format!("{} wants sequences, and this is {}", want.subject(), kind_of(ty)),
    )
    .with_label(format!("this is {}", kind_of(ty)));
    match ty {
        Type::Table(_) => {
            diagnostic.help("make sequences of it: `|> sequences(session: .session, item: .item, time: .at)`")
        }
        Type::Record(row) => match row.columns.iter().find(|part| matches!(part.ty, Type::Sequences(_))) {
            Some(part) => diagnostic.help(format!("take one of its parts: `{}.{}`", short(text), part.name)),
            None => diagnostic,
        },
        _ => diagnostic,
    }
}

pub(in crate::check) fn other_items(call: &Pending<'_>, value: &Value<'_>, items: &Type, due: &Type) -> Diagnostic {
    Diagnostic::new(
        codes::OTHER_ITEMS,
        value.span(),
        format!("these are sequences of {items}, and `{}` goes on with items that are {due}", call.signature.name),
    )
    .with_label(format!("items are {items}"))
    .and(call.syntax.function.span, format!("items are {due}"))
    .help("use the same column for items here and where the recommender was fitted")
}

pub(in crate::check) fn other_source(call: &Pending<'_>, from_items: bool, at: Span) -> Diagnostic {
    let name = &call.signature.name;
    let (message, help) = if from_items {
        (
            format!("`{name}` learns from sequences, and these are rows"),
            "make sequences of them: `|> sequences(session: .session, item: .item, time: .at)`",
        )
    } else {
        (
            format!("`{name}` learns from rows, and these are sequences"),
            "recommenders learn from sequences: `item_knn()`, `sr_gnn()` and others",
        )
    };
    Diagnostic::new(codes::OTHER_SOURCE, at, message)
        .with_label("fitted here")
        .and(call.syntax.function.span, "the estimator")
        .help(help)
}

pub(in crate::check) fn no_column_of_type(
    call: &Pending<'_>,
    wanted: &PatternColumn,
    row: &Row,
    at: Span,
) -> Diagnostic {
    Diagnostic::new(
        codes::NO_COLUMN_OF_TYPE,
        at,
        format!("`{}` works on a feature that is {}, and these rows have none", call.signature.name, a_type(wanted)),
    )
    .with_label("none among these")
    .and(call.syntax.function.span, "works on it")
    .help(format!("columns without a role are features; {}", columns_of(row)))
}

pub(in crate::check) fn several_of_type(
    call: &Pending<'_>,
    wanted: &PatternColumn,
    columns: &[&Column],
    at: Span,
) -> Diagnostic {
    let names = listed(columns.iter().map(|column| &*column.name));
    let first = columns.first().map_or("x", |column| &column.name);
    Diagnostic::new(
        codes::SEVERAL_COLUMNS_OF_TYPE,
        at,
        format!(
            "`{}` works on one feature that is {}, and there are several: {names}",
            call.signature.name,
            a_type(wanted)
        ),
    )
    .with_label("which one?")
    .and(call.syntax.function.span, "works on it")
    .help(format!("leave out all but one: `|> drop([.{first}])`"))
}

fn a_type(wanted: &PatternColumn) -> String {
    match &wanted.ty {
        PatternType::Is(ty) => format!("`{ty}`"),
        PatternType::Bound(bound) => class(bound),
    }
}

fn learned_kind(learned: &Learned) -> &'static str {
    match learned {
        Learned::Transform(_) => "a transform",
        Learned::Model(_) => "a model",
        Learned::Recommender(_) => "a recommender",
        Learned::Encoder(..) => "an encoder",
    }
}

/// An estimator of something that the call has no use for.
pub(in crate::check) fn learns_other(value: &Value<'_>, due: &Shape, learns: &Learned, want: &Want<'_>) -> Diagnostic {
    let found = learned_kind(learns);
    let due = if matches!(due, Shape::Recommender(_)) { "a recommender" } else { "a model" };
    let diagnostic = Diagnostic::new(
        codes::CHAIN_MISMATCH,
        value.span(),
        format!("{} wants an estimator that learns {due}, and this one learns {found}", want.subject()),
    )
    .with_label(format!("learns {found}"));
    match learns {
        Learned::Transform(_) => diagnostic.help(
            "put a learner behind it, as in `.. >> boosted_trees(objective: binary)`: what prepares rows is judged by what is learned behind it",
        ),
        _ => diagnostic.help("models are learned by `boosted_trees(..)`, `logistic(..)` and others"),
    }
}

pub(in crate::check) fn chain_model(value: &Value<'_>, next: &Value<'_>) -> Diagnostic {
    Diagnostic::new(codes::CHAIN_MISMATCH, value.span(), "only the last part of a chain may learn a model")
        .with_label("learns a model, which gives no rows to go on with")
        .and(next.span(), "this would have to go on with them")
        .help("put what prepares the rows in front: `impute(..) >> one_hot(..) >> boosted_trees(..)`")
}

pub(in crate::check) fn chain_fitted(value: &Value<'_>) -> Diagnostic {
    Diagnostic::new(codes::ALREADY_FITTED, value.span(), "a chain is made of estimators, and this was fitted already")
        .with_label("has learned")
        .help("give the estimator that it was fitted from; rows go through what was fitted with `apply`")
}

pub(in crate::check) fn chain_part(ty: &Type, span: Span) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        codes::OPERATOR_DOES_NOT_APPLY,
        span,
        format!("`>>` chains estimators, and this is {}", kind_of(ty)),
    )
    .with_label(format!("this is {}", kind_of(ty)));
    match ty {
        Type::Table(_) => diagnostic.help("steps on a table are chained with `|>`"),
        _ => diagnostic,
    }
}

/// Adds where an estimator was fitted to what was found there.
pub(in crate::check) fn fitted_here(diagnostic: &Diagnostic, at: Span) -> Diagnostic {
    if diagnostic.span == at || diagnostic.labels.iter().any(|label| label.span == at) {
        return diagnostic.clone();
    }
    diagnostic.clone().and(at, "fitted here, on these rows")
}

pub(in crate::check) fn number_column(call: &Pending<'_>, column: &Column) -> Diagnostic {
    let function = &call.signature.name;
    let diagnostic = Diagnostic::new(
        codes::TYPE_MISMATCH,
        call.syntax.own_span(),
        format!("this `{function}` is for numbers, and `.{}` is {}", column.name, column.ty),
    )
    .with_label(format!("`.{}` has no mean and no scale", column.name));
    if call.signature.param("how").is_some() && column.ty.is_text() {
        diagnostic.help(format!(
            "for texts there are `impute(most_frequent, [.{0}])` and `impute(\"UNKNOWN\", [.{0}])`",
            column.name
        ))
    } else {
        diagnostic.help("leave it out of the list")
    }
}

pub(in crate::check) fn other_class(call: &Pending<'_>, column: &Column, bound: &str) -> Diagnostic {
    let function = &call.signature.name;
    Diagnostic::new(
        codes::TYPE_MISMATCH,
        call.syntax.own_span(),
        format!("each column of this `{function}` must be {}, and `.{}` is {}", class(bound), column.name, column.ty),
    )
    .with_label(format!("`.{}` is {}", column.name, column.ty))
    .help("leave it out of the list")
}

/// `trained`: where what was learned says which columns it takes, and what is to be seen there.
pub(in crate::check) fn scoring_row(
    call: &Pending<'_>,
    value: &Value<'_>,
    mismatches: &[Mismatch],
    actual: &Row,
    trained: Option<(Span, &'static str)>,
) -> Diagnostic {
    let with_places = |diagnostic: Diagnostic| {
        let used = diagnostic.with_label("these rows").and(call.syntax.function.span, "the model is used here");
        match trained {
            Some((at, what)) => used.and(at, what),
            None => used,
        }
    };
    let missing: Vec<&Column> = mismatches
        .iter()
        .filter_map(|mismatch| match mismatch {
            Mismatch::Missing(column) => Some(column),
            _ => None,
        })
        .collect();
    if missing.is_empty() {
        return with_places(Diagnostic::new(
            codes::SCORING_COLUMN_TYPE,
            value.span(),
            format!("the model was trained on other types: {}", all_in_words(mismatches)),
        ))
        .help("make them as they were for training, best by the same node");
    }
    let names = listed(missing.iter().map(|column| &*column.name));
    let diagnostic = with_places(Diagnostic::new(
        codes::SCORING_LACKS_COLUMN,
        value.span(),
        format!("the model was trained on the column{} {names}, which these rows lack", plural(missing.len())),
    ));
    match closest(&missing[0].name, column_names(actual)) {
        Some(near) => {
            let rename = format!("rename {{ {} = .{near} }}", missing[0].name);
            diagnostic.help(format!("there is `.{near}`: `|> {rename}`")).fix(step(value.span(), &rename))
        }
        None => diagnostic.help("make them as they were for training, best by the same node"),
    }
}

pub(in crate::check) fn feature_types(call: &Pending<'_>, unfit: &[&Column], at: Span) -> Diagnostic {
    let columns: Vec<String> =
        unfit.iter().map(|column| format!("`.{}` ({})", column.name, brief(&column.ty))).collect();
    let names: Vec<String> = unfit.iter().map(|column| format!(".{}", column.name)).collect();
    let dated = unfit.iter().find(|column| matches!(column.ty.non_null(), Type::Date | Type::Timestamp));
    let diagnostic = Diagnostic::new(
        codes::FEATURE_TYPE,
        at,
        format!("`{}` cannot learn from {}", call.signature.name, columns.join(", ")),
    )
    .with_label("fitted here, on rows with these columns")
    .and(call.syntax.function.span, "the learner");
    match dated {
        Some(column) => diagnostic.help(format!(
            "make numbers of it, as in `derive {{ weekday = .{0}.weekday() }}`, and leave it out: `|> drop([{1}])`; or give it a role: `time {0}: {2}`",
            column.name,
            names.join(", "),
            column.ty
        )),
        None => diagnostic.help(format!("leave out what it cannot take: `|> drop([{}])`", names.join(", "))),
    }
}

fn brief(ty: &Type) -> String {
    match ty.non_null() {
        Type::Struct(_) => "a struct".into(),
        Type::List(_) => "a list".into(),
        _ => ty.to_string(),
    }
}

pub(in crate::check) fn text_features(call: &Pending<'_>, texts: &[&Column], at: Span) -> Diagnostic {
    let names = listed(texts.iter().map(|column| &*column.name));
    let first = texts.first().map_or("x", |column| &column.name);
    Diagnostic::new(
        codes::TEXT_WITHOUT_ENCODER,
        at,
        format!("{names} reach{} `{}` as plain text: every text is a category of its own", if texts.len() == 1 { "es" } else { "" }, call.signature.name),
    )
    .with_label("fitted here, on rows with these columns")
    .and(call.syntax.function.span, "the learner")
    .help(format!(
        "encode it, `one_hot([.{first}]) >> ..` or `ordinal([.{first}]) >> ..`; declare it as `category` if that is what it is; or give it a role, as in `id {first}: str`"
    ))
}

/// Features that are no numbers, before a learner that takes nothing else.
pub(in crate::check) fn unencoded_features(call: &Pending<'_>, others: &[&Column], at: Span) -> Diagnostic {
    let columns: Vec<String> =
        others.iter().map(|column| format!("`.{}` ({})", column.name, brief(&column.ty))).collect();
    let names: Vec<String> = others.iter().map(|column| format!(".{}", column.name)).collect();
    let names = names.join(", ");
    Diagnostic::new(
        codes::FEATURE_TYPE,
        at,
        format!("`{}` learns from numbers, and cannot take {}", call.signature.name, columns.join(", ")),
    )
    .with_label("fitted here, on rows with these columns")
    .and(call.syntax.function.span, "the learner")
    .help(format!(
        "make numbers of them in the recipe: `one_hot([{names}]) >> ..`; or leave them out: `|> drop([{names}])`"
    ))
}

pub(in crate::check) fn nullable_features(call: &Pending<'_>, nullable: &[&Column], at: Span) -> Diagnostic {
    let names: Vec<String> = nullable.iter().map(|column| format!(".{}", column.name)).collect();
    let names = names.join(", ");
    let them = if nullable.len() == 1 { "it" } else { "them" };
    Diagnostic::new(
        codes::NULLABLE_FEATURE,
        at,
        format!(
            "{} may be null, and `{}` stops where one is",
            listed(nullable.iter().map(|column| &*column.name)),
            call.signature.name
        ),
    )
    .with_label("fitted here, on rows with these columns")
    .and(call.syntax.function.span, "the learner")
    .help(format!("fill {them} in the recipe, `impute(mean, [{names}]) >> ..`, or leave such rows out"))
}

pub(in crate::check) fn no_features(call: &Pending<'_>, row: &Row, at: Span) -> Diagnostic {
    Diagnostic::new(
        codes::NO_FEATURES,
        at,
        format!("there is no feature for `{}` to learn from: every column has a role", call.signature.name),
    )
    .with_label("fitted here")
    .help(format!("columns without a role are features; {}", columns_of(row)))
}

/// A column of a role as it may stand in a schema.
fn example_of(role: Option<Role>) -> String {
    match role {
        Some(Role::Time) => "time at: timestamp",
        Some(Role::Group) => "group query: int",
        Some(Role::Id) => "id user: str",
        Some(Role::Weight) => "weight share: float",
        Some(Role::Target) | None => "target outcome: bool",
    }
    .into()
}

/// What a pattern calls its column: its role, or its name.
fn role_of(wanted: &PatternColumn) -> String {
    match wanted.role {
        Some(role) => role.name().to_owned(),
        // Any column of the type will do.
        None if &*wanted.name == "_" => "column".to_owned(),
        None => wanted.name.to_string(),
    }
}

fn type_of(wanted: &PatternColumn) -> String {
    match &wanted.ty {
        PatternType::Is(ty) => ty.to_string(),
        PatternType::Bound(bound) => class(bound),
    }
}

pub(in crate::check) fn no_such_role(
    call: &Pending<'_>,
    wanted: &PatternColumn,
    row: &Row,
    at: Span,
    fitted: bool,
) -> Diagnostic {
    let code = match wanted.role {
        _ if !fitted => codes::NO_COLUMN_OF_ROLE,
        Some(Role::Group) => codes::NO_GROUP,
        _ => codes::NO_TARGET,
    };
    let role = role_of(wanted);
    let likely = row.features().find(|column| match &wanted.ty {
        PatternType::Is(ty) => column.ty == *ty,
        PatternType::Bound(_) => false,
    });
    let example =
        likely.map_or_else(|| example_of(wanted.role), |column| format!("{role} {}: {}", column.name, column.ty));
    Diagnostic::new(
        code,
        at,
        format!("`{}` wants a {role} column ({}), and these rows have none", call.signature.name, type_of(wanted)),
    )
    .with_label(if fitted { "fitted here, on rows without one" } else { "these rows" })
    .and(call.syntax.function.span, if fitted { "the learner" } else { "needs one" })
    .help(match (call.signature.name, wanted.role) {
        ("sample_negatives", _) => {
            format!("let `label` say which pairs came to be, or name it in the schema: `{example}`")
        }
        ("evaluate", Some(Role::Group)) if !fitted => {
            format!("give a model, or pairs that `candidates` makes; of others, name it in the schema: `{example}`")
        }
        _ => format!("say in the schema which column it is: `{example}`"),
    })
}

/// A target that a step of the recipe turns into features.
pub(in crate::check) fn target_as_feature(
    call: &Pending<'_>,
    step: &Pending<'_>,
    target: &str,
    at: Span,
) -> Diagnostic {
    let (learner, step_name) = (call.signature.name, step.signature.name);
    let written = step.given.iter().flatten().find_map(|given| match given {
        Given::Expr(expr) => column_in(expr, target),
        Given::Block(..) => None,
    });
    Diagnostic::new(
        codes::NO_TARGET,
        written.unwrap_or(step.syntax.function.span),
        format!("`{target}` is the target, and `{step_name}` makes features of it: `{learner}` is left without one"),
    )
    .with_label("what is to be learned")
    .and(call.syntax.function.span, "wants the target as it is")
    .and(at, "fitted here, on these rows")
    .help(format!("leave `.{target}` out of the columns of `{step_name}`: learners take a target as it is"))
}

/// Where a column is named in an argument.
fn column_in(expr: &ast::Expr, name: &str) -> Option<Span> {
    match &expr.kind {
        ExprKind::Column(column) if &*column.text == name => Some(expr.span),
        ExprKind::List(items) => items.iter().find_map(|item| column_in(item, name)),
        _ => None,
    }
}

/// Rows by which a model is judged, and that do not say what came to be.
pub(in crate::check) fn nothing_to_judge_by(call: &Pending<'_>, value: &Value<'_>, row: &Row) -> Diagnostic {
    let name = call.signature.name;
    let message = format!("`{name}` holds what a model says against the target, and these rows have none");
    Diagnostic::new(codes::NO_COLUMN_OF_ROLE, value.span(), message)
        .with_label("no column has the role `target`")
        .and(call.syntax.function.span, "needs one")
        .help(format!("say in the schema which column came to be, `target outcome: bool`; {}", columns_of(row)))
}

pub(in crate::check) fn target_type(
    call: &Pending<'_>,
    wanted: &PatternColumn,
    column: &Column,
    at: Span,
) -> Diagnostic {
    let role = role_of(wanted);
    let objective = call.signature.param("objective").and_then(|place| call.given[place]).map(|given| given.span());
    let diagnostic = Diagnostic::new(
        codes::TARGET_TYPE,
        at,
        format!(
            "`{}` wants a {role} that is {}, and `.{}` is {}",
            call.signature.name,
            type_of(wanted),
            column.name,
            column.ty
        ),
    )
    .with_label("fitted here");
    let diagnostic = match objective {
        Some(span) => diagnostic.and(span, "this objective"),
        None => diagnostic.and(call.syntax.function.span, "the learner"),
    };
    let has_objectives = call.signature.param("objective").is_some();
    match column.ty.non_null() {
        Type::Bool if has_objectives => diagnostic.help("a bool is learned with `objective: binary`"),
        Type::Bool => diagnostic.help("a bool is learned by `logistic()` or `boosted_trees(objective: binary)`"),
        Type::Float | Type::Float32 if has_objectives => {
            diagnostic.help("a number is learned with `objective: regression`")
        }
        ty if ty.is_text() && has_objectives => diagnostic.help("a text is learned with `objective: multiclass`"),
        ty if ty.is_text() => diagnostic.help(format!(
            "ask whether it is one of its values, `derive {{ {0} = .{0} == \"..\" }}`, or take another step or learner",
            column.name
        )),
        ty if ty.is_temporal() => diagnostic.help(format!(
            "count from some day on, as in `derive {{ {0} = .{0}.days_since(@2021-01-01) }}`",
            column.name
        )),
        _ => diagnostic.help(format!("make it one: `derive {{ {0} = .{0} > 0 }}`", column.name)),
    }
}

pub(in crate::check) fn nullable_target(wanted: &PatternColumn, column: &Column, at: Span) -> Diagnostic {
    Diagnostic::new(
        codes::NULLABLE_TARGET,
        at,
        format!(
            "the {} `.{}` may be null, and there is nothing to learn from such a row",
            role_of(wanted),
            column.name
        ),
    )
    .with_label("fitted here")
    .help(format!("leave such rows out: `|> filter(.{} is not null)`", column.name))
}

pub(in crate::check) fn several(wanted: &PatternColumn, columns: &[&Column], at: Span) -> Diagnostic {
    let names = listed(columns.iter().map(|column| &*column.name));
    let first = columns.first().map_or("x", |column| &column.name);
    let help = match wanted.role {
        // Each tells only half of which rows belong together.
        Some(Role::Group) => {
            let parts: Vec<String> = columns.iter().map(|column| format!("{{.{}}}", column.name)).collect();
            format!("make one column of them before, such as f\"{}\", and group by that", parts.join(" "))
        }
        _ => format!("leave out all but one: `|> drop([.{first}])`"),
    };
    Diagnostic::new(codes::SEVERAL_TARGETS, at, format!("the rows have more than one {}: {names}", role_of(wanted)))
        .with_label("these rows")
        .help(help)
}

/// `takes`: whether the call has a parameter for them.
pub(in crate::check) fn valid_needed(call: &Pending<'_>, stops: Span, takes: bool) -> Diagnostic {
    crate::message::partitions::valid_needed(call.signature.name, call.syntax.own_span(), stops, takes)
}

/// `learner`: the call of an estimator that is given rows to validate on, which stand at `valid`, and does not look at them.
pub(in crate::check) fn valid_without_effect(learner: &Pending<'_>, valid: Span) -> Diagnostic {
    let name = learner.signature.name;
    let (message, help) = match learner.signature.param(STOP) {
        Some(_) => (
            format!("`{name}` is not told to stop early, so `valid` changes nothing"),
            format!("tell it to, `{name}(.., {STOP}: 20)`, or leave `valid` out"),
        ),
        None => {
            (format!("`{name}` learns from `train` alone, so `valid` changes nothing"), "leave `valid` out".to_owned())
        }
    };
    Diagnostic::new(codes::VALID_WITHOUT_EFFECT, valid, message)
        .with_label("is not looked at")
        .and(learner.syntax.own_span(), "what learns")
        .help(help)
}

/// An estimator that is tuned where it is fitted, and is fitted without rows to tell which trial is best. `search`: where it is
/// said that it is tuned.
pub(in crate::check) fn valid_to_tune_on(call: &Pending<'_>, search: Span) -> Diagnostic {
    Diagnostic::new(
        codes::VALID_NEEDED,
        call.syntax.own_span(),
        "what is fitted is tuned first, and there are no validation rows to tell which trial is best",
    )
    .with_label("no `valid:` is given")
    .and(search, "is tuned where it is fitted")
    .help("give it the validation part: `fit(.., train: data.train, valid: data.valid)`")
}

/// An estimator that is tuned where it is fitted, given to what fits it many times.
pub(in crate::check) fn search_within(call: &Pending<'_>, learner: &Value<'_>, search: Span) -> Diagnostic {
    let name = call.signature.name;
    let diagnostic = Diagnostic::new(
        codes::SEARCH_WITHIN_SEARCH,
        learner.span(),
        format!("`{name}` fits what it is given many times, and this would be tuned anew each time"),
    )
    .with_label("is tuned where it is fitted");
    let diagnostic = if search == learner.span() { diagnostic } else { diagnostic.and(search, "this says so") };
    let looks = call.signature.params.iter().any(|param| matches!(param.kind, ParamKind::Space { .. }));
    if looks {
        diagnostic.help("tune once, with all that is looked for in one `over`")
    } else {
        diagnostic.help(format!(
            "tune it first, `let best = tune(.., train: data.train, valid: data.valid, ..)`, and give `{name}` the `best`"
        ))
    }
}

/// `if count(rows) > 100 then tune(..) else ..`: `at` decides, and `search` is where it is said that something is tuned.
pub(in crate::check) fn search_decided_late(at: Span, search: Span) -> Diagnostic {
    Diagnostic::new(
        codes::CONSTANT_NEEDED,
        at,
        "whether an estimator is tuned where it is fitted must be known before the run",
    )
    .with_label("is computed while the program runs")
    .and(search, "is tuned where it is fitted")
    .help("decide by literals and parameters, or tune it with rows of its own: `tune(.., train: .., valid: .., ..)`")
}

pub(in crate::check) fn nullable_weight(column: &Column, at: Span) -> Diagnostic {
    let name = &column.name;
    Diagnostic::new(
        codes::NULLABLE_TARGET,
        at,
        format!("the weight `.{name}` may be null, and such a row counts nothing that could be told"),
    )
    .with_label("fitted here")
    .help(format!("say how much such rows count: `|> derive {{ {name} = .{name} ?? 1.0 }}`"))
}
