//! Rows with a target, and which rows say what it is. The same customers, described at two times and labelled with what came
//! to be behind each, are the same rows of their table and not the same to learn from.

use super::call::Called;
use super::column::{ColumnId, How};
use super::fact::{ColumnsOf, TableFacts};
use super::flow::Flow;
use super::learn::target_of;
use super::rows::Rows;
use crate::hash::Set;

impl<'p> Flow<'p> {
    /// The rows that the target of a table is made of; `None` where it is stored with the rows, or nothing is known of it.
    pub(crate) fn outcome(&self, table: &TableFacts) -> Option<Rows> {
        let target = target_of(table)?;
        let mut rows = Vec::new();
        let mut known: Set<ColumnId> = Set::from_iter([target]);
        let mut waiting = vec![target];
        while let Some(column) = waiting.pop() {
            if let Some(of) = self.labelled.get(&column) {
                rows.extend(of.iter().cloned());
                continue;
            }
            let node = self.columns.get(column);
            if node.inputs.is_empty() && node.was_target {
                return None;
            }
            for input in &node.inputs {
                match &input.how {
                    How::Same | How::Branch(_) | How::Row => {
                        waiting.extend(input.column.filter(|of| known.insert(*of)))
                    }
                    How::Joined(of) | How::Before(of) => rows.extend(of.iter().cloned()),
                    How::Over(over) => rows.extend(over.rows.iter().cloned()),
                    How::Key | How::Chosen(_) => {}
                    How::Learned(_) | How::Selected(_) | How::Predicted(_) | How::Perhaps => return None,
                }
            }
        }
        rows.sort_unstable();
        rows.dedup();
        (!rows.is_empty()).then(|| rows.into())
    }

    /// Whether a target says which pairs are among later rows.
    pub(crate) fn is_looked_up(&self, target: ColumnId) -> bool {
        self.labelled.contains_key(&target)
    }

    /// Remembers of a target that a call with `bought_in` makes which rows say what it is.
    pub(super) fn label_made(&mut self, called: &Called<'p>, columns: &ColumnsOf, target: Option<&str>) {
        let (Some(place), Some(target)) = (called.signature.param("bought_in"), target) else { return };
        let outcomes = called.tables.iter().filter(|argument| argument.place == place);
        let rows: Rows = outcomes.flat_map(|argument| argument.table.rows.iter().cloned()).collect();
        if let Some(column) = columns.get(target) {
            self.labelled.insert(column, rows);
        }
    }
}
