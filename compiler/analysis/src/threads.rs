//! Work on as many threads as there are processors.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Bytes of stack of a thread: deep expressions are read and checked recursively. Only what is used is ever there.
pub(crate) const STACK: usize = 256 << 20;

/// Runs `work` for every place below `count`, on at most `threads` threads and no more than there are processors.
pub(crate) fn each(count: usize, threads: usize, work: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(0);
    let run = || {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            if place >= count {
                return;
            }
            work(place);
        }
    };
    // Asking how many processors there are takes longer than a small program takes.
    let threads =
        if threads < 2 { 1 } else { std::thread::available_parallelism().map_or(1, usize::from).min(threads) };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            // Where no further thread is to be had, this one does the work.
            let _ = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run);
        }
        run();
    });
}

/// Runs `work` on a thread of its own, whose stack is deep, and `meanwhile` on this one.
pub(crate) fn beside<T: Send>(work: impl Fn() -> T + Sync, meanwhile: impl FnOnce()) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, &work);
        meanwhile();
        match thread {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            // No further thread to be had: this one does the work.
            Err(_) => work(),
        }
    })
}

/// What `work` gives for every place below `count`, in order; as [`each`].
pub(crate) fn map<T: Send + Sync>(count: usize, threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let done: Vec<OnceLock<T>> = std::iter::repeat_with(OnceLock::new).take(count).collect();
    each(count, threads, |place| {
        done[place].get_or_init(|| work(place));
    });
    done.into_iter().filter_map(OnceLock::into_inner).collect()
}

/// What `work` makes of every item, in order; as [`each`].
pub(crate) fn map_all<T: Send, U: Send + Sync>(items: Vec<T>, threads: usize, work: impl Fn(T) -> U + Sync) -> Vec<U> {
    let waiting: Vec<Mutex<Option<T>>> = items.into_iter().map(|item| Mutex::new(Some(item))).collect();
    let taken = |place: usize| waiting[place].lock().unwrap_or_else(PoisonError::into_inner).take();
    map(waiting.len(), threads, |place| taken(place).map(&work)).into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::{map, map_all};

    #[test]
    fn results_are_in_order_whatever_the_threads() {
        let squares: Vec<usize> = (0..1000).map(|place| place * place).collect();
        for threads in [0, 1, 2, 16] {
            assert_eq!(map(1000, threads, |place| place * place), squares);
            assert_eq!(map_all((0..1000).collect(), threads, |place: usize| place * place), squares);
        }
        assert!(map(0, 4, |place| place).is_empty());
    }
}
