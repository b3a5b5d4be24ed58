//! `over: { depth: 2..10, leaves: log(4..256), how: [mean, median] }` as a space.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::Value;

use super::learner::Learner;
use super::space::{Dimension, Domain, Space};

/// The space of a constant; a list of records is a choice between spaces.
///
/// # Errors
/// GML0229 where a range is empty, ends before it begins, or has no logarithm.
pub(super) fn space(over: &Value, learner: Learner<'_>) -> Result<Space, Fault> {
    let mut space = Space::default();
    match over {
        Value::List(spaces) => {
            let values: Vec<Value> = (0..spaces.len()).map(|place| Value::Int(place as i64)).collect();
            let domain = Domain::Choice(spaces.len());
            space.dimensions.push(Dimension { operator: None, argument: None, domain, values, only_if: None });
            for (place, fields) in spaces.iter().enumerate() {
                add(&mut space, fields, None, Some((0, place)), learner)?;
            }
        }
        fields => add(&mut space, fields, None, None, learner)?,
    }
    if space.dimensions.iter().all(|dimension| dimension.argument.is_none()) {
        return Err(Fault::new("GML0229", "`over` names no argument to look for")
            .help("name one with its range: over: { depth: 2..10 }"));
    }
    Ok(space)
}

fn add(
    space: &mut Space,
    fields: &Value,
    operator: Option<&Arc<str>>,
    only_if: Option<(usize, usize)>,
    learner: Learner<'_>,
) -> Result<(), Fault> {
    let Value::Record(fields) = fields else {
        return Err(Fault::new("GML0999", format!("`over` is {fields}, which is no record")));
    };
    for (name, search) in fields {
        if let Value::Record(_) = search {
            add(space, search, Some(name), only_if, learner)?;
            continue;
        }
        let current = learner.argument(operator.map(|operator| &**operator), name);
        let (domain, values) = domain(name, search, matches!(current, Some(Value::Float(_))))?;
        space.dimensions.push(Dimension {
            operator: operator.cloned(),
            argument: Some(Arc::clone(name)),
            domain,
            values,
            only_if,
        });
    }
    Ok(())
}

fn domain(name: &str, search: &Value, is_float: bool) -> Result<(Domain, Vec<Value>), Fault> {
    match search {
        Value::List(values) if !values.is_empty() => Ok((Domain::Choice(values.len()), values.clone())),
        Value::Range { start, end, inclusive } => {
            Ok((range(name, (start, end, *inclusive), false, is_float)?, Vec::new()))
        }
        Value::Symbol { name: symbol, args } if &**symbol == "log" => match args.first() {
            Some((_, Value::Range { start, end, inclusive })) => {
                Ok((range(name, (start, end, *inclusive), true, is_float)?, Vec::new()))
            }
            _ => Err(no_domain(name, search)),
        },
        _ => Err(no_domain(name, search)),
    }
}

fn range(
    name: &str,
    (start, end, inclusive): (&Value, &Value, bool),
    log: bool,
    is_float: bool,
) -> Result<Domain, Fault> {
    let domain = match (start, end) {
        (Value::Int(low), Value::Int(end)) if !is_float => {
            Domain::Int { low: *low, high: if inclusive { *end } else { end.saturating_sub(1) }, log }
        }
        _ => match (start.as_float(), end.as_float()) {
            (Some(low), Some(high)) => Domain::Float { low, high, log },
            _ => return Err(Fault::new("GML0999", format!("`{name}` is searched between {start} and {end}"))),
        },
    };
    let (low, high, lowest) = match domain {
        Domain::Int { low, high, .. } => (low as f64, high as f64, 1.0),
        Domain::Float { low, high, .. } => (low, high, f64::MIN_POSITIVE),
        Domain::Choice(_) => (0.0, 1.0, 0.0),
    };
    let is_point = matches!(domain, Domain::Float { .. }) && low == high;
    if !(low.is_finite() && high.is_finite()) || low > high || is_point {
        return Err(Fault::new(
            "GML0229",
            format!("`{name}` is looked for between {start} and {end}, where there is nothing"),
        )
        .help("let the range begin below its end"));
    }
    if log && low < lowest {
        return Err(Fault::new(
            "GML0229",
            format!("`{name}` is looked for on a logarithmic scale from {start}, which has no logarithm"),
        )
        .help("let the range begin above 0, or leave `log` out"));
    }
    Ok(domain)
}

fn no_domain(name: &str, search: &Value) -> Fault {
    Fault::new("GML0999", format!("`{name}` is looked for in {search}, which is neither a range nor a list"))
}
