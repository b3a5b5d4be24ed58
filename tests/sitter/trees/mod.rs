//! Both parsers see the same in a program: declarations with their names, members and extents, statements, and every
//! expression with its kind and extent, which is how strongly operators bind.

mod ours;
mod theirs;

use gml_tests::{sitter_parser, sitter_tree};

use self::ours::Ours;
use self::theirs::Theirs;
use crate::samples::{Sample, examples, right_programs};

/// What something is, where, and how it is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    start: usize,
    end: usize,
    kind: String,
    name: String,
}

fn compare(samples: &[Sample]) -> usize {
    let mut parser = sitter_parser();
    let mut count = 0;
    for sample in samples {
        let mut ours = Ours::default();
        sample.parsed().module.items.iter().for_each(|item| ours.item(item));
        let tree = sitter_tree(&mut parser, &sample.text);
        let mut theirs = Theirs { text: &sample.text, seen: Vec::new() };
        theirs.children(tree.root_node());
        let (mut ours, mut theirs) = (ours.seen, theirs.seen);
        ours.sort();
        theirs.sort();
        if ours != theirs {
            let only = |these: &[Seen], others: &[Seen]| {
                let missing = these.iter().filter(|seen| !others.contains(seen)).take(5);
                missing
                    .map(|seen| format!("  {seen:?} {:?}", &sample.text[seen.start..seen.end]))
                    .collect::<Vec<_>>()
                    .join("\n")
            };
            panic!(
                "{}\nonly our parser sees\n{}\nonly tree-sitter sees\n{}",
                sample.name,
                only(&ours, &theirs),
                only(&theirs, &ours)
            );
        }
        count += ours.len();
    }
    count
}

#[test]
fn over_every_right_program() {
    let count = compare(&right_programs());
    assert!(count > 20_000, "only {count} nodes were compared");
}

#[test]
fn over_the_right_examples() {
    let is_right = |sample: &Sample| !sample.parsed().diagnostics.iter().any(|found| found.is_error());
    let right: Vec<Sample> = examples().into_iter().filter(is_right).collect();
    let count = compare(&right);
    assert!(count > 5_000, "only {count} nodes were compared");
}

/// How strongly each operator binds, in texts of their own.
#[test]
fn over_expressions_chosen_for_it() {
    let cases = include_str!("../cases.txt");
    let right = cases.lines().filter_map(|line| line.strip_prefix("+ "));
    let samples: Vec<Sample> =
        right.map(|text| Sample { name: text.to_owned(), text: text.replace('⏎', "\n") }).collect();
    compare(&samples);
}
