//! The proof that what refers to something refers to what is there, and that nothing waits for itself.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

/// What no document may have. The SDK of Kubeflow Pipelines (2.17: protobuf, `load_component_from_text` and the compiler) and Hera's
/// models of Argo (7.1) take documents with every one of these, and the fault shows when the platform runs them.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Broken {
    /// A name that nothing has.
    #[error("the {of} `{from}` names the {what} `{name}`, which is not there")]
    Missing {
        /// What names it.
        of: &'static str,
        /// Which of these.
        from: String,
        /// What is named.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A name that two have.
    #[error("there are two {what}s `{name}`")]
    Twice {
        /// What has it.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Tasks that wait for each other.
    #[error("tasks wait for each other: {}", .0.join(" -> "))]
    Circle(Vec<String>),
    /// Nothing to do.
    #[error("there is no task")]
    Empty,
}

/// Each name once.
pub(crate) fn each_once<'a>(what: &'static str, names: impl IntoIterator<Item = &'a str>) -> Result<(), Broken> {
    let mut known = BTreeSet::new();
    match names.into_iter().find(|name| !known.insert(*name)) {
        Some(name) => Err(Broken::Twice { what, name: name.to_owned() }),
        None => Ok(()),
    }
}

/// What one thing names is there.
pub(crate) fn all_there<'a>(
    (of, from): (&'static str, &str),
    what: &'static str,
    named: impl IntoIterator<Item = &'a str>,
    is_there: impl Fn(&str) -> bool,
) -> Result<(), Broken> {
    match named.into_iter().find(|name| !is_there(name)) {
        Some(name) => Err(Broken::Missing { of, from: from.to_owned(), what, name: name.to_owned() }),
        None => Ok(()),
    }
}

/// Tasks, each with those that it waits for: all are there, and none waits for itself.
pub(crate) fn in_order(tasks: &BTreeMap<&str, Vec<&str>>) -> Result<(), Broken> {
    for (task, waits_for) in tasks {
        all_there(("task", *task), "task", waits_for.iter().copied(), |name| tasks.contains_key(name))?;
    }
    let mut done: BTreeSet<&str> = BTreeSet::new();
    while done.len() < tasks.len() {
        let ready: Vec<&str> = tasks
            .iter()
            .filter(|(task, waits_for)| !done.contains(*task) && waits_for.iter().all(|other| done.contains(other)))
            .map(|(task, _)| *task)
            .collect();
        if ready.is_empty() {
            return Err(Broken::Circle(circle(tasks, &done)));
        }
        done.extend(ready);
    }
    Ok(())
}

/// A circle among the tasks that are not done, each of which waits for another one of them.
fn circle(tasks: &BTreeMap<&str, Vec<&str>>, done: &BTreeSet<&str>) -> Vec<String> {
    let mut way: Vec<&str> = Vec::new();
    let mut next = tasks.keys().copied().find(|task| !done.contains(task));
    while let Some(task) = next {
        if let Some(start) = way.iter().position(|known| *known == task) {
            way.push(task);
            return way[start..].iter().map(ToString::to_string).collect();
        }
        way.push(task);
        next = tasks.get(task).and_then(|waits_for| waits_for.iter().copied().find(|other| !done.contains(other)));
    }
    way.into_iter().map(str::to_owned).collect()
}

/// The names between two marks in texts, such as `seed` of `--set seed={{workflow.parameters.seed}}`.
pub(crate) fn between<'a>(texts: &'a [String], start: &str, end: &str) -> Vec<&'a str> {
    let each = texts.iter().flat_map(|text| text.split(start).skip(1));
    each.filter_map(|rest| rest.split_once(end).map(|(name, _)| name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_told_as_it_goes() {
        let tasks = BTreeMap::from([("a", vec![]), ("b", vec!["a", "d"]), ("c", vec!["b"]), ("d", vec!["c"])]);
        let told = in_order(&tasks).unwrap_err().to_string();
        assert_eq!(told, "tasks wait for each other: b -> d -> c -> b");
        assert_eq!(
            in_order(&BTreeMap::from([("a", vec!["a"])])).unwrap_err().to_string(),
            "tasks wait for each other: a -> a"
        );
    }

    #[test]
    fn what_is_not_there_is_told_with_who_names_it() {
        let tasks = BTreeMap::from([("a", vec!["z"])]);
        assert_eq!(in_order(&tasks).unwrap_err().to_string(), "the task `a` names the task `z`, which is not there");
        assert_eq!(each_once("task", ["a", "b", "a"]).unwrap_err().to_string(), "there are two tasks `a`");
    }

    #[test]
    fn names_are_found_between_marks() {
        let texts = ["a={{p.x}} {{p.y}}".to_owned(), "{{p.".to_owned()];
        assert_eq!(between(&texts, "{{p.", "}}"), ["x", "y"]);
    }
}
