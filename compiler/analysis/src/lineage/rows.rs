//! Where the rows of a table come from, and whether two tables share rows.

use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::Partitions;

use super::column::ColumnId;
use super::region::Region;
use crate::hash::Map;
use crate::typed::{DatasetId, LibraryName, Text};

/// Where rows begin: a dataset, a table that is written out, rows made of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OriginId(u32);

/// What leaves rows out, by its place: a part of a split, a filter, a sample. So does what makes several rows of one, which leaves
/// none out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CutId(u32);

/// The rows of a table: a union of stretches.
pub type Rows = Arc<[Stretch]>;

/// Rows of one origin that have gone through some cuts. The same cuts of the same origin are the same rows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stretch {
    /// Where they begin.
    pub origin: OriginId,
    /// What has left rows out, with the part that they are in where it was a split; in the order of ids.
    pub cuts: Vec<(CutId, Option<Part>)>,
}

impl Stretch {
    /// Whether they are all among those of one of some stretches: of its origin, and through all of its cuts.
    fn is_among(&self, stretches: &[Self]) -> bool {
        stretches.iter().any(|of| of.origin == self.origin && of.cuts.iter().all(|cut| self.cuts.contains(cut)))
    }
}

/// What leaves rows out, and the part that it leaves where it is a split.
type Leaving<'c> = (&'c Cut, Option<Part>);

/// Rows with a target.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Labelled<'a> {
    /// Which.
    pub rows: &'a [Stretch],
    /// The rows that say what the target is; `None` where they do themselves.
    pub outcome: Option<&'a Rows>,
}

/// A part of a split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// `train`
    Train,
    /// `valid`
    Valid,
    /// `test`
    Test,
}

impl Part {
    /// The word in a program.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Valid => "valid",
            Self::Test => "test",
        }
    }

    pub(super) fn of(partitions: Partitions) -> Option<Self> {
        [(Partitions::TRAIN, Self::Train), (Partitions::VALID, Self::Valid), (Partitions::TEST, Self::Test)]
            .into_iter()
            .find_map(|(named, part)| (partitions == named).then_some(part))
    }
}

/// Where rows begin.
#[derive(Clone, Debug)]
pub struct Origin {
    /// What it is.
    pub kind: OriginKind,
    /// Rows that they are made of.
    pub made_of: Rows,
    /// Whether nothing was left out of these, nor of what they were made of.
    whole: bool,
    /// The columns that are equal in all rows that one is made of, where these are groups.
    keys: Option<Vec<ColumnId>>,
}

/// What rows begin with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OriginKind {
    /// The rows of a dataset that no pipeline saves.
    Dataset(DatasetId),
    /// Rows that are written out, or an argument of a node that nothing calls.
    Given(Span),
    /// Rows that a step of that name makes of others, by what it makes them of.
    Made(Text, u64),
}

/// What leaves rows out.
#[derive(Clone, Debug)]
pub struct Cut {
    /// The call.
    pub span: Span,
    /// Its name.
    pub name: LibraryName,
    /// Whether it draws rows at random, regardless of what is in them.
    pub random: bool,
    /// Whether it chooses rows by a time.
    pub by_time: bool,
    /// Whether it looks at each row by itself.
    pub alone: bool,
    /// Whether it looks at another table, so that nothing is known of what it leaves.
    pub relative: bool,
    /// Whether it joins that table: most rows are found there.
    pub looks_up: bool,
    /// The rows that it surely leaves, where they are among those that it is given: it keeps what is found in a table of them.
    pub keeps: Vec<Stretch>,
    /// The rows of another table among which it looks for each row, with the columns by which it does.
    pub(crate) found_by: Option<Arc<(Rows, Vec<ColumnId>)>>,
    /// Whether it looks at rows with equal keys together, so that it may leave one of each.
    pub keyed: bool,
    /// Whether rows that are there several times may be in several parts: nothing keeps them together.
    pub scatters: bool,
    /// The columns that decide.
    pub by: Vec<ColumnId>,
    /// Those, and what they are made of; `None` where that is too much to say.
    pub about: Option<Vec<ColumnId>>,
    /// What it asks of the rows that it leaves; of a split, what each part asks.
    pub(crate) asks: Vec<(Option<Part>, Region)>,
    /// Where it makes several rows of one: the columns that are the same in all of them; where every row goes with every other, the
    /// columns of either side.
    pub copies: Vec<Vec<ColumnId>>,
}

/// What is asked for where nobody can tell.
static NOTHING_KNOWN: Region = Region::UNKNOWN;

impl Cut {
    /// Whether it leaves no row out, but makes several of each.
    pub fn multiplies(&self) -> bool {
        !self.copies.is_empty()
    }

    /// What it asks of the rows of a part.
    pub(crate) fn asks_of(&self, part: Option<Part>) -> &Region {
        self.asks.iter().find(|(of, _)| *of == part).map_or(&NOTHING_KNOWN, |(_, region)| region)
    }

    /// Whether it may look at one of these columns, or at what is made of it.
    pub(crate) fn is_about(&self, columns: &[ColumnId]) -> bool {
        self.about.as_ref().is_none_or(|about| about.iter().any(|column| columns.contains(column)))
    }

    /// Whether both may look at the same.
    pub fn is_related_to(&self, other: &Self) -> bool {
        match (&self.about, &other.about) {
            (Some(about), Some(others)) => about.iter().any(|column| others.contains(column)),
            _ => true,
        }
    }
}

/// All origins and cuts of a program.
#[derive(Clone, Debug, Default)]
pub struct Provenance {
    origins: Vec<Origin>,
    by_kind: Map<OriginKind, OriginId>,
    cuts: Vec<Cut>,
    by_number: Map<u64, CutId>,
}

impl Provenance {
    /// The origin of that id.
    pub fn origin(&self, id: OriginId) -> &Origin {
        &self.origins[id.0 as usize]
    }

    /// The cut of that id.
    pub fn cut(&self, id: CutId) -> &Cut {
        &self.cuts[id.0 as usize]
    }

    pub(super) fn begin(&mut self, kind: OriginKind, made_of: Rows) -> OriginId {
        if let Some(id) = self.by_kind.get(&kind) {
            return *id;
        }
        let id = OriginId(u32::try_from(self.origins.len()).unwrap_or(u32::MAX));
        let whole = made_of.iter().all(|stretch| self.is_all(stretch));
        self.origins.push(Origin { kind: kind.clone(), made_of, whole, keys: None });
        self.by_kind.insert(kind, id);
        id
    }

    /// Notes that rows are groups, made of all that are equal in these columns.
    pub(super) fn are_groups(&mut self, id: OriginId, keys: &[ColumnId]) {
        self.origins[id.0 as usize].keys = Some(keys.to_vec());
    }

    /// The columns that are equal in all rows that one is made of; `None` where they are no groups, or where that is not known.
    pub(crate) fn keys_of(&self, id: OriginId) -> Option<&[ColumnId]> {
        self.origin(id).keys.as_deref()
    }

    /// The cut of that number, where there is one: equal calls on equal rows leave the same rows.
    pub(super) fn known_cut(&self, number: u64) -> Option<CutId> {
        self.by_number.get(&number).copied()
    }

    pub(super) fn add_cut(&mut self, number: u64, cut: Cut) -> CutId {
        let id = CutId(u32::try_from(self.cuts.len()).unwrap_or(u32::MAX));
        self.cuts.push(cut);
        self.by_number.insert(number, id);
        id
    }

    /// Whether some rows are surely in both: of one origin, and nothing keeps them apart.
    pub(crate) fn share(&self, a: &[Stretch], b: &[Stretch]) -> bool {
        a.iter().any(|a| b.iter().any(|b| self.stretches_share(a, b)))
    }

    fn stretches_share(&self, a: &Stretch, b: &Stretch) -> bool {
        if a.origin != b.origin {
            return false;
        }
        let part_in_b = |cut: CutId| b.cuts.iter().find(|(other, _)| *other == cut).map(|(_, part)| *part);
        let apart = |(cut, part): &(CutId, Option<Part>)| {
            part_in_b(*cut).is_some_and(|other| other != *part) && !self.cut(*cut).scatters
        };
        if a.cuts.iter().any(apart) {
            return false;
        }
        let (only_a, only_b) = (self.only(a, b), self.only(b, a));
        if only_a.is_empty() || only_b.is_empty() {
            return true;
        }
        // What looks at other rows may be meant to keep just these apart.
        if only_a.iter().chain(&only_b).any(|(cut, _)| cut.relative) {
            return false;
        }
        // What is drawn at random hits rows of both sides of a condition, and a part of a split those of conditions on
        // something else.
        let tell = |cuts: &[Leaving<'_>], others: &[Leaving<'_>]| {
            let hits = |(cut, part): &Leaving<'_>| {
                let elsewhere = |(other, _): &Leaving<'_>| other.random || other.alone && !cut.is_related_to(other);
                cut.random || part.is_some() && others.iter().all(elsewhere)
            };
            let telling = cuts.iter().filter(|one| !hits(one));
            telling.fold(Region::ALL, |all, (cut, part)| all.and(cut.asks_of(*part)))
        };
        tell(&only_a, &only_b).shares_with(&tell(&only_b, &only_a))
    }

    /// What leaves out rows of `a`, and perhaps some that are in `b`.
    fn only<'c>(&'c self, a: &Stretch, b: &Stretch) -> Vec<Leaving<'c>> {
        let of_a = a.cuts.iter().filter(|(cut, _)| !b.cuts.iter().any(|(other, _)| other == cut));
        let cuts = of_a.map(|(cut, part)| (self.cut(*cut), *part));
        cuts.filter(|(cut, _)| !cut.multiplies() && !b.is_among(&cut.keeps)).collect()
    }

    /// The rows of which all are found in a table by its keys: its own, and those that whole groups of it are made of.
    pub(super) fn found_in(&self, rows: &[Stretch]) -> Vec<Stretch> {
        self.closure_behind(rows, |stretch| stretch.cuts.is_empty())
    }

    /// Whether rows that go through no such split are surely in such a part of it.
    pub(crate) fn reaches(&self, of: &Stretch, split: CutId, is: impl Fn(Option<Part>) -> bool) -> bool {
        let asks = of.cuts.iter().fold(Region::ALL, |all, (cut, part)| all.and(self.cut(*cut).asks_of(*part)));
        self.cut(split).asks.iter().any(|(part, region)| is(*part) && region.shares_with(&asks))
    }

    /// Whether some rows are surely in both and have the same outcome. Where other rows say what it is, rows count as the
    /// same, too, that are made of the same ones.
    pub(crate) fn overlap(&self, a: Labelled<'_>, b: Labelled<'_>) -> bool {
        match (a.outcome, b.outcome) {
            (Some(of_a), Some(of_b)) => self.common(a.rows, b.rows) && self.common(of_a, of_b),
            _ => self.share(a.rows, b.rows) || self.clicks_are_among(a.rows, b.rows),
        }
    }

    /// Whether all clicks that sequences of `b` are made of are among those that whole sequences of `a` are. Those of `b` that have
    /// others too may be judged by these, and go by the ones before them.
    fn clicks_are_among(&self, a: &[Stretch], b: &[Stretch]) -> bool {
        let clicks = |of: &Stretch| {
            let Origin { kind, made_of, .. } = self.origin(of.origin);
            matches!(kind, OriginKind::Made(step, _) if &**step == "sequences").then_some(made_of)
        };
        let whole: Vec<_> = a.iter().filter(|of| of.cuts.is_empty()).filter_map(clicks).collect();
        b.iter()
            .filter_map(clicks)
            .any(|of_b| whole.iter().any(|of_a| !of_b.is_empty() && of_b.iter().all(|click| click.is_among(of_a))))
    }

    /// Whether rows, or rows that they are made of, are surely in both. Where both come to an origin, what its rows are made of
    /// counts no more: groups of the same rows may lie apart.
    fn common(&self, a: &[Stretch], b: &[Stretch]) -> bool {
        let below = self.closure(b);
        let mut known: Vec<Stretch> = Vec::new();
        let mut waiting = a.to_vec();
        while let Some(stretch) = waiting.pop() {
            if known.contains(&stretch) {
                continue;
            }
            let mut same = below.iter().filter(|other| other.origin == stretch.origin).peekable();
            if same.peek().is_none() {
                waiting.extend(self.origin(stretch.origin).made_of.iter().cloned());
            } else if same.any(|other| self.stretches_share(&stretch, other)) {
                return true;
            }
            known.push(stretch);
        }
        false
    }

    /// Whether some rows are there more than once, and nothing has left one of each.
    pub(super) fn repeats(&self, rows: &[Stretch]) -> bool {
        let is_single =
            |a: &Stretch, b: &Stretch| a.cuts.iter().any(|cut| self.cut(cut.0).keyed && b.cuts.contains(cut));
        let repeat = |a: &Stretch, b: &Stretch| self.stretches_share(a, b) && !is_single(a, b);
        rows.iter().enumerate().any(|(place, a)| rows[..place].iter().any(|b| repeat(a, b)))
    }

    /// Rows of which each is there once.
    pub(super) fn once(&self, rows: &Rows) -> Rows {
        if rows.len() < 2 {
            return rows.clone();
        }
        let mut all: Vec<&Stretch> = rows.iter().collect();
        all.sort_by_key(|stretch| stretch.cuts.len());
        let mut kept: Vec<Stretch> = Vec::new();
        for stretch in all {
            if !kept.iter().any(|other| self.stretches_share(stretch, other)) {
                kept.push(stretch.clone());
            }
        }
        kept.sort_unstable();
        kept.into()
    }

    /// Whether a value computed from rows `of` says something of the rows `own` themselves. Rows of an unknown relation
    /// (both filtered, by different conditions) are taken to be apart.
    pub(crate) fn own(&self, of: &[Stretch], own: &[Stretch]) -> bool {
        let same_origin = of.iter().any(|a| own.iter().any(|b| a.origin == b.origin));
        if same_origin { self.share(of, own) } else { of.iter().any(|stretch| self.is_whole(stretch)) }
    }

    /// Whether nothing was left out, and nothing of what they were made of.
    pub(super) fn is_all(&self, stretch: &Stretch) -> bool {
        self.is_whole(stretch) && self.origin(stretch.origin).whole
    }

    /// Whether nothing is left out, but what was not found in a table that was joined.
    fn is_whole(&self, stretch: &Stretch) -> bool {
        stretch.cuts.iter().map(|(cut, _)| self.cut(*cut)).all(|cut| cut.multiplies() || cut.looks_up)
    }

    /// Whether rows `of` tell what is in rows `outcome` of a split: they went through the same part of it, or through no
    /// split and no condition that may be meant to leave them out. The latest rows are no such condition.
    pub(crate) fn tells(&self, of: &[Stretch], outcome: &[Stretch]) -> bool {
        outcome.iter().any(|outcome| of.iter().any(|of| self.stretch_tells(of, outcome)))
    }

    fn stretch_tells(&self, of: &Stretch, outcome: &Stretch) -> bool {
        if of.origin != outcome.origin {
            return false;
        }
        let mut splits = outcome.cuts.iter().filter(|(_, part)| part.is_some()).peekable();
        if splits.peek().is_none() {
            return self.stretches_share(of, outcome);
        }
        splits.all(|(split, part)| match of.cuts.iter().find(|(other, _)| other == split) {
            Some((_, other)) => other == part,
            None => {
                let mut others = of.cuts.iter().filter(|cut| !outcome.cuts.contains(cut));
                let split_cut = self.cut(*split);
                let says_nothing = |(other, part): &(CutId, Option<Part>)| {
                    let other = self.cut(*other);
                    let leaves_latest = other.by_time && part.is_none();
                    other.random || leaves_latest || !other.is_related_to(split_cut)
                };
                others.all(says_nothing) || self.reaches(of, *split, |of| of == *part)
            }
        })
    }

    /// Rows and all that they are made of.
    pub(crate) fn closure(&self, rows: &[Stretch]) -> Vec<Stretch> {
        self.closure_behind(rows, |_| true)
    }

    /// Rows and what those that are `open` are made of.
    fn closure_behind(&self, rows: &[Stretch], open: impl Fn(&Stretch) -> bool) -> Vec<Stretch> {
        let mut all: Vec<Stretch> = Vec::new();
        let mut waiting: Vec<Stretch> = rows.to_vec();
        while let Some(stretch) = waiting.pop() {
            if all.contains(&stretch) {
                continue;
            }
            if open(&stretch) {
                waiting.extend(self.origin(stretch.origin).made_of.iter().cloned());
            }
            all.push(stretch);
        }
        all
    }

    /// The first split of which rows, or what they are made of, are in the part.
    pub(crate) fn split_with(&self, rows: &[Stretch], part: Part) -> Option<CutId> {
        let closure = self.closure(rows);
        closure.iter().flat_map(|stretch| &stretch.cuts).find(|(_, of)| *of == Some(part)).map(|(cut, _)| *cut)
    }
}

/// Rows of either.
pub(super) fn union(a: &Rows, b: &Rows) -> Rows {
    let mut all: Vec<Stretch> = a.iter().chain(b.iter()).cloned().collect();
    all.sort();
    all.dedup();
    all.into()
}

/// Of rows `all` those that come from a branch of a union: of its origins, and through all of its cuts. All where that is none.
pub(crate) fn of_branch(all: &Rows, branch: &Rows) -> Rows {
    let those: Vec<Stretch> = all.iter().filter(|one| one.is_among(branch)).cloned().collect();
    if those.is_empty() || those.len() == all.len() { all.clone() } else { those.into() }
}

/// The rows of both, one below the other: those that are in both are there twice.
pub(super) fn together(a: &Rows, b: &Rows) -> Rows {
    let mut all: Vec<Stretch> = a.iter().chain(b.iter()).cloned().collect();
    all.sort();
    // That they are there three times says no more.
    let mut again = 0;
    all.dedup_by(|later, earlier| {
        again = if later == earlier { again + 1 } else { 0 };
        again > 1
    });
    all.into()
}

/// Rows that have gone through a further cut.
pub(super) fn through(rows: &Rows, cut: CutId, part: Option<Part>) -> Rows {
    rows.iter()
        .map(|stretch| {
            let mut cuts = stretch.cuts.clone();
            if !cuts.contains(&(cut, part)) {
                cuts.push((cut, part));
                cuts.sort();
            }
            Stretch { origin: stretch.origin, cuts }
        })
        .collect()
}
