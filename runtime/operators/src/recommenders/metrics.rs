//! Numbers that say how well a recommender finds what came next.

use gml_connect::Fault;
use gml_ir::Value;

use super::Known;
use crate::metrics::count;

/// What a recommender did on sequences of which it had to find the last item.
pub(super) struct Found {
    /// The place that it gave the item, from 1; none where it does not know the item.
    pub(super) places: Vec<Option<u32>>,
    /// Of each metric that looks at what was recommended: how often each item was among the first `k`.
    pub(super) among: Vec<(usize, Vec<u32>)>,
}

/// How many of the first items a metric looks at as what they are, and not only at the place of the one that is due.
pub(super) fn looks_at(metric: &Value) -> Result<Option<usize>, Fault> {
    match metric {
        Value::Symbol { name, .. } if matches!(&**name, "coverage" | "novelty") => count(metric, "k").map(Some),
        _ => Ok(None),
    }
}

/// The value of a metric.
///
/// # Errors
/// GML0713 where the metric has no meaning for a recommender, GML0229 where an argument is out of range.
pub(super) fn judge(metric: &Value, found: &Found, known: &Known) -> Result<f64, Fault> {
    let Value::Symbol { name, .. } = metric else {
        return Err(Fault::new("GML0999", format!("`{metric}` is given where a metric is due")));
    };
    // There is one item to be found: the ideal order has it at the first place.
    let worth: fn(f64) -> f64 = match &**name {
        "hit_rate" | "recall" | "precision" => |_| 1.0,
        "mrr" | "map" => |place| 1.0 / place,
        "ndcg" => |place| 1.0 / (place + 1.0).log2(),
        "coverage" | "novelty" => return Ok(of_recommended(name, count(metric, "k")?, found, known)),
        name => return Err(does_not_fit(name)),
    };
    if metric.get("k").is_none_or(|k| *k == Value::Null) {
        return Err(Fault::new(
            "GML0713",
            format!("`{name}` of a recommender looks at the first `k`: all items together are always found"),
        )
        .help(format!("write {name}(20)")));
    }
    let k = count(metric, "k")?;
    let of_sequence = |place: &Option<u32>| match place {
        Some(place) if *place as usize <= k => worth(f64::from(*place)),
        _ => 0.0,
    };
    let mean = found.places.iter().map(of_sequence).sum::<f64>() / found.places.len() as f64;
    Ok(if &**name == "precision" { mean / k as f64 } else { mean })
}

/// Metrics of what was recommended.
fn of_recommended(name: &str, k: usize, found: &Found, known: &Known) -> f64 {
    let empty = Vec::new();
    let counts = found.among.iter().find(|(first, _)| *first == k).map_or(&empty, |(_, counts)| counts);
    if name == "coverage" {
        return counts.iter().filter(|count| **count > 0).count() as f64 / known.len() as f64;
    }
    let (mut sum, mut shown) = (0.0, 0.0);
    for (count, within) in counts.iter().zip(&known.within) {
        let count = f64::from(*count);
        shown += count;
        // An item is known for having been in a sequence.
        sum -= count * (f64::from((*within).max(1)) / known.sequences as f64).log2();
    }
    if shown == 0.0 { 0.0 } else { sum / shown }
}

fn does_not_fit(name: &str) -> Fault {
    Fault::new("GML0713", format!("`{name}` has no meaning for a recommender"))
        .help("what fits: hit_rate(k), mrr(k), ndcg(k), map(k), recall(k), precision(k), coverage(k) and novelty(k)")
}
