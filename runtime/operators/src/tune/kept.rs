//! Trials in a file, so that a search that was stopped goes on where it was.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use gml_connect::Fault;
use polars::prelude::{DataFrame, ParquetCompression, ParquetWriter, StatisticsOptions};
use serde::{Deserialize, Serialize};

use super::study::Ended;
use super::tuned::TrialState;
use crate::data::Context;
use crate::prep::Exact;

/// A trial as a line of the file. Where its points lie follows from the seed and the trials before it.
#[derive(Serialize, Deserialize)]
struct Line {
    trial: usize,
    state: TrialState,
    value: Option<Exact>,
    curve: Vec<Exact>,
    seconds: f64,
    failure: Option<String>,
    /// Seconds since the search began.
    elapsed: f64,
}

/// The trials of a search that have ended, in this run or in one that was stopped.
pub(super) struct Kept {
    path: PathBuf,
    file: Mutex<File>,
    lines: Vec<Line>,
}

impl Kept {
    /// Those of a search over what these frames hold; none where the context keeps nothing.
    ///
    /// # Errors
    /// GML0910 where the file cannot be written, and those of making the frames.
    pub(super) fn open(
        context: &Context,
        frames: impl FnOnce() -> Result<Vec<DataFrame>, Fault>,
    ) -> Result<Option<Self>, Fault> {
        match &context.unfinished {
            Some(folder) => Self::of(folder, &mut frames()?).map(Some),
            None => Ok(None),
        }
    }

    fn of(folder: &Path, frames: &mut [DataFrame]) -> Result<Self, Fault> {
        let mut rows = Hashing::default();
        for frame in frames {
            // The form of a table that all of its values go into; nothing of it is kept.
            gml_connect::guarded(|| {
                ParquetWriter::new(&mut rows)
                    .with_compression(ParquetCompression::Uncompressed)
                    .with_statistics(StatisticsOptions::empty())
                    .finish(frame)
            })?;
        }
        let path = folder.join(format!("{:016x}.jsonl", rows.0.finish()));
        let open = || {
            fs::create_dir_all(folder)?;
            let mut file = File::options().create(true).append(true).read(true).open(&path)?;
            let (lines, length) = read(&mut file)?;
            // The run may have been stopped within a line.
            file.set_len(length)?;
            Ok((file, lines))
        };
        let (file, lines) = open().map_err(|error| cannot(&path, &error))?;
        Ok(Self { path, file: Mutex::new(file), lines })
    }

    /// How many trials were there when it was opened.
    pub(super) fn count(&self) -> usize {
        self.lines.len()
    }

    /// How long the search went on before.
    pub(super) fn elapsed(&self) -> Duration {
        let seconds = self.lines.iter().map(|line| line.elapsed).fold(0.0, f64::max);
        Duration::try_from_secs_f64(seconds).unwrap_or_default()
    }

    /// Whether a trial was there.
    pub(super) fn has(&self, trial: usize) -> bool {
        self.lines.iter().any(|line| line.trial == trial)
    }

    /// A trial that was there; it had these points.
    pub(super) fn get(&self, trial: usize, points: &[Option<super::space::Point>]) -> Option<Ended> {
        let line = self.lines.iter().find(|line| line.trial == trial)?;
        Some(Ended {
            points: points.to_vec(),
            state: line.state,
            value: line.value.map(|value| value.0),
            curve: line.curve.iter().map(|value| value.0).collect(),
            seconds: line.seconds,
            failure: line.failure.clone(),
        })
    }

    /// Where a trial may keep what it has done so far.
    pub(super) fn folder_of(&self, trial: usize) -> PathBuf {
        self.path.with_extension("").join(trial.to_string())
    }

    /// Keeps a trial that has ended, and takes away what it kept on its way.
    ///
    /// # Errors
    /// GML0910 where the file cannot be written.
    pub(super) fn add(&self, trial: usize, ended: &Ended, elapsed: Duration) -> Result<(), Fault> {
        let line = Line {
            trial,
            state: ended.state,
            value: ended.value.map(Exact),
            curve: ended.curve.iter().copied().map(Exact).collect(),
            seconds: ended.seconds,
            failure: ended.failure.clone(),
            elapsed: elapsed.as_secs_f64(),
        };
        let mut text = serde_json::to_vec(&line)
            .map_err(|error| Fault::new("GML0999", format!("a trial cannot be written as JSON: {error}")))?;
        text.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // The system has it then, whatever becomes of this process. Waiting for the disk would cost more than a small trial.
        file.write_all(&text).map_err(|error| cannot(&self.path, &error))?;
        let folder = self.folder_of(trial);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(cannot(&folder, &error)),
            _ => Ok(()),
        }
    }
}

/// The whole lines of a file, and where they end.
fn read(file: &mut File) -> io::Result<(Vec<Line>, u64)> {
    let mut text = Vec::new();
    io::Read::read_to_end(file, &mut text)?;
    let (mut lines, mut length) = (Vec::new(), 0);
    for line in text.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n")) {
        let Ok(line_read) = serde_json::from_slice(line) else { break };
        lines.push(line_read);
        length += line.len() as u64;
    }
    Ok((lines, length))
}

fn cannot(path: &Path, error: &io::Error) -> Fault {
    Fault::new("GML0910", format!("the trials made so far cannot be kept: {error}"))
        .at(path.display())
        .help("see that the folder is yours, and that the disk is not full")
}

/// Takes bytes for their hash alone.
#[derive(Default)]
struct Hashing(DefaultHasher);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
