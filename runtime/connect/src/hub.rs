//! Models of a hub: the files of one, fetched into a folder.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Client, Response, StatusCode};

use crate::afar::wait;
use crate::secrets::{Secret, hide_fault};
use crate::{Fault, code};

/// How often a file is asked for, and how long a server may be silent.
const TRIES: u32 = 3;
const SILENCE: Duration = Duration::from_secs(60);

/// The model itself: the first of these that there is.
const MODELS: [&str; 2] = ["model.onnx", "onnx/model.onnx"];

/// What may lie beside it, and is fetched where it does. Weights of large models are in files of their own.
const BESIDE: [&str; 12] = [
    "model.onnx_data",
    "onnx/model.onnx_data",
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "modules.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
    "1_Pooling/config.json",
    "preprocessor_config.json",
    "README.md",
];

/// A model of a hub.
#[derive(Clone, Copy, Debug)]
pub struct HubModel<'a> {
    /// The hub: what stands before the name of a model in its addresses.
    pub hub: &'a str,
    /// Its name there, `owner/model`.
    pub name: &'a str,
    /// A branch, a tag or a commit.
    pub revision: &'a str,
    /// What the hub wants to know who asks.
    pub token: Option<&'a Secret>,
}

impl HubModel<'_> {
    /// Fetches the files of the model that encoders read into a folder that is not there yet; it appears when all are there.
    ///
    /// # Errors
    /// GML0901 where the hub has no such model or none in ONNX form, GML0961 where it cannot be reached, GML0962 where it does not
    /// let us in, GML0910 where the folder is there or cannot be written.
    pub fn fetch(&self, folder: &Path, report: &mut dyn FnMut(&str)) -> Result<(), Fault> {
        if folder.exists() {
            return Err(Fault::new(code::CANNOT_WRITE, "the folder for the model is there already")
                .at(folder.display())
                .help("remove it, or name another one with `--into`"));
        }
        let staging = Staging::beside(folder)?;
        let client = Client::builder().read_timeout(SILENCE).connect_timeout(SILENCE).build();
        let client = client.map_err(|error| self.unreached(&error.to_string()))?;
        let mut fetched = false;
        for file in MODELS {
            if !fetched {
                fetched = self.file(&client, file, &staging.0, report)?;
            }
        }
        if !fetched {
            let text = format!("the hub has no model `{}` in ONNX form: neither {}", self.name, MODELS.join(" nor "));
            return Err(Fault::new(code::FILE_MISSING, text).at(self.hub).help(
                "see how it is called there (`owner/model`); one that is there in another form can be exported with \
                 `optimum-cli export onnx`",
            ));
        }
        for file in BESIDE {
            self.file(&client, file, &staging.0, report)?;
        }
        fs::rename(&staging.0, folder).map_err(|error| cannot_write(folder, &error))
    }

    /// Fetches a file; `false` where there is none.
    fn file(&self, client: &Client, file: &str, folder: &Path, report: &mut dyn FnMut(&str)) -> Result<bool, Fault> {
        let url = format!("{}/{}/resolve/{}/{file}", self.hub.trim_end_matches('/'), self.name, self.revision);
        let mut pause = Duration::from_millis(300);
        for attempt in 1.. {
            match wait(self.try_file(client, &url, &folder.join(file)))? {
                Ok(None) => return Ok(false),
                Ok(Some(bytes)) => {
                    report(&format!("{file}: {bytes} bytes"));
                    return Ok(true);
                }
                Err(Trouble::Final(fault)) => return Err(fault),
                Err(Trouble::Passing(why)) if attempt == TRIES => return Err(self.unreached(&why).at(&url)),
                Err(Trouble::Passing(_)) => {
                    std::thread::sleep(pause);
                    pause *= 2;
                }
            }
        }
        Ok(false)
    }

    async fn try_file(&self, client: &Client, url: &str, path: &Path) -> Result<Option<u64>, Trouble> {
        let mut request = client.get(url);
        if let Some(token) = self.token {
            request = request.bearer_auth(token.expose());
        }
        let passing = |error: reqwest::Error| Trouble::Passing(error.without_url().to_string());
        let mut answer = request.send().await.map_err(passing)?;
        match answer.status() {
            status if status.is_success() => {}
            StatusCode::NOT_FOUND => return Ok(None),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(Trouble::Final(self.denied(&answer, url))),
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                return Err(Trouble::Passing(format!("it answers {status}")));
            }
            status => return Err(Trouble::Final(self.unreached(&format!("it answers {status}")).at(url))),
        }
        let said = answer.content_length();
        let write = |error: std::io::Error| Trouble::Final(cannot_write(path, &error));
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(write)?;
        }
        let mut file = fs::File::create(path).map_err(write)?;
        let mut bytes = 0;
        while let Some(piece) = answer.chunk().await.map_err(passing)? {
            file.write_all(&piece).map_err(write)?;
            bytes += piece.len() as u64;
        }
        match said {
            Some(said) if said != bytes => Err(Trouble::Passing(format!("it ended after {bytes} of {said} bytes"))),
            _ => Ok(Some(bytes)),
        }
    }

    fn denied(&self, answer: &Response, url: &str) -> Fault {
        let text = format!("the hub does not give `{}` to us: it answers {}", self.name, answer.status());
        let fault = Fault::new(code::ACCESS_DENIED, text).at(url);
        hide_fault(
            fault.help("see how the model is called there; where the hub wants to know who asks, set GML_HUB_TOKEN"),
        )
    }

    fn unreached(&self, why: &str) -> Fault {
        let fault = Fault::new(code::NOT_REACHED, format!("the hub of models cannot be reached: {why}")).at(self.hub);
        hide_fault(fault.help(
            "connect to the network, or name another hub with `--hub` or GML_MODEL_HUB; a folder with the files can also be \
             brought over by hand",
        ))
    }
}

/// Why a file did not come.
enum Trouble {
    /// It may come if asked for again.
    Passing(String),
    /// It will not.
    Final(Fault),
}

fn cannot_write(place: &Path, error: &std::io::Error) -> Fault {
    Fault::new(code::CANNOT_WRITE, "the folder of the model cannot be written")
        .at(place.display())
        .detail(error.to_string())
}

/// A folder beside the target, so that a rename stays on one file system; removed when this goes.
struct Staging(PathBuf);

impl Staging {
    fn beside(folder: &Path) -> Result<Self, Fault> {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let path = folder.with_file_name(format!(".{name}.fetching-{}", std::process::id()));
        fs::create_dir_all(&path).map_err(|error| cannot_write(&path, &error))?;
        Ok(Self(path))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What is left lies in a hidden folder and harms nothing.
        let _ = fs::remove_dir_all(&self.0);
    }
}
