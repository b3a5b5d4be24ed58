//! Streams of Redis: a group of consumers reads one, and scores are added to another.

mod answers;
mod commands;
mod link;

use std::sync::Arc;
use std::time::{Duration, Instant};

use gml_connect::Fault;
use redis::{Value, cmd};

use super::ends::{Ends, Sink, Source, WAIT};
use super::entry::Entry;
use super::letter::Letter;
use super::{Streams, Tally};
use answers::{claimed, of_stream};
use commands::{Commands, add};
use link::Link;

/// A consumer of a group.
pub(super) struct Rows {
    link: Link,
    stream: String,
    group: String,
    consumer: String,
    batch: usize,
    claim_after: Duration,
    tally: Arc<Tally>,
    /// What this consumer has read before and not acknowledged comes first, from this id on: it may have been written, and it may
    /// not. After that, `>`: what nobody has read.
    after: String,
    /// When others were looked at last.
    looked: Option<Instant>,
}

impl Rows {
    /// Connects, and makes the group where there is none.
    pub(super) fn connect(streams: &Streams, tally: &Arc<Tally>) -> Result<Self, Fault> {
        let mut link = Link::to(&streams.from)?;
        let mut group = cmd("XGROUP");
        group.arg("CREATE").arg(&streams.from.stream).arg(&streams.group).arg("0").arg("MKSTREAM");
        match link.ask(&group) {
            Err(fault) if !fault.message.contains("BUSYGROUP") => return Err(fault),
            _ => {}
        }
        Ok(Self {
            link,
            stream: streams.from.stream.clone(),
            group: streams.group.clone(),
            consumer: streams.consumer.clone(),
            batch: streams.batch,
            claim_after: streams.claim_after,
            tally: Arc::clone(tally),
            after: "0".to_owned(),
            looked: None,
        })
    }

    /// The next entries of this consumer: new ones, or those that it has read before.
    fn next(&mut self, is_new: bool) -> Result<Vec<Entry>, Fault> {
        let mut command = cmd("XREADGROUP");
        command.arg("GROUP").arg(&self.group).arg(&self.consumer).arg("COUNT").arg(self.batch);
        if is_new {
            command.arg("BLOCK").arg(WAIT.as_millis() as u64);
        }
        command.arg("STREAMS").arg(&self.stream).arg(&self.after);
        let answer = self.link.ask(&command)?;
        of_stream(&answer).ok_or_else(unknown_answer)
    }

    /// What a consumer has read that has been silent for too long.
    fn take_over(&mut self) -> Result<Vec<Entry>, Fault> {
        if self.looked.is_some_and(|looked| looked.elapsed() < self.claim_after / 4) {
            return Ok(Vec::new());
        }
        let mut start = "0-0".to_owned();
        loop {
            let mut command = cmd("XAUTOCLAIM");
            command.arg(&self.stream).arg(&self.group).arg(&self.consumer).arg(self.claim_after.as_millis() as u64);
            command.arg(&start).arg("COUNT").arg(self.batch);
            let (next, entries) = claimed(&self.link.ask(&command)?).ok_or_else(unknown_answer)?;
            if !entries.is_empty() {
                Tally::add(&self.tally.claimed, entries.len());
                return Ok(entries);
            }
            if next == "0-0" {
                self.looked = Some(Instant::now());
                return Ok(entries);
            }
            start = next;
        }
    }

    /// The words that acknowledge entries.
    fn acknowledgement(&self, entries: &[Entry]) -> Vec<Vec<u8>> {
        let words = ["XACK", &*self.stream, &*self.group].into_iter().chain(entries.iter().map(|entry| &*entry.id));
        words.map(|word| word.as_bytes().to_vec()).collect()
    }
}

impl Source for Rows {
    fn origin(&self) -> &str {
        &self.stream
    }

    fn read(&mut self) -> Result<Vec<Entry>, Fault> {
        let is_new = self.after == ">";
        let mut entries = if is_new { self.take_over()? } else { Vec::new() };
        if entries.is_empty() {
            entries = self.next(is_new)?;
        }
        match entries.last() {
            Some(last) if !is_new => self.after.clone_from(&last.id),
            None if !is_new => self.after = ">".to_owned(),
            _ => {}
        }
        Ok(entries)
    }

    fn acknowledge(&mut self, entries: &[Entry]) -> Result<(), Fault> {
        let mut commands = Commands::default();
        commands.push(self.acknowledgement(entries));
        self.link.ask(&commands.script(&[&self.stream])).map(drop)
    }

    fn leave(&mut self) -> Result<(), Fault> {
        let mut pending = cmd("XPENDING");
        pending.arg(&self.stream).arg(&self.group).arg("-").arg("+").arg(1).arg(&self.consumer);
        if matches!(self.link.ask(&pending), Ok(Value::Array(left)) if left.is_empty()) {
            let mut command = cmd("XGROUP");
            command.arg("DELCONSUMER").arg(&self.stream).arg(&self.group).arg(&self.consumer);
            self.link.ask(&command)?;
        }
        Ok(())
    }
}

/// The streams of scores and of rows that cannot be scored.
pub(super) struct Scores {
    link: Link,
    to: String,
    dead: String,
    most: Option<u64>,
}

impl Scores {
    pub(super) fn connect(streams: &Streams) -> Result<Self, Fault> {
        let Streams { to, dead, most, .. } = streams;
        Ok(Self { link: Link::to(to)?, to: to.stream.clone(), dead: dead.clone(), most: *most })
    }
}

impl Sink for Scores {
    fn is_full(&mut self) -> Result<bool, Fault> {
        is_full(&mut self.link, &self.to, self.most)
    }

    fn write(&mut self, _origin: &str, letters: &[Letter<'_>]) -> Result<usize, Fault> {
        let mut commands = Commands::default();
        add(&mut commands, (&self.to, &self.dead), letters);
        self.link.ask(&commands.script(&[&self.to, &self.dead]))?;
        Ok(0)
    }
}

/// Rows and scores in one database of one server: what is said of rows is written and acknowledged in one step, so that no crash comes
/// between.
pub(super) struct Beside {
    rows: Rows,
    to: String,
    dead: String,
    most: Option<u64>,
}

impl Beside {
    pub(super) fn connect(streams: &Streams, tally: &Arc<Tally>) -> Result<Self, Fault> {
        let Streams { to, dead, most, .. } = streams;
        Ok(Self { rows: Rows::connect(streams, tally)?, to: to.stream.clone(), dead: dead.clone(), most: *most })
    }
}

impl Ends for Beside {
    fn read(&mut self) -> Result<Vec<Entry>, Fault> {
        self.rows.read()
    }

    fn is_full(&mut self) -> Result<bool, Fault> {
        is_full(&mut self.rows.link, &self.to, self.most)
    }

    fn settle(&mut self, entries: &[Entry], letters: &[Letter<'_>]) -> Result<usize, Fault> {
        let mut commands = Commands::default();
        add(&mut commands, (&self.to, &self.dead), letters);
        commands.push(self.rows.acknowledgement(entries));
        self.rows.link.ask(&commands.script(&[&self.rows.stream, &self.to, &self.dead]))?;
        Ok(0)
    }

    fn leave(&mut self) -> Result<(), Fault> {
        self.rows.leave()
    }
}

fn is_full(link: &mut Link, stream: &str, most: Option<u64>) -> Result<bool, Fault> {
    let Some(most) = most else { return Ok(false) };
    let mut command = cmd("XLEN");
    command.arg(stream);
    let length = link.ask(&command)?;
    Ok(matches!(length, Value::Int(length) if u64::try_from(length).is_ok_and(|length| length >= most)))
}

fn unknown_answer() -> Fault {
    Fault::new("GML0987", "the server of the stream gives an answer that is not understood")
        .help("see that it is Redis 6.2 or later")
}
