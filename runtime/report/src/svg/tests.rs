use super::*;
use crate::figure::{Axis, Bar, Cell, Colour, Form, Mark, Span};

fn all_marks() -> Figure {
    let numbers = Panel::new(
        Axis::between("said", 0.0, 1.0, Form::Percent),
        Axis::numbers("came true"),
        vec![
            Mark::Line {
                name: "a & b".into(),
                points: vec![(0.0, 0.0), (1.0, 1.0)],
                colour: Colour::Muted,
                dashed: true,
            },
            Mark::Threads { name: "rows".into(), lines: vec![vec![(0.1, 0.2), (0.3, 0.1)]] },
            Mark::Dots {
                name: "bins".into(),
                points: vec![(0.5, 0.4)],
                colour: Colour::Series(7),
                tips: vec!["<tip>".into()],
            },
            Mark::Cloud {
                points: vec![(0.1, 0.1, Some(0.0)), (0.2, 0.2, Some(1.0)), (0.2, f64::NAN, None), (0.3, 0.3, None)],
            },
            Mark::RuleAtX { at: 0.9, label: "a long label that has no room".into() },
            Mark::RuleAtY { at: 0.2, label: "level".into() },
        ],
    );
    let names = Panel::new(
        Axis::above("count", 0.0, Form::Whole),
        Axis::names("", vec!["one".into(), "a name that is far too long to be shown as a whole".into()]),
        vec![
            Mark::Bars {
                name: String::new(),
                bars: vec![Bar::at(0, 3.0, "3", ""), Bar::at(1, f64::NAN, "", "")],
                colour: Colour::Series(0),
            },
            Mark::Spans {
                name: "ranges".into(),
                spans: vec![Span { at: 1.0, low: 0.0, middle: 1.0, high: 2.0, tip: String::new() }],
                colour: Colour::Series(1),
            },
        ],
    )
    .titled("Names");
    let cell = |x, y, shade| Cell { x, y, shade, label: "12".into(), tip: String::new() };
    let cells = Panel::new(
        Axis::names("", vec!["x".into(), "y".into()]),
        Axis::names("", vec!["x".into(), "y".into()]),
        vec![Mark::Cells(vec![cell(0, 0, 1.0), cell(1, 0, -0.3), cell(0, 1, f64::NAN), cell(1, 1, 0.0)])],
    );
    Figure { title: "Marks < all".into(), description: "What there is.".into(), panels: vec![numbers, names, cells] }
}

#[test]
fn documents_are_well_formed_and_say_what_they_are() {
    let text = document(&all_marks());
    let parsed = roxmltree::Document::parse(&text).unwrap();
    let root = parsed.root_element();
    let child =
        |name: &str| root.children().find(|child| child.tag_name().name() == name).and_then(|child| child.text());
    assert_eq!(child("title"), Some("Marks < all"));
    assert!(text.contains("&lt;tip&gt;") && text.contains("a &amp; b"));
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    let links = text.matches("http").count();
    assert_eq!(links, 1, "only the name of the SVG namespace looks like an address");
}

#[test]
fn shapes_lie_within_the_picture() {
    let text = document(&all_marks());
    let parsed = roxmltree::Document::parse(&text).unwrap();
    let number =
        |node: roxmltree::Node<'_, '_>, name: &str| node.attribute(name).and_then(|text| text.parse::<f64>().ok());
    let (width, height) =
        (number(parsed.root_element(), "width").unwrap(), number(parsed.root_element(), "height").unwrap());
    let mut seen = 0;
    for node in parsed.descendants().filter(|node| ["circle", "rect", "text"].contains(&node.tag_name().name())) {
        let across = number(node, "x").or(number(node, "cx")).unwrap_or(0.0);
        let down = number(node, "y").or(number(node, "cy")).unwrap_or(0.0);
        assert!((0.0..=width).contains(&across) && (0.0..=height).contains(&down), "{node:?}");
        seen += 1;
    }
    assert!(seen > 30);
}

#[test]
fn the_same_figure_gives_the_same_bytes() {
    assert_eq!(document(&all_marks()), document(&all_marks()));
}

#[test]
fn both_themes_have_all_colours() {
    let (light, dark) = STYLE.split_once("@media").unwrap();
    for class in (0..6).map(|place| format!(".c{place} ")).chain((0..marks::SHADES).map(|place| format!(".s{place} ")))
    {
        assert!(light.contains(&class) && dark.contains(&class), "{class}");
    }
}

#[test]
fn a_figure_without_marks_has_axes() {
    let panel = Panel::new(Axis::numbers("x"), Axis::numbers("y"), Vec::new());
    let text = document(&Figure { title: "Nothing".into(), description: String::new(), panels: vec![panel] });
    assert!(text.contains("class=\"grid\"") && !text.contains("NaN"));
}

#[test]
fn long_lines_shrink_to_pixels() {
    let points: Vec<(f64, f64)> = (0..100_000).map(|place| (f64::from(place) / 1e5, f64::from(place) / 1e5)).collect();
    let line = Mark::Line { name: String::new(), points, colour: Colour::Series(0), dashed: false };
    let panel = Panel::new(Axis::numbers(""), Axis::numbers(""), vec![line]);
    let text = document(&Figure { title: String::new(), description: String::new(), panels: vec![panel] });
    assert!(text.len() < 40_000, "{}", text.len());
}
