//! Rows of a stream as they were read.

/// The field of an entry that holds a record of JSON. Without it the fields are the columns.
pub(super) const ROW: &str = "row";
/// A field that goes along to the scores.
pub(super) const KEY: &str = "key";

/// What was read from a stream: an id, and fields with values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its name within the stream: what is said of it names it as the `source`.
    pub(super) id: String,
    pub(super) fields: Vec<(Vec<u8>, Vec<u8>)>,
    pub(super) receipt: Receipt,
}

/// What its system wants to see again where an entry is acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Receipt {
    /// The id says it all.
    Id,
    /// The subject on which NATS waits for an answer.
    Reply(String),
    /// Where it lies in a topic of Kafka.
    Place { partition: i32, offset: i64 },
}

impl Entry {
    /// The value of a field.
    pub(super) fn field(&self, name: &str) -> Option<&[u8]> {
        self.fields.iter().find(|(field, _)| field == name.as_bytes()).map(|(_, value)| &**value)
    }

    /// A record of JSON, and the key that goes along with it: what systems hold whose entries are one text.
    pub(super) fn of_record(id: String, record: Vec<u8>, key: Option<Vec<u8>>, receipt: Receipt) -> Self {
        let mut fields = vec![(ROW.as_bytes().to_vec(), record)];
        fields.extend(key.map(|key| (KEY.as_bytes().to_vec(), key)));
        Self { id, fields, receipt }
    }
}
