//! Native libraries that are not Rust: where they are kept, and fetching them on first need.

use std::path::PathBuf;

use gml_connect::Fault;
use gml_ir::{Dataset, Graph, Learned, Program, StepKind, Type, Value};
use gml_operators::native::setup::{self, LIGHTGBM, ONNXRUNTIME};

/// The folder of fetched libraries: `GML_LIBRARIES`, else `gml` in the user's cache folder. A library of the user's own is named
/// by a variable of its own (`GML_LIGHTGBM`, `GML_ONNXRUNTIME`), which whoever opens it looks at.
pub fn folder() -> PathBuf {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    from("GML_LIBRARIES")
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
    let graphs: Vec<&Graph> = graphs.into_iter().collect();
    for (package, needed) in [(&LIGHTGBM, needs_lightgbm as Needs), (&ONNXRUNTIME, needs_onnxruntime as Needs)] {
        let place = package.place(&folder());
        if graphs.iter().any(|graph| any(program, graph, needed)) && package.found(&place).is_none() {
            setup::fetch(package, &place, report)?;
        }
    }
    if graphs.iter().any(|graph| any(program, graph, needs_duckdb)) && !gml_connect::has_duckdb() {
        gml_connect::fetch_duckdb(report)?;
    }
    Ok(())
}

/// What these graphs need of what `gmlc setup` fetches, as it calls them.
pub fn needed<'a>(program: &Program, graphs: impl IntoIterator<Item = &'a Graph>) -> Vec<&'static str> {
    let all = [("lightgbm", needs_lightgbm as Needs), ("onnxruntime", needs_onnxruntime), (DUCKDB, needs_duckdb)];
    let graphs: Vec<&Graph> = graphs.into_iter().collect();
    let needed = all.into_iter().filter(|(_, needs)| graphs.iter().any(|graph| any(program, graph, *needs)));
    needed.map(|(name, _)| name).collect()
}

/// What `gmlc setup` calls DuckDB, which Python runs.
pub const DUCKDB: &str = "duckdb";

/// Fetches LightGBM, which a saved model turned out to need.
///
/// # Errors
/// Where it cannot be fetched.
pub fn fetch_lightgbm(report: &mut dyn FnMut(&str)) -> Result<(), Fault> {
    setup::fetch(&LIGHTGBM, &LIGHTGBM.place(&folder()), report).map(drop)
}

/// Whether a step needs a library; with the dataset that it loads or saves, if it does.
type Needs = fn(&StepKind, Option<&Dataset>) -> bool;

fn any(program: &Program, graph: &Graph, needed: Needs) -> bool {
    graph.steps.iter().any(|step| match &step.kind {
        StepKind::When { body, .. } => any(program, body, needed),
        StepKind::Load(dataset) | StepKind::Save { dataset, .. } => {
            needed(&step.kind, program.datasets.get(*dataset as usize))
        }
        kind => needed(kind, None),
    })
}

fn needs_lightgbm(step: &StepKind, loaded: Option<&Dataset>) -> bool {
    let learners = ["boosted_trees", "automl"];
    let operator = matches!(step, StepKind::Call { operator, .. } if learners.contains(&&**operator));
    operator || loaded.is_some_and(|dataset| matches!(&dataset.ty, Type::Learned(of) if may_be_trees(of)))
}

fn needs_onnxruntime(step: &StepKind, loaded: Option<&Dataset>) -> bool {
    let networks = ["image_encoder", "sr_gnn", "gru4rec", "sasrec", "dgsr"];
    let operator = matches!(step, StepKind::Call { operator, .. } if networks.contains(&&**operator));
    // Encoders of texts that were learned here are no models of ONNX; recommenders may be networks.
    let by_network = |of: &Learned| matches!(of, Learned::Encoder(Type::Image, _) | Learned::Recommender(_));
    operator
        || loaded.is_some_and(|dataset| {
            &*dataset.connector.name == "onnx" || matches!(&dataset.ty, Type::Learned(of) if by_network(of))
        })
}

fn may_be_trees(of: &Learned) -> bool {
    !matches!(of, Learned::Encoder(..) | Learned::Recommender(_))
}

/// Whether a table of a DuckDB file is read or written.
fn needs_duckdb(_: &StepKind, dataset: Option<&Dataset>) -> bool {
    let database = dataset.and_then(|dataset| dataset.connector.get("database"));
    matches!(database, Some(Value::Symbol { name, .. }) if &**name == "duckdb")
}
