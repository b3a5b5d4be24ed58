//! Tables that a run puts aside for itself or for the next one: fast to write and to read again. They are no archive, so nobody
//! else is meant to read them.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use polars::prelude::{DataFrame, ParquetCompression, ParquetReader, ParquetWriter, SerReader};

use crate::guarded;

/// Writes a frame, one row group after the other whatever the number of threads: the same frame gives the same bytes.
///
/// # Errors
/// Where the file cannot be written.
pub fn put_aside(path: &Path, frame: &mut DataFrame) -> io::Result<()> {
    let file = BufWriter::new(File::create(path)?);
    let writer = ParquetWriter::new(file).with_compression(ParquetCompression::Lz4Raw);
    guarded(|| writer.finish(frame)).map(drop).map_err(|fault| io::Error::other(fault.message))
}

/// Reads what [`put_aside`] wrote.
///
/// # Errors
/// Where the file cannot be read, or holds something else.
pub fn take_up(path: &Path) -> io::Result<DataFrame> {
    let file = File::open(path)?;
    guarded(|| ParquetReader::new(file).finish()).map_err(|fault| io::Error::other(fault.message))
}

#[cfg(test)]
mod tests {
    use polars::prelude::df;

    use super::*;

    #[test]
    fn what_is_put_aside_is_taken_up_again_and_has_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let (once, again) = (folder.path().join("once"), folder.path().join("again"));
        let mut frame = df!("who" => [Some("ada"), None, Some("")], "value" => [1.5, f64::NAN, -0.0]).unwrap();
        put_aside(&once, &mut frame).unwrap();
        put_aside(&again, &mut frame).unwrap();
        assert!(take_up(&once).unwrap().equals_missing(&frame));
        assert_eq!(std::fs::read(&once).unwrap(), std::fs::read(&again).unwrap());
    }

    #[test]
    fn a_torn_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("torn");
        put_aside(&path, &mut df!("value" => [1, 2, 3]).unwrap()).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        assert!(take_up(&path).is_err());
        assert!(take_up(&folder.path().join("missing")).is_err());
    }
}
