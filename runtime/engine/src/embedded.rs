//! The operators and stores that are built in.

use std::path::Path;

use gml_connect::Fault;
use gml_ir::{Dataset, Expr, TableType, Value};
use gml_operators::{Context, Data, Implementation, Table};
use polars::prelude::{DataFrame, LazyFrame};

use crate::backend::{Backend, Loaded, Saved};

/// The operators of `gml-operators` and the stores of `gml-connect`, in this process.
#[derive(Clone, Copy, Debug, Default)]
pub struct Embedded;

impl Backend for Embedded {
    fn operator(&self, _module: &str, _name: &str) -> Option<Implementation> {
        None
    }

    fn literal(&self, _cells: &[Vec<Value>], _ty: &TableType) -> Result<Table, Fault> {
        Err(Fault::new("GML0912", "to come"))
    }

    fn compute(&self, _expr: &Expr, _inputs: &[Value]) -> Result<Value, Fault> {
        Err(Fault::new("GML0912", "to come"))
    }

    fn collect(&self, _query: LazyFrame) -> Result<DataFrame, Fault> {
        Err(Fault::new("GML0912", "to come"))
    }

    fn load(&self, _dataset: &Dataset, _project: &Path, _context: &Context) -> Result<Loaded, Fault> {
        Err(Fault::new("GML0912", "to come"))
    }

    fn save(&self, _dataset: &Dataset, _value: &Data, _project: &Path) -> Result<Saved, Fault> {
        Err(Fault::new("GML0912", "to come"))
    }
}
