//! `gmlc graph`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use gml_analysis::Analysis;
use gml_analysis::lineage::Lineage;
use gml_analysis::typed::{DatasetId, NodeId, PipelineId};
use gml_graph::{Depth, Graph};

use super::names_there;
use crate::exit::Exit;
use crate::output::{self, Format};
use crate::project::{Project, has_errors};

/// Which graph, and how.
#[derive(Debug, Args)]
pub struct GraphArgs {
    /// The pipeline; the whole project and all of its pipelines where none is named.
    pipeline: Option<String>,
    /// The program: a `.gml` file, or a folder with a main.gml.
    #[arg(long, short, value_name = "PATH", default_value = ".")]
    project: PathBuf,
    /// The steps of this node instead.
    #[arg(long, value_name = "NAME", conflicts_with = "pipeline")]
    node: Option<String>,
    /// What this column of a dataset is made of, back to where it is read: `predictions.score`.
    #[arg(long, value_name = "DATASET.COLUMN", conflicts_with_all = ["pipeline", "node"])]
    column: Option<String>,
    /// Open nodes: show their steps where they are called.
    #[arg(long)]
    steps: bool,
    /// The form of the graph.
    #[arg(long, value_enum, default_value = "text")]
    format: GraphFormat,
}

/// The form of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum GraphFormat {
    /// For a terminal: all columns of every edge.
    Text,
    /// A Mermaid flowchart.
    Mermaid,
    /// A picture.
    Svg,
}

/// Prints graphs. Of a program that is wrong, what is known of it.
pub fn graph(args: &GraphArgs) -> Exit {
    let project = match Project::at(&args.project) {
        Ok(project) => project,
        Err(message) => {
            output::error_line(message);
            return Exit::Usage;
        }
    };
    let analysis = project.check();
    output::diagnostics(&analysis.diagnostics, &analysis.package.sources, Format::Human);
    let graphs = match graphs(&analysis, args) {
        Ok(graphs) => graphs,
        Err(message) => {
            output::error_line(message);
            return Exit::Usage;
        }
    };
    let shown = match args.format {
        GraphFormat::Text => graphs.iter().map(gml_graph::text).collect::<Vec<_>>().join("\n"),
        GraphFormat::Mermaid => gml_graph::mermaid(&graphs),
        GraphFormat::Svg => gml_graph::svg(&graphs),
    };
    output::line(shown.trim_end());
    if has_errors(&analysis.diagnostics) { Exit::ProgramWrong } else { Exit::Done }
}

fn graphs(analysis: &Analysis, args: &GraphArgs) -> Result<Vec<Graph>, String> {
    let (package, program) = (&analysis.package, &analysis.program);
    if let Some(column) = &args.column {
        return lineage(analysis, column).map(|graph| vec![graph]);
    }
    let depth = if args.steps { Depth::Steps } else { Depth::Calls };
    if let Some(name) = &args.node {
        let names: Vec<&str> = program.nodes.iter().map(|node| &*node.name).collect();
        let id = place_of(&names, name, "node")?;
        let graph = gml_graph::of_node(package, program, NodeId(id), depth);
        return graph
            .map(|graph| vec![graph])
            .ok_or_else(|| format!("the node `{name}` is written in another language"));
    }
    let names: Vec<&str> = program.pipelines.iter().map(|pipeline| &*pipeline.name).collect();
    let of = |id: u32| gml_graph::of_pipeline(package, program, PipelineId(id), depth);
    match &args.pipeline {
        Some(name) => Ok(of(place_of(&names, name, "pipeline")?).into_iter().collect()),
        None => {
            let all = (0..names.len()).filter_map(|place| of(u32::try_from(place).ok()?));
            Ok(std::iter::once(gml_graph::overview(package, program)).chain(all).collect())
        }
    }
}

/// The lineage of `dataset.column`.
fn lineage(analysis: &Analysis, wanted: &str) -> Result<Graph, String> {
    let (package, program) = (&analysis.package, &analysis.program);
    let Some((dataset, column)) = wanted.split_once('.') else {
        return Err(format!("`{wanted}` names no column; write it as dataset.column, such as predictions.score"));
    };
    let names: Vec<&str> = program.datasets.iter().map(|dataset| &*dataset.name).collect();
    let id = DatasetId(place_of(&names, dataset, "dataset")?);
    let lineage = Lineage::of(package, program);
    if let Some(found) = lineage.of_column(id, column) {
        return Ok(gml_graph::of_column(package, program, &found, wanted));
    }
    let columns: Vec<&str> = lineage.columns_of(id).iter().map(|(name, _)| &**name).collect();
    if columns.is_empty() {
        return Err(format!("no pipeline reads or saves `{dataset}` as a table, so nothing is known of its columns"));
    }
    Err(format!("`{dataset}` has no column `{column}`; it has {}", names_there(column, &columns)))
}

fn place_of(names: &[&str], name: &str, what: &str) -> Result<u32, String> {
    let place = names.iter().position(|other| *other == name).and_then(|place| u32::try_from(place).ok());
    place.ok_or_else(|| format!("the program has no {what} `{name}`; it has {}", names_there(name, names)))
}
