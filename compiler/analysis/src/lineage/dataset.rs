//! The lineage of a column of a dataset, for `gmlc graph --column` and the editor.

use std::sync::Arc;

use gml_diagnostics::Span;

use super::column::{ColumnId, Columns, How, Maker};
use super::fact::TableFacts;
use super::flow::Flow;
use crate::hash::{Map, Set};
use crate::package::Package;
use crate::typed::{DatasetId, Text, TypedProgram};

/// Lineage of every dataset of a program. Cheap to ask, not quite cheap to make: keep it.
#[derive(Clone, Debug)]
pub struct Lineage {
    columns: Columns,
    datasets: Map<DatasetId, Vec<(Text, ColumnId)>>,
    /// Columns of what steps gave, where they were asked for.
    steps: Map<StepResult, Vec<(Text, ColumnId)>>,
}

/// What a step gave, or a part of it by its name.
type StepResult = (Span, Option<Text>);

/// How a column of a dataset comes to be.
#[derive(Clone, Debug)]
pub struct ColumnLineage {
    /// The columns of datasets that it is made of in the end, each once, by dataset and name.
    pub sources: Vec<SourceColumn>,
    /// All columns on the way, what is made behind what it is made of; the last one is the column itself (where it is one or
    /// the other by an `if`, one of them). The sources are among them.
    pub steps: Vec<LineageStep>,
}

/// A column of a dataset that no pipeline saves.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceColumn {
    /// The dataset.
    pub dataset: DatasetId,
    /// The column.
    pub column: Text,
}

impl PartialOrd for DatasetId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DatasetId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

/// A column on the way.
#[derive(Clone, Debug)]
pub struct LineageStep {
    /// Its name there.
    pub name: Text,
    /// What made it: a dataset, the operator of that name.
    pub maker: Maker,
    /// The expression that made it; of a column of a dataset, its declaration.
    pub span: Span,
    /// What it is made of: places in [`ColumnLineage::steps`], all before it, and how. A place may be there more than
    /// once, in different ways.
    pub inputs: Vec<(usize, How)>,
}

impl Lineage {
    /// Follows the columns of a program.
    pub fn of(package: &Package, program: &TypedProgram) -> Self {
        Self::made(Flow::of(package, program))
    }

    /// The same with the columns of what every step gives.
    pub fn with_steps(package: &Package, program: &TypedProgram) -> Self {
        Self::made(Flow::with_steps(package, program))
    }

    fn made(mut flow: Flow<'_>) -> Self {
        let program = flow.program;
        let columns = |tables: Vec<Arc<TableFacts>>| {
            let mut all: Vec<(Text, ColumnId)> = Vec::new();
            for column in tables.iter().flat_map(|table| &table.columns.named) {
                if !all.contains(column) {
                    all.push(column.clone());
                }
            }
            all
        };
        let steps = flow.take_given().into_iter().map(|(place, tables)| (place, columns(tables))).collect();
        let mut datasets = Map::default();
        for place in 0..program.datasets.len() {
            let id = DatasetId(u32::try_from(place).unwrap_or(u32::MAX));
            let mut tables = Vec::new();
            if let Some(fact) = flow.dataset_facts(id) {
                fact.each_table(&mut |table| tables.push(table.clone()));
            }
            if !tables.is_empty() {
                datasets.insert(id, columns(tables));
            }
        }
        Self { columns: flow.columns, datasets, steps }
    }

    /// The graph of all columns.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The columns of a dataset that the program reads or saves.
    pub fn columns_of(&self, dataset: DatasetId) -> &[(Text, ColumnId)] {
        self.datasets.get(&dataset).map_or(&[], Vec::as_slice)
    }

    /// The columns that the step at a place gives, where [`Lineage::with_steps`] was asked: `part` is that of a record, such as
    /// `train`. A column of a step within a node that is called several times is there for each of them.
    pub fn columns_at(&self, step: Span, part: Option<&str>) -> &[(Text, ColumnId)] {
        self.steps.get(&(step, part.map(Text::from))).map_or(&[], Vec::as_slice)
    }

    /// How a column of a dataset comes to be; `None` where the program neither reads nor saves the dataset, or it has no
    /// such column.
    pub fn of_column(&self, dataset: DatasetId, column: &str) -> Option<ColumnLineage> {
        let named = self.columns_of(dataset).iter().filter(|(name, _)| &**name == column);
        let ids: Vec<ColumnId> = named.map(|(_, id)| *id).collect();
        (!ids.is_empty()).then(|| self.behind(&ids))
    }

    /// How columns come to be.
    pub fn behind(&self, columns: &[ColumnId]) -> ColumnLineage {
        // What a column is made of was there before it, so the order of ids is the order of making.
        let mut on_the_way = columns.to_vec();
        let mut waiting = columns.to_vec();
        let mut known = Set::from_iter(columns.iter().copied());
        while let Some(id) = waiting.pop() {
            for of in self.columns.get(id).inputs.iter().filter_map(|input| input.column) {
                if known.insert(of) {
                    on_the_way.push(of);
                    waiting.push(of);
                }
            }
        }
        on_the_way.sort_unstable();
        let places: Map<ColumnId, usize> = on_the_way.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let mut sources = Vec::new();
        let steps = on_the_way.iter().map(|id| {
            let node = self.columns.get(*id);
            if let Maker::Dataset(dataset) = node.maker {
                sources.push(SourceColumn { dataset, column: node.name.clone() });
            }
            let inputs = node.inputs.iter().filter_map(|input| Some((*places.get(&input.column?)?, input.how.clone())));
            LineageStep {
                name: node.name.clone(),
                maker: node.maker.clone(),
                span: node.span,
                inputs: inputs.collect(),
            }
        });
        let steps = steps.collect();
        sources.sort();
        sources.dedup();
        ColumnLineage { sources, steps }
    }
}

/// How a column of a dataset comes to be; see [`Lineage::of_column`]. To ask for several, keep a [`Lineage`].
pub fn of_column(package: &Package, program: &TypedProgram, dataset: DatasetId, column: &str) -> Option<ColumnLineage> {
    Lineage::of(package, program).of_column(dataset, column)
}
