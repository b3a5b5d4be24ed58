//! Expectations.

use gml_connect::Fault;
use gml_ir::Value;
use gml_operators::Data;

use super::step::holds;
use crate::codes;

/// An expectation with its values.
pub(super) struct Expectation<'a> {
    pub(super) condition: Data,
    pub(super) message: Option<Data>,
    /// The condition as it was written.
    pub(super) text: &'a str,
    /// The values of a comparison.
    pub(super) sides: Option<(Data, Data)>,
}

impl Expectation<'_> {
    /// A fault where the condition does not hold; null does not.
    pub(super) fn check(&self) -> Result<(), Fault> {
        if holds(&self.condition)? {
            return Ok(());
        }
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let message = self.message.as_ref().and_then(Data::single);
        let mut fault = match message.as_ref().and_then(Value::as_str) {
            Some(message) => Fault::new(codes::EXPECTATION_FAILED, message).detail(format!("`{text}` does not hold")),
            None => Fault::new(codes::EXPECTATION_FAILED, format!("`{text}` does not hold")),
        };
        if let Some((left, right)) = &self.sides {
            fault = fault.detail(format!("left:  {}", shown(left))).detail(format!("right: {}", shown(right)));
        }
        if matches!(self.condition, Data::Value(Value::Null)) {
            fault = fault.detail("its value is null");
        }
        Err(fault.help("correct the data or the program, or the expectation"))
    }
}

fn shown(data: &Data) -> String {
    data.single().map_or_else(|| "no single value".into(), |value| crate::store::json::redacted(&value).to_string())
}
