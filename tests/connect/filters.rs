//! Filters behind tables and queries of a database: what it is asked for, and that the rows are those of a filter here.

use gml_tests::Project;
use serde_json::Value;

use crate::databases::done;
use crate::lines;

const ROWS: &str = "id,n,t,c,x,d,at,b\n\
    1,-1,a,north,0.1,1969-12-31,1969-12-31T23:59:59Z,true\n\
    2,0,A,North,-2.0,2021-01-01,2021-01-01T00:00:00.000001Z,false\n\
    3,1,\"a \",,0.0,9999-12-31,2021-03-01T12:00:00Z,\n\
    4,9007199254740993,ä,süd,1e300,2021-01-02,2021-01-01T00:00:00Z,true\n\
    5,9007199254740992,Ä,north,1.5,,,false\n\
    6,,\"\",north ,-1e300,1970-01-01,9998-01-01T00:00:00Z,\n\
    7,5,,süd,,2021-01-01,2000-02-29T00:00:00Z,true\n\
    8,,\"it's\",NORTH,2.5,2000-02-29,1970-01-01T00:00:00Z,false\n\
    9,-9223372036854775808,10,,0.30000000000000004,2021-01-01,2021-01-01T00:00:00.000002Z,true\n\
    10,9223372036854775807,9,x,0.3,2021-06-30,2021-01-01T00:00:00Z,\n";

/// Filters, and whether all that they say can be said to every database.
const FILTERS: [(&str, bool); 24] = [
    ("(.n > 0) ?? false", true),
    ("(.n == 9007199254740993) ?? false", true),
    ("(.n != 0) ?? true", true),
    ("not ((.n > 0) ?? false)", true),
    ("(.n in [0, 1, 9007199254740993]) ?? false", true),
    ("not ((.n in [0, 1]) ?? false)", true),
    ("(.n in 0..5) ?? false", true),
    ("(.t == \"a\") ?? false", true),
    ("(.t == \"ä\") ?? false", true),
    ("(.t != \"a\") ?? true", true),
    ("(.t < \"b\") ?? false", true),
    ("(.t >= \"Z\") ?? false", true),
    ("(.t in [\"A\", \"it's\", \"\"]) ?? false", true),
    ("(.c == \"north\") ?? false", true),
    ("(.x >= 0.0) ?? false", true),
    ("(.x == 0.3) ?? false", true),
    ("(.d >= @2021-01-01) ?? false", true),
    ("(.d in @1969-12-31..@2021-01-01) ?? false", true),
    (".b ?? false", true),
    ("not (.b ?? true)", true),
    (".t is null", true),
    ("((.n > 0) ?? false) or ((.t == \"A\") ?? false)", true),
    ("(.at >= @2021-01-01T00:00:00Z) ?? false", false),
    ("((.n > 0) ?? false) and .id % 2 == 0", false),
];

fn program(connection: &str) -> String {
    let mut program = format!(
        "connection warehouse = {connection}\n\
         schema Row {{ id id: int, n: int?, t: str?, c: category?, x: float?, d: date?, at: timestamp?, b: bool? }}\n\
         catalog {{\n    data: table[Row] = csv(\"rows.csv\"),\n    kept: table[Row] = sql_table(warehouse, \"pushed\"),\n    \
         asked: table[Row] = query(warehouse, sql: \"select * from pushed where id > :low\", args: {{ low: 0 }}),\n    \
         sorted: table[Row] = query(warehouse, sql: \"select * from pushed order by id\"),\n    \
         few: table {{ id id: int, n: int? }} = jsonl(\"few.jsonl\"),\n"
    );
    for place in 0..FILTERS.len() {
        for of in ["here", "kept", "asked"] {
            program += &format!("    {of}_{place}: table[Row] = jsonl(\"{of}_{place}.jsonl\"),\n");
        }
    }
    program += "}\npipeline write { save data as kept }\n";
    program += "pipeline narrow { save sorted |> filter((.n > 0) ?? false) |> select([.id, .n]) as few }\n";
    for (of, from) in [("here", "data"), ("kept", "kept"), ("asked", "asked")] {
        for (place, (filter, _)) in FILTERS.iter().enumerate() {
            program +=
                &format!("pipeline {of}{place} {{ save {from} |> filter({filter}) |> sort(.id) as {of}_{place} }}\n");
        }
    }
    program
}

/// How many rows were read by the last run.
pub fn read(project: &Project) -> Value {
    let record = project.record();
    let steps = record["steps"].as_array().unwrap();
    let load = steps.iter().find(|step| step["name"].as_str().is_some_and(|name| name.starts_with("load ")));
    load.unwrap_or_else(|| panic!("{record}"))["rows"].clone()
}

/// What goes for every database. `left` names columns whose comparisons stay here.
pub fn pushes(connection: &str, url: &str, left: &[&str]) -> Project {
    let project = Project::of(&[("main.gml", program(connection).as_str()), ("rows.csv", ROWS)]);
    done(&project, &["run", "write"], url);
    for (place, (filter, all)) in FILTERS.iter().enumerate() {
        let (here, kept, asked) = (format!("here_{place}"), format!("kept_{place}"), format!("asked_{place}"));
        let rows = |name: &str| {
            done(&project, &["run", &name.replace('_', "")], url);
            (lines(&project, &format!("{name}.jsonl")), read(&project))
        };
        let (due, all_rows) = rows(&here);
        assert_eq!(all_rows, 10);
        assert!(!due.is_empty() && due.len() < 10, "{filter}: {} rows show nothing", due.len());
        let stays = left.iter().any(|name| filter.contains(name));
        for name in [kept, asked] {
            let (found, read) = rows(&name);
            assert_eq!(found, due, "{name}: {filter}");
            match (stays, all) {
                (true, _) => assert_eq!(read, 10, "{name}: {filter}"),
                (false, true) => assert_eq!(read, due.len(), "{name}: {filter}: more rows came than are kept"),
                (false, false) => assert!(read.as_u64().unwrap() < 10, "{name}: {filter}: {read}"),
            }
        }
    }
    let plan = done(&project, &["plan", "kept0"], url);
    let told = plan.lines().find(|line| line.contains("the database is asked: SELECT")).unwrap_or_default();
    assert!(told.contains("WHERE"), "{plan}");
    let plan = done(&project, &["plan", "kept23"], url);
    assert!(plan.contains("the database is asked:"), "{plan}");
    // A query with an order is asked as it is written.
    done(&project, &["run", "narrow"], url);
    assert_eq!(read(&project), 10);
    assert_eq!(lines(&project, "few.jsonl").len(), 5);
    let plan = done(&project, &["plan", "narrow"], url);
    assert!(plan.contains("its rows have an order") && plan.contains("filtered here, not there: .n > 0"), "{plan}");
    project
}
