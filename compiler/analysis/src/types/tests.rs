use insta::assert_snapshot;

use crate::testing::{project, told_of};

/// The types of the parameters of one node.
fn types(written: &[&str]) -> String {
    let params: Vec<String> = written.iter().enumerate().map(|(place, ty)| format!("p{place}: {ty}")).collect();
    let text = format!(
        "schema Session {{ id user: str, hits: int }}\nnode n({}) -> table {{ .. }} = sql(\"select 1\")",
        params.join(", ")
    );
    let (package, diagnostics) = project(&[("main.gml", &text)]);
    assert_eq!(diagnostics, []);
    package.nodes[0].params.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// What is said of the type of a column.
fn column(written: &str) -> String {
    told_of(&format!("schema Other {{ a: int }}\nschema S {{ x: {written} }}"))
}

/// What is said of the type of a parameter of a node.
fn param(written: &str) -> String {
    told_of(&format!("schema Session {{ a: int }}\nnode n(x: {written}) -> table {{ .. }} = sql(\"select 1\")"))
}

#[test]
fn all_kinds() {
    assert_snapshot!(types(&[
        "bool", "int", "int64", "int8", "uint32", "float", "float32", "str?", "bytes", "date", "time", "timestamp?", "duration",
        "decimal[10, 2]", "category", "enum[\"a\", \"b\"]", "list[str?]", "vector[384]", "struct { a: int, b: struct { c: str? }, .. }",
        "image", "range[date]", "list[table[Session]]",
    ]), @"");
    assert_snapshot!(types(&[
        "table[Session]", "table { user: str, item: str }", "table { id user: str, .. }", "table[Session] in train",
        "model", "transform", "estimator", "model[Session -> Probability]", "transform[Session -> { a: float, .. }]",
        "estimator[Session -> Probability]", "estimator[transform]", "estimator[Session -> transform[Session -> Session]]",
        "recommender[int]", "encoder[text -> vector[384]]", "encoder[image -> vector[8]]", "sequences[int]", "graph[str, int]",
        "metrics", "figure", "report", "list[metric]", "join_cardinality", "{ a: int, b: str }",
    ]), @"");
}

#[test]
fn names_of_other_languages() {
    for written in ["string", "Integer", "double", "boolean", "datetime", "DataFrame", "array", "dict"] {
        let said = column(written);
        assert!(said.starts_with("GML0215"), "{said}");
        assert!(said.contains("help: write `"), "{said}");
    }
    assert_snapshot!(column("string"), @"");
}

#[test]
fn names_that_are_no_types() {
    assert_snapshot!(column("flaot"), @"");
    assert_snapshot!(column("list[Othr]"), @"");
    assert_snapshot!(column("Other"), @"");
    assert_snapshot!(column("filter"), @"");
    assert_snapshot!(column("whatever"), @"");
    assert_snapshot!(param("table[Sesion]"), @"");
    assert_snapshot!(param("table[int]"), @"");
    assert_snapshot!(param("table[filter]"), @"");
    assert_snapshot!(param("table[table[Session]]"), @"");
}

#[test]
fn arguments_of_types() {
    assert_snapshot!(column("int[3]"), @"");
    assert_snapshot!(column("list"), @"");
    assert_snapshot!(column("list[int, str]"), @"");
    assert_snapshot!(column("vector[str]"), @"");
    assert_snapshot!(column("vector[0]"), @"");
    assert_snapshot!(column("decimal[2, 4]"), @"");
    assert_snapshot!(column("decimal[60, 4]"), @"");
    assert_snapshot!(column("enum"), @"");
    assert_snapshot!(column("enum[a, b]"), @"");
    assert_snapshot!(column("enum[\"a\", \"b\", \"a\"]"), @"");
    assert_snapshot!(param("model[Session]"), @"");
    assert_snapshot!(param("estimator[Session]"), @"");
    assert_snapshot!(param("range[str]"), @"");
    assert_snapshot!(param("table"), @"");
    assert_snapshot!(param("table[Session]?"), @"");
    assert_snapshot!(param("table[Session] in tset"), @"");
    assert_snapshot!(param("int in train"), @"");
    assert_snapshot!(param("Session + { a: int }"), @"");
}

#[test]
fn what_columns_cannot_hold() {
    assert_snapshot!(column("table[Other]"), @"");
    assert_snapshot!(column("list[model]"), @"");
    assert_snapshot!(column("range[date]"), @"");
    assert_snapshot!(column("struct { id a: int, b: int > 0, b: str }"), @"");
}

#[test]
fn columns_twice_and_roles() {
    assert_snapshot!(told_of("schema S { a: int, b: str, a: float }"), @"");
    assert_snapshot!(told_of("schema S { target a: bool, target b: bool, id c: str, id d: str, time t: date, time u: date }"), @"");
    assert_snapshot!(told_of("schema S { time a: str, weight w: str, group g: float, target t: list[int], id v: vector[3] }"), @"");
    assert_snapshot!(told_of("schema S { targt a: bool, whatever b: int }"), @"");
    assert_snapshot!(told_of("schema S { a: int, b: int, unique [a, c], unique [bb], unique [a, a] }"), @"");
    assert_snapshot!(told_of("schema S { a: int named \"A\", b: int named \"A\", c: int, d: int named \"c\", e: int named \"\" }"), @"");
}

#[test]
fn contracts_that_fit() {
    assert_eq!(
        told_of(
            "schema S { a: int in 0..<10, b: float in -1..1.5, c: str in [\"a\", \"b\"], d: date >= @2020-01-01, e: duration < 7d,
                f: enum[\"x\", \"y\"] != \"x\", g: bool == true, h: decimal[10, 2] > 0, i: int? > 0 < 10, j: timestamp > @2020-01-01T00:00:00Z }"
        ),
        "nothing"
    );
}

#[test]
fn contracts_that_do_not_fit() {
    assert_snapshot!(column("int in 10..1"), @"");
    assert_snapshot!(column("float in 1.0..<1.0"), @"");
    assert_snapshot!(column("int in []"), @"");
    assert_snapshot!(column("int in 5"), @"");
    assert_snapshot!(column("int8 in 0..1000"), @"");
    assert_snapshot!(column("uint16 > -1"), @"");
    assert_snapshot!(column("int > 0.5"), @"");
    assert_snapshot!(column("int == \"a\""), @"");
    assert_snapshot!(column("bool > false"), @"");
    assert_snapshot!(column("enum[\"red\", \"green\"] in [\"red\", \"gren\"]"), @"");
    assert_snapshot!(column("enum[\"a\"] in 0..1"), @"");
    assert_snapshot!(column("date > @2020-01-01T00:00:00Z"), @"");
    assert_snapshot!(column("list[int] == 1"), @"");
    assert_snapshot!(column("int matches r\"\\d+\""), @"");
    assert_snapshot!(column("str matches r\"(\""), @"");
    assert_snapshot!(told_of("param low: int = 1\nschema S { x: int > low }"), @"");
}

#[test]
fn stored_forms() {
    assert_snapshot!(told_of("schema S { a: int parsed us }"), @"");
    assert_snapshot!(told_of("schema S { a: timestamp parsed micros }"), @"");
    assert_snapshot!(told_of("schema S { a: time parsed ms }"), @"");
    assert_snapshot!(told_of("schema S { a: date parsed \"%Y-%Q\" }"), @"");
    assert_snapshot!(told_of("schema S { a: timestamp parsed \"%Y-%m-%d\" }"), @"");
    assert_snapshot!(told_of("schema S { a: date parsed \"us\" }"), @"");
}
