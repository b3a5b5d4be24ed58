//! `MLmodel`: what MLflow reads to load, score and serve a model.

use gml_connect::Fault;
use serde_json::{Value as Json, json};

use super::{Element, Exported, FILE as ONNX_FILE};

/// The file.
pub(crate) const FILE: &str = "MLmodel";

/// The version of MLflow whose form this is.
const MLFLOW: &str = "3.0.0";

/// The text of the file: the flavors `onnx` and `python_function`, and the columns of the signature.
///
/// # Errors
/// Where a name cannot be written, which it always can.
pub(crate) fn mlmodel(of: &Exported) -> Result<String, Fault> {
    let columns = |columns: &[(String, Element)]| -> Json {
        let column =
            |(name, element): &(String, Element)| json!({ "name": name, "type": word(*element), "required": true });
        columns.iter().map(column).collect()
    };
    mlmodel_of(&columns(&of.inputs), &columns(&of.outputs))
}

/// The text of the file, by what MLflow calls inputs and outputs.
///
/// # Errors
/// Where a name cannot be written, which it always can.
pub(crate) fn mlmodel_of(inputs: &Json, outputs: &Json) -> Result<String, Fault> {
    // JSON is YAML, so names need no escaping of their own; the lists are texts of JSON, as MLflow writes them.
    let signature = json!({ "inputs": inputs.to_string(), "outputs": outputs.to_string() });
    let model = json!({
        "flavors": {
            "onnx": {
                "code": null,
                "data": ONNX_FILE,
                "onnx_version": "1.16.0",
                "providers": ["CPUExecutionProvider"],
            },
            "python_function": { "data": ONNX_FILE, "loader_module": "mlflow.onnx", "python_version": "3.11" },
        },
        "mlflow_version": MLFLOW,
        "signature": signature,
    });
    crate::learn::artifact::to_text(&model)
}

/// MLflow's word for a type.
fn word(element: Element) -> &'static str {
    match element {
        Element::Byte | Element::Int => "long",
        Element::Text => "string",
        Element::Bool => "boolean",
        Element::Double => "double",
    }
}
