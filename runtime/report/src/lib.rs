//! Figures and reports as values, drawn as SVG and PNG and written as HTML pages.
//!
//! What lives here: what a figure and a report are, and how they are drawn. What does not: the numbers in them
//! (`gml-operators`), where files are put (`gml-engine`).
//!
//! Figures are drawn here rather than by a plotting crate. They have to be readable in light and in dark, in a browser and
//! on paper, from one file without a script, and the same bytes every time. `plotters` writes each colour into each shape,
//! so that a file has one theme; `charming` and `plotly` need a JavaScript engine to draw; `poloto`, which does leave
//! colours to style sheets, has lines and columns, but no cells, no clouds of points and no axes of names. What is needed is
//! seven kinds of marks on two kinds of axes, which is less than adapting any of them.

mod escape;
mod figure;
mod html;
mod number;
mod png;
mod report;
mod svg;
mod ticks;

pub use figure::{Axis, Bar, Cell, Colour, Figure, Form, Mark, Panel, Scale, Span};
pub use html::page;
pub use number::{compact, duration, percent};
pub use png::{NoPicture, png};
pub use report::{Block, Datum, Grid, Report};
pub use svg::document as svg;
