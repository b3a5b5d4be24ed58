//! Values of text formats that are not of their column's type.

use gml_ir::{Parsed, Row, Type};

use crate::cell::Misfit;
use crate::{Fault, code};

/// How many are shown.
const SHOWN: usize = 5;

/// Where values come from, in the words of messages.
struct Source {
    /// What is to be mended.
    mend: &'static str,
    /// What a row of it is called.
    row: &'static str,
    /// What else can be done.
    or: &'static str,
    /// Whether a number or a bool can be told from a text that spells it, so that a `str` reads only texts.
    knows_texts: bool,
}

/// Collects them, so that a message can say how many there are.
pub(crate) struct Misfits<'a> {
    row: &'a Row,
    source: Source,
    counts: Vec<u64>,
    first: Vec<Vec<(u64, Misfit)>>,
}

impl<'a> Misfits<'a> {
    /// None yet, of comma-separated values.
    pub(crate) fn new(row: &'a Row) -> Self {
        let or = "name what stands for null: csv(.., nulls: [\"\", \"NA\"])";
        Self::from(row, Source { mend: "the file", row: "line", or, knows_texts: false })
    }

    /// None yet, of JSON lines.
    pub(crate) fn of_lines(row: &'a Row) -> Self {
        let or = "write null where there is no value";
        Self::from(row, Source { mend: "the file", row: "line", or, knows_texts: true })
    }

    /// None yet, of a sheet.
    pub(crate) fn of_sheet(row: &'a Row) -> Self {
        let or = "leave the cell empty where there is no value";
        Self::from(row, Source { mend: "the file", row: "row", or, knows_texts: false })
    }

    /// None yet, of what a database answers.
    pub(crate) fn of_answer(row: &'a Row) -> Self {
        let or = "bring it to the type in the query: `cast(.. as ..)`";
        Self::from(row, Source { mend: "the data", row: "row", or, knows_texts: false })
    }

    fn from(row: &'a Row, source: Source) -> Self {
        Self { row, source, counts: vec![0; row.columns.len()], first: vec![Vec::new(); row.columns.len()] }
    }

    /// One in the column at that place, on that line of the file.
    pub(crate) fn add(&mut self, column: usize, line: u64, misfit: Misfit) {
        self.counts[column] += 1;
        if self.first[column].len() < SHOWN {
            self.first[column].push((line, misfit));
        }
    }

    /// Whether those that are shown are numbers with a point, written as the source writes numbers.
    fn are_fractions(&self, place: usize) -> bool {
        self.first[place].iter().all(|(_, misfit)| {
            let written = if self.source.knows_texts { &*misfit.value } else { misfit.value.trim_matches('"') };
            written.contains('.') && written.parse::<f64>().is_ok_and(f64::is_finite)
        })
    }

    /// The fault of the first column that has any.
    pub(crate) fn finish(self) -> Result<(), Fault> {
        let Some(place) = self.counts.iter().position(|count| *count > 0) else { return Ok(()) };
        let column = &self.row.columns[place];
        let count = self.counts[place];
        let (values, are) = if count == 1 { ("value", "is") } else { ("values", "are") };
        let mut fault = Fault::new(
            code::VALUE_DOES_NOT_PARSE,
            format!("{count} {values} of the column `{}` {are} no {}", column.stored_name(), column.ty.non_null()),
        );
        for (line, misfit) in &self.first[place] {
            let at = if misfit.path.is_empty() { String::new() } else { format!(", at {}", misfit.path) };
            fault = fault.detail(format!("{} {line}{at}: {}", self.source.row, misfit.value));
        }
        let Source { mend, or, knows_texts, .. } = self.source;
        let is_text = !knows_texts || self.first[place].iter().all(|(_, misfit)| misfit.value.starts_with('"'));
        let inner = self.first[place].iter().any(|(_, misfit)| !misfit.path.is_empty());
        let reads_as_text = match column.ty.non_null() {
            _ if inner => false,
            Type::Str | Type::Category => false,
            Type::Bool | Type::Int(_) | Type::Float | Type::Float32 | Type::Size => is_text,
            _ => true,
        };
        let declare = match &column.parsed {
            Some(Parsed::Format(format)) => format!(", correct the form of `{}` (parsed {format:?}),", column.name),
            // As pandas writes whole numbers beside missing ones: `3.0`.
            _ if !inner && matches!(column.ty.non_null(), Type::Int(_)) && self.are_fractions(place) => {
                format!(", declare `{}` as float,", column.name)
            }
            _ if reads_as_text => format!(", declare `{}` as str,", column.name),
            _ => String::new(),
        };
        Err(fault.help(format!("mend {mend}{declare} or {or}")))
    }
}
