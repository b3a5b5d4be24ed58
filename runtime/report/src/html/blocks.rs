//! Blocks of reports as HTML.

use std::fmt::Write;

use crate::escape::escaped;
use crate::figure::Figure;
use crate::number::{compact, coordinate, duration, percent};
use crate::report::{Block, Datum, Grid};
use crate::svg;

/// Writes blocks, and numbers what needs a name of its own.
#[derive(Default)]
pub(super) struct Writer {
    figures: usize,
    sections: usize,
}

/// The id of a section of the page itself.
pub(super) fn top_id(place: usize) -> String {
    format!("section-{}", place + 1)
}

impl Writer {
    /// Writes blocks below a heading one above `level`.
    pub(super) fn blocks(&mut self, out: &mut String, blocks: &[Block], level: usize) {
        for block in blocks {
            self.block(out, block, level);
        }
    }

    fn block(&mut self, out: &mut String, block: &Block, level: usize) {
        let _ = match block {
            Block::Text(text) => writeln!(out, "<p>{}</p>", escaped(text)),
            Block::Warnings(lines) => {
                let items: String = lines.iter().map(|line| format!("<li>{}</li>\n", escaped(line))).collect();
                writeln!(out, "<ul class=\"warnings\">\n{items}</ul>")
            }
            Block::Failure(headline, lines) => {
                let lines: String = lines.iter().map(|line| format!("<p>{}</p>\n", escaped(line))).collect();
                writeln!(
                    out,
                    "<div class=\"failure\" role=\"alert\">\n<p><strong>{}</strong></p>\n{lines}</div>",
                    escaped(headline)
                )
            }
            Block::Facts(facts) => {
                let facts = facts
                    .iter()
                    .map(|(name, value)| format!("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(name), datum(value)));
                writeln!(out, "<dl>\n{}</dl>", facts.collect::<String>())
            }
            Block::Figure(figure) => {
                self.figure(out, figure);
                Ok(())
            }
            Block::Table(table) => {
                grid(out, table);
                Ok(())
            }
            Block::Section(title, inner) => {
                let depth = level.min(6);
                let id = if level == 2 {
                    self.sections += 1;
                    format!(" id=\"{}\"", top_id(self.sections - 1))
                } else {
                    String::new()
                };
                let _ = writeln!(out, "<section{id}>\n<h{depth}>{}</h{depth}>", escaped(title));
                self.blocks(out, inner, level + 1);
                writeln!(out, "</section>")
            }
            Block::Folded(title, inner) => {
                let _ = writeln!(out, "<details>\n<summary>{}</summary>", escaped(title));
                self.blocks(out, inner, level + 1);
                writeln!(out, "</details>")
            }
        };
    }

    /// A figure: each panel is a picture of its own, so that they stand below each other where there is no room beside.
    fn figure(&mut self, out: &mut String, figure: &Figure) {
        self.figures += 1;
        let many = if figure.panels.len() > 1 { " many" } else { "" };
        let _ = writeln!(
            out,
            "<figure>\n<figcaption><b>{}</b> {}</figcaption>\n<div class=\"panels{many}\">",
            escaped(&figure.title),
            escaped(&figure.description)
        );
        for (place, panel) in figure.panels.iter().enumerate() {
            out.push_str(&svg::inline(figure, panel, &format!("figure-{}-{}", self.figures, place + 1)));
        }
        out.push_str("</div>\n</figure>\n");
    }
}

fn grid(out: &mut String, grid: &Grid) {
    let is_number = |column: usize| {
        let mut cells =
            grid.rows.iter().filter_map(|row| row.get(column)).filter(|cell| **cell != Datum::Nothing).peekable();
        cells.peek().is_some() && cells.all(|cell| matches!(cell, Datum::Number(_)))
    };
    let numbers: Vec<bool> = (0..grid.headings.len()).map(is_number).collect();
    let class = |column: usize| if numbers.get(column) == Some(&true) { " class=\"number\"" } else { "" };
    out.push_str("<div class=\"wide\"><table>\n<thead><tr>");
    for (column, heading) in grid.headings.iter().enumerate() {
        let _ = write!(out, "<th scope=\"col\"{}>{}</th>", class(column), escaped(heading));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &grid.rows {
        out.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            let class = if is_long(cell) { " class=\"long\"" } else { class(column) };
            let _ = write!(out, "<td{class}>{}</td>", datum(cell));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table></div>\n");
    if grid.left_out > 0 {
        let s = if grid.left_out == 1 { "" } else { "s" };
        let _ = writeln!(out, "<p class=\"soft\">and {} further row{s}</p>", compact(grid.left_out as f64));
    }
}

/// Whether a cell may be broken into lines.
fn is_long(cell: &Datum) -> bool {
    const LONGEST: usize = 32;
    matches!(cell, Datum::Text(text) | Datum::Code(text) if text.chars().nth(LONGEST).is_some())
}

fn datum(datum: &Datum) -> String {
    match datum {
        Datum::Nothing => String::new(),
        Datum::Text(text) => escaped(text),
        Datum::Code(text) => format!("<code>{}</code>", escaped(text)),
        Datum::Number(number) => compact(*number),
        Datum::Share(share) => with_bar(&percent(*share), *share),
        Datum::Seconds(seconds, share) => with_bar(&duration(*seconds), *share),
        Datum::Verdict(word, look) => {
            format!("<span class=\"verdict{}\">{}</span>", if *look { " look" } else { "" }, escaped(word))
        }
        Datum::Columns(heights) => columns(heights),
    }
}

fn with_bar(text: &str, share: f64) -> String {
    let width = if share.is_finite() { share.clamp(0.0, 1.0) * 100.0 } else { 0.0 };
    format!(
        "<span class=\"measured\"><span>{text}</span><span class=\"track\"><span style=\"width:{}%\"></span></span></span>",
        coordinate(width)
    )
}

/// A histogram in the size of a word.
fn columns(heights: &[f64]) -> String {
    const HEIGHT: f64 = 18.0;
    let top = heights.iter().copied().filter(|height| height.is_finite()).fold(0.0, f64::max);
    if top <= 0.0 {
        return String::new();
    }
    let wide = 72.0 / heights.len() as f64;
    let mut d = String::new();
    for (place, height) in heights.iter().enumerate() {
        let tall = if *height > 0.0 { (height / top * HEIGHT).max(1.0) } else { 0.0 };
        if tall > 0.0 {
            let (x, w) = (coordinate(place as f64 * wide), coordinate((wide - 0.6).max(0.4)));
            let _ = write!(d, "M{x} {}h{w}V{HEIGHT}h-{w}z", coordinate(HEIGHT - tall));
        }
    }
    format!(
        "<svg class=\"gml-figure small\" viewBox=\"0 0 72 18\" width=\"72\" height=\"18\" aria-hidden=\"true\"><path class=\"fill c0\" d=\"{d}\"/></svg>"
    )
}
