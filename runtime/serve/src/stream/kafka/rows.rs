//! Rows of a topic.

use std::collections::BTreeMap;
use std::sync::Arc;

use gml_connect::Fault;
use rskafka::client::partition::OffsetAt;
use rskafka::record::RecordAndOffset;
use tokio::sync::mpsc::{Receiver, channel};

use super::super::ends::{Source, WAIT};
use super::super::entry::{Entry, Receipt};
use super::super::{Streams, Told};
use super::fetching::{Fetched, beyond, fetch};
use super::link::Link;
use super::offsets::Kept;

/// Batches that are read ahead of what is scored.
const AHEAD: usize = 4;

/// Partitions that this consumer reads, alone.
pub(in crate::stream) struct Rows {
    link: Link,
    topic: String,
    coming: Receiver<Result<Fetched, Fault>>,
    offsets: BTreeMap<i32, Kept>,
    told: Told,
    /// Others that are known to score rows of this consumer.
    others: Vec<String>,
}

impl Rows {
    /// Connects, and begins to read: each partition where it was left, or with its first row.
    pub(in crate::stream) fn connect(streams: &Streams, told: &Told) -> Result<Self, Fault> {
        let Streams { from, consumer, batch, .. } = streams;
        let link = Link::to(from)?;
        let there = link.partitions(&from.stream, "--partitions 1")?;
        let own: Vec<i32> = streams.partitions.clone().unwrap_or_else(|| there.iter().copied().collect());
        if let Some(missing) = own.iter().find(|partition| !there.contains(partition)) {
            let what = format!("{} has no partition {missing}: it has {}", from.stream, there.len());
            return Err(Fault::new("GML0987", what).at(from).help("partitions count from 0"));
        }
        let topic = streams.offsets();
        let made = format!("--partitions {} --config cleanup.policy=compact", there.len());
        let kept = link.partitions(&topic, &made)?;
        if let Some(missing) = own.iter().find(|partition| !kept.contains(partition)) {
            let what = format!("{topic} has no partition {missing} to keep how far that of {} was scored", from.stream);
            return Err(Fault::new("GML0987", what).at(from).help(format!(
                "give it as many partitions: kafka-topics.sh --alter --topic {topic} --partitions {}",
                there.len()
            )));
        }
        let (sender, coming) = channel(AHEAD);
        let mut offsets = BTreeMap::new();
        for partition in own {
            let client = link.partition(&from.stream, partition)?;
            let mut kept = Kept::connect(&link, &topic, partition, consumer)?;
            let at = match kept.next(&link)? {
                Some(at) if at > link.ask(client.get_offset(OffsetAt::Latest))? => {
                    return Err(beyond(from, partition, at));
                }
                Some(at) => at,
                None => link.ask(client.get_offset(OffsetAt::Earliest))?,
            };
            offsets.insert(partition, kept);
            link.waiting.begin(fetch(client, from.clone(), at, *batch, sender.clone()));
        }
        Ok(Self { link, topic: from.stream.clone(), coming, offsets, told: Arc::clone(told), others: Vec::new() })
    }

    fn entry(partition: i32, read: RecordAndOffset) -> Entry {
        let RecordAndOffset { record, offset } = read;
        // What marks a key as deleted is no row, which scoring finds.
        let row = record.value.unwrap_or_default();
        Entry::of_record(format!("{partition}-{offset}"), row, record.key, Receipt::Place { partition, offset })
    }
}

impl Source for Rows {
    fn origin(&self) -> &str {
        &self.topic
    }

    fn read(&mut self) -> Result<Vec<Entry>, Fault> {
        match self.link.waiting.within(WAIT, self.coming.recv()) {
            None => Ok(Vec::new()),
            Some(Some(Ok(Fetched::Rows { partition, records }))) => {
                Ok(records.into_iter().map(|record| Self::entry(partition, record)).collect())
            }
            Some(Some(Ok(Fetched::Gone { partition, from, to }))) => {
                (self.told)(&format!(
                    "{}: partition {partition} has let go of rows {from} to {} before they were scored; goes on with row {to}",
                    self.link.address(),
                    to - 1
                ));
                Ok(Vec::new())
            }
            Some(Some(Err(fault))) => Err(fault),
            Some(None) => Err(Fault::new("GML0999", "nothing reads the partitions any more")),
        }
    }

    fn acknowledge(&mut self, entries: &[Entry]) -> Result<(), Fault> {
        let mut next: BTreeMap<i32, i64> = BTreeMap::new();
        for entry in entries {
            if let Receipt::Place { partition, offset } = entry.receipt {
                next.insert(partition, offset + 1);
            }
        }
        for (partition, next) in next {
            let Some(kept) = self.offsets.get_mut(&partition) else { continue };
            if let Some(other) = kept.keep(&self.link, next)?
                && !self.others.contains(&other)
            {
                (self.told)(&format!(
                    "{}: partition {partition} is scored by {other} too, so that its rows are scored twice: share partitions out by --partitions",
                    self.link.address()
                ));
                self.others.push(other);
            }
        }
        Ok(())
    }

    fn leave(&mut self) -> Result<(), Fault> {
        Ok(())
    }
}
