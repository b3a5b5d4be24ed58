//! Sequences as a value.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::SequencesType;
use polars::prelude::{DataFrame, IdxCa, NewChunkedArray};

use super::Items;
use crate::frame::fault;

/// Sessions of items in the order of time. Copies and parts of it share what they hold: a part is places within the same
/// clicks, so that all parts of a split together take little more memory than the whole.
#[derive(Clone, Debug)]
pub struct Sequences {
    /// The type that the checker gave them.
    pub ty: SequencesType,
    items: Arc<Items>,
    clicks: Arc<Clicks>,
    spans: Arc<[Span]>,
    /// One row a sequence.
    keys: DataFrame,
}

/// Clicks, sequence by sequence.
#[derive(Debug, Default)]
pub(crate) struct Clicks {
    /// The number of the item of each.
    pub(crate) items: Vec<u32>,
    /// When it was, in microseconds (of dates and moments: since 1970).
    pub(crate) times: Vec<i64>,
}

/// Where a sequence begins and ends within the clicks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    fn len(self) -> usize {
        self.range().len()
    }
}

/// One sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sequence<'s> {
    /// The numbers of its items, the first click first.
    pub items: &'s [u32],
    /// When each click was, in microseconds.
    pub times: &'s [i64],
}

impl<'s> Sequence<'s> {
    /// How many clicks it has.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// When its last click was; `None` where it has none.
    pub fn end(&self) -> Option<i64> {
        self.times.last().copied()
    }

    /// What comes next, and the clicks before it; `None` where it has no click.
    pub fn last(&self) -> Option<(Sequence<'s>, u32)> {
        let (next, items) = self.items.split_last()?;
        Some((Sequence { items, times: &self.times[..items.len()] }, *next))
    }
}

impl Sequences {
    pub(crate) fn new(ty: SequencesType, items: Arc<Items>, clicks: Clicks, spans: Vec<Span>, keys: DataFrame) -> Self {
        Self { ty, items, clicks: Arc::new(clicks), spans: spans.into(), keys }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The items that the numbers of the clicks stand for. There may be more of them than these sequences have.
    pub fn items(&self) -> &Arc<Items> {
        &self.items
    }

    /// The columns that name each sequence, one row a sequence.
    pub fn keys(&self) -> &DataFrame {
        &self.keys
    }

    /// The sequence at a place.
    pub fn get(&self, place: usize) -> Sequence<'_> {
        let range = self.spans[place].range();
        Sequence { items: &self.clicks.items[range.clone()], times: &self.clicks.times[range] }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Sequence<'_>> + Clone {
        (0..self.len()).map(|place| self.get(place))
    }

    /// Clicks of all sequences together.
    pub fn clicks(&self) -> usize {
        self.spans.iter().map(|span| span.len()).sum()
    }

    /// Bytes of memory that they take. Parts of the same clicks count them each.
    pub fn bytes(&self) -> u64 {
        let clicks = self.clicks.items.len() * (size_of::<u32>() + size_of::<i64>());
        let frames = self.keys.estimated_size() + self.items.values().estimated_size();
        (clicks + self.spans.len() * size_of::<Span>() + frames) as u64
    }

    /// When the last click of all was; `None` where there is none.
    pub fn end(&self) -> Option<i64> {
        self.iter().filter_map(|sequence| sequence.end()).max()
    }

    /// Some of the sequences, by their places, each without as many of its last clicks as `without` says for its length.
    pub(crate) fn part(
        &self,
        ty: SequencesType,
        places: &[u32],
        without: impl Fn(usize) -> usize,
    ) -> Result<Self, Fault> {
        let keys = self.keys.take(&IdxCa::from_slice("".into(), places)).map_err(fault)?;
        let span = |place: &u32| {
            let span = self.spans[*place as usize];
            let left = span.len().saturating_sub(without(span.len()));
            // No more than the length before, which is an u32.
            Span { end: span.start + left as u32, ..span }
        };
        let spans = places.iter().map(span).collect();
        Ok(Self { ty, items: self.items.clone(), clicks: self.clicks.clone(), spans, keys })
    }

    /// The same with no items but those that they have: the most frequent one has the number 0, equally frequent ones follow in
    /// the order in which they appear.
    ///
    /// # Errors
    /// Where the items cannot be taken.
    pub fn by_frequency(&self) -> Result<Self, Fault> {
        let mut counts = vec![0_u64; self.items.len()];
        let mut appeared = Vec::new();
        for item in self.iter().flat_map(|sequence| sequence.items) {
            let count = &mut counts[*item as usize];
            if *count == 0 {
                appeared.push(*item);
            }
            *count += 1;
        }
        // The sort is stable: equal ones stay in order.
        appeared.sort_by_key(|item| std::cmp::Reverse(counts[*item as usize]));
        let mut numbers = vec![0; counts.len()];
        for (number, item) in (0_u32..).zip(&appeared) {
            numbers[*item as usize] = number;
        }
        let items = Arc::new(Items::new(&self.items.take(&appeared)?)?);
        Ok(self.numbered(items, |item| Some(numbers[item as usize])))
    }

    /// The same in the numbers of other items: those that are not among them are passed over.
    ///
    /// # Errors
    /// Where the items cannot be read.
    pub fn in_terms_of(&self, items: &Arc<Items>) -> Result<Self, Fault> {
        let numbers = items.numbers_of(&self.items)?;
        Ok(self.numbered(items.clone(), |item| numbers[item as usize]))
    }

    fn numbered(&self, items: Arc<Items>, number: impl Fn(u32) -> Option<u32>) -> Self {
        let most = self.clicks();
        let mut clicks = Clicks { items: Vec::with_capacity(most), times: Vec::with_capacity(most) };
        let mut spans = Vec::with_capacity(self.len());
        // There are no more clicks than before, and those have places.
        let place = |clicks: &Clicks| clicks.items.len() as u32;
        for sequence in self.iter() {
            let start = place(&clicks);
            for (item, time) in sequence.items.iter().zip(sequence.times) {
                if let Some(item) = number(*item) {
                    clicks.items.push(item);
                    clicks.times.push(*time);
                }
            }
            spans.push(Span { start, end: place(&clicks) });
        }
        Self::new(self.ty.clone(), items, clicks, spans, self.keys.clone())
    }
}
