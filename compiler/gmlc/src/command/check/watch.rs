//! `gmlc check --watch`

use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal, Write, stderr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{CheckArgs, Checked, checked, show};
use crate::exit::Exit;
use crate::output::{self, Format};
use crate::sources::{self, Version, parent_of, snapshot};

/// How often the files are looked at. Looking at a few hundred takes less than a millisecond, works on every file system,
/// and sees the renames by which editors save.
const PERIOD: Duration = Duration::from_millis(150);

/// Checks again whenever a source file appears, changes or goes, until the user interrupts.
pub fn watch(args: &CheckArgs) -> Exit {
    let interrupted = Arc::new(AtomicBool::new(false));
    if let Err(error) = signal_hook::flag::register(signal_hook::consts::SIGINT, interrupted.clone()) {
        output::error_line(format!("interrupts cannot be waited for: {error}"));
        return Exit::RunFailed;
    }
    let mut folders: BTreeSet<PathBuf> = args.paths.iter().map(|path| folder_of(path)).collect();
    let mut is_known = false;
    loop {
        // A change that comes while the programs are checked counts.
        let before = snapshot(&folders);
        let known = folders.clone();
        clear();
        match checked(args) {
            Ok(programs) => {
                show(&programs, args.format);
                folders = folders_of(&programs);
                is_known = true;
                if args.format == Format::Human {
                    if programs.iter().all(|program| program.diagnostics.is_empty()) {
                        output::error_line("no problems");
                    }
                    output::error_line("watching; ctrl-C ends");
                }
            }
            // Of a file that is gone for the moment while an editor saves it.
            Err(exit) if !is_known => return exit,
            Err(_) => {}
        }
        let mut seen = snapshot(&folders);
        let was_known = |path: &PathBuf| path.parent().is_some_and(|folder| known.contains(folder));
        seen.retain(|path, _| !was_known(path));
        seen.extend(
            before.into_iter().filter(|(path, _)| path.parent().is_some_and(|folder| folders.contains(folder))),
        );
        if !changed(&folders, seen, &interrupted) {
            return Exit::Interrupted;
        }
    }
}

/// Waits until files are different and stay so for a moment; false where the user interrupts.
fn changed(folders: &BTreeSet<PathBuf>, seen: BTreeMap<PathBuf, Version>, interrupted: &AtomicBool) -> bool {
    let mut last = seen.clone();
    while !interrupted.load(Ordering::Relaxed) {
        std::thread::sleep(PERIOD);
        let now = snapshot(folders);
        if now != seen && now == last {
            return true;
        }
        last = now;
    }
    false
}

/// The folder that a path of the command line is about.
fn folder_of(path: &Path) -> PathBuf {
    if path.is_dir() { path.to_path_buf() } else { parent_of(path) }
}

/// The folders in which the sources of the programs lie.
fn folders_of(programs: &[Checked]) -> BTreeSet<PathBuf> {
    let mut folders = BTreeSet::new();
    for program in programs {
        folders.insert(program.project.folder.clone());
        folders.extend(sources::folders_of(&program.analysis.package));
    }
    folders
}

/// An empty screen, where there is one.
fn clear() {
    if stderr().is_terminal() {
        let _ = write!(stderr(), "\x1b[2J\x1b[H");
    }
}
