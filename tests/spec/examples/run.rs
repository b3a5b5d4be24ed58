//! The pipelines of an example, run by gmlc over rows that are made up for it.

use gml_analysis::{Settings, lower};
use gml_diagnostics::FileId;
use gml_ir::{Dataset, Program, Type};
use gml_syntax::ast::{Item, ItemKind, Module};
use gml_tests::{Checked, Finished, Project, repository};

use crate::rows;

/// How long an example may search; what it says itself is for people.
const BUDGET: &str = "budget=2s";
/// How many pictures there are.
const PICTURES: usize = 12;

/// Why the pipelines of an example cannot be run.
pub fn faults(text: &str, checked: &Checked) -> Vec<String> {
    let analysis = &checked.analysis;
    let program = match lower(&analysis.package, &analysis.program, &Settings::default()) {
        Ok(program) => program,
        Err(wrong) => return wrong.iter().map(|diagnostic| diagnostic.message.clone()).collect(),
    };
    if program.pipelines.is_empty() {
        return vec!["there is no pipeline in it".to_owned()];
    }
    let module = gml_syntax::parse(FileId(0), text).module;
    let project = Project::new();
    if let Some(fault) = make_data(&project, text, &module, &program) {
        return vec![fault];
    }
    project.write("main.gml", text);
    let has_budget =
        module.items.iter().any(|item| matches!(&item.kind, ItemKind::Param(param) if &*param.name.text == "budget"));
    let runs = program.pipelines.iter().map(|pipeline| {
        let mut words = vec!["run", &*pipeline.name];
        words.extend(if has_budget { &["--set", BUDGET][..] } else { &[] });
        (pipeline.name.to_string(), project.gmlc(&words))
    });
    runs.filter_map(|(name, finished)| failed(&finished, &name)).collect()
}

fn failed(finished: &Finished, what: &str) -> Option<String> {
    let Finished { code, stdout, stderr } = finished;
    (*code != 0).then(|| format!("{what} ends with {code}\n{stdout}{stderr}"))
}

/// Fills the datasets that the example reads and does not write itself. Their rows are written by a pipeline of their own, so that
/// the file is what a dataset of this kind is.
fn make_data(project: &Project, text: &str, module: &Module, program: &Program) -> Option<String> {
    let is_written = |dataset: &Dataset| {
        text.split_whitespace().collect::<Vec<_>>().windows(2).any(|pair| pair == ["as", &*dataset.name])
    };
    let (mut entries, mut saves) = (String::new(), String::new());
    for dataset in program.datasets.iter().filter(|dataset| !is_written(dataset)) {
        let Type::Table(table) = &dataset.ty else { continue };
        let name = &dataset.name;
        match &*dataset.connector.name {
            "images" => pictures(project, dataset),
            "query" => {}
            _ => {
                project.write(&format!("made/{name}.jsonl"), rows::lines(name, &table.row));
                entries +=
                    &format!("    made_{name}: {} = jsonl(\"made/{name}.jsonl\"),\n", type_of(text, module, name));
                saves += &format!("    save made_{name} as {name}\n");
            }
        }
    }
    if saves.is_empty() {
        return None;
    }
    let is_needed = |item: &&Item| {
        matches!(item.kind, ItemKind::Param(_) | ItemKind::Schema(_) | ItemKind::Connection(_) | ItemKind::Catalog(_))
    };
    let declarations = module.items.iter().filter(is_needed).map(|item| format!("{}\n", text_of(text, item.span)));
    let declarations: String = declarations.collect();
    project.write("main.gml", format!("{declarations}catalog {{\n{entries}}}\npipeline make_data {{\n{saves}}}\n"));
    failed(&project.gmlc(&["run", "make_data"]), "what makes its data")
}

/// The type of an entry, as it is written.
fn type_of<'t>(text: &'t str, module: &Module, name: &str) -> &'t str {
    let entries = module.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Catalog(catalog) => Some(&catalog.entries),
        _ => None,
    });
    let entry = entries.flatten().find(|entry| &*entry.name.text == name).unwrap();
    text_of(text, entry.ty.span)
}

fn text_of(text: &str, span: gml_diagnostics::Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

/// Gives it pictures, where its pattern looks for them.
fn pictures(project: &Project, dataset: &Dataset) {
    let pattern = dataset.connector.get("path").map(ToString::to_string).unwrap_or_default();
    let folder = pattern.trim_matches('"').split('/').next().unwrap_or_default().to_owned();
    let picture = std::fs::read(repository().join("runtime/inference/models/image/pictures/upright.jpg")).unwrap();
    (0..PICTURES).for_each(|place| project.write(&format!("{folder}/article_{place}.jpg"), &picture));
}
