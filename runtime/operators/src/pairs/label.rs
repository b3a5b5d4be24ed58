//! `label`: whether a pair came to be.

use gml_connect::Fault;
use polars::prelude::{Expr, JoinArgs, JoinType, MaintainOrderJoin, UniqueKeepStrategy, col, cols, lit};

use crate::data::{Call, Data};
use crate::expr::{common, type_of};
use crate::frame::{TEMPORARY, schema};
use crate::table::CallExt;

/// The column that is made.
const LABEL: &str = "label";

/// `label`: the rows as they are, and a truth for each. As in a join, null is equal to nothing.
pub(super) fn label(call: Call<'_>) -> Result<Data, Fault> {
    let (pairs, bought) = (call.table("input")?.frame.clone(), call.table("bought_in")?.frame.clone());
    let (ours, theirs) = (schema(&pairs)?, schema(&bought)?);
    if ours.contains(LABEL) {
        return Err(Fault::new("GML0303", format!("the rows that `{}` is given have a column {LABEL}", call.operator))
            .help(format!("drop or rename it before: `|> drop([.{LABEL}])`")));
    }
    let keys = call.keys("on")?;
    let temporary: Vec<String> = (0..keys.len()).map(|place| format!("{TEMPORARY}key_{place}")).collect();
    let (mut of_pairs, mut of_bought): (Vec<Expr>, Vec<Expr>) = (Vec::new(), Vec::new());
    for (key, name) in keys.iter().zip(&temporary) {
        let (Some(a), Some(b)) = (ours.get(key), theirs.get(key)) else {
            let side = if ours.contains(key) { "`bought_in`" } else { "the table of pairs" };
            return Err(Fault::new("GML0301", format!("{side} has no column {key}"))
                .help("name a column that both tables have, or rename one"));
        };
        let Some(both) = common(a, b) else {
            let (a, b) = (type_of(a), type_of(b));
            return Err(Fault::new("GML0304", format!("{key} is {a} in the pairs and {b} in `bought_in`"))
                .help("convert one of them before"));
        };
        of_pairs.push(col(key.as_str()).cast(both.clone()).alias(name.as_str()));
        of_bought.push(col(key.as_str()).cast(both).alias(name.as_str()));
    }
    let bought = bought.select(of_bought).unique(None, UniqueKeepStrategy::Any).with_columns([lit(true).alias(LABEL)]);
    let on: Vec<Expr> = temporary.iter().map(|name| col(name.as_str())).collect();
    let order = JoinArgs { maintain_order: MaintainOrderJoin::Left, ..JoinArgs::new(JoinType::Left) };
    let labelled = pairs.with_columns(of_pairs).join(bought, on.clone(), on, order);
    call.give(labelled.with_columns([col(LABEL).fill_null(lit(false))]).drop(cols(temporary)))
}
