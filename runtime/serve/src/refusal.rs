//! Requests that are not answered with scores, and why.

use gml_connect::Fault;
use hyper::StatusCode;
use serde_json::{Value as Json, json};

/// Rules that an answer names at most.
const SHOWN: usize = 20;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// A word for programs.
    pub(crate) kind: &'static str,
    /// What is wrong, for people.
    pub(crate) message: String,
    pub(crate) violations: Vec<Violation>,
    /// Violations that are not named.
    pub(crate) more: usize,
    /// When to come again, in seconds.
    pub(crate) retry_after: Option<u32>,
    /// Whether some of the body was not read, so that no other request can follow it on its connection.
    pub(crate) unread: bool,
}

/// A rule of the signature that a request breaks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Violation {
    /// The row, from 1; none where the rule is one of the whole request.
    pub(crate) row: Option<usize>,
    /// The column, where it is one of a column.
    pub(crate) column: Option<String>,
    /// The rule: `missing column`, `int`, `in 0..100`.
    pub(crate) rule: String,
    /// What is there instead, and what to do.
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            kind,
            message: message.into(),
            violations: Vec::new(),
            more: 0,
            retry_after: None,
            unread: false,
        }
    }

    /// The body cannot be taken apart.
    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "MALFORMED", message)
    }

    /// The body can be taken apart, and is none of the forms of a request.
    pub(crate) fn unknown_form(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "UNKNOWN_FORM", message)
    }

    /// There is too much to do at the moment.
    pub(crate) fn busy(message: impl Into<String>) -> Self {
        Self { retry_after: Some(1), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "BUSY", message) }
    }

    /// The same, where the body was not read to its end.
    pub(crate) fn unread(self) -> Self {
        Self { unread: true, ..self }
    }

    /// The server is at fault.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", message)
    }

    /// What scoring found: values that the model cannot take, else a fault of this machine.
    pub(crate) fn of_fault(fault: &Fault) -> Self {
        // What the machine or the model lacks is nobody's input.
        const OWN: [&str; 7] = ["GML0911", "GML0918", "GML0927", "GML0930", "GML0940", "GML0941", "GML0999"];
        let text = gml_connect::secrets::hide(&fault.message).into_owned();
        if OWN.contains(&fault.code) {
            return Self::internal(format!("{}: {text}", fault.code));
        }
        let mut refusal = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "NOT_SCORED", format!("{}: {text}", fault.code));
        refusal.violations.push(Violation { row: None, column: None, rule: fault.code.to_owned(), message: text });
        refusal
    }

    /// The answer's body. `error_code` and `message` are what clients of MLflow look for.
    pub(crate) fn body(&self) -> String {
        let mut body = json!({ "error_code": self.kind, "message": self.message });
        if !self.violations.is_empty() {
            body["violations"] = self.violations.iter().map(Violation::json).collect();
        }
        if self.more > 0 {
            body["more_violations"] = self.more.into();
        }
        format!("{body}\n")
    }
}

impl Violation {
    fn json(&self) -> Json {
        json!({ "row": self.row, "column": self.column, "rule": self.rule, "message": self.message })
    }
}

/// Violations as they are found; the first are kept.
#[derive(Debug, Default)]
pub(crate) struct Violations {
    shown: Vec<Violation>,
    more: usize,
}

impl Violations {
    pub(crate) fn add(&mut self, violation: Violation) {
        if self.shown.len() < SHOWN { self.shown.push(violation) } else { self.more += 1 }
    }

    /// One that is not named any more.
    pub(crate) fn count(&mut self) {
        self.more += 1;
    }

    /// Those of others behind these.
    pub(crate) fn extend(&mut self, others: Self) {
        others.shown.into_iter().for_each(|violation| self.add(violation));
        self.more += others.more;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// Whether no more are named, so that looking for what was meant is wasted.
    pub(crate) fn is_full(&self) -> bool {
        self.shown.len() >= SHOWN
    }

    /// The refusal of a request that has some.
    pub(crate) fn refusal(self) -> Refusal {
        let count = self.shown.len() + self.more;
        let first = self.shown.first();
        let place = first.map(|first| {
            let row = first.row.map(|row| format!("row {row}, "));
            let column = first.column.as_ref().map(|column| format!("column `{column}`: "));
            format!("{}{}{}", row.unwrap_or_default(), column.unwrap_or_default(), first.message)
        });
        let others = if count > 1 { format!(" (and {} more)", count - 1) } else { String::new() };
        let message = format!("the rows do not fit the signature of the model: {}{others}", place.unwrap_or_default());
        let refusal = Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "INVALID_ROWS", message);
        Refusal { violations: self.shown, more: self.more, ..refusal }
    }
}
