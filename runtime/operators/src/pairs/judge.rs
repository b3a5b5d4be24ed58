//! Judging candidates: which of the pairs that came to be are among them, and how many it takes.

use gml_connect::Fault;
use gml_ir::{Role, Value};
use polars::prelude::{DataFrame, DataType, IdxSize, IntoLazy, LazyFrame};

use super::candidates::RANK;
use super::numbering::{Numbering, keyed, meeting};
use super::strategies::of_role;
use crate::data::{Call, Data, Input, Metric, Table};
use crate::expr::Grouped;
use crate::frame::{collect, columns, fault};
use crate::learn::{self, partition};
use crate::metrics::{count, discounted, name_of};
use crate::table::CallExt;

/// `evaluate(candidates, on: [..], metrics: [..])`: for all candidates together and for each strategy alone every metric, and how
/// many candidates there are for a user, on every table.
pub(crate) fn judge_candidates(call: &Call<'_>) -> Result<Data, Fault> {
    let table = call.table("candidates")?;
    let (user, item) = (of_role(table, Role::Group), of_role(table, Role::Id));
    if user.is_empty() || item.is_empty() {
        return Err(call.bad("candidates", "a table with columns of the roles `group` and `id`"));
    }
    let metrics = learn::metrics(call)?;
    let pairs = Pairs::of(table, &user, &item)?;
    // Among how many something is found is told with what is found among all of them.
    let costs = metrics.iter().any(is_recall_of_all);
    let users = pairs.users_with_candidates()?.max(1) as f64;
    let mut found = Vec::new();
    for on in learn::arguments::items(call, "on")? {
        let Input::Data(Data::Table(on)) = on else {
            return Err(call.bad("on", "a list of tables"));
        };
        let partition = partition(&on);
        let place =
            |fault: Fault| if partition.is_empty() { fault } else { fault.at(format!("the rows of {partition}")) };
        let truth = Truth::of(&pairs, &on.frame, &user, &item).map_err(place)?;
        let all = [(None, pairs.all(&truth))].into_iter();
        let alone = pairs.strategies.iter().map(|strategy| (Some(&strategy.name), pairs.of_strategy(&truth, strategy)));
        for (strategy, view) in all.chain(alone) {
            let end = strategy.map_or_else(String::new, |name| format!("[{name}]"));
            let mut add = |name: String, value: f64| {
                found.push(Metric { name: name + &end, partition: partition.clone(), value });
            };
            for metric in &metrics {
                add(name_of(metric), truth.judge(metric, &view).map_err(place)?);
            }
            if costs {
                add("candidates".to_owned(), view.rows() as f64 / users);
            }
        }
    }
    Ok(Data::Metrics(found))
}

/// Whether a metric is `recall()`: among all candidates, and not among the first of them.
fn is_recall_of_all(metric: &Value) -> bool {
    let Value::Symbol { name, .. } = metric else { return false };
    &**name == "recall" && matches!(metric.get("k"), None | Some(Value::Null))
}

/// The candidates.
struct Pairs {
    user: DataFrame,
    item: DataFrame,
    strategies: Vec<Strategy>,
}

/// One of the strategies that found candidates.
struct Strategy {
    name: String,
    /// The place that it gave each pair; 0 where it did not have it.
    ranks: Vec<u32>,
}

impl Pairs {
    fn of(table: &Table, user: &[String], item: &[String]) -> Result<Self, Fault> {
        let ranks = table.ty.row.columns.iter().filter_map(|column| {
            let whole = matches!(column.ty.non_null(), gml_ir::Type::Int(_));
            column.name.strip_suffix(RANK).filter(|name| whole && !name.is_empty()).map(ToOwned::to_owned)
        });
        let ranks: Vec<String> = ranks.collect();
        let names: Vec<String> =
            [user, item].concat().into_iter().chain(ranks.iter().map(|name| format!("{name}{RANK}"))).collect();
        let rows = collect(table.frame.clone().select(columns(&names)))?;
        let part = |from: usize, until: usize| {
            DataFrame::new(rows.height(), rows.columns()[from..until].to_vec()).map_err(fault)
        };
        let width = user.len() + item.len();
        let strategies = ranks.into_iter().zip(&rows.columns()[width..]).map(|(name, column)| {
            let ranks = column.cast(&DataType::UInt32).map_err(fault)?;
            let ranks = ranks.u32().map_err(fault)?.iter().map(Option::unwrap_or_default).collect();
            Ok(Strategy { name, ranks })
        });
        let strategies = strategies.collect::<Result<Vec<_>, Fault>>()?;
        Ok(Self { user: part(0, user.len())?, item: part(user.len(), width)?, strategies })
    }

    fn users_with_candidates(&self) -> Result<usize, Fault> {
        Ok(Numbering::of(std::slice::from_ref(&self.user))?.count())
    }

    /// All candidates, those of a user in the order of the rows.
    fn all(&self, truth: &Truth) -> View {
        View::of(truth, |user| truth.candidates.rows(user).to_vec())
    }

    /// The candidates of a strategy, those of a user in the order of their ranks.
    fn of_strategy(&self, truth: &Truth, strategy: &Strategy) -> View {
        View::of(truth, |user| {
            let rows = truth.candidates.rows(user).iter().copied();
            let mut rows: Vec<IdxSize> = rows.filter(|row| strategy.ranks[*row as usize] > 0).collect();
            rows.sort_by_key(|row| strategy.ranks[*row as usize]);
            rows
        })
    }
}

/// Some of the candidates, user by user, the first of each first.
struct View {
    offers: Vec<Vec<Offer>>,
}

/// A candidate of a user.
#[derive(Clone, Copy)]
struct Offer {
    /// Its item.
    item: IdxSize,
    /// Whether it came to be, and stands there for the first time.
    found: bool,
}

impl View {
    /// These rows of each user. A pair that is among them again takes a place, and is found no second time.
    fn of(truth: &Truth, rows_of: impl Fn(usize) -> Vec<IdxSize>) -> Self {
        // For each item the last user that it was offered to, counted from 1.
        let mut offered = vec![0; truth.items];
        let offers = (1..=truth.users).map(|user| {
            let offer = |row: IdxSize| {
                let item = truth.item[row as usize];
                let again = std::mem::replace(&mut offered[item as usize], user) == user;
                Offer { item, found: truth.relevant[row as usize] && !again }
            };
            rows_of(user - 1).into_iter().map(offer).collect()
        });
        Self { offers: offers.collect() }
    }

    fn rows(&self) -> usize {
        self.offers.iter().map(Vec::len).sum()
    }
}

/// What came to be, beside the candidates.
struct Truth {
    /// Users of the candidates and of what came to be.
    users: usize,
    /// Items of both.
    items: usize,
    /// The candidates of each user.
    candidates: Grouped,
    /// The item of each candidate.
    item: Vec<IdxSize>,
    /// Whether the candidate came to be.
    relevant: Vec<bool>,
    /// How many pairs of each user came to be.
    wanted: Vec<usize>,
    /// How many users had each item.
    had_by: Vec<usize>,
}

impl Truth {
    fn of(pairs: &Pairs, on: &LazyFrame, user: &[String], item: &[String]) -> Result<Self, Fault> {
        let numbering = |own: &DataFrame, names: &[String]| {
            let types = meeting(names, &[own.clone().lazy(), on.clone()], "what is judged")?;
            Numbering::of(&[keyed(&own.clone().lazy(), names, &types)?, keyed(on, names, &types)?])
        };
        let (users, items) = (numbering(&pairs.user, user)?, numbering(&pairs.item, item)?);
        let (user_count, item_count) = (users.count(), items.count());
        let [item, bought] = <[Vec<IdxSize>; 2]>::try_from(items.codes).unwrap_or_default();
        let [owner, buyer] = <[Vec<IdxSize>; 2]>::try_from(users.codes).unwrap_or_default();
        if buyer.is_empty() {
            return Err(Fault::new("GML0922", "candidates are judged by rows, and there are none")
                .help("see which filter or which part of the split leaves no rows"));
        }
        let mut came: Vec<(IdxSize, IdxSize)> = buyer.iter().copied().zip(bought.iter().copied()).collect();
        came.sort_unstable();
        came.dedup();
        let (mut wanted, mut had_by) = (vec![0; user_count], vec![0; item_count]);
        for (user, item) in &came {
            wanted[*user as usize] += 1;
            had_by[*item as usize] += 1;
        }
        let relevant =
            owner.iter().zip(&item).map(|(user, item)| came.binary_search(&(*user, *item)).is_ok()).collect();
        let candidates = Grouped::of(&owner, user_count);
        Ok(Self { users: user_count, items: item_count, candidates, item, relevant, wanted, had_by })
    }

    /// A metric of some of the candidates.
    fn judge(&self, metric: &Value, view: &View) -> Result<f64, Fault> {
        let Value::Symbol { name, .. } = metric else {
            return Err(Fault::new("GML0999", format!("`{metric}` is given where a metric is due")));
        };
        let places = if is_recall_of_all(metric) { usize::MAX } else { count(metric, "k")? };
        let first = |user: usize| {
            let offers = &view.offers[user];
            &offers[..places.min(offers.len())]
        };
        let found = |user: usize| first(user).iter().filter(|offer| offer.found).count();
        let wanting = || (0..self.users).filter(|user| self.wanted[*user] > 0);
        let mean = |values: &mut dyn Iterator<Item = f64>| {
            let (sum, count) = values.fold((0.0, 0_usize), |(sum, count), value| (sum + value, count + 1));
            if count == 0 { 0.0 } else { sum / count as f64 }
        };
        match &**name {
            "recall" => Ok(mean(&mut wanting().map(|user| found(user) as f64 / self.wanted[user] as f64))),
            "map" => {
                let precision = |user: usize| {
                    let (mut hits, mut sum) = (0.0, 0.0);
                    for (place, offer) in first(user).iter().enumerate() {
                        if offer.found {
                            hits += 1.0;
                            sum += hits / (place as f64 + 1.0);
                        }
                    }
                    sum / self.wanted[user].min(places) as f64
                };
                Ok(mean(&mut wanting().map(precision)))
            }
            "ndcg" => {
                let gain = |place: usize| discounted(1.0, place as f64 + 1.0);
                let share = |user: usize| {
                    let offers = first(user).iter().enumerate();
                    let found: f64 = offers.filter(|(_, offer)| offer.found).map(|(place, _)| gain(place)).sum();
                    found / (0..self.wanted[user].min(places)).map(gain).sum::<f64>()
                };
                Ok(mean(&mut wanting().map(share)))
            }
            "mrr" => {
                let of_first = |user: usize| {
                    let place = first(user).iter().position(|offer| offer.found);
                    place.map_or(0.0, |place| 1.0 / (place as f64 + 1.0))
                };
                Ok(mean(&mut wanting().map(of_first)))
            }
            "hit_rate" => Ok(mean(&mut wanting().map(|user| f64::from(u8::from(found(user) > 0))))),
            "precision" => {
                let offered = (0..self.users).filter(|user| !view.offers[*user].is_empty());
                Ok(mean(&mut offered.map(|user| found(user) as f64 / first(user).len() as f64)))
            }
            "coverage" => {
                let mut shown = vec![false; self.items];
                for offer in (0..self.users).flat_map(&first) {
                    shown[offer.item as usize] = true;
                }
                Ok(shown.iter().filter(|shown| **shown).count() as f64 / self.items.max(1) as f64)
            }
            "novelty" => {
                let buyers = wanting().count() as f64;
                let surprise = |offer: &Offer| {
                    let had_by = self.had_by[offer.item as usize].max(1);
                    -(had_by as f64 / buyers).log2()
                };
                Ok(mean(&mut (0..self.users).flat_map(&first).map(surprise)))
            }
            _ => Err(Fault::new("GML0713", format!("`{name}` has no meaning for candidates"))
                .help(
                    "what fits: recall(), recall(k), precision(k), hit_rate(k), map(k), mrr(k), ndcg(k), coverage(k) and novelty(k)",
                )),
        }
    }
}
