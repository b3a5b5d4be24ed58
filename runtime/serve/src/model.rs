//! A model that is served.

use std::fmt::Write;
use std::time::SystemTime;

use bytes::Bytes;
use gml_connect::Fault;
use gml_operators::{Context, RowScorer};
use polars::prelude::DataFrame;

use crate::place::{Newest, Place};
use crate::signature::Signature;
use crate::{openapi, page};

/// A model that was loaded, with what its requests must be.
pub struct Model {
    pub(crate) scorer: RowScorer,
    pub(crate) signature: Signature,
    pub(crate) newest: Newest,
    pub(crate) loaded: SystemTime,
    /// What describes its requests.
    pub(crate) openapi: Bytes,
    pub(crate) page: Bytes,
}

impl Model {
    /// Loads the newest model of a place, and scores no row with it, so that what it lacks is known before it is served.
    ///
    /// # Errors
    /// Where there is none, it is damaged or no model of rows, or a native library is missing.
    pub fn load(place: &Place, context: &Context) -> Result<Self, Fault> {
        let newest = place.newest()?;
        let fitted = gml_operators::load(&newest.folder)?;
        let scorer = RowScorer::new(fitted, context.clone())?;
        let signature = Signature::of(&scorer);
        let name = place.path().file_name().map_or_else(|| "model".into(), |name| name.to_string_lossy().into_owned());
        let described = openapi::describe(&name, &newest, &signature);
        let model = Self {
            openapi: Bytes::from(described),
            page: Bytes::from(page::of(&name, &newest, &signature, &scorer)),
            scorer,
            signature,
            newest,
            loaded: SystemTime::now(),
        };
        model.scorer.score(&model.no_rows()?)?;
        Ok(model)
    }

    fn no_rows(&self) -> Result<DataFrame, Fault> {
        let rows = crate::rows::Rows::new(&self.signature).and_then(crate::rows::Rows::finish);
        rows.map_err(|refusal| Fault::new("GML0985", refusal.message))
    }

    /// What is said of it where it begins to be served.
    pub fn about(&self) -> String {
        let mut text = format!("{}", self.newest.folder.display());
        // Writing into a text never fails.
        let _ = match self.newest.version {
            Some(version) => write!(text, ", version {version}"),
            None => write!(text, ", {}", self.short_hash()),
        };
        let way = if self.scorer.is_quick() { "scored without a query" } else { "scored by a query" };
        let _ = write!(text, ", {} columns, {way}", self.signature.columns().len());
        text
    }

    /// The version as answers name it: its number, else the beginning of the hash of its signature.
    pub(crate) fn version(&self) -> String {
        self.newest.version.map_or_else(|| self.short_hash().to_owned(), |version| version.to_string())
    }

    fn short_hash(&self) -> &str {
        self.newest.hash.get(..12).unwrap_or(&self.newest.hash)
    }
}
