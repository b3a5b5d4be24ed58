//! Something learned that recommends items.

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Learned, Type};
use serde_json::{Value as Json, json};

use super::best::{self, Scored};
use super::{Known, Means, Rest, Scorer, Scores, als, item_knn, networks, popularity};
use crate::course::Course;
use crate::data::{Context, Table};
use crate::learn::artifact::{FILE, learned_type, parsed, unreadable, write_signature};
use crate::learned::Fitted;
use crate::sequences::{Sequence, Sequences};

/// The kind that stands in `signature.json`.
pub(crate) const KIND: &str = "recommender";

/// What was learned from sequences, with the items that it knows.
pub struct Recommender {
    known: Known,
    scorer: Arc<dyn Scorer>,
    item: Type,
}

impl Recommender {
    /// What a scorer that was learned from these sequences makes of their items.
    pub(crate) fn new(train: &Sequences, scorer: Arc<dyn Scorer>) -> Self {
        Self { known: Known::of(train), scorer, item: (*train.ty.item).clone() }
    }

    /// The items that it knows.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// What it has learned.
    pub fn scorer(&self) -> &Arc<dyn Scorer> {
        &self.scorer
    }

    /// The number that each item of the sequences has here; none where it is not known.
    ///
    /// # Errors
    /// GML0721 where they are items of another kind.
    pub(super) fn numbers(&self, sequences: &Sequences) -> Result<Vec<Option<u32>>, Fault> {
        let (own, others) = (&self.known.items, sequences.items());
        if own.kind() != others.kind() && !others.is_empty() {
            let message =
                format!("the recommender knows items that are {}, and these are {}", own.kind(), others.kind());
            return Err(Fault::new("GML0721", message)
                .help("use the same column for items here and where the recommender was fitted"));
        }
        own.numbers_of(others)
    }

    /// How many sequences are looked at together: the scores of so many fit into memory many times over.
    pub(super) fn together(&self) -> usize {
        const SCORES: usize = 1 << 24;
        (SCORES / self.known.len().max(1)).clamp(1, 1_024)
    }

    /// The scores behind each sequence, which are in the numbers of this recommender; those without an item have shares of all
    /// clicks.
    pub(super) fn scores(&self, given: &[Sequence<'_>], means: Means<'_>) -> Result<Vec<Scores>, Fault> {
        let some: Vec<Sequence<'_>> = given.iter().copied().filter(|sequence| !sequence.is_empty()).collect();
        let scored = if some.is_empty() { Vec::new() } else { self.scorer.scores(&some, &self.known, means)? };
        if scored.len() != some.len() {
            let message =
                format!("{} gave scores for {} of {} sequences", self.scorer.kind(), scored.len(), some.len());
            return Err(Fault::new("GML0999", message));
        }
        let mut scored = scored.into_iter();
        let one = |sequence: &Sequence<'_>| {
            let scores = if sequence.is_empty() { None } else { scored.next() };
            best::checked(scores.unwrap_or(Scores::Some { scored: Vec::new(), rest: Rest::Shares }))
        };
        given.iter().map(one).collect()
    }

    /// The first `k` by their scores, without those left out: their numbers in rising order.
    pub(super) fn first(&self, scores: &Scores, k: usize, left_out: &[u32]) -> Vec<Scored> {
        best::first(scores, &self.known, k, left_out)
    }
}

impl Fitted for Recommender {
    fn apply(&self, _table: &Table, _context: &Context) -> Result<Table, Fault> {
        Err(Fault::new("GML0999", "a recommender is used with `recommend`"))
    }

    fn by_rows(&self) -> bool {
        false
    }

    fn ty(&self) -> Learned {
        Learned::Recommender(self.item.clone())
    }

    fn facts(&self) -> Vec<(String, String)> {
        let counts =
            [("items", self.known.len() as u64), ("sequences", self.known.sequences), ("clicks", self.known.total)];
        let learner = ("learner".to_owned(), self.scorer.kind().to_owned());
        let counts = counts.map(|(name, count)| (name.to_owned(), count.to_string()));
        [learner].into_iter().chain(self.scorer.facts()).chain(counts).collect()
    }

    fn course(&self) -> Option<Course> {
        self.scorer.course()
    }

    fn save(&self, folder: &Path) -> Result<(), Fault> {
        let mut parts = vec![("recommender", json!(self.scorer.kind()))];
        parts.extend(self.known.save(folder)?);
        parts.extend(self.scorer.save(folder)?);
        write_signature(folder, KIND, &self.ty(), parts)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Loads what [`Recommender::save`] wrote.
pub(crate) fn load(folder: &Path, signature: &Json) -> Result<Arc<dyn Fitted>, Fault> {
    let Learned::Recommender(item) = learned_type(folder, signature, "type")? else {
        return Err(unreadable(&folder.join(FILE), "its type is not that of a recommender"));
    };
    let known = Known::load(folder, signature)?;
    let kind: String = parsed(folder, signature, "recommender")?;
    let scorer: Arc<dyn Scorer> = match &*kind {
        popularity::POPULARITY => popularity::load(folder, signature, &known)?,
        popularity::SESSION_POPULARITY => popularity::load_session(),
        item_knn::KIND => item_knn::load(folder, signature, &known)?,
        als::KIND => als::load(folder, signature, &known)?,
        kind if networks::is_network(kind) => networks::load(folder, signature)?,
        other => {
            let why = format!("it is a recommender that this version does not know: {other}");
            return Err(unreadable(&folder.join(FILE), &why));
        }
    };
    Ok(Arc::new(Recommender { known, scorer, item }))
}
