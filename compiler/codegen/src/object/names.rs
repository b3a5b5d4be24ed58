//! What a library says of itself: its version, its columns, outputs and classes.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};

use super::Uncompiled;
use super::emit::{Emit, WHOLE};
use super::header::kind;
use super::model::{Facts, Model};
use super::unit::{INT, Seen, Unit};

/// Defines the functions that tell names and numbers.
pub(super) fn define(unit: &mut Unit, model: &Model, facts: &Facts) -> Result<(), Uncompiled> {
    let columns: Vec<&str> = model.columns.iter().map(|column| &*column.name).collect();
    let kinds: Vec<u32> = model.columns.iter().map(|column| kind(&column.holds)).collect();
    let [texts, outputs, classes] = [&model.texts, &model.outputs, &model.classes].map(|names| strings(names));
    let name = |what: &str| format!("{}_{what}", facts.name);
    constant(unit, &name("columns"), columns.len())?;
    constant(unit, &name("texts"), texts.len())?;
    constant(unit, &name("outputs"), outputs.len())?;
    constant(unit, &name("classes"), classes.len())?;
    of_place(unit, &name("column_name"), &columns)?;
    of_place(unit, &name("text_name"), &texts)?;
    of_place(unit, &name("output_name"), &outputs)?;
    of_place(unit, &name("class_name"), &classes)?;
    let address = unit.address();
    let version = unit.tables.add(&terminated(&facts.version), 1);
    unit.define(&name("version"), Seen::ByAll, &[], &[address], |emit, _| {
        let version = emit.table(version);
        emit.give(&[version]);
        Ok(())
    })?;
    let table = unit.tables.words(&kinds);
    unit.define(&name("column_kind"), Seen::ByAll, &[WHOLE], &[INT], |emit, given| {
        let beyond = emit.b.ins().iconst(INT, -1);
        let word = within(emit, table, given[0], kinds.len(), beyond);
        let kind = emit.b.ins().ireduce(INT, word);
        emit.give(&[kind]);
        Ok(())
    })?;
    Ok(())
}

fn strings(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

/// As C has it: up to a byte of 0, which the text itself cannot hold there.
fn terminated(text: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> = text.bytes().take_while(|byte| *byte != 0).collect();
    bytes.push(0);
    bytes
}

/// `size_t name(void)`
fn constant(unit: &mut Unit, name: &str, number: usize) -> Result<(), Uncompiled> {
    unit.define(name, Seen::ByAll, &[], &[WHOLE], |emit, _| {
        let number = emit.whole(number as i64);
        emit.give(&[number]);
        Ok(())
    })?;
    Ok(())
}

/// `const char *name(size_t place)`: NULL beyond the last.
fn of_place(unit: &mut Unit, name: &str, texts: &[&str]) -> Result<(), Uncompiled> {
    let (mut starts, mut bytes) = (Vec::new(), Vec::new());
    for text in texts {
        starts.push(bytes.len() as u32);
        bytes.extend(terminated(text));
    }
    let (starts, bytes) = (unit.tables.words(&starts), unit.tables.add(&bytes, 1));
    let address = unit.address();
    unit.define(name, Seen::ByAll, &[WHOLE], &[address], |emit, given| {
        let none = emit.whole(0);
        let start = within(emit, starts, given[0], texts.len(), none);
        let bytes = emit.table(bytes);
        let text = emit.b.ins().iadd(bytes, start);
        emit.give(&[text]);
        Ok(())
    })?;
    Ok(())
}

/// The word at a place of a table; ends the function with `beyond` where there is none.
fn within(emit: &mut Emit<'_>, table: i64, place: Value, count: usize, beyond: Value) -> Value {
    let is_beyond = emit.is_whole(IntCC::UnsignedGreaterThanOrEqual, place, count as i64);
    emit.give_if(is_beyond, &[beyond]);
    let table = emit.table(table);
    let word = emit.item(table, place, size_of::<u32>());
    emit.read_word(word)
}
