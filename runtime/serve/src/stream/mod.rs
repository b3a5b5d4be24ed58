//! Streams: rows are read from one, and scores written to another.
//!
//! Every row is scored at least once: it is acknowledged when what is said of it has been written. What a consumer that ended had read
//! is scored by another one, or by the next.
//!
//! What lives here: the loop from rows to scores, and how each system does its part of it, behind the traits of `ends`. What does
//! not: the model, and how a row is held against its signature.

mod address;
mod check;
mod ends;
mod entry;
mod kafka;
mod letter;
mod nats;
mod redis;
mod say;
mod waiting;
mod work;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use gml_connect::Fault;

pub use address::Address;

use crate::reload::Served;

/// What there is to say to people.
type Told = Arc<dyn Fn(&str) + Send + Sync>;

/// From where to where.
#[derive(Clone, Debug)]
pub struct Streams {
    /// The stream of rows.
    pub from: Address,
    /// The stream of scores.
    pub to: Address,
    /// The stream of rows that cannot be scored, on the server that scores go to.
    pub dead: String,
    /// The group of consumers that share the rows.
    pub group: String,
    /// The name of this consumer within the group.
    pub consumer: String,
    /// Rows that are read at once.
    pub batch: usize,
    /// How long a consumer may be silent before others take over what it has read.
    pub claim_after: Duration,
    /// How many entries the stream of scores may have: until somebody takes some away, no more rows are read.
    pub most: Option<u64>,
    /// The partitions of a topic of Kafka that this consumer reads; all where none are named.
    pub partitions: Option<Vec<i32>>,
}

/// What was done with rows of a stream.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) scored: AtomicU64,
    pub(crate) dead: AtomicU64,
    pub(crate) claimed: AtomicU64,
    pub(crate) known: AtomicU64,
    pub(crate) lost_links: AtomicU64,
}

impl Tally {
    fn add(counter: &AtomicU64, count: usize) {
        counter.fetch_add(count as u64, Ordering::Relaxed);
    }

    /// In the text form of Prometheus.
    pub(crate) fn text(&self) -> String {
        let of = |name: &str, help: &str, counter: &AtomicU64| {
            let count = counter.load(Ordering::Relaxed);
            format!(
                "# HELP gml_serve_stream_{name} {help}\n# TYPE gml_serve_stream_{name} counter\ngml_serve_stream_{name} {count}\n"
            )
        };
        of("rows_total", "Rows of the stream that were scored.", &self.scored)
            + &of("dead_rows_total", "Rows of the stream that could not be scored.", &self.dead)
            + &of("claimed_rows_total", "Rows that a consumer which ended had read.", &self.claimed)
            + &of(
                "known_rows_total",
                "Rows whose score a server had already, and which it did not write again.",
                &self.known,
            )
            + &of("lost_links_total", "How often a server of streams was lost.", &self.lost_links)
    }
}

/// What reads, scores and writes, on a thread of its own.
pub(crate) struct Streaming {
    pub(crate) tally: Arc<Tally>,
    stop: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<Result<(), Fault>>,
}

impl Streaming {
    /// Connects, makes the group where there is none, and begins.
    ///
    /// # Errors
    /// GML0961 and GML0962 where a server does not answer or does not let us in, GML0987 where a stream cannot be used.
    pub(crate) fn start(streams: Streams, served: Arc<Served>, told: Told) -> Result<Self, Fault> {
        let (stop, tally) = (Arc::new(AtomicBool::new(false)), Arc::new(Tally::default()));
        let mut worker = work::Worker::connect(streams, served, Arc::clone(&tally), Arc::clone(&stop), told)?;
        let thread = std::thread::Builder::new()
            .name("stream".into())
            .spawn(move || worker.run())
            .map_err(|error| Fault::new("GML0999", format!("no thread is to be had: {error}")))?;
        Ok(Self { tally, stop, thread })
    }

    /// Whether it has ended by itself, which it does at a fault that coming again does not mend.
    pub(crate) fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }

    /// Lets it finish the rows that it has read, and read no more.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Release);
    }

    /// What came of it. It has ended already; else this waits for that.
    ///
    /// # Errors
    /// Why it ended before it was asked to.
    pub(crate) fn finish(self) -> Result<(), Fault> {
        self.stop();
        self.thread
            .join()
            .unwrap_or_else(|_| Err(Fault::new("GML0999", "the stream stopped at a fault of gmlc: please report it")))
    }
}
