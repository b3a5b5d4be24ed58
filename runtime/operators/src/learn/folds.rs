//! Rows put into parts of equal size.

use crate::table::hash;

/// The fold of each of so many rows: they are put in a random order, which is cut into equal parts.
pub(crate) fn random(rows: usize, folds: usize, seed: u64) -> Vec<usize> {
    let mut fold_of = vec![0; rows];
    assign(&(0..rows).collect::<Vec<_>>(), folds, seed, &mut fold_of);
    fold_of
}

/// As [`random`] for the rows of each of several groups apart: their shares are about the same in every fold.
pub(crate) fn stratified(group_of: &[usize], folds: usize, seed: u64) -> Vec<usize> {
    let mut rows_of: Vec<Vec<usize>> = vec![Vec::new(); group_of.iter().max().map_or(0, |last| last + 1)];
    for (row, group) in group_of.iter().enumerate() {
        rows_of[*group].push(row);
    }
    let mut fold_of = vec![0; group_of.len()];
    for rows in &rows_of {
        assign(rows, folds, seed, &mut fold_of);
    }
    fold_of
}

/// Folds of groups: the rows of one are all in the same.
pub(crate) fn grouped(group_of: &[usize], folds: usize, seed: u64) -> Vec<usize> {
    let of_group = random(group_of.iter().max().map_or(0, |last| last + 1), folds, seed);
    group_of.iter().map(|group| of_group[*group]).collect()
}

fn assign(members: &[usize], folds: usize, seed: u64, fold_of: &mut [usize]) {
    let mut shuffled: Vec<(u64, usize)> = members.iter().map(|member| (hash(seed, *member as u64), *member)).collect();
    shuffled.sort_unstable();
    for (place, (_, member)) in shuffled.iter().enumerate() {
        fold_of[*member] = place * folds / shuffled.len();
    }
}
