//! What a server may do, and for whom.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use gml_connect::Fault;
use subtle::ConstantTimeEq;

/// Where to serve, for whom, and within which limits.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address to listen on.
    pub host: IpAddr,
    /// The port; 0 is any that is free.
    pub port: u16,
    /// What askers have to show; none lets everybody ask.
    pub token: Option<Token>,
    /// Whether everybody may ask on an address that other machines reach.
    pub open: bool,
    /// What is too much.
    pub limits: Limits,
    /// How long rows wait for those of requests that are being read; none is 0 for models that score in microseconds, and 1 ms
    /// for others.
    pub window: Option<Duration>,
    /// Rows that are scored at once.
    pub batch: usize,
    /// Batches that are scored at the same time.
    pub workers: usize,
    /// How often a new version is looked for; none never.
    pub reload: Option<Duration>,
}

/// What is too much.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a body.
    pub body: usize,
    /// Bytes of the bodies of all requests that are not answered yet.
    pub bodies: usize,
    /// Connections at the same time.
    pub connections: usize,
    /// Requests that wait to be scored.
    pub queue: usize,
    /// How long a client may take to send a request, and may take nothing of an answer (on Linux).
    pub read: Duration,
    /// How long a request may take once it was read.
    pub answer: Duration,
    /// How long requests that are under way, and the batch of a stream, may take once the server is asked to end.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 16 << 20,
            bodies: 256 << 20,
            connections: 1024,
            queue: 512,
            read: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            grace: Duration::from_secs(30),
        }
    }
}

impl Options {
    /// Whether askers may be let in there.
    ///
    /// # Errors
    /// GML0986 where other machines reach the address and nothing is asked of them.
    pub fn check(&self) -> Result<(), Fault> {
        if self.host.is_loopback() || self.token.is_some() || self.open {
            return Ok(());
        }
        Err(Fault::new("GML0986", format!("{} is an address that other machines reach, and anybody could ask", self.host))
            .help("give a file with a token that askers have to show, --token-file PATH; or say --no-token where something before this server keeps others out"))
    }
}

/// What askers have to show, `Authorization: Bearer ..`. Only its hash is kept.
#[derive(Clone)]
pub struct Token(String);

/// The fewest letters of a token: fewer can be guessed.
const SHORTEST: usize = 16;

impl Token {
    /// The first line of a file.
    ///
    /// # Errors
    /// GML0986 where the file cannot be read, or holds no token, or one that could be guessed.
    pub fn from_file(path: &Path) -> Result<Self, Fault> {
        let wrong = |text: String| Fault::new("GML0986", text).at(path.display());
        let text = std::fs::read_to_string(path).map_err(|error| {
            wrong(format!("the file with the token cannot be read: {error}"))
                .help("write a token into it: openssl rand -hex 32")
        })?;
        Self::of(text.lines().next().unwrap_or_default().trim()).map_err(|fault| fault.at(path.display()))
    }

    /// This text.
    ///
    /// # Errors
    /// GML0986 where it is no token, or could be guessed.
    pub fn of(text: &str) -> Result<Self, Fault> {
        let help = "make one of chance: openssl rand -hex 32";
        if text.len() < SHORTEST {
            let message = format!("the token has {} letters, and {SHORTEST} are the fewest", text.len());
            return Err(Fault::new("GML0986", message).help(help));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(
                Fault::new("GML0986", "the token holds a blank, or a letter that no header can hold").help(help)
            );
        }
        Ok(Self(gml_ir::hash_text(text)))
    }

    /// Whether this is it. How long that takes says nothing of the token.
    pub(crate) fn is(&self, shown: &str) -> bool {
        self.0.as_bytes().ct_eq(gml_ir::hash_text(shown).as_bytes()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}
