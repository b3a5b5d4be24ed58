//! The table of items: a row of numbers for each, by which sequences are read and by which what comes next is told.
//!
//! The last layer of every network here is the same: a score for each item, the product of its row with what the network made
//! of the sequence, and a softmax over all of them. It is nearly all of the work of a step. So its gradient is not left to
//! the library: the table is gone through in blocks that stay in the cache, and the rows of a block are moved as soon as their
//! gradients are known, which therefore never exist as a whole.

use rayon::prelude::*;

use crate::kernels::{self, Adam, Strides, multiply};
use crate::network::Rows;

/// Numbers that a block has (768 KiB).
const BLOCK: usize = 3 << 16;

/// Blocks that are gone through one after the other, their sums added up in order: what comes out must not depend on how many
/// threads there are.
const GROUPS: usize = 16;

/// As many scores are kept from the first pass to the second (256 MiB); were there more, they are computed twice.
const KEPT_SCORES: usize = 1 << 26;

/// Parts in which gradients of rows that batches read are added up.
const PARTS: usize = 4;

/// The place of a row that is not among those set aside.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// Numbers that are learned, with what Adam remembers of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Learned {
    /// The numbers.
    pub(crate) values: Vec<f32>,
    /// The mean of their gradients.
    pub(crate) means: Vec<f32>,
    /// The mean of their squares.
    pub(crate) squares: Vec<f32>,
}

impl Learned {
    /// Numbers before the first step.
    pub(crate) fn new(values: Vec<f32>) -> Self {
        let zeros = vec![0.0; values.len()];
        Self { means: zeros.clone(), squares: zeros, values }
    }

    /// A step against their gradients.
    pub(crate) fn update(&mut self, gradients: &[f32], adam: Adam) {
        adam.update(&mut self.values, &mut self.means, &mut self.squares, gradients);
    }
}

/// Rows of items that a batch reads. Their gradients are not complete before that of the network is known.
pub(crate) struct Aside {
    /// The place of each item's row among them.
    places: Vec<u32>,
    items: Vec<u32>,
    width: usize,
    gradients: Vec<f32>,
}

impl Aside {
    /// None of `count` items.
    pub(crate) fn new(count: usize, width: usize) -> Self {
        Self { places: vec![NOWHERE; count], items: Vec::new(), width, gradients: Vec::new() }
    }

    /// Sets the rows of these items aside, and no others.
    pub(crate) fn choose(&mut self, items: &[u32]) {
        for item in self.items.drain(..) {
            self.places[item as usize] = NOWHERE;
        }
        for item in items {
            let place = &mut self.places[*item as usize];
            if *place == NOWHERE {
                *place = self.items.len() as u32;
                self.items.push(*item);
            }
        }
        self.gradients.clear();
        self.gradients.resize(self.items.len() * self.width, 0.0);
    }

    fn row(&mut self, item: u32) -> &mut [f32] {
        let from = self.places[item as usize] as usize * self.width;
        &mut self.gradients[from..from + self.width]
    }

    /// Adds the gradients of rows whose items were chosen.
    pub(crate) fn add(&mut self, rows: &Rows, gradients: &[f32]) {
        let (width, places) = (self.width, &self.places);
        // Each part goes through all rows, and adds what is its own in their order.
        let part = self.items.len().div_ceil(PARTS).max(1) * width;
        self.gradients.par_chunks_mut(part).enumerate().for_each(|(number, sums)| {
            let first = number * part / width;
            let here = first..first + sums.len() / width;
            for (items, gradient) in rows.groups().zip(gradients.chunks_exact(width)) {
                let share = (items.len() as f32).recip();
                for item in items {
                    let place = places[*item as usize] as usize;
                    if here.contains(&place) {
                        kernels::add_times(&mut sums[(place - first) * width..][..width], gradient, share);
                    }
                }
            }
        });
    }

    /// Moves the rows.
    pub(crate) fn update(&self, table: &mut Learned, adam: Adam) {
        let width = self.width;
        for (item, gradient) in self.items.iter().zip(self.gradients.chunks_exact(width)) {
            let rows = *item as usize * width..(*item as usize + 1) * width;
            adam.update(
                &mut table.values[rows.clone()],
                &mut table.means[rows.clone()],
                &mut table.squares[rows],
                gradient,
            );
        }
    }

    #[cfg(test)]
    pub(crate) fn gradients(&self) -> &[f32] {
        &self.gradients
    }
}

/// What a step says.
pub(crate) struct Descent {
    /// The mean of the negative logarithms of the probabilities that were given to what came next.
    pub(crate) loss: f64,
    /// The gradient of what the network made of the sequences.
    pub(crate) gradient: Vec<f32>,
}

/// Gradients of items that wait.
type Waiting = Vec<(u32, Vec<f32>)>;

/// The largest score of each sequence in a block, and the sum of exponentials below it.
type Sums = Vec<(f32, f32)>;

/// Moves all rows of the table that are not set aside against the gradient of the loss; leaves that of those aside.
///
/// `vectors` are what the network made of sequences, one after the other; `targets` the items that came next.
pub(crate) fn descend(
    table: &mut Learned,
    width: usize,
    vectors: &[f32],
    targets: &[u32],
    aside: &mut Aside,
    adam: Adam,
    scores: &mut Vec<f32>,
) -> Descent {
    descend_keeping(table, width, vectors, targets, aside, adam, scores, KEPT_SCORES)
}

#[expect(clippy::too_many_arguments, reason = "the last is only another in tests")]
fn descend_keeping(
    table: &mut Learned,
    width: usize,
    vectors: &[f32],
    targets: &[u32],
    aside: &mut Aside,
    adam: Adam,
    scores: &mut Vec<f32>,
    kept_scores: usize,
) -> Descent {
    let (rows, items) = (targets.len(), table.values.len() / width);
    let block = block(rows, width);
    let is_kept = rows * items <= kept_scores;
    if is_kept && scores.len() < rows * items {
        scores.resize(rows * items, 0.0);
    }
    let product = Product { width, vectors, targets };

    // Largest scores and sums of exponentials, block by block.
    let blocks = table.values.par_chunks(block * width).enumerate();
    let of_blocks: Vec<(Sums, Vec<(u32, f32)>)> = if is_kept {
        blocks
            .zip(scores[..rows * items].par_chunks_mut(block * rows))
            .map(|((place, values), scores)| product.exponentials(place * block, values, scores))
            .collect()
    } else {
        let room = || vec![0.0; block * rows];
        blocks
            .map_init(room, |room, (place, values)| {
                product.exponentials(place * block, values, &mut room[..rows * (values.len() / width)])
            })
            .collect()
    };
    let mut total = vec![(f32::NEG_INFINITY, 0.0_f32); rows];
    for (sums, _) in &of_blocks {
        for (total, of) in total.iter_mut().zip(sums) {
            *total = together(*total, *of);
        }
    }
    let reached: f64 = of_blocks.iter().flat_map(|(_, of)| of).map(|(_, score)| f64::from(*score)).sum();
    let normal: f64 = total.iter().map(|(largest, sum)| f64::from(*largest) + f64::from(*sum).ln()).sum();

    // Probabilities less what came next, over the number of sequences, are the gradient of the scores.
    let in_group = items.div_ceil(block).div_ceil(GROUPS);
    let (per_rows, per_scores) = (in_group * block * width, in_group * block * rows);
    let places = &aside.places;
    let kept: Vec<&mut [f32]> = match is_kept {
        true => scores[..rows * items].chunks_mut(per_scores).collect(),
        false => Vec::new(),
    };
    let mut kept = kept.into_iter();
    let mut groups: Vec<_> = table
        .values
        .chunks_mut(per_rows)
        .zip(table.means.chunks_mut(per_rows))
        .zip(table.squares.chunks_mut(per_rows))
        .enumerate()
        .map(|(place, ((values, means), squares))| (place, values, means, squares, kept.next()))
        .collect();
    // Backwards: what the first pass saw last is still in the cache.
    groups.reverse();
    let of_groups: Vec<(Vec<f32>, Waiting)> = groups
        .into_par_iter()
        .map(|(group, values, means, squares, mut kept)| {
            let mut gradient = vec![0.0; rows * width];
            let mut set_aside = Vec::new();
            let mut of_items = vec![0.0; block * width];
            let mut room = if kept.is_some() { Vec::new() } else { vec![0.0; block * rows] };
            let parts = values.chunks_mut(block * width).zip(means.chunks_mut(block * width));
            for (place, ((values, means), squares)) in parts.zip(squares.chunks_mut(block * width)).enumerate().rev() {
                let (number, count) = (group * in_group + place, values.len() / width);
                let first = number * block;
                let scores = match &mut kept {
                    Some(kept) => &mut kept[place * block * rows..][..count * rows],
                    None => {
                        let room = &mut room[..count * rows];
                        product.exponentials(first, values, room);
                        room
                    }
                };
                product.differences(first, count, scores, &of_blocks[number].0, &total);
                let of_values: (&[f32], Strides) = (values, Strides::rows(width));
                multiply(&mut gradient, [rows, width, count], (scores, Strides::rows(count)), of_values, true);
                let of_items = &mut of_items[..count * width];
                let turned: (&[f32], Strides) = (scores, Strides::columns(count));
                multiply(of_items, [count, width, rows], turned, (vectors, Strides::rows(width)), false);
                // Runs of rows that nothing else moves, and those that wait, in turns.
                let mut from = 0;
                for to in 0..=count {
                    let waits = to < count && places[first + to] != NOWHERE;
                    if waits || to == count {
                        let run = from * width..to * width;
                        let moments = (&mut means[run.clone()], &mut squares[run.clone()]);
                        adam.update(&mut values[run.clone()], moments.0, moments.1, &of_items[run]);
                        from = to + 1;
                    }
                    if waits {
                        let row = of_items[to * width..(to + 1) * width].to_vec();
                        set_aside.push(((first + to) as u32, row));
                    }
                }
            }
            (gradient, set_aside)
        })
        .collect();

    let mut gradient = vec![0.0; rows * width];
    for (of_group, set_aside) in of_groups {
        kernels::add(&mut gradient, &of_group);
        for (item, row) in set_aside {
            kernels::add(aside.row(item), &row);
        }
    }
    Descent { loss: (normal - reached) / rows as f64, gradient }
}

/// How many items are in a block: all that is moved of them stays in the cache of a core.
fn block(rows: usize, width: usize) -> usize {
    // A score for each row; the numbers of the item, their means and squares, and its gradient.
    (BLOCK / (rows + 4 * width)).clamp(32, 1024).next_multiple_of(16)
}

/// Two parts of a sum of exponentials, each below its largest.
fn together((left, of_left): (f32, f32), (right, of_right): (f32, f32)) -> (f32, f32) {
    let largest = left.max(right);
    let part = |of: f32, sum: f32| if sum == 0.0 { 0.0 } else { sum * (of - largest).exp() };
    (largest, part(left, of_left) + part(right, of_right))
}

/// The scores of items for sequences.
struct Product<'a> {
    width: usize,
    vectors: &'a [f32],
    targets: &'a [u32],
}

impl Product<'_> {
    /// Makes scores of a block of items and of them exponentials. Gives the largest and the sum of each sequence, and the scores
    /// of what came next, where it is in the block.
    fn exponentials(&self, first: usize, values: &[f32], scores: &mut [f32]) -> (Sums, Vec<(u32, f32)>) {
        let (rows, count) = (self.targets.len(), values.len() / self.width);
        let vectors = (self.vectors, Strides::rows(self.width));
        multiply(scores, [rows, count, self.width], vectors, (values, Strides::columns(self.width)), false);
        let mut reached = Vec::new();
        let sums = scores.chunks_exact_mut(count).zip(self.targets).enumerate().map(|(row, (scores, target))| {
            if let Some(score) = (*target as usize).checked_sub(first).and_then(|place| scores.get(place)) {
                reached.push((row as u32, *score));
            }
            kernels::exponentials(scores)
        });
        (sums.collect(), reached)
    }

    /// Makes of the exponentials of a block the gradient of its scores.
    fn differences(&self, first: usize, count: usize, scores: &mut [f32], sums: &[(f32, f32)], total: &[(f32, f32)]) {
        let share = 1.0 / self.targets.len() as f32;
        for (row, scores) in scores.chunks_exact_mut(count).enumerate() {
            let (largest, sum) = total[row];
            kernels::scale(scores, (sums[row].0 - largest).exp() / sum * share);
            if let Some(score) = (self.targets[row] as usize).checked_sub(first).and_then(|place| scores.get_mut(place))
            {
                *score -= share;
            }
        }
    }
}

/// The scores of all items for each sequence, sequence by sequence.
pub(crate) fn scores(table: &[f32], width: usize, vectors: &[f32]) -> Vec<f32> {
    let (rows, items) = (vectors.len() / width, table.len() / width);
    let mut scores = vec![0.0; rows * items];
    scores.par_chunks_mut(items.max(1) * 16).zip(vectors.par_chunks(width * 16)).for_each(|(scores, vectors)| {
        let shape = [vectors.len() / width, items, width];
        multiply(scores, shape, (vectors, Strides::rows(width)), (table, Strides::columns(width)), false);
    });
    scores
}

/// The rank of what came next among all items, from 1: how many have a higher score.
pub(crate) fn ranks(table: &[f32], width: usize, vectors: &[f32], targets: &[u32]) -> Vec<u32> {
    let rows = targets.len();
    let block = block(rows, width);
    let row_of = |item: u32| &table[item as usize * width..(item as usize + 1) * width];
    let own: Vec<f32> =
        targets.iter().zip(vectors.chunks_exact(width)).map(|(item, v)| kernels::dot(v, row_of(*item))).collect();
    let of_blocks: Vec<Vec<u32>> = table
        .par_chunks(block * width)
        .enumerate()
        .map_init(
            || vec![0.0; block * rows],
            |room, (place, values)| {
                let (first, count) = (place * block, values.len() / width);
                let scores = &mut room[..count * rows];
                let columns = (values, Strides::columns(width));
                multiply(scores, [rows, count, width], (vectors, Strides::rows(width)), columns, false);
                let of_row = |(row, scores): (usize, &mut [f32])| {
                    // It is not above itself, however the sum was rounded.
                    if let Some(score) = (targets[row] as usize).checked_sub(first).and_then(|at| scores.get_mut(at)) {
                        *score = f32::NEG_INFINITY;
                    }
                    kernels::larger(scores, own[row])
                };
                scores.chunks_exact_mut(count).enumerate().map(of_row).collect()
            },
        )
        .collect();
    let mut ranks = vec![1; rows];
    for of_block in of_blocks {
        for (rank, larger) in ranks.iter_mut().zip(of_block) {
            *rank += larger;
        }
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, normal, numbers};

    const WIDTH: usize = 6;

    fn some(count: usize, at: u64) -> Vec<f32> {
        let mut rng = numbers(3, Purpose::Weights, at);
        (0..count).map(|_| normal(&mut rng)).collect()
    }

    /// The loss in 64-bit floats, by its definition.
    fn loss(table: &[f64], vectors: &[f64], targets: &[u32]) -> f64 {
        let of = |(vector, target): (&[f64], &u32)| {
            let product = |row: &[f64]| row.iter().zip(vector).map(|(a, b)| a * b).sum::<f64>();
            let scores: Vec<f64> = table.chunks(WIDTH).map(product).collect();
            scores.iter().map(|score| score.exp()).sum::<f64>().ln() - scores[*target as usize]
        };
        vectors.chunks(WIDTH).zip(targets).map(of).sum::<f64>() / targets.len() as f64
    }

    fn slope(values: &[f32], place: usize, of: impl Fn(&[f64]) -> f64) -> f64 {
        let mut values: Vec<f64> = values.iter().map(|value| f64::from(*value)).collect();
        let middle = values[place];
        let mut at = |by: f64| {
            values[place] = middle + by;
            of(&values)
        };
        (at(1e-5) - at(-1e-5)) / 2e-5
    }

    #[test]
    fn gradients_are_the_slopes_of_the_loss() {
        let (items, rows) = (2500, 9);
        let (table, vectors) = (some(items * WIDTH, 0), some(rows * WIDTH, 1));
        let targets: Vec<u32> = (0..rows as u32).map(|row| row * 271 % items as u32).collect();
        let all: Vec<u32> = (0..items as u32).collect();
        for kept in [usize::MAX, 0] {
            let mut learned = Learned::new(table.clone());
            let mut aside = Aside::new(items, WIDTH);
            aside.choose(&all);
            let adam = Adam::new(0.001, 0.0, 1);
            let mut room = Vec::new();
            let got = descend_keeping(&mut learned, WIDTH, &vectors, &targets, &mut aside, adam, &mut room, kept);
            assert_eq!(learned.values, table, "all rows wait");
            let wide = |values: &[f32]| values.iter().map(|value| f64::from(*value)).collect::<Vec<_>>();
            assert!((got.loss - loss(&wide(&table), &wide(&vectors), &targets)).abs() < 1e-6);
            for place in 0..rows * WIDTH {
                let exact = slope(&vectors, place, |vectors| loss(&wide(&table), vectors, &targets));
                assert!((f64::from(got.gradient[place]) - exact).abs() < 1e-6, "{place}");
            }
            for place in (0..items * WIDTH).step_by(97).chain(targets.iter().map(|item| *item as usize * WIDTH)) {
                let exact = slope(&table, place, |table| loss(table, &wide(&vectors), &targets));
                assert!((f64::from(aside.gradients()[place]) - exact).abs() < 1e-6, "{place}");
            }
        }
    }

    #[test]
    fn rows_aside_end_where_the_others_do() {
        let (items, rows) = (700, 5);
        let (table, vectors) = (some(items * WIDTH, 0), some(rows * WIDTH, 1));
        let targets = [3, 699, 3, 20, 0];
        let adam = Adam::new(0.01, 1e-3, 1);
        let learn = |chosen: &[u32]| {
            let (mut learned, mut aside) = (Learned::new(table.clone()), Aside::new(items, WIDTH));
            aside.choose(chosen);
            descend(&mut learned, WIDTH, &vectors, &targets, &mut aside, adam, &mut Vec::new());
            aside.update(&mut learned, adam);
            learned
        };
        let none = learn(&[]);
        assert_ne!(none.values, table);
        assert_eq!(learn(&[0, 5, 6, 699, 5]), none);
        assert_eq!(learn(&(0..700).collect::<Vec<_>>()), none);
    }

    #[test]
    fn ranks_count_higher_scores() {
        let (items, rows) = (900, 7);
        let (table, vectors) = (some(items * WIDTH, 0), some(rows * WIDTH, 1));
        let targets: Vec<u32> = (0..rows as u32).map(|row| row * 131 % items as u32).collect();
        let scores = scores(&table, WIDTH, &vectors);
        let by_hand = scores.chunks(items).zip(&targets).map(|(scores, target)| {
            1 + scores.iter().filter(|score| **score > scores[*target as usize]).count() as u32
        });
        assert_eq!(ranks(&table, WIDTH, &vectors, &targets), by_hand.collect::<Vec<_>>());
    }
}
