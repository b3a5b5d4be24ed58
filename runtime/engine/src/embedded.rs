//! The operators and stores that are built in.

use std::fs;
use std::path::Path;

use gml_connect::{Fault, Folder};
use gml_ir::{Dataset, Expr, TableType, Type, Value};
use gml_operators::{Context, Data, Fitted, Implementation, Table, expr, frame};
use polars::prelude::{DataFrame, IntoLazy, LazyFrame};

use crate::backend::{Backend, Loaded, Saved};
use crate::codes;

/// The connector of what was learned.
const ARTIFACT: &str = "artifact";

/// The operators of `gml-operators` and the stores of `gml-connect`, in this process.
#[derive(Clone, Copy, Debug, Default)]
pub struct Embedded;

impl Backend for Embedded {
    fn operator(&self, module: &str, name: &str) -> Option<Implementation> {
        gml_operators::operator(module, name)
    }

    fn literal(&self, cells: &[Vec<Value>], ty: &TableType) -> Result<Table, Fault> {
        Ok(Table { frame: expr::table_literal(&ty.row, cells)?, ty: ty.clone() })
    }

    fn compute(&self, expr: &Expr, inputs: &[Value]) -> Result<Value, Fault> {
        expr::compute(inputs, expr)
    }

    fn collect(&self, query: LazyFrame) -> Result<DataFrame, Fault> {
        frame::collect(query)
    }

    fn load(&self, dataset: &Dataset, project: &Path, _context: &Context) -> Result<Loaded, Fault> {
        match &dataset.ty {
            Type::Table(ty) => {
                let loaded = gml_connect::read(dataset, project)?;
                let rows = Some(loaded.frame.height() as u64);
                let table = Table { frame: loaded.frame.lazy(), ty: ty.clone() };
                Ok(Loaded { data: Data::Table(table), rows, tolerated: loaded.tolerated })
            }
            Type::Learned(_) if &*dataset.connector.name == ARTIFACT => {
                let folder = Folder::newest(dataset, project)?;
                let fitted = gml_operators::load(&folder.path)?;
                Ok(Loaded { data: Data::Fitted(fitted), rows: None, tolerated: Vec::new() })
            }
            _ => Err(cannot_hold(dataset)),
        }
    }

    fn save(&self, dataset: &Dataset, value: &Data, project: &Path) -> Result<Saved, Fault> {
        match value {
            Data::Table(table) => {
                let frame = self.collect(table.frame.clone())?;
                let written = gml_connect::write(dataset, frame, project)?;
                let (rows, bytes) = (Some(written.rows), Some(written.bytes));
                Ok(Saved { path: written.path, rows, bytes, tolerated: written.tolerated })
            }
            Data::Fitted(fitted) if &*dataset.connector.name == ARTIFACT => save_fitted(dataset, &**fitted, project),
            _ => Err(cannot_hold(dataset)),
        }
    }
}

fn save_fitted(dataset: &Dataset, fitted: &dyn Fitted, project: &Path) -> Result<Saved, Fault> {
    let folder = gml_connect::write_folder(dataset, project, |folder| fitted.save(folder))?;
    let bytes = size(&folder.path);
    Ok(Saved { path: folder.path, rows: None, bytes, tolerated: Vec::new() })
}

/// Bytes of the files of a folder; `None` where it cannot be looked into.
fn size(folder: &Path) -> Option<u64> {
    let sizes = fs::read_dir(folder).ok()?.map(|entry| Some(entry.ok()?.metadata().ok()?.len()));
    sizes.sum()
}

fn cannot_hold(dataset: &Dataset) -> Fault {
    let message = format!("`{}` is {}, which {} cannot hold", dataset.name, dataset.ty, dataset.connector.name);
    Fault::new(codes::CONNECTOR_CANNOT_HOLD, message)
        .at(&dataset.name)
        .help("keep tables as parquet, csv or jsonl, and what was learned as artifact")
}
