//! `fit` on sequences, and `recommend`.

use std::sync::Arc;

use gml_connect::Fault;
use gml_inference::Device;
use gml_ir::{Row, Type};
use polars::prelude::{Column, DataType, IntoLazy, NamedFrom, Series};
use rayon::prelude::*;

use super::{Means, Recommender, SequenceEstimator};
use crate::data::{Call, Context, Data, Input, Table};
use crate::expr::{assemble, dtype};
use crate::frame::fault;
use crate::learn::arguments::{argument, fitted, misfit, optional};
use crate::learn::in_pool;
use crate::learned::Watch;
use crate::sequences::{Sequence, Sequences};
use crate::table::CallExt;

/// The sequences of an argument.
pub(crate) fn sequences<'c>(call: &'c Call<'_>, name: &str) -> Result<&'c Sequences, Fault> {
    match argument(call, name)? {
        Input::Data(Data::Sequences(sequences)) => Ok(sequences),
        _ => Err(misfit(call, name, "is no sequences")),
    }
}

/// The recommender of an argument.
pub(super) fn recommender<'c>(call: &'c Call<'_>, name: &str) -> Result<&'c Recommender, Fault> {
    fitted(call, name)?.as_any().downcast_ref().ok_or_else(|| misfit(call, name, "is no recommender"))
}

/// `fit(estimator, train:, valid:)` on sequences.
pub(crate) fn fit(call: &Call<'_>, estimator: &Arc<dyn SequenceEstimator>) -> Result<Data, Fault> {
    let Parts { train, valid } = Parts::of(call)?;
    let scorer = in_pool(call.context.threads, || estimator.fit(&train, valid.as_ref(), call.context))?;
    Ok(Data::Fitted(Arc::new(Recommender::new(&train, scorer))))
}

/// The sequences that estimators learn from, in the form in which they take them.
pub(crate) struct Parts {
    train: Sequences,
    valid: Option<Sequences>,
}

impl Parts {
    /// The arguments `train` and `valid` of a call.
    ///
    /// # Errors
    /// GML0922 where `train` has no item.
    pub(crate) fn of(call: &Call<'_>) -> Result<Self, Fault> {
        let train = sequences(call, "train")?.by_frequency()?;
        if train.items().is_empty() {
            return Err(Fault::new("GML0922", "there is no sequence with an item to learn from").help(
                "see which filter, which `min_length` or `min_support`, or which part of the split leaves none",
            ));
        }
        let valid = match optional(call, "valid") {
            Some(_) => Some(sequences(call, "valid")?.in_terms_of(train.items())?),
            None => None,
        };
        Ok(Self { train, valid })
    }

    /// What an estimator learns of them; `None` where `watch` ended it.
    ///
    /// # Errors
    /// Those of [`SequenceEstimator::fit_watched`].
    pub(crate) fn learn(
        &self,
        estimator: &dyn SequenceEstimator,
        watch: Watch<'_>,
        context: &Context,
    ) -> Result<Option<Recommender>, Fault> {
        let learn = || estimator.fit_watched(&self.train, self.valid.as_ref(), watch, context);
        let scorer = in_pool(context.threads, learn)?;
        Ok(scorer.map(|scorer| Recommender::new(&self.train, scorer)))
    }
}

/// Sequences in the numbers of a recommender.
pub(super) struct Given {
    items: Vec<u32>,
    times: Vec<i64>,
    ends: Vec<usize>,
}

impl Given {
    /// Of some sequences, without items that have no number.
    pub(super) fn of<'s>(sequences: impl Iterator<Item = Sequence<'s>>, numbers: &[Option<u32>]) -> Self {
        let mut given = Self { items: Vec::new(), times: Vec::new(), ends: Vec::new() };
        for sequence in sequences {
            for (item, time) in sequence.items.iter().zip(sequence.times) {
                if let Some(number) = numbers[*item as usize] {
                    given.items.push(number);
                    given.times.push(*time);
                }
            }
            given.ends.push(given.items.len());
        }
        given
    }

    pub(super) fn sequences(&self) -> Vec<Sequence<'_>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let ranges = starts.zip(&self.ends).map(|(start, end)| start..*end);
        ranges.map(|range| Sequence { items: &self.items[range.clone()], times: &self.times[range] }).collect()
    }
}

/// `recommend(sequences, model, k:, exclude:, device:)`
pub(super) fn recommend(call: Call<'_>) -> Result<Data, Fault> {
    let sequences = sequences(&call, "input")?;
    let model = recommender(&call, "model")?;
    let k = call.whole("k")?;
    let without_seen = call.text("exclude").as_deref() == Some("seen");
    let device = if call.text("device").as_deref() == Some("cuda") { Device::Cuda } else { Device::Cpu };
    if device == Device::Cuda && !model.scorer().serves_cuda() {
        let message = format!("{} is no network: it recommends on the processor only", model.scorer().kind());
        return Err(Fault::new("GML0941", message).help("leave `device` out"));
    }
    let means = Means { context: call.context, device };
    let numbers = model.numbers(sequences)?;
    let (mut items, mut scores, mut offsets) = (Vec::new(), Vec::new(), vec![0]);
    let places: Vec<usize> = (0..sequences.len()).collect();
    for places in places.chunks(model.together()) {
        let given = Given::of(places.iter().map(|place| sequences.get(*place)), &numbers);
        let given = given.sequences();
        let best = in_pool(call.context.threads, || -> Result<Vec<_>, Fault> {
            let scores = model.scores(&given, means)?;
            let best = given.par_iter().zip(scores).map(|(given, scores)| {
                let seen = if without_seen { distinct(given.items) } else { Vec::new() };
                model.first(&scores, k, &seen)
            });
            Ok(best.collect())
        })?;
        for (item, score) in best.into_iter().flat_map(|best| {
            offsets.push(offsets.last().copied().unwrap_or(0) + best.len());
            best
        }) {
            items.push(item);
            scores.push(score);
        }
    }
    let known = vec![true; sequences.len()];
    let mut items = model.known().items.take(&items)?;
    if let Some(dtype) = item_type(call.result).and_then(|ty| dtype(&ty)) {
        items = items.strict_cast(&dtype).map_err(fault)?;
    }
    let scores = Series::new("scores".into(), scores);
    debug_assert_eq!(scores.dtype(), &DataType::Float64);
    let mut frame = sequences.keys().clone();
    let listed: [(&str, Column); 2] =
        [("items", assemble(items, &offsets, &known)?), ("scores", assemble(scores, &offsets, &known)?)];
    for (name, column) in listed {
        frame.with_column(column.with_name(name.into())).map_err(fault)?;
    }
    let ty = match call.result {
        Type::Table(ty) => ty.clone(),
        _ => gml_ir::TableType {
            row: Arc::new(Row { open: true, ..Row::default() }),
            partitions: sequences.ty.partitions,
        },
    };
    Ok(Data::Table(Table { frame: frame.lazy(), ty }))
}

/// The type of the items of the resulting lists.
fn item_type(result: &Type) -> Option<Type> {
    let Type::Table(table) = result else { return None };
    match table.row.get("items")?.ty.non_null() {
        Type::List(item) => Some((**item).clone()),
        _ => None,
    }
}

/// The different ones in rising order.
pub(super) fn distinct(items: &[u32]) -> Vec<u32> {
    let mut items = items.to_vec();
    items.sort_unstable();
    items.dedup();
    items
}
