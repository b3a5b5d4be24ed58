use std::sync::Arc;

use gml_codegen::object::{Change, Counts, Holds, Operation, Written};
use gml_connect::Fault;
use gml_ir::{Column as Described, Row, Type};

use super::draft::{Draft, Finished, Place};
use super::recipe;
use crate::prep::{Affine, Cell, Coded, Exact, Fill, Hashed, Input, Kind, Recipe, Step, Words, hash_bucket};

fn row() -> Row {
    let text = || Type::Str.nullable();
    Row::of(vec![
        Described::new("n", Type::INT.nullable()),
        Described::new("city", text()),
        Described::new("x", Type::Float),
        Described::new("flag", Type::Bool),
        Described::new("plan", text()),
        Described::new("list", Type::List(Arc::new(Type::Float))),
    ])
}

fn input(column: &str, kind: Kind) -> Input {
    Input { column: column.into(), kind }
}

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

fn coded(column: &str, kind: Kind, values: Vec<Cell>) -> Coded {
    Coded { input: input(column, kind), values }
}

/// What the steps make of rows, of which values are wanted.
fn drafted(steps: Vec<Step>, wanted: &[(&str, Kind)]) -> Result<Finished, Fault> {
    let row = row();
    let mut draft = Draft::of(&row);
    recipe(&Recipe { steps }, &mut draft)?;
    let places = wanted.iter().map(|(name, kind)| Ok(draft.get(name, *kind)?.place));
    let places = places.collect::<Result<Vec<_>, Fault>>()?;
    draft.finish(&[places])
}

#[test]
fn columns_have_the_order_of_the_row_and_only_what_is_wanted_is_made() {
    let scale = |column: &str| Affine { input: input(column, Kind::Number), center: Exact(1.0), spread: Exact(2.0) };
    let steps = vec![Step::Scale { columns: vec![scale("x"), scale("n")] }];
    let wanted = [("flag", Kind::Bool), ("n", Kind::Number)];
    let Finished { columns, operations, wanted: features, .. } = drafted(steps, &wanted).unwrap();
    let names: Vec<&str> = columns.iter().map(|column| &*column.name).collect();
    assert_eq!(names, ["n", "flag"]);
    assert_eq!((columns[0].nullable, columns[1].nullable), (true, false));
    assert_eq!(operations, [Operation { of: 0, change: Change::Scale { center: 1.0, factor: 0.5 } }]);
    assert_eq!(features, [[1, 2]]);
}

#[test]
fn the_texts_of_a_column_have_one_code_each() {
    let fill = Fill { input: input("city", Kind::Text), value: text("none"), to_float: false, empty: false };
    let steps = vec![
        Step::Impute { columns: vec![fill] },
        Step::OneHot { columns: vec![coded("city", Kind::Text, vec![text("graz"), text("none"), text("wien")])] },
        Step::Ordinal { columns: vec![coded("plan", Kind::Text, vec![text("paid"), text("free")])] },
    ];
    let wanted = [("city_none", Kind::Number), ("plan", Kind::Number), ("city_wien", Kind::Number)];
    let Finished { columns, operations, wanted: features, .. } = drafted(steps, &wanted).unwrap();
    let holds = |known: &[&str]| Holds::Text { known: known.iter().map(ToString::to_string).collect(), hashed: false };
    assert_eq!(columns[0].holds, holds(&["none", "graz", "wien"]));
    assert_eq!(columns[1].holds, holds(&["paid", "free"]));
    let look = Change::Look { keys: vec![0.0, 1.0], beside: vec![1.0, 2.0], other: -1.0, null: None };
    let due = [(0, Change::Fill(0.0)), (2, Change::Is(0.0)), (2, Change::Is(2.0)), (1, look)];
    assert_eq!(operations, due.map(|(of, change)| Operation { of, change }));
    assert_eq!(features, [[3, 5, 4]]);
}

#[test]
fn hashes_of_texts_know_those_that_are_filled_in() {
    let fill = Fill { input: input("city", Kind::Text), value: text("none"), to_float: false, empty: false };
    let hashed = |column: &str, kind| Hashed { input: input(column, kind), buckets: 5, empty: false };
    let columns = vec![hashed("city", Kind::Text), hashed("flag", Kind::Bool), hashed("n", Kind::Number)];
    let steps = vec![Step::Impute { columns: vec![fill] }, Step::Hash { columns }];
    let wanted = [("city_3", Kind::Number), ("flag_0", Kind::Number), ("n_1", Kind::Number)];
    let Finished { columns, operations, .. } = drafted(steps, &wanted).unwrap();
    assert_eq!(columns[1].holds, Holds::Text { known: vec!["none".into()], hashed: true });
    let known = vec![hash_bucket("none", 5).unwrap() as f64];
    assert_eq!(operations[1].change, Change::Bucket { buckets: 5, known });
    assert_eq!(operations[2].change, Change::Is(3.0));
    assert!(matches!(&operations[3].change, Change::Look { keys, .. } if *keys == [0.0, 1.0]), "{operations:?}");
    assert_eq!(operations[5].change, Change::Hash { written: Written::Whole, buckets: 5 });
}

#[test]
fn words_are_those_of_the_text_that_was_filled_in() {
    let words = |column: &str, words: &[&str]| Words {
        input: input(column, Kind::Text),
        words: words.iter().map(|word| Arc::from(*word)).collect(),
        rarity: vec![Exact(1.5); words.len()],
    };
    let fill =
        |value: &str| Fill { input: input("city", Kind::Text), value: text(value), to_float: false, empty: false };
    let steps = vec![
        // The second one finds no null any more.
        Step::Impute { columns: vec![fill("alt wien")] },
        Step::Impute { columns: vec![fill("graz")] },
        Step::TextCounts { columns: vec![words("plan", &["free", "paid"]), words("city", &["alt", "graz", "wien"])] },
        Step::Log { columns: vec![input("city_wien", Kind::Number)] },
    ];
    let wanted = [("x", Kind::Number), ("city_wien", Kind::Number), ("city_alt", Kind::Number)];
    let made = drafted(steps, &wanted).unwrap();
    // Nothing asks for the words of the plan.
    let counts = Counts {
        text: 0,
        null: Some("alt wien".into()),
        words: ["alt", "graz", "wien"].map(String::from).to_vec(),
        rarity: vec![1.5; 3],
    };
    assert_eq!((made.texts, made.counts), (vec!["city".to_owned()], vec![counts]));
    assert_eq!(made.columns.iter().map(|column| &*column.name).collect::<Vec<_>>(), ["x"]);
    assert_eq!(made.operations, [Operation { of: 3, change: Change::Log }]);
    assert_eq!(made.wanted, [[0, 4, 1]]);
}

/// Where the indicator of a text is.
fn indicator(value: &str, draft: &mut Draft<'_>) -> Result<Place, Fault> {
    let steps = vec![Step::OneHot { columns: vec![coded("city", Kind::Text, vec![text(value)])] }];
    recipe(&Recipe { steps }, draft)?;
    Ok(draft.get(&format!("city_{value}"), Kind::Number)?.place)
}

#[test]
fn models_side_by_side_share_columns_and_keep_their_names_to_themselves() {
    let row = row();
    let mut draft = Draft::of(&row);
    let first = draft.aside(|draft| indicator("graz", draft)).unwrap();
    let second = draft.aside(|draft| indicator("wien", draft)).unwrap();
    let made = draft.finish(&[vec![first], vec![second]]).unwrap();
    let known = ["graz", "wien"].map(String::from).to_vec();
    assert_eq!(made.columns.len(), 1);
    assert_eq!(made.columns[0].holds, Holds::Text { known, hashed: false });
    let due = [0.0, 1.0].map(|code| Operation { of: 0, change: Change::Is(code) });
    assert_eq!((made.operations, made.wanted), (due.to_vec(), vec![vec![1], vec![2]]));
}

#[test]
fn what_has_no_form_is_refused_by_name() {
    let refused = |steps: Vec<Step>, wanted: &[(&str, Kind)]| {
        let fault = drafted(steps, wanted).unwrap_err();
        (fault.code, fault.message)
    };
    let said = |what: &str| ("GML0937", format!("the model cannot be compiled: {what}"));
    assert_eq!(refused(vec![], &[("list", Kind::Other)]), said("the column `list` is of type list[float]"));
    assert_eq!(
        refused(vec![], &[("other", Kind::Number)]),
        said("the type of the column `other` is not known, since it was learned from an open row")
    );
    let large = coded("n", Kind::Number, vec![Cell::Int((1 << 53) + 1)]);
    assert_eq!(
        refused(vec![Step::Ordinal { columns: vec![large] }], &[]),
        said("a recipe holds 9007199254740993, which no float is")
    );
}
