//! From pieces to lines.

use super::doc::{Doc, Group, Kind, Layout, List, columns};
use super::measure::{Mode, flat, measure, seq};
use super::{INDENT, WIDTH};

/// What is still to be written, and at which indentation.
#[derive(Clone, Copy)]
pub(super) enum Step<'d, 't> {
    Doc(usize, Mode, &'d Doc<'t>),
    /// The items of a list from one on, as many a line as fit.
    Items(usize, Layout, &'d List<'t>, usize),
    /// What closes a broken list.
    Close(usize, Layout, &'d List<'t>),
}

static COMMA: Doc<'static> = Doc::text(",");
static HARD: Doc<'static> = Doc::hard();

/// Writes a text. `newline` is what ends a line.
pub(super) fn print(doc: &Doc<'_>, newline: &str) -> String {
    let out = String::new();
    let mut printer = Printer { out, newline, column: 0, begins: true, ended: false, steps: Vec::new() };
    printer.steps.push(Step::Doc(0, Mode::Broken, doc));
    while let Some(step) = printer.steps.pop() {
        match step {
            Step::Doc(indent, mode, doc) => printer.doc(indent, mode, doc),
            Step::Items(indent, layout, list, index) => printer.items(indent, layout, list, index),
            Step::Close(indent, layout, list) => printer.close(indent, layout, list),
        }
    }
    if !printer.begins {
        printer.end_line();
    }
    printer.out
}

struct Printer<'n, 'd, 't> {
    out: String,
    newline: &'n str,
    column: usize,
    /// Nothing is written on this line yet.
    begins: bool,
    /// A comment was written: whatever follows goes to the next line.
    ended: bool,
    /// What is to be written next is last.
    steps: Vec<Step<'d, 't>>,
}

impl<'d, 't> Printer<'_, 'd, 't> {
    fn doc(&mut self, indent: usize, mode: Mode, doc: &'d Doc<'t>) {
        match &doc.kind {
            Kind::Text(text) => self.text(indent, text),
            Kind::Pad(width) if mode == Mode::Broken => self.blanks(indent, *width),
            Kind::Pad(_) | Kind::Mark => {}
            Kind::Seq(docs) => self.steps.extend(seq(mode, docs).map(|(mode, doc)| Step::Doc(indent, mode, doc)).rev()),
            Kind::Nest(doc) => {
                let step = if mode == Mode::Broken { INDENT } else { 0 };
                self.steps.push(Step::Doc(indent + step, mode, doc));
            }
            Kind::Hang(back, doc) => {
                let indent = self.place(indent).saturating_sub(*back);
                self.steps.push(Step::Doc(indent, mode, doc));
            }
            Kind::Group(group) => {
                let mode = self.mode_of_group(indent, mode, group);
                self.steps.push(Step::Doc(indent, mode, &group.doc));
            }
            Kind::List(list) => {
                let mode = self.mode_of_list(indent, mode, list, doc);
                self.list(indent, mode, list);
            }
            Kind::Line if mode == Mode::Broken => self.end_line(),
            Kind::Line => self.text(indent, " "),
            Kind::Hard => self.end_line(),
            Kind::Fresh => self.ended |= !self.begins,
            Kind::Empty => self.empty_line(),
            Kind::Own(comment) => self.own(indent, comment),
            Kind::Behind(comment) => self.behind(indent, comment),
        }
    }

    fn mode_of_group(&self, indent: usize, mode: Mode, group: &'d Group<'t>) -> Mode {
        match mode {
            Mode::Tail => Mode::Tail,
            _ if group.broken => Mode::Broken,
            Mode::Broken if !self.fits(indent, &group.doc) => Mode::Broken,
            _ => Mode::Flat,
        }
    }

    fn mode_of_list(&self, indent: usize, mode: Mode, list: &'d List<'t>, doc: &'d Doc<'t>) -> Mode {
        if list.broken || mode == Mode::Tail {
            Mode::Broken
        } else if mode == Mode::Flat || self.fits(indent, doc) {
            Mode::Flat
        } else if list.hugs && self.fits_alone(indent, flat(Mode::Tail, list), 0) {
            Mode::Tail
        } else {
            Mode::Broken
        }
    }

    fn list(&mut self, indent: usize, mode: Mode, list: &'d List<'t>) {
        if mode != Mode::Broken || list.is_empty() {
            let docs = flat(mode, list).into_iter().rev();
            return self.steps.extend(docs.map(|(mode, doc)| Step::Doc(indent, mode, doc)));
        }
        self.text(indent, list.open.plain());
        let within = indent + INDENT;
        let hanging = self.place(indent) + 1;
        let layout = match list.layout {
            Layout::Hanging if !list.items.iter().all(|item| fits_in(item, hanging, 3)) => Layout::Column,
            layout => layout,
        };
        self.steps.push(Step::Close(indent, layout, list));
        match layout {
            Layout::Hanging => {
                self.text(indent, list.pad.plain());
                self.steps.push(Step::Items(hanging, layout, list, 0));
            }
            Layout::Fill => self.steps.push(Step::Items(within, layout, list, 0)),
            Layout::Column => {
                self.steps.push(Step::Doc(within, Mode::Broken, &list.tail));
                for item in list.items.iter().rev() {
                    if list.commas {
                        self.steps.push(Step::Doc(within, Mode::Broken, &COMMA));
                    }
                    self.steps.push(Step::Doc(within, Mode::Broken, item));
                    self.steps.push(Step::Doc(within, Mode::Broken, &HARD));
                }
            }
        }
    }

    fn items(&mut self, indent: usize, layout: Layout, list: &'d List<'t>, index: usize) {
        let Some(item) = list.items.get(index) else {
            return self.steps.push(Step::Doc(indent, Mode::Broken, &list.tail));
        };
        let hanging = layout == Layout::Hanging;
        let last = index + 1 == list.items.len();
        // Behind the last one stand ` },` where it hangs; behind the others, and before all but the first, one character.
        let spare = usize::from(index > 0) + if hanging && last { 3 } else { 1 };
        let fits = fits_in(item, self.place(indent), spare);
        if index == 0 && !hanging || index > 0 && !fits {
            self.end_line();
        } else if index > 0 {
            self.text(indent, " ");
        }
        self.steps.push(Step::Items(indent, layout, list, index + 1));
        if !(hanging && last) {
            self.steps.push(Step::Doc(indent, Mode::Broken, &COMMA));
        }
        self.steps.push(Step::Doc(indent, Mode::Broken, item));
    }

    fn close(&mut self, indent: usize, layout: Layout, list: &List<'_>) {
        if layout == Layout::Hanging {
            self.text(indent, list.pad.plain());
        } else {
            self.end_line();
        }
        self.text(indent, list.close.plain());
    }

    /// The column at which the next text begins.
    fn place(&self, indent: usize) -> usize {
        if self.begins || self.ended { indent } else { self.column }
    }

    fn end_line(&mut self) {
        self.out.truncate(self.out.trim_end_matches(' ').len());
        self.out.push_str(self.newline);
        self.column = 0;
        self.begins = true;
        self.ended = false;
    }

    /// Goes to where something can be written.
    fn begin(&mut self, indent: usize) {
        if self.ended {
            self.end_line();
        }
        if self.begins {
            self.out.extend(std::iter::repeat_n(' ', indent));
            self.column = indent;
            self.begins = false;
        }
    }

    fn text(&mut self, indent: usize, text: &str) {
        let text = if self.begins || self.ended { text.trim_start_matches(' ') } else { text };
        if text.is_empty() {
            return;
        }
        self.begin(indent);
        self.out.push_str(text);
        match text.rfind('\n') {
            Some(newline) => self.column = columns(&text[newline + 1..]),
            None => self.column += columns(text),
        }
    }

    fn blanks(&mut self, indent: usize, width: usize) {
        if width > 0 {
            self.begin(indent);
            self.out.extend(std::iter::repeat_n(' ', width));
            self.column += width;
        }
    }

    fn empty_line(&mut self) {
        if self.ended {
            self.end_line();
        }
        let ends_empty = self.out.strip_suffix(self.newline).is_some_and(|out| out.ends_with(self.newline));
        if self.begins && !self.out.is_empty() && !ends_empty {
            self.out.push_str(self.newline);
        }
    }

    fn own(&mut self, indent: usize, comment: &str) {
        if !self.begins {
            self.end_line();
        }
        self.begin(indent);
        self.out.push_str(comment);
        self.ended = true;
    }

    fn behind(&mut self, indent: usize, comment: &str) {
        if self.ended || self.out.trim_end().is_empty() {
            return self.own(indent, comment);
        }
        // A line may have been ended already: what the comment stands behind is above it.
        self.out.truncate(self.out.trim_end_matches([' ', '\r', '\n']).len());
        self.out.push_str("  ");
        self.out.push_str(comment);
        self.begins = false;
        self.ended = true;
    }

    /// Whether a piece, and what follows it up to the end of the line, fits on the line at hand.
    fn fits(&self, indent: usize, doc: &'d Doc<'t>) -> bool {
        measure(vec![(Mode::Flat, doc)], &self.steps, WIDTH.saturating_sub(self.place(indent)))
    }

    /// Whether pieces fit on the line at hand and leave so many columns.
    fn fits_alone(&self, indent: usize, mut docs: Vec<(Mode, &'d Doc<'t>)>, spare: usize) -> bool {
        docs.reverse();
        WIDTH.saturating_sub(self.place(indent)).checked_sub(spare).is_some_and(|room| measure(docs, &[], room))
    }
}

/// Whether a piece fits on one line behind so many columns, and leaves some.
fn fits_in(doc: &Doc<'_>, from: usize, spare: usize) -> bool {
    doc.width().is_some_and(|width| from + width + spare <= WIDTH)
}
