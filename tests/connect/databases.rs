//! PostgreSQL, MariaDB and SQLite.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use gml_tests::{Project, gmlc_folder};
use serde_json::json;

use crate::filters::pushes;
use crate::lines;
use crate::servers::{self, mariadb_asked, mariadb_ready, postgres_ready, psql};

const PASSWORD: &str = "s3cret";

fn schema() -> &'static str {
    "schema Sale { id id: int, shop: category?, day: date, at: timestamp, price: float, exact: decimal[12, 3]?, open: bool, note: str?, small: int16, bytes: bytes? }"
}

const SALES: &str = "id,shop,day,at,price,exact,open,note,small,bytes\n\
    1,north,2021-01-01,2021-01-01T08:00:00.000001Z,1.5,12345.678,true,\"quoted \"\"x\"\", \\ and\nmore\",-7,AP8=\n\
    2,,1969-12-31,1969-12-31T23:59:59Z,-1e-30,,false,,300,\n\
    9007199254740993,süd,9999-12-31,2021-03-01T00:00:00Z,1e300,-0.001,true,\"\",0,\n";

/// A project that writes a table and reads it, as it is and by queries.
pub fn project(connection: &str) -> Project {
    let program = format!(
        r#"
param from: date = @2000-01-01
param shops: str = "north"

connection warehouse = {connection}

{schema}

catalog {{
    sales: table[Sale] = csv("sales.csv"),
    kept: table[Sale] = sql_table(warehouse, "sales"),
    out: table[Sale] = jsonl("out.jsonl"),
    plain: table[Sale] = jsonl("plain.jsonl"),
    some: table {{ id: int, name: str }} = query(warehouse, file: "some.sql", args: {{ from, shop: shops }}),
    some_out: table {{ id: int, name: str }} = jsonl("some.jsonl"),
}}

pipeline write {{ save sales as kept }}
pipeline read {{
    save kept |> sort(.id) as out
    save sales |> sort(.id) as plain
}}
pipeline ask {{ save some |> sort(.id) as some_out }}
"#,
        schema = schema()
    );
    Project::of(&[
        ("main.gml", program.as_str()),
        ("sales.csv", SALES),
        ("some.sql", "select id, shop as name from sales -- of :nobody\nwhere day >= :from and shop = :shop;\n"),
    ])
}

pub fn command(project: &Project, args: &[&str], url: &str) -> Command {
    let mut command = Command::new(gmlc_folder().join("gmlc"));
    command.args(args).current_dir(project.path(".")).env("NO_COLOR", "1").env("DATABASE", url);
    command.env("GML_NETWORK_TIMEOUT", "20").env("GML_STORE_KEEP_ABOVE", "0");
    command
}

fn gmlc(project: &Project, args: &[&str], url: &str) -> (i32, String) {
    let output = command(project, args, url).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!said.contains(PASSWORD), "the password is shown: {said}");
    (output.status.code().unwrap_or(-1), said)
}

pub fn done(project: &Project, args: &[&str], url: &str) -> String {
    let (code, said) = gmlc(project, args, url);
    assert_eq!(code, 0, "{args:?}: {said}");
    said
}

pub fn refused(project: &Project, args: &[&str], url: &str, parts: &[&str]) {
    let (code, said) = gmlc(project, args, url);
    assert_eq!(code, 3, "{said}");
    parts.iter().for_each(|part| assert!(said.contains(part), "{part} is not in: {said}"));
}

/// What goes for every database.
pub fn round(project: &Project, url: &str, ask: impl Fn(&str) -> String) {
    done(project, &["run", "write"], url);
    done(project, &["run", "read"], url);
    assert_eq!(lines(project, "out.jsonl"), lines(project, "plain.jsonl"));
    assert_eq!(lines(project, "out.jsonl").len(), 3);
    assert!(done(project, &["run", "read"], url).contains("nothing"), "the answer is the same, so nothing runs");

    done(project, &["run", "ask"], url);
    assert_eq!(lines(project, "some.jsonl"), [json!({ "id": 1, "name": "north" })]);
    // What is bound is a value, whatever is written in it.
    done(project, &["run", "ask", "--set", "shops=x' or '1'='1"], url);
    assert!(lines(project, "some.jsonl").is_empty());
    assert_eq!(ask("select count(*) from sales"), "3");

    // Another answer, and another result.
    ask("update sales set shop = 'north' where id = 2");
    done(project, &["run", "ask", "--set", "from=@1960-01-01"], url);
    assert_eq!(lines(project, "some.jsonl").len(), 2);

    // Rows that break a rule leave the table as it was.
    let program = String::from_utf8(project.read("main.gml")).unwrap();
    project.write("main.gml", program.replace("price: float,", "price: float > 0,"));
    refused(project, &["run", "write"], url, &["GML0906", "price"]);
    assert_eq!(ask("select count(*) from sales"), "3");
    project.write("main.gml", program.replace("note: str?", "note: int?"));
    project.write("sales.csv", SALES.replace("\"quoted \"\"x\"\", \\ and\nmore\"", "5").replace("\"\"", ""));
    refused(project, &["run", "read"], url, &["note"]);
    project.write("main.gml", program.replace("note: str?", "remark: str?"));
    refused(project, &["run", "read"], url, &["remark"]);
    project.write("main.gml", program.clone());
    project.write("sales.csv", SALES);

    project.write("some.sql", "select id, shop as name from nowhere where day >= :from and shop = :shop");
    refused(project, &["run", "ask"], url, &["GML0963", "nowhere"]);
    project.write("some.sql", "select id, shop as name from sales where day >= :since and shop = :shop");
    let (code, said) = gmlc(project, &["run", "ask"], url);
    assert!(code == 1 && said.contains("GML0101") && said.contains(":since"), "{code}: {said}");
    project.write("some.sql", "select id, shop as name from sales where day >= :from and shop = :shop");

    // A table that is there with the same columns keeps what was declared of it.
    done(project, &["run", "write", "--force"], url);
    assert_eq!(ask("select count(*) from sales"), "3");
}

/// Many rows, so that a server can be killed while they are on their way.
fn many(project: &Project, rows: usize, first: usize) {
    let mut text = String::from("id,shop,day,at,price,exact,open,note,small,bytes\n");
    for row in first..first + rows {
        text += &format!("{row},north,2021-01-01,2021-01-01T00:00:00Z,{row}.5,,true,a note of some length {row},1,\n");
    }
    project.write("sales.csv", text);
}

fn started(project: &Project, args: &[&str], url: &str) -> Child {
    command(project, args, url).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Kills the server while rows are written and while they are read: the table is whole, old or new, and the next run ends
/// right.
fn dies(
    project: &Project,
    url: &str,
    server: &mut servers::Server,
    ready: fn(u16) -> bool,
    ask: impl Fn(&str) -> String,
) {
    many(project, 1_000, 0);
    done(project, &["run", "write"], url);
    many(project, 300_000, 5_000);
    for (verb, waits) in [("write", [1_500, 3_000]), ("read", [700, 1_500])] {
        for wait in waits {
            let run = started(project, &["run", verb, "--force"], url);
            std::thread::sleep(Duration::from_millis(wait));
            server.kill();
            std::thread::sleep(Duration::from_millis(300));
            server.again(ready);
            let output = run.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!said.contains(PASSWORD), "{said}");
            assert!(matches!(output.status.code(), Some(0 | 3)), "{said}");
            let rows = ask("select count(*) from sales");
            assert!(rows == "1000" || rows == "300000", "{verb}: the table has {rows} rows: neither old nor new");
        }
        done(project, &["run", verb, "--force"], url);
    }
    assert_eq!(ask("select count(*) from sales"), "300000");
    assert_eq!(ask("select min(id) from sales"), "5000");
    assert_eq!(project.read("out.jsonl").iter().filter(|byte| **byte == b'\n').count(), 300_000);
}

#[test]
fn postgres() {
    let Some(server) = servers::postgres() else { return };
    let url = format!("postgres://gml:{PASSWORD}@127.0.0.1:{}/test", server.port);
    let ask = |sql: &str| psql(server.port, sql).unwrap_or_else(|| panic!("{sql}"));
    let project = project("postgres(url: secret(\"DATABASE\"))");
    round(&project, &url, ask);

    // Indexes and defaults of a table that is replaced stay.
    ask("create index by_shop on sales (shop); alter table sales alter column note set default 'none'");
    done(&project, &["run", "write", "--force"], &url);
    assert_eq!(ask("select count(*) from pg_indexes where tablename = 'sales'"), "1");
    assert_eq!(ask("select count(*) from pg_class where relname like 'gml_new%' and relkind = 'r'"), "0");

    // Types of others.
    ask("create type mood as enum ('good', 'bad')");
    ask(
        "create table kinds as select 'good'::mood m, gen_random_uuid() u, '{\"a\": 1}'::jsonb j, 1.25::real r, 7::smallint s, interval '1 day 2 seconds' i, 12.5::numeric n, time '08:00' t, 'x'::varchar(3) v, '2021-01-01 10:00+02'::timestamptz z",
    );
    let kinds = Project::new();
    let program = |columns: &str, sql: &str| {
        kinds.write(
            "main.gml",
            format!("connection warehouse = postgres(url: secret(\"DATABASE\"))\ncatalog {{\n    k: table {{ {columns} }} = query(warehouse, sql: \"{sql}\"),\n    out: table {{ {columns} }} = jsonl(\"kinds.jsonl\"),\n}}\npipeline p {{ save k as out }}\n"),
        );
    };
    program("m: enum[\\\"good\\\", \\\"bad\\\"], u: str, j: str, r: float, s: int8, i: duration, n: decimal[6, 2], t: time, v: category, z: timestamp".replace("\\\"", "\"").as_str(), "select * from kinds");
    done(&kinds, &["run"], &url);
    let row = &lines(&kinds, "kinds.jsonl")[0];
    assert_eq!((&row["m"], &row["r"], &row["s"], &row["v"]), (&json!("good"), &json!(1.25), &json!(7), &json!("x")));
    assert_eq!(
        (&row["i"], &row["n"], &row["z"]),
        (&json!("86402s"), &json!("12.50"), &json!("2021-01-01T08:00:00Z")),
        "{row}"
    );
    program("n: str", "select n from kinds");
    refused(&kinds, &["run"], &url, &["GML0913", "`n`", "decimal", "str"]);
    program("s: int8", "select 300 as s union all select 1 order by 1");
    refused(&kinds, &["run"], &url, &["GML0905", "`s`", "row 2", "300"]);
    program("i: duration", "select interval '1 month' as i");
    refused(&kinds, &["run"], &url, &["GML0905", "1 months"]);
    program("s: int", "select s from kinds limit 0");
    done(&kinds, &["run"], &url);
    assert!(lines(&kinds, "kinds.jsonl").is_empty());

    // Doors that are closed, with words that keep the password.
    let closed = url.replace(PASSWORD, "s3cretly-wrong");
    let (code, said) = gmlc_any(&project, &["run", "read"], &closed);
    assert!(code == 3 && said.contains("GML0962") && !said.contains("s3cretly"), "{said}");
    let (code, said) = gmlc_any(&project, &["run", "read"], "postgres//gml:s3cretly@x");
    assert!(code == 3 && !said.contains("s3cretly"), "{said}");
}

fn gmlc_any(project: &Project, args: &[&str], url: &str) -> (i32, String) {
    let output = command(project, args, url).output().unwrap();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// What the server says that it was asked, besides what comes of it.
#[test]
fn postgres_filters() {
    let Some(server) = servers::postgres() else { return };
    let url = format!("postgres://gml:{PASSWORD}@127.0.0.1:{}/test", server.port);
    let ask = |sql: &str| psql(server.port, sql).unwrap_or_else(|| panic!("{sql}"));
    ask("alter system set log_statement = 'all'");
    ask("select pg_reload_conf()");
    let project = pushes("postgres(url: secret(\"DATABASE\"))", &url, &[]);
    let said = server.said();
    assert!(said.contains("FROM \"pushed\" WHERE \"n\" > ($1::bigint)"), "{said}");
    assert!(said.contains(") AS answer WHERE \"n\" > ($2::bigint)"), "{said}");
    assert!(!said.contains("\"n\" > 0"), "values are bound");

    // Values that compare in another way there than here stay here, and a number is bound to columns of any size.
    ask("create table others (id int4, f char(4), r real, z timestamp)");
    let filters = [
        ("text", ".f == \"a\"", 0, 2),
        ("real", ".r == 0.1", 1, 2),
        ("moment", ".z >= @2021-01-01T08:00:00Z", 1, 1),
        ("id", ".id > 1", 1, 1),
    ];
    let row = "table { id: int, f: str, r: float, z: timestamp }";
    let mut program = format!(
        "connection warehouse = postgres(url: secret(\"DATABASE\"))\ncatalog {{\n    \
         others: {row} = query(warehouse, sql: \"select * from others where id >= :least\", args: {{ least: 1 }}),\n"
    );
    filters.iter().for_each(|(name, ..)| program += &format!("    by_{name}: {row} = jsonl(\"{name}.jsonl\"),\n"));
    program += "}\n";
    for (name, filter, ..) in filters {
        program += &format!("pipeline {name} {{ save others |> filter({filter}) as by_{name} }}\n");
    }
    project.write("main.gml", program);
    ask("insert into others values (1, 'a', 0.1, '2021-01-01 08:00'), (2, 'b', 0.2, '2021-01-01 07:59:59.999999')");
    for (pipeline, _, rows, read) in filters {
        done(&project, &["run", pipeline], &url);
        let found = lines(&project, &format!("{pipeline}.jsonl")).len();
        assert_eq!((found, crate::filters::read(&project)), (rows, json!(read)), "{pipeline}");
    }
}

#[test]
fn mariadb_filters() {
    let Some(server) = servers::mariadb() else { return };
    let url = format!("mysql://gml:{PASSWORD}@127.0.0.1:{}/test", server.port);
    pushes("mysql(url: secret(\"DATABASE\"))", &url, &[]);
}

#[test]
fn sqlite_filters() {
    pushes("sqlite(\"data/rows.sqlite\")", "", &[".at"]);
}

#[test]
fn postgres_dies() {
    let Some(mut server) = servers::postgres() else { return };
    let port = server.port;
    let url = format!("postgres://gml:{PASSWORD}@127.0.0.1:{port}/test");
    let ask = |sql: &str| psql(port, sql).unwrap_or_else(|| panic!("{sql}"));
    dies(&project("postgres(url: secret(\"DATABASE\"))"), &url, &mut server, postgres_ready, ask);
}

#[test]
fn mariadb() {
    let Some(server) = servers::mariadb() else { return };
    let url = format!("mysql://gml:{PASSWORD}@127.0.0.1:{}/test", server.port);
    let ask = |sql: &str| mariadb_asked(server.port, sql).unwrap_or_else(|| panic!("{sql}"));
    round(&project("mysql(url: secret(\"DATABASE\"))"), &url, ask);
    assert_eq!(ask("select count(*) from information_schema.tables where table_name like 'gml_new%'"), "0");
}

#[test]
fn mariadb_dies() {
    let Some(mut server) = servers::mariadb() else { return };
    let port = server.port;
    let url = format!("mysql://gml:{PASSWORD}@127.0.0.1:{port}/test");
    let ask = |sql: &str| mariadb_asked(port, sql).unwrap_or_else(|| panic!("{sql}"));
    dies(&project("mysql(url: secret(\"DATABASE\"))"), &url, &mut server, mariadb_ready, ask);
}

#[test]
fn sqlite() {
    let project = project("sqlite(\"data/sales.sqlite\")");
    let path = project.path("data/sales.sqlite");
    let Some(python) = crate::peers() else { return };
    let ask = |sql: &str| {
        let script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); r = c.execute(sys.argv[2]).fetchone(); c.commit(); print(r[0] if r else '')";
        let output = Command::new(&python).args(["-c", script]).arg(&path).arg(sql).output().unwrap();
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    round(&project, "", ask);
    std::fs::remove_file(&path).unwrap();
    refused(&project, &["run", "read"], "", &["GML0901", "sales.sqlite"]);
}
