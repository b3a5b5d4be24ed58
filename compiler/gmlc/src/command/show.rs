//! `gmlc show`

mod drawn;

use serde_json::{Map, Value};

use super::prepare::prepare_telling;
use super::{ProgramArgs, names_there};
use crate::exit::Exit;
use crate::output::{self, Format};

/// Prints the first rows of a dataset: as a table, or column by column where that is too wide; with `--format json` an object a row.
pub fn show(name: &str, rows: usize, args: &ProgramArgs) -> Exit {
    // Rows are on standard output, for another program where it wants JSON.
    let prepared = match prepare_telling(args, |wrong, sources| output::errors(wrong, sources, args.format)) {
        Ok(prepared) => prepared,
        Err(exit) => return exit,
    };
    let datasets = &prepared.program.datasets;
    let Some(dataset) = datasets.iter().find(|dataset| &*dataset.name == name) else {
        let tables: Vec<&str> =
            datasets.iter().filter(|dataset| dataset.row().is_some()).map(|dataset| &*dataset.name).collect();
        output::error_line(format!("the catalog has no `{name}`; its tables are {}", names_there(name, &tables)));
        return Exit::Usage;
    };
    if dataset.row().is_none() {
        output::error_line(format!("`{name}` holds {}, and only tables can be shown", dataset.ty));
        return Exit::Usage;
    }
    let preview = match gml_connect::preview(dataset, &prepared.project.folder, rows) {
        Ok(preview) => preview,
        Err(fault) => {
            output::fault(&fault);
            return Exit::RunFailed;
        }
    };
    if args.format == Format::Json {
        for row in preview.rows {
            let names = preview.columns.iter().map(|(name, _)| name.clone());
            let object: Map<String, Value> = names.zip(row).collect();
            output::line(Value::Object(object).to_string());
        }
    } else {
        output::text(&drawn::drawn(&preview));
    }
    Exit::Done
}
