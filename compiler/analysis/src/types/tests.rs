use gml_diagnostics::codes;
use insta::assert_snapshot;

use crate::testing::{project, told_of};

/// The types of the parameters of one node.
fn types(written: &[&str]) -> String {
    let params: Vec<String> = written.iter().enumerate().map(|(place, ty)| format!("p{place}: {ty}")).collect();
    let text = format!(
        "schema Session {{ id user: str, hits: int }}\nnode n({}) -> table {{ .. }} = sql(\"select 1\")",
        params.join(", ")
    );
    let (package, mut diagnostics) = project(&[("main.gml", &text)]);
    // Whether a query could take them is another matter.
    diagnostics.retain(|diagnostic| diagnostic.code != codes::FOREIGN_PARAMETER);
    assert_eq!(diagnostics, []);
    package.nodes[0].params.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// What is said of the type of a column.
fn column(written: &str) -> String {
    told_of(&format!("schema Other {{ a: int }}\nschema S {{ x: {written} }}"))
}

/// What is said of the type of a parameter of a node.
fn param(written: &str) -> String {
    let told =
        told_of(&format!("schema Session {{ a: int }}\nnode n(x: {written}) -> table {{ .. }} = sql(\"select 1\")"));
    // Whether a query could take it is another matter.
    match told.find("GML0263") {
        Some(0) => "nothing".to_owned(),
        Some(start) => told[..start].trim_end().to_owned(),
        None => told,
    }
}

#[test]
fn all_kinds() {
    assert_snapshot!(types(&[
        "bool", "int", "int64", "int8", "uint32", "float", "float32", "str?", "bytes", "date", "time", "timestamp?", "duration",
        "decimal[10, 2]", "category", "enum[\"a\", \"b\"]", "list[str?]", "vector[384]", "struct { a: int, b: struct { c: str? }, .. }",
        "image", "range[date]", "list[table[Session]]",
    ]), @r#"
    bool
    int
    int
    int8
    uint32
    float
    float32
    str?
    bytes
    date
    time
    timestamp?
    duration
    decimal[10, 2]
    category
    enum["a", "b"]
    list[str?]
    vector[384]
    struct { a: int, b: struct { c: str? }, .. }
    image
    range[date]
    list[table Session]
    "#);
    assert_snapshot!(types(&[
        "table[Session]", "table { user: str, item: str }", "table { id user: str, .. }", "table[Session] in train",
        "model", "transform", "estimator", "model[Session -> Probability]", "transform[Session -> { a: float, .. }]",
        "estimator[Session -> Probability]", "estimator[transform]", "estimator[Session -> transform[Session -> Session]]",
        "recommender[int]", "encoder[text -> vector[384]]", "encoder[image -> vector[8]]", "sequences[int]", "graph[str, int]",
        "metrics", "figure", "report", "list[metric]", "join_cardinality", "{ a: int, b: str }",
    ]), @r#"
    table Session
    table { user: str, item: str }
    table { id user: str, .. }
    table Session in train
    model
    transform
    estimator[model]
    model[Session -> Probability]
    transform[Session -> { a: float, .. }]
    estimator[model[Session -> Probability]]
    estimator[transform]
    estimator[transform[Session -> Session]]
    recommender[int]
    encoder[str -> vector[384]]
    encoder[image -> vector[8]]
    sequences[int]
    graph[str, int]
    metrics
    figure
    report
    list[metric]
    enum["one_to_one", "one_to_many", "many_to_one", "many_to_many"]
    { a: int, b: str }
    "#);
}

#[test]
fn names_of_other_languages() {
    for written in ["string", "Integer", "double", "boolean", "datetime", "DataFrame", "array", "dict"] {
        let said = column(written);
        assert!(said.starts_with("GML0215"), "{said}");
        assert!(said.contains("help: write `"), "{said}");
    }
    assert_snapshot!(column("string"), @r#"
    GML0215 there is no type `string` at main.gml:2:15 `string`
      help: write `str`
      fix: main.gml:2:15 `string` -> str
    "#);
}

#[test]
fn names_that_are_no_types() {
    assert_snapshot!(column("flaot"), @r#"
    GML0215 there is no type `flaot` at main.gml:2:15 `flaot`
      help: did you mean `float`?
      fix: main.gml:2:15 `flaot` -> float
    "#);
    assert_snapshot!(column("list[Othr]"), @r#"
    GML0215 there is no type `Othr` at main.gml:2:20 `Othr`
      help: did you mean `Other`?
      fix: main.gml:2:20 `Othr` -> Other
    "#);
    assert_snapshot!(column("Other"), @r#"
    GML0215 `Other` is a schema: it names the columns of a row, not a value at main.gml:2:15 `Other`
      help: write `table[Other]` for a table of such rows, `struct[Other]` for a single value
    "#);
    assert_snapshot!(column("filter"), @"GML0215 `filter` is a name of the standard library, not a type at main.gml:2:15 `filter`");
    assert_snapshot!(column("whatever"), @"GML0215 there is no type `whatever` at main.gml:2:15 `whatever`");
    assert_snapshot!(param("table[Sesion]"), @r#"
    GML0215 there is no schema `Sesion` at main.gml:2:17 `Sesion`
      help: did you mean `Session`?
      fix: main.gml:2:17 `Sesion` -> Session
    "#);
    assert_snapshot!(param("table[int]"), @r#"
    GML0216 the type `int` is no row at main.gml:2:17 `int`
      help: a row is the name of a schema, or `{ user: str, item: str }`
    "#);
    assert_snapshot!(param("table[filter]"), @r#"
    GML0216 `filter`, a name of the standard library, is no row at main.gml:2:17 `filter`
      help: a row is the name of a schema, or `{ user: str, item: str }`
    "#);
    assert_snapshot!(param("table[table[Session]]"), @r#"
    GML0216 this is no row at main.gml:2:17 `table[Session]`
      help: a row is the name of a schema, or `{ user: str, item: str }`
    "#);
}

#[test]
fn arguments_of_types() {
    assert_snapshot!(column("int[3]"), @r#"
    GML0216 the type `int` takes no arguments at main.gml:2:15 `int[3]`
      help: write `int`
      fix: main.gml:2:15 `int[3]` -> int
    "#);
    assert_snapshot!(column("list"), @r#"
    GML0216 `list` lacks its arguments at main.gml:2:15 `list`
      help: write `list[int]`
    "#);
    assert_snapshot!(column("list[int, str]"), @r#"
    GML0216 `list` does not take these arguments at main.gml:2:15 `list[int, str]`
      help: write `list[int]`
    "#);
    assert_snapshot!(column("vector[str]"), @r#"
    GML0216 `vector` does not take these arguments at main.gml:2:15 `vector[str]`
      help: write `vector[384]`
    "#);
    assert_snapshot!(column("vector[0]"), @r#"
    GML0216 `vector` does not take these arguments at main.gml:2:15 `vector[0]`
      help: write `vector[384]`
    "#);
    assert_snapshot!(column("decimal[2, 4]"), @r#"
    GML0216 `decimal` does not take these arguments at main.gml:2:15 `decimal[2, 4]`
      help: write `decimal[10, 2]`
    "#);
    assert_snapshot!(column("decimal[60, 4]"), @r#"
    GML0216 `decimal` does not take these arguments at main.gml:2:15 `decimal[60, 4]`
      help: write `decimal[10, 2]`
    "#);
    assert_snapshot!(column("enum"), @r#"
    GML0216 `enum` lacks its arguments at main.gml:2:15 `enum`
      help: write `enum["a", "b"]`
    "#);
    assert_snapshot!(column("enum[a, b]"), @r#"
    GML0216 `enum` does not take these arguments at main.gml:2:15 `enum[a, b]`
      help: write `enum["a", "b"]`
    "#);
    assert_snapshot!(column("enum[\"a\", \"b\", \"a\"]"), @r#"
    GML0232 the enum lists "a" twice at main.gml:2:30 `"a"`
      help: leave one of them out
    "#);
    assert_snapshot!(param("model[Session]"), @r#"
    GML0216 `model` does not take these arguments at main.gml:2:11 `model[Session]`
      help: write `model[Session -> Probability]`
    "#);
    assert_snapshot!(param("estimator[Session]"), @r#"
    GML0215 `Session` is a schema: it names the columns of a row, not a value at main.gml:2:21 `Session`
      help: write `table[Session]` for a table of such rows, `struct[Session]` for a single value
    "#);
    assert_snapshot!(param("range[str]"), @r#"
    GML0201 there are no ranges of `str` at main.gml:2:17 `str`
      help: ranges are of numbers, dates, timestamps and durations
    "#);
    assert_snapshot!(param("table"), @r#"
    GML0230 the columns of this table are not said at main.gml:2:11 `table`
      here: a bare `table` can only be the result of a node
      help: write `table[Schema]`, `table { user: str }` for exactly these columns, or `table { user: str, .. }` for at least these
    "#);
    assert_snapshot!(param("table[Session]?"), @r#"
    GML0216 a table is never null at main.gml:2:11 `table[Session]?`
      help: leave the `?` out; nullable are the columns within
    "#);
    assert_snapshot!(param("table[Session] in tset"), @r#"
    GML0226 no split has a part `tset` at main.gml:2:29 `tset`
      help: the parts are `train`, `valid` and `test`
    "#);
    assert_snapshot!(param("int in train"), @"GML0216 only a table can be part of a split at main.gml:2:18 `train`");
    assert_snapshot!(param("Session + { a: int }"), @r#"
    GML0215 `+` makes no type here at main.gml:2:11 `Session + { a: int }`
      help: the algebra of rows belongs to signatures of the standard library; write the columns out, or name a schema
    "#);
}

#[test]
fn what_columns_cannot_hold() {
    assert_snapshot!(column("table[Other]"), @r#"
    GML0201 column `x` cannot hold a table at main.gml:2:15 `table[Other]`
      help: columns hold scalars, texts, lists, vectors, structs and images
    "#);
    assert_snapshot!(column("list[model]"), @r#"
    GML0201 column `x` cannot hold `list[model]` at main.gml:2:15 `list[model]`
      help: columns hold scalars, texts, lists, vectors, structs and images
    "#);
    assert_snapshot!(column("range[date]"), @r#"
    GML0201 column `x` cannot hold a range at main.gml:2:15 `range[date]`
      help: columns hold scalars, texts, lists, vectors, structs and images
    "#);
    assert_snapshot!(column("struct { id a: int, b: int > 0, b: str }"), @r#"
    GML0327 field `a` cannot have a role at main.gml:2:24 `id`
      here: roles belong to the columns of a table
      help: leave the role out; where it matters, derive a column of its own from the field
    GML0316 field `b` cannot have a contract at main.gml:2:35 `b`
      help: contracts are checked on columns: derive one from the field, or leave the contract out
    GML0231 field `b` is declared twice at main.gml:2:47 `b`
      main.gml:2:35 `b`: declared here first
      help: give one of them another name, or leave it out
    "#);
}

#[test]
fn columns_twice_and_roles() {
    assert_snapshot!(told_of("schema S { a: int, b: str, a: float }"), @r#"
    GML0302 column `a` is declared twice at main.gml:1:28 `a`
      main.gml:1:12 `a`: declared here first
      help: give one of them another name, or leave it out
    "#);
    assert_snapshot!(told_of("schema S { target a: bool, target b: bool, id c: str, id d: str, time t: date, time u: date }"), @r#"
    GML0317 two columns have the role `target` at main.gml:1:35 `b`
      main.gml:1:19 `a`: the first one
      help: learn several targets from tables with one target each
    GML0317 two columns have the role `time` at main.gml:1:85 `u`
      main.gml:1:71 `t`: the first one
      help: choose the moment at which the row was known
    "#);
    assert_snapshot!(told_of("schema S { time a: str, weight w: str, group g: float, target t: list[int], id v: vector[3] }"), @r#"
    GML0327 column `a` cannot be the `time`: it is `str` at main.gml:1:12 `time a: str`
      help: the values of a column with the role `time` are dates or timestamps
    GML0327 column `w` cannot be the `weight`: it is `str` at main.gml:1:25 `weight w: str`
      help: the values of a column with the role `weight` are numbers
    GML0327 column `g` cannot be the `group`: it is `float` at main.gml:1:40 `group g: float`
      help: the values of a column with the role `group` are texts, whole numbers, `bool`s or dates
    GML0327 column `t` cannot be the `target`: it is `list[int]` at main.gml:1:56 `target t: list[int]`
      help: the values of a column with the role `target` are `bool`s, numbers or texts
    GML0327 column `v` cannot be the `id`: it is `vector[3]` at main.gml:1:77 `id v: vector[3]`
      help: the values of a column with the role `id` are scalars: texts, numbers, dates
    "#);
    assert_snapshot!(told_of("schema S { targt a: bool, whatever b: int }"), @r#"
    GML0001 `targt` is no role at main.gml:1:12 `targt`
      help: the roles are id, time, target, weight and group
    GML0001 `whatever` is no role at main.gml:1:27 `whatever`
      help: the roles are id, time, target, weight and group
    "#);
    assert_snapshot!(told_of("schema S { a: int, b: int, unique [a, c], unique [bb], unique [a, a] }"), @r#"
    GML0315 the schema has no column `c` at main.gml:1:39 `c`
    GML0315 the schema has no column `bb` at main.gml:1:51 `bb`
      help: did you mean `b`?
      fix: main.gml:1:51 `bb` -> b
    GML0302 `unique` names column `a` twice at main.gml:1:67 `a`
      help: leave one of them out
    "#);
    assert_snapshot!(told_of("schema S { a: int named \"A\", b: int named \"A\", c: int, d: int named \"c\", e: int named \"\" }"), @r#"
    GML0320 two columns are read from "A" at main.gml:1:43 `"A"`
      main.gml:1:25 `"A"`: the first one
      help: a column of a file becomes one column; derive the second one from it
    GML0320 two columns are read from "c" at main.gml:1:69 `"c"`
      main.gml:1:48 `c`: the first one
      help: a column of a file becomes one column; derive the second one from it
    GML0320 the name in the file is empty at main.gml:1:87 `""`
      help: write the header of the column, or leave `named` out
    "#);
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
    assert_snapshot!(column("int in 10..1"), @r#"
    GML0225 no value lies between 10 and 1 at main.gml:2:22 `10..1`
      help: the smaller end comes first
    "#);
    assert_snapshot!(column("float in 1.0..<1.0"), @r#"
    GML0225 no value lies between 1.0 and 1.0 at main.gml:2:24 `1.0..<1.0`
      help: the smaller end comes first
    "#);
    assert_snapshot!(column("int in []"), @r#"
    GML0225 no value is in an empty list at main.gml:2:22 `[]`
      help: list the values that are allowed
    "#);
    assert_snapshot!(column("int in 5"), @r#"
    GML0316 `in` wants a range or a list at main.gml:2:22 `5`
      help: write `in 0..100`, or `in [1, 2, 3]`
    "#);
    assert_snapshot!(column("int8 in 0..1000"), @r#"
    GML0220 no `int8` is 1000 at main.gml:2:26 `1000`
      help: `int8` goes from -128 to 127
    "#);
    assert_snapshot!(column("uint16 > -1"), @r#"
    GML0220 no `uint16` is -1 at main.gml:2:24 `-1`
      help: `uint16` goes from 0 to 65535
    "#);
    assert_snapshot!(column("int > 0.5"), @r#"
    GML0316 `0.5` cannot be compared with the column, which is `int` at main.gml:2:21 `0.5`
      help: write a whole number, or declare the column as `float`
    "#);
    assert_snapshot!(column("int == \"a\""), @r#"
    GML0316 `"a"` cannot be compared with the column, which is `int` at main.gml:2:22 `"a"`
      help: write a whole number, or declare the column as `float`
    "#);
    assert_snapshot!(column("bool > false"), @r#"
    GML0316 values of `bool` have no order to limit at main.gml:2:22 `false`
      help: list the values that are allowed: `in [..]`
    "#);
    assert_snapshot!(column("enum[\"red\", \"green\"] in [\"red\", \"gren\"]"), @r#"
    GML0208 "gren" is not among the values of `enum["red", "green"]` at main.gml:2:47 `"gren"`
      help: did you mean "green"?
      fix: main.gml:2:47 `"gren"` -> "green"
    "#);
    assert_snapshot!(column("enum[\"a\"] in 0..1"), @r#"
    GML0316 values of `enum["a"]` have no order to limit at main.gml:2:28 `0..1`
      help: list the values that are allowed: `in [..]`
    "#);
    assert_snapshot!(column("date > @2020-01-01T00:00:00Z"), @r#"
    GML0316 `@2020-01-01T00:00:00Z` cannot be compared with the column, which is `date` at main.gml:2:22 `@2020-01-01T00:00:00Z`
      help: write a date, `@2021-01-26`
    "#);
    assert_snapshot!(column("list[int] == 1"), @r#"
    GML0316 `1` cannot be compared with the column, which is `list[int]` at main.gml:2:28 `1`
      help: contracts are of numbers, texts, dates, timestamps, durations and `bool`s
    "#);
    assert_snapshot!(column("int matches r\"\\d+\""), @r#"GML0316 `matches` looks at text, and the column is `int` at main.gml:2:27 `r"\d+"`"#);
    assert_snapshot!(column("str matches r\"(\""), @r#"
    GML0223 the regular expression cannot be read: unclosed group at main.gml:2:27 `r"("`
      help: regular expressions are those of Rust's regex crate: no look-around, no back-references
    "#);
    assert_snapshot!(told_of("param low: int = 1\nschema S { x: int > low }"), @r#"
    GML0221 a contract holds literals only at main.gml:2:21 `low`
      help: write the number, text, date or duration itself; a rule with a `param` is an `expect` in a pipeline
    "#);
}

#[test]
fn stored_forms() {
    assert_snapshot!(told_of("schema S { a: int parsed us }"), @r#"
    GML0319 column `a` is `int`, which has no other form to be parsed from at main.gml:1:26 `us`
      main.gml:1:12 `a`: neither a date, a time nor a timestamp
      help: leave `parsed` out, or declare the column as `date`, `time` or `timestamp`
    "#);
    assert_snapshot!(told_of("schema S { a: timestamp parsed micros }"), @r#"
    GML0224 `micros` is no form of a moment in a file at main.gml:1:32 `micros`
      help: did you mean `us`?
      fix: main.gml:1:32 `micros` -> us
    "#);
    assert_snapshot!(told_of("schema S { a: time parsed ms }"), @r#"
    GML0224 a time of day is not counted from 1970 at main.gml:1:27 `ms`
      help: write a format such as "%H:%M:%S"
    "#);
    assert_snapshot!(told_of("schema S { a: date parsed \"%Y-%Q\" }"), @r#"
    GML0224 `%Q` means nothing in a date format at main.gml:1:27 `"%Y-%Q"`
      help: formats are those of strftime: %Y year, %m month, %d day, %H hour, %M minute, %S second; %% is a percent sign
    "#);
    assert_snapshot!(told_of("schema S { a: timestamp parsed \"%Y-%m-%d\" }"), @r#"
    GML0224 the format has no hour, so it does not make a `timestamp` at main.gml:1:32 `"%Y-%m-%d"`
      help: `%H` stands for the hour
    "#);
    assert_snapshot!(told_of("schema S { a: date parsed \"us\" }"), @r#"
    GML0224 the format has no year, so it does not make a `date` at main.gml:1:27 `"us"`
      help: `%Y` stands for the year
    "#);
}
