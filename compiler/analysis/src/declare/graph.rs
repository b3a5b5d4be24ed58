//! Circles among declarations.

use gml_diagnostics::Span;

/// The places of a graph, each after those that its edges lead to. Each circle found is handed to `refuse`, as its
/// places with the spans of the edges that lead on; the edge that closes it is left out of account.
pub(crate) fn bottom_up(edges: &[Vec<(usize, Span)>], mut refuse: impl FnMut(&[(usize, Span)])) -> Vec<usize> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut order = Vec::with_capacity(edges.len());
    let mut state = vec![State::New; edges.len()];
    // The places on the way down, each with the number of its edges that were followed.
    let mut way: Vec<(usize, usize)> = Vec::new();
    for start in 0..edges.len() {
        if state[start] != State::New {
            continue;
        }
        state[start] = State::Open;
        way.push((start, 0));
        while let Some((place, followed)) = way.last_mut() {
            let place = *place;
            let Some((target, _)) = edges[place].get(*followed).copied() else {
                state[place] = State::Done;
                order.push(place);
                way.pop();
                continue;
            };
            *followed += 1;
            match state[target] {
                State::New => {
                    state[target] = State::Open;
                    way.push((target, 0));
                }
                State::Open => {
                    let circle = way.iter().skip_while(|(place, _)| *place != target);
                    let circle: Vec<_> =
                        circle.map(|(place, followed)| (*place, edges[*place][followed - 1].1)).collect();
                    refuse(&circle);
                }
                State::Done => {}
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use gml_diagnostics::FileId;

    use super::*;

    fn graph(edges: &[&[usize]]) -> Vec<Vec<(usize, Span)>> {
        let span = |target: usize| Span::new(FileId(0), target as u32, target as u32);
        edges.iter().map(|targets| targets.iter().map(|target| (*target, span(*target))).collect()).collect()
    }

    #[test]
    fn each_after_those_it_needs() {
        let order = bottom_up(&graph(&[&[2, 1], &[2], &[], &[0]]), |circle| panic!("{circle:?}"));
        assert_eq!(order, [2, 1, 0, 3]);
    }

    #[test]
    fn names_each_circle_once() {
        let mut circles = Vec::new();
        let places = |circle: &[(usize, Span)]| circle.iter().map(|(place, _)| *place).collect::<Vec<_>>();
        let order = bottom_up(&graph(&[&[1], &[2], &[1, 2], &[0]]), |circle| circles.push(places(circle)));
        assert_eq!(circles, [vec![1, 2], vec![2]]);
        assert_eq!(order.len(), 4);
    }

    #[test]
    fn long_chains_need_no_stack() {
        let edges: Vec<_> = (0..200_000).map(|place| if place == 0 { vec![] } else { vec![place - 1] }).collect();
        let edges: Vec<&[usize]> = edges.iter().map(Vec::as_slice).collect();
        assert_eq!(bottom_up(&graph(&edges), |_| panic!()).len(), 200_000);
        let last_first: Vec<_> =
            (0..200_000).map(|place| if place == 199_999 { vec![] } else { vec![place + 1] }).collect();
        let last_first: Vec<&[usize]> = last_first.iter().map(Vec::as_slice).collect();
        assert_eq!(bottom_up(&graph(&last_first), |_| panic!()).last(), Some(&0));
    }
}
