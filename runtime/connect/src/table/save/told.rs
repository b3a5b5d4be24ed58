//! What the system says of files that the table engine writes.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use polars::prelude::PolarsResult;

use crate::Fault;
use crate::query::guarded;
use crate::table::replace::cannot;

/// Why the system refused to write a file, where it did.
pub(super) type Refused = Arc<Mutex<Option<io::Error>>>;

/// A file that tells why the system refused to write it. The table engine writes headers of a few bytes and flushes at the end:
/// the system is given them together.
pub(super) struct Told {
    file: BufWriter<File>,
    refused: Refused,
}

impl Told {
    /// The file; what the system refuses is put down in `refused`.
    pub(super) fn of(file: File, refused: Refused) -> Self {
        Self { file: BufWriter::new(file), refused }
    }

    fn told<T>(&self, done: io::Result<T>) -> io::Result<T> {
        done.inspect_err(|error| {
            let again = error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
            self.refused.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(again);
        })
    }
}

impl Write for Told {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let done = self.file.write(bytes);
        self.told(done)
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = self.file.flush();
        self.told(done)
    }
}

/// Writes. The table engine takes a disk that is full for a file that is damaged: what the system said is told instead.
pub(super) fn told<T>(refused: &Refused, target: &Path, write: impl FnOnce() -> PolarsResult<T>) -> Result<T, Fault> {
    guarded(write).map_err(|fault| match refused.lock().unwrap_or_else(PoisonError::into_inner).take() {
        Some(error) => cannot(target, &error),
        None => fault,
    })
}
