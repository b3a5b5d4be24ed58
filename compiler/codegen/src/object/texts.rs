//! `NAME_category`: the codes of texts.
//!
//! The texts of a column are found by their hash (MurmurHash3 of 32 bits, which the step `hash` takes too) in a table of twice as many
//! slots; a text that is not there gets a code by its hash.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Endianness, InstBuilder, MemFlagsData, Value, types};
use cranelift_module::FuncId;

use super::Uncompiled;
use super::emit::{Emit, FLOAT, WHOLE, byte};
use super::hash::size;
use super::model::{Facts, Holds, Model};
use super::prepare::Tools;
use super::unit::{INT, Seen, Unit};

/// Where the texts of a column stand: words of 32 bits.
struct Texts {
    /// The slots, one after the other: the place of a text among all, from 1, or 0.
    slots: Vec<u32>,
    /// Of each column where its slots begin, how many there are (none where it holds no texts), whether other texts are told apart by
    /// their hash, and the place of its first text.
    columns: Vec<u32>,
    /// Where each text begins among the bytes; the next one's beginning is its end.
    starts: Vec<u32>,
    bytes: Vec<u8>,
}

/// Bytes of `struct NAME_text`: where a text is, and how long.
pub(super) const TEXT_BYTES: usize = 16;

/// Words of a column.
const COLUMN_WORDS: usize = 4;

fn place(number: usize) -> Result<u32, Uncompiled> {
    u32::try_from(number).map_err(|_| Uncompiled::Unsupported("its texts are larger than 4 GiB".into()))
}

impl Texts {
    fn of(model: &Model) -> Result<Self, Uncompiled> {
        let mut texts = Self { slots: Vec::new(), columns: Vec::new(), starts: vec![0], bytes: Vec::new() };
        for column in &model.columns {
            let (known, hashed) = match &column.holds {
                Holds::Text { known, hashed } => (&**known, *hashed),
                _ => {
                    texts.columns.extend([0; COLUMN_WORDS]);
                    continue;
                }
            };
            let (first, start) = (texts.starts.len() - 1, texts.slots.len());
            let slots = (known.len() * 2).next_power_of_two().max(2);
            texts.columns.extend([place(start)?, place(slots)?, u32::from(hashed), place(first)?]);
            texts.slots.resize(start + slots, 0);
            for (code, text) in known.iter().enumerate() {
                texts.bytes.extend_from_slice(text.as_bytes());
                texts.starts.push(place(texts.bytes.len())?);
                let mut slot = murmur3(text.as_bytes()) as usize % slots;
                while texts.slots[start + slot] != 0 {
                    slot = (slot + 1) % slots;
                }
                texts.slots[start + slot] = place(first + code + 1)?;
            }
        }
        Ok(texts)
    }
}

/// MurmurHash3 (Appleby 2011, 32 bits, seed 0).
#[must_use]
pub fn murmur3(bytes: &[u8]) -> u32 {
    let mixed = |block: u32| block.wrapping_mul(FIRST).rotate_left(15).wrapping_mul(SECOND);
    let (blocks, tail) = bytes.as_chunks::<4>();
    let hash = blocks.iter().fold(0_u32, |hash, block| {
        (hash ^ mixed(u32::from_le_bytes(*block))).rotate_left(13).wrapping_mul(5).wrapping_add(STEP)
    });
    let rest = tail.iter().rev().fold(0_u32, |rest, byte| rest << 8 | u32::from(*byte));
    let hash = if tail.is_empty() { hash } else { hash ^ mixed(rest) } ^ bytes.len() as u32;
    let hash = (hash ^ hash >> 16).wrapping_mul(THIRD);
    let hash = (hash ^ hash >> 13).wrapping_mul(FOURTH);
    hash ^ hash >> 16
}

const FIRST: u32 = 0xcc9e_2d51;
const SECOND: u32 = 0x1b87_3593;
const STEP: u32 = 0xe654_6b64;
const THIRD: u32 = 0x85eb_ca6b;
const FOURTH: u32 = 0xc2b2_ae35;

/// `murmur3(text, length)`
pub(super) fn hash(unit: &mut Unit) -> Result<FuncId, Uncompiled> {
    let address = unit.address();
    unit.define("murmur3", Seen::Here, &[address, WHOLE], &[types::I32], |emit, given| {
        let (text, length) = (given[0], given[1]);
        let word = |emit: &mut Emit<'_>, number: u32| emit.b.ins().iconst(types::I32, i64::from(number));
        let mixed = |emit: &mut Emit<'_>, block: Value| {
            let (first, second) = (word(emit, FIRST), word(emit, SECOND));
            let block = emit.b.ins().imul(block, first);
            let block = emit.b.ins().rotl_imm_u(block, 15);
            emit.b.ins().imul(block, second)
        };
        let (zero, none) = (emit.whole(0), word(emit, 0));
        let blocks = emit.b.ins().band_imm_s(length, -4);
        let is_below = |emit: &mut Emit<'_>, at: &[Value]| emit.b.ins().icmp(IntCC::UnsignedLessThan, at[0], blocks);
        let carried = emit.repeat(&[zero, none], is_below, |emit, at| {
            let from = emit.b.ins().iadd(text, at[0]);
            let as_bytes = MemFlagsData::new().with_notrap().with_endianness(Endianness::Little);
            let block = emit.b.ins().load(types::I32, as_bytes, from, 0);
            let block = mixed(emit, block);
            let hash = emit.b.ins().bxor(at[1], block);
            let hash = emit.b.ins().rotl_imm_u(hash, 13);
            let (five, step) = (word(emit, 5), word(emit, STEP));
            let hash = emit.b.ins().imul(hash, five);
            Ok(vec![emit.plus(at[0], 4), emit.b.ins().iadd(hash, step)])
        })?;
        let hash = carried[1];
        // The bytes behind the last block, the last one highest. Without any, what is mixed in is 0.
        let is_within =
            |emit: &mut Emit<'_>, at: &[Value]| emit.b.ins().icmp(IntCC::UnsignedGreaterThan, at[0], blocks);
        let rest = emit.repeat(&[length, none], is_within, |emit, at| {
            let before = emit.plus(at[0], -1);
            let from = emit.b.ins().iadd(text, before);
            let byte = byte(emit, types::I32, from);
            let higher = emit.b.ins().ishl_imm_u(at[1], 8);
            Ok(vec![before, emit.b.ins().bor(higher, byte)])
        })?;
        let rest = mixed(emit, rest[1]);
        let hash = emit.b.ins().bxor(hash, rest);
        let length = emit.b.ins().ireduce(types::I32, length);
        let mut hash = emit.b.ins().bxor(hash, length);
        for (shift, factor) in [(16, Some(THIRD)), (13, Some(FOURTH)), (16, None)] {
            let high = emit.b.ins().ushr_imm_u(hash, shift);
            hash = emit.b.ins().bxor(hash, high);
            if let Some(factor) = factor {
                let factor = word(emit, factor);
                hash = emit.b.ins().imul(hash, factor);
            }
        }
        emit.give(&[hash]);
        Ok(())
    })
}

/// `same(left, right, length)`: 1 where bytes are equal.
fn same(unit: &mut Unit) -> Result<FuncId, Uncompiled> {
    let address = unit.address();
    unit.define("same", Seen::Here, &[address, address, WHOLE], &[types::I8], |emit, given| {
        let zero = emit.whole(0);
        let length = given[2];
        let is_below = |emit: &mut Emit<'_>, at: &[Value]| emit.b.ins().icmp(IntCC::UnsignedLessThan, at[0], length);
        emit.repeat(&[zero], is_below, |emit, at| {
            let bytes = [given[0], given[1]].map(|start| {
                let from = emit.b.ins().iadd(start, at[0]);
                byte(emit, types::I32, from)
            });
            let differ = emit.b.ins().icmp(IntCC::NotEqual, bytes[0], bytes[1]);
            let no = emit.b.ins().iconst(types::I8, 0);
            emit.give_if(differ, &[no]);
            Ok(vec![emit.plus(at[0], 1)])
        })?;
        let yes = emit.b.ins().iconst(types::I8, 1);
        emit.give(&[yes]);
        Ok(())
    })
}

/// `double NAME_category(int column, const char *text, size_t length)`: NaN where the column holds no texts, or the text is none.
pub(super) fn define(unit: &mut Unit, model: &Model, facts: &Facts, tools: &Tools) -> Result<(), Uncompiled> {
    let texts = Texts::of(model)?;
    let (hash, same) = (tools.murmur3, same(unit)?);
    let slots = unit.tables.words(&texts.slots);
    let columns = unit.tables.words(&texts.columns);
    let starts = unit.tables.words(&texts.starts);
    let bytes = unit.tables.add(&texts.bytes, 1);
    let count = model.columns.len() as i64;
    let address = unit.address();
    let name = format!("{}_category", facts.name);
    unit.define(&name, Seen::ByAll, &[INT, address, WHOLE], &[FLOAT], |emit, given| {
        let (column, text, length) = (given[0], given[1], given[2]);
        let nan = emit.float(f64::NAN);
        let is_none = emit.is_whole(IntCC::Equal, text, 0);
        emit.give_if(is_none, &[nan]);
        // A negative column is a large one without a sign.
        let column = emit.b.ins().uextend(WHOLE, column);
        let is_beyond = emit.is_whole(IntCC::UnsignedGreaterThanOrEqual, column, count);
        emit.give_if(is_beyond, &[nan]);
        let columns = emit.table(columns);
        let of_column = emit.item(columns, column, COLUMN_WORDS * size_of::<u32>());
        let mut word = |place: i64| {
            let word = emit.plus(of_column, place * size_of::<u32>() as i64);
            emit.read_word(word)
        };
        let (first_slot, slot_count, hashed, first) = (word(0), word(1), word(2), word(3));
        let is_other = emit.is_whole(IntCC::Equal, slot_count, 0);
        emit.give_if(is_other, &[nan]);
        let (slots, starts, bytes) = (emit.table(slots), emit.table(starts), emit.table(bytes));
        let of_column = emit.item(slots, first_slot, size_of::<u32>());
        let hash = emit.call(hash, &[text, length])[0];
        let mask = emit.plus(slot_count, -1);
        let wide = emit.b.ins().uextend(WHOLE, hash);
        let slot = emit.b.ins().band(wide, mask);
        let at = |emit: &mut Emit<'_>, table: Value, place: Value| {
            let word = emit.item(table, place, size_of::<u32>());
            emit.read_word(word)
        };
        let is_taken = |emit: &mut Emit<'_>, slot: &[Value]| {
            let number = at(emit, of_column, slot[0]);
            emit.is_whole(IntCC::NotEqual, number, 0)
        };
        emit.repeat(&[slot], is_taken, |emit, slot| {
            let number = at(emit, of_column, slot[0]);
            let (before, number) = (emit.plus(number, -1), number);
            let (start, end) = (at(emit, starts, before), at(emit, starts, number));
            let known_length = emit.b.ins().isub(end, start);
            let is_as_long = emit.b.ins().icmp(IntCC::Equal, known_length, length);
            emit.branch(
                is_as_long,
                |emit| {
                    let known = emit.b.ins().iadd(bytes, start);
                    let is_same = emit.call(same, &[known, text, length])[0];
                    let code = emit.b.ins().isub(before, first);
                    let code = emit.b.ins().fcvt_from_sint(FLOAT, code);
                    emit.give_if(is_same, &[code]);
                    Ok(())
                },
                |_| Ok(()),
            )?;
            let next = emit.plus(slot[0], 1);
            Ok(vec![emit.b.ins().band(next, mask)])
        })?;
        let minus_one = emit.float(-1.0);
        let is_plain = emit.is_whole(IntCC::Equal, hashed, 0);
        emit.give_if(is_plain, &[minus_one]);
        let size = size(emit, hash);
        let size = emit.b.ins().fcvt_from_sint(FLOAT, size);
        let code = emit.b.ins().fsub(minus_one, size);
        emit.give(&[code]);
        Ok(())
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::murmur3;

    /// Values of the reference implementation (SMHasher).
    #[test]
    fn hashes_are_those_of_the_reference() {
        assert_eq!(murmur3(b""), 0);
        assert_eq!(murmur3(b"test"), 0xba6b_d213);
        assert_eq!(murmur3(b"Hello, world!"), 0xc036_3e43);
        assert_eq!(murmur3(b"The quick brown fox jumps over the lazy dog"), 0x2e4f_f723);
    }
}
