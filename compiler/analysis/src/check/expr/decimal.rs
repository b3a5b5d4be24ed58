//! Numbers that are written where a decimal is due or beside one: decimals of the digits that they have.

use gml_ir::{Type, Value as Constant};

use crate::check::body::Body;
use crate::check::value::Value;
use crate::typed::TypedKind;
use crate::types::decimal::{is_decimal, of_literal, written};

impl<'a> Body<'a> {
    /// A number that is written out, as a decimal where one is due or stands beside it: `0.1` is a tenth then, and not the float
    /// that is nearest to it.
    pub(in crate::check) fn beside(&self, value: Value<'a>, other: &Type) -> Value<'a> {
        if !is_decimal(other) {
            return value;
        }
        let TypedKind::Literal(constant) = &value.typed.kind else { return value };
        match written(self.text(value.span()), constant) {
            Some(number) => {
                let span = value.span();
                Value::literal(Constant::Decimal(number), of_literal(number), span)
            }
            None => value,
        }
    }

    /// Values that go together: where one is a decimal, the numbers written out among them are decimals too.
    pub(super) fn beside_each_other<const N: usize>(&self, values: [Value<'a>; N]) -> [Value<'a>; N] {
        match values.iter().map(Value::ty).find(|ty| is_decimal(ty)).cloned() {
            Some(ty) => values.map(|value| self.beside(value, &ty)),
            None => values,
        }
    }
}
