//! Why a step has to run, in words: what it consists of, held against what it consisted of when the pipeline ran last.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What is known of the steps of a pipeline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) steps: Vec<KnownStep>,
}

/// What is known of a step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct KnownStep {
    /// What it is called, with the nodes that it is of.
    pub(crate) name: String,
    /// All that went into it, as a hash.
    pub(crate) key: String,
    /// What it consists of, but for the results that it uses.
    pub(crate) parts: BTreeMap<String, Part>,
}

/// Something that a step consists of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// Its value, or the hash of it where it is too long to be shown. Secrets are hidden.
    value: String,
    /// Whether it can be shown.
    shown: bool,
}

/// Values of more letters are not shown.
const LONGEST: usize = 60;

impl Part {
    /// A value that people can read, where it is short.
    pub(super) fn shown(value: String) -> Self {
        if value.chars().count() <= LONGEST { Self { value, shown: true } } else { Self::hidden(&value) }
    }

    /// A value that people cannot read.
    pub(super) fn hidden(value: &str) -> Self {
        Self { value: gml_ir::hash_text(value)[..16].to_owned(), shown: false }
    }
}

fn place(root: &Path, pipeline: &str) -> PathBuf {
    root.join("known").join(format!("{pipeline}.json"))
}

/// What was known when the pipeline ran last; nothing where it never did.
pub(super) fn read(root: &Path, pipeline: &str) -> Known {
    let text = std::fs::read(place(root, pipeline)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Keeps what is known now.
pub(super) fn write(root: &Path, pipeline: &str, known: &Known) -> io::Result<()> {
    let path = place(root, pipeline);
    std::fs::create_dir_all(path.parent().unwrap_or(root))?;
    crate::store::replace(&path, &serde_json::to_vec(known).map_err(io::Error::other)?)
}

/// What is known, to be asked again and again.
pub(super) struct Memory<'k> {
    by_name: BTreeMap<&'k str, Vec<&'k KnownStep>>,
    by_key: BTreeMap<&'k str, &'k KnownStep>,
}

impl<'k> Memory<'k> {
    pub(super) fn of(known: &'k Known) -> Self {
        let mut by_name: BTreeMap<&str, Vec<&KnownStep>> = BTreeMap::new();
        known.steps.iter().for_each(|step| by_name.entry(&step.name).or_default().push(step));
        Self { by_name, by_key: known.steps.iter().map(|step| (&*step.key, step)).collect() }
    }

    /// Whether nothing is known.
    pub(super) fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// Whether a step was the same when the pipeline ran last.
    pub(super) fn has(&self, step: &KnownStep) -> bool {
        self.by_key.contains_key(&*step.key)
    }

    /// What of a step itself is not as it was, in words; `None` where there was no such step.
    pub(super) fn changes(&self, step: &KnownStep) -> Option<Vec<String>> {
        let before = self.by_name.get(&*step.name)?;
        // Of several with one name the one that has most in common with it.
        let alike =
            |other: &&&KnownStep| step.parts.iter().filter(|(name, part)| other.parts.get(*name) == Some(part)).count();
        let before = before.iter().rev().max_by_key(alike)?;
        let of_both = step.parts.keys().chain(before.parts.keys().filter(|name| !step.parts.contains_key(*name)));
        let changed = of_both.filter_map(|name| difference(name, before.parts.get(name), step.parts.get(name)));
        Some(changed.collect())
    }
}

/// What became of a part.
fn difference(name: &str, before: Option<&Part>, now: Option<&Part>) -> Option<String> {
    match (before, now) {
        (Some(before), Some(now)) if before == now => None,
        (Some(before), Some(now)) if before.shown && now.shown => {
            Some(format!("{name} changed: {} -> {}", before.value, now.value))
        }
        (Some(_), Some(_)) => Some(format!("{name} changed")),
        (None, Some(_)) => Some(format!("{name} is new")),
        (Some(_), None) => Some(format!("{name} is gone")),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &str, key: &str, parts: &[(&str, Part)]) -> KnownStep {
        let parts = parts.iter().map(|(name, part)| ((*name).to_owned(), part.clone())).collect();
        KnownStep { name: name.into(), key: key.into(), parts }
    }

    fn shown(value: &str) -> Part {
        Part::shown(value.into())
    }

    #[test]
    fn what_changed_is_told_in_words() {
        let known = Known {
            steps: vec![
                step("boosted_trees", "1", &[("argument learning_rate", shown("0.1")), ("argument seed", shown("1"))]),
                step("load sales", "2", &[("file a.csv", Part::hidden("x")), ("file b.csv", Part::hidden("y"))]),
            ],
        };
        let memory = Memory::of(&known);
        let changes = |step: &KnownStep| memory.changes(step).unwrap();
        let trees =
            step("boosted_trees", "3", &[("argument learning_rate", shown("0.05")), ("argument seed", shown("1"))]);
        assert_eq!(changes(&trees), ["argument learning_rate changed: 0.1 -> 0.05"]);
        let load = step("load sales", "4", &[("file b.csv", Part::hidden("z")), ("file c.csv", Part::hidden("x"))]);
        assert_eq!(changes(&load), ["file b.csv changed", "file c.csv is new", "file a.csv is gone"]);
        assert!(memory.changes(&step("fit", "5", &[])).is_none());
        assert!(memory.has(&step("other", "2", &[])));
    }

    #[test]
    fn of_steps_with_one_name_the_nearest_is_looked_at() {
        let filter = |key, condition: &str| {
            step("filter", key, &[("argument condition", Part::hidden(condition)), ("n", shown(condition))])
        };
        let known = Known { steps: vec![filter("1", "a"), filter("2", "b")] };
        let memory = Memory::of(&known);
        assert_eq!(memory.changes(&filter("3", "b")).unwrap(), [""; 0]);
        assert_eq!(memory.changes(&filter("3", "c")).unwrap().len(), 2);
    }
}
