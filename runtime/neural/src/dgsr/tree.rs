//! What nodes see, and what those see.

use rayon::prelude::*;

use super::graph::{Clicks, Node};
use crate::network::Rows;

/// Nodes whose neighbourhoods are found together.
const AT_ONCE: usize = 64;

/// The nodes around those of a level, one after the other.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Around {
    /// Where those around each node end.
    pub(crate) ends: Vec<u32>,
    /// How many around the same node are more recent.
    pub(crate) orders: Vec<i32>,
    /// 1, or 0 for one that only stands there so that there is one.
    pub(crate) there: Vec<f32>,
}

impl Around {
    /// The next node has so many around it.
    pub(crate) fn push(&mut self, count: usize) {
        self.orders.extend((0..count).map(|order| order as i32));
        self.there.resize(self.orders.len(), 1.0);
        self.ends.push(self.orders.len() as u32);
    }

    /// The place of the most recent one around each node, and any place where there is none.
    pub(crate) fn recent(&self) -> Vec<u32> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied()).take(self.ends.len());
        let last = (self.orders.len() as u32).saturating_sub(1);
        starts.map(|start| start.min(last)).collect()
    }
}

/// Roots, what they see, what that sees, level by level.
#[derive(Debug, PartialEq)]
pub(crate) struct Tree {
    /// Whether the roots are items; else they are sequences. Levels take turns.
    pub(crate) are_roots_items: bool,
    /// Nodes of each level.
    pub(crate) counts: Vec<usize>,
    /// Those of the next level around those of each.
    pub(crate) around: Vec<Around>,
}

/// Some nodes of a level.
#[derive(Default)]
struct Grown {
    /// The items that they begin as the means of, and how many each has.
    items: Vec<u32>,
    lengths: Vec<u32>,
    /// The nodes around them, and how many each has.
    seen: Vec<Node>,
    counts: Vec<usize>,
}

impl Grown {
    fn of(clicks: &Clicks<'_>, nodes: &[Node], is_last: bool, most: usize) -> Self {
        let mut grown = Self::default();
        for node in nodes {
            let (before, seen) = (grown.items.len(), grown.seen.len());
            clicks.begins_as(*node, &mut grown.items);
            grown.lengths.push((grown.items.len() - before) as u32);
            if !is_last {
                clicks.around(*node, most, |seen| grown.seen.push(seen));
                grown.counts.push(grown.seen.len() - seen);
            }
        }
        grown
    }
}

impl Tree {
    /// All that roots see over so many levels, and the rows that the nodes begin as, level by level.
    pub(crate) fn grow(
        clicks: &Clicks<'_>,
        roots: Vec<Node>,
        are_roots_items: bool,
        levels: usize,
        most: usize,
    ) -> (Rows, Self) {
        let (mut items, mut ends) = (Vec::new(), Vec::new());
        let mut tree = Self { are_roots_items, counts: Vec::new(), around: Vec::new() };
        let mut nodes = roots;
        for level in 0..=levels {
            let is_last = level == levels;
            let parts = nodes.par_chunks(AT_ONCE).map(|nodes| Grown::of(clicks, nodes, is_last, most));
            let grown: Vec<Grown> = parts.collect();
            tree.counts.push(nodes.len());
            let (mut next, mut around) = (Vec::new(), Around::default());
            let mut end = items.len() as u32;
            for Grown { items: of, lengths, seen, counts } in grown {
                items.extend(of);
                ends.extend(lengths.into_iter().map(|length| {
                    end += length;
                    end
                }));
                next.extend(seen);
                counts.into_iter().for_each(|count| around.push(count));
            }
            if is_last {
                break;
            }
            if next.is_empty() {
                // Tensors have at least one row.
                around = Around { ends: vec![1; nodes.len()], orders: vec![0], there: vec![0.0] };
                next.push(Node::blind(are_roots_items != level.is_multiple_of(2)));
            }
            tree.around.push(around);
            nodes = next;
        }
        (Rows::means(items, ends), tree)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequences::Sequences;

    #[test]
    fn levels_take_turns() {
        let (items, offsets, times) = ([1, 2, 3, 2, 3], [0, 3, 5], [1, 2, 6, 3, 4]);
        let sequences = Sequences::new(&items, &offsets, 4).unwrap();
        let clicks = Clicks::new(sequences, &times, 4);
        let roots = vec![clicks.sequence_before(2, 2)];
        let (rows, tree) = Tree::grow(&clicks, roots, false, 2, 10);
        assert_eq!(tree.counts, [1, 2, 1]);
        // The root is the mean of 1 and 2; then these, the last first; then the other sequence, which clicked 2 and 3.
        let groups: Vec<&[u32]> = rows.groups().collect();
        assert_eq!(groups, [&[1, 2][..], &[2], &[1], &[2, 3]]);
        let around = &tree.around[0];
        assert_eq!((&*around.ends, &*around.orders, around.recent()), (&[2][..], &[0, 1][..], vec![0]));
        // 2 was clicked by the other sequence before, 1 by none.
        assert_eq!((&*tree.around[1].ends, tree.around[1].recent()), (&[1, 1][..], vec![0, 0]));
        // Before its first click there was nothing to see.
        let (rows, tree) = Tree::grow(&clicks, vec![clicks.sequence_before(1, 1)], false, 2, 10);
        assert_eq!(tree.counts, [1, 1, 1]);
        assert_eq!(tree.around[1].there, [0.0]);
        assert_eq!(rows.len(), 3);
    }
}
