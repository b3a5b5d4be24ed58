use super::{ColumnLineage, How, Lineage, Maker, Sees};
use crate::world::MemoryWorld;

/// The lineage of a column of the dataset `out` of a program.
fn lineage(text: &str, column: &str) -> ColumnLineage {
    let catalog = r#"
        catalog {
            visits: table { visitor: str, day: date, pages: int, bought: bool } = csv("visits.csv"),
            cities: table { visitor: str, city: str } = csv("cities.csv"),
            middle: table { visitor: str, n: int } = csv("middle.csv"),
            out: table { visitor: str, x: int } = csv("out.csv"),
        }
    "#;
    let world = MemoryWorld::new([("main.gml", format!("{catalog}{text}"))]);
    let analysis = crate::check(&world, "main.gml");
    assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
    let out = analysis.package.dataset_named("out").unwrap();
    Lineage::of(&analysis.package, &analysis.program).of_column(out, column).unwrap()
}

fn sources(lineage: &ColumnLineage) -> Vec<String> {
    lineage.sources.iter().map(|source| format!("{}.{}", source.dataset.0, source.column)).collect()
}

fn makers(lineage: &ColumnLineage) -> Vec<String> {
    lineage
        .steps
        .iter()
        .filter_map(|step| match &step.maker {
            Maker::Step(name, _) => Some(format!("{name}.{}", step.name)),
            _ => None,
        })
        .collect()
}

#[test]
fn a_column_that_passes_through_has_no_steps() {
    let of = lineage(
        "pipeline p { save visits |> filter(.bought) |> select { visitor = .visitor, x = .pages } as out }",
        "visitor",
    );
    assert_eq!(sources(&of), ["0.visitor"]);
    assert_eq!(makers(&of), Vec::<String>::new());
}

#[test]
fn steps_come_behind_what_they_are_made_of() {
    let of = lineage(
        "node f(v: table { visitor: str, pages: int }) -> table { v |> derive { y = .pages + 1 } |> derive { x = .y * 2 } }
         pipeline p { save f(visits) |> select([.visitor, .x]) as out }",
        "x",
    );
    assert_eq!(sources(&of), ["0.pages"]);
    assert_eq!(makers(&of), ["derive.y", "derive.x"]);
    for (place, step) in of.steps.iter().enumerate() {
        assert!(step.inputs.iter().all(|(of, _)| *of < place));
    }
}

#[test]
fn datasets_between_pipelines_are_looked_through() {
    let of = lineage(
        "pipeline a { save visits |> group(by: [.visitor]) { n = sum(.pages, where: .bought) } as middle }
         pipeline b { save middle |> select { visitor = .visitor, x = .n } as out }",
        "x",
    );
    assert_eq!(sources(&of), ["0.bought", "0.pages", "0.visitor"]);
    assert_eq!(makers(&of), ["group.n", "select.x"]);
}

#[test]
fn the_reader_may_stand_before_the_writer() {
    let of = lineage(
        "pipeline b { save middle |> select { visitor = .visitor, x = .n } as out }
         pipeline a { save visits |> group(by: [.visitor]) { n = count() } as middle }",
        "x",
    );
    assert_eq!(sources(&of), ["0.visitor"]);
}

#[test]
fn joined_columns_are_found_by_their_keys() {
    let of = lineage(
        "pipeline p {
             let known = cities |> join(visits |> group(by: [.visitor]) { x = max(.pages) }, on: [.visitor], how: inner, expect: many_to_one)
             save known |> select([.visitor, .x]) as out
         }",
        "x",
    );
    assert_eq!(sources(&of), ["0.pages", "0.visitor", "1.visitor"]);
    let last = of.steps.last().unwrap();
    assert!(last.inputs.iter().any(|(_, how)| matches!(how, How::Joined(_))));
    assert!(last.inputs.iter().any(|(_, how)| matches!(how, How::Key)));
}

#[test]
fn windows_say_what_they_see() {
    let seen = |window: &str| {
        let text = format!(
            "pipeline p {{ save visits |> derive(over: [.visitor], {window} }} |> select {{ visitor = .visitor, x = .y ?? 0 }} as out }}"
        );
        let of = lineage(&text, "x");
        let step = of.steps.iter().find(|step| &*step.name == "y").unwrap();
        let over = step.inputs.iter().find_map(|(_, how)| match how {
            How::Over(over) => Some(over.sees),
            _ => None,
        });
        over.unwrap()
    };
    assert_eq!(seen("order: [.day], rows: before) { y = max(.pages)"), Sees::Earlier);
    assert_eq!(seen("order: [.day]) { y = max(.pages) + if .pages > 0 then 1 else null"), Sees::UpTo);
    assert_eq!(seen("order: [.day], rows: all) { y = max(.pages) + if .pages > 0 then 1 else null"), Sees::All);
    assert_eq!(seen("order: [.day]) { y = lag(.pages)"), Sees::Earlier);
    assert_eq!(seen("order: [.day]) { y = lead(.pages)"), Sees::Later);
    assert_eq!(seen("order: [desc(.day)]) { y = lag(.pages)"), Sees::Later);
    assert_eq!(seen("order: [desc(.day)]) { y = lead(.pages)"), Sees::Earlier);
}

#[test]
fn unpivoted_values_come_from_all_columns() {
    let of = lineage(
        r#"pipeline p {
               let long = visits |> derive { twice = .pages * 2 } |> unpivot([.pages, .twice], name: "kind", value: "x")
               save long |> select([.visitor, .x]) as out
           }"#,
        "x",
    );
    assert_eq!(sources(&of), ["0.pages"]);
}

#[test]
fn calls_of_calls_are_looked_at_once() {
    let mut text = String::from("node n0(v: table { visitor: str, x: int }) -> table { v |> derive { x = .x + 1 } }\n");
    for depth in 1..40 {
        let below = depth - 1;
        text += &format!(
            "node n{depth}(v: table {{ visitor: str, x: int }}) -> table {{ union(n{below}(v), n{below}(v)) }}\n"
        );
    }
    text += "pipeline p { save n39(visits |> select { visitor = .visitor, x = .pages }) as out }";
    assert_eq!(sources(&lineage(&text, "x")), ["0.pages"]);
}

#[test]
fn steps_tell_what_their_columns_are_made_of() {
    let text = "
        catalog { visits: table { visitor: str, pages: int } = csv(\"visits.csv\") }
        node twice(v: table { visitor: str, pages: int }) -> table { v |> derive { x = .pages * 2 } }
        pipeline p {
            let parts = twice(visits) |> split_random(train: 80%, test: 20%, seed: 1)
            expect count(parts.train |> filter(.x > 1)) >= 0
        }";
    let analysis = crate::check(&MemoryWorld::new([("main.gml", text)]), "main.gml");
    assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
    let lineage = Lineage::with_steps(&analysis.package, &analysis.program);
    let place = |from: &str, to: &str| {
        let start = text.find(from).unwrap();
        let end = start + text[start..].find(to).unwrap() + to.len();
        gml_diagnostics::Span::new(gml_diagnostics::FileId(0), start as u32, end as u32)
    };
    let names = |columns: &[(crate::typed::Text, super::ColumnId)]| {
        columns.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>()
    };
    let file = analysis.package.modules.iter().find(|module| !module.is_std).unwrap().file;
    let at = |from: &str, to: &str| gml_diagnostics::Span { file, ..place(from, to) };
    let call = lineage.columns_at(at("twice(visits)", ")"), None);
    assert_eq!(names(call), ["visitor", "pages", "x"]);
    let split = lineage.columns_at(at("twice(visits) |>", "seed: 1)"), Some("train"));
    assert_eq!(names(split), ["visitor", "pages", "x"]);
    let (_, x) = split.iter().find(|(name, _)| &**name == "x").unwrap();
    assert_eq!(makers(&lineage.behind(&[*x])), ["derive.x"]);
    assert!(lineage.columns_at(at("twice(visits) |>", "seed: 1)"), None).is_empty());
    // Who does not ask for steps is told of none.
    let of_datasets = Lineage::of(&analysis.package, &analysis.program);
    assert!(of_datasets.columns_at(at("twice(visits)", ")"), None).is_empty());
}
