//! The row at hand: what a leading dot means, and which expressions fit there.

use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::{Row, Type};

use crate::typed::LibraryName;

/// The row at hand.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// Its columns.
    pub row: Arc<Row>,
    /// What stands for one value there.
    pub kind: FrameKind,
    /// The operator or function whose row it is.
    pub operator: LibraryName,
    /// Where that name stands.
    pub span: Span,
}

/// Which expressions fit.
#[derive(Clone, Debug)]
pub(super) enum FrameKind {
    /// One value a row.
    Row,
    /// One value an item of a list.
    Items,
    /// One value a row, from the rows of its window.
    Window(Arc<Window>),
    /// One value a group. Outside of aggregates only these columns can be seen.
    Group(Arc<Row>),
    /// The arguments of an aggregate or a window function.
    Within {
        /// Its name.
        name: LibraryName,
        /// Where it stands.
        span: Span,
        /// Whether it is an aggregate of a group: its rows have the order of the table.
        of_group: bool,
    },
}

/// Which rows a window has.
#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    /// Types of what they are ordered by, where they are.
    pub order: Option<Vec<Type>>,
    /// Whether the row itself is left out, so that there may be none.
    pub before: bool,
}
