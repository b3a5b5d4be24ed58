//! Metrics: whether they have a meaning for what is judged, and which way is better. Their signatures say both:
//! `-> metric[smaller, Probability, Classes]`, `-> metric[Probability & { group _: discrete }, recommender]`.

use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::{Learned, Role, Row, Type};
use gml_syntax::ast::{self, TypeExpr, TypeKind};

use crate::package::Package;
use crate::typed::{Typed, TypedKind};
use crate::types::role_named;

/// The type of metrics.
const METRIC: &str = "metric";
/// Stands among what a metric judges where less of it is better.
const SMALLER: &str = "smaller";

/// What is judged.
#[derive(Clone, Debug)]
pub(crate) struct Judged<'j> {
    /// Its name in signatures: the schema of what it predicts, `recommender` or `table`.
    name: &'j str,
    words: String,
    at: Span,
    /// What it is to be judged by a metric of it: `this is`, `this learns`.
    verb: &'static str,
    /// The rows that it knows or is judged on; none of them where another one may say what they lack.
    rows: Vec<&'j Row>,
}

impl<'j> Judged<'j> {
    /// What a value of a type is to a metric; `None` where that is not known before the run.
    pub(crate) fn of(ty: &'j Type, at: Span) -> Option<Self> {
        let (name, words) = match ty {
            Type::Learned(learned) => match &**learned {
                Learned::Model(Some((_, output))) => {
                    let schema = output.schema.as_deref()?;
                    (schema, format!("a model that predicts `{schema}`"))
                }
                Learned::Recommender(_) => ("recommender", "a recommender".into()),
                _ => return None,
            },
            Type::Table(_) => ("table", "a table of candidates".into()),
            _ => return None,
        };
        Some(Self { name, words, at, verb: "this is", rows: Vec::new() })
    }

    /// What is learned or found there.
    pub(crate) fn that(self, verb: &'static str) -> Self {
        Self { verb, ..self }
    }

    /// The same with all rows that may have the roles that a metric asks for.
    pub(crate) fn on(self, rows: Vec<&'j Row>) -> Self {
        Self { rows, ..self }
    }
}

/// The metrics that an argument is.
pub(crate) fn metrics_of(value: &Typed) -> &[Typed] {
    let is_metric = |ty: &Type| matches!(ty, Type::Named(name) if &**name == METRIC);
    match (&value.kind, &value.ty) {
        (_, ty) if is_metric(ty) => std::slice::from_ref(value),
        (TypedKind::List(items), Type::List(item)) if is_metric(item) => items,
        _ => &[],
    }
}

/// Whether less of a metric is better; `None` where it is not known which metric it is.
pub(crate) fn less_is_better(package: &Package, metric: &Typed) -> Option<bool> {
    let arguments = arguments(signature(package, metric)?)?;
    Some(arguments.iter().any(|argument| named(argument) == Some(SMALLER)))
}

/// What is wrong with judging something by a metric.
pub(crate) fn unfit(package: &Package, metric: &Typed, judged: &Judged<'_>) -> Option<Diagnostic> {
    let signature = signature(package, metric)?;
    let arguments = arguments(signature)?;
    let name = &signature.name.text;
    let Some(fits) = arguments.iter().find(|argument| named(argument) == Some(judged.name)) else {
        let message = format!("`{name}` has no meaning for {}", judged.words);
        let diagnostic = Diagnostic::new(codes::METRIC_DOES_NOT_FIT, metric.span, message)
            .and(judged.at, format!("{} {}", judged.verb, judged.words));
        // Another form of the same metric may judge it.
        if let Some(form) = fitting(package, judged.name).find(|form| form.name.text == *name) {
            let params: Vec<&str> = form.params.iter().map(|param| &*param.name.text).collect();
            let message = format!("this form of `{name}` has no meaning for {}", judged.words);
            return Some(Diagnostic { message, ..diagnostic }.help(format!("write `{name}({})`", params.join(", "))));
        }
        let mut names: Vec<String> =
            fitting(package, judged.name).map(|signature| format!("`{}`", signature.name.text)).collect();
        names.dedup();
        return Some(match names.is_empty() {
            true => diagnostic,
            false => diagnostic.help(format!("what fits, in std.metrics: {}", names.join(", "))),
        });
    };
    let lacks = |role: &Role| {
        let has = |row: &&Row| row.open || row.with_role(*role).is_some();
        !judged.rows.is_empty() && !judged.rows.iter().any(has)
    };
    let role = demanded(fits).find(lacks)?;
    let message = format!("`{name}` wants a {0} column, and these rows have none", role.name());
    let example = if role == Role::Group { "group customer: str" } else { "id customer: str" };
    Some(
        Diagnostic::new(codes::NO_COLUMN_OF_ROLE, metric.span, message)
            .with_label("goes by groups of rows")
            .and(judged.at, "judged on rows without one")
            .help(format!("say in the schema which column it is: `{example}`")),
    )
}

fn signature<'p>(package: &'p Package, metric: &Typed) -> Option<&'p ast::Signature> {
    let TypedKind::Call(call) = &metric.kind else { return None };
    package.signatures.get(call.signature.0 as usize).map(|declaration| &*declaration.ast)
}

/// What stands in the brackets of `metric[..]`.
fn arguments(signature: &ast::Signature) -> Option<&[TypeExpr]> {
    match &signature.result.kind {
        TypeKind::Named(name, arguments) if &*name.text == METRIC && !arguments.is_empty() => Some(arguments),
        _ => None,
    }
}

fn named(argument: &TypeExpr) -> Option<&str> {
    match &argument.kind {
        TypeKind::Named(name, _) => Some(&name.text),
        TypeKind::And(what, _) => named(what),
        _ => None,
    }
}

/// The roles that the rows to judge on must have.
fn demanded(argument: &TypeExpr) -> impl Iterator<Item = Role> {
    let columns = match &argument.kind {
        TypeKind::And(_, demand) => match &demand.kind {
            TypeKind::Row(row) => &row.columns[..],
            _ => &[],
        },
        _ => &[],
    };
    columns.iter().filter_map(|column| role_named(&column.role.as_ref()?.text))
}

/// The metrics that judge it.
fn fitting<'p>(package: &'p Package, judged: &str) -> impl Iterator<Item = &'p ast::Signature> {
    let signatures = package.signatures.iter().map(|declaration| &*declaration.ast);
    signatures.filter(move |signature| {
        arguments(signature).is_some_and(|arguments| arguments.iter().any(|argument| named(argument) == Some(judged)))
    })
}
