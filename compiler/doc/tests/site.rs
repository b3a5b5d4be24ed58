//! The site of a project: every page well-formed, every link with a target, nothing that runs what a comment says.

// Helpers of tests may panic as tests may.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use gml_analysis::{MemoryWorld, check};
use gml_doc::{Settings, site};
use roxmltree::{Document, Node, ParsingOptions};

const MAIN: &str = r#"## A shop. See `Visit`, [the page](https://example.org/a?b=c&d=e) and [a trap](javascript:alert(1)).
##
## <script>alert(2)</script>
use features.{with_weekday}
use std.learn.{boosted_trees}
use std.metrics.{auc}

## Where the data lie.
param root: str = "data"

## A visit: what is known when it begins.
schema Visit {
    ## Who.
    id     visitor: str matches r"^v<\d+>$",
    time   day: date parsed "%Y%m%d" named "The Day",
           pages: int in 0..100,
    target bought: bool,
    unique [visitor, day],
}

catalog {
    ## One row a visit.
    visits: table[Visit] = csv(f"{root}/visits.csv"),
    buyer: model = artifact(f"{root}/buyer"),
    scores: table { id visitor: str, score: float } = csv(f"{root}/scores.csv"),
}

fn share(part: int, whole: int) -> float = if whole < 1 then 0.0 else part / whole

pipeline training {
    let data = with_weekday(visits) |> split_random(train: 80%, test: 20%, seed: 1)
    let model = fit(boosted_trees(objective: binary), train: data.train)
    track evaluate(model, on: [data.test], metrics: [auc])
    save model as buyer
}

## Scores of a day.
pipeline scoring(day: date = @2021-01-31) {
    save with_weekday(visits |> filter(.day == day and share(.pages, 7) > 0.5)) |> predict(buyer) |> select([.visitor, .score]) as scores
}

env trial { root = "trial" }

test "a share & its \"parts\"" {
    expect share(1, 2) == 0.5
}
"#;

fn files() -> BTreeMap<String, String> {
    let features = "## What is known of a day.\nnode with_weekday(rows: table { day: date, .. }) -> table { day: date, weekday: int, .. } {\n    \
                    rows |> derive { weekday = .day.weekday() }\n}\n";
    let world = MemoryWorld::new([("main.gml", MAIN), ("features.gml", features)]);
    let analysis = check(&world, "main.gml");
    assert!(analysis.diagnostics.is_empty(), "{:#?}", analysis.diagnostics);
    site(&analysis, Settings { title: "shop & co" })
}

fn pages(files: &BTreeMap<String, String>) -> impl Iterator<Item = (&String, Document<'_>)> {
    files.iter().filter(|(path, _)| path.ends_with(".html")).map(|(path, text)| (path, document(path, text)))
}

fn document<'t>(path: &str, text: &'t str) -> Document<'t> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).unwrap_or_else(|wrong| panic!("{path}: {wrong}\n{text}"))
}

/// `../a/b` from `x/y.html`, as a path from the root.
fn resolved(from: &str, to: &str) -> String {
    let mut path = PathBuf::from(from);
    path.pop();
    for part in Path::new(to).components() {
        match part {
            Component::ParentDir => assert!(path.pop(), "{to} of {from} leads out of the site"),
            Component::Normal(part) => path.push(part),
            _ => {}
        }
    }
    path.to_str().unwrap().to_owned()
}

#[test]
fn every_page_is_well_formed_and_every_link_has_a_target() {
    let files = files();
    let ids: BTreeMap<String, BTreeSet<String>> = pages(&files)
        .map(|(path, page)| {
            let mut ids = BTreeSet::new();
            for id in page.descendants().filter_map(|node| node.attribute("id")) {
                assert!(ids.insert(id.to_owned()), "{path} has two `{id}`");
            }
            (path.clone(), ids)
        })
        .collect();
    let mut followed = 0;
    for (path, page) in pages(&files) {
        let links = page.descendants().flat_map(|node| [node.attribute("href"), node.attribute("src")]).flatten();
        for link in links.filter(|link| !link.starts_with("http")) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone() } else { resolved(path, file) };
            assert!(files.contains_key(&target), "{path}: {link} leads nowhere");
            assert!(anchor.is_empty() || ids[&target].contains(anchor), "{path}: {link} has no place on its page");
            followed += 1;
        }
    }
    assert!(followed > 1000, "only {followed} links");
}

#[test]
fn what_search_finds_is_there() {
    let files = files();
    let script = &files["search.js"];
    let index: Vec<&str> = script.lines().filter(|line| line.starts_with("[\"")).collect();
    assert!(index.len() > 150, "{}", index.len());
    for line in index {
        let href = line.split("\", \"").nth(2).unwrap();
        let (file, anchor) = href.split_once('#').unwrap();
        assert!(files[file].contains(&format!("id=\"{anchor}\"")), "{href}");
    }
}

#[test]
fn comments_cannot_run_anything_and_nothing_comes_from_elsewhere() {
    let files = files();
    for (path, page) in pages(&files) {
        for node in page.descendants().filter(Node::is_element) {
            let own = node.attribute("src").is_some_and(|src| src.ends_with("search.js"));
            assert!(!node.has_tag_name("script") || own, "{path} holds a script");
            for attribute in node.attributes() {
                assert!(!attribute.name().starts_with("on"), "{path}: {}", attribute.name());
                assert!(!attribute.value().contains("javascript:"), "{path}: {}", attribute.value());
            }
            assert!(!node.attribute("src").is_some_and(|src| src.starts_with("http")), "{path}");
        }
    }
    assert!(files["index.html"].contains("&lt;script&gt;alert(2)"));
}

#[test]
fn the_same_program_gives_the_same_bytes() {
    assert_eq!(files(), files());
}

#[test]
fn every_name_of_the_standard_library_has_a_page_with_an_example() {
    let files = files();
    for module in gml_stdlib::MODULES {
        let page = &files[&format!("{}.html", module.name.replace('.', "/"))];
        let page = document(module.name, page);
        let headings: Vec<_> =
            page.descendants().filter(|node| node.has_tag_name("h2") && node.attribute("id").is_some()).collect();
        assert!(!headings.is_empty(), "{}", module.name);
        for heading in headings {
            let behind = heading.next_siblings().skip(1).take_while(|node| !node.has_tag_name("h2"));
            let blocks = behind.filter(|node| node.has_tag_name("pre")).count();
            let is_plain =
                heading.descendants().filter_map(|node| node.text()).any(|text| text == "schema" || text == "type");
            assert!(blocks >= if is_plain { 1 } else { 2 }, "{} {:?}", module.name, heading.attribute("id"));
        }
    }
}

/// Elements and what they say, without attributes: enough to see a page change.
fn outline(node: Node<'_, '_>, depth: usize, out: &mut String) {
    for child in node.children() {
        if child.is_text() {
            let text = child.text().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
            if !text.is_empty() {
                out.push_str(&format!("{}{text}\n", "  ".repeat(depth)));
            }
        } else if child.has_tag_name("svg") {
            out.push_str(&format!("{}(graph)\n", "  ".repeat(depth)));
        } else if child.is_element() {
            out.push_str(&format!("{}<{}>\n", "  ".repeat(depth), child.tag_name().name()));
            outline(child, depth + 1, out);
        }
    }
}

#[test]
fn the_structure_of_pages_is_as_recorded() {
    let files = files();
    let mut shown = String::new();
    for (path, page) in pages(&files) {
        if matches!(path.as_str(), "schemas.html" | "pipelines.html" | "datasets.html") {
            let main = page.descendants().find(|node| node.has_tag_name("main")).unwrap();
            shown.push_str(&format!("{path}\n"));
            outline(main, 1, &mut shown);
        }
    }
    insta::assert_snapshot!(shown);
}
