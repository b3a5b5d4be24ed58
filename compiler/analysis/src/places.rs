//! Where entries of the catalog are stored, as far as their paths tell: whether what is written under one changes another.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use gml_ir::pattern::{OPTIONS, is_pattern, pattern};

/// A path without steps that lead nowhere: `./a//b/../c.csv` is `a/c.csv`.
fn normal(path: &str) -> String {
    let (scheme, path) = path.split_once("://").map_or(("", path), |(scheme, path)| (scheme, path));
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    let steps = steps.join("/");
    match scheme {
        "" if path.starts_with('/') => format!("/{steps}"),
        "" => steps,
        scheme => format!("{scheme}://{steps}"),
    }
}

/// Places, each a path in its normal form with what is there.
#[derive(Default)]
struct Places<T> {
    of: BTreeMap<String, T>,
}

impl<T> Places<T> {
    /// Notes what is at a place, unless something is there already, which is given then.
    fn note(&mut self, path: String, what: T) -> Option<&T> {
        match self.of.entry(path) {
            Entry::Occupied(there) => Some(there.into_mut()),
            Entry::Vacant(free) => {
                free.insert(what);
                None
            }
        }
    }

    /// What is at a place that a pattern matches: `*` stands for part of a name, `**` for any folders.
    fn matching<'p>(&'p self, text: &'p str) -> impl Iterator<Item = &'p T> {
        let start = text.split('*').next().unwrap_or_default();
        let from = self.of.range(start.to_owned()..).take_while(move |(path, _)| path.starts_with(start));
        from.filter(|(path, _)| matches(text, path)).map(|(_, what)| what)
    }
}

fn matches(text: &str, path: &str) -> bool {
    pattern(text).is_ok_and(|pattern| pattern.matches_with(path, OPTIONS))
}

/// Pairs of entries that have one path, one of them written, of entries with their paths: what is saved under one changes the
/// other.
pub(crate) fn shared(
    paths: impl Iterator<Item = (usize, String)>,
    is_written: impl Fn(usize) -> bool,
) -> Vec<(usize, usize)> {
    let mut places = Places::default();
    let pairs = paths.filter_map(|(second, path)| {
        let first = *places.note(normal(&path), second)?;
        (is_written(first) || is_written(second)).then_some((first, second))
    });
    pairs.collect()
}

/// Entries with a pattern, each with one that is written and among the files that the pattern matches.
pub(crate) fn among(
    paths: impl Iterator<Item = (usize, String)>,
    is_written: impl Fn(usize) -> bool,
) -> Vec<(usize, usize)> {
    let (mut written, mut patterns) = (Places::default(), Vec::new());
    for (place, path) in paths.map(|(place, path)| (place, normal(&path))) {
        if is_pattern(&path) {
            patterns.push((place, path));
        } else if is_written(place) {
            written.note(path, place);
        }
    }
    let pairs = patterns.iter().flat_map(|(entry, path)| written.matching(path).map(|place| (*entry, *place)));
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_may_be_what_another_entry_reads() {
        let paths = || ["a*.csv", "./ab.csv", "b.csv", "x/../b.csv"].map(str::to_owned).into_iter().enumerate();
        assert_eq!(among(paths(), |place| place == 1), [(0, 1)]);
        assert_eq!(among(paths(), |place| place == 2), []);
        assert_eq!(shared(paths(), |place| place == 2), [(2, 3)]);
        assert_eq!(shared(paths(), |place| place == 1), []);
    }

    #[test]
    fn steps_that_lead_nowhere_are_left_out() {
        let same = [("./a.csv", "a.csv"), ("d//a.csv", "d/a.csv"), ("x/../a.csv", "a.csv"), ("/d/./a/", "/d/a")];
        for (path, due) in same.into_iter().chain([("../../a", "../../a"), ("s3://lake/./a//b", "s3://lake/a/b")]) {
            assert_eq!(normal(path), due);
        }
    }

    #[test]
    fn patterns_match_as_they_do_when_files_are_read() {
        let yes =
            [("a*.csv", "ab.csv"), ("d/*/a.csv", "d/x/a.csv"), ("d/**/a.csv", "d/a.csv"), ("**/*.csv", "x/y/a.csv")];
        yes.into_iter().for_each(|(pattern, path)| assert!(matches(pattern, path), "{pattern} {path}"));
        let no = [("a*.csv", "d/ab.csv"), ("d/*.csv", "d/x/a.csv"), ("a*b*c", "acb"), ("*.csv", "a.parquet")];
        no.into_iter().for_each(|(pattern, path)| assert!(!matches(pattern, path), "{pattern} {path}"));
        let mut places = Places::default();
        for path in ["data/a.csv", "data/b.csv", "data/c.parquet", "other/a.csv"] {
            assert!(places.note(path.to_owned(), path).is_none());
        }
        assert_eq!(places.matching("data/*.csv").copied().collect::<Vec<_>>(), ["data/a.csv", "data/b.csv"]);
    }
}
