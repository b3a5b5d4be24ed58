//! Texts as numbers of tokens.

use std::path::Path;

use tokenizers::{Tokenizer, TruncationParams};

use crate::error::{Fault, Kind};

use super::settings::Settings;

/// Takes texts apart as the model wants them.
#[derive(Debug)]
pub(super) struct Tokens {
    tokenizer: Tokenizer,
    lower_case: bool,
    prompt: String,
}

impl Tokens {
    pub(super) fn open(settings: &Settings) -> Result<Self, Fault> {
        let place = &settings.tokenizer;
        let mut tokenizer = Tokenizer::from_file(place).map_err(|error| broken(place, &*error))?;
        // Padding is ours: none, since texts of one length go together.
        tokenizer.with_padding(None);
        let most = settings.max_tokens.or_else(|| tokenizer.get_truncation().map(|truncation| truncation.max_length));
        if let Some(most) = most {
            let added = tokenizer.encode("", true).map_err(|error| broken(place, &*error))?.len();
            if most <= added {
                let message = format!("texts are cut after {most} tokens, and the model itself adds {added} to each");
                return Err(Fault::new(Kind::Model, message).at(place).help("take a larger `max_tokens`"));
            }
            let truncation = TruncationParams { max_length: most, ..TruncationParams::default() };
            tokenizer.with_truncation(Some(truncation)).map_err(|error| broken(place, &*error))?;
        }
        Ok(Self { tokenizer, lower_case: settings.lower_case, prompt: settings.prompt.clone() })
    }

    /// The numbers of a text's tokens: at least one.
    pub(super) fn of(&self, text: &str) -> Result<Vec<u32>, Fault> {
        let given = format!("{}{text}", self.prompt);
        let given = if self.lower_case { given.trim().to_lowercase() } else { given.trim().to_owned() };
        let encoding = self.tokenizer.encode_fast(given, true).map_err(|error| {
            let shown: String = text.chars().take(40).collect();
            Fault::new(Kind::Run, format!("the text `{shown}` cannot be taken apart into tokens")).detail(error)
        })?;
        if encoding.is_empty() {
            return Err(Fault::new(Kind::Run, "a text has no tokens, and so no vector").help(
                "leave empty texts out (`filter(.text != \"\")`), or take a tokenizer that puts a token around each text",
            ));
        }
        Ok(encoding.get_ids().to_vec())
    }
}

fn broken(place: &Path, error: &(dyn std::error::Error + Send + Sync)) -> Fault {
    Fault::new(Kind::Model, "the tokenizer cannot be used").at(place).detail(error)
}
