//! Trees from the numbered nodes of other formats, which may stand in any order.

use super::{Child, Node, Question, Unread};

/// What stands under a number.
pub(super) enum Part {
    /// A question, and the numbers that yes and no lead to.
    Split(usize, Question, [usize; 2]),
    /// A leaf.
    Leaf,
}

/// A tree without its answers.
pub(super) struct Grown {
    /// Parents first.
    pub(super) nodes: Vec<Node>,
    /// The numbers that the nodes had.
    pub(super) node_numbers: Vec<usize>,
    /// The numbers that the leaves had.
    pub(super) leaf_numbers: Vec<usize>,
}

/// The nodes that can be reached from `root`, parents first, and the numbers that nodes and leaves had. `count` bounds the numbers.
///
/// # Errors
/// `part`'s, and where a node is reached on two ways or is not there.
pub(super) fn grow(root: usize, count: usize, part: impl Fn(usize) -> Result<Part, Unread>) -> Result<Grown, Unread> {
    let mut grown = Grown { nodes: Vec::new(), node_numbers: Vec::new(), leaf_numbers: Vec::new() };
    let mut reached = vec![false; count];
    let mut open: Vec<(usize, Option<(usize, bool)>)> = vec![(root, None)];
    while let Some((number, parent)) = open.pop() {
        if number >= count {
            return Err(Unread::broken(format!("there is no node {number}")));
        }
        let here = match part(number).map_err(|error| error.within(format!("node {number}")))? {
            // Several ways may lead to one leaf.
            Part::Leaf => {
                grown.leaf_numbers.push(number);
                Child::Leaf(grown.leaf_numbers.len() - 1)
            }
            Part::Split(..) if reached[number] => {
                return Err(Unread::broken(format!("node {number} is reached on two ways")));
            }
            Part::Split(feature, question, [left, right]) => {
                reached[number] = true;
                let place = grown.nodes.len();
                let nowhere = Child::Leaf(usize::MAX);
                grown.node_numbers.push(number);
                grown.nodes.push(Node { feature, question, left: nowhere, right: nowhere, rows: 0.0, gain: 0.0 });
                open.push((right, Some((place, false))));
                open.push((left, Some((place, true))));
                Child::Node(place)
            }
        };
        match parent {
            Some((place, true)) => grown.nodes[place].left = here,
            Some((place, false)) => grown.nodes[place].right = here,
            None => {}
        }
    }
    Ok(grown)
}
