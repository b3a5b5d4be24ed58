//! Rows of a request, put into typed columns and held against the signature as they come.

use std::collections::HashSet;

use gml_connect::typed::{BrokenRule, ColumnBuilder, Json, Misfit, broken_rules, nearest};
use gml_connect::{Fault, fault};
use polars::prelude::{Column, DataFrame, Series};

use crate::refusal::{Refusal, Violation, Violations};
use crate::signature::{Named, Signature};

/// Rows that are being read.
pub(crate) struct Rows<'s> {
    signature: &'s Signature,
    builders: Vec<ColumnBuilder>,
    /// The row in which each column was given last, from 1.
    given: Vec<usize>,
    rows: usize,
    /// Whether the row has no columns at all, which is told.
    is_wrong: bool,
    violations: Violations,
    /// Whether something was told of each column.
    told: Vec<bool>,
    /// Names that were told already.
    unknown: HashSet<String>,
}

impl<'s> Rows<'s> {
    /// # Errors
    /// Where a column of the signature can stand in no message.
    pub(crate) fn new(signature: &'s Signature) -> Result<Self, Refusal> {
        let builders = signature.columns().iter().map(|known| ColumnBuilder::of(&known.column));
        let builders = builders
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| Refusal::internal("the signature of the model has a column whose values cannot be sent"))?;
        let (given, told) = (vec![0; builders.len()], vec![false; builders.len()]);
        let (violations, unknown) = (Violations::default(), HashSet::new());
        Ok(Self { signature, builders, given, rows: 0, is_wrong: false, violations, told, unknown })
    }

    /// Begins the next row.
    pub(crate) fn begin(&mut self) {
        self.rows += 1;
        self.is_wrong = false;
    }

    /// The place of a name among the columns; none where the model does not read it. A name that stands for nothing is told once.
    pub(crate) fn place(&mut self, name: &str) -> Option<usize> {
        match self.signature.named(name) {
            Named::Column(place) => Some(place),
            Named::PassedOver => None,
            Named::Unknown => {
                if !self.unknown.contains(name) {
                    let row = Some(self.rows).filter(|row| *row > 0);
                    let message = if self.violations.is_full() { String::new() } else { self.signature.hint(name) };
                    self.unknown.insert(name.to_owned());
                    self.add(row, Some(&short(name)), "unknown column", message);
                }
                None
            }
        }
    }

    /// A value of the row.
    pub(crate) fn json(&mut self, place: usize, value: &Json<'_>) {
        if self.is_taken(place) {
            return;
        }
        if *value == Json::Null {
            return self.null(place);
        }
        let pushed = self.builders[place].push_json(value);
        self.pushed(place, pushed);
        if let Json::Text(text) = value {
            self.listed(place, text);
        }
    }

    /// A cell of CSV of the row; one that is empty is null, unless it is a text in quotes.
    pub(crate) fn text(&mut self, place: usize, cell: &str, quoted: bool) {
        if self.is_taken(place) {
            return;
        }
        let is_literal = quoted && self.builders[place].is_text();
        if cell.is_empty() && !is_literal {
            return self.null(place);
        }
        let pushed = self.builders[place].push_text(cell);
        self.pushed(place, pushed);
        self.listed(place, cell);
    }

    /// Ends the row: what was not given of it is null.
    pub(crate) fn end(&mut self) {
        for place in 0..self.builders.len() {
            if self.given[place] == self.rows {
                continue;
            }
            self.given[place] = self.rows;
            self.builders[place].push_null();
            let known = &self.signature.columns()[place];
            if known.is_nullable() || self.is_wrong {
                continue;
            }
            // Where nearly all rows lack it, what is said of each is not even made.
            if self.violations.is_full() {
                self.told[place] = true;
                self.violations.count();
            } else {
                let message = format!("the row lacks the column, which is {}", known.column.ty);
                self.violate(place, "missing column", message);
            }
        }
    }

    /// A rule that the row breaks as a whole: which columns it lacks is not told beside that.
    pub(crate) fn wrong_row(&mut self, rule: &str, message: String) {
        self.is_wrong = true;
        self.add(Some(self.rows), None, rule, message);
    }

    /// The rows, where they fit the signature.
    ///
    /// # Errors
    /// The rules that they break.
    pub(crate) fn finish(self) -> Result<DataFrame, Refusal> {
        let mut violations = self.violations;
        let columns = self.builders.into_iter().zip(self.signature.columns());
        let columns = columns.map(|(builder, known)| builder.finish(&known.column.name).map(Column::from));
        let columns = columns.collect::<Result<Vec<_>, Fault>>().map_err(|fault| Refusal::of_fault(&fault))?;
        let frame = DataFrame::new(self.rows, columns).map_err(|error| Refusal::of_fault(&fault(&error)))?;
        violations.extend(contracts(&frame, self.signature, &self.told)?);
        if violations.is_empty() { Ok(frame) } else { Err(violations.refusal()) }
    }

    /// Whether the column was given already in this row, which is told.
    fn is_taken(&mut self, place: usize) -> bool {
        let is_taken = self.given[place] == self.rows;
        if is_taken {
            self.violate(place, "named once", "the row has the column twice".to_owned());
        }
        self.given[place] = self.rows;
        is_taken
    }

    fn null(&mut self, place: usize) {
        self.builders[place].push_null();
        let known = &self.signature.columns()[place];
        if !known.is_nullable() {
            let message = format!("it is null, and the column is {}, which has no null", known.column.ty);
            self.violate(place, "never null", message);
        }
    }

    fn pushed(&mut self, place: usize, pushed: Result<(), Misfit>) {
        if let Err(misfit) = pushed {
            let ty = self.signature.columns()[place].column.ty.non_null().clone();
            let at = if misfit.path.is_empty() { String::new() } else { format!(" at {}", misfit.path) };
            self.violate(place, &ty.to_string(), format!("{}{at} is no {ty}", misfit.value));
        }
    }

    fn listed(&mut self, place: usize, text: &str) {
        let Some(listed) = &self.signature.columns()[place].listed else { return };
        if listed.contains(text) {
            return;
        }
        let text = short(text);
        let near =
            if self.violations.is_full() { Vec::new() } else { nearest(&text, listed.iter().map(|value| &**value), 1) };
        let near = near.first().map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
        let ty = self.signature.columns()[place].column.ty.non_null().to_string();
        self.violate(place, &ty, format!("{text:?} is none of the values of the enum{near}"));
    }

    fn violate(&mut self, place: usize, rule: &str, message: String) {
        let name = self.signature.columns()[place].column.name.to_string();
        self.told[place] = true;
        self.add(Some(self.rows), Some(&name), rule, message);
    }

    fn add(&mut self, row: Option<usize>, column: Option<&str>, rule: &str, message: String) {
        let column = column.map(str::to_owned);
        self.violations.add(Violation { row, column, rule: rule.to_owned(), message });
    }
}

/// The rules of columns that rows break, as far as the columns are there. Of a column of which something was `told` already, what is
/// no value of its type is null by now, and only its contracts are looked at, which null breaks none of.
///
/// # Errors
/// Where the table engine refuses to look.
pub(crate) fn contracts(frame: &DataFrame, signature: &Signature, told: &[bool]) -> Result<Violations, Refusal> {
    const CONTRACT: &str = "GML0906";
    let mut violations = Violations::default();
    for (known, told) in signature.columns().iter().zip(told) {
        if !known.has_rules && known.bounds.is_empty() {
            continue;
        }
        let name = &known.column.name;
        let Ok(column) = frame.column(name) else { continue };
        let series = column.as_materialized_series();
        let mut add = |rule: &str, rows: Vec<usize>| {
            for row in rows {
                violations.add(Violation {
                    row: Some(row + 1),
                    column: Some(name.to_string()),
                    rule: rule.to_owned(),
                    message: format!("{} breaks the rule `{rule}`", shown(series, row)),
                });
            }
        };
        known.bounds.iter().for_each(|bound| add(&bound.text, bound.broken_by(series)));
        if known.has_rules {
            let broken = broken_rules(series, &known.column).map_err(|fault| Refusal::of_fault(&fault))?;
            let is_new = |broken: &BrokenRule| {
                (!told || broken.code == CONTRACT) && !known.bounds.iter().any(|bound| *bound.text == *broken.rule)
            };
            let others = broken.into_iter().filter(is_new);
            others.for_each(|broken| add(&broken.rule, broken.rows));
        }
    }
    Ok(violations)
}

/// A text of a request as a message shows it.
pub(crate) fn short(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() > LONGEST {
        text.chars().take(LONGEST - 1).chain(['…']).collect()
    } else {
        text.to_owned()
    }
}

/// A value as a message shows it.
pub(crate) fn shown(series: &Series, row: usize) -> String {
    short(&gml_connect::typed::shown(series, row))
}
