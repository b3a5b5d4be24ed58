//! The forms of `gmlc graph` that others draw: Mermaid, read and drawn by Mermaid itself, and SVG.

use std::path::PathBuf;

use gml_tests::{repository, wanted};
use serde_json::json;

use super::browser::Browser;
use super::*;

const HALVES: &str = r#"
schema Row { id name: str, n: int }

catalog {
    input: table[Row] = csv("in.csv"),
    output: table { id name: str, half: float } = csv("out.csv"),
}

pipeline main {
    save input |> filter(.name != "<b>\"x\"</b> # 1; `y`") |> derive { half = .n / 2 } |> drop([.n]) as output
}
"#;

const HALF: &str = r#"flowchart TD
    subgraph g0["output.half"]
        g0v0[("<b>input.n</b>")]
        g0v1["<b>half</b><br>derive: .n / 2"]
        g0v2(["<b>output.half</b>"])
        g0v0 -->|"from the same row"| g0v1
        g0v1 -->|"saved"| g0v2
    end
"#;

/// Mermaid's own script, or nothing after saying that the test is skipped.
fn mermaid() -> Option<PathBuf> {
    wanted("Mermaid", std::env::var_os("GML_MERMAID").map(PathBuf::from).filter(|script| script.is_file()))
}

/// The texts of a picture.
fn texts(picture: &str) -> Vec<String> {
    let read = roxmltree::Document::parse(picture).unwrap();
    let texts = read.descendants().filter(|node| node.has_tag_name("text"));
    texts.map(|text| text.descendants().filter_map(|node| node.text()).collect()).collect()
}

#[test]
fn a_column_is_told_in_every_form() {
    let project = Project::of(&[("main.gml", HALVES)]);
    let of = |form: &str| project.done(&["graph", "--column", "output.half", "--format", form]).stdout;
    assert_eq!(of("mermaid"), HALF);
    let picture = of("svg");
    let texts = texts(&picture);
    for wanted in ["input.n", "half", "output.half", "from the same row", "saved"] {
        assert!(texts.iter().any(|text| text.contains(wanted)), "{wanted}: {texts:?}");
    }
    assert!(!texts.iter().any(|text| text.contains("name")), "another column: {texts:?}");
    assert_eq!(
        of("text"),
        "output.half\n\n  dataset input.n\n    → half: from the same row\n\n  step half  derive: .n / 2\n    \
         → output.half: saved\n\n  result output.half\n"
    );
}

/// What the score of the blueprint is made of: every source, and why each counts.
#[test]
fn the_score_of_the_blueprint_is_followed_to_the_events() {
    let project =
        Project::of(&[("main.gml", std::fs::read(repository().join("blueprints/ga4_propensity/main.gml")).unwrap())]);
    let told = project.done(&["graph", "--column", "predictions.score"]).stdout;
    let sources: Vec<&str> = told.lines().filter_map(|line| line.trim().strip_prefix("dataset ")).collect();
    let columns = [
        "event_timestamp",
        "event_date",
        "event_name",
        "user_pseudo_id",
        "event_params",
        "device",
        "geo",
        "traffic_source",
    ];
    assert_eq!(sources, columns.map(|column| format!("events.{column}")));
    let steps: Vec<&str> = told.split("\n\n").map(str::trim).collect();
    let step = |begins: &str| {
        *steps.iter().find(|step| step.starts_with(begins)).unwrap_or_else(|| panic!("{begins}: {told}"))
    };
    assert_eq!(
        step("step page_views_before"),
        "step page_views_before  derive: sum(.page_views)\n    → score: from the same row"
    );
    assert!(step("step page_views  group").ends_with("→ page_views_before: over earlier rows"), "{told}");
    assert!(step("step added_to_cart  group").contains("→ score: the target of what was learned"), "{told}");
    assert_eq!(step("step score"), "step score  predict: predict(propensity)\n    → predictions.score: saved");
    assert!(told.trim_end().ends_with("result predictions.score"), "{told}");
}

#[test]
fn mermaid_reads_and_draws_the_flowcharts() {
    let Some(script) = mermaid() else { return };
    let project = Project::of(&[("main.gml", HALVES)]);
    let blueprint = repository().join("blueprints/ga4_propensity").display().to_string();
    let mut charts = vec![
        ("the program", project.done(&["graph", "--format", "mermaid"]).stdout, "half: float"),
        ("its column", HALF.to_owned(), "from the same row"),
    ];
    for (name, args, label) in [
        ("the blueprint", vec!["graph", "--project", &blueprint], "is_mobile: bool"),
        ("its steps", vec!["graph", "scoring", "--steps", "--project", &blueprint], "predict"),
        ("its score", vec!["graph", "--column", "predictions.score", "--project", &blueprint], "over earlier rows"),
    ] {
        charts.push((name, project.done(&[&args[..], &["--format", "mermaid"]].concat()).stdout, label));
    }
    std::fs::copy(script, project.path("mermaid.js")).unwrap();
    project.write("page.html", "<!doctype html><meta charset=\"utf-8\"><body><script src=\"mermaid.js\"></script>");
    let Some(mut page) = Browser::open(&format!("file://{}", project.path("page.html").display())) else { return };
    page.value("mermaid.initialize({ startOnLoad: false, maxTextSize: 1000000, maxEdges: 5000 })");
    for (name, chart, label) in &charts {
        let read = page.value(&format!("mermaid.parse({}).then((read) => read.diagramType)", json!(chart)));
        assert_eq!(read, "flowchart-v2", "{name}");
        page.value(&format!(
            "mermaid.render('drawn', {}).then((drawn) => {{ document.body.innerHTML = drawn.svg; }})",
            json!(chart)
        ));
        let shown = page.text("document.body.innerText");
        assert!(shown.contains(label), "{name} does not show {label}: {shown}");
        let edges = chart.lines().filter(|line| line.contains(" -->|")).count();
        assert_eq!(page.value("document.querySelectorAll('path.flowchart-link').length"), edges, "{name}");
        page.picture(&format!("mermaid-{}", name.replace(' ', "-")));
    }
    // Signs that mean something to Mermaid or to HTML are shown as they are written.
    page.value(&format!(
        "mermaid.render('drawn', {}).then((drawn) => {{ document.body.innerHTML = drawn.svg; }})",
        json!(charts[0].1)
    ));
    let shown = page.text("document.body.innerText");
    assert!(shown.contains(r#"<b>\"x\"</b> # 1;"#), "{shown}");
    let wrong = "mermaid.parse('flowchart TD\\n  a[\"b\"').then(() => 'read', () => 'refused')";
    assert_eq!(page.value(wrong), "refused", "Mermaid reads everything");
}
