//! The operators and stores that are built in.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use gml_connect::{Fault, Part, Reading, Scan, Size, Together, Verified, Writer, Written};
use gml_foreign::{Foreseen, Languages, MadeOf, Node, Say};
use gml_ir::{Dataset, Expr, Program, Step, StepKind, TableType, Type, Value};
use gml_operators::{
    Context, Data, Expressions, Fitted, Implementation, ImplementationInParts, ImplementationOfParts, Table, Told,
    expr, frame,
};
use polars::prelude::{DataFrame, Int64Chunked, IntoColumn, IntoLazy, LazyFrame, NewChunkedArray};

use crate::backend::{Backend, Gathered, Loaded, Parts, Room, Saved, Stopped, Streamed, Through, together};
use crate::spill::Buckets;
use crate::unsaved::Unsaved;
use crate::{codes, schedule};

/// The connector of what was learned.
const ARTIFACT: &str = "artifact";

/// The connector of encoders in ONNX form.
const ONNX: &str = "onnx";

/// The operators of `gml-operators` and the stores of `gml-connect`, in this process.
#[derive(Debug, Default)]
pub struct Embedded {
    /// Files that were held against their rules, in this run.
    verified: Verified,
    /// What runs nodes in other languages.
    languages: Languages,
    /// Who saves what is not there yet.
    unsaved: Unsaved,
}

impl Embedded {
    /// Those for a program in that folder.
    pub fn new(program: &Program, project: &Path) -> Self {
        Self {
            verified: Verified::default(),
            languages: Languages::new(&program.python, project),
            unsaved: Unsaved::of(program),
        }
    }
}

impl Embedded {
    /// A dataset of rows, for reading.
    fn open<'a>(&self, dataset: &'a Dataset, project: &Path, reading: &Reading) -> Result<Scan<'a>, Stopped> {
        let scan = Scan::open(dataset, project, reading, &self.verified);
        scan.map_err(|fault| Stopped::Reading(self.unsaved.told(fault, dataset)))
    }
}

impl Backend for Embedded {
    fn operator(&self, module: &str, name: &str) -> Option<Implementation> {
        gml_operators::operator(module, name)
    }

    fn operator_in_parts(&self, module: &str, name: &str) -> Option<ImplementationInParts> {
        gml_operators::operator_in_parts(module, name)
    }

    fn reducer(&self, module: &str, name: &str) -> Option<ImplementationOfParts> {
        gml_operators::reducer(module, name)
    }

    fn version(&self, module: &str, name: &str) -> String {
        gml_operators::version(module, name)
    }

    fn files(&self, dataset: &Dataset, project: &Path, reading: &Reading) -> Option<Result<Vec<PathBuf>, Fault>> {
        Some(match &dataset.ty {
            Type::Table(_) => gml_connect::files(dataset, project, reading, &self.verified),
            _ => self.verified.folder(dataset, project).and_then(|folder| gml_connect::files_in(&folder.path)),
        })
    }

    fn asked(&self, dataset: &Dataset, reading: &Reading) -> Vec<String> {
        gml_connect::told(dataset, reading, &self.verified)
    }

    fn newest(&self, dataset: &Dataset, project: &Path) -> Option<PathBuf> {
        // Of what is kept elsewhere nothing is held against what was saved.
        let keeps = gml_connect::is_versioned(dataset) && !gml_connect::is_elsewhere(dataset);
        let versions = keeps.then(|| gml_connect::versions(dataset, project)).and_then(Result::ok)?;
        versions.into_iter().last().map(|version| version.folder)
    }

    fn size(&self, dataset: &Dataset, project: &Path, reading: &Reading) -> Option<Size> {
        Scan::open(dataset, project, reading, &self.verified).ok().map(|scan| scan.size())
    }

    fn pending(&self, step: &Step) -> Option<String> {
        gml_operators::pending_in(step)
    }

    fn pending_store(&self, dataset: &Dataset) -> Option<String> {
        gml_operators::pending_store(dataset)
    }

    fn can_save(&self, dataset: &Dataset) -> Result<(), Fault> {
        gml_connect::can_save(dataset)
    }

    fn foresee(&self, node: &Node<'_>, args: &[(Arc<str>, Foreseen<'_>)]) -> Result<(), Fault> {
        self.languages.foresee(node, args)
    }

    fn made_of(&self, node: &Node<'_>) -> Result<MadeOf, String> {
        self.languages.made_of(node)
    }

    fn foreign(&self, node: &Node<'_>, args: Vec<(Arc<str>, Data)>, say: &Say<'_>) -> Result<Table, Fault> {
        self.languages.run(node, args, say)
    }

    fn rows(&self, step: &StepKind, expressions: &Expressions) -> Option<Told> {
        match step {
            StepKind::Call { module, operator, args } => gml_operators::told(module, operator, args, expressions),
            _ => None,
        }
    }

    fn computed_by(&self, step: &StepKind, expressions: &Expressions) -> Option<String> {
        match step {
            StepKind::Call { module, operator, args } => {
                gml_operators::computed_by(module, operator, args, expressions)
            }
            _ => None,
        }
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

    fn load(&self, dataset: &Dataset, project: &Path, context: &Context) -> Result<Loaded, Fault> {
        match &dataset.ty {
            Type::Table(ty) => {
                let loaded = gml_connect::read(dataset, project).map_err(|fault| self.unsaved.told(fault, dataset))?;
                let rows = Some(loaded.frame.height() as u64);
                let table = Table { frame: loaded.frame.lazy(), ty: ty.clone() };
                Ok(Loaded { data: Data::Table(table), rows, tolerated: loaded.tolerated, notes: Vec::new() })
            }
            Type::Learned(_) if &*dataset.connector.name == ARTIFACT => {
                let folder = self.verified.folder(dataset, project);
                let folder = folder.map_err(|fault| self.unsaved.told(fault, dataset))?;
                let fitted = gml_operators::load(&folder.path)?;
                Ok(Loaded { data: Data::Fitted(fitted), rows: None, tolerated: Vec::new(), notes: Vec::new() })
            }
            Type::Learned(_) if &*dataset.connector.name == ONNX => {
                let folder = self.verified.folder(dataset, project)?;
                let (fitted, notes) = gml_operators::open_onnx(dataset, &folder.path, context)?;
                Ok(Loaded { data: Data::Fitted(fitted), rows: None, tolerated: Vec::new(), notes })
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
        merge: Option<&Through<'_>>,
        context: &Context,
    ) -> Result<Loaded, Stopped> {
        let Type::Table(ty) = &dataset.ty else { return Err(Stopped::Reading(cannot_hold(dataset))) };
        let table = |frame: DataFrame| Table { frame: frame.lazy(), ty: ty.clone() };
        let scan = self.open(dataset, project, reading)?;
        if !scan.streams() {
            let parts = in_order(scan.parts(), context.threads, |part| scan.read(part).map_err(Stopped::Reading))?;
            let loaded = scan.finish(parts, &self.verified).map_err(Stopped::Reading)?;
            let rows = Some(loaded.frame.height() as u64);
            let data = Data::Table(through(table(loaded.frame)).map_err(Stopped::Computing)?);
            return Ok(Loaded { data, rows, tolerated: loaded.tolerated, notes: Vec::new() });
        }
        let computed =
            |frame| through(table(frame)).and_then(|made| self.collect(made.frame)).map_err(Stopped::Computing);
        let work = |part: usize| {
            let Part { frame, report } = scan.read(part).map_err(Stopped::Reading)?;
            Ok((frame.map(computed).transpose()?, report))
        };
        let mut reports = Vec::with_capacity(scan.parts());
        let frame = match merge {
            None => {
                let mut together = Together::default();
                schedule::stream(scan.parts(), context.threads, work, |(frame, report)| {
                    reports.push(report);
                    frame.map_or(Ok(()), |frame| together.push(frame).map_err(Stopped::Computing))
                })?;
                together.finish().and_then(|frames| stacked(frames.into_iter())).map_err(Stopped::Computing)?
            }
            Some(merge) => {
                let merged = |frame| merge(table(frame)).and_then(|made| self.collect(made.frame));
                let mut piled = Piled::default();
                schedule::stream(scan.parts(), context.threads, work, |(frame, report)| {
                    reports.push(report);
                    frame.map_or(Ok(()), |frame| piled.push(frame, merged).map_err(Stopped::Computing))
                })?;
                stacked(piled.frames.into_iter()).map_err(Stopped::Computing)?
            }
        };
        let summary = scan.settle(reports, &self.verified).map_err(Stopped::Reading)?;
        let frame = match frame {
            Some(frame) => frame,
            None => computed(scan.empty())?,
        };
        Ok(Loaded {
            data: Data::Table(table(frame)),
            rows: Some(summary.rows),
            tolerated: summary.tolerated,
            notes: Vec::new(),
        })
    }

    fn gather(
        &self,
        dataset: &Dataset,
        project: &Path,
        reading: &Reading,
        (through, merge): (&Through<'_>, &Through<'_>),
        room: &Room<'_>,
        context: &Context,
    ) -> Result<Gathered, Stopped> {
        let Type::Table(ty) = &dataset.ty else { return Err(Stopped::Reading(cannot_hold(dataset))) };
        let scan = self.open(dataset, project, reading)?;
        if !scan.streams() {
            return self
                .scan(dataset, project, reading, through, None, context)
                .map(|loaded| Gathered::Table(Box::new(loaded)));
        }
        let table = |frame: DataFrame| Table { frame: frame.lazy(), ty: ty.clone() };
        let computed = |frame| through(table(frame)).and_then(|made| self.collect(made.frame));
        let merged = |frame| merge(table(frame)).and_then(|made| self.collect(made.frame));
        let work = |part: usize| {
            let Part { frame, report } = scan.read(part).map_err(Stopped::Reading)?;
            let groups = frame.map(|frame| computed(frame).and_then(|groups| placed(groups, part, room.place)));
            Ok((groups.transpose().map_err(Stopped::Computing)?, report))
        };
        let mut reports = Vec::with_capacity(scan.parts());
        let mut piled = Piled { most: Some(room.bytes), ..Piled::default() };
        let mut buckets: Option<Buckets> = None;
        schedule::stream(scan.parts(), context.threads, work, |(frame, report)| {
            reports.push(report);
            let Some(frame) = frame else { return Ok(()) };
            let spilled = piled.push(frame, merged).and_then(|()| piled.too_much(merged)).and_then(|rows| {
                let Some(rows) = rows else { return Ok(()) };
                let buckets = match &mut buckets {
                    Some(buckets) => buckets,
                    none => none.insert(Buckets::new(room.folder, room.keys)?),
                };
                buckets.push(&rows)
            });
            spilled.map_err(Stopped::Computing)
        })?;
        let summary = scan.settle(reports, &self.verified).map_err(Stopped::Reading)?;
        let (rows, tolerated) = (Some(summary.rows), summary.tolerated);
        let left = stacked(piled.frames.into_iter()).map_err(Stopped::Computing)?;
        match (buckets, left) {
            (Some(mut buckets), left) => {
                left.iter().try_for_each(|rows| buckets.push(rows)).map_err(Stopped::Computing)?;
                Ok(Gathered::Buckets { buckets, rows, tolerated })
            }
            (None, left) => {
                let frame = match left {
                    Some(frame) => frame,
                    None => computed(scan.empty()).map_err(Stopped::Computing)?,
                };
                Ok(Gathered::Table(Box::new(Loaded {
                    data: Data::Table(table(frame)),
                    rows,
                    tolerated,
                    notes: Vec::new(),
                })))
            }
        }
    }

    fn save_parts(&self, dataset: &Dataset, parts: &Parts<'_>, project: &Path) -> Result<Saved, Fault> {
        let Type::Table(ty) = &dataset.ty else { return Err(cannot_hold(dataset)) };
        if !Writer::streams(dataset) {
            let frame = together(parts)?;
            return self.save(dataset, &Data::Table(Table { frame: frame.lazy(), ty: ty.clone() }), project);
        }
        let mut writer = Writer::open(dataset, project)?;
        parts(&mut |rows| writer.push(rows))?;
        let written = writer.finish()?;
        self.verified.forget();
        Ok(saved(written))
    }

    fn stream(
        &self,
        dataset: &Dataset,
        project: &Path,
        reading: &Reading,
        through: &Through<'_>,
        to: &Dataset,
        context: &Context,
    ) -> Result<Streamed, Stopped> {
        let Type::Table(ty) = &dataset.ty else { return Err(Stopped::Reading(cannot_hold(dataset))) };
        let scan = self.open(dataset, project, reading)?;
        if !scan.streams() || !Writer::streams(to) {
            let Loaded { data, rows, tolerated, .. } = self.scan(dataset, project, reading, through, None, context)?;
            let saved = self.save(to, &data, project).map_err(Stopped::Writing)?;
            return Ok(Streamed { rows, tolerated, saved });
        }
        let computed = |frame: DataFrame| {
            through(Table { frame: frame.lazy(), ty: ty.clone() })
                .and_then(|made| self.collect(made.frame))
                .map_err(Stopped::Computing)
        };
        let mut writer = Writer::open(to, project).map_err(Stopped::Writing)?;
        let (mut reports, mut some) = (Vec::with_capacity(scan.parts()), false);
        let work = |part: usize| {
            let Part { frame, report } = scan.read(part).map_err(Stopped::Reading)?;
            Ok((frame.map(computed).transpose()?, report))
        };
        schedule::stream(scan.parts(), context.threads, work, |(frame, report)| {
            reports.push(report);
            some |= frame.is_some();
            frame.map_or(Ok(()), |frame| writer.push(frame).map_err(Stopped::Writing))
        })?;
        if !some {
            writer.push(computed(scan.empty())?).map_err(Stopped::Writing)?;
        }
        // The rules of what was read are told before those of what is written, and nothing appears where they do not hold.
        let summary = scan.settle(reports, &self.verified).map_err(Stopped::Reading)?;
        let written = writer.finish().map_err(Stopped::Writing)?;
        self.verified.forget();
        Ok(Streamed { rows: Some(summary.rows), tolerated: summary.tolerated, saved: saved(written) })
    }

    fn save(&self, dataset: &Dataset, value: &Data, project: &Path) -> Result<Saved, Fault> {
        match value {
            Data::Table(table) => {
                let frame = self.collect(table.frame.clone())?;
                let written = gml_connect::write(dataset, frame, project)?;
                self.verified.forget();
                Ok(saved(written))
            }
            Data::Fitted(fitted) if &*dataset.connector.name == ARTIFACT => {
                let saved = save_fitted(dataset, &**fitted, project)?;
                self.verified.forget();
                Ok(saved)
            }
            _ => Err(cannot_hold(dataset)),
        }
    }
}

/// What parts gave, one behind the other, made one of whenever there is much of it: so no more is held than twice of what is left in
/// the end.
#[derive(Default)]
struct Piled {
    frames: Vec<DataFrame>,
    /// Rows of the first of them, of which one was made, and of the others.
    merged: usize,
    waiting: usize,
    /// Bytes of the others, and how many there may be of all; nothing where there is room.
    bytes: u64,
    most: Option<u64>,
}

impl Piled {
    /// So many rows may wait in any case.
    const ROWS: usize = 1 << 20;

    fn push(&mut self, frame: DataFrame, merge: impl Fn(DataFrame) -> Result<DataFrame, Fault>) -> Result<(), Fault> {
        self.waiting += frame.height();
        self.bytes += frame.estimated_size() as u64;
        self.frames.push(frame);
        if self.waiting < Self::ROWS.max(self.merged / 2) {
            return Ok(());
        }
        self.make_one(merge)
    }

    fn make_one(&mut self, merge: impl Fn(DataFrame) -> Result<DataFrame, Fault>) -> Result<(), Fault> {
        if let Some(all) = stacked(std::mem::take(&mut self.frames).into_iter())? {
            let one = merge(all)?;
            (self.merged, self.waiting, self.bytes) = (one.height(), 0, one.estimated_size() as u64);
            self.frames.push(one);
        }
        Ok(())
    }

    /// Takes everything out where there is no room for it, even when one is made of it.
    fn too_much(&mut self, merge: impl Fn(DataFrame) -> Result<DataFrame, Fault>) -> Result<Option<DataFrame>, Fault> {
        let Some(most) = self.most.filter(|most| self.bytes > *most) else { return Ok(None) };
        if self.waiting > 0 {
            self.make_one(merge)?;
        }
        // What only just fits would be made one of again with every part that comes.
        if self.bytes <= most / 2 {
            return Ok(None);
        }
        (self.merged, self.waiting, self.bytes) = (0, 0, 0);
        stacked(std::mem::take(&mut self.frames).into_iter())
    }
}

/// The groups of a part with the place of each among those of all parts.
fn placed(mut groups: DataFrame, part: usize, place: &str) -> Result<DataFrame, Fault> {
    let first = (part as i64) << 32;
    let places = Int64Chunked::from_iter_values(place.into(), first..first + groups.height() as i64);
    groups.with_column(places.into_column()).map_err(|error| gml_connect::fault(&error))?;
    Ok(groups)
}

/// What is told of a table that was written.
fn saved(written: Written) -> Saved {
    let (rows, bytes) = (Some(written.rows), Some(written.bytes));
    let Written { path, tolerated, is_new, .. } = written;
    Saved { path, rows, bytes, tolerated, notes: Vec::new(), is_new }
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
    let mut parts = 1;
    for frame in frames {
        parts += 1;
        all.vstack_mut_owned(frame).map_err(|error| gml_connect::fault(&error))?;
    }
    // Files of a row each, such as pictures, would leave columns of as many pieces.
    if parts > 64 && all.height() / parts < 1000 {
        all.rechunk_mut_par();
    }
    Ok(Some(all))
}

fn save_fitted(dataset: &Dataset, fitted: &dyn Fitted, project: &Path) -> Result<Saved, Fault> {
    let (mut left_out, mut bytes) = (None, None);
    let folder = gml_connect::write_folder(dataset, project, |folder| {
        left_out = gml_operators::save(fitted, folder)?;
        bytes = size(folder);
        Ok(())
    })?;
    let note = |fault: Fault| {
        let help = fault.help.map(|help| format!("; {help}")).unwrap_or_default();
        format!("{}{help} [{}]", fault.message, fault.code)
    };
    let notes = left_out.map(note).into_iter().collect();
    Ok(Saved { path: folder.path, rows: None, bytes, tolerated: Vec::new(), notes, is_new: folder.is_new })
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
