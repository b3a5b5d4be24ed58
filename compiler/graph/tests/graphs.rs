//! Graphs of programs in all their forms.

// Helpers of tests may panic as tests may.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use gml_analysis::lineage::of_column as of_lineage;
use gml_analysis::typed::{NodeId, PipelineId};
use gml_analysis::{Analysis, MemoryWorld, check};
use gml_graph::{Depth, Graph, VertexKind, mermaid, of_column, of_node, of_pipeline, overview, svg, text};

const PROGRAM: &str = r#"
use std.prep.{impute}
use std.learn.{boosted_trees}
use std.metrics.{auc}

schema Visit { id visitor: str, day: date, pages: int?, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    buyer: model = artifact("buyer"),
    scores: table { id visitor: str, score: float } = csv("scores.csv"),
}

node with_weekday(rows: table[Visit]) -> table {
    let named = rows |> derive { weekday = .day.weekday() }
    named |> drop([.day])
}

pipeline training {
    let data = with_weekday(visits) |> split_random(train: 80%, test: 20%, seed: 1)
    let recipe = impute(mean, [.pages])
    let model = fit(recipe >> boosted_trees(objective: binary), train: data.train)
    track evaluate(model, on: [data.test], metrics: [auc])
    for rounds in [10, 20] {
        track evaluate(fit(boosted_trees(objective: binary, rounds: rounds), train: data.train), on: [data.test], metrics: [auc])
    }
    save model as buyer
}

pipeline scoring(day: date = @2021-01-31) {
    expect count(visits) > 0, "no visits"
    save with_weekday(visits |> filter(.day == day)) |> predict(buyer) |> select([.visitor, .score]) as scores
}

pipeline all {
    run training()
    run scoring()
}
"#;

fn checked(text: &str) -> Analysis {
    let analysis = check(&MemoryWorld::new([("main.gml", text)]), "main.gml");
    assert!(!analysis.has_errors(), "{:#?}", analysis.diagnostics);
    analysis
}

fn pipeline(analysis: &Analysis, place: u32, depth: Depth) -> Graph {
    of_pipeline(&analysis.package, &analysis.program, PipelineId(place), depth).unwrap()
}

fn all(analysis: &Analysis) -> Vec<Graph> {
    let mut graphs = vec![overview(&analysis.package, &analysis.program)];
    graphs.extend((0..3).map(|place| pipeline(analysis, place, Depth::Calls)));
    graphs
}

#[test]
fn a_graph_as_text_has_the_schema_on_every_edge() {
    let analysis = checked(PROGRAM);
    let shown: Vec<String> = all(&analysis).iter().map(text).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn a_graph_as_mermaid() {
    let analysis = checked(PROGRAM);
    insta::assert_snapshot!(mermaid(&[pipeline(&analysis, 1, Depth::Calls)]));
}

#[test]
fn an_opened_node_shows_its_steps() {
    let analysis = checked(PROGRAM);
    let opened = pipeline(&analysis, 1, Depth::Steps);
    let titles: Vec<&str> = opened.vertices.iter().map(|vertex| vertex.title.as_str()).collect();
    assert!(titles.contains(&"derive") && titles.contains(&"drop") && !titles.contains(&"with_weekday"), "{titles:?}");
    let derive = opened.vertices.iter().find(|vertex| vertex.title == "derive").unwrap();
    assert_eq!(derive.within, ["with_weekday"]);
    let node = of_node(&analysis.package, &analysis.program, NodeId(0), Depth::Calls).unwrap();
    insta::assert_snapshot!(text(&node));
}

#[test]
fn every_edge_knows_what_flows() {
    let analysis = checked(PROGRAM);
    for graph in all(&analysis).iter().skip(1) {
        for edge in &graph.edges {
            let from = &graph.vertices[edge.from];
            let is_table = edge.kind().starts_with("table");
            assert!(!is_table || !edge.columns().is_empty(), "{} out of {}", edge.kind(), from.title);
        }
        let is_joined = |place: usize| graph.into(place).next().is_some() || graph.out_of(place).next().is_some();
        let lonely = |(place, _): (usize, &gml_graph::Vertex)| !is_joined(place);
        let kinds: Vec<VertexKind> =
            graph.vertices.iter().enumerate().filter(|vertex| lonely(*vertex)).map(|(_, vertex)| vertex.kind).collect();
        assert!(kinds.iter().all(|kind| *kind == VertexKind::Pipeline), "{kinds:?} in {}", graph.title);
    }
}

#[test]
fn a_column_is_followed_back_to_where_it_is_read() {
    let analysis = checked(PROGRAM);
    let scores = analysis.package.dataset_named("scores").unwrap();
    let lineage = of_lineage(&analysis.package, &analysis.program, scores, "score").unwrap();
    let graph = of_column(&analysis.package, &analysis.program, &lineage, "scores.score");
    insta::assert_snapshot!(text(&graph));
    roxmltree::Document::parse(&svg(&[graph])).unwrap();
}

#[test]
fn a_picture_is_well_formed_the_same_each_time_and_no_card_covers_another() {
    let analysis = checked(PROGRAM);
    let graphs = all(&analysis);
    for graph in &graphs {
        let picture = svg(std::slice::from_ref(graph));
        assert_eq!(picture, svg(std::slice::from_ref(graph)));
        let document = roxmltree::Document::parse(&picture).unwrap();
        let number = |node: &roxmltree::Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<f64>().unwrap();
        let cards: Vec<[f64; 4]> = document
            .descendants()
            .filter(|node| node.has_tag_name("rect"))
            .map(|node| ["x", "y", "width", "height"].map(|name| number(&node, name)))
            .collect();
        assert_eq!(cards.len(), graph.vertices.len() + graph.edges.len(), "{}", graph.title);
        for (place, a) in cards.iter().enumerate() {
            for b in &cards[place + 1..] {
                let apart = a[0] + a[2] <= b[0] || b[0] + b[2] <= a[0] || a[1] + a[3] <= b[1] || b[1] + b[3] <= a[1];
                assert!(apart, "{a:?} and {b:?} in {}", graph.title);
            }
        }
    }
    let document = svg(&graphs);
    roxmltree::Document::parse(&document).unwrap();
}

#[test]
fn a_wrong_program_has_a_graph_of_what_is_known() {
    let world = MemoryWorld::new([("main.gml", PROGRAM.replace(".day == day", ".dya == day"))]);
    let analysis = check(&world, "main.gml");
    assert!(analysis.has_errors());
    let graph = pipeline(&analysis, 1, Depth::Calls);
    assert!(graph.vertices.iter().any(|vertex| vertex.title == "visits"));
    assert!(!svg(&[graph]).is_empty());
}

#[test]
fn a_live_picture_tells_a_page_what_is_where() {
    let graph = pipeline(&checked(PROGRAM), 0, Depth::Calls);
    let picture = gml_graph::live_svg(&graph);
    let read = roxmltree::Document::parse(&picture).unwrap();
    let with = |name: &str| -> Vec<String> {
        read.descendants().filter_map(|node| node.attribute(name).map(str::to_owned)).collect()
    };
    let places = |count: usize| (0..count).map(|place| place.to_string()).collect::<Vec<_>>();
    let mut vertices = with("data-vertex");
    vertices.sort_by_key(|place| place.parse::<usize>().unwrap());
    assert_eq!(vertices, places(graph.vertices.len()));
    assert_eq!(with("data-edge").len(), graph.edges.len());
    assert!(with("data-column").iter().any(|column| column == "weekday"), "{:?}", with("data-column"));
    let lines = |class: &str| read.descendants().filter(|node| node.attribute("class") == Some(class)).count();
    assert_eq!(lines("state"), graph.vertices.len());
    assert_eq!(lines("rows"), graph.edges.iter().filter(|edge| edge.is_table()).count());
    assert!(svg(&[graph]).find("tabindex").is_none(), "a picture that stands still has no buttons");
}

/// What a step says, on one line: texts as they are written, whatever they hold, and no comments.
#[test]
fn steps_are_written_as_in_the_program() {
    let steps = [
        (r##"filter(.visitor != "a # b" and .visitor != "|> \"c")"##, None),
        (r#"filter(.visitor != f"({count}) {count})" and .visitor != "  ")"#, None),
        (r#"sort([.visitor])  # a remark"#, Some("sort([.visitor])")),
        ("drop(\n            [.day],  # not wanted\n        )", Some("drop([.day])")),
        (r#"filter(.visitor != "filter(")"#, None),
    ];
    let count = "param count: int = 1\n";
    for (step, shown) in steps {
        let program =
            PROGRAM.replace("|> drop([.day])\n", &format!("|> drop([.day])\n    visits\n        |> {step}\n"));
        let program =
            program.replace("    named |> drop([.day])\n    visits", "    let other = named |> drop([.day])\n    rows");
        let world = MemoryWorld::new([("main.gml", format!("{count}{program}"))]);
        let analysis = check(&world, "main.gml");
        let node = of_node(&analysis.package, &analysis.program, NodeId(0), Depth::Calls).unwrap();
        let details: Vec<&str> = node.vertices.iter().filter_map(|vertex| vertex.detail.as_deref()).collect();
        assert!(details.contains(&shown.unwrap_or(step)), "{step}: {details:?}\n{:#?}", analysis.diagnostics);
    }
}
