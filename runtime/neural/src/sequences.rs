//! Sequences of items, as codes.

use crate::Error;

/// Sequences of items one after the other: the `n`th is `items[offsets[n]..offsets[n + 1]]`.
#[derive(Clone, Copy, Debug)]
pub struct Sequences<'a> {
    items: &'a [u32],
    offsets: &'a [usize],
}

impl<'a> Sequences<'a> {
    /// Sequences of items that are numbered from 0 to `count`, which is not among them.
    ///
    /// # Errors
    /// Where the offsets do not cut the items into sequences, or an item is none of the `count`.
    pub fn new(items: &'a [u32], offsets: &'a [usize], count: usize) -> Result<Self, Error> {
        let ascend = offsets.windows(2).all(|pair| pair[0] <= pair[1]);
        if offsets.first() != Some(&0) || offsets.last() != Some(&items.len()) || !ascend {
            return Err(Error::Data(format!(
                "offsets of sequences go from 0 to the number of clicks, {}, and never back",
                items.len()
            )));
        }
        match items.iter().find(|item| **item as usize >= count) {
            Some(item) => Err(Error::Data(format!("a sequence has the item {item}, and there are {count}"))),
            None => Ok(Self { items, offsets }),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Each of them in turn.
    pub fn iter(&self) -> impl Iterator<Item = &'a [u32]> + use<'a> {
        let items = self.items;
        self.offsets.windows(2).map(move |ends| &items[ends[0]..ends[1]])
    }

    /// The items of all.
    pub(crate) fn items(&self) -> &'a [u32] {
        self.items
    }

    /// Where each begins and the last ends.
    pub(crate) fn offsets(&self) -> &'a [usize] {
        self.offsets
    }
}
