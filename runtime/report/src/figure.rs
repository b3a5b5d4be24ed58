//! What a figure is: panels with axes and marks, in the units of the data.

use serde::{Deserialize, Serialize};

/// A figure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What it is about.
    pub title: String,
    /// What it shows, in words: for those who read it, and for those who cannot see it.
    pub description: String,
    /// Its panels, one beside or below the other.
    pub panels: Vec<Panel>,
}

/// A pair of axes and what is drawn between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// What it is about, where the figure has several.
    pub title: String,
    /// From left to right.
    pub x: Axis,
    /// From the bottom to the top; names from the top to the bottom.
    pub y: Axis,
    /// Marks, those behind first.
    pub marks: Vec<Mark>,
    /// Height of the drawing in pixels, where the usual one does not do.
    pub height: Option<f64>,
}

/// An axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// What it measures.
    pub title: String,
    /// Its places.
    pub scale: Scale,
}

/// The places of an axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Scale {
    /// Numbers.
    Numbers {
        /// The lowest; what the marks need where there is none.
        from: Option<f64>,
        /// The highest.
        to: Option<f64>,
        /// How they are written.
        form: Form,
    },
    /// Names; the first is at 0, the next at 1.
    Names(Vec<String>),
}

/// How the numbers of an axis are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// As they are.
    Plain,
    /// As percent.
    Percent,
    /// Whole numbers only.
    Whole,
    /// Microseconds since 1970, as dates and times.
    Time,
    /// Logarithms to the base 10, as what they are logarithms of.
    Power,
}

/// Something drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Mark {
    /// A line through points.
    Line {
        /// What it is; empty where there is nothing to tell apart.
        name: String,
        /// Its points, in order.
        points: Vec<(f64, f64)>,
        /// Its colour.
        colour: Colour,
        /// Whether it is dashed: for what is compared with.
        dashed: bool,
    },
    /// Many thin lines of one kind.
    Threads {
        /// What they are.
        name: String,
        /// The points of each.
        lines: Vec<Vec<(f64, f64)>>,
    },
    /// Dots.
    Dots {
        /// What they are.
        name: String,
        /// Where they are.
        points: Vec<(f64, f64)>,
        /// Their colour.
        colour: Colour,
        /// What is told of each where one points at it; empty, or one a point.
        tips: Vec<String>,
    },
    /// Many small dots, shaded from low (0) to high (1); those without a shade are grey.
    Cloud {
        /// Where they are, and their shade.
        points: Vec<(f64, f64, Option<f64>)>,
    },
    /// Bars that lie (where `y` has names) or stand.
    Bars {
        /// What they are.
        name: String,
        /// The bars.
        bars: Vec<Bar>,
        /// Their colour.
        colour: Colour,
    },
    /// Ranges with a middle: from low to high, along the axis of numbers.
    Spans {
        /// What they are.
        name: String,
        /// The ranges.
        spans: Vec<Span>,
        /// Their colour.
        colour: Colour,
    },
    /// Squares on two axes of names.
    Cells(Vec<Cell>),
    /// A line across the panel at a value of `x`.
    RuleAtX {
        /// The value.
        at: f64,
        /// What it is.
        label: String,
    },
    /// A line across the panel at a value of `y`.
    RuleAtY {
        /// The value.
        at: f64,
        /// What it is.
        label: String,
    },
}

/// A bar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// Where it begins on the axis that it stands on.
    pub start: f64,
    /// Where it ends on the axis that it stands on.
    pub end: f64,
    /// Where it begins on the axis that it measures.
    pub from: f64,
    /// Where it ends on the axis that it measures.
    pub to: f64,
    /// What is written behind it; nothing where empty.
    pub label: String,
    /// What is told where one points at it.
    pub tip: String,
}

/// A range with a middle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// Its place on the other axis.
    pub at: f64,
    /// Its lower end.
    pub low: f64,
    /// Its middle.
    pub middle: f64,
    /// Its upper end.
    pub high: f64,
    /// What is told where one points at it.
    pub tip: String,
}

/// A square on two axes of names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The place of the name on `x`.
    pub x: usize,
    /// The place of the name on `y`.
    pub y: usize,
    /// How strong it is, from -1 to 1.
    pub shade: f64,
    /// What stands in it.
    pub label: String,
    /// What is told where one points at it.
    pub tip: String,
}

/// A colour by its meaning; themes give it its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Colour {
    /// One of several that are told apart, from 0.
    Series(usize),
    /// What others are compared with.
    Muted,
}

impl Panel {
    /// A panel without a title of its own.
    pub fn new(x: Axis, y: Axis, marks: Vec<Mark>) -> Self {
        Self { title: String::new(), x, y, marks, height: None }
    }

    /// The same with a title.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The same with that height of the drawing, in pixels.
    #[must_use]
    pub fn of_height(mut self, height: f64) -> Self {
        self.height = Some(height);
        self
    }
}

impl Axis {
    /// Numbers as wide as the marks need.
    pub fn numbers(title: impl Into<String>) -> Self {
        Self { title: title.into(), scale: Scale::Numbers { from: None, to: None, form: Form::Plain } }
    }

    /// Numbers between two ends.
    pub fn between(title: impl Into<String>, from: f64, to: f64, form: Form) -> Self {
        Self { title: title.into(), scale: Scale::Numbers { from: Some(from), to: Some(to), form } }
    }

    /// Numbers from a lower end to as much as the marks need.
    pub fn above(title: impl Into<String>, from: f64, form: Form) -> Self {
        Self { title: title.into(), scale: Scale::Numbers { from: Some(from), to: None, form } }
    }

    /// Numbers written in a form.
    pub fn written(title: impl Into<String>, form: Form) -> Self {
        Self { title: title.into(), scale: Scale::Numbers { from: None, to: None, form } }
    }

    /// Names.
    pub fn names(title: impl Into<String>, names: Vec<String>) -> Self {
        Self { title: title.into(), scale: Scale::Names(names) }
    }
}

impl Bar {
    /// A bar at a name: its place, what it measures from 0, and what is written behind it.
    pub fn at(place: usize, value: f64, label: impl Into<String>, tip: impl Into<String>) -> Self {
        let at = place as f64;
        Self { start: at - 0.36, end: at + 0.36, from: 0.0, to: value, label: label.into(), tip: tip.into() }
    }

    /// A column of a histogram.
    pub fn between(start: f64, end: f64, value: f64, tip: impl Into<String>) -> Self {
        Self { start, end, from: 0.0, to: value, label: String::new(), tip: tip.into() }
    }
}
