//! What every recommender knows of its items.

use std::path::Path;
use std::sync::Arc;

use gml_connect::Fault;
use polars::prelude::{DataFrame, NamedFrom, Series};
use serde_json::{Value as Json, json};

use crate::frame::fault;
use crate::learn::artifact::{parsed, part, read_table, unreadable, write_table};
use crate::sequences::{Items, Sequences};

/// The items that a recommender knows, and how often they were in what it learned from: the most frequent one has the number 0.
#[derive(Clone, Debug)]
pub struct Known {
    /// The items.
    pub items: Arc<Items>,
    /// Clicks on each.
    pub clicks: Vec<u32>,
    /// Sequences that each is in.
    pub within: Vec<u32>,
    /// All clicks.
    pub total: u64,
    /// All sequences that were learned from.
    pub sequences: u64,
}

/// The file of the items.
const FILE: &str = "items.parquet";

impl Known {
    /// Of sequences whose items are numbered by their frequency.
    pub(crate) fn of(train: &Sequences) -> Self {
        let mut clicks = vec![0_u32; train.items().len()];
        let mut within = clicks.clone();
        let mut seen = vec![u32::MAX; clicks.len()];
        for (place, sequence) in (0_u32..).zip(train.iter()) {
            for item in sequence.items {
                let item = *item as usize;
                clicks[item] += 1;
                if std::mem::replace(&mut seen[item], place) != place {
                    within[item] += 1;
                }
            }
        }
        let total = clicks.iter().map(|count| u64::from(*count)).sum();
        Self { items: train.items().clone(), clicks, within, total, sequences: train.len() as u64 }
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.clicks.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.clicks.is_empty()
    }

    /// The share of all clicks that an item has.
    pub fn share(&self, item: u32) -> f64 {
        f64::from(self.clicks[item as usize]) / self.total as f64
    }

    pub(super) fn save(&self, folder: &Path) -> Result<Vec<(&'static str, Json)>, Fault> {
        let columns = vec![
            self.items.values().clone().into(),
            Series::new("clicks".into(), &self.clicks).into(),
            Series::new("sequences".into(), &self.within).into(),
        ];
        let mut table = DataFrame::new(self.len(), columns).map_err(fault)?;
        Ok(vec![("items", write_table(folder, FILE, &mut table)?), ("sequences", json!(self.sequences))])
    }

    pub(super) fn load(folder: &Path, signature: &Json) -> Result<Self, Fault> {
        let table = read_table(folder, FILE, part(folder, signature, "items")?)?;
        let counts = |name: &str| -> Result<Vec<u32>, Fault> {
            let column = table.column(name).map_err(|error| unreadable(&folder.join(FILE), &error.to_string()))?;
            let counts = column.u32().map_err(|error| unreadable(&folder.join(FILE), &error.to_string()))?;
            Ok(counts.iter().map(Option::unwrap_or_default).collect())
        };
        let items = table.column("item").map_err(|error| unreadable(&folder.join(FILE), &error.to_string()))?;
        let items = Items::new(items.as_materialized_series())
            .map_err(|fault| unreadable(&folder.join(FILE), &fault.message))?;
        let (clicks, within) = (counts("clicks")?, counts("sequences")?);
        let total = clicks.iter().map(|count| u64::from(*count)).sum();
        Ok(Self { items: Arc::new(items), clicks, within, total, sequences: parsed(folder, signature, "sequences")? })
    }
}
