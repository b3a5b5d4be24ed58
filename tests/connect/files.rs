//! Arrow against pyarrow, workbooks against openpyxl, Delta tables against deltalake.

use std::path::Path;

use gml_tests::{Project, peer};
use serde_json::{Value, json};

use crate::{lines, peers};

const PROGRAM: &str = r#"
schema Person {
    name: str?, city: category?, age: int?, score: float?, born: date?, seen: timestamp?, price: decimal[9, 2]?, tags: list[str]?,
}

schema Sale {
    shop: str? named "Shop", day: date? named "Day", seen: timestamp? named "Seen at", price: float? named "Price",
    pieces: int? named "Pieces", returned: bool? named "Returned", note: str? named "Note",
}

schema Renamed { id: int, shop: str?, spot: struct { city: str? }?, country: str? }
schema Order { id: int, country: str?, price: float, note: str? }

catalog {
    file: table[Person] = ipc("people.arrow"),
    stream: table[Person] = ipc("people.arrows"),
    written: table[Person] = ipc("out.arrow"),
    again: table[Person] = jsonl("out/people.jsonl"),
    streamed: table[Person] = jsonl("out/streamed.jsonl"),
    sales: table[Sale] = excel("sales.xlsx", sheet: "March", header: 3),
    sales_out: table { shop: str?, day: date?, seen: timestamp?, price: float?, pieces: int?, returned: bool?, note: str? } = jsonl("out/sales.jsonl"),
    orders: table[Order] = delta("orders"),
    orders_out: table[Order] = jsonl("out/orders.jsonl"),
    before: table { id: int, country: str?, price: float } = delta("orders", version: 1),
    before_out: table { id: int, country: str?, price: float } = jsonl("out/before.jsonl"),
    marked: table { id: int } = delta("marked"),
    marked_out: table { id: int } = jsonl("out/marked.jsonl"),
    mapped: table[Renamed] = delta("mapped"),
    mapped_out: table[Renamed] = jsonl("out/mapped.jsonl"),
    few: table[Order] = jsonl("out/few.jsonl"),
}

pipeline arrow {
    save file as written
    save file as again
    save stream as streamed
}

pipeline workbook { save sales as sales_out }

pipeline lake {
    save orders |> sort(.id) as orders_out
    save before |> sort(.id) as before_out
    save marked as marked_out
    save mapped |> sort(.id) as mapped_out
    save orders |> filter((.country == "de") ?? false) |> sort(.id) as few
}
"#;

fn made(project: &Project) -> Option<Value> {
    let python = peers()?;
    Some(peer(&python, "foreign_files.py", &[Path::new("make"), &project.path(".")]))
}

#[test]
fn arrow_files_and_streams() {
    let project = Project::of(&[("main.gml", PROGRAM)]);
    let Some(expected) = made(&project) else { return };
    project.done(&["run", "arrow"]);
    let people = expected["people"].as_array().unwrap();
    assert_eq!(&lines(&project, "out/people.jsonl"), people);
    assert_eq!(&lines(&project, "out/streamed.jsonl"), people);
    let python = peers().unwrap();
    let read = peer(&python, "foreign_files.py", &[Path::new("read"), &project.path(".")]);
    assert_eq!(read["rows"].as_array().unwrap(), people, "pyarrow reads what GML wrote");
    assert_eq!(read["types"]["born"], "date32[day]");
    assert_eq!(read["types"]["age"], "int64");
    assert!(read["types"]["tags"].as_str().unwrap().contains("list<"), "{read}");
}

#[test]
fn arrow_files_are_held_against_their_schema() {
    let project = Project::of(&[("main.gml", PROGRAM)]);
    if made(&project).is_none() {
        return;
    }
    let refused = |declared: &str, code: &str, parts: &[&str]| {
        let program = format!(
            "catalog {{ file: table {{ {declared} }} = ipc(\"people.arrow\") }}\npipeline p {{ expect count(file) > 0 }}\n"
        );
        project.write("main.gml", program);
        let said = project.gmlc(&["run"]);
        assert_eq!(said.code, 3, "{}", said.stderr);
        parts.iter().chain([&code]).for_each(|part| assert!(said.stderr.contains(part), "{part}: {}", said.stderr));
    };
    refused("age: int", "GML0907", &["age", "row 3"]);
    refused("age: str?", "GML0913", &["int16", "str"]);
    refused("agee: int?", "GML0904", &["agee", "age"]);
    refused("age: uint8?", "GML0905", &["row 2", "-1"]);
    let mut bytes = project.read("people.arrow");
    bytes.truncate(bytes.len() - 40);
    project.write("people.arrow", bytes);
    refused("age: int?", "GML0966", &["cut off"]);
}

#[test]
fn workbooks() {
    let project = Project::of(&[("main.gml", PROGRAM)]);
    let Some(expected) = made(&project) else { return };
    project.done(&["run", "workbook"]);
    let sales = lines(&project, "out/sales.jsonl");
    assert_eq!(&sales, expected["sales"].as_array().unwrap());

    let said = |program: &str| {
        project.write("main.gml", format!("{program}\npipeline p {{ expect count(t) >= 0 }}\n"));
        let said = project.gmlc(&["run"]);
        assert_eq!(said.code, 3, "{}", said.stderr);
        said.stderr
    };
    let text = said("catalog { t: table { n: int? } = excel(\"broken.xlsx\") }");
    assert!(text.contains("GML0905") && text.contains("row 3") && text.contains("#DIV/0!"), "{text}");
    assert!(text.contains("row 4") && text.contains("many"), "{text}");
    let text = said("catalog { t: table { n: int? } = excel(\"sales.xlsx\", sheet: \"April\") }");
    assert!(text.contains("GML0965") && text.contains("March"), "{text}");
    let text = said("catalog { t: table { Shop: str? } = excel(\"sales.xlsx\", sheet: \"March\", header: 2) }");
    assert!(text.contains("GML0904") && text.contains("header"), "{text}");
    project.write("no.xlsx", "this is text");
    let text = said("catalog { t: table { n: int? } = excel(\"no.xlsx\") }");
    assert!(text.contains("GML0965"), "{text}");
}

#[test]
fn delta_tables() {
    let project = Project::of(&[("main.gml", PROGRAM)]);
    let Some(expected) = made(&project) else { return };
    let orders = &expected["orders"];
    project.done(&["run", "lake"]);
    assert_eq!(&lines(&project, "out/orders.jsonl"), orders["now"].as_array().unwrap());
    assert_eq!(&lines(&project, "out/before.jsonl").len(), &orders["before"].as_array().unwrap().len());
    for (row, due) in lines(&project, "out/before.jsonl").iter().zip(orders["before"].as_array().unwrap()) {
        assert_eq!((&row["id"], &row["country"], &row["price"]), (&due["id"], &due["country"], &due["price"]));
    }
    assert_eq!(&lines(&project, "out/marked.jsonl"), orders["deleted"].as_array().unwrap(), "rows marked as deleted");
    // A column that is called in the files as another one is in the table is not taken for it.
    assert_eq!(&lines(&project, "out/mapped.jsonl"), orders["mapped"].as_array().unwrap(), "columns under other names");
    assert!(lines(&project, "out/few.jsonl").iter().all(|row| row["country"] == json!("de")));

    // Nothing changed, so nothing is read again.
    let again = project.done(&["run", "lake"]);
    let said = format!("{}{}", again.stdout, again.stderr);
    assert!(said.contains("nothing"), "{said}");

    let program = |version: u64, columns: &str| {
        let text = format!(
            "catalog {{ t: table {{ {columns} }} = delta(\"orders\", version: {version}) }}\npipeline p {{ expect count(t) >= 0 }}\n"
        );
        project.write("main.gml", text);
        project.gmlc(&["run"])
    };
    let said = program(999, "id: int");
    assert!(said.code == 3 && said.stderr.contains("GML0967") && said.stderr.contains("999"), "{}", said.stderr);
    let said = program(1, "ident: int");
    assert!(said.code == 3 && said.stderr.contains("GML0904") && said.stderr.contains("it has id"), "{}", said.stderr);
}
