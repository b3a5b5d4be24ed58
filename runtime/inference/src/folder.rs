//! Files of a folder that holds a model.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::error::{Fault, Kind};

/// The model of a folder: `model.onnx`, or the one in a folder `onnx`, where hubs of models keep it.
pub(crate) fn model_file(folder: &Path) -> Result<PathBuf, Fault> {
    let places = [folder.join("model.onnx"), folder.join("onnx/model.onnx")];
    places.into_iter().find(|place| place.is_file()).ok_or_else(|| {
        Fault::new(Kind::Missing, "the folder holds no `model.onnx`").at(folder).help(
            "export the model to ONNX under that name (`optimum-cli export onnx`), or fetch one with `gmlc model add`",
        )
    })
}

/// What a file says.
pub(crate) fn read_text(place: &Path) -> Result<String, Fault> {
    fs::read_to_string(place).map_err(|error| unreadable(place, &error))
}

/// What a text in JSON says; `place` is its file.
pub(crate) fn json_of(text: &str, place: &Path) -> Result<Json, Fault> {
    serde_json::from_str(text).map_err(|error| unreadable(place, &error))
}

fn unreadable(place: &Path, error: &dyn std::fmt::Display) -> Fault {
    Fault::new(Kind::Model, "a file of the model cannot be read").at(place).detail(error)
}

/// What a file says in JSON.
pub(crate) fn read_json(place: &Path) -> Result<Json, Fault> {
    json_of(&read_text(place)?, place)
}

/// As [`read_json`]; `None` where there is no such file.
pub(crate) fn read_json_if(place: &Path) -> Result<Option<Json>, Fault> {
    if place.exists() { read_json(place).map(Some) } else { Ok(None) }
}
