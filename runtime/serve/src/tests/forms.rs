//! The forms of requests, and what is said of those that do not fit.

use hyper::StatusCode;
use polars::prelude::{DataFrame, DataType};

use super::kit::{model, of_cities, of_forms, of_times};
use crate::answer::{Shape, json};
use crate::model::Model;
use crate::refusal::Refusal;
use crate::request::{ARROW, Format, arrow_bytes, read};

fn rows(model: &Model, body: &str) -> Result<DataFrame, Refusal> {
    read(Format::Json, body.as_bytes(), &model.signature).map(|asked| asked.rows)
}

fn refused(model: &Model, format: Format, body: &[u8]) -> Refusal {
    read(format, body, &model.signature).expect_err("the request is refused")
}

#[test]
fn all_forms_say_the_same() {
    let model = model();
    let expected = rows(
        &model,
        r#"[{"age": 31, "income": 12.5, "city": "bonn", "member": true}, {"age": 4, "income": null, "city": "graz", "member": false}]"#,
    )
    .unwrap();
    assert_eq!(expected.height(), 2);
    let forms = [
        r#"{"dataframe_records": [{"member": true, "age": 31, "income": 12.5, "city": "bonn"}, {"age": 4.0, "city": "graz", "member": false}]}"#,
        r#"{"dataframe_split": {"index": [0, 1], "columns": ["city", "age", "member", "income"], "data": [["bonn", 31, true, 12.5], ["graz", 4, false, null]]}}"#,
        r#"{"dataframe_split": {"data": [[31, 12.5, "bonn", true], [4, null, "graz", false]]}}"#,
        r#"{"instances": [{"age": 31, "income": 12.5, "city": "bonn", "member": true, "visitor": 9, "bought": null}, {"age": 4, "city": "graz", "member": false}], "params": {}}"#,
        r#"{"instances": [[31, 12.5, "bonn", true], [4, null, "graz", false]]}"#,
        r#"{"inputs": {"age": [31, 4], "income": [12.5, null], "city": ["bonn", "graz"], "member": [true, false]}}"#,
        r#"{"inputs": {"age": [[31], [4]], "income": [[12.5], [null]], "city": [["bonn"], ["graz"]], "member": [[true], [false]]}}"#,
        r#"{"inputs": [{"age": 31, "income": 12.5, "city": "bonn", "member": true}, {"age": 4, "city": "graz", "member": false}]}"#,
    ];
    for form in forms {
        assert!(rows(&model, form).unwrap().equals_missing(&expected), "{form}");
    }
    let csv = "city,age,income,member\r\nbonn,31,12.5,true\r\n\"graz\",4,,0\r\n";
    let found = read(Format::Csv, csv.as_bytes(), &model.signature).unwrap();
    assert!(found.rows.equals_missing(&expected));
    let mut narrow = expected.clone();
    let cast = narrow.column("age").unwrap().cast(&DataType::Int8).unwrap();
    narrow.with_column(cast).unwrap();
    let found = read(Format::Arrow, &arrow_bytes(&narrow).unwrap(), &model.signature).unwrap();
    assert!(found.rows.equals_missing(&expected));
    let single =
        read(Format::Json, br#"{"age": 31, "income": 12.5, "city": "bonn", "member": true}"#, &model.signature);
    assert!(single.is_ok_and(|asked| asked.is_single && asked.rows.equals_missing(&expected.slice(0, 1))));
}

#[test]
fn violations_name_the_row_the_column_and_the_rule() {
    let model = model();
    let record = |changed: &str| {
        let others = [r#""age": 31"#, r#""city": "bonn""#, r#""member": true"#];
        let name = changed.split(':').next().unwrap();
        let kept = others.into_iter().filter(|other| !other.starts_with(name));
        let fields: Vec<&str> = kept.chain([changed]).filter(|field| !field.is_empty()).collect();
        format!("[{{{}}}, {{{}}}]", others.join(", "), fields.join(", "))
    };
    let lacking = r#"[{"age": 31, "city": "bonn", "member": true}, {"age": 31, "member": true}]"#.to_owned();
    let cases = [
        (lacking, "city", "missing column", "enum"),
        (record(r#""age": "old""#), "age", "int", "\"old\" is no int"),
        (record(r#""age": 1.5"#), "age", "int", "1.5 is no int"),
        (record(r#""age": 99999999999999999999"#), "age", "int", "is no int"),
        (record(r#""age": 121"#), "age", "in 0..120", "121 breaks the rule"),
        (record(r#""age": null"#), "age", "never null", "has no null"),
        (record(r#""city": "gratz""#), "city", "enum[\"bonn\", \"graz\"]", "did you mean \"graz\"?"),
        (record(r#""city": 3"#), "city", "enum[\"bonn\", \"graz\"]", "is no enum"),
        (record(r#""member": "yes""#), "member", "bool", "is no bool"),
        (record(r#""incom": 3"#), "incom", "unknown column", "did you mean `income`?"),
        (record(r#""income": {"a": 1}"#), "income", "float", "is no float"),
        (record(r#""member": true, "member": false"#), "member", "named once", "twice"),
    ];
    for (body, column, rule, message) in cases {
        let refusal = refused(&model, Format::Json, body.as_bytes());
        assert_eq!(refusal.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        let first = &refusal.violations[0];
        assert_eq!(
            (first.row, first.column.as_deref(), &*first.rule),
            (Some(2), Some(column), rule),
            "{body}: {first:?}"
        );
        assert!(first.message.contains(message), "{body}: {}", first.message);
        let told: serde_json::Value = serde_json::from_str(&refusal.body()).unwrap();
        assert_eq!(told["violations"][0]["column"], column);
        assert_eq!(told["error_code"], "INVALID_ROWS");
    }
}

#[test]
fn contracts_are_told_beside_types() {
    let model = model();
    let told = |format, body: &[u8]| -> Vec<(Option<usize>, String, String)> {
        let violations = refused(&model, format, body).violations;
        violations.into_iter().map(|wrong| (wrong.row, wrong.column.unwrap_or_default(), wrong.rule)).collect()
    };
    let due = |row, column: &str, rule: &str| (Some(row), column.to_owned(), rule.to_owned());
    let body =
        r#"[{"age": 131, "city": "bonn", "member": "yes"}, {"age": "x", "member": true}, {"age": -1, "city": "graz"}]"#;
    assert_eq!(
        told(Format::Json, body.as_bytes()),
        [
            due(1, "member", "bool"),
            due(2, "age", "int"),
            due(2, "city", "missing column"),
            due(3, "member", "missing column"),
            due(1, "age", "in 0..120"),
            due(3, "age", "in 0..120"),
        ]
    );
    let csv = "age,city,member\n131,bonn,yes\n";
    assert_eq!(told(Format::Csv, csv.as_bytes()), [due(1, "member", "bool"), due(1, "age", "in 0..120")]);
    let mut wrong = rows(&model, r#"[{"age": 31, "city": "bonn", "member": true}]"#).unwrap();
    let column = |values: polars::prelude::Series, name: &str| values.with_name(name.into()).into();
    wrong.with_column(column([200_i64].into_iter().collect(), "age")).unwrap();
    wrong.with_column(column(["wien"].into_iter().collect(), "city")).unwrap();
    let body = arrow_bytes(&wrong).unwrap();
    assert_eq!(told(Format::Arrow, &body), [due(1, "city", "enum[\"bonn\", \"graz\"]"), due(1, "age", "in 0..120")]);
}

#[test]
fn the_description_names_classes_in_the_order_of_their_scores() {
    let model = of_cities();
    let document: serde_json::Value = serde_json::from_slice(&model.openapi).unwrap();
    let says = &document["components"]["schemas"]["Prediction"]["properties"];
    assert_eq!(says["scores"]["description"], "A number for each class, in this order: \"bonn\", \"graz\"");
    assert_eq!((&says["scores"]["minItems"], &says["scores"]["maxItems"]), (&2.into(), &2.into()));
    assert_eq!(says["label"]["enum"], serde_json::json!(["bonn", "graz"]));
    let page = String::from_utf8(model.page.to_vec()).unwrap();
    assert!(page.contains("in this order: <code>bonn</code>, <code>graz</code>"), "{page}");
    // The likeliest class is that of the largest number.
    let asked = rows(&model, r#"[{"age": 31, "member": true}, {"age": 4, "member": false}]"#).unwrap();
    let scored: serde_json::Value =
        serde_json::from_str(&json(&model.scorer.score(&asked).unwrap(), Shape::List).unwrap()).unwrap();
    for row in scored.as_array().unwrap() {
        let numbers: Vec<f64> = row["scores"].as_array().unwrap().iter().filter_map(|score| score.as_f64()).collect();
        let place = if numbers[0] >= numbers[1] { 0 } else { 1 };
        assert_eq!(row["label"], says["label"]["enum"][place], "{row}");
    }
}

#[test]
fn only_the_first_violations_are_named() {
    let model = model();
    let body = format!("[{}]", vec![r#"{"age": "x"}"#; 500].join(","));
    let refusal = refused(&model, Format::Json, body.as_bytes());
    assert_eq!((refusal.violations.len(), refusal.more), (20, 1480));
}

#[test]
fn what_is_no_request_is_told() {
    let model = model();
    for body in ["", "{", "[1,", "{\"age\": 01}", "{\"age\": NaN}", "\u{0}", "[] []"] {
        assert_eq!(refused(&model, Format::Json, body.as_bytes()).status, StatusCode::BAD_REQUEST, "{body}");
    }
    assert_eq!(refused(&model, Format::Json, b"\"\xff\"").status, StatusCode::BAD_REQUEST);
    let unknown = [
        "1",
        "\"text\"",
        "null",
        r#"{"instances": 3}"#,
        r#"{"instances": [], "inputs": []}"#,
        r#"{"instances": [], "params": {"top": 3}}"#,
        r#"{"instances": [], "signature_name": "x"}"#,
        r#"{"dataframe_split": {"columns": ["age"]}}"#,
        r#"{"dataframe_split": {"columns": [1], "data": []}}"#,
        r#"{"inputs": {"age": [1, 2], "city": ["bonn"]}}"#,
    ];
    for body in unknown {
        let refusal = refused(&model, Format::Json, body.as_bytes());
        assert_eq!((refusal.status, refusal.kind), (StatusCode::UNPROCESSABLE_ENTITY, "UNKNOWN_FORM"), "{body}");
    }
    for body in ["", "age,city\n1", "age\n\"1\n"] {
        assert_eq!(refused(&model, Format::Csv, body.as_bytes()).status, StatusCode::BAD_REQUEST, "{body}");
    }
    // The line lacks a cell because of the quote.
    let unclosed = refused(&model, Format::Csv, b"age,city,member\n31,\"bonn,true\n4,graz,true\n");
    assert_eq!(unclosed.message, "a quote opens in line 2 and is never closed");
    assert_eq!(refused(&model, Format::Arrow, b"no arrow").status, StatusCode::BAD_REQUEST);
    for kind in [None, Some("text/html"), Some("application/json; charset=latin1"), Some("application/jsonp")] {
        assert_eq!(Format::of(kind).unwrap_err().status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind:?}");
    }
    assert_eq!(Format::of(Some("Application/JSON; charset=UTF-8")), Ok(Format::Json));
    assert_eq!(Format::of(Some(ARROW)), Ok(Format::Arrow));
}

#[test]
fn a_row_that_is_none_is_told_alone() {
    let model = model();
    for (body, rule) in [("[5]", "a record"), ("[[1, 2]]", "a value for each column"), ("[null]", "a record")] {
        let refusal = refused(&model, Format::Json, body.as_bytes());
        let rules: Vec<&str> = refusal.violations.iter().map(|violation| &*violation.rule).collect();
        assert_eq!(rules, [rule], "{body}");
    }
}

#[test]
fn columns_may_be_called_as_forms_are() {
    let model = of_forms();
    let due = rows(&model, r#"[{"inputs": 31, "instances": true}]"#).unwrap();
    let single = r#"{"inputs": 31, "instances": true}"#;
    let records = r#"{"instances": [{"inputs": 31, "instances": true}]}"#;
    let columns = r#"{"inputs": {"inputs": [31], "instances": [true]}}"#;
    for body in [single, records, columns] {
        assert!(rows(&model, body).unwrap().equals(&due), "{body}");
    }
}

/// Polars stops where it shall write such a time, in a message as elsewhere.
#[test]
fn times_that_no_calendar_has_are_refused() {
    use polars::prelude::{DataType, IntoColumn, Series, TimeUnit};

    let model = of_times();
    let numbers: Series = [0, i64::MAX].into_iter().collect();
    let times = numbers.cast(&DataType::Datetime(TimeUnit::Milliseconds, None)).unwrap();
    let body = DataFrame::new(2, vec![times.with_name("seen".into()).into_column()]).unwrap();
    let refusal = refused(&model, Format::Arrow, &arrow_bytes(&body).unwrap());
    let first = &refusal.violations[0];
    assert_eq!((first.row, first.column.as_deref(), &*first.rule), (Some(2), Some("seen"), "timestamp"));
    assert_eq!(first.message, format!("{} is no timestamp", i64::MAX));
}

#[test]
fn arrow_is_held_against_the_signature() {
    let model = model();
    let good = rows(&model, r#"[{"age": 31, "city": "bonn", "member": true}]"#).unwrap();
    let with = |name: &str, column: polars::prelude::Column| {
        let mut frame = good.clone();
        frame.with_column(column.with_name(name.into())).unwrap();
        arrow_bytes(&frame).unwrap()
    };
    let column = |values: polars::prelude::Series| polars::prelude::Column::from(values);
    let cases = [
        (with("age", column([31.5].into_iter().collect())), "age", "int"),
        (with("age", column(["31"].into_iter().collect())), "age", "int"),
        (with("age", column([200_i64].into_iter().collect())), "age", "in 0..120"),
        (with("age", column([None::<i64>].into_iter().collect())), "age", "never null"),
        (with("city", column(["wien"].into_iter().collect())), "city", "enum[\"bonn\", \"graz\"]"),
        (with("extra", column([1_i64].into_iter().collect())), "extra", "unknown column"),
    ];
    for (body, name, rule) in cases {
        let refusal = refused(&model, Format::Arrow, &body);
        assert_eq!(refusal.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        let first = &refusal.violations[0];
        assert_eq!((first.column.as_deref(), &*first.rule), (Some(name), rule));
    }
    let missing = arrow_bytes(&good.drop("age").unwrap()).unwrap();
    assert_eq!(refused(&model, Format::Arrow, &missing).violations[0].rule, "missing column");
}

/// A model, a body, and what is told of it: row, column, rule and reason.
type Unread<'a> = (&'a Model, &'a [u8], Option<usize>, &'a str, &'a str, &'a str);

/// Polars stops at such columns, or multiplies seconds until they are another time. `bodies/make.py` has written them.
#[test]
fn columns_of_arrow_that_are_not_read_are_named() {
    const TYPE: &str = "a type that is read";
    let (model, times) = (model(), of_times());
    let cases: [Unread<'_>; 10] = [
        (&model, include_bytes!("bodies/float16.arrow"), None, "income", TYPE, "floats of 16 bits"),
        (&model, include_bytes!("bodies/float16_in_lists.arrow"), None, "visitor", TYPE, "floats of 16 bits"),
        (&model, include_bytes!("bodies/union.arrow"), None, "visitor", TYPE, "a union"),
        (&model, include_bytes!("bodies/runs.arrow"), None, "age", TYPE, "values by runs"),
        (&model, include_bytes!("bodies/views.arrow"), None, "visitor", TYPE, "views of lists"),
        (&model, include_bytes!("bodies/interval.arrow"), None, "visitor", TYPE, "intervals of the calendar"),
        (&model, include_bytes!("bodies/twice.arrow"), None, "age", "named once", "the rows have the column twice"),
        (&times, include_bytes!("bodies/unknown_zone.arrow"), None, "seen", TYPE, "the zone \"Mars/Olympus\""),
        (
            &times,
            include_bytes!("bodies/seconds_overflow.arrow"),
            Some(2),
            "seen",
            "timestamp",
            "9223372036854775807 seconds",
        ),
        (&times, include_bytes!("bodies/milliseconds_overflow.arrow"), Some(2), "seen", "timestamp", "is no timestamp"),
    ];
    for (model, body, row, column, rule, why) in cases {
        let refusal = refused(model, Format::Arrow, body);
        assert_eq!(refusal.status, StatusCode::UNPROCESSABLE_ENTITY, "{refusal:?}");
        let [only] = &*refusal.violations else { panic!("{refusal:?}") };
        assert_eq!((only.row, only.column.as_deref(), &*only.rule), (row, Some(column), rule), "{refusal:?}");
        assert!(only.message.contains(why), "{refusal:?}");
    }
    let due = rows(&times, r#"[{"seen": "1970-01-01T00:00:00Z"}, {"seen": "1970-01-02T00:00:00Z"}]"#).unwrap();
    let seconds = read(Format::Arrow, include_bytes!("bodies/seconds.arrow"), &times.signature).unwrap();
    assert!(seconds.rows.equals(&due), "{:?}", seconds.rows);
}

#[test]
fn answers_are_rows_in_three_shapes() {
    let model = model();
    let asked = rows(&model, r#"[{"age": 31, "city": "bonn", "member": true}]"#).unwrap();
    let scored = model.scorer.score(&asked).unwrap();
    let score = scored.column("score").unwrap().f64().unwrap().get(0).unwrap();
    assert_eq!(json(&scored, Shape::Single).unwrap(), format!("{{\"score\": {score:?}}}\n"));
    assert_eq!(json(&scored, Shape::List).unwrap(), format!("[{{\"score\": {score:?}}}]\n"));
    assert_eq!(
        json(&scored, Shape::Predictions).unwrap(),
        format!("{{\"predictions\": [{{\"score\": {score:?}}}]}}\n")
    );
    let odd = polars::prelude::df!("a \"b\"" => ["x\ny"], "n" => [f64::NAN], "b" => [true]).unwrap();
    let text = json(&odd, Shape::Single).unwrap();
    let read: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read, serde_json::json!({ "a \"b\"": "x\ny", "n": "NaN", "b": true }));
}

#[test]
fn the_description_knows_every_column() {
    let model = model();
    let document: serde_json::Value = serde_json::from_slice(&model.openapi).unwrap();
    let record = &document["components"]["schemas"]["Record"];
    assert_eq!(record["required"], serde_json::json!(["age", "city", "member"]));
    assert_eq!(record["properties"]["age"]["maximum"], 120);
    assert_eq!(record["properties"]["city"]["enum"], serde_json::json!(["bonn", "graz"]));
    assert_eq!(record["properties"]["income"]["type"], serde_json::json!(["number", "null"]));
    assert_eq!(document["components"]["schemas"]["Prediction"]["properties"]["score"]["maximum"], 1.0);
    assert!(document["paths"]["/invocations"]["post"]["requestBody"]["content"][ARROW].is_object());
    // The example that the page shows is a request that is answered.
    let example = crate::openapi::example(&model.signature).to_string();
    assert!(rows(&model, &example).is_ok(), "{example}");
    let page = String::from_utf8(model.page.to_vec()).unwrap();
    assert!(page.contains("<code>income</code><td>float?"), "{page}");
}
