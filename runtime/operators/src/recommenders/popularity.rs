//! What is most frequent.

use std::path::Path;
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::Value;
use polars::prelude::{DataType, NamedFrom, Series};
use serde_json::Value as Json;

use super::als::counted;
use super::{Known, Means, Rest, Scorer, Scores, SequenceEstimator};
use crate::data::{Call, Context, Data};
use crate::frame::fault;
use crate::learn::artifact::{read_table, unreadable, write_table};
use crate::learn::recall::Recall;
use crate::sequences::{Sequence, Sequences, single};
use crate::table::CallExt;

/// What stands in `signature.json`.
pub(super) const POPULARITY: &str = "popularity";
pub(super) const SESSION_POPULARITY: &str = "session_popularity";

/// The file of the shares of recent clicks.
const FILE: &str = "shares.parquet";

/// `popularity(recent:)`
pub(super) fn popularity(call: Call<'_>) -> Result<Data, Fault> {
    let recent = duration(&call, "recent")?;
    Ok(Data::SequenceEstimator(Arc::new(Popularity { recent, recall: Recall::of(&call, popularity) })))
}

/// `session_popularity()`
pub(super) fn session_popularity(call: Call<'_>) -> Result<Data, Fault> {
    Ok(Data::SequenceEstimator(Arc::new(SessionPopularity { recall: Recall::of(&call, session_popularity) })))
}

/// A duration above 0, in microseconds.
pub(super) fn duration(call: &Call<'_>, name: &str) -> Result<Option<i64>, Fault> {
    match call.value(name) {
        None => Ok(None),
        Some(Value::Duration(micros)) if micros > 0 => Ok(Some(micros)),
        Some(_) => Err(call.bad(name, "a duration longer than nothing, as in 7d")),
    }
}

/// Learns how frequent items are.
struct Popularity {
    /// Only clicks that lie less than so many microseconds before the last one count.
    recent: Option<i64>,
    recall: Recall,
}

impl SequenceEstimator for Popularity {
    fn fit(&self, train: &Sequences, _: Option<&Sequences>, _: &Context) -> Result<Arc<dyn Scorer>, Fault> {
        let (Some(recent), Some(end)) = (self.recent, train.end()) else {
            return Ok(Arc::new(Frequent { recent: None }));
        };
        let after = end.saturating_sub(recent);
        let mut clicks = vec![0_u64; train.items().len()];
        let all = train.iter().flat_map(|sequence| sequence.items.iter().zip(sequence.times));
        all.filter(|(_, time)| **time > after).for_each(|(item, _)| clicks[*item as usize] += 1);
        let total = clicks.iter().sum::<u64>() as f64;
        let shares = clicks.iter().map(|count| *count as f64 / total);
        Ok(Arc::new(Frequent { recent: Some(shares.collect()) }))
    }

    fn recall(&self) -> &Recall {
        &self.recall
    }
}

/// What is most frequent.
struct Frequent {
    /// The share of each item of the recent clicks, where these alone count.
    recent: Option<Vec<f64>>,
}

impl Scorer for Frequent {
    fn kind(&self) -> &'static str {
        POPULARITY
    }

    fn scores(&self, given: &[Sequence<'_>], _: &Known, _: Means<'_>) -> Result<Vec<Scores>, Fault> {
        let one = |_| match &self.recent {
            Some(shares) => Scores::All(shares.clone()),
            None => Scores::Some { scored: Vec::new(), rest: Rest::Shares },
        };
        Ok(given.iter().map(one).collect())
    }

    fn save(&self, folder: &Path) -> Result<Vec<(&'static str, Json)>, Fault> {
        let Some(shares) = &self.recent else { return Ok(Vec::new()) };
        let mut table = single(Series::new("share".into(), shares))?;
        Ok(vec![("recent", write_table(folder, FILE, &mut table)?)])
    }
}

/// Loads what was learned with [`Popularity`].
pub(super) fn load(folder: &Path, signature: &Json, known: &Known) -> Result<Arc<dyn Scorer>, Fault> {
    let Some(entry) = signature.get("recent") else { return Ok(Arc::new(Frequent { recent: None })) };
    let table = read_table(folder, FILE, entry)?;
    let shares = table.column("share").map_err(fault)?;
    let shares = shares.cast(&DataType::Float64).map_err(fault)?;
    let shares: Vec<f64> = shares.f64().map_err(fault)?.iter().map(Option::unwrap_or_default).collect();
    if shares.len() == known.len() {
        Ok(Arc::new(Frequent { recent: Some(shares) }))
    } else {
        Err(unreadable(&folder.join(FILE), "it has another number of items"))
    }
}

/// Learns nothing but what every recommender knows.
struct SessionPopularity {
    recall: Recall,
}

impl SequenceEstimator for SessionPopularity {
    fn fit(&self, _: &Sequences, _: Option<&Sequences>, _: &Context) -> Result<Arc<dyn Scorer>, Fault> {
        Ok(Arc::new(WithinSession))
    }

    fn recall(&self) -> &Recall {
        &self.recall
    }
}

/// How often an item is in the sequence, and behind the point its share of all clicks.
struct WithinSession;

impl Scorer for WithinSession {
    fn kind(&self) -> &'static str {
        SESSION_POPULARITY
    }

    fn scores(&self, given: &[Sequence<'_>], known: &Known, _: Means<'_>) -> Result<Vec<Scores>, Fault> {
        let one = |sequence: &Sequence<'_>| {
            let scored =
                counted(sequence.items).into_iter().map(|(item, count)| (item, f64::from(count) + known.share(item)));
            Scores::Some { scored: scored.collect(), rest: Rest::Shares }
        };
        Ok(given.iter().map(one).collect())
    }

    fn save(&self, _: &Path) -> Result<Vec<(&'static str, Json)>, Fault> {
        Ok(Vec::new())
    }
}

/// What was learned with [`SessionPopularity`].
pub(super) fn load_session() -> Arc<dyn Scorer> {
    Arc::new(WithinSession)
}
