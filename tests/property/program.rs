//! Whole programs.

use std::fmt::Write;

use crate::chooser::Chooser;
use crate::relation::{Base, Column, Relation};
use crate::steps;
use crate::value::V;

/// A program and what it gives.
pub struct Program {
    pub text: String,
    pub result: Relation,
}

impl Program {
    /// The program that the numbers choose.
    pub fn any(numbers: Vec<u32>) -> Self {
        let mut choose = Chooser::new(numbers);
        let count = choose.below(6) + 1;
        let sources: Vec<(String, Relation)> =
            (0..=choose.below(3)).map(|place| (format!("t{place}"), source(&mut choose, place))).collect();
        let mut text = String::new();
        for (name, table) in &sources {
            let columns = table.columns.iter().map(|column| format!("{}: {}", column.name, column.type_text()));
            let _ = writeln!(text, "schema {} {{ {} }}", name.to_uppercase(), columns.collect::<Vec<_>>().join(", "));
        }
        text.push_str("\ntest \"case\" {\n");
        for (name, table) in &sources {
            let _ = writeln!(text, "    let {name} = table[{}] [", name.to_uppercase());
            for row in &table.rows {
                let cells = table.columns.iter().zip(row).filter(|(_, value)| !value.is_null());
                let cells: Vec<String> =
                    cells.map(|(column, value)| format!("{}: {}", column.name, value.text())).collect();
                let _ = writeln!(text, "        {{ {} }},", cells.join(", "));
            }
            text.push_str("    ]\n");
        }
        let (mut before, mut result) = sources[0].clone();
        for place in 0..count {
            let step = steps::any(&mut choose, &result, &sources);
            let _ = writeln!(text, "    let s{place} = {before} |> {}", step.text.replace("SELF", &before));
            before = format!("s{place}");
            result = step.result;
        }
        let _ = writeln!(text, "    expect count({before}) >= 0\n}}");
        Self { text, result }
    }
}

/// A table of up to twelve rows with nulls and ties.
fn source(choose: &mut Chooser, table: usize) -> Relation {
    let first = ["k", "n", "x", "b", "d", "m", "f", "p"];
    let bases = [Base::Str, Base::Int, Base::Float, Base::Bool, Base::Date, Base::Int, Base::Float, Base::MONEY];
    let columns = first.iter().zip(bases).enumerate().map(|(place, (name, base))| {
        // The tables differ in which columns may be null.
        Column::new(format!("{name}{table}"), base, (place + table).is_multiple_of(2))
    });
    let columns: Vec<Column> = columns.collect();
    let rows = (0..choose.below(13)).map(|_| {
        let cell = |column: &Column| match column.null && choose.one_in(3) {
            true => V::Null,
            false => column.base.value(choose),
        };
        columns.iter().map(cell).collect()
    });
    let rows = rows.collect();
    Relation { columns, rows }
}
