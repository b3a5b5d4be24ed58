//! What goes to the terminal, never with a secret in it. A reader that went away (`gmlc plan | head`) ends the output, not the command.

use std::io::{IsTerminal, Write, stderr, stdout};

use clap::ValueEnum;
use gml_connect::Fault;
use gml_connect::secrets::hide;
use gml_diagnostics::{Diagnostic, Sources, render};

/// The form of diagnostics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Drawn, for people at a terminal.
    Human,
    /// A line each: file:line:column.
    Short,
    /// A JSON object each, a line each.
    Json,
    /// One SARIF 2.1.0 log of all, for code hosts and editors.
    Sarif,
    /// Annotations of a GitHub workflow, a line each.
    Github,
}

/// A line on standard output.
pub fn line(text: impl AsRef<str>) {
    let _ = writeln!(stdout().lock(), "{}", hide(text.as_ref()));
}

/// A text on standard output as it is.
pub fn text(text: &str) {
    let mut output = stdout().lock();
    let _ = output.write_all(hide(text).as_bytes()).and_then(|()| output.flush());
}

/// A line on standard error.
pub fn error_line(text: impl AsRef<str>) {
    let _ = writeln!(stderr().lock(), "{}", hide(text.as_ref()));
}

/// A path as a shell takes it.
pub fn quoted(path: &str) -> String {
    let is_plain = |sign: char| sign.is_alphanumeric() || "/._-+".contains(sign);
    if path.chars().all(is_plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

/// Whether to colour standard error.
pub fn coloured() -> bool {
    stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Shows the diagnostics of a program: for machines on standard output, for people on standard error with a count at the
/// end.
pub fn diagnostics(diagnostics: &[Diagnostic], sources: &Sources, format: Format) {
    all_diagnostics(&[(diagnostics, sources)], format);
}

/// Shows the errors of a program on standard error, whatever the format: standard output is for something else.
pub fn errors(diagnostics: &[Diagnostic], sources: &Sources, format: Format) {
    let errors: Vec<Diagnostic> = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).cloned().collect();
    if errors.is_empty() {
        return;
    }
    if format == Format::Sarif {
        error_line(render::sarif([(&*errors, sources)], env!("CARGO_PKG_VERSION")));
        return;
    }
    each(&errors, sources, format, |text| error_line(text));
}

/// Shows the diagnostics of several programs, each with its sources.
pub fn all_diagnostics(programs: &[(&[Diagnostic], &Sources)], format: Format) {
    if format == Format::Sarif {
        line(render::sarif(programs.iter().copied(), env!("CARGO_PKG_VERSION")));
        return;
    }
    for (diagnostics, sources) in programs {
        each(diagnostics, sources, format, |text| line(text));
    }
}

/// Shows diagnostics one by one: `say` says those that are for machines.
fn each(diagnostics: &[Diagnostic], sources: &Sources, format: Format, say: impl Fn(&str)) {
    let style = render::TerminalStyle { colour: coloured(), ..render::TerminalStyle::default() };
    for diagnostic in diagnostics {
        match format {
            Format::Human => error_line(render::terminal(diagnostic, sources, style)),
            Format::Short => say(render::short(diagnostic, sources).trim_end()),
            Format::Json => say(render::json(diagnostic, sources).trim_end()),
            Format::Github => say(render::github(diagnostic, sources).trim_end()),
            // A log holds all of them.
            Format::Sarif => {}
        }
    }
    if format == Format::Human && !diagnostics.is_empty() {
        error_line(render::summary(diagnostics));
    }
}

/// Shows why a run failed.
pub fn fault(fault: &Fault) {
    let (bold, red, cyan, plain) =
        if coloured() { ("\x1b[1m", "\x1b[31m", "\x1b[36m", "\x1b[0m") } else { ("", "", "", "") };
    error_line(format!("{red}{bold}error[{}]{plain}{bold}: {}{plain}", fault.code, fault.message));
    if let Some(place) = &fault.place {
        error_line(format!("  {cyan}at{plain} {place}"));
    }
    for detail in &fault.details {
        error_line(format!("     {detail}"));
    }
    if let Some(help) = &fault.help {
        error_line(format!("  {cyan}help:{plain} {help}"));
    }
    error_line(format!("  more: gmlc explain {}", fault.code));
}
