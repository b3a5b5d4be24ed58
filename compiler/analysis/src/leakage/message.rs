//! What is said of leakage.

use gml_diagnostics::{Code, Diagnostic, Span, codes};
use gml_ir::Role;

use super::walk::{Features, Finding, Kind};
use crate::lineage::fact::{Seeing, Seen};
use crate::lineage::{ColumnNode, How, Maker, Order, Part, Sees};
use crate::typed::Text;

type Way = [(Span, String)];

/// With a label for each place that rows pass.
fn on_the_way(diagnostic: Diagnostic, way: &Way) -> Diagnostic {
    way.iter().fold(diagnostic, |diagnostic, (place, words)| diagnostic.and(*place, words.clone()))
}

pub(super) fn test_rows(seen: &Seen, span: Span, way: &Way, split: Span) -> Diagnostic {
    let operator = &seen.operator;
    let (_, code, message, help) = crate::message::partitions::test_rows(seen.how);
    let mut diagnostic = Diagnostic::new(code, span, message).with_label("test rows are among these");
    diagnostic = on_the_way(diagnostic, way);
    if seen.span != span && !way.iter().any(|(place, _)| *place == seen.span) {
        diagnostic = diagnostic.and(seen.span, format!("`{operator}` takes them here"));
    }
    diagnostic.and(split, "the split was made here").help(help)
}

pub(super) fn calibrated_on_train(seen: &Seen, fitted: &Seen) -> Diagnostic {
    let (message, help) = match seen.operator {
        "calibrate" => (
            "the model is calibrated on rows that it was fitted on: there it is surer of itself than elsewhere"
                .to_owned(),
            "calibrate on rows that it has not learned from, such as the `valid` part",
        ),
        other => (
            format!("`{other}` looks at rows that the model was fitted on: there it is surer of itself than elsewhere"),
            "look at rows that it has not learned from, such as the `valid` part",
        ),
    };
    Diagnostic::new(codes::CALIBRATE_ON_TRAIN, seen.span, message)
        .with_label("these rows are among them")
        .and(fitted.span, format!("the model was {} these rows", fitted.how.words()))
        .help(help)
}

pub(super) fn valid_in_train(seen: &Seen, learned: &Seen) -> Diagnostic {
    let what = if seen.how == Seeing::Stopped { "when to stop" } else { "which settings are best" };
    Diagnostic::new(
        codes::VALID_IN_TRAIN,
        seen.span,
        format!("rows that are learned from cannot tell {what}: on them, more is always better"),
    )
    .with_label("these rows are among them")
    .and(learned.span, "learned from here")
    .help("give another part, as in `split_random(train: 70%, valid: 15%, test: 15%, seed: 1)`")
}

/// Where something is judged on rows that have taken part.
pub(super) struct Judged<'a> {
    pub span: Span,
    /// Where the rows pass on the way in.
    pub way: &'a Way,
    /// Whether they are the very rows that have taken part.
    pub same: bool,
    /// Where both rows are parts of splits, and of different ones, these splits.
    pub apart: Option<[Span; 2]>,
    /// A split of rows that are there several times, which are in several parts then.
    pub scattered: Option<Scattered>,
    /// Whether the call could say that it is meant so.
    pub has_word: bool,
    /// The column that holds predictions against the target, and where these were made.
    pub by_hand: Option<&'a (Text, Span)>,
}

/// A split that puts rows into several parts.
pub(super) struct Scattered {
    pub split: Span,
    /// What makes several rows of one, with its name.
    pub copies: Option<(Span, &'static str)>,
}

impl Scattered {
    /// Where they come to be in several parts, and what to do.
    fn told(&self, diagnostic: Diagnostic) -> (Diagnostic, String) {
        let group = "or split by what names a row (`split_group`)";
        match &self.copies {
            Some((span, name)) => (
                diagnostic
                    .and(*span, format!("`{name}` makes several rows of one, with the target of that one"))
                    .and(self.split, "this split puts them into several parts"),
                format!("split first, and `{name}` each part; {group}"),
            ),
            None => (
                diagnostic
                    .and(self.split, "some rows are there several times, and this split puts them into several parts"),
                format!("split first, and put rows of the `train` part there again; {group}"),
            ),
        }
    }
}

pub(super) fn judged_in_sample(worst: &Seen, others: &[&Seen], judged: &Judged<'_>) -> Diagnostic {
    let code = match worst.how {
        Seeing::Fitted => codes::JUDGED_ON_TRAIN,
        Seeing::Stopped | Seeing::Tuned | Seeing::Chosen => codes::JUDGED_ON_VALID,
        Seeing::Calibrated => codes::JUDGED_ON_CALIBRATION,
    };
    let words = worst.how.words();
    let so = match worst.how {
        Seeing::Chosen => "part of what made it the better one is luck, and that is in the figures",
        _ => "it knows them already",
    };
    let (message, label) = match judged.by_hand {
        Some((name, _)) => (
            format!("`.{name}` holds predictions against the target of rows that the model was {words}: {so}"),
            "judges the model",
        ),
        None => (
            format!("the model is judged on rows that it was {words}: {so}"),
            if judged.same { "these are the same rows" } else { "these rows are among them" },
        ),
    };
    let mut diagnostic = Diagnostic::new(code, judged.span, message)
        .with_label(label)
        .and(worst.span, format!("the model was {words} these rows"));
    if let Some((_, predicted)) = judged.by_hand {
        diagnostic = diagnostic.and(*predicted, "the predictions are made here");
    }
    for other in others {
        diagnostic = diagnostic.and(other.span, format!("it was also {} rows of these", other.how.words()));
    }
    for (place, words) in judged.way {
        diagnostic = diagnostic.and(*place, words.clone());
    }
    let help = if let Some([learned, judged]) = judged.apart {
        diagnostic = diagnostic
            .and(learned, "by this split the model has seen them")
            .and(judged, "this is another split of the same rows");
        "make one split and use its parts for both: two splits of the same rows overlap".to_owned()
    } else if let Some(scattered) = &judged.scattered {
        let (told, help) = scattered.told(diagnostic);
        diagnostic = told;
        help
    } else if worst.how == Seeing::Chosen {
        let word = meant_so(code, judged.has_word);
        format!("choose by other rows, such as the `valid` part, and keep these to judge what was chosen; {word}")
    } else {
        judge_elsewhere(code, judged.has_word)
    };
    diagnostic.help(help)
}

/// Where the model has not seen the rows itself, but one that predicts a feature of it.
pub(super) fn judged_by_prediction(
    feature: &ColumnNode,
    fitted: Option<Span>,
    span: Span,
    has_word: bool,
) -> Diagnostic {
    let code = codes::JUDGED_ON_TRAIN;
    let name = name_of(feature);
    let message =
        format!("the model is judged on rows whose feature {name} is predicted by a model that was fitted on them");
    let mut diagnostic = Diagnostic::new(code, span, message)
        .with_label("these rows are among them")
        .and(feature.span, format!("{name} is predicted here"));
    if let Some(fitted) = fitted {
        diagnostic = diagnostic.and(fitted, "the model that predicts it was fitted on these rows");
    }
    diagnostic.help(judge_elsewhere(code, has_word))
}

fn judge_elsewhere(code: Code, has_word: bool) -> String {
    format!("judge on rows that took no part, such as the `test` part; {}", meant_so(code, has_word))
}

/// How a program says that it knows.
fn meant_so(code: Code, has_word: bool) -> String {
    match has_word {
        true => "`in_sample: true` says that it is meant so".to_owned(),
        false => {
            let name = code.name().replace('-', "_");
            format!("`allow({name})` in front of the declaration says that it is meant so")
        }
    }
}

/// Columns made by one call that know too much in the same way.
pub(super) fn feature(
    features: &Features<'_, '_>,
    kind: Kind,
    findings: &[Finding],
    at: &(Span, String),
) -> Diagnostic {
    let flow = features.flow;
    let nodes: Vec<&ColumnNode> = findings.iter().map(|finding| flow.columns.get(finding.column)).collect();
    let names: Vec<String> = nodes.iter().map(|node| name_of(node)).collect();
    let is_one = names.len() == 1 && !nodes.iter().any(|node| &*node.name == "..");
    let (are, ask) = if is_one { ("is", "asks") } else { ("are", "ask") };
    let names = names.join(", ");
    let target = features.target.last().map(|target| flow.columns.get(*target));
    let span = nodes.first().map_or(at.0, |node| node.span);
    let name = target.map_or("the target".into(), |node| format!("the target `.{}`", node.name));
    let split = |cut| flow.provenance.cut(cut).span;
    let is_selected = nodes.iter().all(|node| node.inputs.iter().any(|input| matches!(input.how, How::Selected(_))));
    let (mut diagnostic, is_target) = match kind {
        Kind::Target => (
            Diagnostic::new(
                codes::FEATURE_FROM_TARGET,
                span,
                format!("{names} {are} computed from {name}, so the model is told what it should find out"),
            )
            .help(earlier_rows(features, &nodes)),
            true,
        ),
        Kind::Twin => (
            Diagnostic::new(
                codes::FEATURE_FROM_TARGET,
                span,
                format!("{names} {are} computed just as {name} is, so the model is told what it should find out"),
            )
            .help("leave it out, and give the role `target` to one of the two"),
            true,
        ),
        Kind::Decides => (
            Diagnostic::new(
                codes::FEATURE_FROM_TARGET,
                span,
                format!("{names} {ask} of the same rows what decides {name}, so the model is told what it should find out"),
            )
            .help("leave it out, or ask it of earlier rows only"),
            true,
        ),
        Kind::TargetAcross(cut) => (
            Diagnostic::new(
                codes::TARGET_ACROSS_PARTS,
                span,
                if is_selected {
                    format!("the features are selected by {name} of rows of several parts of a split, which were to be kept apart")
                } else {
                    format!("{names} {are} computed from {name} of rows of several parts of a split, which were to be kept apart")
                },
            )
            .and(split(cut), "the split of these rows was made here")
            .help("split first, compute it from the `train` part, and join it to the others; or from earlier rows only (`rows: before`)"),
            true,
        ),
        Kind::Prediction => (
            Diagnostic::new(
                codes::FEATURE_FROM_OWN_PREDICTION,
                span,
                format!("{names} {are} predicted by a model that has learned {name} of the same rows"),
            )
            .help("fit the first model on one part and the second on another, such as `train` and `valid`"),
            true,
        ),
        Kind::Across(cut) => (
            Diagnostic::new(
                codes::STATISTIC_ACROSS_PARTS,
                span,
                if is_selected {
                    "the features are selected by rows of several parts of a split, which were to be kept apart".into()
                } else {
                    format!("{names} {are} computed from rows of several parts of a split, which were to be kept apart")
                },
            )
            .and(split(cut), "the split of these rows was made here")
            .help("split first and compute it from the `train` part, or let a step of the recipe learn it, such as `scale` or `impute`"),
            false,
        ),
        Kind::AcrossGroups(cut) => (
            Diagnostic::new(
                codes::STATISTIC_ACROSS_PARTS,
                span,
                format!("{names} {are} computed from rows that groups of several parts of a split are made of, which were to be kept apart"),
            )
            .and(split(cut), "the split of these groups was made here")
            .help("compute it from the `train` part of the groups, or from earlier rows only: `derive(over: .., order: .., rows: before) { .. }` in front of the group"),
            false,
        ),
        Kind::Period(decided) => (
            Diagnostic::new(
                codes::LABEL_FROM_OWN_ROWS,
                span,
                format!(
                    "{names} {are} computed over rows of the period that decides {name}, so the model is told what it should find out"
                ),
            )
            .and(decided, format!("{name} is decided by these rows"))
            .help("compute it from the rows before that period: `filter(.day < start)` in front of the group, or `where: .day < start`"),
            false,
        ),
        Kind::Later => (
            Diagnostic::new(
                codes::FEATURE_FROM_LATER,
                span,
                format!("{names} {are} computed from later rows, which are not there yet when the model is used"),
            )
            .help("look at earlier rows: `lag(..)`, `rows: before`, an as-of join that goes `backward`"),
            false,
        ),
        Kind::AllTime => (
            Diagnostic::new(
                codes::FEATURE_OVER_ALL_TIME,
                span,
                format!("{names} {are} computed over all rows, those behind the row's own time among them"),
            )
            .help("look at earlier rows only: `derive(over: .., order: .., rows: before) { .. }`, or `last: 30d` in an ordered window"),
            false,
        ),
    };
    diagnostic.label = Some(
        match kind {
            Kind::Target | Kind::TargetAcross(_) => "looks at the target",
            Kind::Twin => "the same as the target",
            Kind::Decides => "asks what the target asks",
            Kind::Prediction => "the model knows the target of these rows",
            Kind::Across(_) => "looks at rows of other parts",
            Kind::AcrossGroups(_) => "looks at rows that groups of other parts are made of",
            Kind::Period(_) => "looks at rows of that period, too",
            Kind::Later => "looks at later rows",
            Kind::AllTime => "looks at all rows",
        }
        .into(),
    );
    if let Some(target) = target.filter(|_| is_target)
        && target.span != span
        && target.span != Span::NOWHERE
    {
        diagnostic = diagnostic.and(target.span, format!("{name} comes from here"));
    }
    for (finding, node) in findings.iter().zip(&nodes) {
        let feature = flow.columns.get(finding.feature);
        if feature.name != node.name && feature.span != node.span {
            let words = format!("the feature `.{}` is made of it", feature.name);
            diagnostic = diagnostic.and(feature.span, words);
            break;
        }
    }
    diagnostic.and(at.0, at.1.clone())
}

/// How a feature is made from what came to be before: where it looks at rows that come first in another order than that of time, that.
fn earlier_rows(features: &Features<'_, '_>, nodes: &[&ColumnNode]) -> String {
    let is_before = |how: &How| match how {
        How::Over(over) => over.sees == Sees::Earlier && over.order != Order::Time,
        _ => false,
    };
    if !nodes.iter().any(|node| node.inputs.iter().any(|input| is_before(&input.how))) {
        let ways = "`derive(over: .., order: .., rows: before) { .. }`, `lag(..)`";
        return format!("leave it out, or look at earlier rows only: {ways}");
    }
    match features.table.row.with_role(Role::Time) {
        Some(time) => {
            format!("rows that come first in this order need not be earlier: write `order: [.{}]`", time.name)
        }
        None => {
            "rows that come first in this order need not be earlier: order them by a date or a timestamp".to_owned()
        }
    }
}

/// A column as it is named; of one that a step makes under names that only the data have, the step.
fn name_of(node: &ColumnNode) -> String {
    match &node.maker {
        Maker::Step(step, _) if &*node.name == ".." => format!("the columns of `{step}`"),
        _ => format!("`.{}`", node.name),
    }
}

/// `feature`: what the target is computed from, where that is computed twice.
pub(super) fn target_from_features(
    target: &ColumnNode,
    feature: Option<&ColumnNode>,
    at: &(Span, String),
) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        codes::TARGET_FROM_FEATURES,
        target.span,
        format!(
            "the target `.{}` is computed from features of the same row alone, so there is nothing to learn",
            target.name
        ),
    )
    .with_label("the model is given all of this");
    let diagnostic = match feature {
        Some(feature) => diagnostic.and(feature.span, format!("{} is just what it is computed from", name_of(feature))),
        None => diagnostic,
    };
    diagnostic
        .and(at.0, at.1.clone())
        .help("leave out of the features what the target is computed from: `|> drop([..])`, or give it the role `id`")
}

/// `feature`: the column that is made of rows that say what came to be; the pairs themselves are where there is none.
/// `at_label`: whether `span` is where these rows are named, and `other` where they were used; else the other way round.
pub(super) fn label_from_own_rows(
    feature: Option<&str>,
    span: Span,
    other: Option<Span>,
    judged: bool,
    at_label: bool,
    way: &Way,
    split: Option<Span>,
) -> Diagnostic {
    let (what, is) = match feature {
        Some(name) => (format!("the feature `.{name}`"), "is"),
        None => ("the candidates".to_owned(), "are"),
    };
    let so =
        if judged { "they are judged by what they were told" } else { "the model is told what it should find out" };
    let message = format!("{what} {is} made from the rows that say what came to be, so {so}");
    let (own, theirs) = ("these rows say what came to be", format!("{what} {is} made from them"));
    let (label, beside) = if at_label { (own.to_owned(), theirs) } else { (theirs, own.to_owned()) };
    let mut diagnostic = Diagnostic::new(codes::LABEL_FROM_OWN_ROWS, span, message).with_label(label);
    if let Some(other) = other.filter(|other| *other != span) {
        diagnostic = diagnostic.and(other, beside);
    }
    diagnostic = on_the_way(diagnostic, way);
    if let Some(split) = split {
        diagnostic = diagnostic.and(split, "the split was made here");
    }
    diagnostic.help(
        "make candidates and features from the earlier part, such as `train`, and take the label from the later one",
    )
}

/// `span`: what looks for pairs in the rows that say what came to be, which are named at `outcome`.
pub(super) fn looked_for_in_label(span: Span, outcome: Span, judged: bool) -> Diagnostic {
    let so =
        if judged { "they are judged by what they were told" } else { "the model is told what it should find out" };
    let message =
        format!("the candidates are chosen by whether they are among the rows that say what came to be, so {so}");
    Diagnostic::new(codes::LABEL_FROM_OWN_ROWS, span, message)
        .with_label("looks for them there")
        .and(outcome, "these rows say what came to be")
        .help(
            "look for them in the earlier part, such as `train`; to judge only users who are there, look for the user alone: `on: [.customer]`",
        )
}

/// Pairs are made from the first of the parts, and what came to be is looked up in the second.
pub(super) fn label_before_pairs(
    span: Span,
    judged: bool,
    [known, outcome]: [Part; 2],
    way: &Way,
    split: Span,
) -> Diagnostic {
    let so = if judged { "they are judged by what was known already" } else { "the model learns to look back" };
    let message = format!(
        "the candidates are made from `{}`, which is later than `{}`, where it is looked up what came to be, so {so}",
        known.name(),
        outcome.name()
    );
    let mut diagnostic = Diagnostic::new(codes::LABEL_FROM_OWN_ROWS, span, message)
        .with_label("these rows are earlier than what the candidates are made from");
    diagnostic = on_the_way(diagnostic, way);
    diagnostic.and(split, "the split was made here").help(
        "make candidates and features from the earlier part, such as `train`, and take the label from the later one",
    )
}
