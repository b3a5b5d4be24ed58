//! Numbers by the hash of their text.

use std::collections::HashMap;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_module::FuncId;

use super::Uncompiled;
use super::dates::{DAY, date_part, divided};
use super::decimal::{put_float, put_sign, put_text_where, put_whole};
use super::emit::{Emit, FLOAT, WHOLE};
use super::model::{Change, Model, Written};
use super::unit::{Seen, Unit};

/// Bytes that the text of any number fits.
const ROOM: usize = 64;

/// Units of a duration in microseconds, the largest first.
const UNITS: [(i64, &str); 7] =
    [(7 * DAY, "w"), (DAY, "d"), (60 * MINUTE, "h"), (MINUTE, "min"), (SECOND, "s"), (1_000, "ms"), (1, "us")];
const MINUTE: i64 = 60 * SECOND;
const SECOND: i64 = 1_000_000;

/// `hash_..(x, buckets)` for each way in which numbers of a model are written: the bucket of a number.
pub(super) fn define(unit: &mut Unit, model: &Model, murmur3: FuncId) -> Result<HashMap<Written, FuncId>, Uncompiled> {
    let hashed = model.operations.iter().filter_map(|operation| match operation.change {
        Change::Hash { written, .. } => Some(written),
        _ => None,
    });
    let mut functions = HashMap::new();
    let mut whole = None;
    for written in hashed {
        if functions.contains_key(&written) {
            continue;
        }
        let whole = match whole {
            Some(known) => known,
            None => *whole.insert(put_whole(unit)?),
        };
        let float = if written == Written::Float { Some(put_float(unit, whole)?) } else { None };
        let name = format!("hash_{written:?}").to_ascii_lowercase();
        let function = unit.define(&name, Seen::Here, &[FLOAT, types::I32], &[FLOAT], |emit, given| {
            let text = emit.room(ROOM);
            let end = match float {
                Some(float) => emit.call(float, &[text, given[0]])[0],
                None => Writer { put_whole: whole }.put(emit, text, given[0], written)?,
            };
            let length = emit.b.ins().isub(end, text);
            let hash = emit.call(murmur3, &[text, length])[0];
            let bucket = size(emit, hash);
            let buckets = emit.b.ins().uextend(WHOLE, given[1]);
            let bucket = emit.b.ins().urem(bucket, buckets);
            let bucket = emit.b.ins().fcvt_from_sint(FLOAT, bucket);
            emit.give(&[bucket]);
            Ok(())
        })?;
        functions.insert(written, function);
    }
    Ok(functions)
}

/// The size of a hash, taken with its sign.
pub(super) fn size(emit: &mut Emit<'_>, hash: Value) -> Value {
    let signed = emit.b.ins().sextend(WHOLE, hash);
    let turned = emit.b.ins().ineg(signed);
    emit.b.ins().smax(signed, turned)
}

/// Writes counts; each gives the address behind what it has written.
#[derive(Clone, Copy)]
struct Writer {
    put_whole: FuncId,
}

impl Writer {
    fn put(self, emit: &mut Emit<'_>, into: Value, x: Value, written: Written) -> Result<Value, Uncompiled> {
        let count = emit.b.ins().fcvt_to_sint_sat(WHOLE, x);
        Ok(match written {
            // Floats have a function of their own.
            Written::Whole | Written::Float => self.whole(emit, into, count, 1),
            Written::Date => {
                let (first, last) = (emit.whole(i64::from(i32::MIN)), emit.whole(i64::from(i32::MAX)));
                let days = emit.b.ins().smax(count, first);
                let days = emit.b.ins().smin(days, last);
                self.date(emit, into, days, false)
            }
            Written::Time => self.time(emit, into, count),
            Written::Timestamp => {
                let end = self.date(emit, into, count, true);
                let end = put_sign(emit, end, 'T');
                let (_, of_day) = divided(emit, count, DAY);
                let end = self.time(emit, end, of_day);
                put_sign(emit, end, 'Z')
            }
            Written::Duration => self.duration(emit, into, count)?,
        })
    }

    fn whole(self, emit: &mut Emit<'_>, into: Value, number: Value, width: i64) -> Value {
        let width = emit.whole(width);
        emit.call(self.put_whole, &[into, number, width])[0]
    }

    /// Year, month and day.
    fn date(self, emit: &mut Emit<'_>, into: Value, count: Value, micros: bool) -> Value {
        let mut end = into;
        for (part, width) in [4, 2, 2].into_iter().enumerate() {
            if part > 0 {
                end = put_sign(emit, end, '-');
            }
            let number = date_part(emit, count, part, micros);
            end = self.whole(emit, end, number, width);
        }
        end
    }

    /// Hours, minutes, seconds, and where there is a fraction of a second its six digits.
    fn time(self, emit: &mut Emit<'_>, into: Value, micros: Value) -> Value {
        let (seconds, fraction) = divided(emit, micros, SECOND);
        let (minutes, second) = divided(emit, seconds, 60);
        let (hours, minute) = divided(emit, minutes, 60);
        let end = self.whole(emit, into, hours, 2);
        let end = put_sign(emit, end, ':');
        let end = self.whole(emit, end, minute, 2);
        let end = put_sign(emit, end, ':');
        let end = self.whole(emit, end, second, 2);
        let after = put_sign(emit, end, '.');
        let after = self.whole(emit, after, fraction, 6);
        let has_fraction = emit.is_whole(IntCC::NotEqual, fraction, 0);
        emit.either(has_fraction, after, end)
    }

    /// The number of the largest unit of which it is a multiple.
    fn duration(self, emit: &mut Emit<'_>, into: Value, micros: Value) -> Result<Value, Uncompiled> {
        // From the smallest on, so that the largest one stays.
        let mut chosen = emit.whole(1);
        for (unit, _) in UNITS.into_iter().rev() {
            let rest = divided(emit, micros, unit).1;
            let fits = emit.is_whole(IntCC::Equal, rest, 0);
            let unit = emit.whole(unit);
            chosen = emit.either(fits, unit, chosen);
        }
        // None at all is written in seconds.
        let is_none = emit.is_whole(IntCC::Equal, micros, 0);
        let second = emit.whole(SECOND);
        chosen = emit.either(is_none, second, chosen);
        let number = emit.b.ins().sdiv(micros, chosen);
        let after = self.whole(emit, into, number, 1);
        let mut end = after;
        for (unit, name) in UNITS {
            let is_chosen = emit.is_whole(IntCC::Equal, chosen, unit);
            let behind = put_text_where(emit, is_chosen, after, name)?;
            end = emit.either(is_chosen, behind, end);
        }
        Ok(end)
    }
}
