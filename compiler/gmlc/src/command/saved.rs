//! Where a saved model lies that a command is given by its folder or by the name of a dataset.

use std::path::Path;

use gml_connect::Fault;
use gml_ir::{Dataset, Value};
use gml_serve::Place;

use super::prepare::{Prepared, prepare};
use super::{ProgramArgs, names_there};
use crate::exit::Exit;
use crate::output;
use crate::project::Project;

/// A saved model that was asked for.
pub(super) struct Saved {
    /// Where it lies.
    pub(super) place: Place,
    /// Whether it was asked for by the name of a dataset.
    pub(super) is_dataset: bool,
}

/// The model of a word: one with a `/` is a folder, another one the name of a dataset of the program, or a folder where the program
/// keeps no model under that name.
pub(super) fn saved(model: &str, program: &ProgramArgs) -> Result<Saved, Exit> {
    let folder = Path::new(model);
    let there = || {
        let place = Place::at(folder).map_err(|fault| failed(&fault))?;
        Ok(Saved { place, is_dataset: false })
    };
    let is_folder = folder.is_dir();
    if model.contains(['/', '\\']) || (is_folder && Project::at(&program.project).is_err()) {
        return there();
    }
    let prepared = prepare(program).inspect_err(|_| {
        if is_folder {
            output::error_line(format!("to name the folder and not a dataset of the program, write ./{model}"));
        }
    })?;
    let models: Vec<&Dataset> =
        prepared.program.datasets.iter().filter(|dataset| &*dataset.connector.name == "artifact").collect();
    match models.iter().find(|dataset| *dataset.name == *model) {
        Some(dataset) => Ok(Saved { place: of_dataset(dataset, &prepared)?, is_dataset: true }),
        None if is_folder => there(),
        None => {
            let names: Vec<&str> = models.iter().map(|dataset| &*dataset.name).collect();
            output::error_line(format!(
                "there is no folder `{model}`, and the program keeps no model under that name; it keeps {}",
                names_there(model, &names),
            ));
            Err(Exit::Usage)
        }
    }
}

/// Where a dataset keeps its model.
fn of_dataset(dataset: &Dataset, prepared: &Prepared) -> Result<Place, Exit> {
    let Some(path) = dataset.connector.get("path").and_then(Value::as_str) else {
        output::error_line(format!("the dataset `{}` has no path", dataset.name));
        return Err(Exit::ProgramWrong);
    };
    let path = prepared.project.folder.join(path);
    Ok(if gml_connect::is_versioned(dataset) { Place::Versions(path) } else { Place::Folder(path) })
}

fn failed(fault: &Fault) -> Exit {
    output::fault(fault);
    Exit::RunFailed
}
