//! Reading partitions ahead of what is scored, no further than there is room.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gml_connect::Fault;
use rskafka::client::error::{Error, ProtocolError};
use rskafka::client::partition::{OffsetAt, PartitionClient};
use rskafka::record::RecordAndOffset;
use tokio::sync::mpsc::Sender;

use super::super::address::Address;
use super::super::ends::{ANSWER, WAIT};
use super::link::{fault, lost};

/// Bytes that are read at once, of each partition.
const BYTES: std::ops::Range<i32> = 1..1 << 20;
/// How long to wait where a broker has nothing and says so at once.
const PAUSE: Duration = Duration::from_millis(50);

/// What comes of a partition.
pub(super) enum Fetched {
    /// Rows, no more than a batch.
    Rows { partition: i32, records: Vec<RecordAndOffset> },
    /// The topic has let go of rows before anybody read them.
    Gone { partition: i32, from: i64, to: i64 },
}

/// Reads a partition from a place on, until nobody wants more.
pub(super) async fn fetch(
    client: Arc<PartitionClient>,
    address: Address,
    mut at: i64,
    batch: usize,
    sender: Sender<Result<Fetched, Fault>>,
) {
    loop {
        let read = match next(&client, &address, at).await {
            Ok(read) => read,
            Err(fault) => {
                let _ = sender.send(Err(fault)).await;
                return;
            }
        };
        match read {
            Read::Rows(records) => {
                let mut records = records.into_iter();
                loop {
                    let part: Vec<RecordAndOffset> = records.by_ref().take(batch).collect();
                    let Some(last) = part.last() else { break };
                    at = last.offset + 1;
                    let rows = Fetched::Rows { partition: client.partition(), records: part };
                    if sender.send(Ok(rows)).await.is_err() {
                        return;
                    }
                }
            }
            Read::Gone(to) => {
                let gone = Fetched::Gone { partition: client.partition(), from: at, to };
                if sender.send(Ok(gone)).await.is_err() {
                    return;
                }
                at = to;
            }
        }
    }
}

enum Read {
    Rows(Vec<RecordAndOffset>),
    /// The first row that there still is.
    Gone(i64),
}

async fn next(client: &PartitionClient, address: &Address, at: i64) -> Result<Read, Fault> {
    let slow = |_| lost(address, "it does not answer in time");
    let begun = Instant::now();
    let asked = client.fetch_records(at, BYTES, WAIT.as_millis() as i32);
    match tokio::time::timeout(ANSWER + WAIT, asked).await.map_err(slow)? {
        Ok((records, _)) => {
            // A mark of a transaction is no row, and nothing to wait for either.
            if records.is_empty() && begun.elapsed() < WAIT / 2 {
                tokio::time::sleep(PAUSE).await;
            }
            Ok(Read::Rows(records))
        }
        Err(Error::ServerError { protocol_error: ProtocolError::OffsetOutOfRange, .. }) => {
            let asked = client.get_offset(OffsetAt::Earliest);
            let first =
                tokio::time::timeout(ANSWER, asked).await.map_err(slow)?.map_err(|error| fault(address, &error))?;
            if first > at { Ok(Read::Gone(first)) } else { Err(beyond(address, client.partition(), at)) }
        }
        Err(error) => Err(fault(address, &error)),
    }
}

/// A place that lies behind the end of a partition: the topic is not the one that was scored before.
pub(super) fn beyond(address: &Address, partition: i32, at: i64) -> Fault {
    Fault::new("GML0987", format!("partition {partition} was scored up to row {at}, and does not reach as far"))
        .at(address)
        .help("where the topic was made anew, make the topic of offsets anew too, or name another --group")
}
