//! Bodies of chance: whatever comes is answered with scores or with what is wrong with it.

use std::sync::LazyLock;

use polars::prelude::{DataFrame, DataType, IntoColumn, NamedFrom, Series, TimeUnit};
use proptest::prelude::*;

use super::kit::{model, of_times};
use crate::answer::{Shape, json};
use crate::model::Model;
use crate::refusal::Refusal;
use crate::request::{Format, arrow_bytes, read};

static MODEL: LazyLock<Model> = LazyLock::new(model);
static TIMES: LazyLock<Model> = LazyLock::new(of_times);

/// Pieces of which requests are made, and others.
const PIECES: [&str; 48] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"dataframe_split\"",
    "\"dataframe_records\"",
    "\"instances\"",
    "\"inputs\"",
    "\"columns\"",
    "\"data\"",
    "\"index\"",
    "\"params\"",
    "\"age\"",
    "\"income\"",
    "\"city\"",
    "\"member\"",
    "\"visitor\"",
    "\"bought\"",
    "\"Age\"",
    "31",
    "-1",
    "1e400",
    "9223372036854775808",
    "0.5",
    "null",
    "true",
    "false",
    "\"bonn\"",
    "\"graz\"",
    "\"\"",
    "\"\\ud800\"",
    "\"é\"",
    "NaN",
    "\n",
    "\r",
    " ",
    "\"",
    "\\",
    "\u{0}",
    "{\"age\": 3, \"city\": \"bonn\", \"member\": true}",
    "[3, null, \"graz\", false]",
    "age,income,city,member\n",
    "3,,bonn,1\n",
    "3,x,wien,\n",
    "'",
    "\u{feff}",
];

/// Whether a body ends in an answer that is none of our faults.
fn answered(format: Format, body: &[u8]) -> Result<(), TestCaseError> {
    match read(format, body, &MODEL.signature) {
        Ok(asked) => {
            let scored = MODEL.scorer.score(&asked.rows);
            prop_assert!(scored.is_ok(), "{:?}", scored.err());
            let scored = scored.unwrap();
            prop_assert_eq!(scored.height(), asked.rows.height());
            let text = json(&scored, Shape::Predictions);
            prop_assert!(text.is_ok_and(|text| serde_json::from_str::<serde_json::Value>(&text).is_ok()));
            prop_assert!(arrow_bytes(&scored).is_ok());
        }
        Err(refusal) => {
            let body: Result<serde_json::Value, _> = serde_json::from_str(&refusal.body());
            prop_assert!(body.is_ok_and(|body| body["message"].is_string()));
            prop_assert!([400, 422].contains(&refusal.status.as_u16()), "{:?}", refusal);
            prop_assert!(refusal.body().len() < 20_000);
        }
    }
    Ok(())
}

fn arrow() -> Vec<u8> {
    let body =
        r#"[{"age": 31, "income": 1.5, "city": "bonn", "member": true}, {"age": 4, "city": "graz", "member": false}]"#;
    arrow_bytes(&read(Format::Json, body.as_bytes(), &MODEL.signature).unwrap().rows).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn pieces_are_answered(pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..24)) {
        let body = pieces.concat();
        answered(Format::Json, body.as_bytes())?;
        answered(Format::Csv, body.as_bytes())?;
    }

    #[test]
    fn records_of_chance_are_answered(
        values in prop::collection::vec(prop::collection::vec(
            (prop::sample::select(vec!["age", "income", "city", "member", "visitor", "x"]),
             prop::sample::select(vec!["1", "-1", "130", "0.5", "null", "true", "\"bonn\"", "\"wien\"", "[]", "{}", "1e308"])), 0..6), 0..5),
        form in prop::sample::select(vec!["dataframe_records", "instances", "inputs"]),
    ) {
        let record = |fields: &Vec<(&str, &str)>| {
            let fields: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
            format!("{{{}}}", fields.join(", "))
        };
        let records: Vec<String> = values.iter().map(record).collect();
        answered(Format::Json, format!("{{\"{form}\": [{}]}}", records.join(", ")).as_bytes())?;
    }

    #[test]
    fn bytes_of_chance_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        answered(Format::Json, &bytes)?;
        answered(Format::Csv, &bytes)?;
        answered(Format::Arrow, &bytes)?;
    }

    #[test]
    fn times_of_any_number_are_answered(
        number in any::<i64>(),
        unit in prop::sample::select(vec![TimeUnit::Milliseconds, TimeUnit::Microseconds, TimeUnit::Nanoseconds]),
    ) {
        let times = Series::new("seen".into(), [number]).cast(&DataType::Datetime(unit, None)).unwrap();
        let rows = DataFrame::new(1, vec![times.into_column()]).unwrap();
        // No panic; a model that adds up features cannot take a time without a year.
        let refusal = match read(Format::Arrow, &arrow_bytes(&rows).unwrap(), &TIMES.signature) {
            Ok(asked) => TIMES.scorer.score(&asked.rows).err().map(|fault| Refusal::of_fault(&fault)),
            Err(refusal) => Some(refusal),
        };
        prop_assert!(refusal.as_ref().is_none_or(|refusal| refusal.status.as_u16() == 422), "{:?}", refusal);
    }

    #[test]
    fn damaged_streams_of_arrow_are_answered(
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = arrow();
        for (place, byte) in places {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        answered(Format::Arrow, &bytes)?;
    }
}
