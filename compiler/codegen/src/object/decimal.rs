//! Numbers as text, digit for digit as Rust writes them.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};
use cranelift_module::FuncId;

use super::Uncompiled;
use super::emit::{Emit, FLOAT, WHOLE};
use super::shortest::shortest;
use super::unit::{Seen, Unit};

/// The most digits of a number of 64 bits.
const MOST_DIGITS: u32 = 20;

/// Writes a sign; gives the address behind it.
pub(super) fn put_sign(emit: &mut Emit<'_>, into: Value, sign: char) -> Value {
    let sign = emit.b.ins().iconst(types::I8, i64::from(sign as u32));
    emit.b.ins().store(MemFlagsData::new().with_notrap(), sign, into, 0);
    emit.plus(into, 1)
}

/// Writes a constant text; gives the address behind it.
fn put_text(emit: &mut Emit<'_>, into: Value, text: &str) -> Value {
    text.chars().fold(into, |into, sign| put_sign(emit, into, sign))
}

/// Writes a constant text where the condition holds; gives the address behind it.
pub(super) fn put_text_where(
    emit: &mut Emit<'_>,
    condition: Value,
    into: Value,
    text: &str,
) -> Result<Value, Uncompiled> {
    emit.branch(
        condition,
        |emit| {
            put_text(emit, into, text);
            Ok(())
        },
        |_| Ok(()),
    )?;
    Ok(emit.plus(into, text.len() as i64))
}

/// `put_whole(into, number, width)`: writes a number with at least so many digits, a minus among them; gives the address behind it.
pub(super) fn put_whole(unit: &mut Unit) -> Result<FuncId, Uncompiled> {
    let address = unit.address();
    unit.define("put_whole", Seen::Here, &[address, WHOLE, WHOLE], &[address], |emit, given| {
        let (into, number, width) = (given[0], given[1], given[2]);
        let is_negative = emit.is_whole(IntCC::SignedLessThan, number, 0);
        let minus = emit.b.ins().uextend(WHOLE, is_negative);
        // What follows overwrites it where there is none.
        put_sign(emit, into, '-');
        let into = emit.b.ins().iadd(into, minus);
        let width = emit.b.ins().isub(width, minus);
        let turned = emit.b.ins().ineg(number);
        let size = emit.either(is_negative, turned, number);
        let count = digits(emit, size);
        let count = emit.b.ins().smax(count, width);
        let end = emit.b.ins().iadd(into, count);
        let is_left = |emit: &mut Emit<'_>, at: &[Value]| emit.b.ins().icmp(IntCC::UnsignedGreaterThan, at[0], into);
        emit.repeat(&[end, size], is_left, |emit, at| {
            let before = emit.plus(at[0], -1);
            let (tenth, digit) = tenth(emit, at[1]);
            let sign = emit.plus(digit, i64::from(b'0'));
            emit.b.ins().istore8(MemFlagsData::new().with_notrap(), sign, before, 0);
            Ok(vec![before, tenth])
        })?;
        emit.give(&[end]);
        Ok(())
    })
}

/// A tenth of a number without a sign, and what is left over.
fn tenth(emit: &mut Emit<'_>, number: Value) -> (Value, Value) {
    let tenth = emit.b.ins().udiv_imm_u(number, 10);
    let back = emit.times(tenth, 10);
    (tenth, emit.b.ins().isub(number, back))
}

/// How many digits a number without a sign has; 0 has one.
fn digits(emit: &mut Emit<'_>, number: Value) -> Value {
    let one = emit.whole(1);
    (1..MOST_DIGITS).fold(one, |count, digits| {
        let reaches =
            emit.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, number, 10_u64.pow(digits).cast_signed());
        let reaches = emit.b.ins().uextend(WHOLE, reaches);
        emit.b.ins().iadd(count, reaches)
    })
}

/// `put_float(into, x)`: writes a float as `{:?}` of Rust does; gives the address behind it.
pub(super) fn put_float(unit: &mut Unit, put_whole: FuncId) -> Result<FuncId, Uncompiled> {
    let shortest = shortest(unit)?;
    let powers: Vec<u64> = (0..MOST_DIGITS).map(|power| 10_u64.pow(power)).collect();
    let powers = unit.tables.wholes(&powers);
    let address = unit.address();
    unit.define("put_float", Seen::Here, &[address, FLOAT], &[address], |emit, given| {
        let (into, x) = (given[0], given[1]);
        // What is written for nothing is overwritten by what follows.
        for (number, text) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf"), (f64::NEG_INFINITY, "-inf"), (0.0, "0.0")] {
            let is = if number.is_nan() { emit.is_nan(x) } else { emit.is_number(FloatCC::Equal, x, number) };
            let end = put_text(emit, into, text);
            emit.give_if(is, &[end]);
        }
        let after = put_sign(emit, into, '-');
        let is_negative = emit.is_number(FloatCC::LessThan, x, 0.0);
        let into = emit.either(is_negative, after, into);
        let size = emit.b.ins().fabs(x);
        let bits = emit.b.ins().bitcast(WHOLE, MemFlagsData::new(), size);
        let found = emit.call(shortest, &[bits]);
        let found = emit.repeat(
            &found,
            |emit, at| {
                let (_, last) = tenth(emit, at[0]);
                emit.is_whole(IntCC::Equal, last, 0)
            },
            |emit, at| {
                let (tenth, _) = tenth(emit, at[0]);
                Ok(vec![tenth, emit.plus(at[1], 1)])
            },
        )?;
        let float = Digits { number: found[0], power: found[1], powers };
        let is_large = emit.is_number(FloatCC::GreaterThanOrEqual, size, LARGE);
        let is_small = emit.is_number(FloatCC::LessThan, size, SMALL);
        let is_far = emit.b.ins().bor(is_large, is_small);
        emit.give_where(is_far, |emit| vec![float.put_with_exponent(emit, into, put_whole)]);
        let end = float.put(emit, into, put_whole);
        emit.give(&[end]);
        Ok(())
    })
}

/// From here on floats are written with an exponent.
const LARGE: f64 = 1e16;
/// Below this they are, too.
const SMALL: f64 = 1e-4;

/// A float as a whole number that ends with no 0, and the power of ten that it is to be multiplied with.
struct Digits {
    number: Value,
    power: Value,
    /// Where the powers of ten stand.
    powers: i64,
}

impl Digits {
    fn ten_to(&self, emit: &mut Emit<'_>, power: Value) -> Value {
        let powers = emit.table(self.powers);
        let item = emit.item(powers, power, size_of::<u64>());
        emit.read_whole(item)
    }

    /// `1.25e-7`: the first digit, the others behind a point where there are any, and the exponent.
    fn put_with_exponent(&self, emit: &mut Emit<'_>, into: Value, put_whole: FuncId) -> Value {
        let count = digits(emit, self.number);
        let behind = emit.plus(count, -1);
        let unit = self.ten_to(emit, behind);
        let first = emit.b.ins().udiv(self.number, unit);
        let front = emit.b.ins().imul(first, unit);
        let rest = emit.b.ins().isub(self.number, front);
        let one = emit.whole(1);
        let end = emit.call(put_whole, &[into, first, one])[0];
        let after = put_sign(emit, end, '.');
        let after = emit.call(put_whole, &[after, rest, behind])[0];
        let has_more = emit.is_whole(IntCC::NotEqual, behind, 0);
        let end = emit.either(has_more, after, end);
        let end = put_sign(emit, end, 'e');
        let exponent = emit.b.ins().iadd(self.power, behind);
        emit.call(put_whole, &[end, exponent, one])[0]
    }

    /// `0.00125` or `120.0`: what stands before the point and behind it, at least one digit each.
    fn put(&self, emit: &mut Emit<'_>, into: Value, put_whole: FuncId) -> Value {
        let (zero, one) = (emit.whole(0), emit.whole(1));
        let lift = emit.plus(self.power, 1);
        let lift = emit.b.ins().smax(lift, zero);
        let factor = self.ten_to(emit, lift);
        let number = emit.b.ins().imul(self.number, factor);
        let behind = emit.b.ins().ineg(self.power);
        let behind = emit.b.ins().smax(behind, one);
        // A number of 17 digits is below the largest power.
        let most = emit.whole(i64::from(MOST_DIGITS) - 1);
        let power = emit.b.ins().smin(behind, most);
        let unit = self.ten_to(emit, power);
        let front = emit.b.ins().udiv(number, unit);
        let back = emit.b.ins().imul(front, unit);
        let rest = emit.b.ins().isub(number, back);
        let end = emit.call(put_whole, &[into, front, one])[0];
        let end = put_sign(emit, end, '.');
        emit.call(put_whole, &[end, rest, behind])[0]
    }
}
