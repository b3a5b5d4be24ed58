//! `gmlc check --data` of tables and queries of databases: held against the schema by what the database says of its columns.

use std::process::Command;
use std::time::{Duration, Instant};

use gml_tests::Project;

use crate::databases::{command, done};
use crate::servers::{self, psql};

const VISITS: &str = "visitor,pages,spent,day\na,3,1.5,2021-01-01\nb,4,,\n";

/// A project of which the database has a table of visits.
fn project(connection: &str, url: &str) -> Project {
    let program = format!(
        r#"
connection warehouse = {connection}
schema Visit {{ visitor: str, pages: int, spent: float?, day: date? }}
catalog {{
    raw: table[Visit] = csv("visits.csv"),
    visits: table[Visit] = sql_table(warehouse, "visits"),
}}
pipeline write {{ save raw as visits }}
"#
    );
    let project = Project::of(&[("main.gml", program.as_str()), ("visits.csv", VISITS)]);
    done(&project, &["run"], url);
    project
}

/// The program with entries that read the database, a pipeline for each.
fn reads(project: &Project, connection: &str, entries: &[&str]) {
    let mut program = format!("connection warehouse = {connection}\ncatalog {{\n");
    entries.iter().enumerate().for_each(|(place, entry)| program += &format!("    entry_{place}: {entry},\n"));
    program += "}\n";
    for place in 0..entries.len() {
        program += &format!("pipeline read_{place} {{ expect count(entry_{place}) > 0 }}\n");
    }
    project.write("main.gml", program);
}

/// The exit code of a check and the lines that it prints; nothing of it may be a password.
fn told(checking: &mut Command) -> (i32, Vec<String>) {
    let output = checking.output().unwrap();
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!said.contains("s3cret") && !errors.contains("s3cret"), "{said}{errors}");
    (output.status.code().unwrap_or(-1), said.lines().map(str::to_owned).collect())
}

fn check(project: &Project, url: &str) -> (i32, Vec<String>) {
    told(&mut command(project, &["check", "--data", "--format", "short"], url))
}

/// What is told of entries, each by its line, its code and a part of the message.
fn tells(project: &Project, connection: &str, url: &str, entries: &[&str], due: &[(usize, &str, &str)]) {
    reads(project, connection, entries);
    let (code, lines) = check(project, url);
    let errors = lines.iter().filter(|line| line.contains(": error[")).count();
    assert_eq!((code, lines.len()), (i32::from(errors > 0), due.len()), "{entries:?}: {lines:#?}");
    for (line, (place, code, part)) in lines.iter().zip(due) {
        let begin = format!("main.gml:{}:", place + 3);
        assert!(
            line.starts_with(&begin) && line.contains(code) && line.contains(part),
            "{begin} {code} {part}: {line}"
        );
    }
}

/// What goes for every database; `typed`: whether its columns have types.
fn round(connection: &str, url: &str, typed: bool) -> Project {
    let project = project(connection, url);
    let of = |columns: &str| format!("table {{ {columns} }} = sql_table(warehouse, \"visits\")");
    let asked = |columns: &str, sql: &str| {
        format!("table {{ {columns} }} = query(warehouse, sql: \"{sql}\", args: {{ least: 1 }})")
    };
    let sql = "select visitor, pages, spent from visits where pages > :least";
    let fits = [
        of("visitor: str, pages: int, spent: float?, day: date?"),
        of("visitor: category, spent: float?"),
        asked("visitor: str, pages: int, spent: float", sql),
    ];
    tells(&project, connection, url, &fits.each_ref().map(String::as_str), &[]);

    // A column that is not there, with its nearest name; one that may be null; all of one entry at once.
    let wrong = [of("visitor: str, paegs: int, day: date"), asked("visitor: str, spend: float", sql)];
    let wrong = wrong.each_ref().map(String::as_str);
    let due =
        [(0, "error[GML0904]", "`paegs`"), (0, "warning[GML0907]", "`day: date`"), (1, "error[GML0904]", "`spend`")];
    tells(&project, connection, url, &wrong, &due);
    let human = command(&project, &["check", "--data"], url).output().unwrap().stderr;
    let human = String::from_utf8_lossy(&human);
    assert!(human.contains("is it `pages`?") && human.contains("declare `day: date?`"), "{human}");
    let tolerated = "table { day: date } = sql_table(warehouse, \"visits\", on_violation: drop)";
    tells(&project, connection, url, &[tolerated], &[]);

    if typed {
        let wrong = [of("visitor: int, pages: str"), asked("pages: date", sql)];
        let wrong = wrong.each_ref().map(String::as_str);
        let due =
            [(0, "GML0913", "`visitor` is str"), (0, "GML0913", "`pages` is int"), (1, "GML0913", "date is declared")];
        tells(&project, connection, url, &wrong, &due);
    }

    // Tables and names that are not there, each at its entry.
    let missing = [
        "table { n: int } = sql_table(warehouse, \"nowhere\")",
        &asked("n: int", "select visitors as n from visits where pages > :least"),
    ];
    let due = [(0, "GML0963", "no table of that name"), (1, "GML0963", "")];
    tells(&project, connection, url, &missing, &due);
    // What the program saves before it reads is not looked at.
    reads(&project, connection, &["table { n: int } = sql_table(warehouse, \"later\")"]);
    let program = String::from_utf8(project.read("main.gml")).unwrap();
    let first = "pipeline first { save table { n: int } [{ n: 1 }] as entry_0 }\npipeline read_0";
    project.write("main.gml", program.replacen("pipeline read_0", first, 1));
    assert_eq!(check(&project, url), (0, Vec::new()));
    project
}

#[test]
fn postgres_is_described() {
    let Some(mut server) = servers::postgres() else { return };
    let connection = "postgres(url: secret(\"DATABASE\"))";
    let url = format!("postgres://gml:s3cret@127.0.0.1:{}/test", server.port);
    let ask = |sql: &str| psql(server.port, sql).unwrap_or_else(|| panic!("{sql}"));
    let project = round(connection, &url, true);

    // A schema of the database, a view, a type that has no place here, and a query that would take a minute to run.
    ask("create schema shop; create table shop.sales (id int not null, price numeric(8, 2), at point)");
    ask("create view shop.cheap as select id, price from shop.sales");
    let entries = [
        "table { id: int, price: decimal[8, 2]? } = sql_table(warehouse, \"shop.sales\")",
        "table { id: int, price: decimal[8, 2] } = sql_table(warehouse, \"shop.cheap\")",
        "table { at: str? } = sql_table(warehouse, \"shop.sales\")",
        "table { visitor: str } = query(warehouse, sql: \"select visitor from visits, pg_sleep(60)\")",
    ];
    let begun = Instant::now();
    tells(&project, connection, &url, &entries, &[(2, "GML0913", "`at` is POINT in the database")]);
    assert!(begun.elapsed() < Duration::from_secs(40), "the query was run");

    // Doors that are closed: a secret that is nowhere, a password that is wrong, a server that is gone. It is waited for once.
    let entries = [
        "table { id: int } = sql_table(warehouse, \"shop.sales\")",
        "table { visitor: str } = sql_table(warehouse, \"visits\")",
    ];
    reads(&project, connection, &entries);
    let all = |code: &str, (exit, lines): (i32, Vec<String>)| {
        assert_eq!((exit, lines.len()), (1, 2), "{lines:#?}");
        for (place, line) in lines.iter().enumerate() {
            assert!(line.starts_with(&format!("main.gml:{}:", place + 3)) && line.contains(code), "{line}");
        }
    };
    let mut without = command(&project, &["check", "--data", "--format", "short"], "");
    all("GML0950", told(without.env_remove("DATABASE")));
    project.write(".gml/secrets.toml", format!("DATABASE = \"{url}\"\n"));
    Command::new("chmod").args(["600", ".gml/secrets.toml"]).current_dir(project.path(".")).status().unwrap();
    let mut from_file = command(&project, &["check", "--data", "--format", "short"], "");
    assert_eq!(told(from_file.env_remove("DATABASE")), (0, Vec::new()));
    all("GML0962", check(&project, &url.replace("s3cret", "wrong")));
    server.kill();
    let mut gone = command(&project, &["check", "--data", "--format", "short"], &url);
    let begun = Instant::now();
    all("GML0961", told(gone.env("GML_NETWORK_TIMEOUT", "5")));
    assert!(begun.elapsed() < Duration::from_secs(9), "it was waited for twice");
}

#[test]
fn mariadb_is_described() {
    let Some(server) = servers::mariadb() else { return };
    let url = format!("mysql://gml:s3cret@127.0.0.1:{}/test", server.port);
    round("mysql(url: secret(\"DATABASE\"))", &url, true);
}

#[test]
fn sqlite_is_described() {
    let connection = "sqlite(\"data/visits.sqlite\")";
    let project = round(connection, "", false);
    std::fs::remove_file(project.path("data/visits.sqlite")).unwrap();
    tells(
        &project,
        connection,
        "",
        &["table { visitor: str } = sql_table(warehouse, \"visits\")"],
        &[(0, "GML0901", "visits.sqlite")],
    );
    assert!(!project.path("data/visits.sqlite").exists(), "a file that is looked at is not made");
}

#[test]
fn duckdb_is_described() {
    if crate::duckdb::package().is_none() {
        return;
    }
    let connection = "duckdb(\"data/visits.duckdb\")";
    let project = round(connection, "", true);
    let entry = "table { visitor: str, tags: list[str] } = query(warehouse, sql: \"select visitor, [visitor] as tags from visits\")";
    tells(&project, connection, "", &[entry], &[]);
    std::fs::remove_file(project.path("data/visits.duckdb")).unwrap();
    tells(&project, connection, "", &[entry], &[(0, "GML0901", "visits.duckdb")]);
}
