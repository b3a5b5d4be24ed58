//! Runs work in parallel, each piece after those that it depends on.

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Bytes of stack of a worker: queries and expressions are walked recursively.
const STACK: usize = 64 << 20;

struct State<E> {
    /// Pieces that may start; the first in the order of the plan is taken first.
    ready: BTreeSet<usize>,
    /// For each piece, how many of those it depends on are not done.
    missing: Vec<usize>,
    running: usize,
    failures: Vec<(usize, E)>,
}

/// Does `work` for each place of `dependencies`, after those listed there, on at most `threads` threads.
///
/// After a failure the pieces that run already are finished, and nothing new starts.
///
/// # Errors
/// The failure of the first piece, in the order given, that failed.
pub(crate) fn run<E: Send>(
    dependencies: &[Vec<usize>],
    threads: usize,
    work: impl Fn(usize) -> Result<(), E> + Sync,
) -> Result<(), E> {
    let mut dependents = vec![Vec::new(); dependencies.len()];
    for (piece, needs) in dependencies.iter().enumerate() {
        needs.iter().for_each(|need| dependents[*need].push(piece));
    }
    let missing: Vec<usize> = dependencies.iter().map(Vec::len).collect();
    let ready = (0..missing.len()).filter(|piece| missing[*piece] == 0).collect();
    let state = Mutex::new(State { ready, missing, running: 0, failures: Vec::new() });
    let changed = Condvar::new();
    let worker = || {
        let mut guard = lock(&state);
        loop {
            let halted = !guard.failures.is_empty();
            match guard.ready.pop_first().filter(|_| !halted) {
                Some(piece) => {
                    guard.running += 1;
                    drop(guard);
                    let result = work(piece);
                    guard = lock(&state);
                    guard.running -= 1;
                    match result {
                        Ok(()) => release(&mut guard, &dependents[piece]),
                        Err(failure) => guard.failures.push((piece, failure)),
                    }
                    changed.notify_all();
                }
                None if guard.running == 0 || halted => return,
                None => guard = changed.wait(guard).unwrap_or_else(PoisonError::into_inner),
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, dependencies.len().max(1)) {
            let spawned = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, worker);
            if spawned.is_err() {
                // The system gives no more threads: this one does what is left.
                worker();
                break;
            }
        }
    });
    let state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    match state.failures.into_iter().min_by_key(|(piece, _)| *piece) {
        Some((_, failure)) => Err(failure),
        None => Ok(()),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn release<E>(state: &mut State<E>, dependents: &[usize]) {
    for dependent in dependents {
        state.missing[*dependent] -= 1;
        if state.missing[*dependent] == 0 {
            state.ready.insert(*dependent);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn diamond() -> Vec<Vec<usize>> {
        vec![vec![], vec![0], vec![0], vec![1, 2], vec![]]
    }

    #[test]
    fn everything_runs_once_after_what_it_needs() {
        for threads in [1, 2, 8] {
            let done = Mutex::new(Vec::new());
            let result: Result<(), ()> = run(&diamond(), threads, |piece| {
                let mut done = done.lock().unwrap();
                assert!(diamond()[piece].iter().all(|need| done.contains(need)));
                done.push(piece);
                Ok(())
            });
            assert_eq!(result, Ok(()));
            let mut done = done.into_inner().unwrap();
            done.sort_unstable();
            assert_eq!(done, [0, 1, 2, 3, 4]);
        }
    }

    #[test]
    fn one_thread_goes_in_order() {
        let done = Mutex::new(Vec::new());
        let result: Result<(), ()> = run(&diamond(), 1, |piece| {
            done.lock().unwrap().push(piece);
            Ok(())
        });
        assert_eq!(result, Ok(()));
        assert_eq!(done.into_inner().unwrap(), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn independent_pieces_run_at_the_same_time() {
        let barrier = std::sync::Barrier::new(2);
        let result: Result<(), ()> = run(&[vec![], vec![]], 2, |_| {
            barrier.wait();
            Ok(())
        });
        assert_eq!(result, Ok(()));
    }

    #[test]
    fn a_failure_stops_what_has_not_started() {
        let started = AtomicUsize::new(0);
        let result = run(&diamond(), 1, |piece| {
            started.fetch_add(1, Ordering::Relaxed);
            if piece == 1 { Err("broken") } else { Ok(()) }
        });
        assert_eq!((result, started.into_inner()), (Err("broken"), 2));
    }

    #[test]
    fn the_first_failure_in_the_order_given_is_told() {
        let barrier = std::sync::Barrier::new(2);
        let result = run(&[vec![], vec![]], 2, |piece| {
            barrier.wait();
            Err::<(), _>(piece)
        });
        assert_eq!(result, Err(0));
    }

    #[test]
    fn nothing_to_do_is_fine() {
        let result: Result<(), ()> = run(&[], 4, |_| Err(()));
        assert_eq!(result, Ok(()));
    }
}
