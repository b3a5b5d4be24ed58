//! The operators and stores that are built in.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use gml_connect::{Fault, Folder, Part, Reading, Scan, Verified};
use gml_ir::{Dataset, Expr, StepKind, TableType, Type, Value};
use gml_operators::{Context, Data, Fitted, Implementation, Table, expr, frame};
use polars::prelude::{DataFrame, IntoLazy, LazyFrame};

use crate::backend::{Backend, Loaded, Saved, Stopped, Through};
use crate::{codes, schedule};

/// The connector of what was learned.
const ARTIFACT: &str = "artifact";

/// The operators of `gml-operators` and the stores of `gml-connect`, in this process.
#[derive(Debug, Default)]
pub struct Embedded {
    /// Files that were held against their rules, in this run.
    verified: Verified,
}

impl Backend for Embedded {
    fn operator(&self, module: &str, name: &str) -> Option<Implementation> {
        gml_operators::operator(module, name)
    }

    fn pending(&self, step: &StepKind) -> Option<String> {
        gml_operators::pending_in(step)
    }

    fn pending_store(&self, dataset: &Dataset) -> Option<String> {
        gml_operators::pending_store(dataset)
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

    fn scan(
        &self,
        dataset: &Dataset,
        project: &Path,
        reading: &Reading,
        through: &Through<'_>,
        context: &Context,
    ) -> Result<Loaded, Stopped> {
        let Type::Table(ty) = &dataset.ty else { return Err(Stopped::Reading(cannot_hold(dataset))) };
        let table = |frame: DataFrame| Table { frame: frame.lazy(), ty: ty.clone() };
        let scan = Scan::open(dataset, project, reading, &self.verified).map_err(Stopped::Reading)?;
        if !scan.streams() {
            let parts = in_order(scan.parts(), context.threads, |part| scan.read(part).map_err(Stopped::Reading))?;
            let loaded = scan.finish(parts, &self.verified).map_err(Stopped::Reading)?;
            let rows = Some(loaded.frame.height() as u64);
            let data = Data::Table(through(table(loaded.frame)).map_err(Stopped::Computing)?);
            return Ok(Loaded { data, rows, tolerated: loaded.tolerated });
        }
        let computed =
            |frame| through(table(frame)).and_then(|made| self.collect(made.frame)).map_err(Stopped::Computing);
        let parts = in_order(scan.parts(), context.threads, |part| {
            let Part { frame, report } = scan.read(part).map_err(Stopped::Reading)?;
            Ok((frame.map(computed).transpose()?, report))
        })?;
        let (frames, reports): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        let summary = scan.settle(reports, &self.verified).map_err(Stopped::Reading)?;
        let frame = match stacked(frames.into_iter().flatten()).map_err(Stopped::Computing)? {
            Some(frame) => frame,
            None => computed(scan.empty())?,
        };
        Ok(Loaded { data: Data::Table(table(frame)), rows: Some(summary.rows), tolerated: summary.tolerated })
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

/// The results of pieces of work in their order, done on at most so many threads.
fn in_order<T: Send>(
    pieces: usize,
    threads: usize,
    work: impl Fn(usize) -> Result<T, Stopped> + Sync,
) -> Result<Vec<T>, Stopped> {
    let results: Vec<Mutex<Option<T>>> = (0..pieces).map(|_| Mutex::new(None)).collect();
    schedule::run(&vec![Vec::new(); pieces], threads, |piece| {
        let result = work(piece)?;
        *results[piece].lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        Ok(())
    })?;
    Ok(results.into_iter().filter_map(|result| result.into_inner().unwrap_or_else(PoisonError::into_inner)).collect())
}

/// Frames of the same columns one behind the other.
fn stacked(mut frames: impl Iterator<Item = DataFrame>) -> Result<Option<DataFrame>, Fault> {
    let Some(mut all) = frames.next() else { return Ok(None) };
    for frame in frames {
        all.vstack_mut_owned(frame).map_err(|error| gml_connect::fault(&error))?;
    }
    Ok(Some(all))
}

fn save_fitted(dataset: &Dataset, fitted: &dyn Fitted, project: &Path) -> Result<Saved, Fault> {
    let folder = gml_connect::write_folder(dataset, project, |folder| gml_operators::save(fitted, folder).map(drop))?;
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
