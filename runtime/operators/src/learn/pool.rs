//! Threads of one operator.

/// Runs with so many threads. Results must not depend on how many there are.
pub(crate) fn in_pool<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    match rayon::ThreadPoolBuilder::new().num_threads(threads.max(1)).build() {
        Ok(pool) => pool.install(work),
        // No further thread to be had: those that there are do the work.
        Err(_) => work(),
    }
}
