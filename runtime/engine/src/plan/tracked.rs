//! What steps track, in words that tell them from others that track the same of something else.

use gml_ir::{Arg, Graph, Program, Step, StepId, StepKind, Type};

use super::inputs_of;

/// What learned that of which a tracked result tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learner {
    /// `boosted_trees`, or the dataset that the learned value was read from.
    pub name: String,
    /// Its constant arguments, as a program would write them.
    pub args: Vec<(String, String)>,
}

/// Of a step that tracks: what learned that of which it tells.
pub(super) fn learner(program: &Program, graph: &Graph, step: &Step) -> Option<Learner> {
    match step.kind {
        StepKind::Track(of) => learner_of(program, graph, of),
        _ => None,
    }
}

fn learner_of(program: &Program, graph: &Graph, id: StepId) -> Option<Learner> {
    let step = graph.step(id);
    let is_learned = |id: &StepId| matches!(graph.step(*id).ty, Type::Learned(_) | Type::Estimator(_));
    match &step.kind {
        StepKind::Load(dataset) if matches!(step.ty, Type::Learned(_)) => {
            let dataset = program.datasets.get(*dataset as usize)?;
            Some(Learner { name: dataset.name.to_string(), args: Vec::new() })
        }
        StepKind::Call { operator, args, .. } if matches!(step.ty, Type::Estimator(_)) => {
            // Of a chain its last part, of a search what is looked for.
            let mut parts = args.iter().flat_map(|(_, arg)| match arg {
                Arg::Step(part) => vec![*part],
                Arg::List(items) => items.iter().filter_map(step_of).collect(),
                _ => Vec::new(),
            });
            match parts.rfind(is_learned) {
                Some(part) => learner_of(program, graph, part),
                None => {
                    let args = args.iter().filter_map(|(name, arg)| match arg {
                        Arg::Const(value) => Some((name.to_string(), value.to_string())),
                        _ => None,
                    });
                    Some(Learner { name: operator.to_string(), args: args.collect() })
                }
            }
        }
        _ => {
            let inputs = inputs_of(step);
            let is_told = |id: &StepId| matches!(graph.step(*id).ty, Type::Named(_) | Type::Record(_));
            let first = inputs.iter().copied().find(is_learned).or_else(|| inputs.iter().copied().find(is_told))?;
            learner_of(program, graph, first)
        }
    }
}

fn step_of(arg: &Arg) -> Option<StepId> {
    if let Arg::Step(step) = arg { Some(*step) } else { None }
}

/// What each of these steps tracks, by its name and what learned that: `evaluate of logistic(l2: 0.1)`, with the arguments in which it
/// differs from others that track the same.
pub(crate) fn told_apart(steps: &[(String, Option<Learner>)]) -> Vec<String> {
    let what = |(name, learner): &(String, Option<Learner>)| {
        let what = name.strip_prefix("track ").unwrap_or(name);
        let Some(learner) = learner else { return what.to_owned() };
        let others: Vec<&Learner> = steps
            .iter()
            .filter(|(other, _)| other == name)
            .filter_map(|(_, other)| other.as_ref())
            .filter(|other| other.name == learner.name)
            .collect();
        let differs = |arg: &&(String, String)| others.iter().any(|other| !other.args.contains(arg));
        let args: Vec<String> =
            learner.args.iter().filter(differs).map(|(arg, value)| format!("{arg}: {}", short(value))).collect();
        let args = if args.is_empty() { String::new() } else { format!("({})", args.join(", ")) };
        format!("{what} of {}{args}", learner.name)
    };
    steps.iter().map(what).collect()
}

/// A value that is not too long to stand in a title.
fn short(value: &str) -> String {
    const LONGEST: usize = 40;
    if value.chars().count() <= LONGEST {
        return value.to_owned();
    }
    let cut: String = value.chars().take(LONGEST - 1).collect();
    format!("{cut}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_told_apart_by_the_arguments_in_which_they_differ() {
        let of = |name: &str, args: &[(&str, &str)]| {
            let args = args.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            ("track evaluate".to_owned(), Some(Learner { name: name.to_owned(), args }))
        };
        let steps = [
            of("logistic", &[("l2", "0.1"), ("seed", "1")]),
            of("logistic", &[("l2", "10.0"), ("seed", "1")]),
            of("boosted_trees", &[("rounds", "10")]),
            ("fit".to_owned(), None),
        ];
        let told =
            ["evaluate of logistic(l2: 0.1)", "evaluate of logistic(l2: 10.0)", "evaluate of boosted_trees", "fit"];
        assert_eq!(told_apart(&steps), told);
    }
}
