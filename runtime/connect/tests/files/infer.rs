//! Schemas from files.

use gml_connect::{infer, infer_as};
use gml_ir::Type;
use polars::prelude::*;

use crate::support::*;

fn of(name: &str, bytes: &[u8]) -> String {
    let folder = folder(&[(name, bytes)]);
    infer(&folder.path().join(name)).unwrap_or_else(|fault| panic!("{}", whole(&fault)))
}

/// The schema without runs of blanks, which only align.
fn plain(schema: &str) -> Vec<String> {
    schema.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn csv_columns_get_the_narrowest_type_that_all_values_have() {
    let text = "Order Date,id,price,paid,zip,day,at,note\n\
        2021-01-26,1,2.5,true,01234,20210126,2021-01-26T08:00:00Z,free text\n\
        2021-01-27,2,,false,99999,20210127,2021-01-27 08:00:00,other\n";
    assert_eq!(
        plain(&of("daily-orders.csv", text.as_bytes())),
        [
            "schema DailyOrders {",
            "order_date: date named \"Order Date\",",
            "id: int,",
            "price: float?,",
            "paid: bool,",
            "zip: str,",
            "day: date parsed \"%Y%m%d\",",
            "at: timestamp,",
            "note: str,",
            "}"
        ]
    );
}

#[test]
fn few_texts_that_repeat_are_a_category() {
    let text = format!("device\n{}", "mobile\ndesktop\n".repeat(30));
    assert!(of("t.csv", text.as_bytes()).contains("device: category,"));
}

#[test]
fn names_that_are_no_names_are_given_one() {
    let schema = of("2021.csv", "1st,größe,a b,A B,\n1,2,3,4,5\n".as_bytes());
    let lines = plain(&schema);
    assert!(lines[0].starts_with("schema Table2021 {"), "{schema}");
    assert_eq!(lines[5], "# column 5 has no name, by which it could be read: it is left out");
    let names: Vec<&str> = lines[1..5].iter().map(|line| line.split(':').next().unwrap()).collect();
    let different: std::collections::HashSet<_> = names.iter().collect();
    assert_eq!(different.len(), 4, "{schema}");
    for name in names {
        assert!(
            name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_'),
            "{schema}"
        );
        assert!(!name.starts_with(|letter: char| letter.is_ascii_digit()), "{schema}");
    }
}

#[test]
fn json_lines_have_nested_types() {
    let text = b"{\"id\": 1, \"tags\": [\"a\"], \"device\": {\"os\": \"linux\", \"v\": null}}\n{\"id\": 2, \"tags\": [], \"device\": {\"os\": \"mac\"}, \"x\": 1.5}\n";
    let schema = of("t.jsonl", text);
    assert!(schema.contains("tags: list[str],"), "{schema}");
    assert!(schema.contains("os: str,"), "{schema}");
    assert!(schema.contains("x: float?,"), "{schema}");
}

#[test]
fn nested_fields_without_a_name_in_the_language_are_left_out_and_said() {
    let schema = of("t.jsonl", b"{\"a\": {\"b-c\": 1, \"day\": \"20210126\"}, \"e\": {\"f g\": 1}}\n");
    assert_eq!(
        plain(&schema)[1..5],
        [
            "# no name in GML for its [\"b-c\"]",
            "a: struct { day: str },",
            "# no name in GML for its [\"f g\"]",
            "# e: struct { },"
        ]
    );
}

#[test]
fn parquet_knows_its_types_and_counts_since_1970_are_recognised() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events_20210126.parquet");
    let frame = df!(
        "event_timestamp" => [1_611_648_000_000_000_i64, 1_611_648_000_000_001],
        "event_date" => ["20210126", "20210126"],
        "hits" => [Some(1_i32), None],
    );
    parquet(&path, frame.unwrap());
    let lines = plain(&infer(&path).unwrap());
    assert_eq!(
        lines[1..4],
        ["event_timestamp: timestamp parsed us,", "event_date: date parsed \"%Y%m%d\",", "hits: int32?,"]
    );
}

#[test]
fn a_parquet_column_without_values_is_text_that_may_be_null() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let nulls = || Series::full_null("n".into(), 2, &DataType::Null);
    let inner = DataFrame::new(2, vec![nulls().into_column(), Series::new("a".into(), [1_i64, 2]).into_column()]);
    let fields = inner.unwrap().into_struct("s".into()).into_series();
    parquet(&path, DataFrame::new(2, vec![nulls().into_column(), fields.into_column()]).unwrap());
    let lines = plain(&infer(&path).unwrap());
    assert_eq!(lines[1..3], ["n: str?,", "s: struct { n: str?, a: int },"]);
}

#[test]
fn names_that_come_twice_are_left_out() {
    let lines = plain(&of("t.csv", b"a,b,a\n1,2,3\n"));
    assert_eq!(
        lines[1..],
        ["# \"a\" stands in the header 2 times, and it is not clear which is meant: it is left out", "b: int,", "}"]
    );
}

#[test]
fn what_is_no_number_is_a_float_beside_numbers() {
    let lines = plain(&of("t.csv", b"x,y,z\n1.0,NaN,1\nNaN,inf,-inf\n"));
    assert_eq!(lines[1..4], ["x: float,", "y: str,", "z: float,"]);
    let lines = plain(&of("t.jsonl", b"{\"x\": 1.5, \"y\": \"NaN\"}\n{\"x\": \"NaN\", \"y\": \"inf\"}\n"));
    assert_eq!(lines[1..3], ["x: float,", "y: str,"]);
}

#[test]
fn values_of_several_kinds_are_no_column() {
    let text = b"{\"a\": 1, \"b\": {\"c\": 1, \"d\": 1}, \"e\": [1, \"x\"]}\n\
        {\"a\": \"2021-01-01\", \"b\": {\"c\": 2, \"d\": true}, \"e\": []}\n{\"a\": true, \"b\": null, \"e\": []}\n";
    assert_eq!(
        plain(&of("t.jsonl", text))[1..],
        [
            "# \"a\" holds numbers and texts and bools, and no type reads them all: it is left out",
            "# its \"d\" holds numbers and bools, and no type reads them all",
            "b: struct { c: int }?,",
            "# \"e\" holds numbers and texts, and no type reads them all: it is left out",
            "}"
        ]
    );
}

#[test]
fn a_delimiter_that_is_no_comma_is_found_and_said() {
    for (delimiter, shown) in [(';', ";"), ('\t', "\\t"), ('|', "|")] {
        let text = "a;b;c\n1;2;x\n3;4;y\n".replace(';', &delimiter.to_string());
        let folder = folder(&[("t.csv", text.as_bytes())]);
        let found = infer_as(&folder.path().join("t.csv"), "Row").unwrap();
        assert_eq!(found.delimiter, Some(delimiter));
        let said = format!("# the file is read by csv(.., delimiter: \"{shown}\")");
        assert_eq!(plain(&found.schema), ["schema Row {", &said, "a: int,", "b: int,", "c: str,", "}"]);
    }
}

#[test]
fn days_and_months_have_one_order_in_a_file() {
    let text = "day,at\n01/02/2021,01/02/2021 10:00\n03/04/2021,03/04/2021 11:30\n";
    let lines = plain(&of("t.csv", text.as_bytes()));
    assert_eq!(
        (&*lines[2], &*lines[4]),
        ("day: date parsed \"%d/%m/%Y\",", "at: timestamp parsed \"%d/%m/%Y %H:%M\",")
    );
    assert!(lines[1].contains("%m/%d/%Y") && lines[3].contains("%m/%d/%Y %H:%M"), "{lines:?}");
    let lines = plain(&of("t.csv", format!("{text}05/06/2021,05/31/2021 12:00\n").as_bytes()));
    assert_eq!(lines[1..3], ["day: date parsed \"%m/%d/%Y\",", "at: timestamp parsed \"%m/%d/%Y %H:%M\","]);
}

#[test]
fn a_parquet_column_of_no_type_of_the_language_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let wide = Series::new("wide".into(), [1_i64, 2]).cast(&DataType::UInt128).unwrap();
    let columns = vec![wide.into_column(), Series::new("n".into(), [1_i64, 2]).into_column()];
    parquet(&path, DataFrame::new(2, columns).unwrap());
    let lines = plain(&infer(&path).unwrap());
    assert!(lines[1].starts_with("# the column `wide` is uint128 in the file"), "{lines:?}");
    assert_eq!(lines[2..], ["n: int,", "}"]);
}

#[test]
fn help_proposes_no_text_where_a_text_reads_no_numbers() {
    let helped = |name: &str, text: &str, ty| {
        let fault = read_text(name, text, vec![column("a", ty)]).unwrap_err();
        fault.help.unwrap()
    };
    assert!(helped("t.csv", "a\nx\n", Type::INT).contains("declare `a` as str"));
    assert!(helped("t.csv", "a\n3.0\n", Type::INT).contains("declare `a` as float"));
    assert!(helped("t.jsonl", "{\"a\": \"x\"}\n", Type::Date).contains("declare `a` as str"));
    for ty in [Type::Str, Type::INT] {
        assert!(!helped("t.jsonl", "{\"a\": true}\n", ty).contains("as str"));
    }
}

#[test]
fn what_cannot_be_read_is_refused() {
    let folder = folder(&[
        ("a.csv", b""),
        ("b.parquet", b"nothing"),
        ("c.xlsx", b"x"),
        ("d.jsonl", b"{"),
        ("e.csv", b"a,b\n1\n"),
    ]);
    for (name, code) in [
        ("a.csv", "GML0914"),
        ("b.parquet", "GML0903"),
        ("c.xlsx", "GML0902"),
        ("d.jsonl", "GML0915"),
        ("e.csv", "GML0915"),
    ] {
        let fault = infer(&folder.path().join(name)).unwrap_err();
        assert_eq!(fault.code, code, "{}", whole(&fault));
        assert!(fault.place.is_some());
    }
    assert_eq!(infer(&folder.path().join("none.csv")).unwrap_err().code, "GML0901");
    assert_eq!(infer(folder.path()).unwrap_err().code, "GML0902");
}

#[test]
fn what_is_inferred_reads_the_file() {
    // The types named by the schema above, read by hand.
    let text = "day,at\n20210126,2021-01-26 08:00:00\n";
    let columns = vec![parsed("day", Type::Date, format("%Y%m%d")), column("at", Type::Timestamp)];
    assert!(read_text("t.csv", text, columns).is_ok());
}
