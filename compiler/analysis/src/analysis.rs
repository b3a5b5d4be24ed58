//! The whole front end: files to a checked program.

#[cfg(test)]
mod tests;

use gml_diagnostics::{Diagnostic, Severity, Span, codes};

use crate::check::Bodies;
use crate::configuration::Configuration;
use crate::package::Package;
use crate::resolve::Trees;
use crate::typed::TypedProgram;
use crate::world::World;
use crate::{declare, leakage, lint, resolve};

/// A program as far as it could be understood, and all that is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// Files, names and declarations.
    pub package: Package,
    /// Bodies with their types. To be lowered only where there is no error.
    pub program: TypedProgram,
    /// What is wrong: by file (the main one first), then by place.
    pub diagnostics: Vec<Diagnostic>,
}

impl Analysis {
    /// Whether anything keeps the program from being run.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Checks the program whose main file is `main`. Never fails: a broken declaration does not hide the errors of others.
pub fn check(world: &dyn World, main: &str) -> Analysis {
    let (mut package, mut diagnostics) = resolve::resolve(world, main);
    let configuration = Configuration::read(world, main, &mut package.sources, &mut diagnostics);
    package.python_settings = configuration.python.clone();
    checked(package, None, &configuration, diagnostics)
}

/// Checks a program again and again, as an editor does while one types: what has not changed since the last time is not
/// read again, and bodies that nothing touched are not checked again. Every answer is the one that [`check`] gives.
#[derive(Debug, Default)]
pub struct Session {
    trees: Trees,
    bodies: Bodies,
    quiet: lint::Quiet,
    without_leaks: leakage::Quiet,
    mentions: declare::Mentions,
}

impl Session {
    /// Checks the program whose main file is `main`.
    pub fn check(&mut self, world: &dyn World, main: &str) -> Analysis {
        // Should a fault end this check, the next one begins afresh.
        let Self { mut trees, mut bodies, mut quiet, mut without_leaks, mut mentions } = std::mem::take(self);
        let (mut package, mut diagnostics) = resolve::resolve_again(world, main, &mut trees);
        let configuration = Configuration::read(world, main, &mut package.sources, &mut diagnostics);
        package.python_settings = configuration.python.clone();
        let known = Known {
            bodies: &mut bodies,
            moves: trees.moves(),
            quiet: &mut quiet,
            without_leaks: &mut without_leaks,
            mentions: &mut mentions,
        };
        let analysis = checked(package, Some(known), &configuration, diagnostics);
        *self = Self { trees, bodies, quiet, without_leaks, mentions };
        analysis
    }
}

/// What is known from the last time.
struct Known<'s> {
    bodies: &'s mut Bodies,
    moves: &'s [resolve::Move],
    quiet: &'s mut lint::Quiet,
    without_leaks: &'s mut leakage::Quiet,
    mentions: &'s mut declare::Mentions,
}

/// Checks what was resolved.
fn checked(
    package: Package,
    known: Option<Known<'_>>,
    configuration: &Configuration,
    mut diagnostics: Vec<Diagnostic>,
) -> Analysis {
    let (bodies, quiet, without_leaks, mentions) = match known {
        Some(Known { bodies, moves, quiet, without_leaks, mentions }) => {
            (Some((bodies, moves)), Some(quiet), Some(without_leaks), Some(mentions))
        }
        None => (None, None, None, None),
    };
    let mut of_bodies = Vec::new();
    let is_small = package.nodes.len() < WORTH_A_THREAD;
    let declarations = || declare::declarations(&package, mentions, &mut diagnostics);
    let (program, taken) = std::thread::scope(|scope| {
        let meanwhile = match bodies {
            _ if is_small => {
                declarations();
                None
            }
            // Few bodies are checked again.
            Some(_) => {
                scope.spawn(declarations);
                None
            }
            None => Some(declarations),
        };
        crate::check::check_program(&package, bodies, &mut of_bodies, meanwhile)
    });
    diagnostics.append(&mut of_bodies);
    let lint::Found { diagnostics: mut found, learns } =
        lint::program(&package, &program, quiet.map(|it| (it, &taken)));
    lint::settle(&package, &diagnostics, &mut found);
    diagnostics.append(&mut found);
    if learns {
        let mut found = leakage::check(&package, &program, without_leaks.map(|it| (it, &taken)));
        leakage::settle(&diagnostics, &mut found);
        diagnostics.append(&mut found);
    } else if let Some(without_leaks) = without_leaks {
        // What is taken over the next time is what was there this time.
        *without_leaks = leakage::Quiet::default();
    }
    settle(&package, configuration, &mut diagnostics);
    Analysis { package, program, diagnostics }
}

/// From so many nodes on, looking at declarations takes longer than starting a thread.
const WORTH_A_THREAD: usize = 200;

/// Of rows that are wrong where they stand it is not said as well that nobody looks at them.
fn without_what_errors_say(diagnostics: &mut Vec<Diagnostic>) {
    let wrong: Vec<Span> = diagnostics.iter().filter(|found| found.is_error()).map(|found| found.span).collect();
    let is_wrong = |at: Span| wrong.iter().any(|span| span.overlaps(at));
    diagnostics.retain(|found| found.code != codes::VALID_WITHOUT_EFFECT || !is_wrong(found.span));
}

/// Leaves out what was allowed and what was said twice, gives warnings the level that the project wants, and puts the
/// rest in the order of the files.
fn settle(package: &Package, configuration: &Configuration, diagnostics: &mut Vec<Diagnostic>) {
    without_what_errors_say(diagnostics);
    declare::settle_allowed(package, diagnostics);
    configuration.apply(diagnostics);
    let errors_first = |severity: Severity| severity != Severity::Error;
    diagnostics.sort_by(|a, b| {
        let place = |diagnostic: &Diagnostic| {
            let span = diagnostic.span;
            (span.file, span.start, span.end, errors_first(diagnostic.severity), diagnostic.code)
        };
        place(a).cmp(&place(b)).then_with(|| a.message.cmp(&b.message))
    });
    diagnostics.dedup_by(|a, b| a.code == b.code && a.span == b.span && a.message == b.message);
}
