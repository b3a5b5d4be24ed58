//! What is written for a row.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::entry::{Entry, KEY, ROW};
use super::say::Said;

/// What is said of an entry, with what it was made of.
pub(super) struct Letter<'s> {
    pub(super) entry: &'s Entry,
    pub(super) said: &'s Said,
    /// The version of the model that said it.
    pub(super) version: &'s str,
}

impl Letter<'_> {
    /// Whether the row could not be scored.
    pub(super) fn is_dead(&self) -> bool {
        matches!(self.said, Said::Refused(_))
    }

    /// Why it could not be scored, as HTTP would have answered.
    pub(super) fn error(&self) -> Option<String> {
        match self.said {
            Said::Scores(_) => None,
            Said::Refused(refusal) => Some(refusal.body().trim_end().to_owned()),
        }
    }

    /// What stands before the text, for systems whose entries are one text with names and values before it.
    pub(super) fn heads(&self) -> Vec<(&'static str, Cow<'_, [u8]>)> {
        let mut heads: Vec<(&'static str, Cow<'_, [u8]>)> =
            vec![("source", self.entry.id.as_bytes().into()), ("version", self.version.as_bytes().into())];
        heads.extend(self.entry.field(KEY).map(|key| (KEY, key.into())));
        heads.extend(self.error().map(|error| ("error", error.into_bytes().into())));
        heads
    }

    /// The text: the scores as a record of JSON, or the row as it came where it could not be scored.
    pub(super) fn text(&self) -> Cow<'_, [u8]> {
        if let Said::Scores(scores) = self.said {
            return scores.as_bytes().into();
        }
        if let Some(row) = self.entry.field(ROW) {
            return row.into();
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let columns = self.entry.fields.iter().filter(|(name, _)| name != KEY.as_bytes());
        let record: Map<String, Value> =
            columns.map(|(name, value)| (text(name), Value::String(text(value)))).collect();
        Value::Object(record).to_string().into_bytes().into()
    }
}
