//! Native libraries that are not Rust: where they are kept, and fetching them on first need.

use std::path::PathBuf;

use gml_connect::Fault;
use gml_ir::{Graph, Program, StepKind, Type};
use gml_operators::native::{lightgbm, setup};

/// Where libraries are: `GML_LIGHTGBM` (a library of the user's own), else the folder of fetched ones: `GML_LIBRARIES`, else
/// `gml` in the user's cache folder.
pub fn folder() -> PathBuf {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    from("GML_LIGHTGBM")
        .or_else(|| from("GML_LIBRARIES"))
        .or_else(|| from("XDG_CACHE_HOME").map(|cache| cache.join("gml")))
        .or_else(|| from("HOME").map(|home| home.join(".cache/gml")))
        .unwrap_or_else(|| std::env::temp_dir().join("gml"))
}

/// Makes sure that what these graphs need is there.
///
/// # Errors
/// Where a library is missing and cannot be fetched.
pub fn ensure_for<'a>(
    program: &Program,
    graphs: impl IntoIterator<Item = &'a Graph>,
    report: &mut dyn FnMut(&str),
) -> Result<(), Fault> {
    let needed = graphs.into_iter().any(|graph| needs_lightgbm(program, graph));
    if needed && lightgbm::lightgbm_in(&folder()).is_none() {
        setup::fetch_lightgbm(&folder(), report)?;
    }
    Ok(())
}

fn needs_lightgbm(program: &Program, graph: &Graph) -> bool {
    graph.steps.iter().any(|step| match &step.kind {
        StepKind::Call { operator, .. } => &**operator == "boosted_trees",
        StepKind::Load(dataset) => {
            program.datasets.get(*dataset as usize).is_some_and(|dataset| matches!(dataset.ty, Type::Learned(_)))
        }
        StepKind::When { body, .. } => needs_lightgbm(program, body),
        _ => false,
    })
}
