//! What is in a column.

use std::collections::HashMap;

use gml_connect::Fault;
use gml_report::Form;
use polars::prelude::Column;

use super::numbers::{self, Histogram, Summary};
use crate::columns::Values;
use crate::expr::type_of;
use crate::prep::Kind;

/// Frequent values that are kept.
pub(super) const FREQUENT: usize = 10;

/// A column that was looked at.
pub(super) struct Profiled {
    pub(super) name: String,
    /// Its type, as the program writes types.
    pub(super) ty: String,
    /// Its role, where it has one.
    pub(super) role: Option<&'static str>,
    pub(super) rows: usize,
    pub(super) nulls: usize,
    /// Distinct values that are not null; `None` where they are nested.
    pub(super) distinct: Option<usize>,
    /// The most frequent ones and their rows, the most frequent first.
    pub(super) frequent: Vec<(String, usize)>,
    pub(super) content: Content,
    /// Its values.
    pub(super) values: Option<Values>,
}

/// What a column holds.
pub(super) enum Content {
    /// Numbers, or what has an order like them.
    Ordered {
        form: Form,
        /// `None` where all is null.
        summary: Option<Summary>,
        histogram: Option<Histogram>,
        /// Infinite numbers and NaN.
        odd: usize,
    },
    /// Texts: the shortest, the mean and the longest in characters; and how many are empty or blank.
    Text { lengths: Option<(usize, f64, usize)>, blank: usize },
    /// True and false.
    Bool,
    /// Lists, structs and the like.
    Nested,
}

impl Profiled {
    pub(super) fn of(column: &Column, declared: Option<&gml_ir::Column>) -> Result<Self, Fault> {
        let values = Values::of(column)?;
        let (distinct, frequent, content) = match &values {
            None => (None, Vec::new(), Content::Nested),
            Some(Values::Named { names, codes }) => {
                let mut counts = vec![0_usize; names.len()];
                codes.iter().flatten().for_each(|code| counts[*code as usize] += 1);
                let frequent = frequent(names.iter().cloned().zip(counts).collect());
                let content = if Kind::of(column.dtype()) == Kind::Bool { Content::Bool } else { text(names, codes) };
                (Some(names.len()), frequent, content)
            }
            Some(Values::Ordered { numbers, form }) => {
                let (distinct, frequent) = of_numbers(numbers, *form);
                (Some(distinct), frequent, ordered(numbers, *form))
            }
        };
        let ty = declared.map_or_else(|| type_of(column.dtype()).to_string(), |declared| declared.ty.to_string());
        Ok(Self {
            name: column.name().to_string(),
            ty,
            role: declared.and_then(|declared| declared.role).map(gml_ir::Role::name),
            rows: column.len(),
            nulls: column.null_count(),
            distinct,
            frequent,
            content,
            values,
        })
    }

    /// Rows that are not null.
    pub(super) fn filled(&self) -> usize {
        self.rows - self.nulls
    }

    /// The share of nulls.
    pub(super) fn missing(&self) -> f64 {
        self.nulls as f64 / self.rows.max(1) as f64
    }

    /// The summary of numbers that are no dates and times.
    pub(super) fn numbers(&self) -> Option<&Summary> {
        match &self.content {
            Content::Ordered { form: Form::Plain, summary, .. } => summary.as_ref(),
            _ => None,
        }
    }
}

fn frequent(mut counts: Vec<(String, usize)>) -> Vec<(String, usize)> {
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts.truncate(FREQUENT);
    counts
}

fn of_numbers(numbers: &[Option<f64>], form: Form) -> (usize, Vec<(String, usize)>) {
    let mut counts: HashMap<u64, usize> = HashMap::new();
    for number in numbers.iter().flatten() {
        // Adding zero makes one value of 0.0 and -0.0.
        *counts.entry((number + 0.0).to_bits()).or_default() += 1;
    }
    let distinct = counts.len();
    let mut all: Vec<(f64, usize)> = counts.into_iter().map(|(bits, count)| (f64::from_bits(bits), count)).collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.total_cmp(&b.0)));
    all.truncate(FREQUENT);
    (distinct, all.into_iter().map(|(number, count)| (written(number, form), count)).collect())
}

/// A number of a column: dates and times as such, others as the program writes them.
pub(super) fn written(number: f64, form: Form) -> String {
    if form == Form::Time {
        return crate::drift::written(number, form);
    }
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number:.0}") } else { format!("{number}") }
}

fn ordered(numbers: &[Option<f64>], form: Form) -> Content {
    let mut sorted: Vec<f64> = numbers.iter().flatten().copied().filter(|number| number.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    Content::Ordered {
        form,
        summary: numbers::summary(&sorted),
        histogram: numbers::histogram(&sorted),
        odd: numbers.iter().flatten().filter(|number| !number.is_finite()).count(),
    }
}

fn text(names: &[String], codes: &[Option<u32>]) -> Content {
    let lengths: Vec<usize> = names.iter().map(|name| name.chars().count()).collect();
    let of_rows = || codes.iter().flatten().map(|code| lengths[*code as usize]);
    let count = of_rows().count();
    let mean = of_rows().sum::<usize>() as f64 / count.max(1) as f64;
    let ends = of_rows().min().zip(of_rows().max());
    let is_blank: Vec<bool> = names.iter().map(|name| name.trim().is_empty()).collect();
    let blank = codes.iter().flatten().filter(|code| is_blank[**code as usize]).count();
    Content::Text { lengths: ends.map(|(shortest, longest)| (shortest, mean, longest)), blank }
}
