//! The document.

use std::fmt::Write;

use super::card::{Card, LINE, Mode, PADDING};
use super::layers::{Item, Layers};
use super::place::{MARGIN, Placed};
use crate::model::{Graph, VertexKind};

/// Colours of the two schemes. Classes rather than variables: most tools that turn SVG into something else know no more.
const STYLE: &str = "
.gml-graph text { font: 12px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #24292f; }
.gml-graph .heading { font-size: 14px; font-weight: 600; }
.gml-graph .title { font-weight: 700; }
.gml-graph .detail, .gml-graph .around, .gml-graph .more, .gml-graph .kind { fill: #57606a; }
.gml-graph .around { font-style: italic; }
.gml-graph .kind { font-weight: 600; }
.gml-graph .new { fill: #116329; }
.gml-graph .line { fill: none; stroke: #8c959f; stroke-width: 1.3; }
.gml-graph .head { fill: #8c959f; }
.gml-graph rect { stroke-width: 1.2; stroke: #8c959f; fill: #ffffff; }
.gml-graph .dataset { fill: #ddf4ff; stroke: #54aeff; }
.gml-graph .node, .gml-graph .pipeline { fill: #fbefff; stroke: #c297ff; }
.gml-graph .track, .gml-graph .expect { fill: #fff8c5; stroke: #d4a72c; }
.gml-graph .argument, .gml-graph .result { fill: #f6f8fa; stroke: #8c959f; }
.gml-graph .flow { fill: #ffffff; fill-opacity: 0.94; stroke: #d0d7de; stroke-dasharray: 3 2; }
@media (prefers-color-scheme: dark) {
.gml-graph text { fill: #e6edf3; }
.gml-graph .detail, .gml-graph .around, .gml-graph .more, .gml-graph .kind { fill: #9aa4af; }
.gml-graph .new { fill: #56d364; }
.gml-graph rect { fill: #161b22; stroke: #6e7681; }
.gml-graph .dataset { fill: #0c2d4a; stroke: #388bfd; }
.gml-graph .node, .gml-graph .pipeline { fill: #2b1d4a; stroke: #8957e5; }
.gml-graph .track, .gml-graph .expect { fill: #3a2d08; stroke: #9e7a1c; }
.gml-graph .argument, .gml-graph .result { fill: #21262d; stroke: #6e7681; }
.gml-graph .flow { fill: #0d1117; stroke: #30363d; }
.gml-graph .line { stroke: #6e7681; }
.gml-graph .head { fill: #6e7681; }
}
";

/// Room for the title above the picture.
const HEADING: f64 = 26.0;

/// A graph that was drawn.
pub(super) struct Picture {
    title: String,
    /// Its lines and cards.
    shapes: String,
    width: f64,
    height: f64,
}

/// Draws a graph.
pub(super) fn picture(graph: &Graph, cards: &[Card], layers: &Layers, placed: &Placed, mode: Mode) -> Picture {
    let mut shapes = String::new();
    for path in &layers.paths {
        line(&mut shapes, path, layers, placed);
    }
    for (item, kind) in layers.items.iter().enumerate() {
        if let Item::Card(place) = kind {
            let class = graph.vertices.get(*place).map_or("flow", |vertex| vertex.kind.word());
            let round = match graph.vertices.get(*place).map(|vertex| vertex.kind) {
                Some(VertexKind::Dataset | VertexKind::Argument | VertexKind::Result) => 14,
                Some(_) => 4,
                None => 3,
            };
            let live = (mode == Mode::Live).then(|| match graph.vertices.get(*place) {
                Some(vertex) => ("vertex", *place, format!("{} {}", vertex.kind.word(), vertex.title)),
                None => {
                    let edge = *place - graph.vertices.len();
                    let said = graph.edges.get(edge).map(|edge| {
                        let title = |vertex: usize| graph.vertices.get(vertex).map_or("", |vertex| &vertex.title);
                        format!("from {} to {}: {}", title(edge.from), title(edge.to), edge.kind())
                    });
                    ("edge", edge, said.unwrap_or_default())
                }
            });
            card(&mut shapes, &cards[*place], class, round, (placed.x[item], placed.y[item]), live);
        }
    }
    let title_width = 8.6 * graph.title.chars().count() as f64 + 2.0 * MARGIN;
    Picture { title: graph.title.clone(), shapes, width: placed.width.max(title_width), height: placed.height }
}

/// The document of several pictures.
pub(super) fn document(pictures: &[Picture]) -> String {
    let width = pictures.iter().map(|picture| picture.width).fold(0.0, f64::max);
    let height: f64 = pictures.iter().map(|picture| picture.height + HEADING).sum();
    let titles: Vec<&str> = pictures.iter().map(|picture| picture.title.as_str()).collect();
    let mut out = format!(
        "<svg class=\"gml-graph\" xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-label=\"{}\">\n<style>{STYLE}</style>\n",
        escaped(&titles.join(", ")),
    );
    let mut top = 0.0;
    for picture in pictures {
        let _ = write!(
            out,
            "<text class=\"heading\" x=\"{MARGIN}\" y=\"{:.0}\">{}</text>\n<g transform=\"translate(0 {:.0})\">\n{}</g>\n",
            top + MARGIN + 6.0,
            escaped(&picture.title),
            top + HEADING,
            picture.shapes,
        );
        top += picture.height + HEADING;
    }
    out.push_str("</svg>\n");
    out
}

/// A smooth line through the items of an edge, with a head at its end.
fn line(out: &mut String, path: &[usize], layers: &Layers, placed: &Placed) {
    let (top, bottom) = (|item: usize| placed.y[item], |item: usize| placed.y[item] + layers.sizes[item].1);
    let mut d = String::new();
    for pair in path.windows(2) {
        let [upper, lower] = *pair else { continue };
        let (x0, y0, x1, y1) = (placed.x[upper], bottom(upper), placed.x[lower], top(lower));
        let middle = (y0 + y1) / 2.0;
        let _ = write!(d, "M{x0:.1} {y0:.1}C{x0:.1} {middle:.1} {x1:.1} {middle:.1} {x1:.1} {y1:.1}");
    }
    let _ = writeln!(out, "<path class=\"line\" d=\"{d}\"/>");
    if let Some(last) = path.last() {
        let (x, y) = (placed.x[*last], top(*last));
        let _ = writeln!(out, "<path class=\"head\" d=\"M{x:.1} {y:.1}l-4 -7h8z\"/>");
    }
}

/// What a live picture says of a card: what it is, which of them, and a name for who does not see it.
type Live = (&'static str, usize, String);

fn card(out: &mut String, card: &Card, class: &str, round: u32, (middle, top): (f64, f64), live: Option<Live>) {
    let opening = match &live {
        Some((what, place, said)) => format!(
            "<g class=\"card\" data-{what}=\"{place}\" tabindex=\"0\" role=\"button\" aria-label=\"{}\">",
            escaped(said)
        ),
        None => "<g>".to_owned(),
    };
    let left = middle - card.width / 2.0;
    let _ = writeln!(
        out,
        "{opening}<title>{}</title><rect class=\"{class}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"{round}\"/>",
        escaped(&card.tooltip),
        card.width,
        card.height,
    );
    for (number, line) in card.lines.iter().enumerate() {
        let y = top + PADDING / 2.0 + LINE * (number as f64 + 0.76);
        let column = match (&live, &line.column) {
            (Some(_), Some(column)) => format!(" data-column=\"{}\" tabindex=\"0\" role=\"button\"", escaped(column)),
            _ => String::new(),
        };
        let _ = writeln!(
            out,
            "<text class=\"{}\"{column} x=\"{:.1}\" y=\"{y:.1}\">{}</text>",
            line.class,
            left + PADDING,
            escaped(&line.text)
        );
    }
    out.push_str("</g>\n");
}

/// Text as it may stand within XML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() && c != '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
