//! Results on their way between stages, dropped after their last use.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use gml_operators::Data;

use crate::budget::Share;
use crate::plan::Plan;

/// A place for the result of each stage of a plan.
pub(super) struct Slots {
    results: Vec<Mutex<Option<(Data, Share)>>>,
    /// How many stages have yet to use it.
    users: Vec<AtomicUsize>,
}

impl Slots {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut users = vec![0; plan.stages.len()];
        plan.stages.iter().flat_map(|stage| &stage.uses).for_each(|used| users[*used] += 1);
        Self::with_users(users)
    }

    fn with_users(users: Vec<usize>) -> Self {
        Self {
            results: users.iter().map(|_| Mutex::new(None)).collect(),
            users: users.into_iter().map(AtomicUsize::new).collect(),
        }
    }

    /// The result of a stage that is done and not yet used up.
    pub(super) fn get(&self, stage: usize) -> Option<Data> {
        self.lock(stage).as_ref().map(|(data, _)| data.clone())
    }

    /// The result of a stage that only one more stage uses, which it is moved to: it may drop it before it is done.
    pub(super) fn take(&self, stage: usize) -> Option<Data> {
        let is_last = self.users[stage].load(Ordering::Acquire) == 1;
        is_last.then(|| self.lock(stage).take()).flatten().map(|(data, _)| data)
    }

    /// Bytes that the result of a stage takes.
    pub(super) fn bytes(&self, stage: usize) -> u64 {
        self.lock(stage).as_ref().map_or(0, |(_, share)| share.bytes())
    }

    /// Keeps a result with the memory that it takes for its users; one without users is dropped.
    pub(super) fn fill(&self, stage: usize, result: Option<(Data, Share)>) {
        if self.users[stage].load(Ordering::Acquire) > 0 {
            *self.lock(stage) = result;
        }
    }

    /// One user of the stage's result is done with it. Tells whether it was the last one.
    pub(super) fn release(&self, stage: usize) -> bool {
        let was_last = self.users[stage].fetch_sub(1, Ordering::AcqRel) == 1;
        if was_last {
            *self.lock(stage) = None;
        }
        was_last
    }

    fn lock(&self, stage: usize) -> MutexGuard<'_, Option<(Data, Share)>> {
        self.results[stage].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use gml_ir::Value;

    use super::*;

    #[test]
    fn the_last_user_is_given_the_result() {
        let slots = Slots::with_users(vec![2]);
        let budget = crate::budget::Budget::new(Some(100));
        slots.fill(0, Some((Data::Value(Value::Int(1)), budget.hold(40))));
        assert!(slots.take(0).is_none(), "another one uses it too");
        slots.release(0);
        assert!(slots.take(0).is_some() && slots.get(0).is_none() && budget.left() == Some(100));
        slots.release(0);
    }

    #[test]
    fn results_are_dropped_after_their_last_use() {
        let slots = Slots::with_users(vec![2, 0]);
        let budget = crate::budget::Budget::new(Some(100));
        let value = || Some((Data::Value(Value::Int(1)), budget.hold(40)));
        slots.fill(0, value());
        slots.release(0);
        assert!(slots.get(0).is_some());
        slots.release(0);
        assert!(slots.get(0).is_none() && budget.left() == Some(100));
        slots.fill(1, value());
        assert!(slots.get(1).is_none(), "a result without users is not kept");
    }
}
