//! How far a partition was scored, in a topic of its own.

use std::sync::Arc;

use gml_connect::Fault;
use rskafka::client::partition::{Compression, OffsetAt, PartitionClient};
use rskafka::record::{Record, RecordAndOffset};
use serde_json::{Value, json};

use super::link::Link;
use super::scores::now;

/// How far back from the end of a partition what was kept last is looked for: in a topic that is compacted, it is the last of all.
const BACK: i64 = 64;
/// Bytes that are read at once.
const BYTES: std::ops::Range<i32> = 1..1 << 20;
/// How long a broker may wait for bytes that are there, in milliseconds.
const WAIT: i32 = 1_000;

/// What keeps how far one partition was scored: the partition of the same number of the topic of offsets.
pub(super) struct Kept {
    partition: i32,
    client: Arc<PartitionClient>,
    /// Where what is kept next will lie, if nobody else keeps something here.
    end: i64,
    consumer: String,
}

impl Kept {
    pub(super) fn connect(link: &Link, topic: &str, partition: i32, consumer: &str) -> Result<Self, Fault> {
        let client = link.partition(topic, partition)?;
        Ok(Self { partition, client, end: 0, consumer: consumer.to_owned() })
    }

    /// The first row of the partition that was not scored; none where none was.
    ///
    /// # Errors
    /// GML0987 where what was kept is gone: beginning anew would score every row again, and nobody would know.
    pub(super) fn next(&mut self, link: &Link) -> Result<Option<i64>, Fault> {
        let first = link.ask(self.client.get_offset(OffsetAt::Earliest))?;
        self.end = link.ask(self.client.get_offset(OffsetAt::Latest))?;
        if self.end == 0 {
            return Ok(None);
        }
        let mut last = None;
        for record in self.between(link, first.max(self.end - BACK), self.end)? {
            last = offset(&record).or(last);
        }
        last.map(Some).ok_or_else(|| {
            let what = format!(
                "how far partition {} was scored stood in {}, and is gone from it",
                self.partition,
                self.client.topic()
            );
            Fault::new("GML0987", what).at(link.address()).help(
                "keep the topic by cleanup.policy=compact; to score all rows again, delete the topic and make it anew, or name another --group",
            )
        })
    }

    /// Keeps the first row that was not scored. Gives another consumer's name, where one keeps something here too.
    pub(super) fn keep(&mut self, link: &Link, next: i64) -> Result<Option<String>, Fault> {
        let record = Record {
            key: Some(self.partition.to_string().into_bytes()),
            value: Some(json!({ "offset": next, "consumer": self.consumer }).to_string().into_bytes()),
            headers: Default::default(),
            timestamp: now(),
        };
        let written = link.ask(self.client.produce(vec![record], Compression::NoCompression))?;
        let Some(own) = written.first().copied() else { return Ok(None) };
        let expected = std::mem::replace(&mut self.end, own + 1);
        if own == expected {
            return Ok(None);
        }
        let others = self.between(link, expected, own)?;
        Ok(others.iter().filter_map(consumer).find(|consumer| *consumer != self.consumer))
    }

    /// What stands from one place to before another one.
    fn between(&self, link: &Link, from: i64, to: i64) -> Result<Vec<RecordAndOffset>, Fault> {
        let (mut at, mut found) = (from, Vec::new());
        while at < to {
            let (records, _) = link.ask(self.client.fetch_records(at, BYTES, WAIT))?;
            let Some(last) = records.last() else { break };
            at = last.offset + 1;
            found.extend(records.into_iter().filter(|record| record.offset < to));
        }
        Ok(found)
    }
}

fn kept(record: &RecordAndOffset) -> Option<Value> {
    serde_json::from_slice(record.record.value.as_deref()?).ok()
}

fn offset(record: &RecordAndOffset) -> Option<i64> {
    kept(record)?["offset"].as_i64().filter(|offset| *offset >= 0)
}

fn consumer(record: &RecordAndOffset) -> Option<String> {
    Some(kept(record)?["consumer"].as_str()?.to_owned())
}
