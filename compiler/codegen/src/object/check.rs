//! Whether a model contradicts itself.

use super::Uncompiled;
use super::learner::{Curve, Learner, Part, Pool};
use super::model::{Change, Counts, Model, PART_COUNT};

fn broken(what: impl Into<String>) -> Result<(), Uncompiled> {
    Err(Uncompiled::Broken(what.into()))
}

/// # Errors
/// [`Uncompiled::Broken`], which says how it does.
pub(super) fn check(model: &Model) -> Result<(), Uncompiled> {
    model.counts.iter().try_for_each(|counts| check_counts(counts, model.texts.len()))?;
    let given = model.given();
    for (number, operation) in model.operations.iter().enumerate() {
        if operation.of >= given + number {
            return broken(format!("operation {number} changes a value that is not made before it"));
        }
        let fits = match &operation.change {
            Change::Look { keys, beside, .. } => keys.len() == beside.len(),
            Change::DatePart { part, .. } => *part < PART_COUNT,
            Change::Count(bounds) => bounds.is_sorted(),
            Change::Bucket { buckets, .. } | Change::Hash { buckets, .. } => *buckets > 0,
            _ => true,
        };
        if !fits {
            return broken(format!("operation {number} contradicts itself"));
        }
    }
    let values = given + model.operations.len();
    model.parts.iter().try_for_each(|part| check_part(part, values))?;
    let scores = model.scores();
    let fits = match &model.pool {
        Pool::Alone => model.parts.len() == 1,
        Pool::Mean { shares, .. } => !shares.is_empty() && shares.len() == model.parts.len(),
    };
    if !fits || model.parts.iter().any(|part| part.learner.scores() != scores) {
        return broken("its learners are not those that are put together");
    }
    let one_each = |count: usize| count == 0 || count == scores;
    let is_whole = |curve: &Curve| match curve {
        Curve::Points { scores, values } => !scores.is_empty() && scores.len() == values.len() && scores.is_sorted(),
        Curve::Logistic { .. } => true,
    };
    if !one_each(model.classes.len()) || !one_each(model.curves.len()) || !model.curves.iter().all(is_whole) {
        return broken("its classes or curves are not those of its scores");
    }
    let outputs = model.first_score() + scores + model.curves.len();
    if outputs != model.outputs.len() {
        let named = model.outputs.len();
        return broken(format!("it gives {outputs} numbers and names {named}"));
    }
    Ok(())
}

fn check_counts(counts: &Counts, texts: usize) -> Result<(), Uncompiled> {
    if counts.text >= texts {
        return broken(format!("words of the text {} are counted, and there are {texts}", counts.text));
    }
    if counts.words.is_empty() || counts.words.len() != counts.rarity.len() {
        return broken("words and how rare they are do not fit each other");
    }
    if !counts.rarity.iter().all(|rarity| *rarity > 0.0) {
        return broken("a word that is counted has no weight");
    }
    let mut words: Vec<&String> = counts.words.iter().collect();
    words.sort_unstable();
    if words[0].is_empty() || words.windows(2).any(|pair| pair[0] == pair[1]) {
        return broken("a word that is counted is empty or there twice");
    }
    Ok(())
}

fn check_part(part: &Part, values: usize) -> Result<(), Uncompiled> {
    if let Some(place) = part.features.iter().find(|place| **place >= values) {
        return broken(format!("a learner asks for the value {place}, and there are {values}"));
    }
    let wanted = match &part.learner {
        Learner::Trees(ensemble) => {
            ensemble.check().map_err(|what| Uncompiled::Broken(what.to_string()))?;
            ensemble.features
        }
        Learner::Linear(sums, _) => {
            let width = sums.first().map_or(0, |sum| sum.terms.len());
            if sums.is_empty() || sums.iter().any(|sum| sum.terms.len() != width) {
                return broken("the sums of a linear model are of different lengths");
            }
            width
        }
    };
    if wanted != part.features.len() {
        let given = part.features.len();
        return broken(format!("a learner takes {wanted} features and is given {given}"));
    }
    Ok(())
}
