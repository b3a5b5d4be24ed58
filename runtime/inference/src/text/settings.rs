//! What a folder and the arguments say of how texts become vectors.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::error::{Fault, Kind};
use crate::folder::{model_file, read_json, read_json_if};
use crate::library::Device;

use super::pooling::Pooling;

/// How a text encoder is opened. What is left open here the folder says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextOptions {
    /// How the vectors of tokens become one.
    pub pooling: Option<Pooling>,
    /// Whether the length of a vector becomes one.
    pub normalize: Option<bool>,
    /// Texts are cut after so many tokens, those that the model puts around a text among them.
    pub max_tokens: Option<usize>,
    /// Where the model runs.
    pub device: Device,
}

/// All that is known of a text encoder before its model is open.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Settings {
    pub model: PathBuf,
    pub tokenizer: PathBuf,
    /// `None` where neither the folder nor the arguments say; then the model has to give one vector a text.
    pub pooling: Option<Pooling>,
    pub normalize: Option<bool>,
    pub max_tokens: Option<usize>,
    /// Texts become lower case before the tokenizer sees them.
    pub lower_case: bool,
    /// What is put before each text.
    pub prompt: String,
}

impl Settings {
    /// Reads the folder; arguments go before what it says.
    pub(super) fn read(folder: &Path, options: &TextOptions) -> Result<Self, Fault> {
        if !folder.is_dir() {
            return Err(Fault::new(Kind::Missing, "there is no folder with a model").at(folder).help(
                "bring the folder of the model there, with `model.onnx` and `tokenizer.json`: `gmlc model add` fetches one",
            ));
        }
        let model = model_file(folder)?;
        let tokenizer = folder.join("tokenizer.json");
        if !tokenizer.is_file() {
            return Err(Fault::new(Kind::Missing, "an encoder of texts lacks its `tokenizer.json`").at(folder).help(
                "save the tokenizer of the model there in its fast form (`AutoTokenizer.from_pretrained(..).save_pretrained(..)`)",
            ));
        }
        let (pooling, normalize) = modules(folder)?;
        let (max_tokens, lower_case) = transformer(folder)?;
        Ok(Self {
            model,
            tokenizer,
            pooling: options.pooling.or(pooling),
            normalize: options.normalize.or(normalize),
            max_tokens: options.max_tokens.or(max_tokens),
            lower_case,
            prompt: prompt(folder)?,
        })
    }
}

/// What `modules.json` says comes behind the transformer: pooling and whether vectors are normalised. Nothing where there is no
/// such file.
fn modules(folder: &Path) -> Result<(Option<Pooling>, Option<bool>), Fault> {
    let place = folder.join("modules.json");
    let Some(modules) = read_json_if(&place)? else {
        let lone = folder.join("1_Pooling/config.json");
        return Ok((if lone.is_file() { Some(pooling(&lone)?) } else { None }, None));
    };
    let modules = modules.as_array().ok_or_else(|| not_understood(&place, "it is no list of modules"))?;
    let (mut found, mut normalize) = (None, false);
    for module in modules {
        let kind = module["type"].as_str().ok_or_else(|| not_understood(&place, "a module has no `type`"))?;
        match kind.rsplit('.').next().unwrap_or(kind) {
            "Transformer" => {}
            "Pooling" => {
                let within = folder.join(module["path"].as_str().unwrap_or("1_Pooling")).join("config.json");
                found = Some(pooling(&within)?);
            }
            "Normalize" => normalize = true,
            other => {
                let fault = not_understood(&place, &format!("behind the transformer comes a module `{other}`"));
                return Err(fault.help(
                    "encoders may have a transformer, pooling and normalisation; export this one with the rest in its ONNX file, \
                     so that it gives one vector a text, and leave `modules.json` out",
                ));
            }
        }
    }
    Ok((found, Some(normalize)))
}

fn pooling(place: &Path) -> Result<Pooling, Fault> {
    let config = read_json(place)?;
    let on = |name: &str| config[name].as_bool().unwrap_or(false);
    // Newer folders name one mode, older ones have a switch a mode.
    let named: Vec<_> = match config["pooling_mode"].as_str() {
        Some(mode) => vec![mode],
        None => {
            let switches = [
                ("pooling_mode_cls_token", "cls"),
                ("pooling_mode_mean_tokens", "mean"),
                ("pooling_mode_max_tokens", "max"),
                ("pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens"),
                ("pooling_mode_weightedmean_tokens", "weightedmean"),
                ("pooling_mode_lasttoken", "lasttoken"),
            ];
            switches.into_iter().filter(|(name, _)| on(name)).map(|(_, mode)| mode).collect()
        }
    };
    match named.as_slice() {
        ["mean"] => Ok(Pooling::Mean),
        ["cls"] => Ok(Pooling::Cls),
        ["max"] => Ok(Pooling::Max),
        [] => Err(not_understood(place, "it names no way of pooling")),
        others => Err(not_understood(place, &format!("it pools by {}", others.join(" and ")))
            .help("encoders pool by mean, cls or max, one of them")),
    }
}

/// The most tokens, and whether texts become lower case.
fn transformer(folder: &Path) -> Result<(Option<usize>, bool), Fault> {
    let place = folder.join("sentence_bert_config.json");
    let Some(config) = read_json_if(&place)? else { return Ok((None, false)) };
    let most = match &config["max_seq_length"] {
        Json::Null => None,
        value => Some(
            value
                .as_u64()
                .and_then(|most| usize::try_from(most).ok())
                .filter(|most| *most > 0)
                .ok_or_else(|| not_understood(&place, "`max_seq_length` is no number of tokens"))?,
        ),
    };
    Ok((most, config["do_lower_case"].as_bool().unwrap_or(false)))
}

/// What the folder says is put before each text unless asked otherwise.
fn prompt(folder: &Path) -> Result<String, Fault> {
    let place = folder.join("config_sentence_transformers.json");
    let Some(config) = read_json_if(&place)? else { return Ok(String::new()) };
    let Some(name) = config["default_prompt_name"].as_str() else { return Ok(String::new()) };
    let prompt = config["prompts"][name].as_str();
    prompt
        .map(str::to_owned)
        .ok_or_else(|| not_understood(&place, &format!("its default prompt `{name}` is none of its prompts")))
}

pub(super) fn not_understood(place: &Path, why: &str) -> Fault {
    Fault::new(Kind::Model, format!("the encoder cannot be used as its folder says: {why}")).at(place)
}
