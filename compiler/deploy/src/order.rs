//! Which pipelines wait for which others.

use std::collections::BTreeSet;

use gml_ir::Flows;

/// For each of the pipelines, in the order in which `gmlc run` runs them, those before it that it waits for, by their places.
///
/// One waits for another where a dataset that both touch is saved by one of them. So it finds what it would find if all ran one after
/// the other, though others that share nothing run at the same time. What follows from the rest is left out: where `c` waits for
/// `b` and `b` for `a`, `c` does not wait for `a` itself.
#[must_use]
pub fn behind(flows: &[Flows]) -> Vec<Vec<usize>> {
    let mut behind: Vec<Vec<usize>> = Vec::with_capacity(flows.len());
    let mut all: Vec<BTreeSet<usize>> = Vec::with_capacity(flows.len());
    for (place, flow) in flows.iter().enumerate() {
        let (mut direct, mut known) = (Vec::new(), BTreeSet::new());
        for before in (0..place).rev().filter(|before| share(&flows[*before], flow)) {
            if !known.contains(&before) {
                direct.push(before);
                known.insert(before);
                known.extend(&all[before]);
            }
        }
        direct.reverse();
        behind.push(direct);
        all.push(known);
    }
    behind
}

/// Whether a dataset that both touch is saved by one of them.
fn share(one: &Flows, other: &Flows) -> bool {
    let touches = |flow: &Flows, dataset: &u32| flow.reads.contains(dataset) || flow.saves.contains(dataset);
    one.saves.iter().any(|dataset| touches(other, dataset)) || other.saves.iter().any(|dataset| touches(one, dataset))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pipelines with the datasets that each reads and saves.
    fn order(pipelines: &[(&[u32], &[u32])]) -> Vec<Vec<usize>> {
        let flows = pipelines.iter().map(|(reads, saves)| Flows { reads: reads.to_vec(), saves: saves.to_vec() });
        behind(&flows.collect::<Vec<_>>())
    }

    #[test]
    fn who_reads_waits_for_who_saves() {
        // prepare, train, score: what score has of prepare it has through train.
        assert_eq!(order(&[(&[0], &[1]), (&[1], &[2]), (&[1, 2], &[3])]), [vec![], vec![0], vec![1]]);
        assert_eq!(order(&[(&[0], &[1]), (&[0], &[2]), (&[1, 2], &[])]), [vec![], vec![], vec![0, 1]]);
    }

    #[test]
    fn nobody_saves_what_another_still_reads_or_saves() {
        // The second saves anew what the first reads; the third saves the same.
        assert_eq!(order(&[(&[0], &[]), (&[], &[0]), (&[], &[0])]), [vec![], vec![0], vec![1]]);
        assert_eq!(order(&[(&[0], &[]), (&[0], &[])]), [Vec::<usize>::new(), vec![]]);
    }
}
