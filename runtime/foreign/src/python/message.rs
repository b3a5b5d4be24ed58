//! What goes over the socket to a worker: messages, and streams of bytes in chunks.

use std::io::{self, Read, Write};

use gml_connect::Fault;
use gml_ir::Value;
use serde_json::{Value as Json, json};

use crate::code;

/// What every message begins with.
const MAGIC: [u8; 4] = *b"GML\x01";
/// No message is longer: tables go as streams.
const LONGEST: usize = 64 << 20;
/// Bytes of a chunk.
const CHUNK: usize = 1 << 20;

/// Writes a message.
pub(super) fn send(link: &mut impl Write, message: &Json) -> io::Result<()> {
    let text = message.to_string();
    let length = u32::try_from(text.len()).map_err(|_| io::Error::other("the message is too long"))?;
    link.write_all(&MAGIC)?;
    link.write_all(&length.to_le_bytes())?;
    link.write_all(text.as_bytes())
}

/// Reads a message; nothing where the other side has ended.
pub(super) fn receive(link: &mut impl Read) -> io::Result<Option<Json>> {
    let mut magic = [0; 4];
    let mut read = 0;
    while read < magic.len() {
        match link.read(&mut magic[read..])? {
            0 if read == 0 => return Ok(None),
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => read += count,
        }
    }
    if magic != MAGIC {
        return Err(io::Error::other(format!("it begins with {:?}", String::from_utf8_lossy(&magic))));
    }
    let length = length(link)?;
    if length > LONGEST {
        return Err(io::Error::other(format!("it says that it has {length} bytes")));
    }
    let mut text = vec![0; length];
    link.read_exact(&mut text)?;
    serde_json::from_slice(&text).map(Some).map_err(io::Error::other)
}

fn length(link: &mut impl Read) -> io::Result<usize> {
    let mut length = [0; 4];
    link.read_exact(&mut length)?;
    Ok(u32::from_le_bytes(length) as usize)
}

/// Bytes as chunks, of which the last is empty.
pub(super) struct Outgoing<W>(pub(super) W);

impl<W: Write> Outgoing<W> {
    /// Ends the stream.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.0.write_all(&0_u32.to_le_bytes())?;
        self.0.flush()
    }
}

impl<W: Write> Write for Outgoing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for chunk in bytes.chunks(CHUNK) {
            self.0.write_all(&(chunk.len() as u32).to_le_bytes())?;
            self.0.write_all(chunk)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The other way round.
pub(super) struct Incoming<R> {
    link: R,
    left: usize,
    ended: bool,
}

impl<R: Read> Incoming<R> {
    pub(super) fn new(link: R) -> Self {
        Self { link, left: 0, ended: false }
    }
}

impl<R: Read> Read for Incoming<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !self.ended && !buffer.is_empty() {
            self.left = length(&mut self.link)?;
            self.ended = self.left == 0;
            if self.left > CHUNK {
                return Err(io::Error::other(format!("a chunk says that it has {} bytes", self.left)));
            }
        }
        let most = buffer.len().min(self.left);
        if most == 0 {
            return Ok(0);
        }
        let read = self.link.read(&mut buffer[..most])?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read;
        Ok(read)
    }
}

/// A constant with its kind, as the worker takes it.
pub(super) fn tagged(value: &Value) -> Result<Json, Fault> {
    Ok(match value {
        Value::Null => json!(["plain", null]),
        Value::Bool(truth) => json!(["plain", truth]),
        Value::Int(number) => json!(["plain", number]),
        Value::Size(bytes) => json!(["plain", bytes]),
        Value::Str(text) => json!(["plain", text]),
        // Numbers of JSON have neither infinities nor every digit.
        Value::Float(number) => json!(["float", format!("{number:?}")]),
        Value::Decimal(number) => json!(["decimal", number.to_string()]),
        Value::Date(days) => json!(["date", days]),
        Value::Time(micros) => json!(["time", micros]),
        Value::Timestamp(micros) => json!(["timestamp", micros]),
        Value::Duration(micros) => json!(["duration", micros]),
        Value::Range { start, end, inclusive } => json!(["range", [tagged(start)?, tagged(end)?, inclusive]]),
        Value::List(items) => {
            json!(["list", items.iter().map(tagged).collect::<Result<Vec<_>, _>>()?])
        }
        Value::Record(fields) => {
            let fields = fields.iter().map(|(name, value)| Ok(json!([&**name, tagged(value)?])));
            json!(["record", fields.collect::<Result<Vec<_>, Fault>>()?])
        }
        // It goes over the socket and nowhere else.
        Value::Symbol { name, .. } if &**name == "secret" => {
            let name = value.get("name").and_then(Value::as_str).unwrap_or("");
            let text = gml_connect::secrets::given(name)?;
            json!(["plain", text.expose()])
        }
        Value::Symbol { name, .. } => {
            let message = format!("{name} means nothing in Python");
            return Err(Fault::new(code::PYTHON_RAISED, message).help("give the function plain values"));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_and_streams_come_back() {
        let mut bytes = Vec::new();
        send(&mut bytes, &json!({"id": 1})).unwrap();
        let mut stream = Outgoing(&mut bytes);
        stream.write_all(&vec![7; CHUNK + 5]).unwrap();
        stream.end().unwrap();
        send(&mut bytes, &json!("behind")).unwrap();
        let mut link = bytes.as_slice();
        assert_eq!(receive(&mut link).unwrap(), Some(json!({"id": 1})));
        let mut incoming = Incoming::new(&mut link);
        let mut found = vec![0; 10];
        incoming.read_exact(&mut found).unwrap();
        assert_eq!(found, [7; 10]);
        assert_eq!(io::copy(&mut incoming, &mut io::sink()).unwrap(), (CHUNK - 5) as u64);
        assert_eq!(receive(&mut link).unwrap(), Some(json!("behind")));
        assert_eq!(receive(&mut link).unwrap(), None);
    }

    #[test]
    fn what_is_no_message_is_told() {
        let said = receive(&mut b"hello world".as_slice()).unwrap_err().to_string();
        assert_eq!(said, "it begins with \"hell\"");
        assert!(receive(&mut b"GML\x01\xff\xff\xff\xff".as_slice()).unwrap_err().to_string().contains("4294967295"));
        assert!(receive(&mut b"GML".as_slice()).is_err());
        let mut stream = Incoming::new(b"\xff\xff\xff\x00".as_slice());
        assert!(io::copy(&mut stream, &mut io::sink()).is_err());
    }
}
