//! Parts of a table one behind the other.
//!
//! A name of 64 letters takes 80 bytes in every row that it is in. Where a large table has long texts that are there again and
//! again, such as who bought what, each is kept once, and a row only says where it lies, which takes 16.

use polars::prelude::*;

use super::Ids;
use crate::Fault;
use crate::query::{append, guarded};

/// Bytes of texts from which on they are looked at. Below, nothing is won.
const MANY: usize = 64 << 20;

/// Texts of up to so many bytes lie in the row itself.
const SHORT: usize = 12;

/// What stands for null in place of a number.
const NULL: IdxSize = IdxSize::MAX;

/// Parts of a table, put behind each other.
#[derive(Debug)]
pub struct Together {
    frames: Vec<DataFrame>,
    /// From how many bytes of texts on they are looked at.
    many: usize,
    /// Bytes of the texts that were not looked at yet.
    bytes: usize,
    /// The columns whose texts are kept once; nothing until they were looked at.
    columns: Option<Vec<Repeated>>,
}

/// A column of texts, each of which is kept once.
#[derive(Debug)]
struct Repeated {
    name: PlSmallStr,
    ids: Ids,
    texts: Texts,
    rows: Vec<IdxSize>,
    has_nulls: bool,
}

/// Texts one behind the other.
#[derive(Debug, Default)]
struct Texts {
    bytes: String,
    ends: Vec<usize>,
}

impl Default for Together {
    fn default() -> Self {
        Self::of(MANY)
    }
}

impl Together {
    fn of(many: usize) -> Self {
        Self { frames: Vec::new(), many, bytes: 0, columns: None }
    }

    /// Puts a part behind those that are there.
    ///
    /// # Errors
    /// Where it has other columns than they.
    pub fn push(&mut self, frame: DataFrame) -> Result<(), Fault> {
        if let Some(columns) = &mut self.columns {
            let rest = numbered(columns, frame)?;
            self.frames.push(rest);
            return Ok(());
        }
        self.bytes += frame.columns().iter().filter_map(texts_of).map(size).sum::<usize>();
        self.frames.push(frame);
        if self.bytes >= self.many {
            let frames = std::mem::take(&mut self.frames);
            let columns = self.columns.insert(repeated(&frames)?);
            for frame in frames {
                self.frames.push(numbered(columns, frame)?);
            }
        }
        Ok(())
    }

    /// The parts in their order; a single one where texts are kept once.
    ///
    /// # Errors
    /// Where they do not have the same columns.
    pub fn finish(self) -> Result<Vec<DataFrame>, Fault> {
        let columns = self.columns.unwrap_or_default();
        let Some(first) = columns.first() else { return Ok(self.frames) };
        let height = first.rows.len();
        let mut others: Option<DataFrame> = None;
        for frame in self.frames {
            append(&mut others, frame)?;
        }
        // Where a column of texts stands, the others hold a place.
        let mut columns = columns.into_iter();
        let made = others.unwrap_or_default().into_columns().into_iter().map(|column| match column.dtype() {
            DataType::Null if columns.as_slice().first().is_some_and(|own| own.name == *column.name()) => {
                columns.next().map_or(Ok(column), Repeated::column)
            }
            _ => Ok(column.rechunk()),
        });
        let made = made.collect::<Result<Vec<Column>, Fault>>()?;
        guarded(|| DataFrame::new(height, made)).map(|frame| vec![frame])
    }
}

impl Repeated {
    /// Puts the texts of some more rows behind those that are there.
    fn add(&mut self, texts: &StringChunked) {
        let Self { ids, texts: known, rows, has_nulls, .. } = self;
        rows.reserve(texts.len());
        for text in texts.iter() {
            let Some(text) = text else {
                *has_nulls = true;
                rows.push(NULL);
                continue;
            };
            let (number, is_new) = ids.number(ids.hash(text.as_bytes()), |number| known.get(number) == text);
            if is_new {
                known.push(text);
            }
            rows.push(number);
        }
    }

    /// Whether a row takes less so: at least a quarter of the rows with a long text have one that was there before.
    fn pays(&self) -> bool {
        let is_long: Vec<bool> =
            (0..self.ids.count()).map(|number| self.texts.get(number as u32).len() > SHORT).collect();
        let rows = self.rows.iter().filter(|row| is_long.get(**row as usize) == Some(&true)).count();
        let different = is_long.into_iter().filter(|is_long| *is_long).count();
        different > 0 && 4 * different <= 3 * rows
    }

    fn column(self) -> Result<Column, Fault> {
        let Self { name, texts, rows, has_nulls, .. } = self;
        let different: StringChunked = (0..texts.ends.len()).map(|number| Some(texts.get(number as u32))).collect();
        drop(texts);
        let rows = if has_nulls {
            rows.into_iter().map(|row| (row != NULL).then_some(row)).collect::<IdxCa>()
        } else {
            IdxCa::from_vec(PlSmallStr::EMPTY, rows)
        };
        let texts = guarded(|| different.into_series().take(&rows))?;
        Ok(texts.with_name(name).into_column())
    }
}

impl Texts {
    fn get(&self, number: u32) -> &str {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[number]]
    }

    fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
    }
}

fn texts_of(column: &Column) -> Option<&StringChunked> {
    column.try_str()
}

/// Bytes that texts take beside their rows.
fn size(texts: &StringChunked) -> usize {
    texts.downcast_iter().map(|array| array.total_buffer_len()).sum()
}

/// The columns of texts whose values are there often enough, in the order of the frames.
fn repeated(frames: &[DataFrame]) -> Result<Vec<Repeated>, Fault> {
    let mut found = Vec::new();
    let Some(first) = frames.first() else { return Ok(found) };
    for column in first.columns() {
        let of_frames =
            frames.iter().map(|frame| guarded(|| frame.column(column.name()))).collect::<Result<Vec<_>, _>>()?;
        if of_frames.iter().filter_map(|column| texts_of(column)).map(size).sum::<usize>() == 0 {
            continue;
        }
        let mut own = Repeated {
            name: column.name().clone(),
            ids: Ids::default(),
            texts: Texts::default(),
            rows: Vec::new(),
            has_nulls: false,
        };
        of_frames.iter().filter_map(|column| texts_of(column)).for_each(|texts| own.add(texts));
        if own.pays() {
            // What was looked at is put there again, with the other columns.
            own.rows.clear();
            found.push(own);
        }
    }
    Ok(found)
}

/// A part whose texts were put with those that are kept once.
fn numbered(columns: &mut [Repeated], mut frame: DataFrame) -> Result<DataFrame, Fault> {
    for own in columns {
        let column = guarded(|| frame.column(&own.name))?.clone();
        own.add(guarded(|| column.str())?);
        // It holds the place of the column.
        let nothing = Column::full_null(own.name.clone(), column.len(), &DataType::Null);
        guarded(|| frame.replace(&own.name, nothing).map(drop))?;
    }
    Ok(frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of someone with a long name, something with a short one, a note of its own and a number.
    fn part(from: usize, to: usize) -> DataFrame {
        let who = |row: usize| (!row.is_multiple_of(7)).then(|| format!("a customer of a long name, {}", row % 13));
        df!(
            "number" => (from..to).map(|row| row as i64).collect::<Vec<_>>(),
            "who" => (from..to).map(who).collect::<Vec<_>>(),
            "what" => (from..to).map(|row| format!("thing {}", row % 3)).collect::<Vec<_>>(),
            "note" => (from..to).map(|row| format!("a note that nobody else has written: {row}")).collect::<Vec<_>>(),
        )
        .unwrap()
    }

    fn put(many: usize, parts: &[DataFrame]) -> Vec<DataFrame> {
        let mut together = Together::of(many);
        parts.iter().for_each(|part| together.push(part.clone()).unwrap());
        together.finish().unwrap()
    }

    fn bytes(frame: &DataFrame, name: &str) -> usize {
        size(frame.column(name).unwrap().str().unwrap())
    }

    #[test]
    fn texts_that_are_there_again_are_kept_once() {
        let parts = [part(0, 500), part(500, 500), part(500, 1_200), part(1_200, 1_201)];
        for many in [1, 20_000] {
            let made = put(many, &parts);
            let [made] = made.as_slice() else { panic!("{} frames", made.len()) };
            assert!(made.equals_missing(&part(0, 1_201)));
            assert!(bytes(made, "who") < 1_000, "{} bytes", bytes(made, "who"));
            assert!(bytes(made, "note") > 40_000, "notes are as they were");
            assert!(made.columns().iter().all(|column| column.n_chunks() == 1));
        }
    }

    #[test]
    fn few_texts_and_texts_of_their_own_stay_as_they_are() {
        let parts = [part(0, 500), part(500, 1_000)];
        assert_eq!(put(usize::MAX, &parts).len(), 2);
        let notes: Vec<DataFrame> = parts.iter().map(|part| part.select(["note", "what"]).unwrap()).collect();
        let made = put(1, &notes);
        assert_eq!(made.len(), 2);
        assert!(made[0].equals(&notes[0]) && made[1].equals(&notes[1]));
        assert!(Together::default().finish().unwrap().is_empty());
    }

    #[test]
    fn tables_of_nothing_but_such_texts_are_whole() {
        let parts: Vec<DataFrame> =
            [part(0, 300), part(300, 400)].iter().map(|part| part.select(["who"]).unwrap()).collect();
        let made = put(1, &parts);
        assert!(made[0].equals_missing(&part(0, 400).select(["who"]).unwrap()));
    }

    #[test]
    fn a_part_without_the_column_is_a_fault() {
        let mut together = Together::of(1);
        together.push(part(0, 300)).unwrap();
        assert!(together.push(part(300, 301).drop("who").unwrap()).is_err());
    }
}
