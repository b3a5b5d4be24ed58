//! Bodies of requests: which form one has, and its rows.

mod arrow;
mod csv;
mod json;

use hyper::StatusCode;
use polars::prelude::DataFrame;

use crate::refusal::Refusal;
use crate::signature::Signature;

pub(crate) use arrow::write as arrow_bytes;
pub(crate) use json::push_record;

/// What a body is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Csv,
    /// A stream of Arrow.
    Arrow,
}

/// Rows that came in a request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) rows: DataFrame,
    /// Whether a single row came by itself, not in a list.
    pub(crate) is_single: bool,
}

/// The name of a stream of Arrow among media types.
pub(crate) const ARROW: &str = "application/vnd.apache.arrow.stream";

impl Format {
    /// By the `Content-Type` of a request.
    ///
    /// # Errors
    /// Where it is none that is read here.
    pub(crate) fn of(content_type: Option<&str>) -> Result<Self, Refusal> {
        let mut parts = content_type.unwrap_or_default().split(';').map(str::trim);
        let media = parts.next().unwrap_or_default().to_ascii_lowercase();
        let format = match &*media {
            "application/json" => Self::Json,
            "text/csv" => Self::Csv,
            ARROW => Self::Arrow,
            _ => {
                let found = if media.is_empty() {
                    "there is none".to_owned()
                } else {
                    format!("it is {}", crate::rows::short(&media))
                };
                return Err(unread(format!("the Content-Type must be application/json, text/csv or {ARROW}; {found}")));
            }
        };
        let charset =
            parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
        match charset.map(|(_, value)| value.trim().trim_matches('"').to_ascii_lowercase()) {
            Some(other) if format != Self::Arrow && !["utf-8", "utf8", "us-ascii"].contains(&&*other) => {
                Err(unread(format!("text is read as UTF-8, and the charset is {}", crate::rows::short(&other))))
            }
            _ => Ok(format),
        }
    }
}

fn unread(message: String) -> Refusal {
    Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message)
}

/// The rows of a body.
///
/// # Errors
/// Where it cannot be taken apart (400), or does not fit the signature (422).
pub(crate) fn read(format: Format, body: &[u8], signature: &Signature) -> Result<Asked, Refusal> {
    if format == Format::Arrow {
        return Ok(Asked { rows: arrow::read(body, signature)?, is_single: false });
    }
    let text = std::str::from_utf8(body)
        .map_err(|error| Refusal::malformed(format!("the body is not UTF-8, from byte {}", error.valid_up_to() + 1)))?;
    match format {
        Format::Csv => Ok(Asked { rows: csv::read(text, signature)?, is_single: false }),
        _ => json::read(text, signature),
    }
}
