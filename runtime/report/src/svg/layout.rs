//! How much room each part of a panel takes, and where values come to lie.

use super::WIDTH;
use super::key::{self, Entry};
use crate::escape::cut;
use crate::figure::{Axis, Mark, Panel, Scale};
use crate::ticks::{Ticks, ticks};

/// Width of a character of the text at axes, in pixels; wide letters of the usual fonts included.
pub(super) const CHARACTER: f64 = 6.7;
/// Longer names are cut; the whole is told where one points at them.
const LONGEST_NAME: usize = 26;
/// Height of the drawing where nothing asks for another.
const HEIGHT: f64 = 260.0;

/// An axis with its values in place.
pub(super) enum Placed {
    /// Numbers.
    Numbers(Ticks),
    /// Names, cut to fit, with the whole.
    Names(Vec<(String, String)>),
}

/// Where everything is in a panel.
pub(super) struct Layout {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) full_height: f64,
    pub(super) x: Placed,
    pub(super) y: Placed,
    pub(super) key: Vec<Entry>,
    /// The top of the first row of the key.
    pub(super) key_top: f64,
    /// Whether the names below the drawing stand slanted.
    pub(super) slanted: bool,
}

impl Placed {
    fn of(axis: &Axis, extent: (f64, f64), wanted: usize) -> Self {
        match &axis.scale {
            Scale::Names(names) => {
                Self::Names(names.iter().map(|name| (cut(name, LONGEST_NAME), name.clone())).collect())
            }
            Scale::Numbers { from, to, form } => Self::Numbers(ticks(extent.0, extent.1, (*from, *to), *form, wanted)),
        }
    }

    /// How far a value is from the beginning of the axis to its end.
    fn share(&self, value: f64) -> f64 {
        match self {
            Self::Numbers(ticks) => (value - ticks.from) / (ticks.to - ticks.from),
            Self::Names(names) => (value + 0.5) / names.len().max(1) as f64,
        }
    }

    fn longest(&self) -> usize {
        match self {
            Self::Numbers(ticks) => ticks.at.iter().map(|(_, label)| label.chars().count()).max().unwrap_or(0),
            Self::Names(names) => names.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0),
        }
    }
}

impl Layout {
    pub(super) fn of(panel: &Panel) -> Self {
        let y = Placed::of(&panel.y, extent(panel, false), 5);
        let left = (y.longest() as f64 * CHARACTER + 12.0).max(28.0);
        let room_right = label_width(panel).max(20.0);
        let width = (WIDTH - left - room_right).max(120.0);
        let x = Placed::of(&panel.x, extent(panel, true), if x_labels_are_long(panel) { 4 } else { 6 });
        let slanted = match &x {
            Placed::Names(names) => x.longest() as f64 * CHARACTER > width / names.len().max(1) as f64 - 4.0,
            Placed::Numbers(_) => false,
        };
        let below = if slanted { (x.longest() as f64 * CHARACTER * 0.64 + 14.0).min(140.0) } else { 22.0 };
        let height = panel.height.unwrap_or_else(|| usual_height(panel, &y));
        let key = key::entries(panel);
        let rows = key::rows(&key);
        let key_top = if panel.title.is_empty() { 4.0 } else { 26.0 };
        let axis_title = if panel.y.title.is_empty() { 6.0 } else { 28.0 };
        let top = key_top + rows as f64 * key::ROW + axis_title;
        let x_title = if panel.x.title.is_empty() { 4.0 } else { 20.0 };
        let full_height = top + height + below + x_title;
        Self { left, top, width, height, full_height, x, y, key, key_top, slanted }
    }

    /// The pixel of a value of `x`.
    pub(super) fn at_x(&self, value: f64) -> f64 {
        self.left + self.x.share(value) * self.width
    }

    /// The pixel of a value of `y`.
    pub(super) fn at_y(&self, value: f64) -> f64 {
        let share = self.y.share(value);
        self.top + self.height * if matches!(self.y, Placed::Names(_)) { share } else { 1.0 - share }
    }

    /// Whether bars lie: they stand on the axis of names.
    pub(super) fn lies(&self) -> bool {
        matches!(self.y, Placed::Names(_))
    }
}

fn x_labels_are_long(panel: &Panel) -> bool {
    matches!(panel.x.scale, Scale::Numbers { form: crate::figure::Form::Time, .. })
}

/// Names take a row each, more where many dots stand in it.
fn usual_height(panel: &Panel, y: &Placed) -> f64 {
    let Placed::Names(names) = y else { return HEIGHT };
    let row = match panel.marks.iter().any(|mark| matches!(mark, Mark::Cloud { .. })) {
        true => 46.0,
        false if panel.marks.iter().any(|mark| matches!(mark, Mark::Cells(_))) => 30.0,
        false => 22.0,
    };
    (names.len() as f64 * row).max(row * 2.0)
}

/// The room that the labels behind lying bars take.
fn label_width(panel: &Panel) -> f64 {
    let lies = matches!(panel.y.scale, Scale::Names(_));
    let bars = panel.marks.iter().filter_map(|mark| match mark {
        Mark::Bars { bars, .. } if lies => Some(bars),
        _ => None,
    });
    let longest = bars.flatten().map(|bar| bar.label.chars().count()).max().unwrap_or(0);
    if longest == 0 { 0.0 } else { longest as f64 * CHARACTER + 10.0 }
}

/// The smallest and the largest value of the marks on an axis.
fn extent(panel: &Panel, of_x: bool) -> (f64, f64) {
    let mut ends = (f64::INFINITY, f64::NEG_INFINITY);
    let mut see = |value: f64| {
        if value.is_finite() {
            ends = (ends.0.min(value), ends.1.max(value));
        }
    };
    let lies = matches!(panel.y.scale, Scale::Names(_));
    for mark in &panel.marks {
        match mark {
            Mark::Line { points, .. } | Mark::Dots { points, .. } => {
                points.iter().for_each(|(x, y)| see(if of_x { *x } else { *y }));
            }
            Mark::Threads { lines, .. } => {
                lines.iter().flatten().for_each(|(x, y)| see(if of_x { *x } else { *y }));
            }
            Mark::Cloud { points } => points.iter().for_each(|(x, y, _)| see(if of_x { *x } else { *y })),
            Mark::Bars { bars, .. } => {
                for bar in bars {
                    // What bars measure is along x where they lie.
                    let measures = lies == of_x;
                    see(if measures { bar.from } else { bar.start });
                    see(if measures { bar.to } else { bar.end });
                }
            }
            Mark::Spans { spans, .. } => {
                for span in spans {
                    if lies == of_x {
                        [span.low, span.middle, span.high].into_iter().for_each(&mut see);
                    } else {
                        see(span.at);
                    }
                }
            }
            Mark::RuleAtX { at, .. } if of_x => see(*at),
            Mark::RuleAtY { at, .. } if !of_x => see(*at),
            Mark::RuleAtX { .. } | Mark::RuleAtY { .. } | Mark::Cells(_) => {}
        }
    }
    ends
}
