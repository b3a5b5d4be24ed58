//! The way from features back to what they are made of.

use std::collections::VecDeque;
use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::{Role, Row};

use crate::hash::Set;
use crate::lineage::fact::TableFacts;
use crate::lineage::{ColumnId, CutId, Flow, How, Input, Order, Over, Part, Rows, Says, Sees, Stretch, of_branch};
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
    pub closure: Vec<Stretch>,
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
    /// It is the same as the target: an equal expression over the same.
    Twin,
    /// It asks of the same rows what decides the target.
    Decides,
    /// It is made of the target of several parts of that split.
    TargetAcross(CutId),
    /// It is the prediction of a model that has learned from the same rows.
    Prediction,
    /// It is made of rows of several parts of that split.
    Across(CutId),
    /// It is made of rows that groups of several parts of that split are made of.
    AcrossGroups(CutId),
    /// It is made of rows of the period that decides the target, which is told there.
    Period(Span),
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
            Self::Twin | Self::Decides => 2,
            Self::Prediction => 3,
            Self::Period(_) => 4,
            Self::Later => 5,
            Self::Across(_) | Self::AcrossGroups(_) => 6,
            Self::AllTime => 7,
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
        let closure = flow.provenance.closure(&table.rows);
        let target = targets(flow, target?, &closure);
        Some(Self { flow, table, needs: None, target, closure })
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
        all.extend(self.of_period());
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
        let numbers: Vec<u64> = self.target.iter().filter_map(|of| self.flow.columns.get(*of).number).collect();
        let is_twin = |column: ColumnId| {
            let number = self.flow.columns.get(column).number;
            number.is_some_and(|number| numbers.contains(&number)) && !self.target.contains(&column)
        };
        let (decided, ways) = self.decided();
        let decides = |column: ColumnId| {
            let asked = &self.flow.columns.get(column).conditions.all;
            asked.iter().any(|condition| decided.contains(condition)) && !ways.contains(&column)
        };
        let mut walk = Walk::from(self.columns(), &self.table.rows);
        while let Some(Stop { feature, column, through, at, .. }) = walk.next() {
            if is_twin(column) {
                found.push(Finding { feature, column, kind: through.unwrap_or(Kind::Twin) });
                continue;
            }
            let inputs = &self.flow.columns.get(column).inputs;
            let passing =
                || inputs.iter().filter_map(|input| Some((input, input.column?, self.passes(input, through, &at)?)));
            let straight: Vec<Kind> = passing()
                .filter(|(_, of, _)| self.target.contains(of))
                .map(|(.., through)| through.unwrap_or(Kind::Target))
                .collect();
            match straight.into_iter().min_by_key(|kind| kind.weight()) {
                Some(kind) => found.push(Finding { feature, column, kind }),
                None if decides(column) => {
                    found.push(Finding { feature, column, kind: through.unwrap_or(Kind::Decides) });
                }
                None => passing().for_each(|(input, of, through)| {
                    walk.go(Stop { feature, column: of, through, at: behind(input, &at), earlier: false });
                }),
            }
        }
        // A feature may be the target itself, under another name.
        for feature in self.columns().filter(|feature| self.target.contains(feature)) {
            found.push(Finding { feature, column: feature, kind: Kind::Target });
        }
        found
    }

    /// The conditions that decide the target, where it is made of nothing but one, and the columns on the way to them.
    fn decided(&self) -> (Vec<u64>, Set<ColumnId>) {
        let (mut conditions, mut ways) = (Vec::new(), Set::default());
        let mut waiting = self.target.clone();
        while let Some(column) = waiting.pop() {
            if !ways.insert(column) {
                continue;
            }
            let node = self.flow.columns.get(column);
            conditions.extend(node.conditions.alone);
            if let [Input { column: Some(of), how: How::Same | How::Branch(_) | How::Row }] = &node.inputs[..] {
                waiting.push(*of);
            }
        }
        (conditions, ways)
    }

    /// Whether the target goes through a step into rows `at`, and what it is then.
    fn passes(&self, input: &Input, through: Option<Kind>, at: &Rows) -> Option<Option<Kind>> {
        let provenance = &self.flow.provenance;
        match &input.how {
            How::Same | How::Branch(_) | How::Row | How::Key => Some(through),
            How::Joined(rows) => provenance.own(rows, at).then_some(through),
            How::Over(over) if self.makes_rows(over) => Some(through),
            // One value for all rows tells nothing of the target of a row.
            How::Over(over) if over.single => {
                self.crosses(&over.rows, &[], at).map(|split| Some(Kind::TargetAcross(split)))
            }
            How::Over(over) => {
                let in_time = over.order == Order::Time;
                let own = (over.sees != Sees::Earlier || !in_time) && provenance.own(&over.rows, at);
                // Up to the row at hand, it is its own target that is too much.
                let all = over.order == Order::Other || matches!(over.sees, Sees::All | Sees::Later);
                let across = (all && !self.of_one_row(&over.keys)).then(|| self.crosses(&over.rows, &over.keys, at));
                match across.flatten() {
                    Some(split) => Some(Some(Kind::TargetAcross(split))),
                    None => own.then_some(through),
                }
            }
            // Where only such rows are learned from, that they are such tells nothing.
            How::Chosen(_) if input.column.is_some_and(|of| self.table.chosen.contains(&of)) => None,
            How::Chosen(over) => {
                let before = over.sees == Sees::Earlier && over.order == Order::Time;
                (!before && provenance.own(&over.rows, at)).then_some(through)
            }
            // Which features are left tells little of the target of a row.
            How::Selected(rows) => self.learned_across(rows, at).map(|split| Some(Kind::TargetAcross(split))),
            How::Learned(rows) => match self.learned_across(rows, at) {
                Some(split) => Some(Some(Kind::TargetAcross(split))),
                None => provenance.own(rows, at).then_some(through),
            },
            How::Predicted(rows) => provenance.own(rows, at).then(|| through.or(Some(Kind::Prediction))),
            How::Before(_) | How::Perhaps => None,
        }
    }

    /// Steps at which a feature is made of other rows than it may be.
    fn of_others(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut walk = Walk::from(self.columns(), &self.table.rows);
        while let Some(Stop { feature, column, at, earlier, .. }) = walk.next() {
            for input in &self.flow.columns.get(column).inputs {
                match (self.looks_too_far(input, &at, earlier), &input.how) {
                    (Some(kind), _) => found.push(Finding { feature, column, kind }),
                    (None, How::Before(_)) => {}
                    // Nor does one value for all rows tell of their times, nor the end of time of the rows.
                    (None, How::Over(over)) if over.single || over.says == Says::Ends => {}
                    (None, _) => {
                        if let Some(of) = input.column {
                            let earlier = earlier || of_earlier(&input.how);
                            walk.go(Stop { feature, column: of, through: None, at: behind(input, &at), earlier });
                        }
                    }
                }
            }
        }
        found
    }

    /// `earlier`: whether the value is looked at in earlier rows alone.
    fn looks_too_far(&self, input: &Input, at: &Rows, earlier: bool) -> Option<Kind> {
        let over = match &input.how {
            How::Over(over) if over.says == Says::Ends => return None,
            How::Over(over) if over.single && input.column.is_some_and(|of| self.is_end(of)) => return None,
            How::Over(over) if !self.makes_rows(over) && !self.of_one_row(&over.keys) => over,
            How::Learned(rows) | How::Selected(rows) => return self.learned_across(rows, at).map(Kind::Across),
            // That it has learned the target of these rows is told otherwise.
            How::Predicted(rows) if !self.is_target(input.column) => {
                return self.crosses(rows, &[], at).map(Kind::Across);
            }
            _ => return None,
        };
        match over.sees {
            Sees::Later if over.timed => Some(Kind::Later),
            Sees::Later | Sees::All => match self.crosses(&over.rows, &over.keys, at) {
                Some(split) => Some(Kind::Across(split)),
                None => match self.across_groups(over, at, earlier) {
                    Some(split) => Some(Kind::AcrossGroups(split)),
                    None => (over.timed && self.flow.provenance.share(&over.rows, at)).then_some(Kind::AllTime),
                },
            },
            // A place in another order than that of time depends on rows from anywhere.
            Sees::Earlier | Sees::UpTo if over.order == Order::Other && input.column.is_none() => {
                self.crosses(&over.rows, &over.keys, at).map(Kind::Across)
            }
            Sees::Earlier | Sees::UpTo => None,
        }
    }

    /// Whether a column holds nothing but when the time of a table begins or ends: a day to count from, and no statistic.
    fn is_end(&self, column: ColumnId) -> bool {
        let inputs = &self.flow.columns.get(column).inputs;
        let is_end = |input: &Input| match (&input.how, input.column) {
            (How::Over(over), _) if over.says == Says::Ends => true,
            (How::Over(over), Some(of)) if over.single => self.is_end(of),
            (How::Same | How::Branch(_) | How::Row | How::Joined(_), Some(of)) => self.is_end(of),
            (How::Chosen(over), _) => over.says == Says::Ends,
            _ => false,
        };
        !inputs.is_empty() && inputs.iter().all(is_end)
    }

    /// Whether a column is the target, under whatever name.
    fn is_target(&self, column: Option<ColumnId>) -> bool {
        let root = |column: ColumnId| self.flow.columns.root(column);
        column.is_some_and(|column| self.target.iter().any(|target| root(*target) == root(column)))
    }

    /// Whether the keys name a single row of a dataset, so that what is computed is of that row.
    fn of_one_row(&self, keys: &[ColumnId]) -> bool {
        let keys: Vec<ColumnId> = keys.iter().map(|key| self.flow.columns.root(*key)).collect();
        self.flow.unique.iter().any(|unique| unique.iter().all(|column| keys.contains(column)))
    }

    /// Whether the rows at hand are just those that are made of them.
    fn makes_rows(&self, over: &Over) -> bool {
        makes_rows(over, &self.closure)
    }

    /// The split of which rows `at` are one part, and rows that a step of a recipe was fitted on are others. Of test rows it is
    /// told where they were fitted on.
    fn learned_across(&self, fitted: &[Stretch], at: &Rows) -> Option<CutId> {
        let is_told = self.flow.provenance.split_with(fitted, Part::Test).is_some();
        if is_told { None } else { self.crosses(fitted, &[], at) }
    }

    /// The split of which rows `at` are one part, and `of` rows of several: those of a group of which all rows are
    /// in one part are not.
    fn crosses(&self, of: &[Stretch], keys: &[ColumnId], at: &Rows) -> Option<CutId> {
        let provenance = &self.flow.provenance;
        let of = provenance.closure(of);
        let of_branch = (!Arc::ptr_eq(at, &self.table.rows)).then(|| provenance.closure(at));
        let closure = of_branch.as_ref().unwrap_or(&self.closure);
        let keys: Vec<ColumnId> = keys.iter().map(|key| self.flow.columns.root(*key)).collect();
        for own in closure {
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
                let (theirs, ours) = (parts(&of), parts(closure));
                let mixed =
                    theirs.iter().any(|part| ours.contains(part)) && theirs.iter().any(|part| !ours.contains(part));
                let several = mixed
                    || of.iter().filter(|stretch| stretch.origin == own.origin).any(|stretch| {
                        match stretch.cuts.iter().find(|(other, _)| other == split) {
                            Some((_, other)) => other != part && *other == Some(Part::Test),
                            // A condition may be meant to leave just those of one part.
                            None => {
                                let others = stretch.cuts.iter().filter(|other| !own.cuts.contains(other));
                                let mut others = others.map(|(other, _)| provenance.cut(*other));
                                others.all(|other| cut.random || other.random || !other.is_related_to(cut))
                                    || provenance.reaches(stretch, *split, |other| other != *part)
                            }
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

fn makes_rows(over: &Over, closure: &[Stretch]) -> bool {
    over.makes.is_some_and(|made| closure.iter().any(|stretch| stretch.origin == made))
}

/// The target, and what it was before something was done to it that left it the target: also that of rows of which those at hand
/// are made (`closure`).
fn targets(flow: &Flow<'_>, target: ColumnId, closure: &[Stretch]) -> Vec<ColumnId> {
    let mut all = vec![target];
    let mut place = 0;
    while place < all.len() {
        for input in &flow.columns.get(all[place]).inputs {
            let Some(of) = input.column.filter(|of| !all.contains(of)) else { continue };
            let still = match input.how {
                How::Same | How::Branch(_) | How::Joined(_) => true,
                How::Row => flow.columns.get(of).was_target,
                How::Over(ref over) => makes_rows(over, closure) && flow.columns.get(of).was_target,
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

/// The rows that values behind a step are those of.
fn behind(input: &Input, at: &Rows) -> Rows {
    match &input.how {
        How::Branch(branch) => of_branch(at, branch),
        _ => at.clone(),
    }
}

/// Whether a value is of rows alone that are no later than the row at hand.
fn of_earlier(how: &How) -> bool {
    matches!(how, How::Over(over) if matches!(over.sees, Sees::Earlier | Sees::UpTo) && over.order == Order::Time)
}

/// A column on the way.
struct Stop {
    feature: ColumnId,
    column: ColumnId,
    /// What is wrong with a step before it.
    through: Option<Kind>,
    /// The rows at hand: those of one branch, behind a union.
    at: Rows,
    /// Whether a step before it looks at earlier rows alone.
    earlier: bool,
}

/// Columns still to be looked at, each once for the same rows.
struct Walk {
    waiting: VecDeque<Stop>,
    known: Set<(ColumnId, Rows, bool)>,
}

impl Walk {
    fn from(features: impl Iterator<Item = ColumnId>, at: &Rows) -> Self {
        let stop = |feature| Stop { feature, column: feature, through: None, at: at.clone(), earlier: false };
        let waiting: VecDeque<Stop> = features.map(stop).collect();
        let known = waiting.iter().map(|stop| (stop.column, stop.at.clone(), stop.earlier)).collect();
        Self { waiting, known }
    }

    fn next(&mut self) -> Option<Stop> {
        self.waiting.pop_front()
    }

    fn go(&mut self, stop: Stop) {
        if self.known.insert((stop.column, stop.at.clone(), stop.earlier)) {
            self.waiting.push_back(stop);
        }
    }
}

/// Where the target is computed from features of the same row and nothing else: the column that is, and the feature that holds
/// all of it under another name.
pub(super) fn target_from_features(features: &Features<'_, '_>) -> Option<(ColumnId, Option<ColumnId>)> {
    let columns = &features.flow.columns;
    let roots: Set<ColumnId> = features.columns().map(|feature| columns.root(feature)).collect();
    let is_feature = |column: ColumnId| roots.contains(&column) || roots.contains(&columns.root(column));
    let target = columns.root(*features.target.first()?);
    let core = columns.get(target).core;
    if let Some(feature) = features.columns().find(|feature| core.is_some() && columns.number(*feature) == core) {
        return Some((target, Some(feature)));
    }
    let mut known = Set::default();
    let is_made = |inputs: &[Input]| {
        !inputs.is_empty() && inputs.iter().all(|input| matches!(input.how, How::Same | How::Branch(_) | How::Row))
    };
    if is_feature(target) || !is_made(&columns.get(target).inputs) {
        return None;
    }
    let mut waiting = vec![target];
    while let Some(column) = waiting.pop() {
        if is_feature(column) {
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
    Some((target, None))
}
