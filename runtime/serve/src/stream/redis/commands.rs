//! What is sent to a server as one.

use redis::{Cmd, cmd};

use super::super::entry::KEY;
use super::super::letter::Letter;
use super::super::say::Said;

/// Fields of a row that are kept where it cannot be scored: the language of scripts takes no command of any length.
const FIELDS: usize = 1_000;

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

/// Adds what is said of entries to the streams of scores and of rows that cannot be scored.
pub(super) fn add(commands: &mut Commands, (to, dead): (&str, &str), letters: &[Letter<'_>]) {
    for letter in letters {
        let stream = if letter.is_dead() { dead } else { to };
        let mut words: Vec<Vec<u8>> = vec![b"XADD".to_vec(), stream.as_bytes().to_vec(), b"*".to_vec()];
        for (name, value) in letter.heads() {
            words.extend([name.as_bytes().to_vec(), value.into_owned()]);
        }
        match letter.said {
            Said::Scores(scores) => words.extend([b"prediction".to_vec(), scores.clone().into_bytes()]),
            Said::Refused(_) => {
                let fields = letter.entry.fields.iter().filter(|(name, _)| name != KEY.as_bytes());
                words.extend(fields.take(FIELDS).flat_map(|(name, value)| [name.clone(), value.clone()]));
            }
        }
        commands.push(words);
    }
}
