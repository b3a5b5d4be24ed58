//! The key: what the colours are.

use std::fmt::Write;

use super::layout::{CHARACTER, Layout};
use super::{WIDTH, marks};
use crate::escape::escaped;
use crate::figure::{Colour, Mark, Panel};
use crate::number::coordinate;

/// Height of a row.
pub(super) const ROW: f64 = 20.0;
/// Room for the sign before a name.
const SIGN: f64 = 24.0;
/// Room behind a name.
const BEHIND: f64 = 18.0;

/// One entry.
pub(super) struct Entry {
    name: String,
    sign: Sign,
}

enum Sign {
    Line(Colour, bool),
    Thread,
    Block(Colour),
    /// From low to high.
    Shades,
}

impl Entry {
    fn width(&self) -> f64 {
        let shades = if matches!(self.sign, Sign::Shades) { 56.0 } else { 0.0 };
        SIGN + shades + self.name.chars().count() as f64 * CHARACTER + BEHIND
    }
}

/// The names of the marks, each once.
pub(super) fn entries(panel: &Panel) -> Vec<Entry> {
    let mut found: Vec<Entry> = Vec::new();
    for mark in &panel.marks {
        let (name, sign) = match mark {
            Mark::Line { name, colour, dashed, .. } => (name.as_str(), Sign::Line(*colour, *dashed)),
            Mark::Threads { name, .. } => (name.as_str(), Sign::Thread),
            Mark::Dots { name, colour, .. } | Mark::Bars { name, colour, .. } | Mark::Spans { name, colour, .. } => {
                (name.as_str(), Sign::Block(*colour))
            }
            Mark::Cloud { points } if points.iter().any(|(.., shade)| shade.is_some()) => ("high value", Sign::Shades),
            Mark::Cloud { .. } | Mark::Cells(_) | Mark::RuleAtX { .. } | Mark::RuleAtY { .. } => continue,
        };
        if !name.is_empty() && found.iter().all(|entry| entry.name != name) {
            found.push(Entry { name: name.to_owned(), sign });
        }
    }
    found
}

/// How many rows the entries take.
pub(super) fn rows(entries: &[Entry]) -> usize {
    places(entries).last().map_or(0, |(_, row)| row + 1)
}

/// The left end and the row of each entry.
fn places(entries: &[Entry]) -> Vec<(f64, usize)> {
    let (mut left, mut row) = (0.0, 0);
    let place = |entry: &Entry| {
        if left > 0.0 && left + entry.width() > WIDTH {
            (left, row) = (0.0, row + 1);
        }
        let place = (left, row);
        left += entry.width();
        place
    };
    entries.iter().map(place).collect()
}

pub(super) fn draw(out: &mut String, layout: &Layout) {
    for (entry, (left, row)) in layout.key.iter().zip(places(&layout.key)) {
        let middle = layout.key_top + row as f64 * ROW + ROW / 2.0;
        let (x, y) = (coordinate(left), coordinate(middle));
        let mut text = left + SIGN;
        let _ = match &entry.sign {
            Sign::Line(colour, dashed) => {
                let dashed = if *dashed { " dashed" } else { "" };
                writeln!(out, "<path class=\"line{dashed} {}\" d=\"M{x} {y}h18\"/>", marks::class(*colour))
            }
            Sign::Thread => writeln!(out, "<path class=\"thread\" d=\"M{x} {y}h18\"/>"),
            Sign::Block(colour) => {
                let top = coordinate(middle - 5.0);
                writeln!(
                    out,
                    "<rect class=\"fill {}\" x=\"{x}\" y=\"{top}\" width=\"12\" height=\"10\" rx=\"2\"/>",
                    marks::class(*colour)
                )
            }
            Sign::Shades => {
                let baseline = coordinate(middle + 4.0);
                let _ = writeln!(out, "<text class=\"soft\" x=\"{x}\" y=\"{baseline}\">low</text>");
                for shade in 0..marks::SHADES {
                    let (at, top) = (coordinate(left + 26.0 + 7.0 * shade as f64), coordinate(middle - 5.0));
                    let _ = writeln!(
                        out,
                        "<rect class=\"block s{shade}\" x=\"{at}\" y=\"{top}\" width=\"7\" height=\"10\"/>"
                    );
                }
                text = left + 80.0;
                Ok(())
            }
        };
        let baseline = coordinate(middle + 4.0);
        let _ = writeln!(out, "<text x=\"{}\" y=\"{baseline}\">{}</text>", coordinate(text), escaped(&entry.name));
    }
}
