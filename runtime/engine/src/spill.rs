//! Tables on disk where they are too large for memory: rows in buckets by their keys, and runs of rows that are put back into
//! order as they are read.
//!
//! What groups rows and looks at the rows of a key together can be done bucket by bucket (the hash join of Grace: Kitsuregawa et
//! al. 1983). Every row has its place among all of them, so that the end is the same as if all had been in memory.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gml_connect::{Fault, append, guarded, put_aside, take_up};
use polars::prelude::*;

use crate::codes;

/// Buckets, each of which has to fit into memory with what is made of it.
pub(crate) const BUCKETS: usize = 64;

/// Rows of a run that are read at once.
const ROWS: usize = 1 << 15;

/// A folder that is there as long as this is.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// A new folder; what a killed run left in its place is taken away.
    pub(crate) fn new(folder: &Path) -> Result<Self, Fault> {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error.to_string()))?;
        Ok(Self(folder.to_path_buf()))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Rows in buckets.
#[derive(Debug)]
pub struct Buckets {
    scratch: Scratch,
    keys: Vec<String>,
    /// How many files each bucket has.
    files: Vec<usize>,
    bytes: u64,
}

impl Buckets {
    /// None are filled. Rows with the same values of `keys` will lie in the same one.
    ///
    /// # Errors
    /// Where the folder cannot be made.
    pub fn new(folder: &Path, keys: &[Arc<str>]) -> Result<Self, Fault> {
        let keys = keys.iter().map(ToString::to_string).collect();
        Ok(Self { scratch: Scratch::new(folder)?, keys, files: vec![0; BUCKETS], bytes: 0 })
    }

    /// Bytes that all rows take in memory.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    fn path(&self, bucket: usize, file: usize) -> PathBuf {
        self.scratch.0.join(format!("bucket-{bucket}-{file}.parquet"))
    }

    /// Writes rows, behind those that are there.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn push(&mut self, frame: &DataFrame) -> Result<(), Fault> {
        self.bytes += frame.estimated_size() as u64;
        let rows = apart(frame, &self.keys, BUCKETS)?;
        for (bucket, rows) in rows.into_iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
            let mut own = guarded(|| frame.take(&IdxCa::from_vec(PlSmallStr::EMPTY, rows)))?;
            write(&self.path(bucket, self.files[bucket]), &mut own)?;
            self.files[bucket] += 1;
        }
        Ok(())
    }

    /// The buckets that have rows.
    pub(crate) fn filled(&self) -> Vec<usize> {
        (0..BUCKETS).filter(|bucket| self.files[*bucket] > 0).collect()
    }

    /// The rows of a bucket, in the order in which they came.
    pub(crate) fn read(&self, bucket: usize) -> Result<DataFrame, Fault> {
        let mut all: Option<DataFrame> = None;
        for file in 0..self.files[bucket] {
            append(&mut all, read(&self.path(bucket, file))?)?;
        }
        Ok(all.unwrap_or_default())
    }
}

/// Rows in several runs, each in order.
#[derive(Debug)]
pub(crate) struct Runs {
    scratch: Scratch,
    /// How many files each run has.
    files: Vec<usize>,
    /// The column that says where a row stands among all of them; it is no column of the table.
    place: String,
    pub(crate) rows: u64,
}

impl Runs {
    pub(crate) fn new(folder: &Path, place: String) -> Result<Self, Fault> {
        Ok(Self { scratch: Scratch::new(folder)?, files: Vec::new(), place, rows: 0 })
    }

    fn path(&self, run: usize, file: usize) -> PathBuf {
        self.scratch.0.join(format!("run-{run}-{file}.parquet"))
    }

    /// Writes a run of at least one row. Its rows are in order.
    pub(crate) fn push(&mut self, frame: &DataFrame) -> Result<(), Fault> {
        let run = self.files.len();
        let count = frame.height().div_ceil(ROWS).max(1);
        for file in 0..count {
            let mut rows = frame.slice((file * ROWS) as i64, ROWS);
            write(&self.path(run, file), &mut rows)?;
        }
        self.files.push(count);
        self.rows += frame.height() as u64;
        Ok(())
    }

    /// Gives all rows away in order, some at a time.
    pub(crate) fn drain(&self, mut sink: impl FnMut(DataFrame) -> Result<(), Fault>) -> Result<(), Fault> {
        let mut heads = Vec::with_capacity(self.files.len());
        for run in 0..self.files.len() {
            heads.push(Head { run, next: 0, rows: None });
        }
        loop {
            for head in &mut heads {
                self.fill(head)?;
            }
            heads.retain(|head| head.rows.is_some());
            // Up to where every run is known, no other row can come between.
            let Some(known) = heads.iter().filter_map(Head::last).min() else { return Ok(()) };
            let mut ready: Option<DataFrame> = None;
            for head in &mut heads {
                if let Some(rows) = head.up_to(known) {
                    append(&mut ready, rows)?;
                }
            }
            if let Some(ready) = ready {
                sink(in_order(ready, &self.place)?)?;
            }
        }
    }

    fn fill(&self, head: &mut Head) -> Result<(), Fault> {
        if head.rows.is_none() && head.next < self.files[head.run] {
            let rows = read(&self.path(head.run, head.next))?;
            let places = guarded(|| Ok(rows.column(&self.place)?.i64()?.into_no_null_iter().collect()))?;
            head.rows = Some((rows, places));
            head.next += 1;
        }
        Ok(())
    }
}

/// What of a run is in memory.
struct Head {
    run: usize,
    /// The file that is read next.
    next: usize,
    /// Rows with their places; nothing where the run is at its end.
    rows: Option<(DataFrame, Vec<i64>)>,
}

impl Head {
    fn last(&self) -> Option<i64> {
        self.rows.as_ref().and_then(|(_, places)| places.last().copied())
    }

    /// Takes the rows up to a place.
    fn up_to(&mut self, place: i64) -> Option<DataFrame> {
        let (rows, places) = self.rows.take()?;
        let count = places.partition_point(|own| *own <= place);
        let (before, after) = rows.split_at(count as i64);
        if after.height() > 0 {
            self.rows = Some((after, places[count..].to_vec()));
        }
        (before.height() > 0).then_some(before)
    }
}

/// The rows of a table in so many shares: those with the same values of `keys` lie in the same one, in their order. Each row gets a column
/// that says where it stood.
pub(crate) fn shares(frame: &DataFrame, keys: &[Arc<str>], place: &str, count: usize) -> Result<Vec<DataFrame>, Fault> {
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    let share = |rows: Vec<IdxSize>| {
        let places = Int64Chunked::from_iter_values(place.into(), rows.iter().map(|row| i64::from(*row)));
        guarded(|| {
            let mut own = frame.take(&IdxCa::from_vec(PlSmallStr::EMPTY, rows))?;
            own.with_column(places.into_column())?;
            Ok(own)
        })
    };
    apart(frame, &keys, count)?.into_iter().filter(|rows| !rows.is_empty()).map(share).collect()
}

/// Rows in the order of the column that says where they stand, without it.
pub(crate) fn in_order(rows: DataFrame, place: &str) -> Result<DataFrame, Fault> {
    let sorted = guarded(|| rows.sort([place], SortMultipleOptions::default()))?;
    guarded(|| sorted.drop(place))
}

/// Which rows lie in each of so many buckets.
fn apart(frame: &DataFrame, keys: &[String], count: usize) -> Result<Vec<Vec<IdxSize>>, Fault> {
    let mut rows: Vec<Vec<IdxSize>> = vec![Vec::new(); count];
    for (row, hash) in hashes(frame, keys)?.into_iter().enumerate() {
        rows[(hash % count as u64) as usize].push(row as IdxSize);
    }
    Ok(rows)
}

/// A hash of the values of some columns in each row.
fn hashes(frame: &DataFrame, keys: &[String]) -> Result<Vec<u64>, Fault> {
    // FNV-1a (Fowler, Noll, Vo): quick, and the same everywhere.
    const START: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let mix = |hash: &mut u64, bytes: &[u8]| {
        bytes.iter().for_each(|byte| *hash = (*hash ^ u64::from(*byte)).wrapping_mul(PRIME));
    };
    let mut hashes = vec![START; frame.height()];
    for key in keys {
        guarded(|| {
            let column = frame.column(key)?.as_materialized_series().clone();
            if column.dtype().is_integer() || column.dtype().is_temporal() {
                let numbers = column.to_physical_repr().cast(&DataType::Int64)?;
                for (hash, number) in hashes.iter_mut().zip(numbers.i64()?.iter()) {
                    mix(hash, &number.unwrap_or(i64::MIN).to_le_bytes());
                }
            } else if column.dtype().is_float() {
                // The two zeros are one key, and so are all that are no number.
                let plain = |number: f64| if number.is_nan() { f64::NAN } else { number + 0.0 };
                for (hash, number) in hashes.iter_mut().zip(column.cast(&DataType::Float64)?.f64()?.iter()) {
                    mix(hash, &number.map_or(i64::MIN.to_le_bytes(), |number| plain(number).to_le_bytes()));
                }
            } else {
                let texts = column.cast(&DataType::String)?;
                for (hash, text) in hashes.iter_mut().zip(texts.str()?.iter()) {
                    mix(hash, text.unwrap_or("\0").as_bytes());
                }
            }
            // Numbers that follow one another differ in few bits.
            hashes.iter_mut().for_each(|hash| *hash ^= *hash >> 29);
            Ok(())
        })?;
    }
    Ok(hashes)
}

fn write(path: &Path, frame: &mut DataFrame) -> Result<(), Fault> {
    put_aside(path, frame).map_err(|error| unwritable(path, &error.to_string()))
}

fn read(path: &Path) -> Result<DataFrame, Fault> {
    take_up(path).map_err(|error| {
        Fault::new(codes::CANNOT_READ, format!("{} cannot be read: {error}", path.display()))
            .help("rows were put there since memory did not hold them: run again")
    })
}

fn unwritable(path: &Path, text: &str) -> Fault {
    Fault::new(codes::CANNOT_WRITE, format!("{} cannot be written: {text}", path.display()))
        .detail("rows that memory does not hold are put there")
        .help("make room on the disk, or give the run more memory, and run again; nothing was lost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(places: impl Iterator<Item = i64>) -> DataFrame {
        let places: Vec<i64> = places.collect();
        let names: Vec<String> = places.iter().map(|place| format!("visitor {}", place / 3)).collect();
        df!("who" => names, "value" => places.iter().map(|place| place * 2).collect::<Vec<_>>(), "place" => places)
            .unwrap()
    }

    #[test]
    fn rows_of_a_key_lie_in_one_bucket_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("buckets");
        let mut buckets = Buckets::new(&path, &["who".into()]).unwrap();
        buckets.push(&frame(0..1_000)).unwrap();
        buckets.push(&frame(1_000..2_000)).unwrap();
        assert!(buckets.filled().len() > BUCKETS / 2, "rows are spread");
        let (mut seen, mut places) = (std::collections::BTreeSet::new(), Vec::new());
        for bucket in buckets.filled() {
            let rows = buckets.read(bucket).unwrap();
            let own: Vec<i64> = rows.column("place").unwrap().i64().unwrap().into_no_null_iter().collect();
            assert!(own.is_sorted());
            let names: std::collections::BTreeSet<i64> = own.iter().map(|place| place / 3).collect();
            assert!(names.is_disjoint(&seen), "a key lies in two buckets");
            seen.extend(names);
            places.extend(own);
        }
        places.sort_unstable();
        assert_eq!(places, (0..2_000).collect::<Vec<_>>());
        drop(buckets);
        assert!(!path.exists());
    }

    #[test]
    fn runs_are_read_in_the_order_of_all_rows() {
        let folder = tempfile::tempdir().unwrap();
        let mut runs = Runs::new(&folder.path().join("runs"), "place".into()).unwrap();
        let rows = 3 * ROWS as i64 + 17;
        // One run of every third row, one of a stretch, one of the rest.
        let stretch = |place: &i64| (40_000..60_000).contains(place);
        runs.push(&frame((0..rows).filter(|place| place % 3 == 0 && !stretch(place)))).unwrap();
        runs.push(&frame((0..rows).filter(stretch))).unwrap();
        runs.push(&frame((0..rows).filter(|place| place % 3 != 0 && !stretch(place)))).unwrap();
        assert_eq!(runs.rows, rows as u64);
        let mut values = Vec::new();
        runs.drain(|frame| {
            let names: Vec<&str> = frame.get_column_names().into_iter().map(|name| name.as_str()).collect();
            assert_eq!(names, ["who", "value"]);
            values.extend(frame.column("value").unwrap().i64().unwrap().into_no_null_iter());
            Ok(())
        })
        .unwrap();
        assert_eq!(values, (0..rows).map(|place| place * 2).collect::<Vec<_>>());
    }

    #[test]
    fn keys_that_group_together_lie_in_one_share() {
        let odd = f64::from_bits(f64::NAN.to_bits() | 1);
        let keys = [Some(0.0), Some(-0.0), Some(f64::NAN), Some(odd), None, None, Some(1.5), Some(1.5)];
        let frame = df!("key" => keys).unwrap();
        let shares = shares(&frame, &["key".into()], "place", 7).unwrap();
        let share_of = |row: i64| {
            let has = |share: &DataFrame| {
                share.column("place").unwrap().i64().unwrap().into_no_null_iter().any(|place| place == row)
            };
            shares.iter().position(has).unwrap()
        };
        for pair in [0, 2, 4, 6] {
            assert_eq!(share_of(pair), share_of(pair + 1), "{pair}");
        }
        let mut all = None;
        shares.into_iter().for_each(|share| append(&mut all, share).unwrap());
        assert!(in_order(all.unwrap(), "place").unwrap().equals_missing(&frame));
    }

    #[test]
    fn a_place_that_cannot_be_written_is_told() {
        let fault = Buckets::new(Path::new("/proc/nothing/buckets"), &["who".into()]).unwrap_err();
        assert_eq!(fault.code, codes::CANNOT_WRITE);
    }
}
