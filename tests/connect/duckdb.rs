//! DuckDB files, read and written by gmlc and looked into by DuckDB's own package.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use gml_tests::{Project, gmlc, repository};
use serde_json::json;

use crate::databases::{done, project, refused, round};
use crate::lines;

/// The folder of DuckDB's package. The network that fetches it is that of `tests/all`, which has done so before.
pub fn package() -> Option<PathBuf> {
    let fetched = gmlc(repository(), &["setup", "duckdb"]);
    let place = fetched.stdout.trim().strip_prefix("DuckDB: ").map(PathBuf::from);
    if place.is_none() {
        eprintln!("{}", fetched.stderr);
    }
    crate::wanted("DuckDB", place)
}

/// Python with the package at hand.
fn python(package: &PathBuf, script: &str) -> Command {
    let mut python = Command::new("python3");
    python
        .args(["-I", "-c", &format!("import sys; sys.path.insert(0, sys.argv[1]); import duckdb\n{script}")])
        .arg(package);
    python
}

const ASK: &str = "c = duckdb.connect(sys.argv[2]); r = c.execute(sys.argv[3]).fetchone(); print(r[0] if r else '')";

#[test]
fn duckdb() {
    let Some(package) = package() else { return };
    let project = project("duckdb(\"data/sales.duckdb\")");
    let path = project.path("data/sales.duckdb");
    let ask = |sql: &str| {
        let output = python(&package, ASK).arg(&path).arg(sql).output().unwrap();
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    round(&project, "", ask);
    assert_eq!(ask("select count(*) from duckdb_tables() where table_name like 'gml_new%'"), "0");
    // What was declared of a table that is there stays.
    ask("alter table sales alter column note set default 'none'");
    done(&project, &["run", "write", "--force"], "");
    assert_eq!(ask("select column_default from duckdb_columns() where column_name = 'note'"), "'none'");

    // One that others write to is waited for; who reads does not lock anybody out.
    let mut other = python(&package, "c = duckdb.connect(sys.argv[2]); print('open', flush=True); sys.stdin.read()")
        .arg(&path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(other.stdout.take().unwrap()), &mut said).unwrap();
    let open = other.stdin.take();
    let waits = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(2));
        drop(open);
    });
    done(&project, &["run", "read"], "");
    waits.join().unwrap();
    other.wait().unwrap();

    std::fs::remove_file(&path).unwrap();
    refused(&project, &["run", "read"], "", &["GML0901", "sales.duckdb"]);
    assert!(!path.exists(), "a file that is read is not made");
}

#[test]
fn duckdb_filters() {
    if package().is_some() {
        crate::filters::pushes("duckdb(\"data/rows.duckdb\")", "", &[]);
    }
}

#[test]
fn types_of_duckdb() {
    let Some(package) = package() else { return };
    let kinds = Project::new();
    let path = kinds.path("kinds.duckdb");
    let made = "create type mood as enum ('good', 'bad'); create table kinds as select 'good'::mood m, \
                uuid '00000000-0000-0000-0000-000000000001' u, 1.25::float r, 7::smallint s, 12.5::decimal(6, 2) n, time '08:00' t, \
                timestamptz '2021-01-01 10:00:00+02' z, timestamp_s '2021-01-01 08:00:00' a, [1, 2] l, {'x': 1, 'y': 'b'} o, 5::uhugeint h";
    assert!(python(&package, ASK).arg(&path).arg(made).status().unwrap().success());
    let program = |columns: &str, sql: &str| {
        kinds.write(
            "main.gml",
            format!(
                "connection local = duckdb(\"kinds.duckdb\")\ncatalog {{\n    k: table {{ {columns} }} = query(local, sql: \"\"\"{sql}\"\"\"),\n    \
                 out: table {{ {columns} }} = jsonl(\"kinds.jsonl\"),\n}}\npipeline p {{ save k as out }}\n"
            ),
        );
    };
    program(
        "m: enum[\"good\", \"bad\"], u: str, r: float, s: int8, n: decimal[6, 2], t: time, z: timestamp, a: timestamp, l: list[int], o: struct { x: int, y: str }, h: int, q: int",
        "select *, (select sum(s) from kinds) as q from kinds",
    );
    done(&kinds, &["run"], "");
    let row = &lines(&kinds, "kinds.jsonl")[0];
    assert_eq!((&row["m"], &row["r"], &row["s"], &row["q"]), (&json!("good"), &json!(1.25), &json!(7), &json!(7)));
    assert_eq!((&row["n"], &row["z"]), (&json!("12.50"), &json!("2021-01-01T08:00:00Z")), "{row}");
    assert_eq!((&row["l"], &row["o"], &row["h"]), (&json!([1, 2]), &json!({ "x": 1, "y": "b" }), &json!(5)));
    program("n: str", "select n from kinds");
    refused(&kinds, &["run"], "", &["GML0913", "`n`", "decimal", "str"]);
    program("s: int", "select 170141183460469231731687303715884105727::hugeint as s");
    refused(&kinds, &["run"], "", &["GML0963", "s"]);
    program("s: int", "select s from kinds limit 0");
    done(&kinds, &["run"], "");
    assert!(lines(&kinds, "kinds.jsonl").is_empty());
    // The file is opened to be read only.
    program("s: int", "insert into kinds (s) values (1) returning s");
    let (before, _) = (std::fs::read(&path).unwrap(), refused(&kinds, &["run"], "", &["GML0963"]));
    assert!(std::fs::read(&path).unwrap() == before);
}

/// A table with lists and structs is read and replaced as one without.
#[test]
fn lists_in_tables_of_duckdb() {
    let Some(package) = package() else { return };
    let shop = Project::new();
    let path = shop.path("shop.duckdb");
    let made =
        "create table baskets as select 'a' as customer, [1, 2] as items, {'city': 'Bonn', 'parts': ['x']} as place";
    assert!(python(&package, ASK).arg(&path).arg(made).status().unwrap().success());
    let columns = "customer: str, items: list[int], place: struct { city: str, parts: list[str] }";
    let program = |columns: &str| {
        shop.write(
            "main.gml",
            format!(
                "connection shop = duckdb(\"shop.duckdb\")\ncatalog {{\n    baskets: table {{ {columns} }} = sql_table(shop, \"baskets\"),\n    \
                 again: table {{ {columns} }} = sql_table(shop, \"again\"),\n    out: table {{ {columns} }} = jsonl(\"out.jsonl\"),\n}}\n\
                 pipeline write {{ save baskets as again }}\npipeline read {{ save again as out }}\n"
            ),
        );
    };
    program(columns);
    done(&shop, &["run", "write"], "");
    done(&shop, &["run", "read"], "");
    let due = json!({ "customer": "a", "items": [1, 2], "place": { "city": "Bonn", "parts": ["x"] } });
    assert_eq!(lines(&shop, "out.jsonl"), [due]);
    program("customer: str, items: str, place: struct { city: str, parts: list[str] }");
    refused(&shop, &["run", "write"], "", &["GML0913", "`items` is INTEGER[] in the answer, and str is declared"]);
}
