//! Whether something fits on a line.

use super::doc::{Doc, Kind, Layout, List, columns};
use super::print::Step;

/// How a piece is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// On one line.
    Flat,
    /// Over several.
    Broken,
    /// On one line but for the list that it ends with.
    Tail,
}

static SEPARATOR: Doc<'static> = Doc::text(", ");
static BLANK: Doc<'static> = Doc::text(" ");

/// The parts of a sequence, each with its layout.
pub(super) fn seq<'d, 't>(
    mode: Mode,
    docs: &'d [Doc<'t>],
) -> impl DoubleEndedIterator<Item = (Mode, &'d Doc<'t>)> + ExactSizeIterator {
    let last = docs.len().saturating_sub(1);
    docs.iter().enumerate().map(move |(index, doc)| (if index < last { unless_tail(mode) } else { mode }, doc))
}

/// The parts of a list on one line; in [`Mode::Tail`] all but the last item.
pub(super) fn flat<'d, 't>(mode: Mode, list: &'d List<'t>) -> Vec<(Mode, &'d Doc<'t>)> {
    let mut docs = Vec::with_capacity(2 * list.items.len() + 4);
    docs.push((Mode::Flat, &list.open));
    if !list.items.is_empty() {
        docs.push((Mode::Flat, &list.pad));
        for (index, (mode, item)) in seq(if mode == Mode::Tail { mode } else { Mode::Flat }, &list.items).enumerate() {
            if index > 0 {
                docs.push((Mode::Flat, if list.commas { &SEPARATOR } else { &BLANK }));
            }
            docs.push((mode, item));
        }
        docs.push((Mode::Flat, &list.pad));
    }
    docs.push((Mode::Flat, &list.close));
    docs
}

fn unless_tail(mode: Mode) -> Mode {
    if mode == Mode::Tail { Mode::Flat } else { mode }
}

/// Whether pieces (the first is last) and then what is still to be written (likewise) fit into `room` columns, as far as
/// the first line break.
pub(super) fn measure<'d, 't>(mut docs: Vec<(Mode, &'d Doc<'t>)>, mut rest: &[Step<'d, 't>], mut room: usize) -> bool {
    loop {
        let Some((mode, doc)) = docs.pop() else {
            match rest.split_last() {
                None => return true,
                Some((Step::Doc(_, mode, doc), before)) => {
                    rest = before;
                    docs.push((*mode, doc));
                }
                Some((Step::Close(_, Layout::Hanging, list), before)) => {
                    rest = before;
                    docs.extend([(Mode::Flat, &list.close), (Mode::Flat, &list.pad)]);
                }
                Some((Step::Close(..) | Step::Items(..), _)) => return true,
            }
            continue;
        };
        let width = match &doc.kind {
            Kind::Text(text) => match text.find('\n') {
                Some(newline) => return columns(&text[..newline]) <= room,
                None => columns(text),
            },
            Kind::Line | Kind::Hard | Kind::Fresh | Kind::Behind(_) | Kind::Own(_) => {
                if mode == Mode::Broken || !matches!(doc.kind, Kind::Line) {
                    return true;
                }
                1
            }
            Kind::Pad(width) if mode == Mode::Broken => *width,
            Kind::Mark if mode == Mode::Broken => return true,
            Kind::Pad(_) | Kind::Empty | Kind::Mark => 0,
            Kind::Seq(inner) => {
                docs.extend(seq(mode, inner).rev());
                0
            }
            Kind::Nest(inner) | Kind::Hang(_, inner) => {
                docs.push((mode, inner));
                0
            }
            Kind::Group(group) => {
                let inner = match mode {
                    Mode::Tail => Mode::Tail,
                    _ if group.broken => Mode::Broken,
                    _ => Mode::Flat,
                };
                docs.push((inner, &group.doc));
                0
            }
            Kind::List(list) => {
                let broken = list.broken || mode == Mode::Tail || list.yields && mode == Mode::Broken;
                if broken && !list.is_empty() {
                    let hanging = list.layout == Layout::Hanging;
                    return list.open.width().unwrap_or(0) + usize::from(hanging) <= room;
                }
                docs.extend(flat(Mode::Flat, list).into_iter().rev());
                0
            }
        };
        match room.checked_sub(width) {
            Some(left) => room = left,
            None => return false,
        }
    }
}
