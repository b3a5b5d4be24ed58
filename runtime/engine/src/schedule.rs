//! Runs work in parallel, each piece after those that it depends on.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
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
    run_sharing(dependencies, threads, |piece, _| work(piece))
}

/// [`run`] where `work` is also told how many threads are its part: those that others can use, which run already or may start,
/// are theirs.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_sharing<E: Send>(
    dependencies: &[Vec<usize>],
    threads: usize,
    work: impl Fn(usize, usize) -> Result<(), E> + Sync,
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
                    let part = threads / (guard.running + guard.ready.len()).min(threads).max(1);
                    drop(guard);
                    let result = work(piece, part.max(1));
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
    on_threads(threads.clamp(1, dependencies.len().max(1)), &worker);
    let state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    match state.failures.into_iter().min_by_key(|(piece, _)| *piece) {
        Some((_, failure)) => Err(failure),
        None => Ok(()),
    }
}

struct Stream<T, E> {
    /// The piece that is taken next, and the one that is given away next.
    next: usize,
    due: usize,
    /// Results whose turn has not come.
    waiting: BTreeMap<usize, T>,
    /// Whether a worker gives results away right now.
    giving: bool,
    failures: Vec<(usize, E)>,
    halted: bool,
}

/// Does `work` for each of so many pieces on at most `threads` threads, and gives the results to `sink` in order. No piece
/// starts while as many as there are threads wait for an earlier one, so that few results are there at a time.
///
/// # Errors
/// The failure of the first piece that failed, in their order. Results of those before it are given away.
pub(crate) fn stream<T: Send, E: Send>(
    pieces: usize,
    threads: usize,
    work: impl Fn(usize) -> Result<T, E> + Sync,
    sink: impl FnMut(T) -> Result<(), E> + Send,
) -> Result<(), E> {
    let threads = threads.clamp(1, pieces.max(1));
    let start =
        Stream { next: 0, due: 0, waiting: BTreeMap::new(), giving: false, failures: Vec::new(), halted: false };
    let (state, changed, sink) = (Mutex::new(start), Condvar::new(), Mutex::new(sink));
    let worker = || {
        let mut guard = lock(&state);
        loop {
            if guard.halted || guard.next == pieces {
                return;
            }
            if guard.next >= guard.due + threads {
                guard = changed.wait(guard).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let piece = guard.next;
            guard.next += 1;
            drop(guard);
            // Others wait for this piece: whatever happens, they are told.
            let result = catch_unwind(AssertUnwindSafe(|| work(piece)));
            guard = lock(&state);
            match result {
                Ok(Ok(result)) => {
                    guard.waiting.insert(piece, result);
                }
                Ok(Err(failure)) => {
                    guard.failures.push((piece, failure));
                    guard.halted = true;
                }
                Err(panic) => {
                    guard.halted = true;
                    drop(guard);
                    changed.notify_all();
                    resume_unwind(panic);
                }
            }
            if !guard.giving {
                guard.giving = true;
                loop {
                    let due = guard.due;
                    let Some(result) = guard.waiting.remove(&due) else { break };
                    drop(guard);
                    let given = catch_unwind(AssertUnwindSafe(|| lock(&sink)(result)));
                    guard = lock(&state);
                    guard.due += 1;
                    match given {
                        Ok(Ok(())) => {}
                        Ok(Err(failure)) => {
                            guard.failures.push((due, failure));
                            guard.halted = true;
                            guard.waiting.clear();
                            break;
                        }
                        Err(panic) => {
                            guard.halted = true;
                            drop(guard);
                            changed.notify_all();
                            resume_unwind(panic);
                        }
                    }
                    changed.notify_all();
                }
                guard.giving = false;
            }
            changed.notify_all();
        }
    };
    on_threads(threads, &worker);
    let state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    match state.failures.into_iter().min_by_key(|(piece, _)| *piece) {
        Some((_, failure)) => Err(failure),
        None => Ok(()),
    }
}

/// Runs a worker on so many threads, or on as many as the system gives.
fn on_threads(threads: usize, worker: &(impl Fn() + Sync)) {
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let spawned = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, worker);
            if spawned.is_err() {
                // The system gives no more threads: this one does what is left.
                worker();
                break;
            }
        }
    });
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
    fn threads_are_shared_with_what_may_run_beside() {
        let parts = Mutex::new(vec![0; 4]);
        let note = |piece: usize, part: usize| -> Result<(), ()> {
            parts.lock().unwrap()[piece] = part;
            Ok(())
        };
        assert_eq!(run_sharing(&[vec![], vec![0], vec![0], vec![1, 2]], 8, note), Ok(()));
        let parts = parts.into_inner().unwrap();
        assert_eq!((parts[0], parts[3]), (8, 8), "alone");
        assert!(parts[1] == 4 && (parts[2] == 4 || parts[2] == 8), "{parts:?}");
        let parts = Mutex::new(Vec::new());
        let many: Result<(), ()> = run_sharing(&vec![vec![]; 9], 2, |_, part| {
            parts.lock().unwrap().push(part);
            Ok(())
        });
        assert_eq!(many, Ok(()));
        assert_eq!(parts.into_inner().unwrap()[..8], [1; 8]);
    }

    #[test]
    fn nothing_to_do_is_fine() {
        let result: Result<(), ()> = run(&[], 4, |_| Err(()));
        assert_eq!(result, Ok(()));
    }

    #[test]
    fn a_stream_gives_results_away_in_order_and_keeps_few() {
        for threads in [1, 2, 8] {
            let (begun, mut given) = (AtomicUsize::new(0), Vec::new());
            let result: Result<(), ()> = stream(
                100,
                threads,
                |piece| {
                    begun.fetch_add(1, Ordering::SeqCst);
                    Ok(piece)
                },
                |piece| {
                    assert!(begun.load(Ordering::SeqCst) <= given.len() + threads, "more begin than are given away");
                    given.push(piece);
                    Ok(())
                },
            );
            assert_eq!(result, Ok(()));
            assert_eq!(given, (0..100).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_stream_stops_at_its_first_failure() {
        for threads in [1, 2, 8] {
            let mut given = Vec::new();
            let result = stream(
                100,
                threads,
                |piece| if piece >= 7 { Err(piece) } else { Ok(piece) },
                |piece| {
                    given.push(piece);
                    Ok(())
                },
            );
            assert_eq!((result, given), (Err(7), (0..7).collect::<Vec<_>>()));
            let refused = stream(100, threads, Ok, |piece| if piece == 3 { Err("full") } else { Ok(()) });
            assert_eq!(refused, Err("full"));
        }
        assert_eq!(stream(0, 2, Ok::<usize, ()>, |_| Err(())), Ok(()));
    }
}
