//! Several sessions of one model, a thread each.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Fault, Kind};
use crate::library::Runtime;
use crate::session::{Options, Session};

/// Where a model is.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// In a file.
    File(PathBuf),
    /// Here, under a name for messages.
    Bytes(Arc<[u8]>, String),
}

impl Source {
    pub(crate) fn open(&self, runtime: &Runtime, options: Options) -> Result<Session, Fault> {
        match self {
            Self::File(path) => Session::open(runtime, path, options),
            Self::Bytes(bytes, name) => Session::from_bytes(runtime, bytes, name, options),
        }
    }
}

/// Sessions of one model. They are opened when a thread first needs one and kept.
#[derive(Debug)]
pub(crate) struct Sessions {
    runtime: Runtime,
    source: Source,
    options: Options,
    free: Mutex<Vec<Session>>,
}

impl Sessions {
    pub(crate) fn new(runtime: &Runtime, source: Source, options: Options, first: Session) -> Self {
        Self { runtime: runtime.clone(), source, options, free: Mutex::new(vec![first]) }
    }

    /// Where the model is.
    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// Runs `work` on each batch, in up to `threads` threads with a session each, and gives the results in the order of the
    /// batches. Which thread takes which batch changes nothing.
    pub(crate) fn run<B: Sync, T: Send>(
        &self,
        threads: usize,
        batches: &[B],
        work: impl Fn(&mut Session, &B) -> Result<T, Fault> + Sync,
    ) -> Result<Vec<T>, Fault> {
        in_threads(threads, batches.len(), |take| {
            let mut session = self.take()?;
            let mut found = Vec::new();
            let outcome = (|| {
                while let Some(place) = take() {
                    found.push((place, work(&mut session, &batches[place])?));
                }
                Ok(())
            })();
            self.free.lock().unwrap_or_else(PoisonError::into_inner).push(session);
            outcome.map(|()| found)
        })
    }

    fn take(&self) -> Result<Session, Fault> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        free.map_or_else(|| self.source.open(&self.runtime, self.options), Ok)
    }
}

/// Runs `work` on parts of `0..count`, without a session, and gives the results in order.
pub(crate) fn split<T: Send>(
    threads: usize,
    count: usize,
    part: usize,
    work: impl Fn(Range<usize>) -> Result<T, Fault> + Sync,
) -> Result<Vec<T>, Fault> {
    in_threads(threads, count.div_ceil(part), |take| {
        let mut found = Vec::new();
        while let Some(place) = take() {
            found.push((place, work(place * part..count.min((place + 1) * part))?));
        }
        Ok(found)
    })
}

/// What `worker` found in each of up to `threads` threads, by place; it asks for the next place until there is none.
fn in_threads<T: Send>(
    threads: usize,
    count: usize,
    worker: impl Fn(&dyn Fn() -> Option<usize>) -> Result<Vec<(usize, T)>, Fault> + Sync,
) -> Result<Vec<T>, Fault> {
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let take = || {
        let place = next.fetch_add(1, Ordering::Relaxed);
        (place < count && !failed.load(Ordering::Relaxed)).then_some(place)
    };
    let one = || {
        let found = worker(&take);
        if found.is_err() {
            failed.store(true, Ordering::Relaxed);
        }
        found
    };
    let threads = threads.clamp(1, count.max(1));
    let found = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(one)).collect();
        let mut found = vec![one()];
        for other in others {
            let lost = Fault::new(Kind::Run, "a thread that ran the model ended before its work was done");
            found.push(other.join().unwrap_or(Err(lost)));
        }
        found
    });
    let mut all = Vec::with_capacity(count);
    for part in found {
        all.extend(part?);
    }
    all.sort_by_key(|(place, _)| *place);
    Ok(all.into_iter().map(|(_, value)| value).collect())
}
