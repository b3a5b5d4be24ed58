//! `gmlc fmt`

mod diff;
mod files;

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use gml_analysis::{SOURCE_LIMIT, World};
use gml_diagnostics::{Diagnostic, Sources};
use gml_syntax::format::{Refusal, format};

use crate::exit::Exit;
use crate::output::{self, Format};
use crate::replace::replace;
use crate::world::FolderWorld;

/// What standard input is called.
const INPUT: &str = "<stdin>";

/// What to format, and whether to write it.
#[derive(Debug, Args)]
pub struct FmtArgs {
    /// `.gml` files, or folders to look for them in; `-` is standard input, formatted to standard output.
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// Change nothing; name what is not formatted, with the lines that differ.
    #[arg(long)]
    check: bool,
}

/// Formats files, or says which are not formatted. What cannot be formatted does not keep the others from it.
pub fn fmt(args: &FmtArgs) -> Exit {
    let mut run = Formatting { check: args.check, ..Formatting::default() };
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        if args.paths.len() > 1 {
            output::error_line("`-` is standard input and stands alone; name files in a command of their own");
            return Exit::Usage;
        }
        return run.input();
    }
    let found = match files::files(&args.paths) {
        Ok(found) => found,
        Err(message) => {
            output::error_line(message);
            return Exit::Usage;
        }
    };
    for (folder, reason) in &found.unread {
        run.failed(&format!("the folder {}", shown(folder)), reason);
    }
    for path in &found.files {
        run.file(path);
    }
    run.end()
}

/// What was done so far.
#[derive(Debug, Default)]
struct Formatting {
    check: bool,
    sources: Sources,
    /// Of files with errors of syntax.
    diagnostics: Vec<Diagnostic>,
    /// How many files had the form already.
    kept: usize,
    /// How many files did not.
    changed: usize,
    broken: usize,
    failed: usize,
}

impl Formatting {
    fn file(&mut self, path: &Path) {
        let name = shown(path);
        let Some(text_path) = path.to_str() else {
            return self.failed(&name, "its path is not text in UTF-8, which gmlc cannot show");
        };
        let text = match FolderWorld.read(text_path) {
            Ok(text) => text,
            Err(reason) => return self.failed(&name, &reason.to_string()),
        };
        let Some(formatted) = self.formatted(&name, &text) else { return };
        if *formatted == *text {
            self.kept += 1;
        } else if self.check {
            self.changed += 1;
            output::text(&diff::diff(&name, &text, &formatted));
        } else {
            match replace(path, &text, &formatted) {
                Ok(()) => {
                    self.changed += 1;
                    output::error_line(format!("formatted {name}"));
                }
                Err(reason) => self.failed(&name, &reason),
            }
        }
    }

    /// Formats standard input.
    fn input(mut self) -> Exit {
        let mut bytes = Vec::new();
        // One byte more than is allowed tells that there are more.
        if let Err(error) = std::io::stdin().lock().take(SOURCE_LIMIT + 1).read_to_end(&mut bytes) {
            output::error_line(format!("standard input cannot be read: {error}"));
            return Exit::RunFailed;
        }
        if bytes.len() as u64 > SOURCE_LIMIT {
            output::error_line(format!("standard input is longer than a source file may be: {SOURCE_LIMIT} bytes"));
            return Exit::RunFailed;
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let byte = error.utf8_error().valid_up_to();
                output::error_line(format!("standard input is not UTF-8 text (byte {byte} begins no character)"));
                return Exit::RunFailed;
            }
        };
        if let Some(formatted) = self.formatted(INPUT, &text) {
            if !self.check {
                output::text(&formatted);
            } else if formatted != text {
                self.changed += 1;
                output::text(&diff::diff(INPUT, &text, &formatted));
            }
        }
        output::diagnostics(&self.diagnostics, &self.sources, Format::Human);
        self.exit()
    }

    /// A program in its form; none where it has none, which is told.
    fn formatted(&mut self, name: &str, text: &str) -> Option<String> {
        let file = self.sources.add(name, text);
        match format(file, text) {
            Ok(formatted) => Some(formatted),
            Err(Refusal::Broken(diagnostics)) => {
                self.broken += 1;
                self.diagnostics.extend(diagnostics);
                None
            }
            Err(Refusal::Unfaithful) => {
                let fault = "gmlc found no form that reads as the same program, which is a fault of gmlc, not of your \
                             program; please report it";
                self.failed(name, fault);
                None
            }
        }
    }

    fn failed(&mut self, name: &str, reason: &str) {
        self.failed += 1;
        output::error_line(format!("{name} is left as it is: {reason}"));
    }

    /// Says in a line what was done.
    fn end(self) -> Exit {
        output::diagnostics(&self.diagnostics, &self.sources, Format::Human);
        let mut parts = Vec::new();
        match (self.check, self.changed) {
            (_, 0) => {}
            (true, 1) => parts.push("1 file is not formatted".to_owned()),
            (true, changed) => parts.push(format!("{changed} files are not formatted")),
            (false, changed) => parts.push(format!("{} formatted", files_of(changed))),
        }
        if self.kept > 0 {
            let have = if self.kept == 1 { "has" } else { "have" };
            parts.push(format!("{} {have} the form already", files_of(self.kept)));
        }
        if self.broken > 0 {
            parts.push(format!("{} with errors of syntax left as written", files_of(self.broken)));
        }
        if self.failed > 0 {
            parts.push(format!("{} failed", self.failed));
        }
        let told = if parts.is_empty() { "there is no .gml file to format".to_owned() } else { parts.join(", ") };
        output::error_line(told);
        self.exit()
    }

    fn exit(&self) -> Exit {
        if self.failed > 0 {
            Exit::RunFailed
        } else if self.broken > 0 || (self.check && self.changed > 0) {
            Exit::ProgramWrong
        } else {
            Exit::Done
        }
    }
}

fn files_of(count: usize) -> String {
    format!("{count} file{}", if count == 1 { "" } else { "s" })
}

/// A path as messages name it.
fn shown(path: &Path) -> String {
    path.strip_prefix("./").unwrap_or(path).display().to_string()
}
