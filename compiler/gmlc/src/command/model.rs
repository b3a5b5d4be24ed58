//! `gmlc model`

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use gml_connect::HubModel;
use gml_connect::secrets;

use crate::exit::Exit;
use crate::output;

/// Models that others trained.
#[derive(Debug, Args)]
pub struct ModelArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Fetch a model in ONNX form from a hub of models.
    Add {
        /// Its name there: `sentence-transformers/all-MiniLM-L6-v2`.
        name: String,
        /// The folder that it is put into; `models/` and the last part of its name where none is given.
        #[arg(long, value_name = "FOLDER")]
        into: Option<PathBuf>,
        /// The hub.
        #[arg(long, value_name = "URL", env = "GML_MODEL_HUB", default_value = "https://huggingface.co")]
        hub: String,
        /// A branch, a tag or a commit.
        #[arg(long, default_value = "main")]
        revision: String,
    },
}

/// Does what was asked for.
pub fn model(args: &ModelArgs) -> Exit {
    let Action::Add { name, into, hub, revision } = &args.action;
    let plain =
        |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', '?', '#', '%', ' ']);
    if !name.split('/').all(plain) || !plain(revision) || revision.contains('/') {
        output::error_line("a model is named as the hub does, such as sentence-transformers/all-MiniLM-L6-v2");
        return Exit::Usage;
    }
    let last = name.rsplit('/').next().unwrap_or(name);
    let folder = into.clone().unwrap_or_else(|| PathBuf::from("models").join(last));
    // Most models are given to anyone, so that none is needed.
    let token = secrets::find("GML_HUB_TOKEN", Path::new(".")).ok();
    let wanted = HubModel { hub, name, revision, token: token.as_ref() };
    match wanted.fetch(&folder, &mut |text| output::error_line(text)) {
        Ok(()) => {
            output::line(format!("{name}: {}", folder.display()));
            output::line(format!("in a catalog: onnx({:?})", folder.display().to_string()));
            Exit::Done
        }
        Err(fault) => {
            output::fault(&fault);
            Exit::RunFailed
        }
    }
}
