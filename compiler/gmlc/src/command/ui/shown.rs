//! The program of a project as the page shows it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use gml_analysis::Analysis;
use gml_analysis::lineage::{ColumnId, ColumnLineage, Lineage, Maker};
use gml_analysis::typed::{DatasetId, PipelineId, TypedNodeBody};
use gml_diagnostics::{Span, render};
use gml_graph::{Depth, Graph, Vertex, VertexKind};
use gml_ui::{Drawn, Flow, Place, Problem, Program, Shape, Shown, Source, Traced};

use crate::project::Project;
use crate::sources::{self, Version};

/// A project whose sources are looked at again and again.
pub struct OfProject {
    project: Project,
    analysis: Option<Analysis>,
    /// Made when it is asked for.
    lineage: Option<Lineage>,
    graphs: Vec<(gml_ui::Graph, Option<PipelineId>)>,
    drawn: BTreeMap<usize, Graph>,
    folders: BTreeSet<PathBuf>,
    seen: BTreeMap<PathBuf, Version>,
}

impl OfProject {
    pub fn new(project: Project) -> Self {
        let folders = BTreeSet::from([project.folder.clone()]);
        Self {
            project,
            analysis: None,
            lineage: None,
            graphs: Vec::new(),
            drawn: BTreeMap::new(),
            folders,
            seen: BTreeMap::new(),
        }
    }

    fn place(&self, analysis: &Analysis, span: Span) -> Option<Place> {
        let sources = &analysis.package.sources;
        if !sources.contains(span.file) {
            return None;
        }
        let (line, column) = sources.line_column(span.file, span.start);
        let path = Path::new(sources.path(span.file));
        let file = path.strip_prefix(&self.project.folder).unwrap_or(path).to_string_lossy().into_owned();
        Some(Place { file, line: u32::try_from(line).ok()?, column: u32::try_from(column).ok()? })
    }

    fn graph(&mut self, place: usize) -> Option<&Graph> {
        if !self.drawn.contains_key(&place) {
            let (what, pipeline) = self.graphs.get(place)?;
            let analysis = self.analysis.as_ref()?;
            let (package, program) = (&analysis.package, &analysis.program);
            let depth = if what.open { Depth::Steps } else { Depth::Calls };
            let graph = match pipeline {
                Some(pipeline) => gml_graph::of_pipeline(package, program, *pipeline, depth)?,
                None => gml_graph::overview(package, program),
            };
            self.drawn.insert(place, graph);
        }
        self.drawn.get(&place)
    }

    fn shape(&self, analysis: &Analysis, vertex: &Vertex) -> Shape {
        let place = self.place(analysis, vertex.own);
        Shape {
            kind: vertex.kind.word().to_owned(),
            title: vertex.title.clone(),
            detail: vertex.detail.clone(),
            place: place.unwrap_or(Place { file: self.project.main.clone(), line: 1, column: 1 }),
        }
    }
}

impl Shown for OfProject {
    fn changed(&mut self) -> bool {
        sources::snapshot(&self.folders) != self.seen
    }

    fn look(&mut self) -> Program {
        // A change that comes while the program is checked counts.
        self.seen = sources::snapshot(&self.folders);
        let analysis = self.project.check();
        let before = self.folders.clone();
        self.folders = sources::folders_of(&analysis.package).chain([self.project.folder.clone()]).collect();
        if self.folders != before {
            self.seen = sources::snapshot(&self.folders);
        }
        (self.lineage, self.drawn) = (None, BTreeMap::new());
        self.graphs = graphs(&analysis);
        let problems = analysis.diagnostics.iter().map(|diagnostic| Problem {
            code: diagnostic.code.id().to_owned(),
            severity: diagnostic.severity.word().to_owned(),
            message: diagnostic.message.clone(),
            place: self.place(&analysis, diagnostic.span),
            drawn: render::terminal(diagnostic, &analysis.package.sources, render::TerminalStyle::default()),
        });
        let folder = self.project.folder.canonicalize().unwrap_or_else(|_| self.project.folder.clone());
        let program = Program {
            name: folder.file_name().map_or_else(|| "GML".to_owned(), |name| name.to_string_lossy().into_owned()),
            hash: (!analysis.has_errors()).then(|| gml_analysis::source_hash(&analysis.package)),
            problems: problems.collect(),
            graphs: self.graphs.iter().map(|(graph, _)| graph.clone()).collect(),
        };
        self.analysis = Some(analysis);
        program
    }

    fn draw(&mut self, graph: usize) -> Option<Drawn> {
        self.graph(graph)?;
        let (drawn, analysis) = (self.drawn.get(&graph)?, self.analysis.as_ref()?);
        let edges = drawn.edges.iter().map(|edge| Flow {
            from: edge.from,
            to: edge.to,
            part: edge.part.clone(),
            kind: edge.kind(),
            is_table: edge.is_table(),
            columns: edge.named_columns(),
        });
        Some(Drawn {
            pipeline: self.graphs.get(graph)?.0.pipeline.clone(),
            svg: gml_graph::live_svg(drawn),
            vertices: drawn.vertices.iter().map(|vertex| self.shape(analysis, vertex)).collect(),
            edges: edges.collect(),
        })
    }

    fn lineage(&mut self, graph: usize, edge: usize, column: &str) -> Option<Traced> {
        self.graph(graph)?;
        let (drawn, analysis) = (self.drawn.get(&graph)?, self.analysis.as_ref()?);
        let (package, program) = (&analysis.package, &analysis.program);
        let lineage = self.lineage.get_or_insert_with(|| Lineage::with_steps(package, program));
        let edge = drawn.edges.get(edge)?;
        let (from, to) = (drawn.vertices.get(edge.from)?, drawn.vertices.get(edge.to)?);
        let of_dataset = |vertex: &Vertex| {
            let place = program.datasets.iter().position(|dataset| *dataset.name == *vertex.title)?;
            Some(lineage.columns_of(DatasetId(u32::try_from(place).ok()?)))
        };
        let columns = match (from.kind, to.kind) {
            (VertexKind::Dataset, _) => of_dataset(from)?,
            (VertexKind::Pipeline, VertexKind::Dataset) => of_dataset(to)?,
            _ => lineage.columns_at(from.span, edge.part.as_deref()),
        };
        let wanted: Vec<ColumnId> =
            columns.iter().filter(|(name, _)| &**name == column).map(|(_, column)| *column).collect();
        if wanted.is_empty() {
            return None;
        }
        let found = lineage.behind(&wanted);
        let dataset = |id: DatasetId| program.datasets.get(id.0 as usize).map(|dataset| dataset.name.to_string());
        let sources = found
            .sources
            .iter()
            .filter_map(|source| Some(Source { dataset: dataset(source.dataset)?, column: source.column.to_string() }));
        let way = gml_graph::behind_column(package, program, &found, column);
        let through = drawn.vertices.iter().enumerate().filter(|(_, vertex)| is_on(analysis, vertex, &found));
        Some(Traced {
            sources: sources.collect(),
            svg: gml_graph::svg(&[way]),
            through: through.map(|(place, _)| place).collect(),
        })
    }
}

/// What can be drawn of a program: all of it, each pipeline, and each pipeline with its nodes opened where it calls any.
fn graphs(analysis: &Analysis) -> Vec<(gml_ui::Graph, Option<PipelineId>)> {
    let whole = gml_ui::Graph { title: "project".into(), pipeline: None, open: false };
    let mut graphs = vec![(whole, None)];
    for (place, pipeline) in analysis.program.pipelines.iter().enumerate() {
        let Ok(id) = u32::try_from(place).map(PipelineId) else { continue };
        for open in [false, true] {
            let name = pipeline.name.to_string();
            graphs.push((gml_ui::Graph { title: name.clone(), pipeline: Some(name), open }, Some(id)));
        }
    }
    graphs
}

/// Whether a box of a graph is on the way of a column.
fn is_on(analysis: &Analysis, vertex: &Vertex, lineage: &ColumnLineage) -> bool {
    lineage.steps.iter().any(|step| match &step.maker {
        Maker::Dataset(id) => {
            let dataset = analysis.program.datasets.get(id.0 as usize);
            vertex.kind == VertexKind::Dataset && dataset.is_some_and(|dataset| *dataset.name == *vertex.title)
        }
        Maker::Step(_, span) => {
            let is_there = (vertex.own.file, vertex.own.start) == (span.file, span.start);
            match vertex.kind {
                VertexKind::Step => is_there,
                // What is made within a node is made where it is called; one in another language makes it itself.
                VertexKind::Node => is_there || within_node(analysis, &vertex.title, *span),
                _ => false,
            }
        }
        Maker::Given => false,
    })
}

/// Whether a place is within the body of a node: between its name and the end of its value.
fn within_node(analysis: &Analysis, name: &str, span: Span) -> bool {
    let node = analysis.program.nodes.iter().find(|node| *node.name == *name);
    node.is_some_and(|node| match &node.body {
        TypedNodeBody::Block(_, value) => {
            node.span.file == span.file && (node.span.start..value.span.end).contains(&span.start)
        }
        TypedNodeBody::Foreign { .. } => false,
    })
}
