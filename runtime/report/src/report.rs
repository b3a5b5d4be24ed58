//! What a report is: blocks one below the other.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::figure::Figure;

/// A report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// What it is about.
    pub title: String,
    /// What stands in it, from the top to the bottom.
    pub blocks: Vec<Block>,
}

/// A part of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// What looks odd, a line each.
    Warnings(Vec<String>),
    /// What went wrong: a headline and further lines.
    Failure(String, Vec<String>),
    /// Names and what they are.
    Facts(Vec<(String, Datum)>),
    /// A figure.
    Figure(Arc<Figure>),
    /// A table.
    Table(Grid),
    /// Blocks below a heading.
    Section(String, Vec<Block>),
    /// Blocks that are shown where one asks for them.
    Folded(String, Vec<Block>),
}

/// A table for people.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    /// Names of the columns.
    pub headings: Vec<String>,
    /// As many cells as there are names, in each row.
    pub rows: Vec<Vec<Datum>>,
    /// How many further rows there are that are not shown.
    pub left_out: usize,
}

/// What stands in a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Datum {
    /// Nothing.
    Nothing,
    /// Text.
    Text(String),
    /// Text as a program has it.
    Code(String),
    /// A number.
    Number(f64),
    /// A share, written as percent, with a bar as long as it is.
    Share(f64),
    /// A duration in seconds, and which share it is of all.
    Seconds(f64, f64),
    /// Something said in a word, and whether one should look at it.
    Verdict(String, bool),
    /// Small columns of these heights: a histogram in the size of a word.
    Columns(Vec<f64>),
}

impl Report {
    /// A report of these blocks.
    pub fn new(title: impl Into<String>, blocks: Vec<Block>) -> Self {
        Self { title: title.into(), blocks }
    }
}

impl Block {
    /// A figure.
    pub fn figure(figure: Figure) -> Self {
        Self::Figure(Arc::new(figure))
    }

    /// Blocks below a heading.
    pub fn section(title: impl Into<String>, blocks: Vec<Self>) -> Self {
        Self::Section(title.into(), blocks)
    }
}

impl Grid {
    /// A table of all its rows.
    pub fn new<H: Into<String>>(headings: impl IntoIterator<Item = H>, rows: Vec<Vec<Datum>>) -> Self {
        Self { headings: headings.into_iter().map(Into::into).collect(), rows, left_out: 0 }
    }
}

impl Datum {
    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A whole number.
    pub fn count(count: usize) -> Self {
        Self::Number(count as f64)
    }
}
