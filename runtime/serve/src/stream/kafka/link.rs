//! Speaking to the brokers of Kafka.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use gml_connect::Fault;
use rskafka::BackoffConfig;
use rskafka::client::error::{Error, ProtocolError, RequestError};
use rskafka::client::partition::{PartitionClient, UnknownTopicHandling};
use rskafka::client::{Client, ClientBuilder, Credentials, SaslConfig};

use super::super::address::{Address, Mechanism};
use super::super::ends::{ANSWER, CONNECT};
use super::super::waiting::Waiting;

/// The variable with the password, where it shall not stand in an address.
const PASSWORD: &str = "GML_KAFKA_PASSWORD";
/// The port of brokers where an address names none.
const PORT: u16 = 9092;

/// Brokers that answer.
pub(super) struct Link {
    pub(super) waiting: Waiting,
    client: Client,
    address: Address,
}

impl Link {
    /// # Errors
    /// GML0961 where no broker answers, GML0962 where they do not let us in.
    pub(super) fn to(address: &Address) -> Result<Self, Fault> {
        let waiting = Waiting::new()?;
        let with_port = |host: &str| if host.contains(':') { host.to_owned() } else { format!("{host}:{PORT}") };
        let hosts = address.hosts().into_iter().map(with_port).collect();
        // What a broker is asked again for. What lasts longer is for the stream to see and to tell.
        let again = BackoffConfig {
            init_backoff: Duration::from_millis(50),
            max_backoff: Duration::from_secs(1),
            base: 2.0,
            deadline: Some(CONNECT),
        };
        let mut builder = ClientBuilder::new(hosts).client_id("gmlc-serve").backoff_config(again);
        if let Some(user) = user(address)? {
            builder = builder.sasl_config(user);
        }
        let client = match waiting.within(ANSWER, builder.build()) {
            Some(client) => client.map_err(|error| fault(address, &error))?,
            None => return Err(lost(address, "no broker lets us in in time")),
        };
        Ok(Self { waiting, client, address: address.clone() })
    }

    /// Waits for what a broker does, beside what it is asked to wait.
    ///
    /// # Errors
    /// What it answers with, and GML0961 where it does not.
    pub(super) fn ask<T>(&self, asked: impl Future<Output = Result<T, Error>>) -> Result<T, Fault> {
        match self.waiting.within(ANSWER, asked) {
            Some(answer) => answer.map_err(|error| fault(&self.address, &error)),
            None => Err(lost(&self.address, "it does not answer in time")),
        }
    }

    /// The partitions of a topic.
    ///
    /// # Errors
    /// GML0987 where there is no such topic: none is made here, because nobody could say of how many partitions, and kept for how long.
    pub(super) fn partitions(&self, topic: &str, made: &str) -> Result<BTreeSet<i32>, Fault> {
        let topics = self.ask(self.client.list_topics())?;
        let known = topics.into_iter().find(|known| known.name == topic).map(|known| known.partitions);
        known.filter(|partitions| !partitions.is_empty()).ok_or_else(|| {
            Fault::new("GML0987", format!("there is no topic {topic}")).at(&self.address).help(format!(
                "make it: kafka-topics.sh --bootstrap-server {} --create --topic {topic} {made}",
                self.address.hosts().join(",")
            ))
        })
    }

    /// What reads and writes a partition.
    pub(super) fn partition(&self, topic: &str, partition: i32) -> Result<Arc<PartitionClient>, Fault> {
        self.ask(self.client.partition_client(topic, partition, UnknownTopicHandling::Error)).map(Arc::new)
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }
}

/// Who we are, where the address says so.
fn user(address: &Address) -> Result<Option<SaslConfig>, Fault> {
    let kept = std::env::var(PASSWORD).ok().filter(|password| !password.is_empty());
    let (Some(user), password) = address.user() else { return Ok(None) };
    let password = password.or(kept).ok_or_else(|| refused(address, "there is a user, and no password"))?;
    let credentials = Credentials::new(user, password);
    Ok(Some(match address.mechanism {
        Mechanism::Plain => SaslConfig::Plain(credentials),
        Mechanism::ScramSha256 => SaslConfig::ScramSha256(credentials),
        Mechanism::ScramSha512 => SaslConfig::ScramSha512(credentials),
    }))
}

/// What went wrong, with the server and without a password.
pub(super) fn fault(address: &Address, error: &Error) -> Fault {
    let text = gml_connect::secrets::hide(&error.to_string()).into_owned();
    // Retries leave nothing of an error but its text. A connection that was lost while it was shown who we are is no refusal.
    let is_refused = text.contains("Sasl handshake failed") && !text.contains("Sasl handshake failed: Request error");
    if is_refused || text.contains("matching version for: SaslHandshake") {
        return refused(address, &text);
    }
    match error {
        Error::ServerError { protocol_error, .. } => of_broker(address, protocol_error, &text),
        Error::Request(RequestError::IO(_) | RequestError::Poisoned(_) | RequestError::ReadFramedMessageError(_))
        | Error::Connection(_)
        | Error::RetryFailed(_)
        | Error::Timeout => lost(address, &text),
        _ if text.contains("compression") => Fault::new("GML0987", format!("rows are compressed: {text}"))
            .at(address)
            .help("compressed records are not read in this version: set compression.type=uncompressed for the topic, or none at its producers"),
        _ => Fault::new("GML0987", format!("the broker gives an answer that is not understood: {text}"))
            .at(address)
            .help("see that it is Kafka 0.11 or later, or speaks as that does"),
    }
}

/// What a broker answers instead of doing it.
fn of_broker(address: &Address, error: &ProtocolError, text: &str) -> Fault {
    use ProtocolError as Of;
    match error {
        Of::TopicAuthorizationFailed
        | Of::GroupAuthorizationFailed
        | Of::ClusterAuthorizationFailed
        | Of::SaslAuthenticationFailed => refused(address, text),
        // What passes, or is gone when the leader of the partition is another broker.
        Of::UnknownServerError
        | Of::LeaderNotAvailable
        | Of::NotLeaderOrFollower
        | Of::RequestTimedOut
        | Of::BrokerNotAvailable
        | Of::ReplicaNotAvailable
        | Of::NetworkException
        | Of::NotEnoughReplicas
        | Of::NotEnoughReplicasAfterAppend
        | Of::KafkaStorageError
        | Of::FencedLeaderEpoch
        | Of::UnknownLeaderEpoch
        | Of::OffsetNotAvailable
        | Of::ThrottlingQuotaExceeded => lost(address, text),
        _ => Fault::new("GML0987", format!("the broker refuses what it is asked for: {text}"))
            .at(address)
            .help("see how the topic is set: kafka-topics.sh --describe, kafka-configs.sh --describe"),
    }
}

/// Brokers that are gone, or do not answer.
pub(super) fn lost(address: &Address, text: &str) -> Fault {
    Fault::new("GML0961", format!("the server of the stream does not answer as it should: {text}")).at(address).help(
        "see that it runs, that host and port are right, and that the addresses it gives out are reached from here",
    )
}

fn refused(address: &Address, text: &str) -> Fault {
    Fault::new("GML0962", "the server of the stream does not let us in").at(address).detail(text).help(format!(
        "give user and password in the address, kafka://user:password@host/topic?sasl=scram-sha-256, or the password in {PASSWORD}"
    ))
}
