//! The steps of a recipe.

use std::sync::Arc;

use gml_codegen::object::{Change, PART_COUNT, Written};
use gml_connect::Fault;

use super::draft::{Draft, Known, Place};
use super::not_compiled;
use crate::prep::{
    Cell, Coded, DATE_PARTS, Encoded, Exact, Fill, Hashed, Input, Kind, Recipe, Step, Words, hash_bucket,
};
use crate::scoring::Form;

/// The operations of a recipe.
///
/// # Errors
/// GML0937 where a step has no form here.
pub(crate) fn recipe(recipe: &Recipe, draft: &mut Draft<'_>) -> Result<(), Fault> {
    recipe.steps.iter().try_for_each(|step| add(step, draft))
}

fn add(step: &Step, draft: &mut Draft<'_>) -> Result<(), Fault> {
    match step {
        Step::Impute { columns } => columns.iter().try_for_each(|fill| impute(fill, draft)),
        Step::OneHot { columns } => columns.iter().try_for_each(|coded| one_hot(coded, draft)),
        Step::Ordinal { columns } => columns.iter().try_for_each(|coded| ordinal(coded, draft)),
        Step::Binary { columns } => columns.iter().try_for_each(|coded| binary(coded, draft)),
        Step::TargetEncode { columns } => columns.iter().try_for_each(|encoded| target_encode(encoded, draft)),
        Step::Hash { columns } => columns.iter().try_for_each(|hashed| hash(hashed, draft)),
        Step::Scale { columns } => columns.iter().try_for_each(|affine| {
            let change = Change::Scale { center: affine.center.0, factor: affine.factor() };
            numbers(&affine.input, change, Form::Float, draft)
        }),
        Step::Bucket { columns } => columns.iter().try_for_each(|bounded| {
            let bounds = bounded.bounds.iter().map(|bound| bound.0).collect();
            numbers(&bounded.input, Change::Count(bounds), Form::Int, draft)
        }),
        Step::Log { columns } => columns.iter().try_for_each(|input| numbers(input, Change::Log, Form::Float, draft)),
        Step::Clip { columns } => columns.iter().try_for_each(|clipped| {
            let change = Change::Clip { low: clipped.low.0, high: clipped.high.0 };
            numbers(&clipped.input, change, Form::Float, draft)
        }),
        Step::DateParts { columns } => columns.iter().try_for_each(|input| date_parts(input, draft)),
        Step::TextCounts { columns } => columns.iter().try_for_each(|words| text_counts(words, draft)),
        Step::Drop { columns } => {
            columns.iter().for_each(|name| draft.drop(name));
            Ok(())
        }
    }
}

/// A change of numbers into numbers.
fn numbers(input: &Input, change: Change, form: Form, draft: &mut Draft<'_>) -> Result<(), Fault> {
    let of = number(input, draft)?;
    let made = draft.make(of.place, change);
    draft.set(&input.column, made, form, of);
    Ok(())
}

fn number(input: &Input, draft: &mut Draft<'_>) -> Result<Known, Fault> {
    let of = draft.get(&input.column, input.kind)?;
    match of.form.kind() {
        Kind::Number => Ok(of),
        kind => Err(not_compiled(&format!(
            "a step for numbers is given `{}`, which holds {} values",
            input.column,
            kind.name()
        ))),
    }
}

fn impute(fill: &Fill, draft: &mut Draft<'_>) -> Result<(), Fault> {
    let of = draft.get(&fill.input.column, fill.input.kind)?;
    let (value, form) = match (&fill.value, of.form) {
        (Cell::Float(Exact(value)), Form::Int | Form::Float | Form::Single) if fill.to_float => (*value, Form::Float),
        (Cell::Int(_), Form::Int | Form::Float | Form::Single) if fill.to_float => {
            (draft.number(Known { form: Form::Float, ..of }, &fill.value)?, Form::Float)
        }
        // The column stays one of 32 bits.
        (Cell::Float(Exact(value)), Form::Single) => (f64::from(*value as f32), Form::Single),
        (value, form) => (draft.number(of, value)?, form),
    };
    let made = draft.make(of.place, Change::Fill(value));
    draft.set(&fill.input.column, made, form, of);
    Ok(())
}

/// The numbers that stand for values.
fn keys(values: &[Cell], of: Known, draft: &mut Draft<'_>) -> Result<Vec<f64>, Fault> {
    values.iter().map(|value| draft.number(of, value)).collect()
}

fn one_hot(coded: &Coded, draft: &mut Draft<'_>) -> Result<(), Fault> {
    let of = draft.get(&coded.input.column, coded.input.kind)?;
    draft.drop(&coded.input.column);
    let keys = keys(&coded.values, of, draft)?;
    for (key, (name, _)) in keys.into_iter().zip(coded.indicator_names()) {
        let made = draft.make(of.place, Change::Is(key));
        draft.set(&name, made, Form::Float, of);
    }
    Ok(())
}

fn ordinal(coded: &Coded, draft: &mut Draft<'_>) -> Result<(), Fault> {
    let of = draft.get(&coded.input.column, coded.input.kind)?;
    let keys = keys(&coded.values, of, draft)?;
    let beside = (1..=keys.len()).map(|place| place as f64).collect();
    let made = draft.make(of.place, Change::Look { keys, beside, other: -1.0, null: None });
    draft.set(&coded.input.column, made, Form::Int, of);
    Ok(())
}

/// Each digit is looked up by itself.
fn binary(coded: &Coded, draft: &mut Draft<'_>) -> Result<(), Fault> {
    let of = draft.get(&coded.input.column, coded.input.kind)?;
    draft.drop(&coded.input.column);
    let keys = keys(&coded.values, of, draft)?;
    for (digit, (name, _)) in coded.digit_names().enumerate() {
        let beside = coded.bits(digit);
        let change = Change::Look { keys: keys.clone(), beside, other: 0.0, null: Some(0.0) };
        let made = draft.make(of.place, change);
        draft.set(&name, made, Form::Float, of);
    }
    Ok(())
}

fn target_encode(encoded: &Encoded, draft: &mut Draft<'_>) -> Result<(), Fault> {
    let of = draft.get(&encoded.input.column, encoded.input.kind)?;
    let keys = keys(&encoded.values, of, draft)?;
    let beside = encoded.means.iter().map(|mean| mean.0).collect();
    let change = Change::Look { keys, beside, other: encoded.other.0, null: Some(encoded.null.0) };
    let made = draft.make(of.place, change);
    draft.set(&encoded.input.column, made, Form::Float, of);
    Ok(())
}

fn hash(hashed: &Hashed, draft: &mut Draft<'_>) -> Result<(), Fault> {
    let Hashed { input, buckets, .. } = hashed;
    let of = draft.get(&input.column, input.kind)?;
    draft.drop(&input.column);
    let count = u32::try_from(*buckets).map_err(|_| {
        not_compiled(&format!("`{}` is put into {buckets} buckets, more than 32 bits count", input.column))
    })?;
    let written = |written| Change::Hash { written, buckets: count };
    let bucket = match of.form {
        Form::Text => draft.bucket(of, count),
        Form::Bool => {
            let beside = [false, true].map(|truth| Ok(hash_bucket(&Cell::Bool(truth).label(), *buckets)? as f64));
            let beside = beside.into_iter().collect::<Result<_, Fault>>()?;
            draft.make(of.place, Change::Look { keys: vec![0.0, 1.0], beside, other: f64::NAN, null: None })
        }
        Form::Int => draft.make(of.place, written(Written::Whole)),
        Form::Float | Form::Single => draft.make(of.place, written(Written::Float)),
        Form::Date => draft.make(of.place, written(Written::Date)),
        Form::Time => draft.make(of.place, written(Written::Time)),
        Form::Timestamp => draft.make(of.place, written(Written::Timestamp)),
        Form::Duration => draft.make(of.place, written(Written::Duration)),
    };
    for (number, (name, _)) in hashed.names().enumerate() {
        let made = draft.make(bucket, Change::Is(number as f64));
        draft.set(&name, made, Form::Float, of);
    }
    Ok(())
}

/// The words of the text as it is, or of what was put in its place where it is missing.
fn text_counts(words: &Words, draft: &mut Draft<'_>) -> Result<(), Fault> {
    let of = draft.get(&words.input.column, Kind::Text)?;
    draft.drop(&words.input.column);
    let weights = draft.words(of, words);
    for ((name, _), weight) in words.names().zip(weights) {
        draft.set(&name, weight, Form::Float, of);
    }
    Ok(())
}

fn date_parts(input: &Input, draft: &mut Draft<'_>) -> Result<(), Fault> {
    let of = draft.get(&input.column, input.kind)?;
    draft.drop(&input.column);
    if !matches!(of.form, Form::Date | Form::Timestamp) {
        return Err(not_compiled(&format!(
            "`{}`, of which the step `date_parts` takes parts, is no date",
            input.column
        )));
    }
    for (part, name) in DATE_PARTS.iter().enumerate().take(PART_COUNT) {
        let change = Change::DatePart { part, micros: of.form == Form::Timestamp };
        let made = draft.make(of.place, change);
        draft.set(&format!("{}_{name}", input.column), made, Form::Int, of);
    }
    Ok(())
}

/// What a text feature of a model is to the trees: the place among the texts that were learned from, else missing.
///
/// # Errors
/// GML0937 where the column has no form here.
pub(crate) fn places(name: &str, values: &[Arc<str>], draft: &mut Draft<'_>) -> Result<Place, Fault> {
    let of = draft.get(name, Kind::Text)?;
    let keys = values.iter().map(|value| draft.code(of, value)).collect();
    let beside = (0..values.len()).map(|place| place as f64).collect();
    Ok(draft.make(of.place, Change::Look { keys, beside, other: f64::NAN, null: Some(f64::NAN) }))
}
