//! Decimals from end to end.

use gml_tests::Project;
use polars::prelude::{ParquetReader, SerReader};

/// Runs a program over these rows of decimals.
fn project(schema: &str, catalog: &str, body: &str, rows: &str) -> Project {
    Project::of(&[
        (
            "main.gml",
            format!(
                "schema Row {{ {schema} }}\ncatalog {{\n    input: table[Row] = csv(\"in.csv\"),\n    {catalog}\n}}\npipeline main {{\n    {body}\n}}\n"
            ),
        ),
        ("in.csv", rows.to_owned()),
    ])
}

fn runs(schema: &str, body: &str, rows: &str) {
    project(schema, "", body, rows).done(&["run"]);
}

fn fails(schema: &str, body: &str, rows: &str, told: &[&str]) {
    let finished = project(schema, "", body, rows).gmlc(&["run"]);
    assert_eq!(finished.code, 3, "{}\n{}", finished.stdout, finished.stderr);
    for part in told {
        assert!(finished.stderr.contains(part), "it does not say {part}:\n{}", finished.stderr);
    }
}

const MONEY: &str = "id: int, price: decimal[10, 2], rate: decimal[6, 4], n: int, x: float";
const ROWS: &str = "id,price,rate,n,x\n1,99999999.99,99.9999,3,0.5\n2,-0.01,0.0001,-7,1e10\n3,12.50,0.1900,0,0.1\n";

#[test]
fn results_keep_every_digit() {
    for (of, first) in [
        (".price + .price", "199999999.98"),
        (".price - .rate", "99999899.9901"),
        (".price * .rate", "9999989999.000001"),
        (".price * .n", "299999999.97"),
        (".price * .price * .price", "999999999700000000029999.999999"),
        (".price // .rate", "1000000"),
        (".price % 7", "1.99"),
        ("-.price", "-99999999.99"),
        ("abs(-.price)", "99999999.99"),
        (".price * 19%", "18999999.9981"),
        ("least(.price, 0.5)", "0.5"),
        ("clip(.price, 0, 12.345)", "12.345"),
        ("if .n > 100 then 0 else .price", "99999999.99"),
        ("as_decimal(.price, 9)", "100000000"),
        ("as_decimal(.rate, 4, 1)", "100.0"),
        ("as_decimal(.x, 13, 2)", "0.50"),
        ("[.price, .rate].sum_items()", "100000099.9899"),
    ] {
        runs(MONEY, &format!("expect first(input |> derive {{ y = {of} }}).y == {first}, \"{of}\""), ROWS);
    }
}

#[test]
fn numbers_of_other_digits_are_compared_exactly() {
    for (condition, rows) in [
        (".price > 99999999.989", 1),
        (".price == 12.5", 1),
        (".price == 12.500", 1),
        (".price in [12.5, -0.01, 0.125]", 2),
        (".price in -0.01..12.5", 2),
        (".price in -0.009..12.499", 0),
        (".price > .rate", 2),
        (".price < .n", 0),
        (".n < .price", 3),
        (".rate == .x", 0),
        (".x == 0.5", 1),
        (".rate != 0.19", 2),
    ] {
        runs(MONEY, &format!("expect count(input |> filter({condition})) == {rows}, \"{condition}\""), ROWS);
    }
    let long = "id: int, a: decimal[38, 0], b: decimal[38, 38]";
    let rows =
        "id,a,b\n1,99999999999999999999999999999999999999,0.99999999999999999999999999999999999999\n2,1,0.5\n3,0,0.0\n";
    for (condition, rows_left) in [(".a > .b", 2), (".a == .b", 1), (".b in [0.5]", 1), (".a >= 1", 2)] {
        runs(long, &format!("expect count(input |> filter({condition})) == {rows_left}, \"{condition}\""), rows);
    }
}

#[test]
fn aggregates_keep_every_digit() {
    let body = "let all = input |> derive { one = 1 } |> group(by: [.one]) {\n        \
                total = sum(.price), low = min(.price), high = max(.price), some = sum(.price, where: .n > 100), middle = median(.price)\n    }\n    \
                expect first(all).total == 100000012.48, \"total\"\n    \
                expect first(all).low == -0.01 and first(all).high == 99999999.99, \"ends\"\n    \
                expect first(all).some == 0, \"some\"\n    \
                expect first(all).middle == 12.5, \"middle\"\n    \
                let along = input |> derive(order: [.id]) { step = difference(.price), so_far = sum(.price) }\n    \
                expect count(along |> filter((.step == -100000000.00) ?? false)) == 1, \"step\"\n    \
                expect count(along |> filter(.so_far == 99999999.98)) == 1, \"so far\"";
    runs(MONEY, body, ROWS);
}

#[test]
fn what_does_not_fit_stops_the_run() {
    let long = "id: int, a: decimal[38, 2]";
    let rows = "id,a\n1,999999999999999999999999999999999999.99\n2,0.01\n";
    for (body, told) in [
        (
            "expect count(input |> filter(.a + .a > 0)) == 2, \"+\"",
            "999999999999999999999999999999999999.99 + 999999999999999999999999999999999999.99 does not fit decimal[38, 2]",
        ),
        ("expect count(input |> filter(.a * 3.5 > 0)) == 2, \"*\"", "* 3.5 does not fit decimal[38, 3]"),
        ("expect first(input |> group { a = sum(.a) }).a > 0, \"sum\"", "a sum does not fit decimal[38, 2]"),
        (
            "expect count(input |> filter(as_decimal(.a, 10, 2) > 0)) == 2, \"as_decimal\"",
            "does not fit decimal[10, 2]",
        ),
        (
            "expect count(input |> filter([.a, .a].sum_items() > 0)) == 2, \"sum_items\"",
            "a sum does not fit decimal[38, 2]",
        ),
        (
            "expect count(input |> filter(as_decimal(1.0 / as_float(.id - 1), 10, 2) > 0)) == 2, \"inf\"",
            "inf does not fit decimal[10, 2]",
        ),
    ] {
        fails(long, body, rows, &["GML0923", told]);
    }
    // What is not used is no fault.
    runs(long, "expect count(input |> filter(if .id > 1 then .a + .a > 0 else true)) == 2, \"guarded\"", rows);
}

#[test]
fn keys_of_other_digits_are_one() {
    let body = "let cents = input |> select { price = as_decimal(.price, 12, 4), other = .id }\n    \
                expect count(input |> join(cents, on: [.price], expect: one_to_one)) == 3, \"join\"\n    \
                expect count(union(input |> select { price = .price }, cents |> select { price = .price }) |> distinct([.price])) == 3, \"union\"\n    \
                let whole = input |> select { n = as_decimal(.n, 20), other = .id }\n    \
                expect count(input |> join(whole, on: [.n], expect: one_to_one)) == 3, \"int\"";
    runs(MONEY, body, ROWS);
}

#[test]
fn contracts_hold_to_the_last_digit() {
    let good = "price\n0.01\n100.00\n";
    let copy = "save input as output";
    let output = "output: table[Row] = parquet(\"out.parquet\"),";
    for contract in
        ["in 0.01..100", "> 0.009", ">= 0.01", "< 100.005", "in [0.01, 100.00, 0.123]", "!= 0.005", "in 0..<100.001"]
    {
        project(&format!("price: decimal[10, 2] {contract}"), output, copy, good).done(&["run"]);
    }
    for contract in ["in 0.011..100", "> 0.01", "< 100", "in [0.01, 99.999]", "in 0..<100"] {
        let finished = project(&format!("price: decimal[10, 2] {contract}"), output, copy, good).gmlc(&["run"]);
        assert_eq!(finished.code, 3, "{contract}: {}", finished.stderr);
        assert!(finished.stderr.contains("GML0906"), "{contract}: {}", finished.stderr);
    }
}

#[test]
fn files_hold_the_digits_that_are_declared() {
    let schema = "id: int, small: decimal[10, 2], large: decimal[38, 10]?";
    let rows = "id,small,large\n1,-0.01,1234567890123456789012345678.0000000001\n2,12.5,\n3,99999999.99,-1\n";
    let catalog = "p: table[Row] = parquet(\"p.parquet\"),\n    c: table[Row] = csv(\"c.csv\"),\n    j: table[Row] = jsonl(\"j.jsonl\"),\n    \
                   i: table[Row] = ipc(\"i.arrow\"),\n    w: table { id: int, small: decimal[20, 4], large: decimal[38, 10]? } = parquet(\"w.parquet\"),";
    let saves = "save input as p\n    save input as c\n    save input as j\n    save input as i\n    save input as w";
    let project = project(
        schema,
        catalog,
        &format!(
            "{saves}\n}}\npipeline back {{\n    \
                expect count(union([p, c, j, i]) |> distinct()) == 3, \"the same\"\n    \
                expect count(w |> filter(.small in [-0.01, 12.5, 99999999.99])) == 3, \"wider\""
        ),
        rows,
    );
    project.done(&["run", "main"]);
    project.done(&["run", "back"]);
    let text = |name: &str| String::from_utf8(project.read(name)).unwrap();
    assert_eq!(
        text("c.csv"),
        "id,small,large\n1,-0.01,1234567890123456789012345678.0000000001\n2,12.50,\n3,99999999.99,-1.0000000000\n"
    );
    assert!(
        text("j.jsonl").lines().next().unwrap().contains("1234567890123456789012345678.0000000001"),
        "{}",
        text("j.jsonl")
    );
    let types = |name: &str| {
        let file = std::fs::File::open(project.path(name)).unwrap();
        let schema = ParquetReader::new(file).schema().unwrap();
        schema.iter_values().map(|field| format!("{:?}", field.dtype)).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(types("p.parquet"), "Int64 Decimal(10, 2) Decimal(38, 10)");
    assert_eq!(types("w.parquet"), "Int64 Decimal(20, 4) Decimal(38, 10)");
}
