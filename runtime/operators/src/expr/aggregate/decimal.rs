//! Sums of decimals.

use gml_connect::Fault;
use gml_ir::{Decimal, Type};
use polars::prelude::Series;

use super::fold::Fold;
use super::sweep::{Spans, fold};
use crate::expr::decimal::column;

/// Units so far, as multiples of [`HALF`] and what is left: each part has room for the sum of more rows than a table can have.
struct Sum<'a> {
    values: &'a [Option<Decimal>],
}

/// Half of the digits that a decimal can have stand below it.
const HALF: i128 = 10_000_000_000_000_000_000;

impl Fold for Sum<'_> {
    type State = (i128, i128);

    fn lift(&self, row: usize) -> Option<(i128, i128)> {
        self.values[row].map(|value| (value.units() / HALF, value.units() % HALF))
    }

    fn join(&self, earlier: (i128, i128), later: (i128, i128)) -> (i128, i128) {
        (earlier.0 + later.0, earlier.1 + later.1)
    }
}

/// The sum, exactly; one that does not fit the type of the result is a fault, whatever the order of the rows.
pub(super) fn sum(values: &Series, ty: &Type, spans: &Spans<'_>, condition: Option<&[bool]>) -> Result<Series, Fault> {
    let numbers = gml_connect::decimal::numbers(values)?;
    let (precision, scale) = match ty.non_null() {
        Type::Decimal { precision, scale } => (*precision, *scale),
        _ => return Err(Fault::new("GML0999", format!("the sum of decimals was to become {ty}"))),
    };
    let sums = fold(&Sum { values: &numbers }, spans, condition).into_iter().map(|state| {
        let (high, low) = state.unwrap_or((0, 0));
        let units = high.checked_mul(HALF).and_then(|units| units.checked_add(low));
        let sum = units.and_then(|units| Decimal::new(units, scale)).filter(|sum| sum.digits() <= precision);
        sum.map(Some).ok_or_else(|| {
            Fault::new("GML0923", format!("a sum does not fit {}", ty.non_null()))
                .help("sum floats: `sum(as_float(..))`, or decimals of fewer digits behind the point (`as_decimal`)")
        })
    });
    column(sums, ty)
}
