//! What trees say of rows: by the layouts of gml-codegen, whose numbers are LightGBM's to the last bit, or by LightGBM where the model
//! has something that those do not read.

use std::sync::{Arc, OnceLock};

use gml_codegen::trees::{self, Ensemble, Order, Scorer, Session, Unread};
use gml_connect::Fault;
use rayon::prelude::*;

use super::pool::in_pool;
use super::trees::gave_up;
use crate::data::Context;
use crate::native::lightgbm::{self, Booster, LightGbm, Matrix, RowPredictor};

/// Rows that one thread scores at once.
const ROWS_AT_ONCE: usize = 8192;

/// How a model scores.
pub(super) struct Scoring {
    native: Result<Arc<Scorer>, Unread>,
    /// Loaded on first use, where the model is not read here.
    library: OnceLock<Result<Arc<Booster>, Fault>>,
}

impl Scoring {
    /// Of a model in LightGBM's text.
    pub(super) fn of(text: &str) -> Self {
        let native = Ensemble::from_lightgbm(text).and_then(Scorer::new).map(Arc::new);
        Self { native, library: OnceLock::new() }
    }

    /// The trees as data.
    pub(super) fn ensemble(&self) -> Result<&Ensemble, &Unread> {
        self.native.as_ref().map(|scorer| scorer.ensemble())
    }

    /// What the model has that only LightGBM knows, where it has such a thing.
    pub(super) fn why_by_library(&self) -> Option<String> {
        match &self.native {
            Err(why @ Unread::Unsupported(_)) => Some(why.to_string()),
            _ => None,
        }
    }

    /// What the trees say of each row, one class after the other. The same numbers for any number of threads.
    ///
    /// # Errors
    /// GML0921 where the text is no model, and LightGBM's where it is asked.
    pub(super) fn predict(&self, matrix: &Matrix, text: &str, context: &Context) -> Result<Vec<f64>, Fault> {
        self.ready(text, context)?.predict(matrix, context.threads)
    }

    /// Who scores: LightGBM is opened where it is asked.
    ///
    /// # Errors
    /// GML0921 where the text is no model, GML0911 where it needs LightGBM and that is missing.
    pub(super) fn ready(&self, text: &str, context: &Context) -> Result<Ready, Fault> {
        match &self.native {
            Ok(scorer) => Ok(Ready::Native(Arc::clone(scorer))),
            Err(Unread::Unsupported(_)) => {
                let load = || -> Result<Arc<Booster>, Fault> {
                    let library = LightGbm::open(&lightgbm::place(&context.libraries))?;
                    Ok(Arc::new(Booster::load(&library, text).map_err(gave_up)?))
                };
                let booster = self.library.get_or_init(load).as_ref().map_err(Fault::clone)?;
                Ok(Ready::Library(Arc::clone(booster)))
            }
            Err(why @ Unread::Broken(_)) => Err(gave_up(why.to_string())),
        }
    }
}

/// Who scores the rows of a model.
pub(super) enum Ready {
    /// The layouts of gml-codegen.
    Native(Arc<Scorer>),
    /// LightGBM.
    Library(Arc<Booster>),
}

impl Ready {
    /// What the trees say of each row, one class after the other. The same numbers for any number of threads.
    ///
    /// # Errors
    /// GML0921 where they cannot take the rows.
    pub(super) fn predict(&self, matrix: &Matrix, threads: usize) -> Result<Vec<f64>, Fault> {
        match self {
            Self::Native(scorer) => native(scorer, matrix, threads),
            Self::Library(booster) => booster.predict(matrix, threads).map_err(gave_up),
        }
    }

    /// What scores single rows, for one caller at a time.
    ///
    /// # Errors
    /// GML0921 with LightGBM's words.
    pub(super) fn by_rows(&self) -> Result<ByRows, Fault> {
        match self {
            Self::Native(scorer) => {
                let outputs = scorer.ensemble().outputs;
                Ok(ByRows::Native(Box::new(Session::new(Arc::clone(scorer))), outputs))
            }
            Self::Library(booster) => RowPredictor::new(booster).map(ByRows::Library).map_err(gave_up),
        }
    }
}

/// Scores single rows, for one caller at a time.
pub(super) enum ByRows {
    /// With as many numbers for a row.
    Native(Box<Session>, usize),
    Library(RowPredictor),
}

impl ByRows {
    /// Adds what the trees say of a row: the bits that [`Ready::predict`] gives.
    ///
    /// # Errors
    /// GML0921 where they cannot take it.
    pub(super) fn predict(&mut self, row: &[f64], into: &mut Vec<f64>) -> Result<(), Fault> {
        match self {
            Self::Native(session, outputs) => {
                let start = into.len();
                into.resize(start + *outputs, 0.0);
                let row = trees::Matrix::new(row, 1, row.len(), Order::Rows)
                    .ok_or_else(|| Fault::new("GML0999", format!("a matrix that is no row of {} values", row.len())))?;
                session.predict(&row, &mut into[start..]).map_err(|misfit| gave_up(misfit.to_string()))
            }
            Self::Library(predictor) => predictor.predict(row, into).map_err(gave_up),
        }
    }
}

fn native(scorer: &Arc<Scorer>, matrix: &Matrix, threads: usize) -> Result<Vec<f64>, Fault> {
    let (rows, columns) = matrix.shape();
    let view = trees::Matrix::new(matrix.values(), rows, columns, Order::Columns)
        .ok_or_else(|| Fault::new("GML0999", format!("a matrix that is not {rows} rows of {columns} values")))?;
    let outputs = scorer.ensemble().outputs;
    let mut scores = vec![0.0; rows * outputs];
    let part = |(place, into): (usize, &mut [f64])| {
        let rows = view.part(place * ROWS_AT_ONCE, into.len() / outputs);
        Session::new(Arc::clone(scorer)).predict(&rows, into).map_err(|misfit| gave_up(misfit.to_string()))
    };
    let size = ROWS_AT_ONCE * outputs;
    if threads > 1 && rows > ROWS_AT_ONCE {
        in_pool(threads, || scores.par_chunks_mut(size).enumerate().try_for_each(part))?;
    } else {
        scores.chunks_mut(size).enumerate().try_for_each(part)?;
    }
    Ok(scores)
}
