//! Columns of decimals, number by number.

use gml_ir::Decimal;
use polars::prelude::*;

use crate::query::fault;
use crate::{Fault, code};

/// The numbers of a column of decimals or integers.
///
/// # Errors
/// GML0923 where a column holds more digits than a decimal can have.
pub fn numbers(values: &Series) -> Result<Vec<Option<Decimal>>, Fault> {
    let wrong = |error: PolarsError| fault(&error);
    let (units, scale) = match values.dtype() {
        DataType::Decimal(_, scale) => {
            (values.decimal().map_err(wrong)?.physical().clone(), u8::try_from(*scale).unwrap_or(u8::MAX))
        }
        _ => (values.cast(&DataType::Int128).map_err(wrong)?.i128().map_err(wrong)?.clone(), 0),
    };
    let number = |units: i128| {
        let message = || format!("{units} units of 10^-{scale} are more digits than a decimal can have");
        Decimal::new(units, scale).ok_or_else(|| Fault::new(code::ARITHMETIC_FAULT, message()))
    };
    units.iter().map(|units| units.map(number).transpose()).collect()
}

/// The nearest floats. Those of the table engine are rounded twice where a decimal has many digits.
///
/// # Errors
/// As [`numbers`].
pub fn floats(values: &Series) -> Result<Series, Fault> {
    if !matches!(values.dtype(), DataType::Decimal(..)) {
        return values.cast(&DataType::Float64).map_err(|error| fault(&error));
    }
    let floats: Float64Chunked = numbers(values)?.into_iter().map(|number| number.map(Decimal::as_float)).collect();
    Ok(floats.into_series().with_name(values.name().clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_the_nearest_ones() {
        let units = Int128Chunked::from_vec("n".into(), vec![1_000_000_000_000_000_000_000_000_000_i128, 3]);
        let values = units.into_decimal(38, 28).unwrap().into_series();
        let found = floats(&values).unwrap();
        assert_eq!((found.name().as_str(), found.f64().unwrap().get(0)), ("n", Some(0.1)));
        assert_eq!(
            numbers(&values).unwrap()[1].map(|number| number.to_string()),
            Some(format!("0.{}3", "0".repeat(27)))
        );
    }
}
