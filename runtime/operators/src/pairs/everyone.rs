//! `for_everyone`: every user with every item.

use gml_connect::Fault;
use polars::prelude::{JoinArgs, JoinType, MaintainOrderJoin, UniqueKeepStrategy};

use crate::data::{Call, Data};
use crate::frame::{columns, schema};
use crate::table::{CallExt, no_collision};

/// `for_everyone`: each user once, in order of first appearance, and for each all rows in their order.
pub(super) fn for_everyone(call: Call<'_>) -> Result<Data, Fault> {
    let rows = call.table("input")?.frame.clone();
    let users = call.table("users")?.frame.clone().select(columns(&call.keys("user")?));
    no_collision(&*schema(&users)?, &*schema(&rows)?, &[])?;
    let users = users.unique_stable(None, UniqueKeepStrategy::First);
    // Unless told so, the engine takes it that nobody cares about the order of what comes in.
    let order = JoinArgs { maintain_order: MaintainOrderJoin::LeftRight, ..JoinArgs::new(JoinType::Cross) };
    call.give(users.join(rows, Vec::new(), Vec::new(), order))
}
