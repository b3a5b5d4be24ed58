//! What the messages of Arrow say of their own sizes, held against the bytes that are there.
//!
//! The reader of polars takes lengths at their word: a damaged one asks for more memory than there is, which ends the
//! process, and fields within fields without end use up the stack. Both are told here before it reads.
//!
//! Source of the layout: the Arrow columnar format, "Serialization and Interprocess Communication".

use std::io::{Cursor, Read, Seek, SeekFrom};

use polars::prelude::{DataFrame, IpcStreamReader, PolarsResult, SerReader, polars_bail, polars_err};
use polars_arrow::io::ipc::format::ipc::planus::{self, ReadAsRoot, Vector};
use polars_arrow::io::ipc::format::ipc::{
    FieldRef, FooterRef, KeyValueRef, MessageHeaderRef, MessageRef, RecordBatchRef, SchemaRef,
};
use polars_arrow::io::ipc::read::FileMetadata;

use crate::query::guarded;
use crate::unread::{self, ArrowFault};

/// What stands before the length of a message since version 0.15 of the format.
const CONTINUATION: [u8; 4] = [0xff; 4];
/// The end of a file: the length of its footer and its mark.
const TAIL: u64 = 4 + 6;
/// Types within types.
const DEPTH: usize = 64;
/// Columns and their parts.
const FIELDS: usize = 1 << 20;
/// How many times its size a compressed buffer may have when it is taken apart: Zstandard writes 128 KiB of one value
/// in 4 bytes.
const RATIO: u64 = 1 << 16;
/// What all rows that lie in memory may have when they are taken apart: what honest rows never come to, of many
/// columns not all of which are constant.
const TOGETHER: (u64, u64) = (64 << 20, 64);
/// Rows that need no bytes, since all their columns are null: as many as this are taken at their word.
const ROWS_OF_NOTHING: u64 = 1 << 20;

/// Reads the rows of a stream of Arrow that lies in memory.
///
/// # Errors
/// Where it is cut off or damaged, or what it says of its sizes cannot be, or it has columns that are not read.
pub fn read_arrow_stream(bytes: &[u8]) -> Result<DataFrame, ArrowFault> {
    let unread = guarded(|| {
        let (free, times) = TOGETHER;
        let most = (bytes.len() as u64).saturating_mul(times).saturating_add(free);
        messages(&mut Cursor::new(bytes), most)?;
        let (unread, has_times) =
            schema_of(bytes, |schema| Ok((unread::of_schema(schema)?, unread::has_times(schema)?)))?;
        if has_times && unread.is_empty() { unread::of_values(Cursor::new(bytes)) } else { Ok(unread) }
    });
    let unread = unread.map_err(ArrowFault::Damaged)?;
    if !unread.is_empty() {
        return Err(ArrowFault::Unread(unread));
    }
    guarded(|| IpcStreamReader::new(Cursor::new(bytes)).finish()).map_err(ArrowFault::Damaged)
}

/// What is seen of the schema that a stream begins with.
fn schema_of<T>(bytes: &[u8], of: impl FnOnce(&SchemaRef<'_>) -> PolarsResult<T>) -> PolarsResult<T> {
    let rest = bytes.strip_prefix(&CONTINUATION).unwrap_or(bytes);
    let head = rest.split_first_chunk().and_then(|(length, rest)| {
        let length = usize::try_from(i32::from_le_bytes(*length)).ok()?;
        rest.get(..length)
    });
    let Some(head) = head else { polars_bail!(ComputeError: "it ends before its schema") };
    match MessageRef::read_as_root(head)?.header()? {
        Some(MessageHeaderRef::Schema(schema)) => of(&schema),
        _ => polars_bail!(ComputeError: "it does not begin with a schema"),
    }
}

/// Holds all messages of a stream against its length, from where the reader stands; it stands there again afterwards.
pub(crate) fn stream(reader: &mut (impl Read + Seek)) -> PolarsResult<()> {
    messages(reader, u64::MAX)
}

fn messages(reader: &mut (impl Read + Seek), most: u64) -> PolarsResult<()> {
    let start = reader.stream_position()?;
    let end = reader.seek(SeekFrom::End(0))?;
    let (mut at, mut left) = (start, most);
    while let Some(message) = message(reader, at, end)? {
        at = message.next;
        left = left.checked_sub(message.plain).ok_or_else(
            || polars_err!(ComputeError: "its columns are said to have more than {most} bytes when they are taken apart"),
        )?;
    }
    reader.seek(SeekFrom::Start(start))?;
    Ok(())
}

/// What a message takes.
struct Message {
    /// Where the next one begins.
    next: u64,
    /// How many bytes its columns have when they are taken apart.
    plain: u64,
}

/// Holds the schema in the footer of a file against the footer's length; the reader stands at the begin afterwards.
pub(crate) fn footer(reader: &mut (impl Read + Seek)) -> PolarsResult<()> {
    let end = reader.seek(SeekFrom::End(0))?;
    let Some(tail) = end.checked_sub(TAIL) else { polars_bail!(ComputeError: "it ends before its footer") };
    reader.seek(SeekFrom::Start(tail))?;
    let mut length = [0; 4];
    reader.read_exact(&mut length)?;
    let length = within(i64::from(i32::from_le_bytes(length)), tail, "its footer")?;
    let bytes = bytes(reader, tail - length, length)?;
    let footer = FooterRef::read_as_root(&bytes)?;
    if let Some(schema) = footer.schema()? {
        fields_of(&schema, bytes.len())?;
    }
    reader.rewind()?;
    Ok(())
}

/// Holds the batches of a file, and its dictionaries, against its length.
pub(crate) fn blocks(reader: &mut (impl Read + Seek), file: &FileMetadata) -> PolarsResult<()> {
    let end = reader.seek(SeekFrom::End(0))?;
    for block in file.dictionaries.iter().flatten().chain(&file.blocks) {
        let at = within(block.offset, end, "the place of a batch")?;
        if message(reader, at, end)?.is_none() {
            polars_bail!(ComputeError: "a batch has no message");
        }
        // Rows are read from behind the length that the footer gives, not the message.
        within(block.body_length, end, "the rows of a batch")?;
        within(i64::from(block.meta_data_length), end - at, "the head of a batch")?;
    }
    reader.rewind()?;
    Ok(())
}

/// Holds the message at a place against what is behind it; there is none at the end of a stream.
fn message(reader: &mut (impl Read + Seek), at: u64, end: u64) -> PolarsResult<Option<Message>> {
    if end - at < 4 {
        return Ok(None);
    }
    reader.seek(SeekFrom::Start(at))?;
    let mut word = [0; 4];
    reader.read_exact(&mut word)?;
    if word == CONTINUATION {
        reader.read_exact(&mut word)?;
    }
    let head = reader.stream_position()?;
    let length = within(i64::from(i32::from_le_bytes(word)), end - head, "the head of a message")?;
    if length == 0 {
        return Ok(None);
    }
    let bytes = bytes(reader, head, length)?;
    let message = MessageRef::read_as_root(&bytes)?;
    let body = head + length;
    let room = within(message.body_length()?, end - body, "the rows of a message")?;
    let batch = match message.header()? {
        Some(MessageHeaderRef::Schema(schema)) => {
            fields_of(&schema, bytes.len())?;
            None
        }
        Some(MessageHeaderRef::RecordBatch(batch)) => Some(batch),
        Some(MessageHeaderRef::DictionaryBatch(batch)) => batch.data()?,
        _ => None,
    };
    let plain = match batch {
        Some(batch) => batch_of(reader, &batch, body, room)?,
        None => 0,
    };
    Ok(Some(Message { next: body + room, plain }))
}

/// Holds the buffers of a batch against its body, and its rows against its buffers: how many bytes those have when they
/// are taken apart.
fn batch_of(reader: &mut (impl Read + Seek), batch: &RecordBatchRef<'_>, body: u64, room: u64) -> PolarsResult<u64> {
    let is_compressed = batch.compression()?.is_some();
    let (mut stored, mut plain) = (0_u64, 0_u64);
    for buffer in batch.buffers()?.into_iter().flatten() {
        let offset = within(buffer.offset(), room, "the place of a column")?;
        let length = within(buffer.length(), room - offset, "a column")?;
        stored = stored.saturating_add(length);
        plain = plain.saturating_add(match length {
            8.. if is_compressed => {
                reader.seek(SeekFrom::Start(body + offset))?;
                let mut says = [0; 8];
                reader.read_exact(&mut says)?;
                match i64::from_le_bytes(says) {
                    -1 => length,
                    says => within(says, length.saturating_mul(RATIO), "a compressed column")?,
                }
            }
            _ => length,
        });
    }
    // Buffers that overlap would be read as often as they are named.
    if stored > room {
        polars_bail!(ComputeError: "its columns have {stored} bytes, and there are {room}");
    }
    let most = plain.saturating_mul(8).max(ROWS_OF_NOTHING);
    within(batch.length()?, most, "the number of rows")?;
    for node in batch.nodes()?.into_iter().flatten() {
        within(node.length(), most, "the number of values of a column")?;
    }
    Ok(plain)
}

/// Holds a schema against the length of the message that it stands in.
fn fields_of(schema: &SchemaRef<'_>, length: usize) -> PolarsResult<()> {
    // Parts of a message may be named twice, so what is read can be far more than what is there.
    let mut budget = Budget { fields: FIELDS.min(length), text: length };
    budget.texts(schema.custom_metadata()?)?;
    budget.fields(schema.fields()?, 0)
}

struct Budget {
    fields: usize,
    text: usize,
}

impl Budget {
    fn fields(&mut self, fields: Option<Vector<'_, planus::Result<FieldRef<'_>>>>, depth: usize) -> PolarsResult<()> {
        for field in fields.into_iter().flatten() {
            let field: FieldRef<'_> = field?;
            let Some(rest) = self.fields.checked_sub(1) else {
                polars_bail!(ComputeError: "its schema has more fields than it has bytes");
            };
            self.fields = rest;
            if depth == DEPTH {
                polars_bail!(ComputeError: "its schema has types of more than {DEPTH} levels");
            }
            self.text(field.name()?)?;
            self.texts(field.custom_metadata()?)?;
            self.fields(field.children()?, depth + 1)?;
        }
        Ok(())
    }

    fn texts(&mut self, pairs: Option<Vector<'_, planus::Result<KeyValueRef<'_>>>>) -> PolarsResult<()> {
        for pair in pairs.into_iter().flatten() {
            let pair: KeyValueRef<'_> = pair?;
            self.text(pair.key()?)?;
            self.text(pair.value()?)?;
        }
        Ok(())
    }

    fn text(&mut self, text: Option<&str>) -> PolarsResult<()> {
        let rest = self.text.checked_sub(text.map_or(0, str::len));
        self.text = rest.ok_or_else(|| polars_err!(ComputeError: "its schema has more text than it has bytes"))?;
        Ok(())
    }
}

fn bytes(reader: &mut (impl Read + Seek), at: u64, length: u64) -> PolarsResult<Vec<u8>> {
    reader.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    reader.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A length that is said to be, where there is room for it.
fn within(says: i64, room: u64, what: &str) -> PolarsResult<u64> {
    u64::try_from(says)
        .ok()
        .filter(|says| *says <= room)
        .ok_or_else(|| polars_err!(ComputeError: "{what} is said to be {says}, and there is room for {room}"))
}

#[cfg(test)]
mod tests {
    use polars::df;
    use polars::prelude::*;
    use proptest::prelude::*;

    use super::*;

    fn rows() -> DataFrame {
        let mut rows = df! {
            "id" => [1_i64, 2, 3],
            "name" => [Some("bonn"), None, Some("a text that is too long to stand in a view")],
            "paid" => [Some(true), None, Some(false)],
        }
        .unwrap();
        let lists = Series::new("lists".into(), vec![Series::new("".into(), [1.5, 2.5]); 3]);
        rows.with_column(lists.into_column()).unwrap();
        rows
    }

    fn stream_of(compression: Option<IpcCompression>) -> Vec<u8> {
        let mut bytes = Vec::new();
        IpcStreamWriter::new(&mut bytes).with_compression(compression).finish(&mut rows()).unwrap();
        bytes
    }

    fn zstd() -> IpcCompression {
        let zstd = IpcCompression::default();
        assert!(matches!(zstd, IpcCompression::ZSTD(_)));
        zstd
    }

    #[test]
    fn whole_streams_are_read() {
        for compression in [None, Some(IpcCompression::LZ4), Some(zstd())] {
            assert_eq!(read_arrow_stream(&stream_of(compression)).unwrap(), rows());
        }
    }

    #[test]
    fn a_constant_column_may_be_small() {
        let mut rows = df! { "x" => vec![0_i64; 1 << 20] }.unwrap();
        let mut bytes = Vec::new();
        IpcStreamWriter::new(&mut bytes).with_compression(Some(zstd())).finish(&mut rows).unwrap();
        assert!(bytes.len() < 4096, "{}", bytes.len());
        assert_eq!(read_arrow_stream(&bytes).unwrap().height(), 1 << 20);
    }

    /// A length that is not so would ask for memory until the process ends, so that this test could not go on.
    #[test]
    fn no_byte_can_be_so_damaged_that_memory_runs_out() {
        for compression in [None, Some(IpcCompression::LZ4)] {
            let whole = stream_of(compression);
            for place in 0..whole.len() {
                for byte in [0x00, 0x01, 0x7f, 0x80, 0xff] {
                    let mut damaged = whole.clone();
                    damaged[place] = byte;
                    let _ = read_arrow_stream(&damaged);
                }
            }
        }
    }

    #[test]
    fn lengths_that_cannot_be_are_named() {
        let mut bytes = stream_of(None);
        let cut = bytes.len() - 100;
        bytes.truncate(cut);
        let fault = crate::Fault::from(read_arrow_stream(&bytes).unwrap_err());
        assert!(fault.message.contains("is said to be"), "{}", fault.message);
    }

    proptest! {
        #[test]
        fn bytes_of_chance_are_no_stream(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read_arrow_stream(&bytes);
        }
    }
}
