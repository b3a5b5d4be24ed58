//! Parts of sequences.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Partitions, SequencesType, Type};

use super::Sequences;
use crate::data::{Call, Data, Input};
use crate::table::CallExt;

/// The names of the parts, in their order.
const NAMES: [&str; 3] = ["train", "valid", "test"];

/// The sequences of a call that splits them; `None` where it splits a table.
pub(crate) fn input<'c>(call: &'c Call<'_>) -> Option<&'c Sequences> {
    match call.args.iter().find(|(name, _)| &**name == "input") {
        Some((_, Input::Data(Data::Sequences(sequences)))) => Some(sequences),
        _ => None,
    }
}

/// Takes the sequences apart. `part_of` holds for each the place of its part in [`NAMES`]; those without one are in none.
pub(crate) fn parts(
    call: &Call<'_>,
    sequences: &Sequences,
    asked: [bool; 3],
    part_of: &[Option<u8>],
) -> Result<Data, Fault> {
    let mut parts = Vec::new();
    for (place, name) in (0_u8..).zip(NAMES).filter(|(place, _)| asked[usize::from(*place)]) {
        let inside = (0_u32..).zip(part_of).filter(|(_, part)| **part == Some(place));
        let places: Vec<u32> = inside.map(|(sequence, _)| sequence).collect();
        let part = sequences.part(part_type(call, sequences, name), &places, |_| 0)?;
        parts.push((Arc::from(name), Data::Sequences(part)));
    }
    Ok(Data::Record(parts))
}

/// A sequence of fewer clicks has none for each part.
const ONE_FOR_EACH: usize = 3;

/// `split_leave_last`: `test` ends with the last click of each sequence, `valid` with the one before it, `train` with the one
/// before that. A sequence that is too short is in `train` as it is, and in no other part.
pub(super) fn leave_last(call: Call<'_>) -> Result<Data, Fault> {
    let sequences = input(&call).ok_or_else(|| call.bad("input", "sequences"))?;
    let all: Vec<u32> = (0_u32..).zip(sequences.iter()).map(|(place, _)| place).collect();
    let long: Vec<u32> =
        all.iter().copied().filter(|place| sequences.get(*place as usize).len() >= ONE_FOR_EACH).collect();
    let mut parts = Vec::new();
    for (name, places, without) in [("train", &all, 2), ("valid", &long, 1), ("test", &long, 0)] {
        let ty = part_type(&call, sequences, name);
        let part = sequences.part(ty, places, |length| if length >= ONE_FOR_EACH { without } else { 0 })?;
        parts.push((Arc::from(name), Data::Sequences(part)));
    }
    Ok(Data::Record(parts))
}

/// The type that the checker gave a part.
fn part_type(call: &Call<'_>, sequences: &Sequences, name: &str) -> SequencesType {
    let known = match call.result {
        Type::Record(row) | Type::Struct(row) => row.get(name).map(|part| &part.ty),
        _ => None,
    };
    match known {
        Some(Type::Sequences(ty)) => ty.clone(),
        _ => SequencesType { partitions: Partitions::named(name).unwrap_or_default(), ..sequences.ty.clone() },
    }
}
