//! Axes: lines, numbers, names and titles.

use std::fmt::Write;

use super::layout::{Layout, Placed};
use crate::escape::escaped;
use crate::figure::Panel;
use crate::number::coordinate;

pub(super) fn draw(out: &mut String, panel: &Panel, layout: &Layout) {
    let bottom = layout.top + layout.height;
    let (left, right) = (coordinate(layout.left), coordinate(layout.left + layout.width));
    match &layout.y {
        Placed::Numbers(ticks) => {
            for (at, label) in &ticks.at {
                let y = layout.at_y(*at);
                let _ = writeln!(out, "<path class=\"grid\" d=\"M{left} {}H{right}\"/>", coordinate(y));
                let (x, y) = (coordinate(layout.left - 7.0), coordinate(y + 4.0));
                let _ = writeln!(out, "<text class=\"soft end\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(label));
            }
        }
        Placed::Names(names) => {
            for (place, (name, whole)) in names.iter().enumerate() {
                let (x, y) = (coordinate(layout.left - 7.0), coordinate(layout.at_y(place as f64) + 4.0));
                let _ = writeln!(
                    out,
                    "<text class=\"end\" x=\"{x}\" y=\"{y}\">{}{}</text>",
                    tip(name, whole),
                    escaped(name)
                );
            }
        }
    }
    match &layout.x {
        Placed::Numbers(ticks) => {
            for (at, label) in &ticks.at {
                let x = coordinate(layout.at_x(*at));
                let _ = writeln!(
                    out,
                    "<path class=\"grid\" d=\"M{x} {}V{}\"/>",
                    coordinate(layout.top),
                    coordinate(bottom)
                );
                let y = coordinate(bottom + 16.0);
                let _ = writeln!(out, "<text class=\"soft middle\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(label));
            }
        }
        Placed::Names(names) => {
            for (place, (name, whole)) in names.iter().enumerate() {
                let (x, y) = (layout.at_x(place as f64), bottom + 16.0);
                let text = format!("{}{}", tip(name, whole), escaped(name));
                let _ = if layout.slanted {
                    let at = format!("{} {}", coordinate(x + 4.0), coordinate(y - 4.0));
                    writeln!(out, "<text class=\"end\" transform=\"translate({at}) rotate(-40)\">{text}</text>")
                } else {
                    writeln!(
                        out,
                        "<text class=\"middle\" x=\"{}\" y=\"{}\">{text}</text>",
                        coordinate(x),
                        coordinate(y)
                    )
                };
            }
        }
    }
    if !panel.y.title.is_empty() {
        let y = coordinate(layout.top - 13.0);
        let _ = writeln!(out, "<text class=\"soft\" x=\"0\" y=\"{y}\">{}</text>", escaped(&panel.y.title));
    }
    if !panel.x.title.is_empty() {
        let y = coordinate(layout.full_height - 6.0);
        let _ = writeln!(out, "<text class=\"soft end\" x=\"{right}\" y=\"{y}\">{}</text>", escaped(&panel.x.title));
    }
}

/// The whole of a name that was cut.
fn tip(shown: &str, whole: &str) -> String {
    if shown == whole { String::new() } else { format!("<title>{}</title>", escaped(whole)) }
}
