//! Results and artifacts as objects of the store, and back.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gml_connect::{Fault, put_aside, take_up};
use gml_ir::{TableType, Value, hex};
use gml_operators::{Data, Metric, Sequences, Table};
use gml_report::{Figure, Report};
use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::Cache;
use super::content::unhex;
use super::entry::{KeptArtifact, KeptResult, Object};
use crate::codes;
use crate::store::artifact::Artifact;
use crate::store::record::ArtifactKind;

/// Results of up to so many bytes stand in the ledger itself.
const SMALL: usize = 256;

/// Results that are single values, or made of such.
#[derive(Serialize, Deserialize)]
enum Plain {
    Value(Value),
    /// Name, partition and value.
    Metrics(Vec<(String, String, f64)>),
    Figure(Figure),
    Report(Report),
    Record(Vec<(Arc<str>, Plain)>),
    List(Vec<Plain>),
}

impl Plain {
    /// `None` where a table, an estimator or something learned is part of it.
    fn of(data: &Data) -> Option<Self> {
        Some(match data {
            Data::Value(value) => Self::Value(value.clone()),
            Data::Metrics(metrics) => {
                let metrics =
                    metrics.iter().map(|metric| (metric.name.clone(), metric.partition.clone(), metric.value));
                Self::Metrics(metrics.collect())
            }
            Data::Figure(figure) => Self::Figure((**figure).clone()),
            Data::Report(report) => Self::Report((**report).clone()),
            Data::Record(fields) => {
                let fields = fields.iter().map(|(name, data)| Some((name.clone(), Self::of(data)?)));
                Self::Record(fields.collect::<Option<_>>()?)
            }
            Data::List(items) => Self::List(items.iter().map(Self::of).collect::<Option<_>>()?),
            Data::Table(_) | Data::Sequences(_) | Data::Estimator(_) | Data::SequenceEstimator(_) | Data::Fitted(_) => {
                return None;
            }
        })
    }

    fn data(self) -> Data {
        match self {
            Self::Value(value) => Data::Value(value),
            Self::Metrics(metrics) => {
                let metric = |(name, partition, value)| Metric { name, partition, value };
                Data::Metrics(metrics.into_iter().map(metric).collect())
            }
            Self::Figure(figure) => Data::Figure(Arc::new(figure)),
            Self::Report(report) => Data::Report(Arc::new(report)),
            Self::Record(fields) => {
                Data::Record(fields.into_iter().map(|(name, plain)| (name, plain.data())).collect())
            }
            Self::List(items) => Data::List(items.into_iter().map(Self::data).collect()),
        }
    }
}

/// What came of keeping a result.
pub(crate) enum Keeping {
    /// It is kept.
    Kept(KeptResult),
    /// It is none that can be kept, or too large, or making it again takes less time.
    Not,
}

impl Cache {
    /// Keeps a result that was made in that time, where that pays.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub(crate) fn keep(&self, data: &Data, made_in: Duration) -> Result<Keeping, Fault> {
        if !self.settings.pays(made_in, 0) {
            return Ok(Keeping::Not);
        }
        let kept = match data {
            Data::Table(table) => {
                let mut frame = gml_connect::collect(table.frame.clone())?;
                if !self.settings.pays(made_in, frame.estimated_size() as u64) {
                    return Ok(Keeping::Not);
                }
                KeptResult::Table(self.put_table(&mut frame)?, table.ty.clone())
            }
            Data::Sequences(sequences) => {
                let object = self.objects.put(|folder| {
                    fs::create_dir(folder).map_err(|error| cannot_keep(&error))?;
                    sequences.save(folder).map_err(Wrapped)
                });
                KeptResult::Sequences(object.map_err(|Wrapped(fault)| fault)?, sequences.ty.clone())
            }
            Data::Fitted(fitted) => KeptResult::Fitted(
                self.objects
                    .put(|folder| {
                        fs::create_dir(folder).map_err(|error| cannot_keep(&error))?;
                        gml_operators::save(&**fitted, folder).map(drop).map_err(Wrapped)
                    })
                    .map_err(|Wrapped(fault)| fault)?,
            ),
            other => {
                let Some(plain) = Plain::of(other) else { return Ok(Keeping::Not) };
                let bytes = rmp_serde::to_vec(&plain).map_err(|error| cannot_keep(&io::Error::other(error)).0)?;
                if bytes.len() <= SMALL {
                    KeptResult::Small(hex(&bytes))
                } else {
                    KeptResult::Plain(self.put_bytes(&bytes)?)
                }
            }
        };
        match kept.object() {
            Some(object) if object.bytes > self.settings.limit / 2 => {
                self.objects.remove(object);
                Ok(Keeping::Not)
            }
            _ => Ok(Keeping::Kept(kept)),
        }
    }

    /// The result that was kept.
    ///
    /// # Errors
    /// Where it cannot be read. It was verified before, so that is rare.
    pub(crate) fn restore(&self, kept: &KeptResult) -> Result<Data, Fault> {
        if let Some(object) = kept.object() {
            self.objects.used(object);
        }
        match kept {
            KeptResult::Table(object, ty) => self.table(object, ty).map(Data::Table),
            KeptResult::Sequences(object, ty) => {
                Sequences::load(&self.objects.place(object), ty.clone()).map(Data::Sequences)
            }
            KeptResult::Fitted(object) => gml_operators::load(&self.objects.place(object)).map(Data::Fitted),
            KeptResult::Plain(object) => {
                let path = self.objects.place(object);
                plain(&fs::read(&path).map_err(|error| cannot_read(&path, &error.to_string()))?, &path)
            }
            KeptResult::Small(digits) => plain(&unhex(digits).unwrap_or_default(), &self.root.join("ledger")),
        }
    }

    fn table(&self, object: &Object, ty: &TableType) -> Result<Table, Fault> {
        Ok(Table { frame: self.frame(object)?.lazy(), ty: ty.clone() })
    }

    fn frame(&self, object: &Object) -> Result<DataFrame, Fault> {
        let path = self.objects.place(object);
        take_up(&path).map_err(|error| cannot_read(&path, &error.to_string()))
    }

    fn put_table(&self, frame: &mut DataFrame) -> Result<Object, Fault> {
        self.objects.put(|path| put_aside(path, frame)).map_err(|error| cannot_keep(&error).0)
    }

    fn put_bytes(&self, bytes: &[u8]) -> Result<Object, Fault> {
        self.objects.put(|path| fs::write(path, bytes)).map_err(|error| cannot_keep(&error).0)
    }

    /// Keeps what a step puts into a file of the run.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub(crate) fn keep_artifact(&self, part: &str, artifact: &Artifact) -> Result<KeptArtifact, Fault> {
        let bytes = |bytes: Result<Vec<u8>, rmp_serde::encode::Error>| {
            bytes.map_err(|error| cannot_keep(&io::Error::other(error)).0).and_then(|bytes| self.put_bytes(&bytes))
        };
        let object = match artifact {
            Artifact::Figure(figure) => bytes(rmp_serde::to_vec(&**figure)),
            Artifact::Report(report) => bytes(rmp_serde::to_vec(&**report)),
            Artifact::History(history) => bytes(rmp_serde::to_vec(&**history)),
            Artifact::Course(course) => bytes(rmp_serde::to_vec(&**course)),
            Artifact::Table(frame) => self.put_table(&mut frame.clone()),
        }?;
        Ok(KeptArtifact { part: part.to_owned(), kind: artifact.kind(), object })
    }

    /// What a step put into a file of an earlier run.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(crate) fn artifact(&self, kept: &KeptArtifact) -> Result<Artifact, Fault> {
        self.objects.used(&kept.object);
        let path = self.objects.place(&kept.object);
        let bytes = || fs::read(&path).map_err(|error| cannot_read(&path, &error.to_string()));
        let wrong = |error: rmp_serde::decode::Error| cannot_read(&path, &error.to_string());
        Ok(match kept.kind {
            ArtifactKind::Figure => Artifact::Figure(Arc::new(rmp_serde::from_slice(&bytes()?).map_err(wrong)?)),
            ArtifactKind::Report => Artifact::Report(Arc::new(rmp_serde::from_slice(&bytes()?).map_err(wrong)?)),
            ArtifactKind::History => Artifact::History(Arc::new(rmp_serde::from_slice(&bytes()?).map_err(wrong)?)),
            ArtifactKind::Course => Artifact::Course(Arc::new(rmp_serde::from_slice(&bytes()?).map_err(wrong)?)),
            ArtifactKind::Table => Artifact::Table(self.frame(&kept.object)?),
        })
    }
}

/// A fault, which errors of the system turn into.
struct Wrapped(Fault);

impl From<io::Error> for Wrapped {
    fn from(error: io::Error) -> Self {
        cannot_keep(&error)
    }
}

fn cannot_keep(error: &io::Error) -> Wrapped {
    Wrapped(Fault::new(codes::CANNOT_WRITE, format!("the store cannot be written: {error}")))
}

fn plain(bytes: &[u8], path: &Path) -> Result<Data, Fault> {
    let plain: Plain = rmp_serde::from_slice(bytes).map_err(|error| cannot_read(path, &error.to_string()))?;
    Ok(plain.data())
}

fn cannot_read(path: &Path, why: &str) -> Fault {
    Fault::new(codes::CANNOT_READ, format!("a kept result cannot be read: {why}"))
        .at(path.display())
        .help("run again: it is made anew; `gmlc run --force` makes everything anew")
}

#[cfg(test)]
#[path = "result_tests.rs"]
mod tests;
