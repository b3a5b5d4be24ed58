//! Features that know too much.

use gml_diagnostics::{Code, Diagnostic, Span, codes};

use super::message;
use super::walk::{Features, Finding, Kind, target_from_features};
use crate::hash::{Map, Set};
use crate::lineage::fact::{Judge, Learn, Moment, Seeing, TableFacts};
use crate::lineage::{ColumnId, Flow, How};
use crate::typed::Text;

/// Features that know too much, by the place at which a model learns from them.
pub(super) type Told = Map<Span, Set<Text>>;

/// Looks at the features that a model learns from.
pub(super) fn learned(flow: &Flow<'_>, learn: &Learn, told: &mut Told, found: &mut Vec<Diagnostic>) {
    let learns = matches!(learn.seen.how, Seeing::Fitted) || learn.seen.how == Seeing::Tuned && !learn.seen.valid;
    if !learns || !learn.model {
        return;
    }
    let Some(features) = Features::of(flow, &learn.table) else { return };
    let at = (learn.seen.span, "a model learns from it here".to_owned());
    let all = features.of_all();
    if !all.is_empty() {
        told.entry(learn.seen.span).or_default().extend(all.iter().map(|finding| features.name(finding).clone()));
    }
    tell(&features, all, &at, found);
    if let Some((target, feature)) = target_from_features(&features) {
        let feature = feature.map(|feature| flow.columns.get(feature));
        found.push(message::target_from_features(flow.columns.get(target), feature, &at));
    }
}

/// Looks at the features of rows on which a model is judged: those that it was learned from, and of which nothing was said
/// there.
pub(super) fn judged(flow: &Flow<'_>, judge: &Judge<'_>, told: &Told, found: &mut Vec<Diagnostic>) {
    let Some(needs) = judge.needs else { return };
    let Some(features) = Features::needed(flow, &judge.table, needs) else { return };
    let at = (judge.span, "a model is judged on it here".to_owned());
    let is_told = |finding: &Finding| {
        let name = features.name(finding);
        judge.learned.seen.iter().filter_map(|seen| told.get(&seen.span)).any(|names| names.contains(name))
    };
    let mut all = features.of_all();
    all.retain(|finding| !is_told(finding));
    let (predicted, others): (Vec<Finding>, Vec<Finding>) =
        all.into_iter().partition(|finding| finding.kind == Kind::Prediction);
    // What a model is fed with that knows the rows: no other leak than that of the model itself.
    if let Some(finding) = predicted.first() {
        let node = flow.columns.get(finding.column);
        let fitted = flow.moments.iter().find_map(|moment| match moment {
            Moment::Learn(learn) if learn.seen.how == Seeing::Fitted => {
                let is_model = |how: &How| matches!(how, How::Predicted(rows) if *rows == learn.seen.rows);
                node.inputs.iter().any(|input| is_model(&input.how)).then_some(learn.seen.span)
            }
            _ => None,
        });
        found.push(message::judged_by_prediction(node, fitted, judge.span, judge.has_word));
    }
    tell(&features, others, &at, found);
}

/// Looks at the features of a table that is declared or stored with a target. A table with predictions in it is meant to be
/// looked at, not to be learned from.
pub(super) fn declared(flow: &Flow<'_>, table: &TableFacts, span: Span, what: &str, found: &mut Vec<Diagnostic>) {
    let Some(features) = Features::of(flow, table) else { return };
    let predicted =
        |column: ColumnId| flow.columns.get(column).inputs.iter().any(|input| matches!(input.how, How::Predicted(_)));
    if features.columns().any(|column| predicted(column) || predicted(flow.columns.root(column))) {
        return;
    }
    let at = (span, format!("{what}, a table with this target"));
    tell(&features, features.of_all(), &at, found);
}

/// Whether two diagnostics are of features that the same step makes.
pub(super) fn are_of_one(one: &Diagnostic, other: &Diagnostic) -> bool {
    const OF_FEATURES: [Code; 4] = [
        codes::FEATURE_FROM_TARGET,
        codes::TARGET_ACROSS_PARTS,
        codes::STATISTIC_ACROSS_PARTS,
        codes::FEATURE_OVER_ALL_TIME,
    ];
    one.span == other.span && OF_FEATURES.contains(&one.code) && OF_FEATURES.contains(&other.code)
}

fn tell(features: &Features<'_, '_>, mut all: Vec<Finding>, at: &(Span, String), found: &mut Vec<Diagnostic>) {
    let columns = &features.flow.columns;
    let mut told: Set<ColumnId> = Set::default();
    // That it looks at other parts is told where it is said that it looks at their target.
    let looks_at_targets = |finding: &&Finding| matches!(finding.kind, Kind::TargetAcross(_));
    let told_more: Set<ColumnId> = all.iter().filter(looks_at_targets).map(|finding| finding.feature).collect();
    all.retain(|finding| {
        !matches!(finding.kind, Kind::Across(_) | Kind::AcrossGroups(_)) || !told_more.contains(&finding.feature)
    });
    // Of one step, what weighs most; of one call, all columns together.
    all.sort_by_key(|finding| finding.kind.weight());
    let mut groups: Vec<(Kind, Span, Vec<Finding>)> = Vec::new();
    for finding in all {
        if !told.insert(finding.column) {
            continue;
        }
        let call = match columns.get(finding.column).maker {
            crate::lineage::Maker::Step(_, span) => span,
            _ => columns.get(finding.column).span,
        };
        match groups.iter_mut().find(|(kind, span, _)| *kind == finding.kind && *span == call) {
            Some((.., findings)) => findings.push(finding),
            None => groups.push((finding.kind, call, vec![finding])),
        }
    }
    for (kind, _, mut findings) in groups {
        findings.sort_by_key(|finding| columns.get(finding.column).span.start);
        found.push(message::feature(features, kind, &findings, at));
    }
}
