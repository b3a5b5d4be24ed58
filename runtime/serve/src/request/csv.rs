//! CSV with a header (RFC 4180). A cell that is empty is null.

use gml_connect::typed::Records;
use polars::prelude::DataFrame;

use crate::refusal::Refusal;
use crate::rows::Rows;
use crate::signature::Signature;

/// The rows of a body.
///
/// # Errors
/// Where it is no CSV (400), or does not fit the signature (422).
pub(super) fn read(text: &str, signature: &Signature) -> Result<DataFrame, Refusal> {
    let mut rows = Rows::new(signature)?;
    let mut records = Records::of(text.as_bytes(), b',', b'"');
    if records.advance().is_none() {
        return Err(Refusal::malformed("the body is empty, and a header with the names of the columns is due"));
    }
    // Cells are cut at signs of ASCII, so that each is UTF-8 as the whole is.
    let names = records.texts().unwrap_or_default();
    let places: Vec<Option<usize>> = names.iter().map(|name| rows.place(name)).collect();
    while let Some(line) = records.advance() {
        rows.begin();
        // Where a quote is not closed, what is behind it is one cell, and its line lacks cells for that reason.
        if records.len() != places.len() && records.unclosed().is_none() {
            return Err(Refusal::malformed(format!(
                "line {line} has {} cells, and the header has {}",
                records.len(),
                places.len()
            )));
        }
        for (cell, place) in places.iter().enumerate().take(records.len()) {
            if let Some(place) = place {
                let text = std::str::from_utf8(records.cell(cell)).unwrap_or_default();
                rows.text(*place, text, records.quoted(cell));
            }
        }
        rows.end();
    }
    if let Some(line) = records.unclosed() {
        return Err(Refusal::malformed(format!("a quote opens in line {line} and is never closed")));
    }
    rows.finish()
}
