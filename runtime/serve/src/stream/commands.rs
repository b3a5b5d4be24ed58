//! What is sent to a server as one.

use redis::{Cmd, cmd};

use super::entry::{Entry, KEY};
use crate::model::Model;

/// Commands that a server does one after the other and as one: whoever sent them may be gone by then. At the first that it refuses it
/// does no more, so that nothing is acknowledged that was not written. (A transaction would go on.)
#[derive(Default)]
pub(super) struct Commands(Vec<Vec<u8>>);

/// Each command is the number of its words, and then its words.
const SCRIPT: &str = "local at = 1 while at <= #ARGV do local words = tonumber(ARGV[at]) \
                      redis.call(unpack(ARGV, at + 1, at + words)) at = at + words + 1 end";

impl Commands {
    pub(super) fn push(&mut self, words: Vec<Vec<u8>>) {
        self.0.push(words.len().to_string().into_bytes());
        self.0.extend(words);
    }

    pub(super) fn script(&self, keys: &[&str]) -> Cmd {
        let mut command = cmd("EVAL");
        command.arg(SCRIPT).arg(keys.len());
        keys.iter().for_each(|key| {
            command.arg(*key);
        });
        self.0.iter().for_each(|word| {
            command.arg(word.as_slice());
        });
        command
    }
}

/// The words that add an entry, with what it was made of.
pub(super) fn add(stream: &str, entry: &Entry, model: &Model) -> Vec<Vec<u8>> {
    let version = model.version();
    let words = ["XADD", stream, "*", "source", &entry.id, "version", &version];
    let mut words: Vec<Vec<u8>> = words.into_iter().map(|word| word.as_bytes().to_vec()).collect();
    if let Some(key) = entry.field(KEY) {
        words.extend([KEY.as_bytes().to_vec(), key.to_vec()]);
    }
    words
}
