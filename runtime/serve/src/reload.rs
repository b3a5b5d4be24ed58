//! New versions of the model, taken while the server runs.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use gml_connect::Fault;
use gml_operators::Context;

use crate::measures::Measures;
use crate::model::Model;
use crate::place::{Newest, Place};

/// The model that is served, and where newer ones appear.
pub(crate) struct Served {
    place: Place,
    context: Context,
    model: RwLock<Arc<Model>>,
    measures: Arc<Measures>,
}

impl Served {
    pub(crate) fn new(place: Place, context: Context, model: Model, measures: Arc<Measures>) -> Self {
        Self { place, context, model: RwLock::new(Arc::new(model)), measures }
    }

    /// The model now. A request keeps the one that it began with.
    pub(crate) fn model(&self) -> Arc<Model> {
        Arc::clone(&self.model.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes the newest model, where it is another than the one that is served. `failed` is the last that could not be loaded, which
    /// is not tried again until it changes.
    ///
    /// # Errors
    /// Why the newest cannot be loaded; the one before is still served.
    fn refresh(&self, failed: &mut Option<Newest>) -> Result<Option<Arc<Model>>, Fault> {
        // A place that is being replaced may have nothing for a moment.
        let Ok(newest) = self.place.newest() else { return Ok(None) };
        if newest == self.model().newest || failed.as_ref() == Some(&newest) {
            return Ok(None);
        }
        match Model::load(&self.place, &self.context) {
            Ok(model) => {
                let model = Arc::new(model);
                *failed = None;
                *self.model.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&model);
                self.measures.reloads.fetch_add(1, Ordering::Relaxed);
                Ok(Some(model))
            }
            Err(fault) => {
                *failed = Some(newest);
                self.measures.failed_reloads.fetch_add(1, Ordering::Relaxed);
                Err(fault)
            }
        }
    }

    /// Looks again and again, and tells what it found.
    pub(crate) async fn watch(self: Arc<Self>, period: Duration, told: Arc<dyn Fn(&str) + Send + Sync>) {
        let mut failed = None;
        loop {
            tokio::time::sleep(period).await;
            let served = Arc::clone(&self);
            let looked = tokio::task::spawn_blocking(move || {
                let found = served.refresh(&mut failed);
                (found, failed)
            });
            let Ok((found, known)) = looked.await else { return };
            failed = known;
            match found {
                Ok(Some(model)) => told(&format!("now serves {}", model.about())),
                Ok(None) => {}
                Err(fault) => {
                    told(&format!("a new version cannot be served, the one before is: {}: {fault}", fault.code))
                }
            }
        }
    }
}
