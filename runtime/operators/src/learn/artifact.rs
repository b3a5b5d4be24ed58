//! Saved models and transforms: a folder with `signature.json`, which says what it is and names the other files with
//! their checksums.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::Learned;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json, json};
use simd_json::ErrorType;

use polars::prelude::DataFrame;

use super::{blend, chain, linear, trees};
use crate::automl;
use crate::calibrate;
use crate::embed;
use crate::learned::Fitted;
use crate::onnx;
use crate::prep;
use crate::recommenders;
use crate::sequences;

/// The file that says what the folder holds.
pub(crate) const FILE: &str = "signature.json";

/// Version of the form. Raised whenever a field changes its meaning.
const FORMAT: u64 = 1;

/// Loads what [`Fitted::save`] wrote. No native library is needed before it is applied.
///
/// # Errors
/// GML0901 where the folder holds no saved model, GML0918 where a file is missing, damaged or of a later version.
pub fn load(folder: &Path) -> Result<Arc<dyn Fitted>, Fault> {
    let signature = read_signature(folder)?;
    let format = signature.get("format").and_then(Json::as_u64);
    if format != Some(FORMAT) {
        let found = format.map_or("none".into(), |format| format.to_string());
        return Err(unreadable(&folder.join(FILE), &format!("its format is {found}, and this version reads {FORMAT}"))
            .help("save the model again, or load it with the version of gmlc that saved it"));
    }
    let kind = signature.get("kind").and_then(Json::as_str);
    // A model behind a recipe: the type of the whole stands where that of the model would.
    let is_chain = kind != Some("recipe") && signature.get("recipe").is_some();
    let type_part = if is_chain { "model_type" } else { "type" };
    let loaded = match kind {
        Some("recipe") => prep::load(folder, &signature),
        Some("calibrated") => calibrate::load(folder, &signature),
        Some("boosted_trees") => trees::load(folder, &signature, type_part),
        Some("linear") => linear::load(folder, &signature, type_part),
        Some("blend") => blend::load(folder, &signature),
        Some("ensemble") => automl::load(folder, &signature),
        Some(recommenders::KIND) => recommenders::load(folder, &signature),
        Some(embed::WORDS) => embed::load_words(folder, &signature),
        Some(embed::LOOKS) => embed::load_looks(folder, &signature),
        Some(embed::PROJECTED) => embed::load_projected(folder, &signature),
        Some(kind) => {
            Err(unreadable(&folder.join(FILE), &format!("it is of a kind that this version does not know: {kind}")))
        }
        None => Err(unreadable(&folder.join(FILE), "it does not say what it is")),
    }?;
    if is_chain { chain::load(folder, &signature, loaded) } else { Ok(loaded) }
}

/// Saves what was learned into an empty folder; a model as `model.onnx` and `MLmodel` too, where all of it has a form in
/// ONNX. Gives the reason where it has none, which `signature.json` holds as well.
///
/// # Errors
/// GML0910 where the folder cannot be written.
pub fn save(fitted: &dyn Fitted, folder: &Path) -> Result<Option<Fault>, Fault> {
    fitted.save(folder)?;
    if !matches!(fitted.ty(), Learned::Model(_)) {
        return Ok(None);
    }
    let mut signature = read_signature(folder)?;
    let (entry, left_out) = match onnx::export(fitted) {
        Ok(exported) => {
            write_bytes(folder, onnx::FILE, &exported.file)?;
            write_file(folder, onnx::MLMODEL, &onnx::mlmodel(&exported)?)?;
            (json!({ "file": onnx::FILE, "sha256": gml_ir::hash_bytes(&exported.file) }), None)
        }
        Err(fault) => (json!({ "left_out": fault.message.clone() }), Some(fault)),
    };
    signature["onnx"] = entry;
    write_file(folder, FILE, &to_text(&signature)?)?;
    Ok(left_out)
}

/// The signature of a folder.
pub(super) fn read_signature(folder: &Path) -> Result<Json, Fault> {
    let place = folder.join(FILE);
    let bytes = fs::read(&place).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Fault::new("GML0901", format!("there is no saved model: it lacks {FILE}"))
            .at(folder.display())
            .help("run the pipeline that saves the model first"),
        _ => unreadable(&place, &error.to_string()),
    })?;
    exact(bytes).map_err(|why| unreadable(&place, &why))
}

/// What JSON says, with every number as it was written. `serde_json` by itself reads one in some ten thousand off by its last
/// bit, and a model that was saved and loaded would not be the same.
///
/// # Errors
/// Where it is no JSON, or says something else: which of them.
pub(crate) fn exact<T: DeserializeOwned>(mut json: Vec<u8>) -> Result<T, String> {
    simd_json::serde::from_slice(&mut json).map_err(|error| match error.error() {
        ErrorType::Serde(what) => what.clone(),
        // A word that begins as `null` or `true` do, and is neither.
        ErrorType::ExpectedNull | ErrorType::ExpectedTrue | ErrorType::ExpectedFalse => NO_JSON.to_owned(),
        ErrorType::InternalError(_) => NO_JSON.to_owned(),
        _ if error.is_syntax() || error.is_eof() => NO_JSON.to_owned(),
        _ => "it says something else than is due".to_owned(),
    })
}

const NO_JSON: &str = "it is no JSON, or its end is missing";

/// Writes `signature.json`: format, kind, type, and the parts given.
pub(crate) fn write_signature(folder: &Path, kind: &str, ty: &Learned, parts: Vec<(&str, Json)>) -> Result<(), Fault> {
    let mut signature = Map::new();
    signature.insert("format".into(), FORMAT.into());
    signature.insert("kind".into(), kind.into());
    signature.insert("type".into(), to_json(ty)?);
    signature.extend(parts.into_iter().map(|(name, part)| (name.to_owned(), part)));
    write_file(folder, FILE, &to_text(&Json::Object(signature))?)
}

/// JSON for a person to read, ended by a line end.
pub(crate) fn to_text(value: &impl Serialize) -> Result<String, Fault> {
    let text = serde_json::to_string_pretty(value).map_err(|error| not_json(&error))?;
    Ok(text + "\n")
}

/// The value as JSON.
pub(crate) fn to_json(value: &impl Serialize) -> Result<Json, Fault> {
    serde_json::to_value(value).map_err(|error| not_json(&error))
}

fn not_json(error: &serde_json::Error) -> Fault {
    Fault::new("GML0999", format!("what was learned cannot be written as JSON: {error}"))
}

/// Writes one file of a saved model.
pub(crate) fn write_file(folder: &Path, name: &str, text: &str) -> Result<(), Fault> {
    write_bytes(folder, name, text.as_bytes())
}

pub(crate) fn write_bytes(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Fault> {
    fs::write(folder.join(name), bytes).map_err(|error| {
        Fault::new("GML0910", format!("the model cannot be saved: {error}"))
            .at(folder.join(name).display())
            .help("see that the folder is there, that it is yours, and that the disk is not full")
    })
}

/// Reads one file of text of a saved model, held against the checksum that its entry in the signature gives.
pub(crate) fn read_file(folder: &Path, name: &str, entry: &Json) -> Result<String, Fault> {
    let bytes = read_bytes(folder, name, entry)?;
    String::from_utf8(bytes).map_err(|_| unreadable(&folder.join(name), "it is not UTF-8 text"))
}

/// Reads one file of a saved model, held against the checksum that its entry in the signature gives.
pub(crate) fn read_bytes(folder: &Path, name: &str, entry: &Json) -> Result<Vec<u8>, Fault> {
    let place = folder.join(name);
    let bytes = fs::read(&place).map_err(|error| unreadable(&place, &error.to_string()))?;
    let expected = entry.get("sha256").and_then(Json::as_str);
    if expected == Some(&gml_ir::hash_bytes(&bytes)) {
        Ok(bytes)
    } else {
        Err(unreadable(&place, &format!("its SHA-256 is not the one that {FILE} gives")))
    }
}

/// Writes a table of a saved model as Parquet. Gives its entry in the signature.
pub(crate) fn write_table(folder: &Path, name: &str, table: &mut DataFrame) -> Result<Json, Fault> {
    let place = folder.join(name);
    sequences::write(&place, table)?;
    let bytes = fs::read(&place)
        .map_err(|error| Fault::new("GML0910", format!("the model cannot be saved: {error}")).at(place.display()))?;
    Ok(json!({ "file": name, "sha256": gml_ir::hash_bytes(&bytes) }))
}

/// Reads a table that [`write_table`] wrote.
pub(crate) fn read_table(folder: &Path, name: &str, entry: &Json) -> Result<DataFrame, Fault> {
    let place = folder.join(name);
    read_bytes(folder, name, entry)?;
    sequences::read(&place).map_err(|fault| unreadable(&place, &fault.message))
}

/// A part of the signature.
pub(crate) fn part<'j>(folder: &Path, signature: &'j Json, name: &str) -> Result<&'j Json, Fault> {
    signature.get(name).ok_or_else(|| unreadable(&folder.join(FILE), &format!("it lacks `{name}`")))
}

/// A part of the signature as a value.
pub(crate) fn parsed<T: DeserializeOwned>(folder: &Path, signature: &Json, name: &str) -> Result<T, Fault> {
    T::deserialize(part(folder, signature, name)?)
        .map_err(|error| unreadable(&folder.join(FILE), &format!("`{name}`: {error}")))
}

/// What was learned, with its rows.
pub(crate) fn learned_type(folder: &Path, signature: &Json, name: &str) -> Result<Learned, Fault> {
    parsed(folder, signature, name)
}

/// A file of a saved model that cannot be used.
pub(crate) fn unreadable(place: &Path, why: &str) -> Fault {
    Fault::new("GML0918", format!("a saved model cannot be loaded: {why}"))
        .at(place.display())
        .help("restore the folder as it was saved, or run the pipeline that saves the model again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_to_the_last_bit() {
        let mut state = 1_u64;
        let mut numbers = vec![f64::from_bits(0x3fed_fe0d_779e_0cb2), 5e-324, f64::MAX, -0.1, 1e-7];
        for _ in 0..100_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let mantissa = (state >> 12) as f64 / (1_u64 << 52) as f64;
            numbers.push(mantissa * 10_f64.powi((state % 40) as i32 - 20));
        }
        let text = to_text(&numbers).unwrap();
        let again: Vec<f64> = exact(text.into_bytes()).unwrap();
        let other = numbers.iter().zip(&again).find(|(a, b)| a.to_bits() != b.to_bits());
        assert_eq!(other, None);
    }

    #[test]
    fn what_is_wrong_with_json_is_told_in_words() {
        let why = |text: &str| exact::<Vec<f64>>(text.as_bytes().to_vec()).unwrap_err();
        for broken in ["", "[1,", "[1", "{", "not json", "[1] 2"] {
            assert_eq!(why(broken), NO_JSON, "{broken}");
        }
        for other in ["{}", "[\"a\"]", "3"] {
            let why = why(other);
            assert!(why != NO_JSON && !why.contains("character"), "{other}: {why}");
        }
    }
}
