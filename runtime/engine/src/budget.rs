//! The memory that the steps of a pipeline may take together.
//!
//! A step that needs more than is left waits until others are done; one that needs more than there is at all runs alone. What
//! steps need is estimated, what tables between them take is measured.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Memory that steps share.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    /// Bytes in all; nothing where nobody said.
    limit: Option<u64>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Bytes that are taken.
    taken: u64,
    /// Steps that run and take some.
    working: usize,
}

/// Memory that somebody has, until it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    budget: Arc<Budget>,
    bytes: u64,
    works: bool,
}

impl Budget {
    pub(crate) fn new(limit: Option<u64>) -> Arc<Self> {
        Arc::new(Self { limit, ..Self::default() })
    }

    /// Bytes in all.
    pub(crate) fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// Bytes that nobody has.
    pub(crate) fn left(&self) -> Option<u64> {
        self.limit.map(|limit| limit.saturating_sub(self.lock().taken))
    }

    /// Memory for a step, as soon as it is there, or no other step works: whoever is alone may take more than there is.
    pub(crate) fn work(self: &Arc<Self>, bytes: u64) -> Share {
        let mut state = self.lock();
        if let Some(limit) = self.limit {
            while state.working > 0 && state.taken.saturating_add(bytes) > limit {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
        state.taken = state.taken.saturating_add(bytes);
        state.working += 1;
        Share { budget: Arc::clone(self), bytes, works: true }
    }

    /// Memory of a table that is there already.
    pub(crate) fn hold(self: &Arc<Self>, bytes: u64) -> Share {
        let mut state = self.lock();
        state.taken = state.taken.saturating_add(bytes);
        Share { budget: Arc::clone(self), bytes, works: false }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    /// How much it is.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut state = self.budget.lock();
        state.taken = state.taken.saturating_sub(self.bytes);
        state.working -= usize::from(self.works);
        drop(state);
        self.budget.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    /// The most of so many steps, each of which needs so much, that ever worked at once.
    fn at_once(limit: Option<u64>, held: u64, steps: usize, bytes: u64) -> usize {
        let budget = Budget::new(limit);
        let table = budget.hold(held);
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..steps {
                scope.spawn(|| {
                    let _share = budget.work(bytes);
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(30));
                    now.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        drop(table);
        assert_eq!(budget.left(), limit, "everything is given back");
        most.into_inner()
    }

    #[test]
    fn steps_wait_for_what_they_need() {
        assert_eq!(at_once(Some(100), 0, 6, 40), 2);
        assert_eq!(at_once(Some(100), 30, 6, 40), 1);
        assert_eq!(at_once(None, 0, 4, u64::MAX), 4);
    }

    #[test]
    fn what_does_not_fit_at_all_runs_alone() {
        assert_eq!(at_once(Some(100), 0, 4, 1_000), 1);
        assert_eq!(at_once(Some(100), 200, 3, 1), 1);
    }
}
