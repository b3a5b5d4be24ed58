//! A model that is being written down: columns as they are asked for, operations as they are made.

use std::collections::HashMap;
use std::sync::Arc;

use gml_codegen::object::{Change, Column, Counts, Holds, Operation};
use gml_connect::Fault;
use gml_ir::{Row, Type};

use super::not_compiled;
use crate::learn::LARGEST_EXACT;
use crate::prep::{Cell, Exact, Kind, Words, hash_bucket};
use crate::scoring::Form;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A column, by the order in which columns were asked for.
    Column(usize),
    /// The weight of a word: of which words that were asked for, and which of them.
    Word(usize, usize),
    /// An operation.
    Made(usize),
}

/// A value with a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    /// Where it comes from.
    pub(crate) place: Place,
    /// What it is.
    pub(crate) form: Form,
    /// The column whose texts its codes are of, where it is a text.
    pub(super) column: usize,
}

/// A column that was asked for.
struct Asked {
    /// Its place in the row that was learned from.
    order: usize,
    name: Arc<str>,
    form: Form,
    nullable: bool,
    texts: Vec<Arc<str>>,
    codes: HashMap<Arc<str>, usize>,
    hashed: bool,
}

/// Words of a column that were asked for.
#[derive(PartialEq)]
struct Weighed {
    column: usize,
    /// What stands for a missing text.
    null: Option<Arc<str>>,
    words: Vec<Arc<str>>,
    rarity: Vec<f64>,
}

/// What a row has, what is done with it, and where the values are that were wanted.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) columns: Vec<Column>,
    pub(super) texts: Vec<String>,
    pub(super) counts: Vec<Counts>,
    pub(super) operations: Vec<Operation>,
    /// Those of each list of places.
    pub(super) wanted: Vec<Vec<usize>>,
}

/// A model that is being written down.
pub struct Draft<'r> {
    row: &'r Row,
    /// By name; none where a step took the column away.
    known: HashMap<String, Option<Known>>,
    columns: Vec<Asked>,
    weighed: Vec<Weighed>,
    operations: Vec<(Place, Change)>,
    /// Operations that put texts into buckets, and the columns of those: all texts with codes have to be known first.
    hashed: Vec<(usize, usize)>,
}

impl<'r> Draft<'r> {
    /// Of a model that was learned from rows like this.
    pub(crate) fn of(row: &'r Row) -> Self {
        Self {
            row,
            known: HashMap::new(),
            columns: Vec::new(),
            weighed: Vec::new(),
            operations: Vec::new(),
            hashed: Vec::new(),
        }
    }

    /// What a model makes of the names that are known now; those that it gives are its own.
    ///
    /// # Errors
    /// Those of the model.
    pub(crate) fn aside<T>(&mut self, model: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        let known = self.known.clone();
        let made = model(self);
        self.known = known;
        made
    }

    /// The value of a name, which has to be of that kind. One that no step made is a column of the row.
    ///
    /// # Errors
    /// GML0937 where its type has no form here.
    pub(crate) fn get(&mut self, name: &str, kind: Kind) -> Result<Known, Fault> {
        let known = match self.known.get(name) {
            Some(Some(known)) => *known,
            Some(None) => {
                return Err(Fault::new("GML0999", format!("the column `{name}` is read after it was dropped")));
            }
            None => self.column(name)?,
        };
        if known.form.kind() == kind {
            return Ok(known);
        }
        let (found, due) = (known.form.kind().name(), kind.name());
        Err(Fault::new("GML0999", format!("`{name}` holds {found} values where {due} ones were learned from")))
    }

    fn column(&mut self, name: &str) -> Result<Known, Fault> {
        let found = self.row.columns.iter().enumerate().find(|(_, column)| &*column.name == name);
        let Some((order, column)) = found else {
            return Err(not_compiled(&format!(
                "the type of the column `{name}` is not known, since it was learned from an open row"
            ))
            .help("put `|> conform(Schema)` before `fit`, and learn it again"));
        };
        let form = match column.ty.non_null() {
            // Those that a float holds, as all whole numbers here.
            Type::Int(_) => Some(Form::Int),
            ty => Form::of(ty),
        };
        let Some(form) = form else {
            return Err(not_compiled(&format!("the column `{name}` is of type {}", column.ty))
                .help("derive numbers or texts of it before `fit`"));
        };
        let place = self.columns.iter().position(|asked| asked.order == order).unwrap_or(self.columns.len());
        if place == self.columns.len() {
            self.columns.push(Asked {
                order,
                name: Arc::clone(&column.name),
                form,
                nullable: column.ty.is_nullable(),
                texts: Vec::new(),
                codes: HashMap::new(),
                hashed: false,
            });
        }
        let known = Known { place: Place::Column(place), form, column: place };
        self.known.insert(name.to_owned(), Some(known));
        Ok(known)
    }

    /// A value made of another one.
    pub(crate) fn make(&mut self, of: Place, change: Change) -> Place {
        self.operations.push((of, change));
        Place::Made(self.operations.len() - 1)
    }

    /// Gives a name to a value that is no text, or one of the same column as `of`.
    pub(crate) fn set(&mut self, name: &str, place: Place, form: Form, of: Known) {
        self.known.insert(name.to_owned(), Some(Known { place, form, column: of.column }));
    }

    /// Takes a name away.
    pub(crate) fn drop(&mut self, name: &str) {
        self.known.insert(name.to_owned(), None);
    }

    /// What a text is among the values of a column of texts.
    pub(crate) fn code(&mut self, of: Known, text: &Arc<str>) -> f64 {
        let column = &mut self.columns[of.column];
        let next = column.texts.len();
        let code = *column.codes.entry(Arc::clone(text)).or_insert_with(|| {
            column.texts.push(Arc::clone(text));
            next
        });
        code as f64
    }

    /// The bucket of each text of a value.
    pub(crate) fn bucket(&mut self, of: Known, buckets: u32) -> Place {
        self.columns[of.column].hashed = true;
        self.hashed.push((self.operations.len(), of.column));
        self.make(of.place, Change::Bucket { buckets, known: Vec::new() })
    }

    /// The weights of the words of a value that is a text, in their order.
    pub(crate) fn words(&mut self, of: Known, words: &Words) -> impl Iterator<Item = Place> + use<> {
        let rarity = words.rarity.iter().map(|rarity| rarity.0).collect();
        let asked = Weighed { column: of.column, null: self.text_of_null(of), words: words.words.clone(), rarity };
        let place = self.weighed.iter().position(|known| *known == asked).unwrap_or_else(|| {
            self.weighed.push(asked);
            self.weighed.len() - 1
        });
        (0..words.words.len()).map(move |word| Place::Word(place, word))
    }

    /// The text that was put in the place of null, the first one of several.
    fn text_of_null(&self, of: Known) -> Option<Arc<str>> {
        let mut place = of.place;
        let mut text = None;
        while let Place::Made(made) = place {
            let (before, change) = &self.operations[made];
            if let Change::Fill(code) = change {
                text = self.columns[of.column].texts.get(*code as usize).cloned();
            }
            place = *before;
        }
        text
    }

    /// A value of a recipe as the number that stands for it in a value of this form.
    ///
    /// # Errors
    /// GML0937 where no float is that number.
    pub(crate) fn number(&mut self, of: Known, cell: &Cell) -> Result<f64, Fault> {
        let whole = |number: i64| match number.unsigned_abs() <= LARGEST_EXACT {
            true => Ok(number as f64),
            false => Err(not_compiled(&format!("a recipe holds {number}, which no float is"))),
        };
        match (of.form, cell) {
            (Form::Text, Cell::Text(text)) => Ok(self.code(of, text)),
            (Form::Float | Form::Single, Cell::Float(Exact(number))) => Ok(*number),
            (Form::Bool, Cell::Bool(truth)) => Ok(f64::from(u8::from(*truth))),
            (Form::Date, Cell::Date(days)) => Ok(f64::from(*days)),
            (Form::Int | Form::Float, Cell::Int(number))
            | (Form::Time, Cell::Time(number))
            | (Form::Timestamp, Cell::Timestamp(number))
            | (Form::Duration, Cell::Duration(number)) => whole(*number),
            (form, cell) => {
                let (kind, label) = (form.kind().name(), cell.label());
                Err(Fault::new("GML0999", format!("a recipe holds {label:?} among {kind} values")))
            }
        }
    }

    /// What the places of each list depend on: the columns, in the order of the row that was learned from, the words and the operations.
    ///
    /// # Errors
    /// Those of the hash of a text.
    pub(super) fn finish(mut self, wanted: &[Vec<Place>]) -> Result<Finished, Fault> {
        for (operation, column) in &self.hashed {
            let (_, Change::Bucket { buckets, known }) = &mut self.operations[*operation] else { continue };
            let texts = self.columns[*column].texts.iter();
            let of_texts = texts.map(|text| Ok(hash_bucket(text, *buckets as usize)? as f64));
            *known = of_texts.collect::<Result<_, Fault>>()?;
        }
        let used = self.used(wanted);
        let mut columns = kept(&used.columns);
        columns.sort_by_key(|column| self.columns[*column].order);
        let (weighed, operations) = (kept(&used.weighed), kept(&used.operations));
        let mut texts: Vec<usize> = weighed.iter().map(|weighed| self.weighed[*weighed].column).collect();
        texts.sort_by_key(|column| self.columns[*column].order);
        texts.dedup();

        let of_columns = places(&columns, |_| 1, 0);
        let words = |weighed: usize| self.weighed[weighed].words.len();
        let of_words = places(&weighed, words, columns.len());
        let given = columns.len() + weighed.iter().map(|weighed| words(*weighed)).sum::<usize>();
        let of_operations = places(&operations, |_| 1, given);
        let at = |place: &Place| match place {
            Place::Column(column) => of_columns[column],
            Place::Word(weighed, word) => of_words[weighed] + word,
            Place::Made(made) => of_operations[made],
        };
        let of_texts = places(&texts, |_| 1, 0);
        Ok(Finished {
            columns: columns.iter().map(|column| self.columns[*column].column()).collect(),
            texts: texts.iter().map(|column| self.columns[*column].name.to_string()).collect(),
            counts: weighed.iter().map(|place| self.weighed[*place].counts(&of_texts)).collect(),
            operations: operations
                .iter()
                .map(|made| &self.operations[*made])
                .map(|(of, change)| Operation { of: at(of), change: change.clone() })
                .collect(),
            wanted: wanted.iter().map(|places| places.iter().map(at).collect()).collect(),
        })
    }

    /// What is needed for the places.
    fn used(&self, wanted: &[Vec<Place>]) -> Used {
        let mut used = Used {
            columns: vec![false; self.columns.len()],
            weighed: vec![false; self.weighed.len()],
            operations: vec![false; self.operations.len()],
        };
        let mut open: Vec<Place> = wanted.concat();
        while let Some(place) = open.pop() {
            match place {
                Place::Column(column) => used.columns[column] = true,
                Place::Word(weighed, _) => used.weighed[weighed] = true,
                Place::Made(made) if !used.operations[made] => {
                    used.operations[made] = true;
                    open.push(self.operations[made].0);
                }
                Place::Made(_) => {}
            }
        }
        used
    }
}

/// Which things are needed.
struct Used {
    columns: Vec<bool>,
    weighed: Vec<bool>,
    operations: Vec<bool>,
}

/// The numbers of those that are needed.
fn kept(is_used: &[bool]) -> Vec<usize> {
    (0..is_used.len()).filter(|number| is_used[*number]).collect()
}

/// Where each of some things begins that stand behind each other from a start on.
fn places(things: &[usize], width: impl Fn(usize) -> usize, start: usize) -> HashMap<usize, usize> {
    let mut next = start;
    let mut placed = |thing: &usize| {
        let place = next;
        next += width(*thing);
        (*thing, place)
    };
    things.iter().map(&mut placed).collect()
}

impl Weighed {
    fn counts(&self, texts: &HashMap<usize, usize>) -> Counts {
        Counts {
            text: texts[&self.column],
            null: self.null.as_ref().map(ToString::to_string),
            words: self.words.iter().map(ToString::to_string).collect(),
            rarity: self.rarity.clone(),
        }
    }
}

impl Asked {
    fn column(&self) -> Column {
        let holds = match self.form {
            Form::Bool => Holds::Truth,
            Form::Int => Holds::Whole,
            Form::Float => Holds::Float,
            Form::Single => Holds::Single,
            Form::Date => Holds::Date,
            Form::Time => Holds::Time,
            Form::Timestamp => Holds::Timestamp,
            Form::Duration => Holds::Duration,
            Form::Text => {
                Holds::Text { known: self.texts.iter().map(ToString::to_string).collect(), hashed: self.hashed }
            }
        };
        Column { name: self.name.to_string(), holds, nullable: self.nullable }
    }
}
