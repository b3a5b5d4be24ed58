//! Trials of an estimator that has nothing to make ready: each is fitted from the start.

use std::sync::Arc;

use gml_connect::Fault;

use crate::data::{Context, Table};
use crate::learned::{Change, Estimator, Fitted, Trials, Watch};

struct Afresh {
    estimator: Arc<dyn Estimator>,
    train: Table,
    valid: Table,
}

/// Fits from the start, with nothing kept between them.
pub(crate) fn afresh(estimator: Arc<dyn Estimator>, train: &Table, valid: &Table) -> Box<dyn Trials> {
    Box::new(Afresh { estimator, train: train.clone(), valid: valid.clone() })
}

impl Trials for Afresh {
    fn fit(&self, changes: &[Change], _: Watch<'_>, context: &Context) -> Result<Option<Arc<dyn Fitted>>, Fault> {
        self.estimator.with(changes, context)?.fit(&self.train, Some(&self.valid), context).map(Some)
    }

    fn valid(&self) -> &Table {
        &self.valid
    }
}
