//! What columns are made of, for events of OpenLineage.

use std::collections::BTreeMap;

use gml_analysis::lineage::{ColumnId, How, Lineage};
use gml_analysis::typed::DatasetId;
use gml_engine::{ColumnInput, ColumnInputs, OpenLineage};
use gml_ir::{Flows, Pipeline};

use super::prepare::Prepared;

/// Tells a file or a server of these pipelines.
pub fn told_to(target: &str, prepared: &Prepared, pipelines: &[&Pipeline]) -> OpenLineage {
    let lineage = Lineage::of(&prepared.package, &prepared.typed);
    let mut columns = ColumnInputs::new();
    for pipeline in pipelines {
        of_pipeline(prepared, &lineage, pipeline, &mut columns);
    }
    OpenLineage::new(target, &prepared.project.folder, columns)
}

fn of_pipeline(prepared: &Prepared, lineage: &Lineage, pipeline: &Pipeline, columns: &mut ColumnInputs) {
    let Flows { reads, saves } = pipeline.graph.flows();
    // An older version of a dataset is an entry of its own in the graph, behind those of the program.
    let name = |dataset: &u32| prepared.program.datasets.get(*dataset as usize).map(|dataset| dataset.name.to_string());
    let entry = |name: &str| {
        let place = prepared.typed.datasets.iter().position(|dataset| *dataset.name == *name);
        place.and_then(|place| u32::try_from(place).ok()).map(DatasetId)
    };
    let mut sources: BTreeMap<ColumnId, (String, String)> = BTreeMap::new();
    for dataset in reads.iter().filter_map(name) {
        for (column, id) in entry(&dataset).map_or(&[][..], |entry| lineage.columns_of(entry)) {
            sources.entry(*id).or_insert_with(|| (dataset.clone(), column.to_string()));
        }
    }
    for dataset in saves.iter().filter_map(name) {
        for (column, id) in entry(&dataset).map_or(&[][..], |entry| lineage.columns_of(entry)) {
            let found = inputs(lineage, *id, &sources);
            columns.insert((pipeline.name.to_string(), dataset.clone(), column.to_string()), found);
        }
    }
}

/// How far a value went from what it is made of.
type Way = (&'static str, &'static str);

const SAME: Way = ("DIRECT", "IDENTITY");
const COMPUTED: Way = ("DIRECT", "TRANSFORMATION");
const GATHERED: Way = ("DIRECT", "AGGREGATION");

/// The columns of the datasets that were read from which a column comes, each with the ways that lead there.
fn inputs(lineage: &Lineage, column: ColumnId, sources: &BTreeMap<ColumnId, (String, String)>) -> Vec<ColumnInput> {
    let mut found: Vec<ColumnInput> = Vec::new();
    let mut seen = vec![(column, SAME)];
    let mut waiting = seen.clone();
    while let Some((id, way)) = waiting.pop() {
        if let Some((dataset, name)) = sources.get(&id) {
            match found.iter_mut().find(|input| input.dataset == *dataset && input.column == *name) {
                Some(known) if known.ways.contains(&way) => {}
                Some(known) => known.ways.push(way),
                None => {
                    let (dataset, column) = (dataset.clone(), name.clone());
                    found.push(ColumnInput { dataset, column, ways: vec![way] });
                }
            }
            continue;
        }
        for input in &lineage.columns().get(id).inputs {
            let Some(of) = input.column else { continue };
            let next = (of, longer(way, &input.how));
            if !seen.contains(&next) {
                seen.push(next);
                waiting.push(next);
            }
        }
    }
    found.sort_by(|a, b| (&a.dataset, &a.column).cmp(&(&b.dataset, &b.column)));
    found.iter_mut().for_each(|input| input.ways.sort_unstable());
    found
}

/// A way with one step more at its beginning.
fn longer(way: Way, how: &How) -> Way {
    match (way, how) {
        // What only decides which rows count does not get into the value any more.
        (("INDIRECT", _), _) => way,
        (_, How::Same | How::Branch(_) | How::Joined(_) | How::Before(_)) => way,
        (_, How::Key) => ("INDIRECT", "GROUP_BY"),
        (_, How::Chosen(_)) => ("INDIRECT", "FILTER"),
        (_, How::Predicted(_)) => ("INDIRECT", "CONDITIONAL"),
        (_, How::Over(_)) => GATHERED,
        (SAME, How::Row | How::Learned(_) | How::Selected(_) | How::Perhaps) => COMPUTED,
        (_, How::Row | How::Learned(_) | How::Selected(_) | How::Perhaps) => way,
    }
}
