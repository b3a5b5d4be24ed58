//! The state of checking one body: a node, a function, a pipeline, a test, a default.

use std::sync::Arc;

use gml_diagnostics::{Diagnostic, Span};
use gml_ir::{Type, Value as Constant};

use super::again::Consulted;
use super::frame::Frame;
use super::learned::{LostTarget, Origin, Others};
use super::narrow::Path;
use super::shared::{Shared, Visit};
use super::value::{Facts, Space};
use crate::hash::Map;
use crate::package::ModuleId;
use crate::typed::{DatasetId, LocalId, Text};

/// What kind of body it is: what it may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A node.
    Node(Text),
    /// A `fn`.
    Function(Text),
    /// A pipeline.
    Pipeline,
    /// A test.
    Test,
    /// A default, a catalog entry, an env: constants only.
    Constant,
}

/// A `let`, a loop name or a parameter.
#[derive(Clone, Debug)]
pub(super) struct Local<'a> {
    pub name: Text,
    pub ty: Type,
    pub space: Space,
    /// What it stands for where nothing is set otherwise: see [`Body::known_value`].
    pub known: Option<Constant>,
    /// Whether it is a list of which each item is written out, whatever these are.
    pub listed: bool,
    pub facts: Option<Arc<Facts<'a>>>,
    pub span: Span,
}

/// A body being checked.
pub(super) struct Body<'a> {
    pub shared: &'a Shared<'a>,
    pub module: ModuleId,
    pub place: Place,
    /// By [`LocalId`].
    pub locals: Vec<Local<'a>>,
    /// Names in scope, innermost last.
    pub scope: Vec<LocalId>,
    /// Names that a `let` further down binds.
    pub later: Vec<(Text, Span)>,
    /// The row at hand.
    pub frame: Option<Arc<Frame>>,
    /// What cannot be null here, although its type allows it.
    pub narrowed: Vec<Path>,
    /// Columns that earlier steps of a recipe took away, where the rest of the row is not known.
    pub gone: Vec<Text>,
    /// The target that an earlier step of a recipe took away, and that step.
    pub lost_target: Option<LostTarget<'a>>,
    /// Which columns the rows of the recipe at hand may have beside those that are known.
    pub others: Others,
    /// The columns of the catalog entry of which this is the right side.
    pub entry: Option<Arc<gml_ir::Row>>,
    /// Models and transforms that were saved above, as their entries hold them from there on, and where they come from.
    pub learned: Map<DatasetId, (Type, Origin)>,
    /// Whether this is the right side of a `connection`, which is made of no other one.
    pub in_connection: bool,
    /// Names of a `fn` or a node that are used where a constant is due, and where that is.
    pub constants: Map<LocalId, Span>,
    pub diagnostics: Vec<Diagnostic>,
    /// The bodies that were looked into.
    pub consulted: Consulted,
    /// What is being checked around this, outermost first.
    pub visiting: Vec<Visit>,
    /// How deep the expression at hand lies.
    pub depth: usize,
    /// How many conditions decide whether the expression at hand is looked at.
    pub branches: usize,
}

impl<'a> Body<'a> {
    pub fn new(shared: &'a Shared<'a>, module: ModuleId, place: Place) -> Self {
        Self {
            shared,
            module,
            place,
            locals: Vec::new(),
            scope: Vec::new(),
            later: Vec::new(),
            frame: None,
            narrowed: Vec::new(),
            gone: Vec::new(),
            lost_target: None,
            others: Others::default(),
            entry: None,
            learned: Map::default(),
            in_connection: false,
            constants: Map::default(),
            diagnostics: Vec::new(),
            consulted: Consulted::default(),
            visiting: Vec::new(),
            depth: 0,
            branches: 0,
        }
    }

    pub fn emit(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Binds a name from here on.
    pub fn bind(&mut self, local: Local<'a>) -> LocalId {
        let id = LocalId(u32::try_from(self.locals.len()).unwrap_or(u32::MAX));
        let span = local.span;
        self.locals.push(local);
        self.scope.push(id);
        self.note_local(id, span);
        id
    }

    pub fn local(&self, id: LocalId) -> &Local<'a> {
        &self.locals[id.0 as usize]
    }

    /// The innermost local of that name.
    pub fn find_local(&self, name: &str) -> Option<LocalId> {
        self.scope.iter().rev().copied().find(|id| &*self.local(*id).name == name)
    }

    /// Names of locals in scope.
    pub fn local_names(&self) -> impl Iterator<Item = &str> {
        self.scope.iter().rev().map(|id| &*self.local(*id).name)
    }

    /// The source text of a place.
    pub fn text(&self, span: Span) -> &'a str {
        let text = self.shared.package.sources.text(span.file);
        text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Runs `check` with another row at hand; what was narrowed in the old one does not count there.
    pub fn in_frame<T>(&mut self, frame: Option<Arc<Frame>>, check: impl FnOnce(&mut Self) -> T) -> T {
        let frame = std::mem::replace(&mut self.frame, frame);
        let still = self.narrowed.iter().filter(|path| path.is_of_no_row()).cloned().collect();
        let narrowed = std::mem::replace(&mut self.narrowed, still);
        let result = check(self);
        self.frame = frame;
        self.narrowed = narrowed;
        result
    }

    /// Runs `check` on what a condition decides on.
    pub fn in_branch<T>(&mut self, check: impl FnOnce(&mut Self) -> T) -> T {
        self.branches += 1;
        let result = check(self);
        self.branches -= 1;
        result
    }

    /// Runs `check` where these cannot be null.
    pub fn narrowed<T>(&mut self, paths: Vec<Path>, check: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.narrowed.len();
        self.narrowed.extend(paths);
        let result = check(self);
        self.narrowed.truncate(before);
        result
    }
}
