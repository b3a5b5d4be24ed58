//! The way from features back to what they are made of.

use std::collections::VecDeque;

use gml_ir::{Role, Row};

use crate::hash::Set;
use crate::lineage::fact::TableFacts;
use crate::lineage::{ColumnId, CutId, Flow, How, Input, Over, Part, Sees, Stretch};
use crate::typed::Text;

/// Features and the rows they are learned from.
pub(super) struct Features<'f, 'p> {
    pub flow: &'f Flow<'p>,
    pub table: &'f TableFacts,
    /// The columns that a model looks at; all without a role where there is none yet.
    needs: Option<&'f Row>,
    /// The columns that are the target, under whatever name and before whatever was done to it.
    pub target: Vec<ColumnId>,
    /// Rows and all that they are made of.
    closure: Vec<Stretch>,
}

/// A step on the way where something is wrong.
pub(super) struct Finding {
    /// The feature it is in.
    pub feature: ColumnId,
    /// The column that is made of what it must not be.
    pub column: ColumnId,
    pub kind: Kind,
}

/// What is wrong with a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is made of the target.
    Target,
    /// It is made of the target of several parts of that split.
    TargetAcross(CutId),
    /// It is the prediction of a model that has learned from the same rows.
    Prediction,
    /// It is made of rows of several parts of that split.
    Across(CutId),
    /// It is made of later rows.
    Later,
    /// It is made of all rows, later ones among them.
    AllTime,
}

impl Kind {
    /// What is told first where a step is wrong in several ways.
    pub fn weight(self) -> u8 {
        match self {
            Self::TargetAcross(_) => 0,
            Self::Target => 1,
            Self::Prediction => 2,
            Self::Later => 3,
            Self::Across(_) => 4,
            Self::AllTime => 5,
        }
    }
}

impl<'f, 'p> Features<'f, 'p> {
    /// The features of a table with a target; `None` where it has no target.
    pub fn of(flow: &'f Flow<'p>, table: &'f TableFacts) -> Option<Self> {
        let target = match table.row.with_role(Role::Target) {
            Some(column) => table.columns.get(&column.name),
            // The type may leave open what the columns are, as behind one of two recipes.
            None if table.row.open => {
                table.columns.named.iter().map(|(_, id)| *id).find(|id| flow.columns.get(*id).was_target)
            }
            None => None,
        };
        let target = targets(flow, target?);
        Some(Self { flow, table, needs: None, target, closure: flow.provenance.closure(&table.rows) })
    }

    /// Of those only the ones that a model needs.
    pub fn needed(flow: &'f Flow<'p>, table: &'f TableFacts, needs: &'f Row) -> Option<Self> {
        Some(Self { needs: Some(needs), ..Self::of(flow, table)? })
    }

    /// The columns without a role. Of a row that may have others, those too that are known to be there.
    pub fn columns(&self) -> impl Iterator<Item = ColumnId> {
        let row = &*self.table.row;
        let needs = self.needs.filter(|needs| !needs.open);
        let is_open = row.open && needs.is_none();
        let others = self
            .table
            .columns
            .named
            .iter()
            .filter(move |(name, id)| is_open && row.get(name).is_none() && !self.flow.columns.get(*id).was_target);
        let known = needs.unwrap_or(row).features().filter_map(|column| self.table.columns.get(&column.name));
        known.chain(others.map(|(_, id)| *id))
    }

    /// All steps at which a feature knows too much.
    pub fn of_all(&self) -> Vec<Finding> {
        let mut all = self.of_target();
        all.extend(self.of_others());
        all
    }

    /// The name of the feature that a finding is in.
    pub fn name(&self, finding: &Finding) -> &'f Text {
        &self.flow.columns.get(finding.feature).name
    }

    /// Steps at which a feature is made of the target.
    fn of_target(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut walk = Walk::from(self.columns());
        while let Some((feature, column, through)) = walk.next() {
            let inputs = &self.flow.columns.get(column).inputs;
            let passing = || inputs.iter().filter_map(|input| Some((input.column?, self.passes(input, through)?)));
            let straight: Vec<Kind> = passing()
                .filter(|(of, _)| self.target.contains(of))
                .map(|(_, through)| through.unwrap_or(Kind::Target))
                .collect();
            match straight.into_iter().min_by_key(|kind| kind.weight()) {
                Some(kind) => found.push(Finding { feature, column, kind }),
                None => passing().for_each(|(of, through)| walk.go(feature, of, through)),
            }
        }
        // A feature may be the target itself, under another name.
        for feature in self.columns().filter(|feature| self.target.contains(feature)) {
            found.push(Finding { feature, column: feature, kind: Kind::Target });
        }
        found
    }

    /// Whether the target goes through a step into the row at hand, and what it is then.
    fn passes(&self, input: &Input, through: Option<Kind>) -> Option<Option<Kind>> {
        let provenance = &self.flow.provenance;
        match &input.how {
            How::Same | How::Row | How::Key => Some(through),
            How::Joined(rows) => provenance.own(rows, &self.table.rows).then_some(through),
            How::Over(over) if self.makes_rows(over) => Some(through),
            How::Over(over) => {
                let own = over.sees != Sees::Earlier && provenance.own(&over.rows, &self.table.rows);
                // Up to the row at hand, it is its own target that is too much.
                let all = matches!(over.sees, Sees::All | Sees::Later);
                let across = || {
                    self.crosses(&over.rows, &over.keys)
                        .filter(|_| all && !self.of_one_row(&over.keys))
                        .map(Kind::TargetAcross)
                };
                own.then(|| across().or(through))
            }
            // Where only such rows are learned from, that they are such tells nothing.
            How::Chosen(_) if input.column.is_some_and(|of| self.table.chosen.contains(&of)) => None,
            How::Chosen(over) => {
                (over.sees != Sees::Earlier && provenance.own(&over.rows, &self.table.rows)).then_some(through)
            }
            How::Learned(rows) => self.crosses(rows, &[]).map(|split| Some(Kind::TargetAcross(split))),
            How::Predicted(rows) => provenance.own(rows, &self.table.rows).then(|| through.or(Some(Kind::Prediction))),
            How::Before(_) | How::Perhaps => None,
        }
    }

    /// Steps at which a feature is made of other rows than it may be.
    fn of_others(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut walk = Walk::from(self.columns());
        while let Some((feature, column, _)) = walk.next() {
            for input in &self.flow.columns.get(column).inputs {
                match (self.looks_too_far(input), &input.how) {
                    (Some(kind), _) => found.push(Finding { feature, column, kind }),
                    (None, How::Before(_)) => {}
                    (None, _) => {
                        if let Some(of) = input.column {
                            walk.go(feature, of, None);
                        }
                    }
                }
            }
        }
        found
    }

    fn looks_too_far(&self, input: &Input) -> Option<Kind> {
        let over = match &input.how {
            How::Over(over) if !self.makes_rows(over) && !self.of_one_row(&over.keys) => over,
            How::Learned(rows) => return self.crosses(rows, &[]).map(Kind::Across),
            _ => return None,
        };
        match over.sees {
            Sees::Later if over.timed => Some(Kind::Later),
            Sees::Later | Sees::All => match self.crosses(&over.rows, &over.keys) {
                Some(split) => Some(Kind::Across(split)),
                None => {
                    (over.timed && self.flow.provenance.share(&over.rows, &self.table.rows)).then_some(Kind::AllTime)
                }
            },
            Sees::Earlier | Sees::UpTo => None,
        }
    }

    /// Whether the keys name a single row of a dataset, so that what is computed is of that row.
    fn of_one_row(&self, keys: &[ColumnId]) -> bool {
        let keys: Vec<ColumnId> = keys.iter().map(|key| self.flow.columns.root(*key)).collect();
        self.flow.unique.iter().any(|unique| unique.iter().all(|column| keys.contains(column)))
    }

    /// Whether the rows at hand are just those that are made of them.
    fn makes_rows(&self, over: &Over) -> bool {
        over.makes.is_some_and(|made| self.closure.iter().any(|stretch| stretch.origin == made))
    }

    /// The split of which the rows at hand are one part, and `of` rows of several: those of a group of which all rows are
    /// in one part are not.
    fn crosses(&self, of: &[Stretch], keys: &[ColumnId]) -> Option<CutId> {
        let provenance = &self.flow.provenance;
        let of = provenance.closure(of);
        let keys: Vec<ColumnId> = keys.iter().map(|key| self.flow.columns.root(*key)).collect();
        for own in &self.closure {
            for (split, part) in own.cuts.iter().filter(|(_, part)| part.is_some()) {
                let cut = provenance.cut(*split);
                if !cut.by.is_empty() && cut.by.iter().all(|by| keys.contains(by)) {
                    continue;
                }
                let parts = |rows: &[Stretch]| -> Vec<Part> {
                    let cuts =
                        rows.iter().filter(|stretch| stretch.origin == own.origin).flat_map(|stretch| &stretch.cuts);
                    cuts.filter(|(cut, _)| cut == split).filter_map(|(_, part)| *part).collect()
                };
                let (theirs, ours) = (parts(&of), parts(&self.closure));
                let mixed =
                    theirs.iter().any(|part| ours.contains(part)) && theirs.iter().any(|part| !ours.contains(part));
                let several = mixed
                    || of.iter().filter(|stretch| stretch.origin == own.origin).any(|stretch| {
                        match stretch.cuts.iter().find(|(other, _)| other == split) {
                            Some((_, other)) => other != part && *other == Some(Part::Test),
                            // A condition may be meant to leave just those of one part.
                            None => stretch.cuts.iter().filter(|other| !own.cuts.contains(other)).all(|(other, _)| {
                                let other = provenance.cut(*other);
                                cut.random || other.random || !other.by.iter().any(|by| cut.by.contains(by))
                            }),
                        }
                    });
                if several {
                    return Some(*split);
                }
            }
        }
        None
    }
}

/// The target, and what it was before something was done to it that left it the target.
fn targets(flow: &Flow<'_>, target: ColumnId) -> Vec<ColumnId> {
    let mut all = vec![target];
    let mut place = 0;
    while place < all.len() {
        for input in &flow.columns.get(all[place]).inputs {
            let Some(of) = input.column.filter(|of| !all.contains(of)) else { continue };
            let still = match input.how {
                How::Same | How::Joined(_) => true,
                How::Row => flow.columns.get(of).was_target,
                _ => false,
            };
            if still {
                all.push(of);
            }
        }
        place += 1;
    }
    all
}

/// Columns still to be looked at, each once.
struct Walk {
    waiting: VecDeque<(ColumnId, ColumnId, Option<Kind>)>,
    known: Set<ColumnId>,
}

impl Walk {
    fn from(features: impl Iterator<Item = ColumnId>) -> Self {
        let waiting: VecDeque<_> = features.map(|feature| (feature, feature, None)).collect();
        let known = waiting.iter().map(|(_, column, _)| *column).collect();
        Self { waiting, known }
    }

    fn next(&mut self) -> Option<(ColumnId, ColumnId, Option<Kind>)> {
        self.waiting.pop_front()
    }

    fn go(&mut self, feature: ColumnId, column: ColumnId, through: Option<Kind>) {
        if self.known.insert(column) {
            self.waiting.push_back((feature, column, through));
        }
    }
}

/// Where the target is computed from features of the same row and nothing else: the column that is.
pub(super) fn target_from_features(features: &Features<'_, '_>) -> Option<ColumnId> {
    let columns = &features.flow.columns;
    let roots: Set<ColumnId> = features.columns().map(|feature| columns.root(feature)).collect();
    let target = columns.root(*features.target.first()?);
    let mut known = Set::default();
    let is_made =
        |inputs: &[Input]| !inputs.is_empty() && inputs.iter().all(|input| matches!(input.how, How::Same | How::Row));
    if roots.contains(&target) || !is_made(&columns.get(target).inputs) {
        return None;
    }
    let mut waiting = vec![target];
    while let Some(column) = waiting.pop() {
        if roots.contains(&column) {
            continue;
        }
        let inputs = &columns.get(column).inputs;
        if !is_made(inputs) {
            return None;
        }
        for of in inputs.iter().filter_map(|input| input.column) {
            if known.insert(of) {
                waiting.push(of);
            }
        }
    }
    Some(target)
}
