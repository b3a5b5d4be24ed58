//! Parts by time.

use gml_connect::Fault;
use gml_ir::{DAY, Type, Value};

use super::parts::{NAMES, parts};
use crate::data::{Call, Data};
use crate::expr::{micros, translate};
use crate::frame::{collect, evaluate, fault};
use crate::sequences;
use crate::table::CallExt;

/// `split_time`: by ranges, or by periods counted back from the last row.
///
/// A period counts whole days where `by` is a date: `last(3d)` is the last day and the two before it.
pub(super) fn split_time(call: Call<'_>) -> Result<Data, Fault> {
    if let Some(input) = sequences::input(&call) {
        // A sequence belongs where its last click does; one without a click belongs nowhere.
        let ends: Vec<Option<i64>> = input.iter().map(|sequence| sequence.end()).collect();
        let (asked, part_of) = by_periods(&call, &NAMES.map(|name| call.value(name)), &ends)?;
        return sequences::parts(&call, input, asked, &part_of);
    }
    let table = call.table("input")?;
    let by = call.expr("by")?;
    let ticks = micros(translate(&by)?, &by.ty);
    let frame = collect(table.frame.clone())?;
    let ticks = evaluate(&frame, vec![("by".into(), ticks)])?;
    let ticks: Vec<Option<i64>> = ticks.columns()[0].i64().map_err(fault)?.iter().collect();
    let given = NAMES.map(|name| call.value(name));
    let (asked, part_of) = if given.iter().flatten().any(|value| matches!(value, Value::Range { .. })) {
        by_ranges(&call, &given, &by.ty, &ticks)?
    } else {
        by_periods(&call, &given, &ticks)?
    };
    parts(&call, &table.ty.row, &frame, asked, &part_of)
}

type Assignment = ([bool; 3], Vec<Option<u8>>);

fn by_ranges(
    call: &Call<'_>,
    given: &[Option<Value>; 3],
    ty: &Type,
    ticks: &[Option<i64>],
) -> Result<Assignment, Fault> {
    let mut ranges: Vec<(u8, i64, i64)> = Vec::new();
    let mut asked = [false; 3];
    for (place, (name, value)) in (0_u8..).zip(NAMES.iter().zip(given)) {
        let (start, end, inclusive) = match value {
            Some(Value::Range { start, end, inclusive }) => (start, end, *inclusive),
            None if *name != "train" => continue,
            _ => return Err(call.bad(name, "a range of dates or moments")),
        };
        let (Some(start), Some(end)) = (in_micros(start), in_micros(end)) else {
            return Err(call.bad(name, &format!("a range of {ty}")));
        };
        // Half-open from here on. Days and microseconds are both whole, so the next one is the first outside.
        let end = if inclusive { end.saturating_add(if *ty.non_null() == Type::Date { DAY } else { 1 }) } else { end };
        if let Some((other, ..)) = ranges.iter().find(|(_, from, to)| start.max(*from) < end.min(*to)) {
            let other = NAMES[usize::from(*other)];
            return Err(Fault::new("GML0607", format!("{other} and {name} of split_time share rows"))
                .help("let one range begin after the other ends"));
        }
        asked[usize::from(place)] = true;
        ranges.push((place, start, end));
    }
    let part = |tick: i64| ranges.iter().find(|(_, from, to)| (*from..*to).contains(&tick)).map(|(place, ..)| *place);
    Ok((asked, ticks.iter().map(|tick| tick.and_then(part)).collect()))
}

fn by_periods(call: &Call<'_>, given: &[Option<Value>; 3], ticks: &[Option<i64>]) -> Result<Assignment, Fault> {
    let length = |place: usize| match &given[place] {
        None => Ok(None),
        Some(Value::Symbol { name, args }) if &**name == "last" => {
            match args.iter().find(|(arg, _)| &**arg == "length").map(|(_, value)| value) {
                Some(Value::Duration(micros)) if *micros > 0 => Ok(Some(*micros)),
                _ => Err(call.bad(NAMES[place], "a period longer than nothing, as in last(7d)")),
            }
        }
        Some(_) => Err(call.bad(NAMES[place], "a period, as in last(7d)")),
    };
    let (valid, test) = (length(1)?, length(2)?);
    let latest = ticks.iter().flatten().max().copied().unwrap_or(0);
    let test_from = test.map_or(latest, |length| latest.saturating_sub(length));
    let valid_from = valid.map_or(test_from, |length| test_from.saturating_sub(length));
    let part = |tick: i64| {
        if tick > test_from {
            2
        } else if tick > valid_from {
            1
        } else {
            0
        }
    };
    Ok(([true, valid.is_some(), test.is_some()], ticks.iter().map(|tick| tick.map(part)).collect()))
}

fn in_micros(value: &Value) -> Option<i64> {
    match value {
        Value::Date(days) => i64::from(*days).checked_mul(DAY),
        Value::Timestamp(micros) => Some(*micros),
        _ => None,
    }
}
