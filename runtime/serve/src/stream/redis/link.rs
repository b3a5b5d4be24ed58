//! Speaking to a server of Redis.

use gml_connect::Fault;
use redis::{Client, Cmd, Connection, ErrorKind, RedisError, Value};

use super::super::address::Address;
use super::super::ends::{ANSWER, CONNECT};

/// The variable with the password, where it shall not stand in an address.
const PASSWORD: &str = "GML_REDIS_PASSWORD";

/// A server that answers.
pub(super) struct Link {
    connection: Connection,
    address: Address,
}

impl Link {
    /// # Errors
    /// GML0961 where the server does not answer, GML0962 where it does not let us in.
    pub(super) fn to(address: &Address) -> Result<Self, Fault> {
        let connect = || -> Result<Connection, RedisError> {
            let mut connection = Client::open(address.redis())?.get_connection_with_timeout(CONNECT)?;
            connection.set_read_timeout(Some(ANSWER))?;
            connection.set_write_timeout(Some(ANSWER))?;
            if let Some(password) = std::env::var(PASSWORD).ok().filter(|password| !password.is_empty()) {
                let _: Value = redis::cmd("AUTH").arg(password).query(&mut connection)?;
            }
            Ok(connection)
        };
        let connection = connect().map_err(|error| fault(address, &error))?;
        Ok(Self { connection, address: address.clone() })
    }

    /// What the server answers to a command.
    ///
    /// # Errors
    /// GML0961, GML0962, and GML0987 where it refuses the command.
    pub(super) fn ask(&mut self, command: &Cmd) -> Result<Value, Fault> {
        command.query(&mut self.connection).map_err(|error| fault(&self.address, &error))
    }
}

/// What went wrong, with the server and without a password.
fn fault(address: &Address, error: &RedisError) -> Fault {
    let text = gml_connect::secrets::hide(&error.to_string()).into_owned();
    let of = |code, message: String| Fault::new(code, message).at(address).detail(text.clone());
    let code = error.code().unwrap_or_default();
    if error.kind() == ErrorKind::AuthenticationFailed || ["NOAUTH", "WRONGPASS", "NOPERM"].contains(&code) {
        return of("GML0962", "the server of the stream does not let us in".into()).help(format!(
            "give user and password in the address, redis://user:password@host/stream, or the password in {PASSWORD}"
        ));
    }
    let is_lost =
        error.is_io_error() || error.is_connection_dropped() || error.is_timeout() || error.is_connection_refusal();
    if is_lost || ["LOADING", "OOM", "READONLY", "MASTERDOWN", "BUSY", "NOREPLICAS", "CLUSTERDOWN"].contains(&code) {
        return of("GML0961", format!("the server of the stream does not answer as it should: {text}"))
            .help("see that it runs, and that host and port are right");
    }
    of("GML0987", format!("the server of the stream refuses a command: {text}"))
        .help("see that the key is a stream, and that the server is Redis 6.2 or later")
}
