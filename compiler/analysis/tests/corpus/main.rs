//! Wrong programs made from right ones, in ways people err: each has to be refused at the changed line. The corpus, its
//! form and its score are told in `tests/corpus/README.md`, which these tests hold to the truth. `GML_BLESS=1` writes what
//! was counted into it.

// Helpers of tests may panic and print as tests may.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod mutation;
mod program;
mod score;
mod systematic;
mod words;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use mutation::{Answer, Mutation, mutations};
use program::{Files, programs, said_of};
use score::{Share, bless, readme_table};
use systematic::{Change, changes};

#[test]
fn the_right_programs_are_right() {
    for (name, files) in programs() {
        let said = said_of(&files);
        assert!(said.is_empty(), "{name}: {said:#?}");
    }
}

#[test]
fn every_mutation_is_refused_at_its_line() {
    let programs = programs();
    let mutations = mutations();
    assert!(mutations.len() >= 250, "there are {} mutations", mutations.len());
    let missed: Vec<String> = mutations
        .iter()
        .filter_map(|mutation| {
            let (changed, lines) = mutation.apply(&programs[&mutation.program]);
            let answer = mutation.judge(&said_of(&changed), &lines);
            let Mutation { declared, code, find, replace, .. } = mutation;
            (answer != Answer::Refused)
                .then(|| format!("{declared}: {code} {lines:?}\n  {find} -> {replace}\n  {answer:?}"))
        })
        .collect();
    assert!(missed.is_empty(), "{} of {} are missed:\n{}", missed.len(), mutations.len(), missed.join("\n"));
}

#[test]
fn the_mutations_are_those_told() {
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for mutation in mutations() {
        let count = counts.entry(mutation.kind).or_default();
        count.0 += 1;
        count.1 += usize::from(mutation.at.is_none());
    }
    let total = counts.values().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    let mut rows: Vec<String> =
        counts.iter().map(|(kind, (all, here))| format!("| {kind} | {all} | {here} | {all} |")).collect();
    rows.push(format!("| all | {} | {} | {} |", total.0, total.1, total.0));
    bless("mutations", &rows);
    assert_eq!(readme_table("mutations"), rows, "tests/corpus/README.md tells other numbers; GML_BLESS=1 writes these");
}

#[test]
fn no_smaller_share_of_all_changes_is_refused() {
    let found = systematic_shares();
    let rows: Vec<String> = found.iter().map(|(class, share)| share.row(class)).collect();
    bless("systematic", &rows);
    let told: BTreeMap<String, Share> = readme_table("systematic").iter().map(|row| Share::of_row(row)).collect();
    for (class, share) in &found {
        let told = told.get(*class).unwrap_or_else(|| panic!("the README does not tell of `{class}`"));
        assert!(
            share.percent() + 0.1 >= told.percent(),
            "`{class}`: {share:?} now, {told:?} in tests/corpus/README.md"
        );
    }
}

/// The shares by kind of change, and what was met with silence by its place.
type Found = (BTreeMap<&'static str, Share>, BTreeMap<usize, String>);

/// Makes every change at every place of every program. Where `GML_SILENT` names a file, those that were met with silence are
/// written to it.
fn systematic_shares() -> BTreeMap<&'static str, Share> {
    let programs = programs();
    let all: Vec<(&String, &Files, &String, Change)> = programs
        .iter()
        .flat_map(|(name, files)| files.iter().map(move |(file, text)| (name, files, file, text)))
        .flat_map(|(name, files, file, text)| changes(text).into_iter().map(move |change| (name, files, file, change)))
        .collect();
    let next = AtomicUsize::new(0);
    let found: Mutex<Found> = Mutex::default();
    let work = || {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some((name, files, file, change)) = all.get(place) else { return };
            let text = &files[*file];
            let mut changed = (*files).clone();
            changed.insert((*file).clone(), change.apply(text));
            let said = said_of(&changed);
            let line = text[..change.at.start].matches('\n').count() + 1;
            let mut found = found.lock().unwrap();
            let share = found.0.entry(change.class).or_default();
            share.all += 1;
            share.refused += usize::from(!said.is_empty());
            share.here += usize::from(said.iter().any(|said| said.line == line));
            if said.is_empty() {
                let whole = text.lines().nth(line - 1).unwrap_or_default().trim();
                let piece = text[change.at.clone()].trim();
                found.1.insert(
                    place,
                    format!("{}\t{name}/{file}:{line}\t{piece} -> {}\t{whole}\n", change.class, change.with),
                );
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let (shares, silent) = found.into_inner().unwrap();
    if let Some(path) = std::env::var_os("GML_SILENT") {
        std::fs::write(path, silent.into_values().collect::<String>()).unwrap();
    }
    shares
}
