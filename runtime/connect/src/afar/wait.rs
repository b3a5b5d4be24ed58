//! Waiting for the network: one runtime for the whole process, started when something is asked of the network first.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::OnceLock;

use futures_core::Stream;
use tokio::runtime::{Builder, Runtime};

use crate::{Fault, code};

/// Threads that wait for the network; what arrives is worked on elsewhere.
const THREADS: usize = 2;

/// Does work that waits for the network, and comes back when it is done.
///
/// # Errors
/// Where the system gives no threads.
pub(crate) fn wait<T>(work: impl Future<Output = T>) -> Result<T, Fault> {
    static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
    let start = || {
        let builder =
            || Builder::new_multi_thread().worker_threads(THREADS).thread_name("network").enable_all().build();
        builder().map_err(|error| error.to_string())
    };
    match RUNTIME.get_or_init(start) {
        Ok(runtime) => Ok(runtime.block_on(work)),
        Err(error) => Err(Fault::new(code::NOT_REACHED, format!("the network cannot be used: {error}"))
            .help("the system gives no more threads; end other programs and run again")),
    }
}

/// The next of what comes one after the other.
pub(crate) async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    poll_fn(|context| Pin::new(&mut *stream).poll_next(context)).await
}
