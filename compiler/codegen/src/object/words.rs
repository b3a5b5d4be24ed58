//! How much each word of a text counts.
//!
//! A text is read sign by sign. Each has a class, by a table for the signs of ASCII and by a search for all others; letters and digits go
//! on through the states of the words that count, and what stands apart ends a word. No text is copied and no letter is made small.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value};
use cranelift_module::FuncId;

use super::Uncompiled;
use super::alphabet::{APART, Alphabet};
use super::emit::{Emit, WHOLE, byte};
use super::model::{Counts, Model};
use super::spelling::{NOWHERE, START, Spelling};
use super::unit::{Seen, Unit};

const FLOAT_BYTES: usize = size_of::<f64>();
/// Weights that are looked at together.
const BLOCK: usize = 8;

/// Room for the weights of so many words.
pub(super) fn room(words: usize) -> usize {
    words.next_multiple_of(BLOCK) * FLOAT_BYTES
}

/// `count_words_0(text, length, weights)` and so on, a function for each [`Counts`] of a model.
pub(super) fn define(unit: &mut Unit, model: &Model) -> Result<Vec<FuncId>, Uncompiled> {
    if model.counts.is_empty() {
        return Ok(Vec::new());
    }
    let alphabet = Alphabet::of(model.counts.iter().flat_map(|counts| &counts.words).map(String::as_str));
    let signs = Signs::define(unit, &alphabet)?;
    let counts = model.counts.iter().enumerate();
    counts.map(|(number, counts)| count(unit, &format!("count_words_{number}"), counts, &alphabet, &signs)).collect()
}

/// The classes of signs.
struct Signs {
    /// Where those of ASCII stand.
    of_ascii: i64,
    /// `far_sign(text, at, length)`: the class of another sign, and where the next one begins.
    far: FuncId,
}

/// Signs of ASCII.
const ASCII: usize = 128;

impl Signs {
    fn define(unit: &mut Unit, alphabet: &Alphabet) -> Result<Self, Uncompiled> {
        let (starts, classes) = (unit.tables.words(&alphabet.starts), unit.tables.words(&alphabet.classes));
        let class = |sign: usize| {
            let after = alphabet.starts.partition_point(|start| *start as usize <= sign);
            alphabet.classes[after - 1]
        };
        let of_ascii: Vec<u32> = (0..ASCII).map(class).collect();
        let of_ascii = unit.tables.words(&of_ascii);
        let address = unit.address();
        let count = alphabet.starts.len() as i64;
        let far = unit.define("far_sign", Seen::Here, &[address, WHOLE, WHOLE], &[WHOLE, WHOLE], |emit, given| {
            let (text, at, length) = (given[0], given[1], given[2]);
            let start = emit.b.ins().iadd(text, at);
            let first = byte(emit, WHOLE, start);
            // Bytes that follow the first one of UTF-8: 0 where it is none itself.
            let mut following = emit.whole(0);
            for first_of_longer in [0xc0, 0xe0, 0xf0] {
                let is_longer = emit.is_whole(IntCC::UnsignedGreaterThanOrEqual, first, first_of_longer);
                let one_more = emit.b.ins().uextend(WHOLE, is_longer);
                following = emit.b.ins().iadd(following, one_more);
            }
            let last = emit.b.ins().iadd(at, following);
            let is_alone = emit.is_whole(IntCC::Equal, following, 0);
            let is_cut_off = emit.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, last, length);
            let is_none = emit.b.ins().bor(is_alone, is_cut_off);
            let (apart, next) = (emit.whole(i64::from(APART)), emit.plus(at, 1));
            emit.give_if(is_none, &[apart, next]);
            let mask = emit.whole(0x3f);
            let mask = emit.b.ins().ushr(mask, following);
            let code = emit.b.ins().band(first, mask);
            let is_left =
                |emit: &mut Emit<'_>, at: &[Value]| emit.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, at[0], last);
            let read = emit.repeat(&[next, code], is_left, |emit, at| {
                let from = emit.b.ins().iadd(text, at[0]);
                let bits = byte(emit, WHOLE, from);
                let bits = emit.b.ins().band_imm_u(bits, 0x3f);
                let code = emit.b.ins().ishl_imm_u(at[1], 6);
                Ok(vec![emit.plus(at[0], 1), emit.b.ins().bor(code, bits)])
            })?;
            let place = last_at_most(emit, starts, count, read[1])?;
            let class = word(emit, classes, place);
            emit.give(&[class, read[0]]);
            Ok(())
        })?;
        Ok(Self { of_ascii, far })
    }
}

/// A word of 32 bits of a table.
fn word(emit: &mut Emit<'_>, table: i64, place: Value) -> Value {
    let table = emit.table(table);
    let item = emit.item(table, place, size_of::<u32>());
    emit.read_word(item)
}

/// The place of the last of the words of a table, which rise from 0 on, that is at most a number.
fn last_at_most(emit: &mut Emit<'_>, table: i64, count: i64, number: Value) -> Result<Value, Uncompiled> {
    let (first, count) = (emit.whole(0), emit.whole(count));
    let found = emit.repeat(
        &[first, count],
        |emit, at| emit.is_whole(IntCC::UnsignedGreaterThan, at[1], 1),
        |emit, at| {
            let half = emit.b.ins().ushr_imm_u(at[1], 1);
            let middle = emit.b.ins().iadd(at[0], half);
            let start = word(emit, table, middle);
            let reaches = emit.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, start, number);
            let from = emit.either(reaches, middle, at[0]);
            Ok(vec![from, emit.b.ins().isub(at[1], half)])
        },
    )?;
    Ok(found[0])
}

/// The tables of the words that are counted.
struct Placed {
    bases: i64,
    words: i64,
    owners: i64,
    targets: i64,
    rarity: i64,
    weights: Value,
}

impl Placed {
    /// The state behind a letter.
    fn step(&self, emit: &mut Emit<'_>, state: Value, class: Value) -> Value {
        let base = word(emit, self.bases, state);
        let step = emit.b.ins().iadd(base, class);
        let owner = word(emit, self.owners, step);
        let target = word(emit, self.targets, step);
        let is_own = emit.b.ins().icmp(IntCC::Equal, owner, state);
        let nowhere = emit.whole(i64::from(NOWHERE));
        emit.either(is_own, target, nowhere)
    }

    /// Adds the word that ends in a state, where one does.
    fn add(&self, emit: &mut Emit<'_>, state: Value) -> Result<(), Uncompiled> {
        let number = word(emit, self.words, state);
        let is_word = emit.is_whole(IntCC::NotEqual, number, 0);
        emit.branch(
            is_word,
            |emit| {
                let place = emit.plus(number, -1);
                let rarity = emit.table(self.rarity);
                let rarity = emit.item(rarity, place, FLOAT_BYTES);
                let rarity = emit.read(rarity);
                let weight = emit.item(self.weights, place, FLOAT_BYTES);
                let before = emit.load(weight, 0);
                let after = emit.b.ins().fadd(before, rarity);
                emit.store(after, weight, 0);
                Ok(())
            },
            |_| Ok(()),
        )
    }
}

fn count(
    unit: &mut Unit,
    name: &str,
    counts: &Counts,
    alphabet: &Alphabet,
    signs: &Signs,
) -> Result<FuncId, Uncompiled> {
    let spelling = Spelling::of(&counts.words, alphabet);
    let [bases, words, owners, targets] =
        [&spelling.bases, &spelling.words, &spelling.owners, &spelling.targets].map(|words| unit.tables.words(words));
    let rarity = unit.tables.floats(&counts.rarity);
    let of_null = counts.null.as_ref().map(|text| (unit.tables.add(text.as_bytes(), 1), text.len() as i64));
    let address = unit.address();
    unit.define(name, Seen::Here, &[address, WHOLE, address], &[], |emit, given| {
        let weights = given[2];
        let placed = Placed { bases, words, owners, targets, rarity, weights };
        let blocks = emit.whole((room(counts.words.len()) / FLOAT_BYTES) as i64);
        emit.each(blocks, BLOCK as i64, |emit, first| {
            let (block, none) = (emit.item(weights, first, FLOAT_BYTES), emit.float(0.0));
            (0..BLOCK).for_each(|place| emit.store(none, block, place * FLOAT_BYTES));
            Ok(())
        })?;
        let (text, length) = there(emit, given[0], given[1], of_null);
        let (first, start) = (emit.whole(0), emit.whole(i64::from(START)));
        let is_left = |emit: &mut Emit<'_>, at: &[Value]| emit.b.ins().icmp(IntCC::UnsignedLessThan, at[0], length);
        let read = emit.repeat(&[first, start], is_left, |emit, at| {
            let (at, state) = (at[0], at[1]);
            let from = emit.b.ins().iadd(text, at);
            let sign = byte(emit, WHOLE, from);
            let is_ascii = emit.is_whole(IntCC::UnsignedLessThan, sign, ASCII as i64);
            let read = emit.choose(
                is_ascii,
                |emit| Ok(vec![word(emit, signs.of_ascii, sign), emit.plus(at, 1)]),
                |emit| Ok(emit.call(signs.far, &[text, at, length])),
            )?;
            let is_apart = emit.is_whole(IntCC::Equal, read[0], i64::from(APART));
            let state = emit.choose(
                is_apart,
                |emit| {
                    placed.add(emit, state)?;
                    Ok(vec![emit.whole(i64::from(START))])
                },
                |emit| Ok(vec![placed.step(emit, state, read[0])]),
            )?;
            Ok(vec![read[1], state[0]])
        })?;
        placed.add(emit, read[1])?;
        to_length_one(emit, weights, blocks)?;
        emit.give(&[]);
        Ok(())
    })
}

/// A text and its length, or what stands for a missing one.
fn there(emit: &mut Emit<'_>, text: Value, length: Value, of_null: Option<(i64, i64)>) -> (Value, Value) {
    let is_null = emit.is_whole(IntCC::Equal, text, 0);
    let (other, other_length) = match of_null {
        Some((place, length)) => (emit.table(place), emit.whole(length)),
        None => (text, emit.whole(0)),
    };
    (emit.either(is_null, other, text), emit.either(is_null, other_length, length))
}

/// Makes the squares of weights add up to 1, in the order of the words; where there are none they stay so.
fn to_length_one(emit: &mut Emit<'_>, weights: Value, count: Value) -> Result<(), Uncompiled> {
    let (first, none) = (emit.whole(0), emit.float(0.0));
    let is_left = |emit: &mut Emit<'_>, at: &[Value]| emit.b.ins().icmp(IntCC::UnsignedLessThan, at[0], count);
    // Most weights are 0, which add nothing.
    let summed = emit.repeat(&[first, none], is_left, |emit, at| {
        let block = emit.item(weights, at[0], FLOAT_BYTES);
        let is_any = is_any(emit, block);
        let sum = emit.choose(
            is_any,
            |emit| {
                let square = |emit: &mut Emit<'_>, place| {
                    let weight = emit.load(block, place * FLOAT_BYTES);
                    emit.b.ins().fmul(weight, weight)
                };
                let sum = (0..BLOCK).fold(at[1], |sum, place| {
                    let square = square(emit, place);
                    emit.b.ins().fadd(sum, square)
                });
                Ok(vec![sum])
            },
            |_| Ok(vec![at[1]]),
        )?;
        Ok(vec![emit.plus(at[0], BLOCK as i64), sum[0]])
    })?;
    let length = emit.b.ins().sqrt(summed[1]);
    emit.each(count, BLOCK as i64, |emit, first| {
        let block = emit.item(weights, first, FLOAT_BYTES);
        let is_any = is_any(emit, block);
        emit.branch(
            is_any,
            |emit| {
                for place in 0..BLOCK {
                    let weight = emit.load(block, place * FLOAT_BYTES);
                    let share = emit.b.ins().fdiv(weight, length);
                    emit.store(share, block, place * FLOAT_BYTES);
                }
                Ok(())
            },
            |_| Ok(()),
        )
    })
}

/// Whether a weight of a block is not 0.
fn is_any(emit: &mut Emit<'_>, block: Value) -> Value {
    let any = (0..BLOCK).fold(None, |any, place| {
        let weight = emit.load(block, place * FLOAT_BYTES);
        Some(any.map_or(weight, |any| emit.b.ins().bor(any, weight)))
    });
    let any = any.unwrap_or_else(|| emit.float(0.0));
    emit.is_number(FloatCC::NotEqual, any, 0.0)
}
