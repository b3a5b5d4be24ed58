//! Whatever stands in a file, the checker answers: no panic, no hang, the same answer each time, every place within its file.

// Helpers of tests may panic and print as tests may.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use gml_analysis::{MemoryWorld, check};

#[path = "../../../tests/fuzz/src/holds.rs"]
mod holds;
#[path = "../../../tests/fuzz/src/mutate.rs"]
mod mutate;
use holds::holds;
use mutate::mutate;

/// What one text may cost, on a machine that has other work too.
const PATIENCE: Duration = Duration::from_secs(5);

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The texts of the files below a folder for which `wanted` holds, with their paths, in order.
fn texts(folder: &Path, wanted: fn(&Path) -> bool) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if wanted(&path) {
                found.extend(std::fs::read_to_string(&path).ok().map(|text| (path.clone(), text)));
            }
        }
    }
    found.sort();
    found
}

fn is_program(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "gml")
}

/// The blueprints, and the programs that the language was designed with where they are at hand.
fn blueprints() -> Vec<(PathBuf, String)> {
    let shared = std::env::var_os("GML_SHARED").map_or_else(|| repository().join("../shared"), PathBuf::from);
    let mut programs = texts(&repository().join("blueprints"), is_program);
    assert!(!programs.is_empty());
    let designed = texts(&shared.join("design/programs"), is_program);
    if designed.is_empty() {
        println!("skipped: no shared data");
    }
    programs.extend(designed);
    programs
}

/// Holds every text to what must hold, on all cores.
fn all_hold(texts: &[(String, String)]) {
    all(texts, holds);
}

/// Checks every text, on all cores.
fn all_are_answered(texts: &[(String, String)]) {
    all(texts, |text| {
        let analysis = check(&MemoryWorld::new([("main.gml", text)]), "main.gml");
        for found in &analysis.diagnostics {
            let place = found.span.start as usize..found.span.end as usize;
            assert!(analysis.package.sources.text(found.span.file).get(place).is_some(), "{found:?}");
        }
    });
}

fn all(texts: &[(String, String)], hold: impl Fn(&str) + Sync + std::panic::RefUnwindSafe) {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((name, text)) = texts.get(next.fetch_add(1, Ordering::Relaxed)) {
            let start = Instant::now();
            let outcome = std::panic::catch_unwind(|| hold(text));
            assert!(outcome.is_ok(), "{name}");
            assert!(start.elapsed() < PATIENCE, "{name} took {:?}", start.elapsed());
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        // As large a stack as the command has.
        let start = |_| std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, work).unwrap();
        let workers: Vec<_> = (0..threads).map(start).collect();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
    });
}

#[test]
fn every_prefix_of_a_blueprint_is_answered() {
    for (path, text) in blueprints() {
        // Every one of what the repository ships; of the others, some.
        let step = if path.starts_with(repository().join("blueprints")) { 1 } else { 7 };
        let ends = (0..=text.len()).step_by(step).filter(|end| text.is_char_boundary(*end));
        let prefixes: Vec<_> =
            ends.map(|end| (format!("{}, first {end} bytes", path.display()), text[..end].to_owned())).collect();
        all_are_answered(&prefixes);
    }
}

#[test]
fn every_blueprint_without_a_line_is_answered() {
    for (path, text) in blueprints() {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let without = |missing: usize| [&lines[..missing], &lines[missing + 1..]].concat().concat();
        let shorter: Vec<_> = (0..lines.len())
            .map(|line| (format!("{} without line {}", path.display(), line + 1), without(line)))
            .collect();
        all_hold(&shorter);
    }
}

#[test]
fn every_program_of_the_repository_and_its_halves_are_answered() {
    let mut found = Vec::new();
    for folder in ["tests/ui/cases", "tests/corpus/programs", "stdlib"] {
        for (path, text) in texts(&repository().join(folder), is_program) {
            let name = path.display().to_string();
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            for line in 0..=lines.len().min(400) {
                found.push((format!("{name}, {line} lines"), lines[..line].concat()));
                found.push((format!("{name} from line {}", line + 1), lines[line.min(lines.len())..].concat()));
            }
        }
    }
    all_are_answered(&found);
}
#[test]
fn what_fuzzing_found_is_answered() {
    let corpus = texts(&repository().join("tests/fuzz/corpus"), |_| true);
    assert!(corpus.len() > 100, "the corpus has {} inputs", corpus.len());
    let named: Vec<_> = corpus.into_iter().map(|(path, text)| (path.display().to_string(), text)).collect();
    all_hold(&named);
}

/// Without the guidance of a fuzzer, but in every test run. `GML_CHANGES` makes more of them.
#[test]
fn programs_with_changed_words_are_answered() {
    let wanted: u64 = std::env::var("GML_CHANGES").ok().and_then(|count| count.parse().ok()).unwrap_or(1_000);
    let folders = ["tests/corpus/programs", "tests/ui/cases", "blueprints"];
    let programs: Vec<_> = folders.iter().flat_map(|folder| texts(&repository().join(folder), is_program)).collect();
    let changed: Vec<(String, String)> = (0..wanted)
        .filter_map(|seed| {
            let (path, text) = &programs[usize::try_from(seed).unwrap() % programs.len()];
            Some((format!("{}, change {seed}", path.display()), mutate(text, seed, 20_000)?))
        })
        .collect();
    all_hold(&changed);
}
