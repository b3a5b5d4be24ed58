//! The stored form of a recipe: `recipe.json`.

use std::path::Path;
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::Learned;
use serde_json::{Value as Json, json};

use super::recipe::{FittedRecipe, Recipe};
use crate::learn::artifact;
use crate::learned::Fitted;

/// The file.
pub(crate) const FILE: &str = "recipe.json";

/// The recipe into its file; what `signature.json` says of it.
pub(crate) fn write(recipe: &Recipe, folder: &Path) -> Result<Json, Fault> {
    let text = artifact::to_text(recipe)?;
    artifact::write_file(folder, FILE, &text)?;
    Ok(json!({ "file": FILE, "sha256": gml_ir::hash_text(&text) }))
}

/// The recipe of its file, held against what `signature.json` says of it.
pub(crate) fn read(folder: &Path, entry: &Json) -> Result<Recipe, Fault> {
    let text = artifact::read_file(folder, FILE, entry)?;
    artifact::exact(text.into_bytes()).map_err(|why| artifact::unreadable(&folder.join(FILE), &why))
}

pub(super) fn save(fitted: &FittedRecipe, folder: &Path) -> Result<(), Fault> {
    let recipe = write(&fitted.recipe, folder)?;
    artifact::write_signature(folder, "recipe", &fitted.ty(), vec![("recipe", recipe)])
}

/// A saved transform.
///
/// # Errors
/// GML0918 where a file is missing or damaged.
pub(crate) fn load(folder: &Path, signature: &Json) -> Result<Arc<dyn Fitted>, Fault> {
    let Learned::Transform(Some((input, _))) = artifact::learned_type(folder, signature, "type")? else {
        return Err(artifact::unreadable(&folder.join(artifact::FILE), "a recipe has the type of a transform"));
    };
    let recipe = read(folder, artifact::part(folder, signature, "recipe")?)?;
    Ok(Arc::new(FittedRecipe { recipe, input }))
}
