//! Walking over windows.
//!
//! Both ends of the windows of a group only ever move forward. Where the beginning stays, a state is carried along; where
//! it moves, a queue of two stacks gives the state of what is left without ever subtracting (so floats do not drift and
//! minima need no search): each row is joined at most twice.

use polars::prelude::IdxSize;

use super::fold::Fold;
use super::grow::Grow;

/// The windows of one call.
pub(crate) struct Spans<'a> {
    /// Rows group by group, in order.
    pub rows: &'a [IdxSize],
    /// Where each group begins in `rows`; one more than groups.
    pub bounds: &'a [usize],
    /// Where the window of each place in `rows` begins and ends; `None`: one window a group, all of it.
    pub windows: Option<Vec<(usize, usize)>>,
}

impl Spans<'_> {
    /// One result for each group, not for each row.
    pub(crate) fn is_whole(&self) -> bool {
        self.windows.is_none()
    }

    fn results(&self) -> usize {
        if self.is_whole() { self.bounds.len().saturating_sub(1) } else { self.rows.len() }
    }

    /// Calls `visit` for each window with the place of its result, its group, and its bounds.
    fn each(&self, mut visit: impl FnMut(usize, usize, usize, usize)) {
        for (group, ends) in self.bounds.windows(2).enumerate() {
            match &self.windows {
                None => visit(group, group, ends[0], ends[1]),
                Some(windows) => {
                    let places = ends[0]..ends[1];
                    for (row, (low, high)) in self.rows[places.clone()].iter().zip(&windows[places]) {
                        visit(*row as usize, group, *low, *high);
                    }
                }
            }
        }
    }
}

/// The state of each window; `None` where no row counts.
pub(crate) fn fold<F: Fold>(fold: &F, spans: &Spans<'_>, condition: Option<&[bool]>) -> Vec<Option<F::State>> {
    let lift = |place: usize| {
        let row = spans.rows[place] as usize;
        if condition.is_none_or(|condition| condition[row]) { fold.lift(row) } else { None }
    };
    let mut states = vec![None; spans.results()];
    let mut queue = Queue { fold, front: Vec::new(), back: Vec::new(), joined: None, keep: false };
    let (mut current, mut start, mut end) = (usize::MAX, 0, 0);
    spans.each(|result, group, low, high| {
        if group != current {
            // Whether the beginning moves within this group decides whether states must be kept to be taken off.
            let ends = (spans.bounds[group], spans.bounds[group + 1]);
            let moves = spans
                .windows
                .as_ref()
                .is_some_and(|windows| windows[ends.0..ends.1].iter().any(|window| window.0 > ends.0));
            queue.clear(moves);
            (current, start, end) = (group, ends.0, ends.0);
        }
        while end < high {
            if let Some(state) = lift(end) {
                queue.push(state);
            }
            end += 1;
        }
        while start < low {
            if lift(start).is_some() {
                queue.pop();
            }
            start += 1;
        }
        states[result] = queue.state();
    });
    states
}

struct Queue<'a, F: Fold> {
    fold: &'a F,
    /// Joined states of the older rows, from each to the newest of them; the oldest row last.
    front: Vec<F::State>,
    /// States of the newer rows.
    back: Vec<F::State>,
    /// The newer rows joined.
    joined: Option<F::State>,
    keep: bool,
}

impl<F: Fold> Queue<'_, F> {
    fn clear(&mut self, keep: bool) {
        self.front.clear();
        self.back.clear();
        self.joined = None;
        self.keep = keep;
    }

    fn push(&mut self, state: F::State) {
        self.joined = Some(self.joined.map_or(state, |joined| self.fold.join(joined, state)));
        if self.keep {
            self.back.push(state);
        }
    }

    fn pop(&mut self) {
        if self.front.is_empty() {
            while let Some(state) = self.back.pop() {
                let state = self.front.last().map_or(state, |newer| self.fold.join(state, *newer));
                self.front.push(state);
            }
            self.joined = None;
        }
        self.front.pop();
    }

    fn state(&self) -> Option<F::State> {
        match (self.front.last(), self.joined) {
            (Some(older), Some(newer)) => Some(self.fold.join(*older, newer)),
            (Some(older), None) => Some(*older),
            (None, newer) => newer,
        }
    }
}

/// The result of each window of something that only grows: windows whose beginning does not move.
pub(crate) fn grow<G: Grow>(grow: &mut G, spans: &Spans<'_>, condition: Option<&[bool]>) -> Vec<G::Result> {
    let mut results = vec![G::Result::default(); spans.results()];
    let (mut current, mut end) = (usize::MAX, 0);
    spans.each(|result, group, _, high| {
        if group != current {
            grow.clear();
            (current, end) = (group, spans.bounds[group]);
        }
        while end < high {
            let row = spans.rows[end] as usize;
            if condition.is_none_or(|condition| condition[row]) {
                grow.push(row);
            }
            end += 1;
        }
        results[result] = grow.result();
    });
    results
}
