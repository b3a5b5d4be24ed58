//! Where a saved model lies that a command is given by its folder or by the name of a dataset.

use std::path::Path;

use gml_analysis::suggest;
use gml_ir::Value;
use gml_serve::Place;

use super::ProgramArgs;
use super::prepare::prepare;
use crate::exit::Exit;
use crate::output;

/// Where the model lies: a folder, or a dataset of the program.
pub(super) fn place(model: &str, program: &ProgramArgs) -> Result<Place, Exit> {
    let folder = Path::new(model);
    if folder.is_dir() || model.contains(['/', '\\']) {
        return Place::at(folder).map_err(|fault| {
            output::fault(&fault);
            Exit::RunFailed
        });
    }
    let prepared = prepare(program)?;
    let all = || prepared.program.datasets.iter().filter(|dataset| &*dataset.connector.name == "artifact");
    let Some(dataset) = all().find(|dataset| *dataset.name == *model) else {
        let names: Vec<&str> = all().map(|dataset| &*dataset.name).collect();
        let near = suggest::did_you_mean(model, names.iter().copied()).map(|text| format!("; {text}"));
        let has = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        output::error_line(format!(
            "there is no folder `{model}`, and the program keeps no model under that name; it keeps {has}{}",
            near.unwrap_or_default(),
        ));
        return Err(Exit::Usage);
    };
    let Some(path) = dataset.connector.get("path").and_then(Value::as_str) else {
        output::error_line(format!("the dataset `{}` has no path", dataset.name));
        return Err(Exit::ProgramWrong);
    };
    let path = prepared.project.folder.join(path);
    Ok(if gml_connect::is_versioned(dataset) { Place::Versions(path) } else { Place::Folder(path) })
}
