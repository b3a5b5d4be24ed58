//! Where a stream is: `redis://host:6379/orders?db=1`.

use std::fmt;

use gml_connect::Fault;

/// A stream on a server.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// User, password, host and port, as they were written.
    authority: String,
    /// The number of the database.
    database: u32,
    /// The name of the stream.
    pub(crate) stream: String,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// GML0987 where it is none that is known here.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let wrong = |what: &str| {
            Fault::new("GML0987", format!("{} is no address of a stream: {what}", hidden(text)))
                .help("write it as redis://host:6379/stream, with ?db=1 behind it for another database than 0")
        };
        let (scheme, rest) = text.split_once("://").ok_or_else(|| wrong("it has no scheme"))?;
        match scheme {
            "redis" => {}
            "rediss" => {
                return Err(wrong("TLS is not spoken in this version; put a proxy such as stunnel before the server"));
            }
            "kafka" | "nats" => {
                return Err(wrong(&format!("{scheme} is not spoken in this version, only redis is")));
            }
            _ => return Err(wrong("only redis:// is known")),
        }
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, stream) = place.split_once('/').ok_or_else(|| wrong("it names no stream"))?;
        if authority.rsplit('@').next().is_none_or(str::is_empty) {
            return Err(wrong("it names no host"));
        }
        if stream.is_empty() {
            return Err(wrong("it names no stream"));
        }
        let mut database = 0;
        for part in query.split('&').filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some(("db", number)) => database = number.parse().map_err(|_| wrong("db must be a whole number"))?,
                _ => return Err(wrong("only db= is known behind the question mark")),
            }
        }
        Ok(Self { authority: authority.to_owned(), database, stream: stream.to_owned() })
    }

    /// The name of the stream.
    pub fn stream(&self) -> &str {
        &self.stream
    }

    /// Whether both are on one server and in one database.
    pub(crate) fn is_beside(&self, other: &Self) -> bool {
        self.authority == other.authority && self.database == other.database
    }

    /// The server, as its client names it.
    pub(super) fn server(&self) -> String {
        format!("redis://{}/{}", self.authority, self.database)
    }
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
        let host = self.authority.rsplit('@').next().unwrap_or_default();
        write!(f, "redis://{host}/{}", self.stream)?;
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
        assert_eq!((&*address.stream, &*address.server()), ("shop/orders", "redis://me:pass@there:6380/2"));
        assert!(address.is_beside(&Address::parse("redis://me:pass@there:6380/scores?db=2").unwrap()));
        assert!(!address.is_beside(&Address::parse("redis://me:pass@there:6380/scores").unwrap()));
        for wrong in [
            "orders",
            "redis://",
            "redis://here",
            "redis://here/",
            "redis:///orders",
            "kafka://here/orders",
            "nats://here/orders",
            "rediss://here/orders",
            "redis://here/orders?db=x",
            "redis://here/orders?group=x",
        ] {
            assert_eq!(Address::parse(wrong).unwrap_err().code, "GML0987", "{wrong}");
        }
        assert!(!Address::parse("redis://me:pass@here/").unwrap_err().message.contains("pass"));
    }
}
