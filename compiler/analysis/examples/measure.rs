//! Takes the time of the front end alone, without a process around it.
//!
//! ```text
//! cargo run --release --package gml-analysis --example measure -- check FOLDER [RUNS]
//! cargo run --release --package gml-analysis --example measure -- type FOLDER FILE [KEYSTROKES]
//! ```
//!
//! `check` checks the project in a folder afresh each time. `type` types into a file of it, at places all over the file,
//! and checks after every keystroke as the language server does: each finished state is broken for some keystrokes and
//! whole again. Times are by the clock on the wall, in milliseconds.

#![allow(clippy::print_stdout, reason = "it says what it measured")]

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use gml_analysis::{Analysis, ReadError, Session, World};

/// What is typed, a letter at a time, and deleted again.
const TYPED: &str = "\n    # a\n    |> filter(.price > 1";

/// The files of a project by path.
struct Buffers(HashMap<String, Arc<str>>);

impl World for Buffers {
    fn read(&self, path: &str) -> Result<Arc<str>, ReadError> {
        self.0.get(path).cloned().ok_or(ReadError::NotFound)
    }
}

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        ["check", folder] => check(&read(folder)?, 1),
        ["check", folder, runs] => check(&read(folder)?, runs.parse()?),
        ["type", folder, file] => write(read(folder)?, file, 1000)?,
        ["type", folder, file, keystrokes] => write(read(folder)?, file, keystrokes.parse()?)?,
        _ => return Err("usage: measure check FOLDER [RUNS] | measure type FOLDER FILE [KEYSTROKES]".into()),
    }
    Ok(())
}

fn read(folder: &str) -> Result<Buffers, Failure> {
    let mut files = HashMap::new();
    let mut folders = vec![Path::new(folder).to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in std::fs::read_dir(inner)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "gml") {
                let name = path.strip_prefix(folder)?.to_string_lossy().into_owned();
                files.insert(name, std::fs::read_to_string(&path)?.into());
            }
        }
    }
    Ok(Buffers(files))
}

fn check(world: &Buffers, runs: usize) {
    let mut times = Vec::with_capacity(runs);
    for _ in 0..runs {
        let started = Instant::now();
        let analysis = gml_analysis::check(world, "main.gml");
        times.push(started.elapsed().as_secs_f64() * 1000.0);
        said(&analysis, times.len() == 1);
    }
    show("check", &mut times);
}

fn write(mut world: Buffers, file: &str, keystrokes: usize) -> Result<(), Failure> {
    let mut text = world.read(file)?.to_string();
    let lines = text.lines().count();
    let mut session = Session::default();
    session.check(&world, "main.gml");
    let mut times = Vec::with_capacity(keystrokes);
    // Places that a golden step apart reach every part of the file.
    let mut place = 0.0_f64;
    while times.len() < keystrokes {
        place = (place + 0.618_033_988_75).fract();
        let line = (place * text.len() as f64) as usize;
        let at = text[..text.floor_char_boundary(line)].rfind('\n').unwrap_or(0);
        let deleted = (1..=TYPED.len()).map(|length| (length, false));
        for (length, insert) in (1..=TYPED.len()).map(|length| (length, true)).chain(deleted) {
            if insert {
                text.insert_str(at + length - 1, &TYPED[length - 1..length]);
            } else {
                text.remove(at + TYPED.len() - length);
            }
            world.0.insert(file.to_owned(), text.as_str().into());
            let started = Instant::now();
            let analysis = session.check(&world, "main.gml");
            times.push(started.elapsed().as_secs_f64() * 1000.0);
            said(&analysis, false);
        }
    }
    show(&format!("keystroke in {file} ({lines} lines)"), &mut times);
    Ok(())
}

/// Uses the answer, so that none of it is left out.
fn said(analysis: &Analysis, aloud: bool) {
    let count = std::hint::black_box(analysis).diagnostics.len();
    if aloud && count > 0 {
        println!("{count} diagnostics");
    }
}

fn show(what: &str, times: &mut [f64]) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get(((times.len() - 1) as f64 * share) as usize).copied().unwrap_or(0.0);
    println!("{what}: {:.2} ms median, {:.2} ms p99, {:.2} ms at most, of {}", at(0.5), at(0.99), at(1.0), times.len());
}
