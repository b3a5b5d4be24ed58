//! A model that is being written down: columns as they are asked for, operations as they are made.

use std::collections::HashMap;
use std::sync::Arc;

use gml_codegen::object::{Change, Column, Holds, Operation};
use gml_connect::Fault;
use gml_ir::{Row, Type};

use super::not_compiled;
use crate::learn::LARGEST_EXACT;
use crate::prep::{Cell, Exact, Kind, hash_bucket};
use crate::scoring::Form;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A column, by the order in which columns were asked for.
    Column(usize),
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
    buckets: Option<u32>,
}

/// Columns, what is done with them, and where the values are that were wanted.
pub(super) type Finished = (Vec<Column>, Vec<Operation>, Vec<usize>);

/// A model that is being written down.
pub struct Draft<'r> {
    row: &'r Row,
    /// By name; none where a step took the column away.
    known: HashMap<String, Option<Known>>,
    columns: Vec<Asked>,
    operations: Vec<(Place, Change)>,
    /// Operations that put texts into buckets, and the columns of those: all texts with codes have to be known first.
    hashed: Vec<(usize, usize)>,
}

impl<'r> Draft<'r> {
    /// Of a model that was learned from rows like this.
    pub(crate) fn of(row: &'r Row) -> Self {
        Self { row, known: HashMap::new(), columns: Vec::new(), operations: Vec::new(), hashed: Vec::new() }
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
        let known = Known { place: Place::Column(self.columns.len()), form, column: self.columns.len() };
        self.columns.push(Asked {
            order,
            name: Arc::clone(&column.name),
            form,
            nullable: column.ty.is_nullable(),
            texts: Vec::new(),
            codes: HashMap::new(),
            buckets: None,
        });
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

    /// The bucket of each text of a value; `None` where its texts are put into another number of buckets already.
    pub(crate) fn bucket(&mut self, of: Known, buckets: u32) -> Option<Place> {
        let column = &mut self.columns[of.column];
        if column.buckets.is_some_and(|known| known != buckets) {
            return None;
        }
        column.buckets = Some(buckets);
        self.hashed.push((self.operations.len(), of.column));
        Some(self.make(of.place, Change::Bucket { known: Vec::new() }))
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

    /// The columns, in the order of the row that was learned from, and the operations: those that what is wanted depends on. Gives
    /// where that is, too.
    ///
    /// # Errors
    /// Those of the hash of a text.
    pub(super) fn finish(mut self, wanted: &[Place]) -> Result<Finished, Fault> {
        for (operation, column) in &self.hashed {
            let Asked { texts, buckets: Some(buckets), .. } = &self.columns[*column] else { continue };
            let known = texts.iter().map(|text| Ok(hash_bucket(text, *buckets as usize)? as f64));
            self.operations[*operation].1 = Change::Bucket { known: known.collect::<Result<_, Fault>>()? };
        }
        let mut is_used = vec![false; self.operations.len()];
        let mut is_read = vec![false; self.columns.len()];
        let mut open: Vec<Place> = wanted.to_vec();
        while let Some(place) = open.pop() {
            match place {
                Place::Column(column) => is_read[column] = true,
                Place::Made(made) if !is_used[made] => {
                    is_used[made] = true;
                    open.push(self.operations[made].0);
                }
                Place::Made(_) => {}
            }
        }
        let mut order: Vec<usize> = (0..self.columns.len()).filter(|column| is_read[*column]).collect();
        order.sort_by_key(|column| self.columns[*column].order);
        let mut of_columns = vec![0; self.columns.len()];
        order.iter().enumerate().for_each(|(place, column)| of_columns[*column] = place);
        let mut of_operations = vec![0; self.operations.len()];
        let used = (0..self.operations.len()).filter(|operation| is_used[*operation]);
        (order.len()..).zip(used).for_each(|(place, operation)| of_operations[operation] = place);
        let at = |place: Place| match place {
            Place::Column(column) => of_columns[column],
            Place::Made(made) => of_operations[made],
        };
        let columns = order.iter().map(|column| self.columns[*column].column()).collect();
        let features = wanted.iter().map(|place| at(*place)).collect();
        let used = self.operations.iter().zip(is_used).filter(|(_, is_used)| *is_used);
        let operations = used.map(|((of, change), _)| Operation { of: at(*of), change: change.clone() });
        Ok((columns, operations.collect(), features))
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
                Holds::Text { known: self.texts.iter().map(ToString::to_string).collect(), buckets: self.buckets }
            }
        };
        Column { name: self.name.to_string(), holds, nullable: self.nullable }
    }
}
