//! SHAP values of trees, held against the definition: every order in which features become known.

use gml_codegen::trees::{Arithmetic, Child, Ensemble, Leaf, Missing, Node, Question, Transform, Tree};
use proptest::prelude::*;

use crate::explain::pairs::pairs;
use crate::explain::shap::contributions;
use crate::explain::shapley::{Quadrature, interactions, values};

/// What a tree expects of a row of which only some features are known (Lundberg 2020, algorithm 1).
fn expected(tree: &Tree, at: Child, row: &[f64], known: u32) -> f64 {
    match at {
        Child::Leaf(leaf) => tree.leaves[leaf].value,
        Child::Node(place) => {
            let node = &tree.nodes[place];
            if known >> node.feature & 1 == 1 {
                let next = if node.question.holds(row[node.feature]) { node.left } else { node.right };
                return expected(tree, next, row, known);
            }
            let share = |child: Child| tree.rows(child) / node.rows;
            share(node.left) * expected(tree, node.left, row, known)
                + share(node.right) * expected(tree, node.right, row, known)
        }
    }
}

/// The Shapley values by their definition: a sum over all sets of other features.
fn by_definition(tree: &Tree, row: &[f64]) -> Vec<f64> {
    let features = row.len();
    let factorial = |n: u32| (1..=n).map(f64::from).product::<f64>();
    let root = if tree.nodes.is_empty() { Child::Leaf(0) } else { Child::Node(0) };
    let value = |feature: usize| -> f64 {
        let others = (0..1_u32 << features).filter(|set| set >> feature & 1 == 0);
        others
            .map(|set| {
                let size = set.count_ones();
                let weight = factorial(size) * factorial(features as u32 - size - 1) / factorial(features as u32);
                weight * (expected(tree, root, row, set | 1 << feature) - expected(tree, root, row, set))
            })
            .sum()
    };
    (0..features).map(value).collect()
}

/// What two features add together, by the definition of SHAP interaction values (Lundberg 2020): a sum over all sets of others.
fn pair_by_definition(tree: &Tree, row: &[f64], (first, second): (usize, usize)) -> f64 {
    let features = row.len() as u32;
    let factorial = |n: u32| (1..=n).map(f64::from).product::<f64>();
    let root = if tree.nodes.is_empty() { Child::Leaf(0) } else { Child::Node(0) };
    let (a, b) = (1_u32 << first, 1_u32 << second);
    let others = (0..1_u32 << features).filter(|set| set & (a | b) == 0);
    let shares = others.map(|set| {
        let size = set.count_ones();
        let weight = factorial(size) * factorial(features - size - 2) / (2.0 * factorial(features - 1));
        let with = |more: u32| expected(tree, root, row, set | more);
        weight * (with(a | b) - with(a) - with(b) + with(0))
    });
    shares.sum()
}

const FEATURES: usize = 5;

/// A random tree: at each place a split or a leaf, with counts that add up.
fn grow(tree: &mut Tree, bits: &mut impl FnMut() -> u64, depth: usize, rows: f64) -> Child {
    if depth == 0 || bits().is_multiple_of(5) || rows < 4.0 {
        tree.leaves.push(Leaf { value: (bits() % 200) as f64 / 10.0 - 10.0, rows });
        return Child::Leaf(tree.leaves.len() - 1);
    }
    let place = tree.nodes.len();
    let question = if bits().is_multiple_of(4) {
        Question::Among { members: vec![(bits() % 256) as u32], missing_left: false }
    } else {
        let missing = [Missing::Nothing, Missing::Zero, Missing::NotANumber][(bits() % 3) as usize];
        Question::AtMost { threshold: (bits() % 8) as f64, missing, missing_left: bits().is_multiple_of(2) }
    };
    let feature = (bits() % FEATURES as u64) as usize;
    tree.nodes.push(Node { feature, question, left: Child::Leaf(0), right: Child::Leaf(0), rows, gain: 0.0 });
    let left_rows = (rows * (1.0 + (bits() % 8) as f64) / 10.0).floor().max(1.0);
    let left = grow(tree, bits, depth - 1, left_rows);
    let right = grow(tree, bits, depth - 1, rows - left_rows);
    (tree.nodes[place].left, tree.nodes[place].right) = (left, right);
    Child::Node(place)
}

fn random_tree(mut state: u64) -> Tree {
    let mut tree = Tree::default();
    let mut bits = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    grow(&mut tree, &mut bits, 6, 1000.0);
    tree
}

fn ensemble(trees: Vec<Tree>, features: usize) -> Ensemble {
    let (arithmetic, transform) = (Arithmetic::default(), Transform::PLAIN);
    Ensemble { trees, outputs: 1, features, base: vec![0.0], arithmetic, transform }
}

proptest! {
    /// Trees with splits by number and by category, missing values among them, and more rows than one word has bits.
    #[test]
    fn they_are_what_the_definition_says(seed: u64, cells in prop::collection::vec(0..10_u8, FEATURES * 70)) {
        let value = |cell: &u8| if *cell == 9 { f64::NAN } else { f64::from(*cell) };
        let forest = ensemble(vec![random_tree(seed), random_tree(!seed)], FEATURES);
        let columns: Vec<Vec<f64>> = cells.chunks(70).map(|column| column.iter().map(value).collect()).collect();
        let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let found = contributions(&forest, &slices, 2);
        for row in [0, 1, 63, 64, 69] {
            let cells: Vec<f64> = columns.iter().map(|column| column[row]).collect();
            let mut due = vec![0.0; FEATURES];
            for tree in &forest.trees {
                due.iter_mut().zip(by_definition(tree, &cells)).for_each(|(sum, value)| *sum += value);
            }
            for (found, due) in found.values[row * FEATURES..][..FEATURES].iter().zip(&due) {
                prop_assert!((found - due).abs() < 1e-9, "{found} and not {due}");
            }
        }
    }
}

proptest! {
    /// Of pairs both halves count, on either side of the diagonal.
    #[test]
    fn interactions_are_what_the_definition_says(seed: u64, cells in prop::collection::vec(0..10_u8, FEATURES)) {
        let forest = ensemble(vec![random_tree(seed), random_tree(!seed)], FEATURES);
        let row: Vec<f64> = cells.iter().map(|cell| if *cell == 9 { f64::NAN } else { f64::from(*cell) }).collect();
        let columns: Vec<&[f64]> = row.iter().map(std::slice::from_ref).collect();
        let groups: Vec<usize> = (0..FEATURES).collect();
        let found = pairs(&forest, &columns, &groups, FEATURES);
        for first in 0..FEATURES {
            for second in 0..FEATURES {
                let both = |tree: &Tree| pair_by_definition(tree, &row, (first, second));
                let due = if first == second { 0.0 } else { 2.0 * forest.trees.iter().map(both).sum::<f64>().abs() };
                let found = found[first * FEATURES + second];
                prop_assert!((found - due).abs() < 1e-9, "{first} and {second}: {found} and not {due}");
            }
        }
    }
}

/// Interactions and what is left of each feature add up to its Shapley value, and two features of a product share it.
#[test]
fn interactions_of_a_product_are_shared() {
    let (shares, known, quadrature) = ([0.5, 0.25], [1.0, 1.0], Quadrature::exact_for_degree(1));
    let mut matrix = [0.0; 4];
    interactions(8.0, &shares, &known, &quadrature, &mut matrix);
    // v * (1 - 0.5) * (1 - 0.25) / 2
    assert!((matrix[1] - 1.5).abs() < 1e-12 && matrix[1] == matrix[2] && matrix[0] == 0.0);
    let mut alone = [0.0; 2];
    values(8.0, &shares, &known, &quadrature, &mut alone);
    // v * 0.5 * (1 + 0.25) / 2 and v * 0.75 * (1 + 0.5) / 2
    assert!((alone[0] - 2.5).abs() < 1e-12 && (alone[1] - 4.5).abs() < 1e-12);
}

/// Paths of more features than are tabulated: 20 questions in a row, each about another feature. All but the last leaf are
/// left with one answer, so the value of the first feature is known by hand for a row that answers yes at once.
#[test]
fn long_paths_are_computed_row_by_row() {
    let count = 20;
    let mut tree = Tree::default();
    for place in 0..count {
        let question = Question::AtMost { threshold: 0.5, missing: Missing::NotANumber, missing_left: false };
        let right = if place + 1 < count { Child::Node(place + 1) } else { Child::Leaf(count) };
        let rows = (1 << (count - place)) as f64;
        tree.nodes.push(Node { feature: place, question, left: Child::Leaf(place), right, rows, gain: 0.0 });
        tree.leaves.push(Leaf { value: 0.0, rows: rows / 2.0 });
    }
    tree.leaves.push(Leaf { value: 1.0, rows: 1.0 });
    let forest = ensemble(vec![tree], count);
    let ones = [1.0];
    let columns: Vec<&[f64]> = vec![&ones; count];
    let found = contributions(&forest, &columns, 1);
    // By symmetry all 20 features share the difference of the leaf and the mean alike.
    let due = (1.0 - 0.5_f64.powi(count as i32)) / count as f64;
    assert!(found.values.iter().all(|value| (value - due).abs() < 1e-12), "{:?} and not {due}", found.values);
    assert!((found.base[0] - 0.5_f64.powi(count as i32)).abs() < 1e-15);
}
