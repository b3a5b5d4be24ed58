//! What steps and stages are called.

use gml_ir::{Graph, Program, StepId, StepKind};

use super::Stage;

/// What a step does, in the words of the program.
pub(crate) fn step_name(program: &Program, graph: &Graph, id: StepId) -> String {
    let dataset = |place: u32| program.datasets.get(place as usize).map_or("?", |dataset| &*dataset.name);
    match &graph.step(id).kind {
        StepKind::Load(place) => format!("load {}", dataset(*place)),
        StepKind::Call { operator, .. } => operator.to_string(),
        StepKind::Foreign { language, .. } => match graph.step(id).within.last() {
            Some(node) => format!("{node} ({language})"),
            None => format!("{language} node"),
        },
        StepKind::Part(of, name) => format!("{name} of {}", step_name(program, graph, *of)),
        StepKind::Table(rows) => format!("table of {} row{}", rows.len(), if rows.len() == 1 { "" } else { "s" }),
        StepKind::Compute { .. } => "compute".into(),
        StepKind::Save { dataset: place, .. } => format!("save {}", dataset(*place)),
        StepKind::Track(of) => format!("track {}", step_name(program, graph, *of)),
        StepKind::Expect { text, .. } => format!("expect {}", one_line(text)),
        StepKind::When { .. } => "when".into(),
        StepKind::Outer(_) => "value from outside".into(),
    }
}

/// Text of the program on one line, cut where it is long.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 60;
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if joined.chars().count() <= LONGEST {
        return joined;
    }
    let cut: String = joined.chars().take(LONGEST - 1).collect();
    format!("{cut}…")
}

/// What a stage does, in a few words.
pub(super) fn title(stage: &Stage) -> String {
    let names: Vec<&str> = stage.steps.iter().map(|step| step.name.as_str()).collect();
    let chain = match names.as_slice() {
        [first, .., last] if names.len() > 3 => format!("{first} → … → {last}"),
        few => few.join(" → "),
    };
    match stage.steps.last().and_then(|step| step.within.last()) {
        Some(node) if names.len() > 1 => format!("{node}: {chain}"),
        _ => chain,
    }
}
