//! Models that a run saved: their files, and versions of registered models.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::client::{Client, Refused};
use crate::cache::content;

/// The file that says how MLflow loads a model. Only models that have a form in ONNX have it.
const MLMODEL: &str = "MLmodel";

/// The tag of a version that says which model it is, by what its files hold.
const CONTENT: &str = "gml.content";

/// A model that a run saved.
pub(super) struct Saved<'a> {
    /// Its entry in the catalog.
    pub(super) name: &'a str,
    pub(super) folder: &'a Path,
    pub(super) experiment: &'a str,
    pub(super) run: &'a str,
    /// Where the files of the run go.
    pub(super) artifacts: &'a str,
}

impl Saved<'_> {
    /// Tells of the model, and makes it a version of the registered model of its name. Servers older than MLflow 3 have it among
    /// the files of the run.
    pub(super) async fn tell(&self, client: &Client, register: bool) -> Result<(), Refused> {
        let files = files(self.folder).map_err(|error| self.unreadable(&error))?;
        let (place, id) = match self.logged(client).await {
            Ok(logged) => logged,
            Err(refused) if is_unknown(&refused) => (format!("{}/models/{}", self.artifacts, self.name), None),
            Err(refused) => return Err(refused),
        };
        let uploaded = async {
            for (file, name) in &files {
                client.upload(&place, name, file).await?;
            }
            Ok::<(), Refused>(())
        }
        .await;
        if let Some(id) = &id {
            let status = if uploaded.is_ok() { "LOGGED_MODEL_READY" } else { "LOGGED_MODEL_UPLOAD_FAILED" };
            client.patch(&format!("logged-models/{id}"), &json!({ "model_id": id, "status": status })).await?;
        }
        uploaded?;
        if !files.iter().any(|(_, name)| name == MLMODEL) {
            return Err(Refused::other(
                "it has no form that MLflow loads, so it is kept with its files and not registered",
            ));
        }
        if register { self.registered(client, &place, id.as_deref()).await } else { Ok(()) }
    }

    /// Tells of a model that an earlier run had saved, where the server has no version of it: that run told nobody, or another server.
    pub(super) async fn tell_where_missing(&self, client: &Client, register: bool) -> Result<(), Refused> {
        if !register || !self.folder.join(MLMODEL).is_file() || self.is_known(client).await? {
            return Ok(());
        }
        self.tell(client, register).await
    }

    /// Whether this very model is a version of the registered model of its name.
    async fn is_known(&self, client: &Client) -> Result<bool, Refused> {
        let content = self.content()?;
        let filter = format!("name='{}'", self.name);
        let found = client.get("model-versions/search", &[("filter", &filter)]).await?;
        let is_this = |tag: &Json| tag["key"] == CONTENT && tag["value"] == *content;
        let has_it = |version: &Json| version["tags"].as_array().is_some_and(|tags| tags.iter().any(is_this));
        Ok(found["model_versions"].as_array().is_some_and(|versions| versions.iter().any(has_it)))
    }

    fn content(&self) -> Result<String, Refused> {
        let hashed = content::of_path(self.folder, content::of_file);
        hashed.map(|(hash, _)| hash).map_err(|error| self.unreadable(&error))
    }

    fn unreadable(&self, error: &std::io::Error) -> Refused {
        Refused::other(format!("{} cannot be read: {error}", self.folder.display()))
    }

    /// A model of the experiment; gives where its files go, and its id.
    async fn logged(&self, client: &Client) -> Result<(String, Option<String>), Refused> {
        let asked = json!({ "experiment_id": self.experiment, "name": self.name, "source_run_id": self.run, "model_type": "gml" });
        let made = client.post("logged-models", &asked).await?;
        let info = &made["model"]["info"];
        let text = |name: &str| info[name].as_str().map(str::to_owned);
        let (place, id) =
            text("artifact_uri").zip(text("model_id")).ok_or_else(|| Refused::other("it gave the model no id"))?;
        client.post("runs/outputs", &json!({ "run_id": self.run, "models": [{ "model_id": id, "step": 0 }] })).await?;
        Ok((place, Some(id)))
    }

    async fn registered(&self, client: &Client, place: &str, id: Option<&str>) -> Result<(), Refused> {
        match client.post("registered-models/create", &json!({ "name": self.name })).await {
            Ok(_) => {}
            Err(refused) if refused.code.as_deref() == Some("RESOURCE_ALREADY_EXISTS") => {}
            Err(refused) => return Err(refused),
        }
        let tags = json!([{ "key": CONTENT, "value": self.content()? }]);
        let mut version = json!({ "name": self.name, "source": place, "run_id": self.run, "tags": tags });
        if let Some(id) = id {
            version["model_id"] = Json::from(id);
        }
        client.post("model-versions/create", &version).await.map(drop)
    }
}

/// Whether the server knows nothing of what it was asked for.
fn is_unknown(refused: &Refused) -> bool {
    matches!(refused.code.as_deref(), Some("ENDPOINT_NOT_FOUND")) || refused.message.starts_with("it answers 404")
}

/// The files of a folder and of those in it, with their names below it.
fn files(folder: &Path) -> std::io::Result<Vec<(PathBuf, String)>> {
    let files = content::files(folder)?.into_iter().map(|path| {
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        (path, name)
    });
    Ok(files.collect())
}
