//! What to do about a dataset to which nothing was saved yet, by what the program says of who saves it.

use std::sync::Arc;

use gml_connect::{Fault, SAVE_FIRST};
use gml_ir::{Dataset, Program};

/// For each dataset of a program what helps where nothing was saved to it, if it is more than to run the pipeline that saves it.
#[derive(Debug, Default)]
pub(crate) struct Unsaved(Vec<(Arc<str>, String)>);

impl Unsaved {
    /// Those of a program.
    pub(crate) fn of(program: &Program) -> Self {
        let found = program.datasets.iter().zip(0..);
        Self(found.filter_map(|(dataset, place)| Some((Arc::clone(&dataset.name), help(program, place)?))).collect())
    }

    /// The fault of reading a dataset, with the help that fits the program.
    pub(crate) fn told(&self, fault: Fault, dataset: &Dataset) -> Fault {
        let known = self.0.iter().find(|(name, _)| *name == dataset.name);
        helped(fault, known.map(|(_, help)| help.clone()))
    }
}

/// The fault with another help, where it is that nothing was saved yet.
fn helped(fault: Fault, help: Option<String>) -> Fault {
    match help {
        Some(help) if fault.help.as_deref() == Some(SAVE_FIRST) => fault.help(help),
        _ => fault,
    }
}

/// The fault of reading a dataset to which nothing was saved yet, with the help that fits a program; other faults as they are.
pub fn told_who_saves(fault: Fault, program: &Program, dataset: u32) -> Fault {
    helped(fault, help(program, dataset))
}

/// What helps where nothing was saved to a dataset yet.
fn help(program: &Program, dataset: u32) -> Option<String> {
    let savers: Vec<_> = program.savers(dataset).collect();
    let names = |reads: bool| {
        let of = savers.iter().filter(|(_, reads_first)| *reads_first == reads);
        of.map(|(pipeline, _)| format!("`{}`", pipeline.name)).collect::<Vec<_>>()
    };
    match (&names(false)[..], &names(true)[..]) {
        ([], []) => Some("no pipeline of this program saves it: bring what was saved elsewhere to that place".into()),
        ([], readers) => Some(format!(
            "only {} save{} it, and read{} it first: write a pipeline that saves the first version without reading it (a model \
             without `promote`), and run that once",
            readers.join(" and "),
            if readers.len() == 1 { "s" } else { "" },
            if readers.len() == 1 { "s" } else { "" },
        )),
        ([first, ..], _) => Some(format!("run the pipeline that saves it first: {first}")),
    }
}
