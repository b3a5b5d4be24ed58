//! Figures as SVG.

mod axes;
mod key;
mod layout;
mod marks;

use std::fmt::Write;

use crate::escape::escaped;
use crate::figure::{Figure, Panel};
use crate::number::coordinate;
use layout::Layout;

/// Colours of both themes by class. Classes with plain colours rather than variables: most tools that turn SVG into something
/// else know no more, and show the light theme.
pub(crate) const STYLE: &str = include_str!("style.css");

/// Width of a panel in pixels.
pub(crate) const WIDTH: f64 = 520.0;

/// Room between panels.
const GAP: f64 = 24.0;

/// Room around the figure.
const MARGIN: f64 = 16.0;

/// A figure as a file that needs nothing else.
pub fn document(figure: &Figure) -> String {
    let columns = if figure.panels.len() > 1 { 2 } else { 1 };
    let width = WIDTH * columns as f64 + GAP * (columns - 1) as f64 + 2.0 * MARGIN;
    let text = wrapped(&figure.description, ((width - 2.0 * MARGIN) / 6.3) as usize);
    let mut top = MARGIN + 18.0;
    let mut inner =
        format!("<text class=\"heading\" x=\"{MARGIN}\" y=\"{}\">{}</text>\n", coordinate(top), escaped(&figure.title));
    for line in &text {
        top += 16.0;
        let _ =
            writeln!(inner, "<text class=\"soft\" x=\"{MARGIN}\" y=\"{}\">{}</text>", coordinate(top), escaped(line));
    }
    top += 18.0;
    for row in figure.panels.chunks(columns) {
        let layouts: Vec<Layout> = row.iter().map(Layout::of).collect();
        for (place, (panel, layout)) in row.iter().zip(&layouts).enumerate() {
            let left = MARGIN + place as f64 * (WIDTH + GAP);
            let _ = writeln!(inner, "<g transform=\"translate({} {})\">", coordinate(left), coordinate(top));
            inner.push_str(&drawn(panel, layout));
            inner.push_str("</g>\n");
        }
        top += layouts.iter().map(|layout| layout.full_height).fold(0.0, f64::max) + GAP;
    }
    let (width, height) = (coordinate(width), coordinate(top));
    format!(
        "<svg class=\"gml-figure\" xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"title description\">\n\
         <title id=\"title\">{}</title>\n<desc id=\"description\">{}</desc>\n<style>{STYLE}</style>\n\
         <rect class=\"page\" width=\"{width}\" height=\"{height}\"/>\n{inner}</svg>\n",
        escaped(&figure.title),
        escaped(&figure.description),
    )
}

/// A panel as an element of a page that has [`STYLE`]. `id` is its own in the page.
pub(crate) fn inline(figure: &Figure, panel: &Panel, id: &str) -> String {
    let layout = Layout::of(panel);
    let (width, height) = (coordinate(WIDTH), coordinate(layout.full_height));
    let title = if panel.title.is_empty() { &figure.title } else { &panel.title };
    format!(
        "<svg class=\"gml-figure\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
         aria-labelledby=\"{id}-title {id}-description\">\n<title id=\"{id}-title\">{}</title>\n\
         <desc id=\"{id}-description\">{}</desc>\n{}</svg>\n",
        escaped(title),
        escaped(&figure.description),
        drawn(panel, &layout),
    )
}

fn drawn(panel: &Panel, layout: &Layout) -> String {
    let mut out = String::new();
    if !panel.title.is_empty() {
        let _ = writeln!(out, "<text class=\"title\" x=\"0\" y=\"14\">{}</text>", escaped(&panel.title));
    }
    key::draw(&mut out, layout);
    axes::draw(&mut out, panel, layout);
    for mark in &panel.marks {
        marks::draw(&mut out, mark, layout);
    }
    out
}

/// Text in lines of at most so many characters, broken at blanks.
fn wrapped(text: &str, longest: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < longest => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests;
