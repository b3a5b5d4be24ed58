//! `sequences`, its parts, and its stored form.

use std::collections::BTreeMap;
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Partitions, SequencesType, Type, Value};

use super::Sequences;
use crate::expr::{type_of, values};
use crate::tests::kit::*;
use crate::{Data, Input, Table};

const COLUMNS: [&str; 3] = ["session", "item", "at"];

/// Clicks of sessions on items at hours.
fn clicks(cells: Vec<Vec<Value>>) -> Table {
    table(&[(COLUMNS[0], opt(Type::Str)), (COLUMNS[1], opt(Type::Str)), (COLUMNS[2], opt(Type::Timestamp))], cells)
}

fn ty(item: Type) -> Type {
    Type::Sequences(SequencesType {
        keys: Arc::new(row_of(&[("session", Type::Str)])),
        item: Arc::new(item),
        partitions: Partitions::NONE,
    })
}

fn made_of(table: &Table, item: Type, more: Vec<(&str, Input)>) -> Result<Sequences, Fault> {
    let mut args = vec![
        ("input", input(table)),
        ("session", keys(&["session"])),
        ("item", Input::Expr(c("item", item.clone()))),
        ("time", Input::Expr(c("at", Type::Timestamp))),
        ("min_length", constant(1)),
        ("min_support", constant(1)),
        ("repeats", constant("keep")),
    ];
    args.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    args.extend(more);
    match call_as("std.graph", "sequences", args, &ty(item))? {
        Data::Sequences(sequences) => Ok(sequences),
        _ => panic!("no sequences"),
    }
}

/// `a: x y z`, a line a sequence.
fn shown(sequences: &Sequences) -> Vec<String> {
    let texts = |series: &polars::prelude::Series| -> Vec<String> {
        let values = values(series, &type_of(series.dtype())).unwrap();
        values.iter().map(|value| value.to_string().trim_matches('"').to_owned()).collect()
    };
    let keys: Vec<Vec<String>> =
        sequences.keys().columns().iter().map(|column| texts(column.as_materialized_series())).collect();
    let line = |(place, sequence): (usize, super::Sequence<'_>)| {
        let key: Vec<&str> = keys.iter().map(|column| column[place].as_str()).collect();
        let items = texts(&sequences.items().take(sequence.items).unwrap());
        format!("{}: {}", key.join(","), items.join(" "))
    };
    sequences.iter().enumerate().map(line).collect()
}

fn four() -> Sequences {
    let cells = rows![
        ["b", "x", at(30)],
        ["a", "x", at(1)],
        ["a", "y", at(2)],
        ["a", "z", at(3)],
        ["b", "y", at(20)],
        ["c", "x", at(50)],
        ["d", "z", at(60)],
        ["d", "z", at(70)],
        ["d", "x", at(71)],
        ["d", "w", at(72)],
    ];
    made_of(&clicks(cells), Type::Str, Vec::new()).unwrap()
}

#[test]
fn sessions_come_as_they_appear_and_clicks_in_the_order_of_time() {
    let found = four();
    assert_eq!(shown(&found), ["b: y x", "a: x y z", "c: x", "d: z z x w"]);
    assert_eq!((found.len(), found.clicks(), found.items().len()), (4, 10, 4));
    assert_eq!(found.end(), Some(72 * 3_600_000_000));
    assert_eq!(found.get(0).times, [20 * 3_600_000_000, 30 * 3_600_000_000]);
}

#[test]
fn equal_times_stay_in_the_order_of_the_rows() {
    let cells = rows![["a", "x", at(1)], ["a", "y", at(0)], ["a", "z", at(1)], ["a", "w", at(0)], ["a", "x", at(1)]];
    assert_eq!(shown(&made_of(&clicks(cells), Type::Str, Vec::new()).unwrap()), ["a: y w x z x"]);
}

#[test]
fn support_comes_before_length_and_repeats_between_them() {
    let cells = rows![
        ["a", "x", at(1)],
        ["a", "rare", at(2)],
        ["a", "x", at(3)],
        ["b", "x", at(1)],
        ["b", "y", at(2)],
        ["b", "y", at(3)],
        ["b", "x", at(4)],
        ["c", "rarer", at(5)],
    ];
    let table = clicks(cells);
    let of = |support: i64, length: i64, repeats: &str| {
        let more =
            vec![("min_support", constant(support)), ("min_length", constant(length)), ("repeats", constant(repeats))];
        shown(&made_of(&table, Type::Str, more).unwrap())
    };
    assert_eq!(of(2, 2, "keep"), ["a: x x", "b: x y y x"]);
    // Without the rare item the two clicks on x follow each other: one is left.
    assert_eq!(of(2, 2, "collapse"), ["b: x y x"]);
    assert_eq!(of(1, 1, "collapse"), ["a: x rare x", "b: x y x", "c: rarer"]);
    assert_eq!(of(2, 0, "keep"), ["a: x x", "b: x y y x", "c: "]);
    assert_eq!(of(9, 1, "keep"), [""; 0]);
}

#[test]
fn sessions_may_have_names_of_several_columns_and_items_other_types() {
    let columns = [("user", Type::Str), ("session", Type::INT), ("item", Type::INT), ("at", Type::Timestamp)];
    let cells = rows![["u", 1, 30, at(1)], ["u", 2, 10, at(2)], ["v", 1, 10, at(3)], ["u", 1, 10, at(4)]];
    let table = table(&columns, cells);
    let found = made_of(&table, Type::INT, vec![("session", keys(&["user", "session"]))]).unwrap();
    assert_eq!(shown(&found), ["u,1: 30 10", "u,2: 10", "v,1: 10"]);
    let bools = Input::Expr(op(gml_ir::BinaryOp::Greater, c("item", Type::INT), k(20), Type::Bool));
    let found = made_of(&table, Type::Bool, vec![("item", bools)]).unwrap();
    assert_eq!(shown(&found), ["1: true false false", "2: false"]);
}

#[test]
fn nulls_are_told() {
    for (cells, argument) in [
        (rows![["a", (), at(1)], ["a", "x", at(2)]], "`item` of sequences is null in 1 row"),
        (rows![[(), "x", at(1)], [(), "x", at(2)]], "`session` of sequences is null in 2 rows"),
        (rows![["a", "x", ()]], "`time` of sequences is null in 1 row"),
    ] {
        let fault = made_of(&clicks(cells), Type::Str, Vec::new()).unwrap_err();
        assert_eq!((fault.code, &*fault.message), ("GML0907", argument));
    }
}

#[test]
fn no_rows_are_no_sequences() {
    let found = made_of(&clicks(Vec::new()), Type::Str, Vec::new()).unwrap();
    assert_eq!((found.len(), found.clicks(), found.end(), found.items().len()), (0, 0, None, 0));
    assert_eq!(found.keys().get_column_names().into_iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["session"]);
    for name in ["split_leave_last", "split_time"] {
        assert!(parts(name, &found, Vec::new()).values().all(Vec::is_empty));
    }
    assert_eq!(found.by_frequency().unwrap().len(), 0);
}

fn parts(name: &str, sequences: &Sequences, more: Vec<(&str, Input)>) -> BTreeMap<String, Vec<String>> {
    let mut args = vec![("input", Input::Data(Data::Sequences(sequences.clone())))];
    args.extend(more);
    let Data::Record(parts) = call("std.split", name, args).unwrap() else { panic!("no record") };
    let part = |(name, data): &(Arc<str>, Data)| {
        let Data::Sequences(part) = data else { panic!("no sequences") };
        assert_eq!(part.ty.partitions.names().collect::<Vec<_>>(), [&**name]);
        (name.to_string(), shown(part))
    };
    parts.iter().map(part).collect()
}

fn last(length: i64) -> Input {
    constant(Value::Symbol { name: "last".into(), args: vec![("length".into(), hours(length))] })
}

#[test]
fn sequences_are_where_their_last_click_is() {
    // Ends at 30, 3, 50 and 72 hours.
    let found = parts("split_time", &four(), vec![("valid", last(30)), ("test", last(22))]);
    assert_eq!(found["train"], ["a: x y z"]);
    // 50 hours is not within the last 22, which begin behind it.
    assert_eq!(found["valid"], ["b: y x", "c: x"]);
    assert_eq!(found["test"], ["d: z z x w"]);
    let found = parts("split_time", &four(), vec![("test", last(23))]);
    assert_eq!(found.keys().collect::<Vec<_>>(), ["test", "train"]);
    assert_eq!(found["test"], ["c: x", "d: z z x w"]);
}

#[test]
fn the_last_ones_are_left_to_judge_by() {
    let found = parts("split_leave_last", &four(), Vec::new());
    assert_eq!(found["train"], ["b: y x", "a: x", "c: x", "d: z z"]);
    assert_eq!(found["valid"], ["a: x y", "d: z z x"]);
    assert_eq!(found["test"], ["a: x y z", "d: z z x w"]);
}

#[test]
fn a_sequence_is_in_one_part_with_all_of_its_items() {
    let cells = (0..400).map(|row| vec![format!("s{}", row / 4).as_str().value(), "x".value(), at(row)]).collect();
    let all = made_of(&clicks(cells), Type::Str, Vec::new()).unwrap();
    let split = |seed: i64| {
        parts(
            "split_group",
            &all,
            vec![("train", constant(0.7)), ("valid", constant(())), ("test", constant(0.3)), ("seed", constant(seed))],
        )
    };
    let found = split(1);
    assert_eq!((found["train"].len(), found["test"].len()), (70, 30));
    assert!(found.values().flatten().all(|line| line.ends_with(": x x x x")));
    let mut together: Vec<&String> = found.values().flatten().collect();
    together.sort();
    together.dedup();
    assert_eq!(together.len(), 100);
    assert_eq!(split(1), found);
    assert_ne!(split(2), found);
}

#[test]
fn items_are_numbered_by_their_frequency_and_found_again() {
    let own = four().by_frequency().unwrap();
    // x is in four rows, z in three, y in two and w in one.
    assert_eq!(
        own.iter().map(|sequence| sequence.items.to_vec()).collect::<Vec<_>>(),
        [vec![2, 0], vec![0, 2, 1], vec![0], vec![1, 1, 0, 3]]
    );
    assert_eq!(shown(&own), shown(&four()));
    let cells = rows![["e", "w", at(1)], ["e", "new", at(2)], ["e", "z", at(3)], ["f", "new", at(4)]];
    let others = made_of(&clicks(cells), Type::Str, Vec::new()).unwrap().in_terms_of(own.items()).unwrap();
    assert_eq!(shown(&others), ["e: w z", "f: "]);
    assert_eq!((others.get(0).items, others.get(1).is_empty()), (&[3, 1][..], true));
}

#[test]
fn they_are_stored_and_read_again() {
    let whole = four();
    let Data::Record(parts) =
        call("std.split", "split_leave_last", vec![("input", Input::Data(Data::Sequences(whole.clone())))]).unwrap()
    else {
        panic!("no record")
    };
    for (name, data) in &parts {
        let Data::Sequences(part) = data else { panic!("no sequences") };
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        folders.iter().for_each(|folder| part.save(folder.path()).unwrap());
        let again = Sequences::load(folders[0].path(), part.ty.clone()).unwrap();
        assert_eq!(shown(&again), shown(part), "{name}");
        assert!(again.iter().eq(part.iter()) && again.keys().equals(part.keys()));
        for file in ["keys.parquet", "items.parquet", "clicks.parquet"] {
            let bytes = folders.each_ref().map(|folder| std::fs::read(folder.path().join(file)).unwrap());
            assert_eq!(bytes[0], bytes[1], "{file}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    whole.save(folder.path()).unwrap();
    let other = tempfile::tempdir().unwrap();
    four().by_frequency().unwrap().part(whole.ty.clone(), &[0], |_| 0).unwrap().save(other.path()).unwrap();
    std::fs::copy(other.path().join("clicks.parquet"), folder.path().join("clicks.parquet")).unwrap();
    assert_eq!(Sequences::load(folder.path(), whole.ty.clone()).unwrap_err().code, "GML0902");
    std::fs::write(folder.path().join("items.parquet"), "nothing").unwrap();
    assert_eq!(Sequences::load(folder.path(), whole.ty).unwrap_err().code, "GML0902");
}
