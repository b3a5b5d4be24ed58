//! What stands in brackets.

use super::Formatter;
use super::doc::{Doc, Kind, Layout, List};

/// The widest head of an item that the others are aligned with.
const MAX_ALIGNED: usize = 40;

/// How a list of one kind looks.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub open: &'static str,
    pub close: &'static str,
    /// There is a blank within the brackets.
    pub spaced: bool,
    /// Items are separated by commas, not by line breaks.
    pub commas: bool,
    /// Empty lines between items are kept, and items stand on lines of their own.
    pub lines: bool,
    /// How it is laid out where it was written on one line that is too long.
    pub layout: Layout,
    /// The last item may be broken alone; `Sole`: where it is the only one.
    pub hugs: Hugs,
    /// What stands on the left of it is not broken for its sake.
    pub yields: bool,
}

/// Whether the last item may be broken alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hugs {
    Never,
    /// Where there is no other.
    Sole,
    /// Where the others stand on the line of the bracket.
    Last,
}

const ROUND: Style = Style {
    open: "(",
    close: ")",
    spaced: false,
    commas: true,
    lines: false,
    layout: Layout::Column,
    hugs: Hugs::Never,
    yields: false,
};

impl Style {
    /// `(a: int, b: int)`
    pub const PARAMETERS: Style = ROUND;
    /// `(a, b: c)`
    pub const ARGUMENTS: Style = Style { hugs: Hugs::Last, ..ROUND };
    /// `(a + b)`
    pub const GROUP: Style = Style { commas: false, ..ROUND };
    /// `[a, b]`
    pub const SQUARE: Style = Style { open: "[", close: "]", hugs: Hugs::Sole, ..ROUND };
    /// `{ a: 1, b: 2 }`
    pub const RECORD: Style = Style { open: "{", close: "}", spaced: true, ..ROUND };
    /// `{ a = 1, b = 2 }`, and the bodies of schemas, catalogs and envs
    pub const LINES: Style = Style { lines: true, ..Style::RECORD };
    /// The columns behind a call
    pub const COLUMNS: Style = Style { yields: true, ..Style::LINES };
    /// The names of an import
    pub const NAMES: Style = Style { open: "{", close: "}", layout: Layout::Fill, ..ROUND };
    /// Statements
    pub const BLOCK: Style = Style { commas: false, ..Style::COLUMNS };
}

/// An item as it is put into a list.
pub(super) struct Item<'t> {
    /// What stands before the sign that is aligned, and what stands behind it. Without such a sign all of the item.
    pub head: Doc<'t>,
    pub rest: Option<Doc<'t>>,
    /// It may be broken while the items before it are not.
    pub huggable: bool,
    /// It is one word or literal.
    pub atom: bool,
}

impl<'t> Item<'t> {
    /// An item that is not aligned with others.
    pub fn of(doc: Doc<'t>) -> Self {
        let atom = matches!(doc.kind, Kind::Text(_));
        Self { head: doc, rest: None, huggable: false, atom }
    }

    /// An item whose `rest` is aligned with that of others.
    pub fn aligned(head: Doc<'t>, rest: Doc<'t>) -> Self {
        Self { head, rest: Some(rest), huggable: false, atom: false }
    }
}

struct Placed<'t> {
    lead: Doc<'t>,
    /// An empty line stands above.
    empty: bool,
    item: Item<'t>,
    /// Comments before its comma.
    behind: Doc<'t>,
}

impl<'t> Formatter<'t> {
    /// A list of parts, of which `item` formats one.
    pub fn list<P>(&mut self, style: Style, parts: Vec<P>, mut item: impl FnMut(&mut Self, P) -> Item<'t>) -> Doc<'t> {
        let (before, open) = apart(self.cursor.token(style.open));
        let opened = self.cursor.line_ends();
        let mut placed: Vec<Placed<'t>> = Vec::with_capacity(parts.len());
        let mut shares = false;
        for part in parts {
            let first = placed.is_empty();
            shares |= !first && !self.cursor.line_ends();
            let lead = self.cursor.lead(!first);
            let item = item(self, part);
            let behind = if style.commas { self.cursor.comma() } else { None }.unwrap_or(Doc::nothing());
            placed.push(Placed { lead: lead.doc, empty: lead.empty, item, behind });
        }
        let tail = self.cursor.tail(!placed.is_empty());
        let close = self.cursor.token(style.close);
        let layout = match style.layout {
            _ if style.lines || !style.commas => Layout::Column,
            _ if opened && shares => Layout::Fill,
            _ if opened => Layout::Column,
            _ if placed.iter().all(|placed| placed.item.atom) => Layout::Fill,
            layout => layout,
        };
        let hugs = match style.hugs {
            Hugs::Never => false,
            Hugs::Sole => placed.len() == 1,
            Hugs::Last => true,
        } && placed.last().is_some_and(|last| last.item.huggable);
        let comments = tail.forced || placed.iter().any(|placed| placed.lead.forced || placed.behind.forced);
        let inner = placed.len() - usize::from(hugs);
        let broken = comments
            || opened && !placed.is_empty()
            || placed[..inner]
                .iter()
                .any(|placed| placed.item.head.forced || placed.item.rest.as_ref().is_some_and(|rest| rest.forced))
            || !style.commas && placed.len() > 1;
        if layout == Layout::Fill {
            for placed in &mut placed {
                drop_empty_line(&mut placed.lead);
            }
        }
        let layout = if broken && layout == Layout::Hanging { Layout::Column } else { layout };
        let items = align(placed);
        let pad = if style.spaced { Doc::text(" ") } else { Doc::nothing() };
        let list = Doc::list(List {
            open,
            close,
            pad,
            commas: style.commas,
            items,
            tail,
            broken,
            layout,
            hugs,
            yields: style.yields,
        });
        if before.forced { Doc::seq(vec![before, list]) } else { list }
    }
}

/// What stands before a token, and the token.
fn apart(token: Doc<'_>) -> (Doc<'_>, Doc<'_>) {
    match token.kind {
        Kind::Seq(mut docs) => {
            let token = docs.pop().unwrap_or(Doc::nothing());
            (Doc::seq(docs), token)
        }
        _ => (Doc::nothing(), token),
    }
}

/// Takes off the empty line above an item that has no comments.
fn drop_empty_line(lead: &mut Doc<'_>) {
    if !lead.forced {
        *lead = Doc::nothing();
    }
}

/// Puts items together, with blanks before what is aligned. Empty lines begin anew.
fn align(placed: Vec<Placed<'_>>) -> Vec<Doc<'_>> {
    let mut widths: Vec<usize> = Vec::with_capacity(placed.len());
    let mut start = 0;
    let heads: Vec<(Option<usize>, bool)> = placed
        .iter()
        .map(|placed| {
            let width = placed.item.rest.as_ref().and_then(|_| placed.item.head.width());
            (width.filter(|width| *width <= MAX_ALIGNED), placed.empty)
        })
        .collect();
    while start < heads.len() {
        let end = heads[start + 1..].iter().position(|(_, empty)| *empty).map_or(heads.len(), |end| start + 1 + end);
        let widest = heads[start..end].iter().filter_map(|(width, _)| *width).max().unwrap_or(0);
        widths.extend(heads[start..end].iter().map(|(width, _)| width.map_or(0, |width| widest - width)));
        start = end;
    }
    let items = placed.into_iter().zip(widths).map(|(placed, pad)| {
        let mut docs = vec![placed.lead, placed.item.head];
        if let Some(rest) = placed.item.rest {
            docs.push(Doc::pad(pad));
            docs.push(rest);
        }
        if placed.behind.forced {
            docs.push(placed.behind);
        }
        Doc::seq(docs)
    });
    items.collect()
}
