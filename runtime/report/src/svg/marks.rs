//! Marks.

use std::fmt::Write;

use super::layout::{CHARACTER, Layout};
use crate::escape::escaped;
use crate::figure::{Bar, Cell, Colour, Mark, Span};
use crate::number::coordinate;

/// Shades from low to high.
pub(super) const SHADES: usize = 7;

/// Colours that can be told apart; further ones begin anew.
const SERIES: usize = 6;

/// The class of a colour.
pub(super) fn class(colour: Colour) -> String {
    match colour {
        Colour::Series(place) => format!("c{}", place % SERIES),
        Colour::Muted => "muted".into(),
    }
}

pub(super) fn draw(out: &mut String, mark: &Mark, layout: &Layout) {
    match mark {
        Mark::Line { points, colour, dashed, .. } => {
            let dashed = if *dashed { " dashed" } else { "" };
            let _ = writeln!(out, "<path class=\"line{dashed} {}\" d=\"{}\"/>", class(*colour), path(points, layout));
        }
        Mark::Threads { lines, .. } => {
            for points in lines {
                let _ = writeln!(out, "<path class=\"thread\" d=\"{}\"/>", path(points, layout));
            }
        }
        Mark::Dots { points, colour, tips, .. } => dots(out, points, *colour, tips, layout),
        Mark::Cloud { points } => cloud(out, points, layout),
        Mark::Bars { bars, colour, .. } => bars.iter().for_each(|each| bar(out, each, *colour, layout)),
        Mark::Spans { spans, colour, .. } => spans.iter().for_each(|each| span(out, each, *colour, layout)),
        Mark::Cells(cells) => cells.iter().for_each(|each| cell(out, each, layout)),
        Mark::RuleAtX { at, label } => {
            let (x, top) = (layout.at_x(*at), layout.top);
            let (from, to) = (coordinate(top), coordinate(top + layout.height));
            let _ = writeln!(out, "<path class=\"rule\" d=\"M{} {from}V{to}\"/>", coordinate(x));
            // The label stands on the side that has room for it.
            let fits = x + label.chars().count() as f64 * CHARACTER + 6.0 < layout.left + layout.width;
            let (class, x) = if fits { ("soft", x + 5.0) } else { ("soft end", x - 5.0) };
            let (x, y) = (coordinate(x), coordinate(top + 12.0));
            let _ = writeln!(out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(label));
        }
        Mark::RuleAtY { at, label } => {
            let y = layout.at_y(*at);
            let (from, to) = (coordinate(layout.left), coordinate(layout.left + layout.width));
            let _ = writeln!(out, "<path class=\"rule\" d=\"M{from} {}H{to}\"/>", coordinate(y));
            let y = if y - layout.top < 18.0 { y + 14.0 } else { y - 5.0 };
            let x = coordinate(layout.left + layout.width - 4.0);
            let _ =
                writeln!(out, "<text class=\"soft end\" x=\"{x}\" y=\"{}\">{}</text>", coordinate(y), escaped(label));
        }
    }
}

/// A path through points; those that fall on the pixel before are left out, and one that is no number breaks the line.
fn path(points: &[(f64, f64)], layout: &Layout) -> String {
    let mut d = String::new();
    let mut last: Option<(f64, f64)> = None;
    for (place, (x, y)) in points.iter().enumerate() {
        let (x, y) = (layout.at_x(*x), layout.at_y(*y));
        if !(x.is_finite() && y.is_finite()) {
            last = None;
            continue;
        }
        let ends = place + 1 == points.len();
        match last {
            Some((before_x, before_y)) if !ends && (x - before_x).abs() < 0.4 && (y - before_y).abs() < 0.4 => continue,
            Some(_) => d.push('L'),
            None => d.push('M'),
        }
        let _ = write!(d, "{} {}", coordinate(x), coordinate(y));
        last = Some((x, y));
    }
    d
}

fn dots(out: &mut String, points: &[(f64, f64)], colour: Colour, tips: &[String], layout: &Layout) {
    for (place, (x, y)) in points.iter().enumerate() {
        let (x, y) = (layout.at_x(*x), layout.at_y(*y));
        if x.is_finite() && y.is_finite() {
            let (x, y) = (coordinate(x), coordinate(y));
            let tip = tips.get(place).map_or("", String::as_str);
            let _ = writeln!(
                out,
                "<circle class=\"dot {}\" cx=\"{x}\" cy=\"{y}\" r=\"4\">{}</circle>",
                class(colour),
                told(tip)
            );
        }
    }
}

/// All dots of a shade are one path of points with round ends: a fraction of the size of as many circles.
fn cloud(out: &mut String, points: &[(f64, f64, Option<f64>)], layout: &Layout) {
    let mut paths = vec![String::new(); SHADES + 1];
    for (x, y, shade) in points {
        let (x, y) = (layout.at_x(*x), layout.at_y(*y));
        if x.is_finite() && y.is_finite() {
            let path = shade.map_or(SHADES, |shade| ((shade * SHADES as f64) as usize).min(SHADES - 1));
            let _ = write!(paths[path], "M{} {}h0", coordinate(x), coordinate(y));
        }
    }
    for (shade, path) in paths.iter().enumerate().filter(|(_, path)| !path.is_empty()) {
        let class = if shade == SHADES { "unknown".to_owned() } else { format!("s{shade}") };
        let _ = writeln!(out, "<path class=\"cloud {class}\" d=\"{path}\"/>");
    }
}

fn bar(out: &mut String, bar: &Bar, colour: Colour, layout: &Layout) {
    let at = |along: f64, across: f64| {
        if layout.lies() {
            (layout.at_x(along), layout.at_y(across))
        } else {
            (layout.at_x(across), layout.at_y(along))
        }
    };
    let ((x1, y1), (x2, y2)) = (at(bar.from, bar.start), at(bar.to, bar.end));
    if ![x1, y1, x2, y2].iter().all(|end| end.is_finite()) {
        return;
    }
    let (left, right, top, bottom) = (x1.min(x2), x1.max(x2), y1.min(y2), y1.max(y2));
    // Columns of a histogram have a line of background between them.
    let gap = if layout.lies() || right - left < 4.0 { 0.0 } else { 1.0 };
    let _ = writeln!(
        out,
        "<rect class=\"fill {}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\">{}</rect>",
        class(colour),
        coordinate(left),
        coordinate(top),
        coordinate((right - left - gap).max(0.0)),
        coordinate(bottom - top),
        told(&bar.tip),
    );
    if !bar.label.is_empty() {
        let (class, x, y) = match layout.lies() {
            true => ("", right + 5.0, (top + bottom) / 2.0 + 4.0),
            false => (" class=\"middle\"", (left + right) / 2.0, top - 4.0),
        };
        let _ = writeln!(
            out,
            "<text{class} x=\"{}\" y=\"{}\">{}</text>",
            coordinate(x),
            coordinate(y),
            escaped(&bar.label)
        );
    }
}

fn span(out: &mut String, span: &Span, colour: Colour, layout: &Layout) {
    let at = |along: f64| {
        if layout.lies() {
            (layout.at_x(along), layout.at_y(span.at))
        } else {
            (layout.at_x(span.at), layout.at_y(along))
        }
    };
    let ((x1, y1), (x2, y2), (x, y)) = (at(span.low), at(span.high), at(span.middle));
    if ![x1, y1, x2, y2, x, y].iter().all(|end| end.is_finite()) {
        return;
    }
    let [x1, y1, x2, y2, x, y] = [x1, y1, x2, y2, x, y].map(coordinate);
    let class = class(colour);
    let _ = writeln!(
        out,
        "<g class=\"{class}\"><path class=\"span\" d=\"M{x1} {y1}L{x2} {y2}\"/><circle class=\"dot\" cx=\"{x}\" cy=\"{y}\" r=\"4\"/>{}</g>",
        told(&span.tip),
    );
}

fn cell(out: &mut String, cell: &Cell, layout: &Layout) {
    let (x, y) = (cell.x as f64, cell.y as f64);
    let (left, right) = (layout.at_x(x - 0.5), layout.at_x(x + 0.5));
    let (top, bottom) = (layout.at_y(y - 0.5), layout.at_y(y + 0.5));
    let strength = if cell.shade.is_finite() { cell.shade.abs().min(1.0) } else { 0.0 };
    let class = if cell.shade < 0.0 { "c1" } else { "c0" };
    let _ = writeln!(
        out,
        "<rect class=\"cell {class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill-opacity=\"{:.2}\">{}</rect>",
        coordinate(left),
        coordinate(top),
        coordinate(right - left - 1.0),
        coordinate(bottom - top - 1.0),
        strength,
        told(&cell.tip),
    );
    let fits = cell.label.chars().count() as f64 * CHARACTER < right - left;
    if fits && !cell.label.is_empty() {
        let class = if strength > 0.6 { "middle strong" } else { "middle" };
        let (x, y) = (coordinate((left + right) / 2.0), coordinate((top + bottom) / 2.0 + 4.0));
        let _ = writeln!(out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(&cell.label));
    }
}

fn told(tip: &str) -> String {
    if tip.is_empty() { String::new() } else { format!("<title>{}</title>", escaped(tip)) }
}
