//! The models that another is made of, in its folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gml_connect::Fault;

use super::artifact;
use crate::learned::Fitted;

/// Each in a folder of its own, in their order.
pub(crate) fn save(models: &[Arc<dyn Fitted>], folder: &Path) -> Result<(), Fault> {
    for (place, model) in models.iter().enumerate() {
        let inner = folder_of(folder, place);
        fs::create_dir(&inner).map_err(|error| {
            Fault::new("GML0910", format!("the model cannot be saved: {error}"))
                .at(inner.display())
                .help("see that the folder is there, that it is yours, and that the disk is not full")
        })?;
        model.save(&inner)?;
    }
    Ok(())
}

/// So many models.
pub(crate) fn load(folder: &Path, count: usize) -> Result<Vec<Arc<dyn Fitted>>, Fault> {
    (0..count).map(|place| artifact::load(&folder_of(folder, place))).collect()
}

fn folder_of(folder: &Path, place: usize) -> PathBuf {
    folder.join(format!("model_{place}"))
}
