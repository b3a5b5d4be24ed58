//! All clicks in the order of time.

use rayon::prelude::*;

use crate::sequences::Sequences;

/// Of a sequence that clicked an item, what lies so far before and behind the click is seen.
const BESIDE: usize = 4;

/// Clicks of sequences, and where each stands in time.
pub(crate) struct Clicks<'a> {
    sequences: Sequences<'a>,
    /// The place of each click in the order of time; those at the same time are in the order of sequences.
    ranks: Vec<u32>,
    /// The sequence of each.
    within: Vec<u32>,
    /// Clicks on each item, in the order of time, and where those of an item begin.
    of_items: Vec<u32>,
    starts: Vec<usize>,
}

/// A node at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Node {
    /// An item, as it was before a place in time, and without the clicks of a sequence.
    Item { item: u32, before: u32, without: u32 },
    /// The clicks of a sequence from a place to another, as they were before a place in time.
    Sequence { from: usize, to: usize, before: u32 },
}

impl Node {
    /// An item after the last click.
    pub(crate) fn item_in_the_end(item: u32) -> Self {
        Self::Item { item, before: u32::MAX, without: u32::MAX }
    }

    /// A node that sees nothing, of the kind asked for.
    pub(crate) fn blind(is_item: bool) -> Self {
        match is_item {
            true => Self::Item { item: 0, before: 0, without: u32::MAX },
            false => Self::Sequence { from: 0, to: 0, before: 0 },
        }
    }
}

impl<'a> Clicks<'a> {
    /// The clicks of sequences; `times` are those of their items, one after the other.
    pub(crate) fn new(sequences: Sequences<'a>, times: &[i64], items: usize) -> Self {
        let clicks = sequences.items();
        let mut order: Vec<u32> = (0..clicks.len() as u32).collect();
        // It keeps those at the same time in their order.
        order.par_sort_by_key(|click| times[*click as usize]);
        let mut ranks = vec![0; clicks.len()];
        let mut starts = vec![0; items + 1];
        for (rank, click) in (0_u32..).zip(&order) {
            ranks[*click as usize] = rank;
            starts[clicks[*click as usize] as usize + 1] += 1;
        }
        for item in 0..items {
            starts[item + 1] += starts[item];
        }
        let mut next = starts.clone();
        let mut of_items = vec![0; clicks.len()];
        for click in order {
            let place = &mut next[clicks[click as usize] as usize];
            of_items[*place] = click;
            *place += 1;
        }
        let mut within = Vec::with_capacity(clicks.len());
        for (number, sequence) in (0_u32..).zip(sequences.iter()) {
            within.resize(within.len() + sequence.len(), number);
        }
        Self { sequences, ranks, within, of_items, starts }
    }

    /// The clicks of a sequence before one of them, as many as asked for.
    pub(crate) fn sequence_before(&self, click: usize, count: usize) -> Node {
        Node::Sequence { from: click - count, to: click, before: self.ranks[click] }
    }

    /// The items that a node begins as the mean of.
    pub(crate) fn begins_as(&self, node: Node, into: &mut Vec<u32>) {
        match node {
            Node::Item { item, .. } => into.push(item),
            Node::Sequence { from, to, .. } if from == to => into.push(0),
            Node::Sequence { from, to, .. } => into.extend_from_slice(&self.sequences.items()[from..to]),
        }
    }

    /// The most recent nodes that a node sees, the most recent first.
    pub(crate) fn around(&self, node: Node, most: usize, mut each: impl FnMut(Node)) {
        match node {
            Node::Item { item, before, without } => {
                let clicks = &self.of_items[self.starts[item as usize]..self.starts[item as usize + 1]];
                let count = clicks.partition_point(|click| self.ranks[*click as usize] < before);
                let others = clicks[..count].iter().rev().filter(|click| self.within[**click as usize] != without);
                others.take(most).for_each(|click| each(self.beside(*click as usize, before)));
            }
            Node::Sequence { from, to, before } => {
                let seen = (from..to).rev().take(most);
                seen.for_each(|click| {
                    each(Node::Item { item: self.sequences.items()[click], before, without: self.within[click] });
                });
            }
        }
    }

    /// What lay beside a click before a place in time.
    fn beside(&self, click: usize, before: u32) -> Node {
        let number = self.within[click] as usize;
        let (start, end) = (self.sequences.offsets()[number], self.sequences.offsets()[number + 1]);
        let (from, most) = (click.saturating_sub(BESIDE).max(start), (click + BESIDE + 1).min(end));
        let later = self.ranks[click..most].iter().take_while(|rank| **rank < before).count();
        Node::Sequence { from, to: click + later, before }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_see_what_was_before_and_the_most_recent_first() {
        // Three sequences; the times of the second lie between those of the first.
        let (items, offsets) = ([5, 6, 7, 6, 5, 6, 8], [0, 3, 5, 7]);
        let times = [10, 30, 50, 20, 40, 60, 70];
        let sequences = Sequences::new(&items, &offsets, 9).unwrap();
        let clicks = Clicks::new(sequences, &times, 9);
        let around = |node, most| {
            let mut seen = Vec::new();
            clicks.around(node, most, |node| seen.push(node));
            seen
        };
        // 7 comes after 5 and 6 of the first sequence, before time 50 (rank 4).
        let root = clicks.sequence_before(2, 2);
        assert_eq!(root, Node::Sequence { from: 0, to: 2, before: 4 });
        let seen = around(root, 5);
        let item = |item, without| Node::Item { item, before: 4, without };
        assert_eq!(seen, [item(6, 0), item(5, 0)]);
        // 6 was clicked by the second sequence at 20, which clicked 5 at 40; its own click is not seen, nor that at 60.
        assert_eq!(around(seen[0], 5), [Node::Sequence { from: 3, to: 5, before: 4 }]);
        assert_eq!(around(root, 1), [item(6, 0)]);
        // In the end 6 has been clicked by all, the last one first.
        let of = |from, to| Node::Sequence { from, to, before: u32::MAX };
        assert_eq!(around(Node::item_in_the_end(6), 5), [of(5, 7), of(0, 3), of(3, 5)]);
        assert_eq!(around(Node::item_in_the_end(6), 2), [of(5, 7), of(0, 3)]);
        // At 30, 5 of the second sequence was still to come.
        let early = Node::Item { item: 6, before: 2, without: u32::MAX };
        assert_eq!(around(early, 5), [Node::Sequence { from: 3, to: 4, before: 2 }]);
        let mut begins = Vec::new();
        clicks.begins_as(root, &mut begins);
        assert_eq!(begins, [5, 6]);
        assert_eq!(around(Node::blind(true), 3), []);
        assert_eq!(around(Node::blind(false), 3), []);
    }
}
