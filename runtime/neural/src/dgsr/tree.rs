//! What nodes see, and what those see.

use super::graph::{Clicks, Node};
use crate::network::Rows;

/// The nodes around those of a level.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Around {
    /// The node that each is around.
    pub(crate) nodes: Vec<i32>,
    /// How many around the same node are more recent.
    pub(crate) orders: Vec<i32>,
    /// The most recent one around the same node.
    pub(crate) recent: Vec<i32>,
    /// 1, or 0 for one that only stands there so that there is one.
    pub(crate) there: Vec<f32>,
}

impl Around {
    /// Puts one around a node; `first` is the place of the most recent one there.
    pub(crate) fn push(&mut self, node: usize, order: usize, first: usize) {
        self.nodes.push(node as i32);
        self.orders.push(order as i32);
        self.recent.push(first as i32);
        self.there.push(1.0);
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
            tree.counts.push(nodes.len());
            for node in &nodes {
                clicks.begins_as(*node, &mut items);
                ends.push(items.len() as u32);
            }
            if level == levels {
                break;
            }
            let (mut next, mut around) = (Vec::new(), Around::default());
            for (place, node) in nodes.iter().enumerate() {
                let first = next.len();
                clicks.around(*node, most, |seen| {
                    around.push(place, next.len() - first, first);
                    next.push(seen);
                });
            }
            if next.is_empty() {
                // Tensors have at least one row.
                around.push(0, 0, 0);
                around.there[0] = 0.0;
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
        assert_eq!((&*around.nodes, &*around.orders, &*around.recent), (&[0, 0][..], &[0, 1][..], &[0, 0][..]));
        assert_eq!(tree.around[1].nodes, [0]);
        // Before its first click there was nothing to see.
        let (rows, tree) = Tree::grow(&clicks, vec![clicks.sequence_before(1, 1)], false, 2, 10);
        assert_eq!(tree.counts, [1, 1, 1]);
        assert_eq!(tree.around[1].there, [0.0]);
        assert_eq!(rows.len(), 3);
    }
}
