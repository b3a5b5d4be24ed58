//! The targets, and the file that each of them reads.

use serde::Serialize;
use serde_json::Value;
use thiserror::Error;

use crate::yaml::yaml;
use crate::{Broken, Workflow, airflow, argo, kfp, kubernetes};

/// A platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Kubeflow Pipelines 2, and Vertex AI Pipelines.
    Kfp,
    /// Argo Workflows.
    Argo,
    /// Kubernetes without anything else.
    Kubernetes,
    /// Apache Airflow 3.
    Airflow,
}

/// What files that were written here begin with.
pub const MADE_BY: &str = "# Written by gmlc deploy";

/// Why there is no file. Both are faults of what makes it, not of the program.
#[derive(Debug, Error)]
pub enum WriteError {
    /// It would refer to what is not there.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// It cannot be put into words.
    #[error("a document cannot be written: {0}")]
    Form(#[from] serde_json::Error),
}

/// The file of a workflow: proved to be whole, and the same each time.
///
/// # Errors
/// Where it is not whole.
pub fn written(workflow: &Workflow, target: Target) -> Result<String, WriteError> {
    let text = match target {
        Target::Kfp => {
            let documents = kfp::documents(workflow)?;
            let platforms = documents.platforms.as_ref().map(form).transpose()?;
            let behind = platforms.map(|platforms| format!("---\n{platforms}")).unwrap_or_default();
            format!("{}{behind}", form(&documents.pipeline)?)
        }
        Target::Argo => form(&argo::document(workflow)?)?,
        Target::Kubernetes => form(&kubernetes::document(workflow)?)?,
        Target::Airflow => airflow::dag(workflow)?.python(),
    };
    Ok(format!("{MADE_BY} (gmlc {}): pipelines as tasks.\n{text}", env!("CARGO_PKG_VERSION")))
}

fn form(document: &impl Serialize) -> Result<String, WriteError> {
    let value: Value = serde_json::to_value(document)?;
    Ok(yaml(&value))
}
