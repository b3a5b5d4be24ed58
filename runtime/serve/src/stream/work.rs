//! Reading, scoring, writing, acknowledging.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use gml_connect::Fault;
use redis::{Value, cmd};

use super::commands::{Commands, add};
use super::entry::{Entry, KEY, claimed, of_stream};
use super::link::Link;
use super::say::{Said, say};
use super::{Streams, Tally};
use crate::reload::Served;

/// How long a server waits for rows before it says that there are none. Being asked to end is seen in between.
const WAIT: Duration = Duration::from_millis(500);
/// How long to wait before a server is asked again that did not answer: at first, and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// Fields of a row that are kept where it cannot be scored: the language of scripts takes no command of any length.
const FIELDS: usize = 1_000;

/// A consumer of a group.
pub(super) struct Worker {
    streams: Streams,
    served: Arc<Served>,
    tally: Arc<Tally>,
    stop: Arc<AtomicBool>,
    told: Arc<dyn Fn(&str) + Send + Sync>,
    from: Link,
    /// The server of scores, where it is another one.
    to: Option<Link>,
    /// When others were looked at last.
    looked: Option<Instant>,
}

impl Worker {
    pub(super) fn connect(
        streams: Streams,
        served: Arc<Served>,
        tally: Arc<Tally>,
        stop: Arc<AtomicBool>,
        told: Arc<dyn Fn(&str) + Send + Sync>,
    ) -> Result<Self, Fault> {
        let (from, to) = links(&streams)?;
        Ok(Self { streams, served, tally, stop, told, from, to, looked: None })
    }

    /// Works until it is asked to end, across servers that are gone for a while.
    ///
    /// # Errors
    /// What coming again does not mend.
    pub(super) fn run(&mut self) -> Result<(), Fault> {
        let mut pause = PAUSES.0;
        loop {
            let fault = match self.work() {
                Ok(()) => return self.leave(),
                Err(fault) if fault.code == "GML0961" => fault,
                Err(fault) => return Err(fault),
            };
            Tally::add(&self.tally.lost_links, 1);
            (self.told)(&format!("{fault}; tries again"));
            loop {
                if self.stop.load(Ordering::Acquire) {
                    return Ok(());
                }
                std::thread::sleep(pause);
                pause = (pause * 2).min(PAUSES.1);
                if let Ok((from, to)) = links(&self.streams) {
                    (self.from, self.to, pause) = (from, to, PAUSES.0);
                    break;
                }
            }
        }
    }

    /// What was read before and not acknowledged comes first: it may have been written, and it may not.
    fn work(&mut self) -> Result<(), Fault> {
        let mut after = "0".to_owned();
        while !self.stop.load(Ordering::Acquire) {
            self.await_room()?;
            let is_new = after == ">";
            let mut entries = if is_new { self.take_over()? } else { Vec::new() };
            if entries.is_empty() {
                entries = self.read(&after, is_new)?;
            }
            match entries.last() {
                Some(last) if !is_new => after.clone_from(&last.id),
                None if !is_new => after = ">".to_owned(),
                _ => {}
            }
            self.handle(&entries)?;
        }
        Ok(())
    }

    /// The next entries of this consumer: new ones, or those that it has read before.
    fn read(&mut self, after: &str, is_new: bool) -> Result<Vec<Entry>, Fault> {
        let Streams { from, group, consumer, batch, .. } = &self.streams;
        let mut command = cmd("XREADGROUP");
        command.arg("GROUP").arg(group).arg(consumer).arg("COUNT").arg(*batch);
        if is_new {
            command.arg("BLOCK").arg(WAIT.as_millis() as u64);
        }
        command.arg("STREAMS").arg(&from.stream).arg(after);
        let answer = self.from.ask(&command)?;
        of_stream(&answer).ok_or_else(unknown_answer)
    }

    /// What a consumer has read that has been silent for too long.
    fn take_over(&mut self) -> Result<Vec<Entry>, Fault> {
        let Streams { from, group, consumer, batch, claim_after, .. } = &self.streams;
        if self.looked.is_some_and(|looked| looked.elapsed() < *claim_after / 4) {
            return Ok(Vec::new());
        }
        let mut start = "0-0".to_owned();
        loop {
            let mut command = cmd("XAUTOCLAIM");
            command.arg(&from.stream).arg(group).arg(consumer).arg(claim_after.as_millis() as u64).arg(&start);
            command.arg("COUNT").arg(*batch);
            let (next, entries) = claimed(&self.from.ask(&command)?).ok_or_else(unknown_answer)?;
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

    /// Waits while the stream of scores is full: nobody takes them away as fast as they come.
    fn await_room(&mut self) -> Result<(), Fault> {
        let Some(most) = self.streams.most else { return Ok(()) };
        let mut command = cmd("XLEN");
        command.arg(&self.streams.to.stream);
        while !self.stop.load(Ordering::Acquire) {
            let answer = self.to.as_mut().unwrap_or(&mut self.from).ask(&command)?;
            if !matches!(answer, Value::Int(length) if u64::try_from(length).is_ok_and(|length| length >= most)) {
                return Ok(());
            }
            std::thread::sleep(PAUSES.0);
        }
        Ok(())
    }

    /// Scores entries, writes what is said of them, and acknowledges them.
    fn handle(&mut self, entries: &[Entry]) -> Result<(), Fault> {
        if entries.is_empty() {
            return Ok(());
        }
        let model = self.served.model();
        let said = say(&model, entries)?;
        let (mut commands, mut dead) = (Commands::default(), 0);
        for (entry, said) in entries.iter().zip(&said) {
            match said {
                Said::Scores(scores) => {
                    let mut words = add(&self.streams.to.stream, entry, &model);
                    words.extend([b"prediction".to_vec(), scores.clone().into_bytes()]);
                    commands.push(words);
                }
                // It was deleted since it was read: there is nothing to score or to keep.
                Said::Refused(_) if entry.fields.is_empty() => {}
                Said::Refused(refusal) => {
                    dead += 1;
                    let mut words = add(&self.streams.dead, entry, &model);
                    words.extend([b"error".to_vec(), refusal.body().trim_end().as_bytes().to_vec()]);
                    let fields = entry.fields.iter().filter(|(name, _)| name != KEY.as_bytes());
                    words.extend(fields.take(FIELDS).flat_map(|(name, value)| [name.clone(), value.clone()]));
                    commands.push(words);
                }
            }
        }
        let Streams { from, to, dead: aside, group, .. } = &self.streams;
        let acknowledge = ["XACK", &*from.stream, &**group].into_iter().chain(entries.iter().map(|entry| &*entry.id));
        let acknowledge: Vec<Vec<u8>> = acknowledge.map(|word| word.as_bytes().to_vec()).collect();
        match &mut self.to {
            Some(server) => {
                server.ask(&commands.script(&[&to.stream, aside]))?;
                commands = Commands::default();
                commands.push(acknowledge);
                self.from.ask(&commands.script(&[&from.stream]))?;
            }
            None => {
                commands.push(acknowledge);
                self.from.ask(&commands.script(&[&from.stream, &to.stream, aside]))?;
            }
        }
        Tally::add(&self.tally.dead, dead);
        Tally::add(&self.tally.scored, entries.len() - dead);
        Ok(())
    }

    /// Leaves the group, where nothing was left behind.
    fn leave(&mut self) -> Result<(), Fault> {
        let Streams { from, group, consumer, .. } = &self.streams;
        let mut pending = cmd("XPENDING");
        pending.arg(&from.stream).arg(group).arg("-").arg("+").arg(1).arg(consumer);
        if matches!(self.from.ask(&pending), Ok(Value::Array(left)) if left.is_empty()) {
            let mut command = cmd("XGROUP");
            command.arg("DELCONSUMER").arg(&from.stream).arg(group).arg(consumer);
            self.from.ask(&command)?;
        }
        Ok(())
    }
}

/// The servers, with a group of consumers at the one of rows.
fn links(streams: &Streams) -> Result<(Link, Option<Link>), Fault> {
    let mut from = Link::to(&streams.from)?;
    let mut group = cmd("XGROUP");
    group.arg("CREATE").arg(&streams.from.stream).arg(&streams.group).arg("0").arg("MKSTREAM");
    match from.ask(&group) {
        Err(fault) if !fault.message.contains("BUSYGROUP") => return Err(fault),
        _ => {}
    }
    let to = if streams.from.is_beside(&streams.to) { None } else { Some(Link::to(&streams.to)?) };
    Ok((from, to))
}

fn unknown_answer() -> Fault {
    Fault::new("GML0987", "the server of the stream gives an answer that is not understood")
        .help("see that it is Redis 6.2 or later")
}
