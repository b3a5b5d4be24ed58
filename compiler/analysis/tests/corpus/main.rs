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

use mutation::{Answer, Changed, List, Mutation, mutations};
use program::{Files, Said, programs, said_of};
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
    let refused = mutations.iter().filter(|mutation| mutation.list == List::Mutations).count();
    assert!(refused >= 250, "there are {refused} mutations");
    let wrong: Vec<String> = mutations
        .iter()
        .filter_map(|mutation| {
            let changed = mutation.apply(&programs[&mutation.program]);
            let said = said_of(&changed.files);
            let fault = fault_of(mutation, &changed, &said)?;
            let Mutation { declared, code, find, replace, .. } = mutation;
            Some(format!("{declared}: {fault}\n  {code} {:?}\n  {find} -> {replace}\n  {said:#?}", changed.due))
        })
        .collect();
    assert!(wrong.is_empty(), "{} are not as their list says:\n{}", wrong.len(), wrong.join("\n"));
}

/// Why a mutation is not answered as its list says.
fn fault_of(mutation: &Mutation, changed: &Changed, said: &[Said]) -> Option<&'static str> {
    let shows_line = said.iter().any(|said| said.code == mutation.code && said.shows(&mutation.file, &changed.lines));
    let is_refused = said.iter().any(|said| said.is_error);
    match mutation.list {
        _ if mutation.judge(said, &changed.due) != Answer::Refused => Some("it is not told where that is due"),
        List::Warned => (!mutation.warning || is_refused).then_some("it is refused, and belongs to the others"),
        _ if mutation.warning => Some("it is only warned of"),
        List::Mutations => (!shows_line).then_some("no place of it is on the changed line"),
        List::Elsewhere => shows_line.then_some("it is told at the changed line, and belongs to `mutations`"),
    }
}

#[test]
fn the_mutations_are_those_told() {
    for list in List::ALL {
        let mutations = mutations();
        let mut kinds: BTreeMap<&str, Vec<&Mutation>> = BTreeMap::new();
        for mutation in mutations.iter().filter(|mutation| mutation.list == list) {
            kinds.entry(&mutation.kind).or_default().push(mutation);
        }
        let mut rows: Vec<String> = kinds.iter().map(|(kind, of_kind)| row(list, kind, of_kind)).collect();
        rows.push(row(list, "all", &kinds.into_values().flatten().collect::<Vec<_>>()));
        bless(list.name(), &rows);
        let told = readme_table(list.name());
        assert_eq!(told, rows, "tests/corpus/README.md tells other numbers; GML_BLESS=1 writes these");
    }
}

/// A row of the table of a list.
fn row(list: List, kind: &str, mutations: &[&Mutation]) -> String {
    let all = mutations.len();
    let count = |is_so: fn(&Mutation) -> bool| mutations.iter().filter(|mutation| is_so(mutation)).count();
    match list {
        List::Mutations => {
            let here = count(|mutation| mutation.at.is_none());
            format!("| {kind} | {all} | {here} | {} |", all - here)
        }
        List::Elsewhere => {
            let there = count(Mutation::leaves_a_line);
            format!("| {kind} | {all} | {} | {there} |", all - there)
        }
        List::Warned => format!("| {kind} | {all} |"),
    }
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
            share.percent() + 0.1 >= told.percent() && share.percent_shown() + 0.1 >= told.percent_shown(),
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
            share.shown += usize::from(said.iter().any(|said| said.shows(file, &(line..=line))));
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
