//! Rows on a terminal.

use gml_connect::Preview;
use serde_json::Value;

/// Letters of a line; a table that needs more is drawn column by column.
const WIDTH: usize = 120;
/// Letters of a value in a table.
const CELL: usize = 32;

/// The rows as a table, or, where that is wider than a line, a line for each column with its first values.
pub fn drawn(preview: &Preview) -> String {
    let table = table(preview);
    let fits = table.lines().all(|line| line.chars().count() <= WIDTH);
    if fits { table } else { columns(preview) }
}

fn table(Preview { columns, rows, .. }: &Preview) -> String {
    let cells = rows.iter().map(|row| row.iter().map(|value| shortened(&text(value), CELL)).collect());
    let heads = [
        columns.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(),
        columns.iter().map(|(_, ty)| shortened(&ty.to_string(), CELL)).collect(),
    ];
    let lines: Vec<Vec<String>> = heads.into_iter().chain(cells).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let is_number = |column: usize| {
        let mut values = rows.iter().map(|row| &row[column]).filter(|value| !value.is_null()).peekable();
        values.peek().is_some() && values.all(Value::is_number)
    };
    let right: Vec<bool> = (0..columns.len()).map(is_number).collect();
    let mut drawn = String::new();
    for (place, line) in lines.iter().enumerate() {
        let cells =
            line.iter().zip(&widths).zip(&right).map(|((cell, width), right)| {
                if *right { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
            });
        drawn.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        drawn.push('\n');
        if place == 1 {
            let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            drawn.push_str(&rules.join("  "));
            drawn.push('\n');
        }
    }
    drawn
}

fn columns(Preview { columns, rows, .. }: &Preview) -> String {
    let types: Vec<String> = columns.iter().map(|(_, ty)| shortened(&ty.to_string(), CELL)).collect();
    let width = |texts: &mut dyn Iterator<Item = &str>| texts.map(|text| text.chars().count()).max().unwrap_or(0);
    let names = width(&mut columns.iter().map(|(name, _)| &**name));
    let width = width(&mut types.iter().map(|ty| &**ty));
    let mut drawn = String::new();
    for (place, ((name, _), ty)) in columns.iter().zip(&types).enumerate() {
        let values: Vec<String> = rows.iter().map(|row| shortened(&text(&row[place]), CELL)).collect();
        let line = format!("{name:<names$}  {ty:<width$}  {}", values.join(", "));
        drawn.push_str(shortened(&line, WIDTH).trim_end());
        drawn.push('\n');
    }
    drawn
}

/// A value on one line.
fn text(value: &Value) -> String {
    let Value::String(text) = value else { return value.to_string() };
    let mut line = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() { line.extend(letter.escape_default()) } else { line.push(letter) }
    }
    line
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use gml_ir::Type;
    use serde_json::json;

    use super::*;

    fn preview(columns: usize) -> Preview {
        let named = (0..columns).map(|place| (format!("column_{place}"), Type::Float)).collect();
        let row = |value: Value| vec![value; columns];
        Preview { columns: named, rows: vec![row(json!(1.5)), row(json!(null)), row(json!(-20))], files: Vec::new() }
    }

    #[test]
    fn numbers_stand_to_the_right() {
        let due = "column_0  column_1\n   float     float\n--------  --------\n     1.5       1.5\n    null      null\n     -20       -20\n";
        assert_eq!(drawn(&preview(2)), due);
    }

    #[test]
    fn a_wide_table_is_drawn_column_by_column() {
        let drawn = drawn(&preview(40));
        assert_eq!(drawn.lines().count(), 40);
        assert_eq!(drawn.lines().next(), Some("column_0   float  1.5, null, -20"));
    }

    #[test]
    fn a_value_stays_on_its_line() {
        assert_eq!(text(&json!("two\nlines")), "two\\nlines");
        assert_eq!(shortened("abcdef", 4), "abc…");
    }
}
