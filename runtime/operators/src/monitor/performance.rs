//! `performance`: a metric now against what it was.

use gml_connect::Fault;
use gml_ir::Value;

use crate::data::{Call, Data, Metric};
use crate::learn::arguments::{constant, fitted, table};
use crate::learn::bounds::{AMOUNT, float, seed};
use crate::learn::{bootstrap, sample};
use crate::metrics::{judge, less_is_better, name_of};
use crate::table::hash;

/// Samples drawn of each table.
const RESAMPLES: usize = 1_000;

pub(super) fn performance(call: Call<'_>) -> Result<Data, Fault> {
    let model = fitted(&call, "model")?;
    let metric = constant(&call, "metric")?;
    let (tolerance, seed) = (float(&call, "tolerance", &AMOUNT)?, seed(&call)?);
    let mut found = Vec::new();
    let mut of = |name: &str, partition: &str, seed: u64| -> Result<(f64, Vec<f64>), Fault> {
        let place = |fault: Fault| fault.at(format!("the rows of `{name}`"));
        let sample = sample(&**model, table(&call, name)?, call.context).map_err(place)?;
        let value = judge(metric, &sample).map_err(place)?;
        let metrics = std::slice::from_ref(metric);
        let drawn = bootstrap::values(metrics, &sample, RESAMPLES, seed, call.context).map_err(place)?;
        let drawn = drawn.into_iter().next().unwrap_or_default();
        let mut add = |end: &str, value: f64| {
            found.push(Metric { name: name_of(metric) + end, partition: partition.into(), value });
        };
        add("", value);
        if let Some([low, high]) = bootstrap::interval(drawn.clone()) {
            add(".low", low);
            add(".high", high);
        }
        Ok((value, drawn))
    };
    let (value, now) = of("on", "current", hash(seed, 0))?;
    let (before, then) = of("baseline", "baseline", hash(seed, 1))?;
    // How much is lost, whichever way the metric goes.
    let lost = |before: f64, now: f64| if less_is_better(metric) { now - before } else { before - now };
    let beyond_tolerance = lost(before, value) > tolerance * before.abs();
    let by_chance = bootstrap::interval(then.iter().zip(&now).map(|(before, now)| lost(*before, *now)).collect());
    // Where the interval of what is lost lies above 0, chance does not explain it.
    let beyond_chance = by_chance.is_some_and(|[low, _]| low > 0.0);
    Ok(Data::Record(vec![
        ("value".into(), Data::Value(Value::Float(value))),
        ("before".into(), Data::Value(Value::Float(before))),
        ("worse".into(), Data::Value(Value::Bool(beyond_tolerance && beyond_chance))),
        ("metrics".into(), Data::Metrics(found)),
    ]))
}
