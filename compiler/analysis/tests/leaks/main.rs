//! Every kind of leak by every path that rows and columns may take: the wrong program is told with its code, at its place and
//! with a label at the other end, and the right one beside it is met with silence. The pages are in `tests/spec/leaks`, whose
//! README tells their form; `GML_BLESS=1` writes what is said, and the table, into them.

// Helpers of tests may panic as tests may.
#![allow(clippy::unwrap_used)]

mod page;

use gml_analysis::{MemoryWorld, check};
use gml_diagnostics::{Diagnostic, Sources, Span};

use page::{Page, folder};

/// The paths, in the order of the table: each has a page.
const PATHS: [&str; 7] = ["directly", "node", "join", "group", "window", "recipe", "dataset"];

/// The kinds, in the order of the table, each with its code.
const KINDS: [(&str, &str); 22] = [
    ("fitted on test", "GML0601"),
    ("features selected on test", "GML0601"),
    ("stopped by test", "GML0602"),
    ("tuned on test", "GML0604"),
    ("calibrated on test", "GML0603"),
    ("stopped by what it learns from", "GML0609"),
    ("calibrated on what it learned from", "GML0610"),
    ("judged on fitted rows", "GML0605"),
    ("judged on rows that stopped it", "GML0606"),
    ("judged on tuned rows", "GML0606"),
    ("judged on calibrated rows", "GML0608"),
    ("a feature from the target", "GML0611"),
    ("the target is made of features", "GML0612"),
    ("a feature is its own prediction", "GML0617"),
    ("the target over several parts", "GML0613"),
    ("the target over rows that are split later", "GML0613"),
    ("a statistic over several parts", "GML0614"),
    ("a statistic over rows that are split later", "GML0614"),
    ("rows behind the own time", "GML0615"),
    ("rows of all time", "GML0616"),
    ("scored without a column", "GML0704"),
    ("scored with another type", "GML0705"),
];

#[test]
fn the_right_programs_are_met_with_silence() {
    let mut wrong = Vec::new();
    for page in pages() {
        assert!(!page.programs.is_empty(), "{} has no program", page.name());
        let said = page.programs.iter().map(|program| said_of(program));
        wrong.extend(said.filter(|said| !said.is_empty()).map(|said| format!("{}:\n{}", page.name(), said.join("\n"))));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_leak_is_told_at_both_ends() {
    let mut wrong = Vec::new();
    for page in pages() {
        let mut text = page.text.clone();
        let changes = page.sections.iter().filter_map(|section| Some((section, section.change.as_ref()?)));
        for (section, change) in changes.rev() {
            let program = change.apply(&page);
            let said = said_of(&program);
            let place = format!("{}:{} ({})", page.name(), change.line, section.kind);
            if said != change.said {
                wrong.push(format!("{place}\n{}\nbut it says\n{}\n", change.said.join("\n"), said.join("\n")));
            }
            wrong.extend(faults_of(section.kind.as_str(), &said).map(|fault| format!("{place}: {fault}")));
            text.replace_range(change.at.clone(), &said.iter().map(|line| format!("{line}\n")).collect::<String>());
        }
        bless(&page, &text);
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// What is told of a leak has the code of its kind first, and each diagnostic a label at another place.
fn faults_of(kind: &str, said: &[String]) -> impl Iterator<Item = &'static str> + use<> {
    let code = KINDS.iter().find(|(name, _)| *name == kind).map_or("", |(_, code)| code);
    let has_code = said.first().is_some_and(|first| first.starts_with(&format!("! {code} ")));
    let is_told_alone = |pair: &[String]| pair[0].starts_with('!') && pair[1].starts_with('!');
    let has_labels = said.last().is_some_and(|last| last.starts_with('&')) && !said.windows(2).any(is_told_alone);
    let code = (!has_code).then_some("another code than that of its kind");
    code.into_iter().chain((!has_labels).then_some("there is no label at the other end"))
}

#[test]
fn every_kind_is_looked_at_by_every_path() {
    let pages = pages();
    assert_eq!(pages.iter().map(Page::name).collect::<Vec<_>>(), PATHS);
    let mut rows =
        vec![format!("| kind | code | {} |", PATHS.join(" | ")), format!("|---|---|{}", "---|".repeat(PATHS.len()))];
    for (kind, code) in KINDS {
        let cells = pages.iter().map(|page| {
            let mut sections = page.sections.iter().filter(|section| section.kind == kind);
            let section = sections.next().unwrap_or_else(|| panic!("{} says nothing of `{kind}`", page.name()));
            assert!(sections.next().is_none(), "{} has `{kind}` twice", page.name());
            let has_reason = !section.reason.trim().is_empty();
            assert!(section.change.is_some() || has_reason, "{}: no reason why `{kind}` is left out", page.name());
            if section.change.is_some() { "told" } else { "-" }
        });
        rows.push(format!("| {kind} | {code} | {} |", cells.collect::<Vec<_>>().join(" | ")));
    }
    for page in &pages {
        let stray = page.sections.iter().find(|section| !KINDS.iter().any(|(kind, _)| *kind == section.kind));
        assert!(stray.is_none(), "{}: `{}` is no kind of leak", page.name(), stray.unwrap().kind);
    }
    let table = rows.join("\n");
    let readme = folder().join("README.md");
    let text = std::fs::read_to_string(&readme).unwrap();
    let (before, told) = text.split_once("<!-- table -->\n").unwrap();
    if std::env::var_os("GML_BLESS").is_some() {
        std::fs::write(&readme, format!("{before}<!-- table -->\n{table}\n")).unwrap();
    }
    assert_eq!(told.trim(), table, "tests/spec/leaks/README.md; GML_BLESS=1 writes it");
}

fn bless(page: &Page, text: &str) {
    if std::env::var_os("GML_BLESS").is_some() && text != page.text {
        std::fs::write(&page.path, text).unwrap();
    }
}

/// The pages, in the order of the table.
fn pages() -> Vec<Page> {
    let mut pages = page::pages();
    pages.sort_by_key(|page| PATHS.iter().position(|path| *path == page.name()));
    pages
}

/// All that is said of a program: `! GML0601` and the line with the place marked, then `&` and a line for each label.
fn said_of(program: &str) -> Vec<String> {
    let world = MemoryWorld::new([("main.gml", program)]);
    let analysis = check(&world, "main.gml");
    let sources = &analysis.package.sources;
    let told = |diagnostic: &Diagnostic| {
        let first = format!("! {} {}", diagnostic.code.id(), marked(sources, diagnostic.span));
        let labels =
            diagnostic.labels.iter().map(|label| format!("& {} : {}", marked(sources, label.span), label.message));
        std::iter::once(first).chain(labels.collect::<Vec<_>>())
    };
    analysis.diagnostics.iter().flat_map(told).collect()
}

/// The line on which a span begins, with the span within it marked.
fn marked(sources: &Sources, span: Span) -> String {
    let text = sources.text(span.file);
    let (start, end) = (span.start as usize, span.end as usize);
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let end = end.min(line_end);
    let marked = format!("{}«{}»{}", &text[line_start..start], &text[start..end], &text[end..line_end]);
    let path = sources.path(span.file);
    let elsewhere = if path == "main.gml" { String::new() } else { format!("{path}: ") };
    format!("{elsewhere}{}", marked.trim())
}
