//! What a system of streams must do to be scored from, and to be written to.

use std::sync::Arc;
use std::time::Duration;

use gml_connect::Fault;

use super::address::System;
use super::entry::Entry;
use super::letter::Letter;
use super::{Streams, Tally, Told, kafka, nats, redis};

/// How long a system waits for rows before it says that there are none. Being asked to end is seen in between.
pub(super) const WAIT: Duration = Duration::from_millis(500);
/// How long a server may take to let us in.
pub(super) const CONNECT: Duration = Duration::from_secs(5);
/// How long a server may take to answer, beside what it is asked to wait.
pub(super) const ANSWER: Duration = Duration::from_secs(10);

/// Where rows come from.
pub(super) trait Source: Send {
    /// What the ids of its entries are unique within.
    fn origin(&self) -> &str;

    /// The next rows, no more than a batch; none where none came for a while. What was read and not acknowledged comes again, to this
    /// consumer or to another one.
    fn read(&mut self) -> Result<Vec<Entry>, Fault>;

    /// Says that what there is to say of rows was written: they never come again.
    fn acknowledge(&mut self, entries: &[Entry]) -> Result<(), Fault>;

    /// Gives rows back of which nothing could be written, so that they come again sooner than those of a consumer that is dead.
    fn give_back(&mut self, _entries: &[Entry]) {}

    /// Leaves those who share the rows, where nothing was left behind.
    fn leave(&mut self) -> Result<(), Fault>;
}

/// Where it goes what is said of rows: scores to one stream, rows that cannot be scored to another.
pub(super) trait Sink: Send {
    /// Whether nobody takes scores away as fast as they come.
    fn is_full(&mut self) -> Result<bool, Fault>;

    /// Writes letters on rows of an origin, and comes back when the server has taken all of them. Gives how many it had already.
    fn write(&mut self, origin: &str, letters: &[Letter<'_>]) -> Result<usize, Fault>;
}

/// A source and a sink.
pub(super) trait Ends: Send {
    /// See [`Source::read`].
    fn read(&mut self) -> Result<Vec<Entry>, Fault>;

    /// See [`Sink::is_full`].
    fn is_full(&mut self) -> Result<bool, Fault>;

    /// Writes letters, and then acknowledges the entries. Gives how many letters the server had already.
    fn settle(&mut self, entries: &[Entry], letters: &[Letter<'_>]) -> Result<usize, Fault>;

    /// See [`Source::leave`].
    fn leave(&mut self) -> Result<(), Fault>;
}

/// Ends that know nothing of each other: what was written and not yet acknowledged is written again after a crash.
struct Apart {
    source: Box<dyn Source>,
    sink: Box<dyn Sink>,
}

impl Ends for Apart {
    fn read(&mut self) -> Result<Vec<Entry>, Fault> {
        self.source.read()
    }

    fn is_full(&mut self) -> Result<bool, Fault> {
        self.sink.is_full()
    }

    fn settle(&mut self, entries: &[Entry], letters: &[Letter<'_>]) -> Result<usize, Fault> {
        match self.sink.write(self.source.origin(), letters) {
            Ok(known) => {
                self.source.acknowledge(entries)?;
                Ok(known)
            }
            Err(fault) => {
                self.source.give_back(entries);
                Err(fault)
            }
        }
    }

    fn leave(&mut self) -> Result<(), Fault> {
        self.source.leave()
    }
}

/// Connects to the servers of both streams.
pub(super) fn connect(streams: &Streams, tally: &Arc<Tally>, told: &Told) -> Result<Box<dyn Ends>, Fault> {
    let Streams { from, to, .. } = streams;
    if from.system == System::Redis && from.is_one_link(to) {
        return Ok(Box::new(redis::Beside::connect(streams, tally)?));
    }
    let source: Box<dyn Source> = match from.system {
        System::Redis => Box::new(redis::Rows::connect(streams, tally)?),
        System::Nats => Box::new(nats::Rows::connect(streams, tally)?),
        System::Kafka => Box::new(kafka::Rows::connect(streams, told)?),
    };
    let sink: Box<dyn Sink> = match to.system {
        System::Redis => Box::new(redis::Scores::connect(streams)?),
        System::Nats => Box::new(nats::Scores::connect(streams, told)?),
        System::Kafka => Box::new(kafka::Scores::connect(streams)?),
    };
    Ok(Box::new(Apart { source, sink }))
}
