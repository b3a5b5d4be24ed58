//! A fitted recipe: steps one after the other.

use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Learned, Row, TableType};
use serde::{Deserialize, Serialize};

use super::step::Step;
use super::stored;
use crate::data::{Context, Table};
use crate::learned::Fitted;

/// What several steps learned, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Recipe {
    /// Each is applied to what the one before gives.
    pub(crate) steps: Vec<Step>,
}

impl Recipe {
    /// The columns that the made ones are made of, by the names of the made ones.
    pub(crate) fn sources(&self) -> HashMap<String, Arc<str>> {
        let mut sources: HashMap<String, Arc<str>> = HashMap::new();
        for made in self.steps.iter().flat_map(Step::made) {
            let source = sources.get(&*made.source.column).unwrap_or(&made.source.column);
            let source = Arc::clone(source);
            sources.insert(made.name, source);
        }
        sources
    }

    /// The columns that rows must have for these to come out: what steps read, and what none of them makes. A column that is only
    /// left out need not be there.
    pub(crate) fn reads(&self, wanted: &[Arc<str>]) -> Vec<Arc<str>> {
        let mut made: HashSet<String> = HashSet::new();
        let mut reads: Vec<Arc<str>> = Vec::new();
        let mut read = |name: &Arc<str>, made: &HashSet<String>| {
            if !made.contains(&**name) && !reads.contains(name) {
                reads.push(Arc::clone(name));
            }
        };
        for step in &self.steps {
            step.inputs().into_iter().for_each(|input| read(&input.column, &made));
            made.extend(step.made().into_iter().map(|made| made.name));
        }
        wanted.iter().for_each(|name| read(name, &made));
        reads
    }

    /// The table with all steps behind it. Row order and partitions stay.
    ///
    /// # Errors
    /// GML0704 and GML0705 where a column is missing or of another kind, GML0302 where two columns would have one name.
    pub(crate) fn apply(&self, table: &Table) -> Result<Table, Fault> {
        let mut row = Row::clone(&table.ty.row);
        let mut frame = table.frame.clone();
        for step in &self.steps {
            frame = step.apply(frame)?;
            step.retype(&mut row);
        }
        Ok(Table { frame, ty: TableType { row: Arc::new(row), partitions: table.ty.partitions } })
    }

    /// The row that comes out for this one.
    pub(crate) fn row(&self, row: &Row) -> Row {
        let mut row = row.clone();
        for step in &self.steps {
            step.retype(&mut row);
        }
        row
    }
}

/// A recipe that was fitted: a transform.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FittedRecipe {
    /// The steps.
    pub(crate) recipe: Recipe,
    /// The row that it was fitted on.
    pub(crate) input: Arc<Row>,
}

impl Fitted for FittedRecipe {
    fn apply(&self, table: &Table, _: &Context) -> Result<Table, Fault> {
        self.recipe.apply(table)
    }

    fn ty(&self) -> Learned {
        Learned::Transform(Some((Arc::clone(&self.input), Arc::new(self.recipe.row(&self.input)))))
    }

    fn save(&self, folder: &Path) -> Result<(), Fault> {
        stored::save(self, folder)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
