//! What a formatted text is made of, before it is known where its lines end.
//!
//! The way of Wadler's "A prettier printer": groups that stand on one line where they fit, and over several where not.
//! Two things are of this language: lists in brackets are a form of their own, since nearly everything is one, and
//! comments find their own lines.

/// A piece of a formatted text.
#[derive(Debug)]
pub(super) struct Doc<'t> {
    pub kind: Kind<'t>,
    /// It holds a line break that stands whatever the width.
    pub forced: bool,
}

/// The forms of a piece.
#[derive(Debug)]
pub(super) enum Kind<'t> {
    /// As it is. Only texts of the program hold line breaks.
    Text(&'t str),
    /// One after the other.
    Seq(Vec<Doc<'t>>),
    /// Lines within are indented by a step more where the group is broken.
    Nest(Box<Doc<'t>>),
    /// Lines within begin so many columns left of where this begins.
    Hang(usize, Box<Doc<'t>>),
    /// On one line where it fits and need not be broken.
    Group(Box<Group<'t>>),
    /// A blank, or a line break where the group is broken.
    Line,
    /// A line break.
    Hard,
    /// A line break, unless a line begins here anyway.
    Fresh,
    /// An empty line above, if a line begins here.
    Empty,
    /// Nothing. What stands before it need only fit up to here: what stands behind it can be broken.
    Mark,
    /// So many blanks, where the list is broken.
    Pad(usize),
    /// Items in brackets.
    List(Box<List<'t>>),
    /// A comment behind what was written last.
    Behind(&'t str),
    /// A comment on a line of its own.
    Own(&'t str),
}

/// What stands on one line if it can.
#[derive(Debug)]
pub(super) struct Group<'t> {
    pub doc: Doc<'t>,
    /// It must not stand on one line.
    pub broken: bool,
}

/// How a broken list is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// An item a line.
    Column,
    /// As many items a line as fit.
    Fill,
    /// The same, begun behind the opening bracket.
    Hanging,
}

/// Items in brackets.
#[derive(Debug)]
pub(super) struct List<'t> {
    pub open: Doc<'t>,
    pub close: Doc<'t>,
    /// Between brackets and items, where they stand on one line.
    pub pad: Doc<'t>,
    /// Items are separated by commas; the last has one too where the list is broken.
    pub commas: bool,
    pub items: Vec<Doc<'t>>,
    /// Comments behind the last item.
    pub tail: Doc<'t>,
    /// It must not stand on one line.
    pub broken: bool,
    pub layout: Layout,
    /// The last item may be broken where the others stay on the line of the opening bracket.
    pub hugs: bool,
    /// Who comes before may take it that this will be broken.
    pub yields: bool,
}

impl List<'_> {
    /// It has neither items nor comments.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && !self.tail.forced
    }
}

impl<'t> Doc<'t> {
    /// The text, where it is nothing else.
    pub fn plain(&self) -> &'t str {
        match self.kind {
            Kind::Text(text) => text,
            _ => "",
        }
    }

    const fn new(kind: Kind<'t>, forced: bool) -> Self {
        Self { kind, forced }
    }

    /// A text without line breaks, or one that the program holds.
    pub const fn text(text: &'t str) -> Self {
        Self::new(Kind::Text(text), false)
    }

    /// Nothing.
    pub const fn nothing() -> Self {
        Self::text("")
    }

    /// A blank or a line break.
    pub const fn line() -> Self {
        Self::new(Kind::Line, false)
    }

    /// A line break.
    pub const fn hard() -> Self {
        Self::new(Kind::Hard, true)
    }

    /// A line break, unless a line begins here anyway.
    pub fn fresh() -> Self {
        Self::new(Kind::Fresh, true)
    }

    /// An empty line above, if a line begins here.
    pub fn empty() -> Self {
        Self::new(Kind::Empty, false)
    }

    /// What stands before it need only fit up to here.
    pub fn mark() -> Self {
        Self::new(Kind::Mark, false)
    }

    /// Blanks where the list is broken.
    pub fn pad(width: usize) -> Self {
        Self::new(Kind::Pad(width), false)
    }

    /// A comment behind what was written last.
    pub fn behind(comment: &'t str) -> Self {
        Self::new(Kind::Behind(comment), true)
    }

    /// A comment on a line of its own.
    pub fn own(comment: &'t str) -> Self {
        Self::new(Kind::Own(comment), true)
    }

    /// One after the other.
    pub fn seq(docs: Vec<Doc<'t>>) -> Self {
        let forced = docs.iter().any(|doc| doc.forced);
        Self::new(Kind::Seq(docs), forced)
    }

    /// Indented by a step more where the group is broken.
    pub fn nest(self) -> Self {
        let forced = self.forced;
        Self::new(Kind::Nest(Box::new(self)), forced)
    }

    /// Lines begin so many columns left of where this begins.
    pub fn hang(self, back: usize) -> Self {
        let forced = self.forced;
        Self::new(Kind::Hang(back, Box::new(self)), forced)
    }

    /// On one line where it fits, and where `broken` does not forbid it.
    pub fn group(self, broken: bool) -> Self {
        let forced = broken || self.forced;
        Self::new(Kind::Group(Box::new(Group { doc: self, broken })), forced)
    }

    /// Items in brackets.
    pub fn list(list: List<'t>) -> Self {
        let forced = list.broken || list.tail.forced || list.items.iter().any(|item| item.forced);
        Self::new(Kind::List(Box::new(list)), forced)
    }

    /// How wide it is on one line, if it can stand on one.
    pub fn width(&self) -> Option<usize> {
        if self.forced {
            return None;
        }
        match &self.kind {
            Kind::Text(text) => (!text.contains('\n')).then(|| columns(text)),
            Kind::Seq(docs) => docs.iter().map(Doc::width).sum(),
            Kind::Nest(doc) | Kind::Hang(_, doc) => doc.width(),
            Kind::Group(group) => group.doc.width(),
            Kind::Line => Some(1),
            Kind::Pad(_) | Kind::Empty | Kind::Mark => Some(0),
            Kind::List(list) => {
                let items: usize = list.items.iter().map(Doc::width).sum::<Option<usize>>()?;
                let between =
                    if list.items.is_empty() { 0 } else { 2 * columns(list.pad.plain()) + 2 * (list.items.len() - 1) };
                Some(columns(list.open.plain()) + items + between + columns(list.close.plain()))
            }
            Kind::Hard | Kind::Fresh | Kind::Behind(_) | Kind::Own(_) => None,
        }
    }
}

/// How many columns a text without line breaks takes.
pub(super) fn columns(text: &str) -> usize {
    text.chars().count()
}
