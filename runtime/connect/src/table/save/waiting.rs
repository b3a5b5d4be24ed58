//! Rows that wait until there are enough of them for a group.

use polars::prelude::DataFrame;

use crate::Fault;
use crate::query::guarded;

/// Rows of a group of a Parquet file, and of a batch of an Arrow file. A reader holds one at a time, so they are what bounds its
/// memory.
pub(super) const GROUP: usize = 1 << 18;

/// Rows that wait.
#[derive(Default)]
pub(super) struct Waiting(Option<DataFrame>);

impl Waiting {
    /// Puts rows behind those that wait, and has each group that is full written.
    pub(super) fn push(
        &mut self,
        frame: DataFrame,
        mut write: impl FnMut(DataFrame) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut waiting = match self.0.take() {
            Some(mut waiting) => {
                guarded(|| waiting.vstack_mut_owned(frame).map(drop))?;
                waiting
            }
            None => frame,
        };
        while waiting.height() >= GROUP {
            write(whole(waiting.slice(0, GROUP)))?;
            waiting = waiting.slice(GROUP as i64, waiting.height() - GROUP);
        }
        self.0 = Some(waiting);
        Ok(())
    }

    /// What still waits; `None` where there never was a row nor a column.
    pub(super) fn rest(&mut self) -> Option<DataFrame> {
        self.0.take().map(whole)
    }
}

/// Rows in one stretch of memory: each stretch would become a group of its own.
fn whole(mut rows: DataFrame) -> DataFrame {
    rows.rechunk_mut();
    rows
}
