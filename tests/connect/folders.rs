//! Partitioned folders.

use gml_tests::Project;

use crate::lines;

const PROGRAM: &str = r#"
param year: int = 2021

schema Sale { year: int, country: category?, at: timestamp, price: float > 0 }

catalog {
    sales: table[Sale] = csv("sales.csv"),
    parts: table[Sale] = parquet("parts", partitioned_by: [year, country]),
    texts: table[Sale] = csv("texts", partitioned_by: [country]),
    records: table[Sale] = jsonl("records", partitioned_by: [year]),
    arrows: table[Sale] = ipc("arrows", partitioned_by: [year]),
    found: table[Sale] = jsonl("found.jsonl"),
    only: table[Sale] = jsonl("only.jsonl"),
    all: table[Sale] = jsonl("all.jsonl"),
}

pipeline write {
    save sales as parts
    save sales as texts
    save sales as records
    save sales as arrows
}

pipeline read {
    save parts |> filter(.year == year) |> sort(.at) as found
    let together = parts |> union(texts) |> union(records) |> union(arrows)
    save together |> sort([.at, .price]) as all
}

pipeline one { save parts |> filter(.year == year) |> sort(.at) as only }
"#;

const SALES: &str = "year,country,at,price\n2021,de,2021-01-01T00:00:00Z,1.5\n2020,a/b=c,2020-01-01T00:00:00Z,2.5\n\
                     2021,,2021-03-01T00:00:00Z,3.5\n2021,de,2021-02-01T00:00:00Z,4.5\n";

fn written() -> Project {
    let project = Project::of(&[("main.gml", PROGRAM), ("sales.csv", SALES)]);
    project.done(&["run", "write"]);
    project
}

#[test]
fn what_is_written_is_read() {
    let project = written();
    assert!(project.path("parts/year=2020/country=a%2Fb%3Dc/part-0.parquet").is_file());
    assert!(project.path("parts/year=2021/country=__HIVE_DEFAULT_PARTITION__/part-0.parquet").is_file());
    project.done(&["run", "read"]);
    let found = lines(&project, "found.jsonl");
    assert_eq!(found.len(), 3);
    assert_eq!(found[2]["country"], serde_json::Value::Null);
    assert_eq!(found[0]["year"], 2021);
    let all = lines(&project, "all.jsonl");
    assert_eq!(all.len(), 16);
    assert!(all.chunks(4).all(|rows| rows.iter().all(|row| row == &rows[0])), "{all:?}");
}

#[test]
fn folders_that_a_filter_excludes_are_not_looked_at() {
    let project = written();
    // Were it read, it would break a rule.
    project.write("texts/country=de/part-0.csv", "no,header\n");
    project.write(
        "parts/year=2020/country=a%2Fb%3Dc/part-0.parquet",
        project.read("parts/year=2021/country=de/part-0.parquet"),
    );
    let program = PROGRAM.replace("at: timestamp, price: float > 0", "at: timestamp, price: float > 2");
    project.write("main.gml", program);
    let said = project.gmlc(&["run", "one"]);
    assert!(said.code == 3 && said.stderr.contains("GML0906"), "{}", said.stderr);
    project.done(&["run", "one", "--set", "year=2019"]);
    assert!(lines(&project, "only.jsonl").is_empty());
}

#[test]
fn what_moves_to_another_folder_is_another_table() {
    let project = written();
    project.done(&["run", "one"]);
    assert_eq!(lines(&project, "only.jsonl").len(), 3);
    std::fs::rename(project.path("parts/year=2020"), project.path("parts/year=2022")).unwrap();
    project.done(&["run", "one", "--set", "year=2022"]);
    assert_eq!(lines(&project, "only.jsonl")[0]["year"], 2022);
    std::fs::rename(project.path("parts/year=2022"), project.path("parts/year=2021x")).unwrap();
    let said = project.gmlc(&["run", "one"]);
    assert!(said.code == 3 && said.stderr.contains("2021x") && said.stderr.contains("`year`"), "{}", said.stderr);
    std::fs::rename(project.path("parts/year=2021x"), project.path("parts/other")).unwrap();
    let said = project.gmlc(&["run", "one"]);
    assert!(said.code == 3 && said.stderr.contains("GML0968"), "{}", said.stderr);
}

#[test]
fn what_cannot_be_is_refused_before_the_run() {
    let refused = |entry: &str, code: &str| {
        let project = Project::of(&[(
            "main.gml",
            format!(
                "schema S {{ a: int, b: float, c: list[int] }}\ncatalog {{ t: table[S] = {entry} }}\npipeline p {{ expect count(t) > 0 }}\n"
            ),
        )]);
        let said = project.gmlc(&["check"]);
        assert!(said.code == 1 && said.stderr.contains(code), "{entry}: {}", said.stderr);
    };
    refused("parquet(\"x\", partitioned_by: [b])", "GML0511");
    refused("parquet(\"x\", partitioned_by: [d])", "GML0");
    refused("parquet(\"x\", partitioned_by: [.a])", "GML0");
    refused("parquet(\"x\", partitioned_by: a)", "GML0");
    refused("excel(\"x.xlsx\")", "GML0511");
}
