//! Reading, scoring, writing, acknowledging.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gml_connect::Fault;

use super::ends::{Ends, connect};
use super::entry::Entry;
use super::letter::Letter;
use super::say::{Said, say};
use super::{Streams, Tally, Told};
use crate::reload::Served;

/// How long to wait before a server is asked again that did not answer: at first, and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// One who reads rows of a stream and writes what is said of them.
pub(super) struct Worker {
    streams: Streams,
    served: Arc<Served>,
    tally: Arc<Tally>,
    stop: Arc<AtomicBool>,
    told: Told,
    ends: Box<dyn Ends>,
}

impl Worker {
    pub(super) fn connect(
        streams: Streams,
        served: Arc<Served>,
        tally: Arc<Tally>,
        stop: Arc<AtomicBool>,
        told: Told,
    ) -> Result<Self, Fault> {
        let ends = connect(&streams, &tally, &told)?;
        Ok(Self { streams, served, tally, stop, told, ends })
    }

    /// Works until it is asked to end, across servers that are gone for a while.
    ///
    /// # Errors
    /// What coming again does not mend.
    pub(super) fn run(&mut self) -> Result<(), Fault> {
        let mut pause = PAUSES.0;
        loop {
            let fault = match self.work(&mut pause) {
                Ok(()) => return self.ends.leave(),
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
                if let Ok(ends) = connect(&self.streams, &self.tally, &self.told) {
                    self.ends = ends;
                    break;
                }
            }
        }
    }

    /// Scores batches; the next pause is a short one again where one was done.
    fn work(&mut self, pause: &mut Duration) -> Result<(), Fault> {
        while !self.stop.load(Ordering::Acquire) {
            self.await_room()?;
            if self.stop.load(Ordering::Acquire) {
                break;
            }
            let entries = self.ends.read()?;
            self.handle(&entries)?;
            *pause = PAUSES.0;
        }
        Ok(())
    }

    /// Waits while the stream of scores is full: nobody takes them away as fast as they come.
    fn await_room(&mut self) -> Result<(), Fault> {
        if self.streams.most.is_none() {
            return Ok(());
        }
        while !self.stop.load(Ordering::Acquire) && self.ends.is_full()? {
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
        let (said, version) = (say(&model, entries)?, model.version());
        let letters = entries.iter().zip(&said);
        // One without fields was deleted since it was read: there is nothing to score or to keep.
        let letters = letters.filter(|(entry, said)| !(entry.fields.is_empty() && matches!(said, Said::Refused(_))));
        let letters: Vec<Letter<'_>> = letters.map(|(entry, said)| Letter { entry, said, version: &version }).collect();
        let known = self.ends.settle(entries, &letters)?;
        let dead = letters.iter().filter(|letter| letter.is_dead()).count();
        Tally::add(&self.tally.dead, dead);
        Tally::add(&self.tally.scored, entries.len() - dead);
        Tally::add(&self.tally.known, known);
        Ok(())
    }
}
