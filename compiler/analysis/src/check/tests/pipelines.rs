//! Pipelines, tests, envs.

use std::sync::Arc;

use super::{check, wrong_in_pipeline as wrong};
use crate::{MemoryWorld, ReadError, World};

#[test]
fn what_is_saved_fits_its_entry() {
    assert_eq!(wrong("save t |> select([.n, .user]) as out"), Vec::<String>::new());
    assert_eq!(wrong("save t |> select([.user]) as out"), ["saved-type-differs `t |> select([.user])`"]);
    assert_eq!(
        wrong("save t |> select([.user, .n, .x]) as out"),
        ["saved-type-differs `t |> select([.user, .n, .x])`"]
    );
    assert_eq!(
        wrong("save t |> select { user = .sn, n = .n } as out"),
        ["saved-type-differs `t |> select { user = .sn, n = .n }`"]
    );
    assert_eq!(wrong("save count(t) as out"), ["saved-type-differs `count(t)`"]);
    assert_eq!(wrong("save t as ot"), ["unknown-dataset `ot`"]);
    assert_eq!(
        wrong("save t |> select([.n, .user]) as out save t |> select([.n, .user]) as out"),
        ["dataset-written-twice `out`"]
    );
}

#[test]
fn statements() {
    assert_eq!(wrong("track t"), ["cannot-track `t`"]);
    assert_eq!(wrong("expect count(t) > 0, \"rows\""), Vec::<String>::new());
    assert_eq!(wrong("expect count(t)"), ["type-mismatch `count(t)`"]);
    assert_eq!(wrong("when count(t) > 0 { save t |> select([.n, .user]) as out }"), Vec::<String>::new());
    assert_eq!(wrong("when first(t).maybe { track t }"), ["nullable-condition `first(t).maybe`", "cannot-track `t`"]);
    assert_eq!(wrong("run q()"), ["unknown-pipeline `q`"]);
    assert_eq!(wrong("for k in [1, 2] { expect count(t |> take(k)) > 0 }"), Vec::<String>::new());
    assert_eq!(wrong("for k in [1, \"a\"] { expect count(t |> take(k)) > 0 }"), ["type-mismatch `k`"]);
    assert_eq!(wrong("for k in 3 { expect k > 0 }"), ["type-mismatch `3`"]);
    assert_eq!(wrong("for r in [impute(mean, [.x]), scale([.typo])] { save fit(r, train: t) as out }").len(), 4);
}

#[test]
fn pipelines_run_pipelines() {
    let other = "pipeline q(n: int = 3) { expect count(t |> take(n)) == n }\n";
    assert_eq!(check(&format!("{other}pipeline p {{ run q(4) run q(n: 5) run q() }}")).told(), "");
    assert_eq!(check(&format!("{other}pipeline p {{ run q(\"a\") }}")).codes(), ["type-mismatch `\"a\"`"]);
    assert_eq!(check(&format!("{other}pipeline p {{ run q(m: 1) }}")).codes(), ["unknown-argument `m`"]);
}

#[test]
fn tests_build_their_tables() {
    let test = |body: &str| check(&format!("test \"x\" {{ {body} }}")).told();
    assert_eq!(
        test("let a = table[U] [ { user: \"a\", at: @2021-01-26T08:00:00Z, score: 1 } ] expect first(a).score == 1.0"),
        ""
    );
    assert!(
        test("let a = table[U] [ { user: \"a\", score: 1 } ] expect count(a) == 1").starts_with("literal-lacks-column")
    );
    assert!(
        test("let a = table[U] [ { user: \"a\", at: @2021-01-26T08:00:00Z, scor: 1, score: 1 } ] expect count(a) == 1")
            .starts_with("literal-unknown-column `scor`")
    );
    assert!(
        test("let a = table { k: enum[\"a\"] } [ { k: \"b\" } ] expect count(a) == 1").starts_with("not-an-enum-value")
    );
    assert!(test("let a = table { k: int8 } [ { k: 300 } ] expect count(a) == 1").starts_with("literal-out-of-range"));
    assert_eq!(
        test("let a = table { w: struct { a: int?, b: str } } [ { w: { b: \"x\" } } ] expect first(a).w.a is null"),
        ""
    );
    assert!(
        test("let a = table { w: struct { a: int?, b: str } } [ { w: { a: 1 } } ] expect count(a) == 1")
            .starts_with("null-not-allowed")
    );
    assert!(test("expect count(u) == 1").starts_with("dataset-in-node"));
    assert!(test("save 3 as out").starts_with("save-outside-pipeline"));
}

#[test]
fn envs_set_what_there_is() {
    let program = |settings: &str| {
        check(&format!("param root: str = \"data\"\npipeline p {{ expect count(t) > 0 }}\nenv e {{ {settings} }}"))
            .codes()
    };
    assert_eq!(
        program("root = \"other\", catalog.u = csv(\"u.csv\"), resources(p) = { cpu: 8, memory: 30GiB, gpu: 1 }"),
        Vec::<String>::new()
    );
    assert_eq!(program("rot = \"other\""), ["unknown-in-env `rot`"]);
    assert_eq!(program("root = 3"), ["env-changes-type `3`"]);
    assert_eq!(program("catalog.tt = csv(\"t.csv\")"), ["unknown-in-env `tt`"]);
    assert_eq!(program("catalog.t = 3"), ["unknown-connector `3`"]);
    assert_eq!(program("resources(q) = { cpu: 8 }"), ["unknown-pipeline `q`"]);
    assert_eq!(program("resources(p) = { cores: 8 }"), ["unknown-field `cores`"]);
}

#[test]
fn params_and_entries() {
    assert_eq!(check("param a: int = \"x\"").codes(), ["type-mismatch `\"x\"`"]);
    assert_eq!(check("param a: int = 3\nparam b: int = a + 1").told(), "");
    assert_eq!(
        check("param a: date = \"2021-01-26\"").diagnostics[0]
            .fix
            .as_ref()
            .map(|fix| fix.edits[0].replacement.as_str()),
        Some("@2021-01-26")
    );
    assert_eq!(check("param a: int = 3\ncatalog { c: table[U] = parquet(f\"{a}/x\", on_violation: warn) }").told(), "");
    assert_eq!(check("catalog { c: table[U] = parquet(\"x\", on_violation: wrn) }").codes(), ["unknown-choice `wrn`"]);
    assert_eq!(check("catalog { c: table[U] = 3 }").codes(), ["unknown-connector `3`"]);
}

#[test]
fn connectors_hold_what_they_are_made_for() {
    assert_eq!(check("catalog { c: model = parquet(\"x\") }").codes(), ["connector-cannot-hold `parquet(\"x\")`"]);
    assert_eq!(check("catalog { c: table[U] = artifact(\"x\") }").codes(), ["connector-cannot-hold `artifact(\"x\")`"]);
    let asked = |database: &str| {
        check(&format!("connection d = {database}\ncatalog {{ c: table {{ n: list[int] }} = query(d, sql: \"select 1\") }}\npipeline p {{ expect count(c) > 0 }}")).codes()
    };
    assert_eq!(asked("duckdb(\"x\")"), [""; 0]);
    assert_eq!(asked("bigquery(project: \"x\", token: secret(\"T\"))"), [""; 0]);
    assert_eq!(asked("sqlite(\"x\")"), ["connector-cannot-hold `query(d, sql: \"select 1\")`"]);
    let kept = |database: &str| {
        check(&format!("connection d = {database}\ncatalog {{ c: table {{ n: list[int] }} = sql_table(d, \"c\") }}\npipeline p {{ expect count(c) > 0 }}")).codes()
    };
    assert_eq!(kept("duckdb(\"x\")"), [""; 0]);
    assert_eq!(kept("sqlite(\"x\")"), ["connector-cannot-hold `sql_table(d, \"c\")`"]);
    let misspelt =
        "catalog { c: table { n: list[int] } = query(dd, sql: \"select 1\") }\npipeline p { expect count(c) > 0 }";
    assert_eq!(check(misspelt).codes(), ["unknown-name `dd`"], "one mistake, one diagnostic");
    let program = "param root: str = \"a\"\ncatalog { c: table { n: int } = parquet(f\"{root}/*.parquet\") }\npipeline p { save t |> select([.n]) as c }";
    assert_eq!(check(program).codes(), ["save-to-pattern `f\"{root}/*.parquet\"`"]);
}

/// A world in which every file that is not there is known not to be.
struct Whole(MemoryWorld);

impl World for Whole {
    fn read(&self, path: &str) -> Result<Arc<str>, ReadError> {
        self.0.read(path)
    }

    fn beside(&self, path: &str) -> Option<Result<Arc<str>, ReadError>> {
        Some(self.0.read(path))
    }
}

#[test]
fn files_of_queries_are_there() {
    let program = |path: &str| {
        format!(
            "connection d = sqlite(\"x\")\ncatalog {{ c: table {{ n: int }} = query(d, file: {path}, args: {{ least: 1 }}) }}\npipeline p {{ expect count(c) > 0 }}"
        )
    };
    let told = |path: &str| {
        let files = [("sub/main.gml", program(path)), ("sub/sql/c.sql", "select n from c where n > :least".to_owned())];
        let analysis = crate::check(&Whole(MemoryWorld::new(files)), "sub/main.gml");
        analysis.diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect::<Vec<_>>()
    };
    assert_eq!(told("\"sql/c.sql\""), [""; 0]);
    assert_eq!(told("\"c.sql\""), ["`c.sql` cannot be read: there is no such file"]);
    assert_eq!(told("f\"{1 + 1}.sql\""), [""; 0], "what is computed is seen when it runs");
}
