//! Waiting for clients that are written with futures, from a thread that waits.

use std::future::Future;
use std::time::Duration;

use gml_connect::Fault;
use tokio::runtime::{Builder, Runtime};

/// A client's own runtime: what it has begun ends with it.
pub(super) struct Waiting(Runtime);

impl Waiting {
    pub(super) fn new() -> Result<Self, Fault> {
        // One thread of its own, so that a server is answered while a batch is scored.
        let mut builder = Builder::new_multi_thread();
        let built = builder.worker_threads(1).thread_name("stream-client").enable_io().enable_time().build();
        built.map(Self).map_err(|error| Fault::new("GML0999", format!("no runtime for a client is to be had: {error}")))
    }

    /// Waits for what comes, no longer than a limit; none where it took longer.
    pub(super) fn within<T>(&self, limit: Duration, coming: impl Future<Output = T>) -> Option<T> {
        self.0.block_on(async { tokio::time::timeout(limit, coming).await.ok() })
    }

    /// Begins what goes on while nobody waits.
    pub(super) fn begin(&self, going: impl Future<Output = ()> + Send + 'static) {
        self.0.spawn(going);
    }
}
