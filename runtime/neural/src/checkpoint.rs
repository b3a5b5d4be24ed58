//! The state of a training in a file, so that one that was stopped goes on where it was.
//!
//! A line of JSON that says what the numbers are, then the numbers. The file appears by rename, never half-written.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::model::{Epoch, Judged};
use crate::table::Learned;

/// At most as much of a training is lost when it is killed.
pub(crate) const BETWEEN: Duration = Duration::from_secs(120);

/// Where a training stands that sees `E` of each epoch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct State<E = Epoch> {
    pub(crate) at: At<E>,
    /// The rows of the items.
    pub(crate) table: Learned,
    /// The other weights, one after the other.
    pub(crate) weights: Learned,
    /// The table and the weights of the best epoch, where epochs are judged.
    pub(crate) best: Option<[Vec<f32>; 2]>,
}

impl<E> Default for State<E> {
    fn default() -> Self {
        Self { at: At::default(), table: Learned::default(), weights: Learned::default(), best: None }
    }
}

/// How far it has come.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct At<E = Epoch> {
    /// Epochs that are complete.
    pub(crate) epoch: usize,
    /// Steps of the next that are.
    pub(crate) step: usize,
    /// Steps in all.
    pub(crate) steps: u64,
    /// The sum of the losses of the epoch, and over how many examples.
    pub(crate) loss: (f64, usize),
    /// What was seen of complete epochs.
    pub(crate) history: Vec<E>,
    /// The best of them, from 1.
    pub(crate) best: usize,
}

impl<E> Default for At<E> {
    fn default() -> Self {
        Self { epoch: 0, step: 0, steps: 0, loss: (0.0, 0), history: Vec::new(), best: 0 }
    }
}

/// What is seen of an epoch, as it is kept. Floats are written as their bits, since a reader of JSON may be off by the last one.
pub(crate) trait Kept: Copy {
    /// What is written.
    type Bits: Serialize + DeserializeOwned;

    /// Its mean loss.
    fn loss(&self) -> f64;

    /// As it is written.
    fn bits(&self) -> Self::Bits;

    /// As it was.
    fn of(bits: Self::Bits) -> Self;
}

impl Kept for Epoch {
    /// Its loss, and the hit rate, the mean reciprocal rank and the count of what it was judged by.
    type Bits = (u64, Option<(u64, u64, usize)>);

    fn loss(&self) -> f64 {
        self.loss
    }

    fn bits(&self) -> Self::Bits {
        let judged = |of: Judged| (of.hit_rate.to_bits(), of.mrr.to_bits(), of.count);
        (self.loss.to_bits(), self.valid.map(judged))
    }

    fn of((loss, valid): Self::Bits) -> Self {
        let float = f64::from_bits;
        let judged = |(hit_rate, mrr, count)| Judged { hit_rate: float(hit_rate), mrr: float(mrr), count };
        Self { loss: float(loss), valid: valid.map(judged) }
    }
}

/// What is said of the numbers.
#[derive(Serialize, Deserialize)]
struct Head<B> {
    /// Of what is trained, how and on what.
    of: u64,
    epoch: usize,
    step: usize,
    steps: u64,
    loss: (u64, usize),
    history: Vec<B>,
    best: usize,
    table: usize,
    weights: usize,
    has_best: bool,
}

/// A number for what is trained, how and on what: a checkpoint of anything else is not gone on with.
pub(crate) fn mark(of: &impl Serialize, data: &[(&[u32], &[usize])], times: Option<&[i64]>) -> u64 {
    let mut hasher = DefaultHasher::new();
    // Numbers of types that are written as JSON always can be.
    serde_json::to_string(of).unwrap_or_default().hash(&mut hasher);
    (data, times).hash(&mut hasher);
    hasher.finish()
}

/// Writes a state.
///
/// # Errors
/// Where the file cannot be written.
pub(crate) fn write<E: Kept>(path: &Path, of: u64, state: &State<E>) -> Result<(), Error> {
    let part = path.with_extension("part");
    let head = Head {
        of,
        epoch: state.at.epoch,
        step: state.at.step,
        steps: state.at.steps,
        loss: (state.at.loss.0.to_bits(), state.at.loss.1),
        history: state.at.history.iter().map(Kept::bits).collect(),
        best: state.at.best,
        table: state.table.values.len(),
        weights: state.weights.values.len(),
        has_best: state.best.is_some(),
    };
    let write = || -> io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = BufWriter::new(File::create(&part)?);
        serde_json::to_writer(&mut file, &head)?;
        file.write_all(b"\n")?;
        let best = state.best.iter().flatten();
        for numbers in parts(&state.table).into_iter().chain(parts(&state.weights)).chain(best) {
            for number in numbers {
                file.write_all(&number.to_le_bytes())?;
            }
        }
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&part, path)
    };
    write().map_err(|error| fault(path, "written", &error))
}

/// The state in a file; `None` where there is no file, or one of another training.
///
/// # Errors
/// Where the file is there and cannot be read.
pub(crate) fn read<E: Kept>(path: &Path, of: u64) -> Result<Option<State<E>>, Error> {
    let read = || -> io::Result<Option<State<E>>> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut file = BufReader::new(file);
        let mut line = Vec::new();
        for byte in file.by_ref().bytes() {
            match byte? {
                b'\n' => break,
                byte => line.push(byte),
            }
        }
        let head: Head<E::Bits> = serde_json::from_slice(&line)?;
        if head.of != of {
            return Ok(None);
        }
        let mut numbers = |count: usize| -> io::Result<Vec<f32>> {
            let mut bytes = vec![0; count * size_of::<f32>()];
            file.read_exact(&mut bytes)?;
            Ok(bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
        };
        let mut learned = |count| -> io::Result<Learned> {
            Ok(Learned { values: numbers(count)?, means: numbers(count)?, squares: numbers(count)? })
        };
        let (table, weights) = (learned(head.table)?, learned(head.weights)?);
        let best = match head.has_best {
            true => Some([numbers(head.table)?, numbers(head.weights)?]),
            false => None,
        };
        let at = At {
            epoch: head.epoch,
            step: head.step,
            steps: head.steps,
            loss: (f64::from_bits(head.loss.0), head.loss.1),
            history: head.history.into_iter().map(E::of).collect(),
            best: head.best,
        };
        Ok(Some(State { at, table, weights, best }))
    };
    read().map_err(|error| fault(path, "read", &error))
}

/// Takes the file of a training that is complete away.
///
/// # Errors
/// Where it is there and cannot be removed.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(fault(path, "removed", &error)),
        _ => Ok(()),
    }
}

fn parts(learned: &Learned) -> [&Vec<f32>; 3] {
    [&learned.values, &learned.means, &learned.squares]
}

fn fault(path: &Path, verb: &'static str, error: &io::Error) -> Error {
    Error::Checkpoint { path: path.to_owned(), verb, why: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below").join("training");
        let learned = |count: usize| Learned {
            values: (0..count).map(|value| value as f32 / 3.0).collect(),
            means: vec![-0.0; count],
            squares: vec![f32::MIN_POSITIVE; count],
        };
        let judged = Judged { hit_rate: 0.713_536_830_615_329_8, mrr: 0.1, count: 3 };
        let history = vec![Epoch { loss: 1.0 / 3.0, valid: Some(judged) }, Epoch { loss: 0.1, valid: None }];
        let at = At { epoch: 1, step: 7, steps: 19, loss: (2.5, 3), history, best: 0 };
        let mut state = State { at, table: learned(12), weights: learned(5), best: None };
        assert_eq!(read::<Epoch>(&path, 4).unwrap(), None);
        for best in [None, Some([vec![1.0; 12], vec![2.0; 5]])] {
            state.best = best;
            write(&path, 4, &state).unwrap();
            assert_eq!(read(&path, 4).unwrap().as_ref(), Some(&state));
            assert_eq!(read::<Epoch>(&path, 5).unwrap(), None, "that of another training");
        }
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 2]).unwrap();
        let error = read::<Epoch>(&path, 4).unwrap_err().to_string();
        assert!(error.contains("training cannot be read: "), "{error}");
        remove(&path).unwrap();
        remove(&path).unwrap();
        assert_eq!(read::<Epoch>(&path, 4).unwrap(), None);
    }
}
