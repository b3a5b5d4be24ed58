//! Parts of dates, by arithmetic: ONNX has no dates.

use gml_connect::Fault;
use gml_ir::DAY;

use super::columns::{Column, Columns};
use super::graph::{Flow, Graph};
use super::not_expressed;
use crate::prep::{Input, Kind};

/// Days from 0000-03-01 to 1970-01-01.
const BEFORE_1970: f64 = 719_468.0;
/// Days of 400, 100, 4 years and 1 year. Years begin in March, so that a leap day is the last one of its year.
const ERA: f64 = 146_097.0;
const CENTURY: f64 = 36_524.0;
const FOUR_YEARS: f64 = 1_460.0;
const YEAR: f64 = 365.0;

/// Year, month, day and day of the week in place of a date. All numbers are whole and below 2^53, and a null, which is NaN, stays
/// one.
pub(super) fn date_parts(input: &Input, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    let name = &input.column;
    if !matches!(input.kind, Kind::Date | Kind::Timestamp) {
        return Err(not_expressed(&format!("`{name}`, of which the step `date_parts` takes parts, is no date")));
    }
    let column = columns.get(graph, name, input.kind)?;
    columns.drop(name);
    let of = &mut Days { graph };
    let days = if input.kind == Kind::Date { column.flow } else { of.whole(&column.flow, DAY as f64) };
    // Weeks: 1970-01-01 was a Thursday.
    let monday = of.plus(&days, 3.0);
    let weekday = of.rest(&monday, 7.0);
    let weekday = of.plus(&weekday, 1.0);
    // The civil calendar repeats every 400 years.
    let days = of.plus(&days, BEFORE_1970);
    let era = of.whole(&days, ERA);
    let day_of_era = of.rest(&days, ERA);
    let leap_days = [FOUR_YEARS, CENTURY, ERA - 1.0].map(|span| of.whole(&day_of_era, span));
    let without = of.minus(&day_of_era, &leap_days[0]);
    let without = of.add(&without, &leap_days[1]);
    let without = of.minus(&without, &leap_days[2]);
    let year_of_era = of.whole(&without, YEAR);
    let (whole, fourths, hundredths) =
        (of.times(&year_of_era, YEAR), of.whole(&year_of_era, 4.0), of.whole(&year_of_era, 100.0));
    let day_of_year = of.minus(&day_of_era, &whole);
    let day_of_year = of.minus(&day_of_year, &fourths);
    let day_of_year = of.add(&day_of_year, &hundredths);
    // Months from March, five of which have 153 days.
    let fifths = of.times(&day_of_year, 5.0);
    let fifths = of.plus(&fifths, 2.0);
    let month_of_year = of.whole(&fifths, 153.0);
    let before = of.times(&month_of_year, 153.0);
    let before = of.plus(&before, 2.0);
    let before = of.whole(&before, 5.0);
    let day = of.minus(&day_of_year, &before);
    let day = of.plus(&day, 1.0);
    // January and February are of the next year.
    let is_next = of.whole(&month_of_year, 10.0);
    let back = of.times(&is_next, 12.0);
    let month = of.plus(&month_of_year, 3.0);
    let month = of.minus(&month, &back);
    let years = of.times(&era, 400.0);
    let year = of.add(&years, &year_of_era);
    let year = of.add(&year, &is_next);
    for (part, flow) in [("year", year), ("month", month), ("day", day), ("weekday", weekday)] {
        columns.set(&format!("{name}_{part}"), Column::whole(flow, column.nullable));
    }
    Ok(())
}

/// Arithmetic of whole numbers.
struct Days<'g> {
    graph: &'g mut Graph,
}

impl Days<'_> {
    fn with(&mut self, operator: &str, left: &Flow, right: f64) -> Flow {
        let right = self.graph.number(right);
        self.graph.node(operator, &[left, &right], Vec::new())
    }

    fn plus(&mut self, left: &Flow, right: f64) -> Flow {
        self.with("Add", left, right)
    }

    fn times(&mut self, left: &Flow, right: f64) -> Flow {
        self.with("Mul", left, right)
    }

    /// How many times a number goes into another, towards the past.
    fn whole(&mut self, left: &Flow, right: f64) -> Flow {
        let share = self.with("Div", left, right);
        self.graph.node("Floor", &[&share], Vec::new())
    }

    /// What is left over.
    fn rest(&mut self, left: &Flow, right: f64) -> Flow {
        let whole = self.whole(left, right);
        let whole = self.times(&whole, right);
        self.minus(left, &whole)
    }

    fn add(&mut self, left: &Flow, right: &Flow) -> Flow {
        self.graph.node("Add", &[left, right], Vec::new())
    }

    fn minus(&mut self, left: &Flow, right: &Flow) -> Flow {
        self.graph.node("Sub", &[left, right], Vec::new())
    }
}
