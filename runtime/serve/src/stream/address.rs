//! Where a stream is: `redis://host:6379/orders?db=1`, `nats://host:4222/orders.new`, `kafka://host:9092/orders`.

use std::fmt;

use gml_connect::Fault;

/// What keeps streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    Redis,
    Nats,
    Kafka,
}

/// How a user of Kafka shows who it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mechanism {
    #[default]
    Plain,
    ScramSha256,
    ScramSha512,
}

/// A stream on a server: a stream of Redis, subjects of NATS, a topic of Kafka.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    pub(super) system: System,
    /// User, password, hosts and ports, as they were written.
    authority: String,
    /// Its name.
    pub(super) stream: String,
    /// The number of the database of Redis.
    database: u32,
    /// The stream of `JetStream` that has the subjects, where several might.
    pub(super) named: Option<String>,
    /// Whether NATS is spoken within TLS only.
    pub(super) is_secret: bool,
    pub(super) mechanism: Mechanism,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// GML0987 where it is none that is known here.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let wrong = |what: &str| {
            Fault::new("GML0987", format!("{} is no address of a stream: {what}", hidden(text)))
                .help("write it as redis://host:6379/stream, nats://host:4222/subject or kafka://host:9092/topic")
        };
        let (scheme, rest) = text.split_once("://").ok_or_else(|| wrong("it has no scheme"))?;
        let (system, is_secret) = match scheme {
            "redis" => (System::Redis, false),
            "nats" => (System::Nats, false),
            "tls" => (System::Nats, true),
            "kafka" => (System::Kafka, false),
            "rediss" | "kafkas" | "kafka+ssl" => {
                return Err(wrong(
                    "TLS is spoken with NATS only in this version; put a proxy such as stunnel before the server",
                ));
            }
            _ => return Err(wrong("only redis://, nats://, tls:// (NATS) and kafka:// are known")),
        };
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let nameless = match system {
            System::Redis => "it names no stream",
            System::Nats => "it names no subject",
            System::Kafka => "it names no topic",
        };
        let (authority, stream) = place.split_once('/').ok_or_else(|| wrong(nameless))?;
        let hosts = authority.rsplit('@').next().unwrap_or_default();
        if hosts.split(',').any(|host| host.split(':').next().is_none_or(str::is_empty)) {
            return Err(wrong("it names no host"));
        }
        let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
        if hosts.split(',').filter_map(port).any(|port| !is_port(port)) {
            return Err(wrong("its port is none from 1 to 65535"));
        }
        if stream.is_empty() {
            return Err(wrong(nameless));
        }
        let name = match system {
            System::Redis => Ok(()),
            System::Nats => subject(stream),
            System::Kafka => topic(stream),
        };
        name.map_err(|what| wrong(&what))?;
        let mut address = Self {
            system,
            authority: authority.to_owned(),
            stream: stream.to_owned(),
            database: 0,
            named: None,
            is_secret,
            mechanism: Mechanism::default(),
        };
        for part in query.split('&').filter(|part| !part.is_empty()) {
            address.set(part).map_err(|what| wrong(&what))?;
        }
        Ok(address)
    }

    /// Takes a part of what stands behind the question mark.
    fn set(&mut self, part: &str) -> Result<(), String> {
        match (self.system, part.split_once('=')) {
            (System::Redis, Some(("db", number))) => {
                self.database = number.parse().map_err(|_| "db must be a whole number")?;
            }
            (System::Nats, Some(("stream", name))) => {
                if name.is_empty() || name.contains(|letter: char| letter.is_whitespace() || ".*>/\\".contains(letter))
                {
                    return Err(format!("{name:?} is no name of a stream of NATS"));
                }
                self.named = Some(name.to_owned());
            }
            (System::Kafka, Some(("sasl", name))) => {
                self.mechanism = match name {
                    "plain" => Mechanism::Plain,
                    "scram-sha-256" => Mechanism::ScramSha256,
                    "scram-sha-512" => Mechanism::ScramSha512,
                    _ => return Err("sasl is plain, scram-sha-256 or scram-sha-512".to_owned()),
                };
            }
            (system, _) => {
                let known = match system {
                    System::Redis => "db",
                    System::Nats => "stream",
                    System::Kafka => "sasl",
                };
                return Err(format!("only {known}= is known behind the question mark"));
            }
        }
        Ok(())
    }

    /// The name of the stream.
    pub fn stream(&self) -> &str {
        &self.stream
    }

    /// Where rows go that cannot be scored, unless told otherwise: beside the scores of this address.
    pub fn dead(&self) -> String {
        // A colon is no letter of a topic.
        format!("{}{}dead", self.stream, if self.system == System::Redis { ':' } else { '.' })
    }

    /// Whether both are on one server and in one database. Servers that are named together are one, whichever of them the other names.
    pub(crate) fn is_beside(&self, other: &Self) -> bool {
        let (own, others) = (self.servers(), other.servers());
        let is_shared = own.iter().any(|server| others.contains(server));
        self.system == other.system && is_shared && self.database == other.database
    }

    /// Whether both are on one server, reached in the same way by the same user.
    pub(super) fn is_one_link(&self, other: &Self) -> bool {
        self.is_beside(other) && self.authority == other.authority
    }

    /// The server, as the client of Redis names it.
    pub(super) fn redis(&self) -> String {
        format!("redis://{}/{}", self.authority, self.database)
    }

    /// Hosts, each with its port where one is named.
    pub(super) fn hosts(&self) -> Vec<&str> {
        self.authority.rsplit('@').next().unwrap_or_default().split(',').collect()
    }

    /// Hosts, each with its port, whether one is named or not. All names of this machine for itself are one.
    fn servers(&self) -> Vec<String> {
        let usual: u16 = match self.system {
            System::Redis => 6379,
            System::Nats => 4222,
            System::Kafka => 9092,
        };
        let server = |host: &str| {
            let named = port(host);
            let name = host.strip_suffix(named.unwrap_or_default()).unwrap_or(host);
            let name = if named.is_some() { name.strip_suffix(':').unwrap_or(name) } else { name };
            let name = name.to_ascii_lowercase();
            let name = if ["127.0.0.1", "[::1]"].contains(&&*name) { "localhost" } else { &*name };
            let port = named.and_then(|port| port.parse().ok()).unwrap_or(usual);
            format!("{name}:{port}")
        };
        self.hosts().into_iter().map(server).collect()
    }

    /// User and password, where the address has them.
    pub(super) fn user(&self) -> (Option<String>, Option<String>) {
        let Some((user, _)) = self.authority.rsplit_once('@') else { return (None, None) };
        match user.split_once(':') {
            Some((user, password)) => (Some(unescaped(user)), Some(unescaped(password))),
            None => (Some(unescaped(user)), None),
        }
    }
}

/// The port that is named with a host, which may be an address in brackets.
fn port(host: &str) -> Option<&str> {
    host.rsplit(']').next()?.split_once(':').map(|(_, port)| port)
}

/// Whether a text can be subjects of NATS.
fn subject(text: &str) -> Result<(), String> {
    let tokens: Vec<&str> = text.split('.').collect();
    let wrong = tokens.iter().enumerate().any(|(place, token)| {
        let is_wild = *token == "*" || (*token == ">" && place + 1 == tokens.len());
        token.is_empty() || (!is_wild && token.contains(|letter: char| letter.is_whitespace() || "*>".contains(letter)))
    });
    if wrong { Err(format!("{text:?} is no subject of NATS")) } else { Ok(()) }
}

/// Whether a text can be a topic of Kafka.
pub(super) fn topic(text: &str) -> Result<(), String> {
    let is_topic = (1..=249).contains(&text.len())
        && text.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"._-".contains(&letter));
    if is_topic {
        Ok(())
    } else {
        Err(format!("{text:?} is no name of a topic: those have letters, digits, ., _ and -"))
    }
}

/// A text of an address, where `%40` stands for a letter that would end it.
fn unescaped(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = text.get(at + 1..at + 3).and_then(|code| u8::from_str_radix(code, 16).ok());
        match (byte, code) {
            (b'%', Some(code)) => {
                out.push(code);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// An address without what is before its host.
fn hidden(text: &str) -> String {
    match (text.split_once("://"), text.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://..@{rest}"),
        _ => text.to_owned(),
    }
}

impl fmt::Display for Address {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.system {
            System::Redis => "redis",
            System::Nats if self.is_secret => "tls",
            System::Nats => "nats",
            System::Kafka => "kafka",
        };
        write!(f, "{scheme}://{}/{}", self.hosts().join(","), self.stream)?;
        if self.database == 0 { Ok(()) } else { write!(f, "?db={}", self.database) }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_never_tell_a_password() {
        let address = Address::parse("redis://me:pass@there:6380/shop/orders?db=2").unwrap();
        assert_eq!(address.to_string(), "redis://there:6380/shop/orders?db=2");
        assert_eq!((&*address.stream, &*address.redis()), ("shop/orders", "redis://me:pass@there:6380/2"));
        assert!(address.is_beside(&Address::parse("redis://me:pass@there:6380/scores?db=2").unwrap()));
        assert!(!address.is_beside(&Address::parse("redis://me:pass@there:6380/scores").unwrap()));
        for wrong in [
            "orders",
            "redis://",
            "redis://here",
            "redis://here/",
            "redis:///orders",
            "redis://here:/orders",
            "redis://here:0/orders",
            "nats://[::1]:99999/orders",
            "kafka://one:9092,two:broker/orders",
            "rediss://here/orders",
            "mqtt://here/orders",
            "redis://here/orders?db=x",
            "redis://here/orders?group=x",
            "redis://here/orders?sasl=plain",
            "kafka://here/orders?db=1",
            "kafka://here/or:ders",
            "kafka://here,/orders",
            "kafka://here/orders?sasl=gssapi",
            "nats://:4222/orders",
            "nats://here/orders.",
            "nats://here/orders..new",
            "nats://here/>.orders",
            "nats://here/or ders",
            "nats://here/orders?stream=OR.DERS",
        ] {
            assert_eq!(Address::parse(wrong).unwrap_err().code, "GML0987", "{wrong}");
        }
        assert!(!Address::parse("redis://me:pass@here/").unwrap_err().message.contains("pass"));
    }

    #[test]
    fn users_and_what_belongs_to_one_system_are_read() {
        let topic = Address::parse("kafka://me:p%40ss%3a@one:9092,two:9093/orders?sasl=scram-sha-256").unwrap();
        assert_eq!(topic.hosts(), ["one:9092", "two:9093"]);
        assert_eq!(topic.user(), (Some("me".into()), Some("p@ss:".into())));
        assert_eq!((topic.mechanism, &*topic.dead()), (Mechanism::ScramSha256, "orders.dead"));
        assert_eq!(topic.to_string(), "kafka://one:9092,two:9093/orders");
        let subjects = Address::parse("tls://token@here/orders.*.>?stream=ORDERS").unwrap();
        assert_eq!((subjects.user(), subjects.named.as_deref()), ((Some("token".into()), None), Some("ORDERS")));
        assert_eq!(subjects.to_string(), "tls://here/orders.*.>");
        assert_eq!(Address::parse("redis://here/orders").unwrap().dead(), "orders:dead");
        assert_eq!(unescaped("50%"), "50%");
    }
}
