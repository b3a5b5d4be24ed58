//! What databases answer when they do not do what was asked for.

use sqlx::Error;

use crate::afar::cleaned;
use crate::{Fault, code};

/// Why something was not done.
pub(super) enum Trouble {
    /// The connection was lost, or the database has no time: the same may be done later.
    Passing(Error),
    /// Somebody else uses it, who is told of here.
    Busy(String),
    /// The database refuses.
    Refused(Error),
    /// Something else is wrong.
    Fault(Fault),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        if passes(&error) { Self::Passing(error) } else { Self::Refused(error) }
    }
}

/// Whether the same may go well later: the connection, a server that starts or stops, a lock.
fn passes(error: &Error) -> bool {
    match error {
        Error::Io(_) | Error::PoolTimedOut | Error::WorkerCrashed => true,
        Error::Protocol(text) => text.contains("unexpected") || text.contains("closed") || text.contains("EOF"),
        Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            // PostgreSQL: connection exceptions, shutdowns, starting up, conflicts, too many clients. MySQL: a conflict, and
            // its server that goes. SQLite: busy, locked.
            code.starts_with("08")
                || matches!(&*code, "57P01" | "57P02" | "57P03" | "40001" | "40P01" | "53300" | "5" | "6" | "517")
        }
        _ => false,
    }
}

impl Trouble {
    /// The fault of a database that messages call so.
    pub(super) fn fault(self, place: &str) -> Fault {
        match self {
            Self::Fault(fault) => fault,
            Self::Busy(said) => Fault::new(code::NOT_REACHED, format!("the database {place} is in use"))
                .detail(said.lines().next().unwrap_or_default())
                .help("end the program that has it open, or run again when it is done"),
            Self::Passing(error) => Fault::new(
                code::NOT_REACHED,
                format!("the database {place} does not answer, or lost the connection"),
            )
            .detail(shown(&error))
            .help(
                "see whether it runs and the address is right, and run again; GML_NETWORK_TIMEOUT says how many \
                         seconds it is tried",
            ),
            Self::Refused(error) if denies(&error) => {
                Fault::new(code::ACCESS_DENIED, format!("the database {place} does not let us in"))
                    .detail(shown(&error))
                    .help("see whether user and password in the secret are right, and whether the user may do this")
            }
            Self::Refused(error @ (Error::Configuration(_) | Error::Tls(_))) => {
                Fault::new(code::NOT_REACHED, format!("the database {place} cannot be reached by its address"))
                    .detail(shown(&error))
                    .help("addresses look like `postgres://user:password@host:5432/name` and `mysql://..`")
            }
            Self::Refused(error) if lacks_table(&error) => no_table(place, &shown(&error)),
            Self::Refused(error) => Fault::new(code::QUERY_REFUSED, format!("the database {place} refuses"))
                .detail(shown(&error))
                .help("correct the query, or what it finds in the database"),
        }
    }
}

/// A database that has no table or view of a name that it is asked for, by what it says of that.
pub(super) fn no_table(place: &str, said: &str) -> Fault {
    Fault::new(code::QUERY_REFUSED, format!("the database {place} has no table of that name")).detail(said).help(
        "write its name as the database has it, behind a dot where it is in another schema (`sql_table(.., \"shop.sales\")`), or \
         make it there first",
    )
}

/// Whether there is no table of the name: in the words of PostgreSQL, MySQL and SQLite.
fn lacks_table(error: &Error) -> bool {
    let Error::Database(error) = error else { return false };
    matches!(&*error.code().unwrap_or_default(), "42P01" | "42S02") || error.message().starts_with("no such table")
}

fn denies(error: &Error) -> bool {
    let Error::Database(error) = error else { return false };
    let code = error.code().unwrap_or_default();
    // Of MySQL, code 28000 is a wrong password and 42000 among others a database that the user may not see.
    code.starts_with("28") || code == "42501" || error.message().contains("denied")
}

fn shown(error: &Error) -> String {
    let text = match error {
        Error::Database(error) => error.to_string(),
        // What could not be read of an address may be its password.
        Error::Configuration(_) => "it is not written as an address of this kind of database".to_owned(),
        other => other.to_string(),
    };
    cleaned(&text)
}
