//! The estimators of `std.prep`.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Type, Value};
use polars::prelude::{Column, DataFrame, col};

use super::recipe::{Affine, Coded, FittedRecipe, Input, Recipe, Step};
use super::values::{Cell, Distinct, Kind};
use super::{Filling, Scaling, fit};
use crate::data::{Context, Table};
use crate::frame;
use crate::learn::recall::Recall;
use crate::learned::{Change, Estimator, Fitted, Trials};
use crate::tune::afresh;

/// A step that has not learned yet, and its columns.
pub(crate) enum Prepare {
    /// `impute`
    Impute(Filling, Vec<Arc<str>>),
    /// `one_hot`
    OneHot(Vec<Arc<str>>),
    /// `ordinal`
    Ordinal(Vec<Arc<str>>),
    /// `scale`
    Scale(Scaling, Vec<Arc<str>>),
}

/// A step and the call that made it.
pub(super) struct PrepareCall {
    pub(super) prepare: Prepare,
    pub(super) recall: Recall,
}

impl Estimator for PrepareCall {
    fn fit(&self, train: &Table, _: Option<&Table>, _: &Context) -> Result<Arc<dyn Fitted>, Fault> {
        let step = self.prepare.learn(train)?;
        Ok(Arc::new(FittedRecipe { recipe: Recipe { steps: vec![step] }, input: Arc::clone(&train.ty.row) }))
    }

    fn with(&self, changes: &[Change], context: &Context) -> Result<Arc<dyn Estimator>, Fault> {
        self.recall.with(changes, context)
    }

    fn argument(&self, operator: Option<&str>, name: &str) -> Option<&Value> {
        self.recall.argument(operator, name)
    }

    fn trials(
        &self,
        _: &[(Option<Arc<str>>, Arc<str>)],
        train: &Table,
        valid: &Table,
        context: &Context,
    ) -> Result<Box<dyn Trials>, Fault> {
        Ok(afresh(self.with(&[], context)?, train, valid))
    }
}

impl Prepare {
    fn columns(&self) -> &[Arc<str>] {
        match self {
            Self::Impute(_, columns) | Self::OneHot(columns) | Self::Ordinal(columns) | Self::Scale(_, columns) => {
                columns
            }
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Impute(..) => "impute",
            Self::OneHot(_) => "one_hot",
            Self::Ordinal(_) => "ordinal",
            Self::Scale(..) => "scale",
        }
    }

    fn learn(&self, train: &Table) -> Result<Step, Fault> {
        let rows = self.read(train)?;
        Ok(match self {
            Self::Impute(filling, _) => {
                let fills =
                    self.each(&rows, |input, column| fit::fill(filling, input, column, type_of(train, column)))?;
                Step::Impute { columns: fills }
            }
            Self::OneHot(_) => Step::OneHot {
                columns: self.each(&rows, |input, column| {
                    let values = match listed(type_of(train, column)) {
                        Some(values) => values,
                        None => Distinct::of(column)?.cells,
                    };
                    Ok(Coded { input, values })
                })?,
            },
            Self::Ordinal(_) => Step::Ordinal {
                columns: self.each(&rows, |input, column| Ok(Coded { input, values: Distinct::of(column)?.cells }))?,
            },
            Self::Scale(how, _) => Step::Scale {
                columns: self
                    .each(&rows, |input, column| -> Result<Affine, Fault> { fit::scale(*how, input, column) })?,
            },
        })
    }

    /// The columns to learn from, and nothing else.
    fn read(&self, train: &Table) -> Result<DataFrame, Fault> {
        let schema = frame::schema(&train.frame)?;
        if let Some(missing) = self.columns().iter().find(|name| schema.get(name).is_none()) {
            return Err(Fault::new(
                "GML0301",
                format!("`{}` reads the column `{missing}`, and there is none", self.name()),
            ));
        }
        let columns: Vec<_> = self.columns().iter().map(|name| col(&**name)).collect();
        let rows = frame::collect(train.frame.clone().select(columns))?;
        if rows.height() == 0 {
            return Err(Fault::new("GML0922", format!("`{}` has no rows to learn from", self.name()))
                .help("see which filter or which part of the split leaves no rows"));
        }
        Ok(rows)
    }

    fn each<T>(&self, rows: &DataFrame, learn: impl Fn(Input, &Column) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
        let columns = rows.columns().iter().zip(self.columns());
        columns
            .map(|(column, name)| {
                let input = Input { column: Arc::clone(name), kind: Kind::of(column.dtype()) };
                learn(input, column).map_err(|fault| fault.at(format!("{}([.{name}])", self.name())))
            })
            .collect()
    }
}

/// The type that the checker gave the column.
fn type_of<'a>(train: &'a Table, column: &Column) -> Option<&'a Type> {
    train.ty.row.get(column.name()).map(|column| column.ty.non_null())
}

/// The values of an enum: they are known before the run, and so are the columns made of them.
fn listed(ty: Option<&Type>) -> Option<Vec<Cell>> {
    match ty {
        Some(Type::Enum(values)) => Some(values.iter().map(|value| Cell::Text(Arc::clone(value))).collect()),
        _ => None,
    }
}
