//! What is to be learned: labels, weights and queries of the rows to learn from.

use std::collections::HashMap;
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Role, Row};
use polars::prelude::{Column, DataFrame, DataType, IdxCa, IdxSize, NamedFrom};

use super::parameters::Objective;
use crate::data::Table;
use crate::frame::{self, fault};
use crate::prep::{Cell, Distinct, Kind};

/// The columns with a role that learning reads.
#[derive(Clone)]
pub(crate) struct Roles {
    pub(crate) target: Arc<str>,
    pub(crate) weight: Option<Arc<str>>,
    pub(crate) group: Option<Arc<str>>,
}

impl Roles {
    /// # Errors
    /// GML0701 where no column is the target.
    pub(crate) fn of(row: &Row) -> Result<Self, Fault> {
        let named = |role| row.with_role(role).map(|column| Arc::clone(&column.name));
        let target = named(Role::Target).ok_or_else(|| {
            Fault::new("GML0701", "no column has the role `target`")
                .help("mark the column to predict: `target bought: bool`")
        })?;
        Ok(Self { target, weight: named(Role::Weight), group: named(Role::Group) })
    }

    /// Target, weight, and the group where a ranking is learned.
    pub(crate) fn names(&self, objective: Objective) -> impl Iterator<Item = &Arc<str>> {
        let group = self.group.as_ref().filter(|_| objective == Objective::Lambdarank);
        [Some(&self.target), self.weight.as_ref(), group].into_iter().flatten()
    }
}

/// What is to be learned of a target, by its type: whether it is true, its class, or its number.
///
/// # Errors
/// GML0701 without a target, GML0702 where it is nothing that can be learned.
pub(crate) fn objective_of(table: &Table) -> Result<Objective, Fault> {
    let target = Roles::of(&table.ty.row)?.target;
    let schema = frame::schema(&table.frame)?;
    let dtype = schema.get(&target).ok_or_else(|| Fault::new("GML0999", "the target is no column of the rows"))?;
    match Kind::of(dtype) {
        Kind::Bool => Ok(Objective::Binary),
        Kind::Text => Ok(Objective::Multiclass),
        Kind::Number => Ok(Objective::Regression),
        _ => Err(Fault::new("GML0702", format!("the target `{target}` is of type {dtype}, which no model learns"))
            .help("derive a bool, a text or a number as the target")),
    }
}

/// The classes of a target in their order: numbers by size, texts by their letters, false before true.
///
/// # Errors
/// GML0702 where the target is neither text nor whole numbers nor bool, GML0928 where there is a single class.
pub(crate) fn classes(column: &Column) -> Result<Vec<Arc<str>>, Fault> {
    let name = column.name();
    if column.dtype().is_float() || matches!(Kind::of(column.dtype()), Kind::Other) {
        return Err(Fault::new(
            "GML0702",
            format!("the target `{name}` holds {}, and classes are texts or whole numbers", column.dtype()),
        )
        .help("take `objective: regression` for numbers, or make classes of them with derive"));
    }
    let mut cells = Distinct::of(column)?.cells;
    cells.sort_by(|left, right| match (left, right) {
        (Cell::Int(left), Cell::Int(right)) => left.cmp(right),
        (Cell::Bool(left), Cell::Bool(right)) => left.cmp(right),
        _ => left.label().cmp(&right.label()),
    });
    let classes: Vec<Arc<str>> = cells.iter().map(|cell| cell.label().into()).collect();
    if let [only] = &*classes {
        return Err(one_class(name, only));
    }
    Ok(classes)
}

fn one_class(target: &str, only: &str) -> Fault {
    Fault::new("GML0928", format!("the target `{target}` is {only} in every row to learn from"))
        .help("learn from rows with at least two values of the target: see the filter and the split before this")
}

/// The labels as LightGBM wants them: 0 and 1, the place of the class, the number itself.
///
/// # Errors
/// GML0709 where the target is null, GML0702 where it has another type than the objective wants, GML0921 where a label is
/// out of range, GML0928 where a binary target has a single value.
pub(crate) fn labels(
    objective: Objective,
    column: &Column,
    classes: &[Arc<str>],
    training: bool,
) -> Result<Vec<f32>, Fault> {
    no_nulls(column)?;
    let name = column.name();
    let unfit = |wanted: &str| {
        Fault::new(
            "GML0702",
            format!(
                "the target `{name}` is of type {}, and `objective: {}` learns {wanted}",
                column.dtype(),
                objective.name()
            ),
        )
    };
    match objective {
        Objective::Binary => {
            let truths = column.bool().map_err(|_| unfit("a bool").help("derive the target as a condition"))?;
            let labels: Vec<f32> = truths.iter().flatten().map(|truth| f32::from(u8::from(truth))).collect();
            match labels.first() {
                Some(first) if training && labels.iter().all(|label| label == first) => {
                    Err(one_class(name, if *first == 1.0 { "true" } else { "false" }))
                }
                _ => Ok(labels),
            }
        }
        Objective::Multiclass => {
            let places: HashMap<&str, usize> =
                classes.iter().enumerate().map(|(place, class)| (&**class, place)).collect();
            let distinct = Distinct::of(column)?;
            let labels = distinct.cells.iter().map(|cell| {
                places.get(&*cell.label()).map(|place| *place as f32).ok_or_else(|| {
                    Fault::new(
                        "GML0921",
                        format!(
                            "the target `{name}` is {} in rows to stop by, and never in those to learn from",
                            cell.label()
                        ),
                    )
                    .help("split so that every class is among the rows to learn from: split_stratified")
                })
            });
            let labels = labels.collect::<Result<Vec<f32>, _>>()?;
            Ok(distinct.codes.iter().flatten().map(|code| labels[*code as usize]).collect())
        }
        Objective::Regression => {
            let numbers = numbers(column).map_err(|_| unfit("a number"))?;
            if let Some(odd) = numbers.iter().find(|number| !number.is_finite()) {
                return Err(Fault::new("GML0921", format!("the target `{name}` is {odd} in some row"))
                    .help("leave such rows out with filter"));
            }
            Ok(numbers.iter().map(|number| *number as f32).collect())
        }
        Objective::Lambdarank => {
            let column = &grades(column)?;
            if !column.dtype().is_integer() {
                return Err(unfit("whole numbers, the relevance"));
            }
            let relevance = numbers(column)?;
            if let Some(odd) = relevance.iter().find(|relevance| !(0.0..=30.0).contains(*relevance)) {
                return Err(Fault::new(
                    "GML0921",
                    format!("the target `{name}` is {odd}, and a relevance lies in 0..30"),
                )
                .help("map the grades to 0 (not relevant), 1, 2, .. with derive"));
            }
            Ok(relevance.iter().map(|relevance| *relevance as f32).collect())
        }
    }
}

/// The target of a model that adds up numbers: 0 and 1 for `binary`, else the number itself.
///
/// # Errors
/// GML0709 where it is null, GML0702 where it has another type, GML0921 where it is not finite, GML0928 where a binary target
/// has a single value.
pub(crate) fn numbers_of(objective: Objective, operator: &str, column: &Column) -> Result<Vec<f64>, Fault> {
    no_nulls(column)?;
    let name = column.name();
    let unfit = |wanted: &str| {
        Fault::new(
            "GML0702",
            format!("the target `{name}` is of type {}, and {operator} learns {wanted}", column.dtype()),
        )
    };
    if objective == Objective::Binary {
        let truths = column.bool().map_err(|_| unfit("a bool").help("derive the target as a condition"))?;
        let labels: Vec<f64> = truths.iter().flatten().map(|truth| f64::from(u8::from(truth))).collect();
        return match labels.first() {
            Some(first) if labels.iter().all(|label| label == first) => {
                Err(one_class(name, if *first == 1.0 { "true" } else { "false" }))
            }
            _ => Ok(labels),
        };
    }
    let numbers = numbers(column).map_err(|_| unfit("a number"))?;
    match numbers.iter().find(|number| !number.is_finite()) {
        Some(odd) => Err(Fault::new("GML0921", format!("the target `{name}` is {odd} in some row"))
            .help("leave such rows out with filter")),
        None => Ok(numbers),
    }
}

/// Relevance as whole numbers: true is 1.
pub(crate) fn grades(column: &Column) -> Result<Column, Fault> {
    if *column.dtype() == DataType::Boolean { column.cast(&DataType::Int32).map_err(fault) } else { Ok(column.clone()) }
}

/// All values of a column of numbers that has no nulls.
pub(crate) fn numbers(column: &Column) -> Result<Vec<f64>, Fault> {
    if Kind::of(column.dtype()) != Kind::Number {
        return Err(Fault::new(
            "GML0702",
            format!("the column `{}` is of type {}, and numbers are due", column.name(), column.dtype()),
        ));
    }
    let floats = column.cast(&DataType::Float64).map_err(fault)?;
    Ok(floats.f64().map_err(fault)?.iter().flatten().collect())
}

/// # Errors
/// GML0709 with the number of nulls.
pub(crate) fn no_nulls(column: &Column) -> Result<(), Fault> {
    let (name, nulls, rows) = (column.name(), column.null_count(), column.len());
    if nulls == 0 {
        return Ok(());
    }
    Err(Fault::new("GML0709", format!("`{name}` is null in {nulls} of {rows} rows"))
        .help(format!("leave those rows out: filter(.{name} is not null)")))
}

/// The weights of rows.
///
/// # Errors
/// GML0709 where one is null, GML0921 where one is negative or not finite.
pub(crate) fn weights(column: &Column) -> Result<Vec<f64>, Fault> {
    no_nulls(column)?;
    let weights = numbers(column)?;
    match weights.iter().find(|weight| !(weight.is_finite() && **weight >= 0.0)) {
        Some(odd) => Err(Fault::new("GML0921", format!("the weight `{}` is {odd} in some row", column.name()))
            .help("a weight is a number from 0")),
        None => Ok(weights),
    }
}

/// The query of each row, counted by first appearance.
///
/// # Errors
/// GML0709 where it is null.
pub(crate) fn queries(column: &Column) -> Result<Vec<usize>, Fault> {
    no_nulls(column)?;
    Ok(Distinct::of(column)?.codes.into_iter().flatten().map(|code| code as usize).collect())
}

/// The rows with those of each query together, in order of first appearance, and the sizes of the queries.
///
/// # Errors
/// Those of [`queries`].
pub(crate) fn grouped(rows: DataFrame, group: &str) -> Result<(DataFrame, Vec<i32>), Fault> {
    let queries = queries(rows.column(group).map_err(fault)?)?;
    let mut sizes = vec![0_i32; queries.iter().max().map_or(0, |last| last + 1)];
    for query in &queries {
        sizes[*query] += 1;
    }
    if queries.is_sorted() {
        return Ok((rows, sizes));
    }
    let mut order: Vec<usize> = (0..queries.len()).collect();
    order.sort_by_key(|row| queries[*row]);
    let order: Vec<IdxSize> = order.into_iter().map(|row| IdxSize::try_from(row).unwrap_or(IdxSize::MAX)).collect();
    Ok((rows.take(&IdxCa::new("order".into(), order)).map_err(fault)?, sizes))
}
