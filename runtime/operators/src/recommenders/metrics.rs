//! Numbers that say how well a recommender finds what came next.

use gml_connect::Fault;
use gml_ir::Value;

use super::Known;
use crate::metrics::{count, discounted};

/// What a recommender did on sequences of which it had to find the last item.
pub(super) struct Found {
    /// The place that it gave the item, from 1; none where it does not know the item.
    pub(super) places: Vec<Option<u32>>,
    /// Of each metric that looks at what was recommended: how often each item was among the first `k`.
    pub(super) among: Vec<(usize, Vec<u32>)>,
}

/// A metric, by what it looks at.
pub(super) enum Judge {
    /// At the place of the item that is due: the mean of what it is worth among the first `k`, by the divisor.
    Due { worth: fn(f64) -> f64, k: usize, divisor: f64 },
    /// At how many items are among the first `k` of any sequence.
    Coverage { k: usize },
    /// At how rare the items are that are among the first `k`.
    Novelty { k: usize },
}

impl Judge {
    /// The metric that a program names.
    ///
    /// # Errors
    /// GML0713 where it has no meaning for a recommender, GML0229 where an argument is out of range.
    pub(super) fn of(metric: &Value) -> Result<Self, Fault> {
        let Value::Symbol { name, .. } = metric else {
            return Err(Fault::new("GML0999", format!("`{metric}` is given where a metric is due")));
        };
        // There is one item to be found: the ideal order has it at the first place.
        let worth: fn(f64) -> f64 = match &**name {
            "hit_rate" | "recall" | "precision" => |_| 1.0,
            "mrr" | "map" => |place| 1.0 / place,
            "ndcg" => |place| discounted(1.0, place),
            "coverage" => return Ok(Self::Coverage { k: count(metric, "k")? }),
            "novelty" => return Ok(Self::Novelty { k: count(metric, "k")? }),
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
        Ok(Self::Due { worth, k, divisor: if &**name == "precision" { k as f64 } else { 1.0 } })
    }

    /// How many of the first items it looks at as what they are, and not only at the place of the one that is due.
    pub(super) fn looks_at(&self) -> Option<usize> {
        match self {
            Self::Due { .. } => None,
            Self::Coverage { k } | Self::Novelty { k } => Some(*k),
        }
    }

    /// Its value.
    pub(super) fn value(&self, found: &Found, known: &Known) -> f64 {
        match self {
            Self::Due { worth, k, divisor } => {
                let of_sequence = |place: &Option<u32>| match place {
                    Some(place) if *place as usize <= *k => worth(f64::from(*place)),
                    _ => 0.0,
                };
                found.places.iter().map(of_sequence).sum::<f64>() / found.places.len() as f64 / divisor
            }
            Self::Coverage { k } => {
                found.among(*k).iter().filter(|count| **count > 0).count() as f64 / known.len() as f64
            }
            Self::Novelty { k } => {
                let (mut sum, mut shown) = (0.0, 0.0);
                for (count, within) in found.among(*k).iter().zip(&known.within) {
                    let count = f64::from(*count);
                    shown += count;
                    // An item is known for having been in a sequence.
                    sum -= count * (f64::from((*within).max(1)) / known.sequences as f64).log2();
                }
                if shown == 0.0 { 0.0 } else { sum / shown }
            }
        }
    }
}

impl Found {
    /// How often each item was among the first `k`.
    fn among(&self, k: usize) -> &[u32] {
        self.among.iter().find(|(first, _)| *first == k).map_or(&[], |(_, counts)| counts)
    }
}

fn does_not_fit(name: &str) -> Fault {
    Fault::new("GML0713", format!("`{name}` has no meaning for a recommender"))
        .help("what fits: hit_rate(k), mrr(k), ndcg(k), map(k), recall(k), precision(k), coverage(k) and novelty(k)")
}
