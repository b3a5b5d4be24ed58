//! Literate specs: each Markdown file of this folder, and the pages `language.md`, `foreign.md`, `tracking.md` and
//! `connectors.md` of `docs`, state rules of the language, with programs that show them.
//!
//! - A fence ```` ```gml ```` is a program of its own. Its diagnostics must be those that its comments announce:
//!   `# error: GML0301 part of the message` or `# warning: GML0120` at the end of the line they point at. Without such a
//!   comment there must be none.
//! - `# type: table { a: int }` at the end of the line of a `let` states the type that the checker infers.
//! - ```` ```gml run ```` is also run: its `test` blocks must pass.
//! - What is said of leakage has a label at another place, as the other end.
//! - ```` ```gml file=sessions.gml ```` is another file of the next program under the same heading.

use std::path::Path;

use gml_tests::{Checked, Fence, check_files, fences, repository, run_tests};

#[test]
fn the_specs_hold() {
    let folder = repository().join("tests/spec");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    let pages =
        ["docs/language.md", "docs/environments.md", "docs/foreign.md", "docs/tracking.md", "docs/connectors.md"];
    files.extend(pages.map(|page| repository().join(page)));
    files.sort();
    let mut programs = 0;
    let mut failures = Vec::new();
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        programs += spec(&name, &std::fs::read_to_string(file).unwrap(), &mut failures);
    }
    assert!(failures.is_empty(), "{} of {programs} programs differ:\n\n{}", failures.len(), failures.join("\n\n"));
    assert!(programs > 0, "there are no specs in {}", folder.display());
}

fn spec(name: &str, markdown: &str, failures: &mut Vec<String>) -> usize {
    let mut others: Vec<(String, Fence)> = Vec::new();
    let mut programs = 0;
    for fence in fences(markdown) {
        if fence.words.first().map(String::as_str) != Some("gml") {
            continue;
        }
        if let Some(file) = fence.words.iter().find_map(|word| word.strip_prefix("file=")) {
            others.push((file.to_owned(), fence));
            continue;
        }
        programs += 1;
        others.retain(|(_, other)| other.heading == fence.heading);
        let mut files: Vec<(&str, &str)> =
            others.iter().map(|(file, other)| (file.as_str(), other.text.as_str())).collect();
        files.push(("main.gml", &fence.text));
        let checked = check_files(&files);
        let mut differences = compare(&fence, &checked);
        differences.extend(with_one_end(&checked));
        if differences.is_empty() && fence.words.iter().any(|word| word == "run") {
            differences = run(&checked);
        }
        if !differences.is_empty() {
            failures.push(format!("{name}:{} ({})\n{}", fence.line, fence.heading, differences.join("\n")));
        }
    }
    programs
}

/// Announced against found, line by line.
fn compare(fence: &Fence, checked: &Checked) -> Vec<String> {
    let mut differences = Vec::new();
    let mut found = checked.lines();
    for (index, line) in fence.text.lines().enumerate() {
        for severity in ["error", "warning"] {
            for announced in line.split(&format!("# {severity}: ")).skip(1) {
                let announced = announced.split(" # ").next().unwrap_or_default();
                let (code, message) = announced.trim().split_once(' ').unwrap_or((announced.trim(), ""));
                let place = found.iter().position(|(at, found_code, text)| {
                    *at == index + 1 && found_code == code && text.contains(message)
                });
                match place {
                    Some(place) => drop(found.remove(place)),
                    None => differences.push(format!("  line {}: no {code} {message:?}", fence.line + index)),
                }
            }
        }
        if let Some((_, announced)) = line.split_once("# type: ") {
            match type_of_let(checked, index + 1) {
                Some(ty) if ty == announced.trim() => {}
                Some(ty) => differences.push(format!("  line {}: the type is {ty}", fence.line + index)),
                None => differences.push(format!("  line {}: there is no let", fence.line + index)),
            }
        }
    }
    for (line, code, message) in found {
        differences.push(format!("  line {}: unannounced {code} {message}", fence.line + line - 1));
    }
    differences
}

/// What is said of leakage without a label at another place.
fn with_one_end(checked: &Checked) -> Vec<String> {
    let of_leaks = |code: &str| code.starts_with("GML06") || matches!(code, "GML0704" | "GML0705");
    let wrong = checked
        .diagnostics()
        .iter()
        .filter(|found| of_leaks(found.code.id()) && !found.labels.iter().any(|label| label.span != found.span));
    wrong.map(|found| format!("  {} has no label at the other end: {}", found.code.id(), found.message)).collect()
}

/// The type of the `let` whose value begins on that line of the main file.
fn type_of_let(checked: &Checked, line: usize) -> Option<String> {
    use gml_analysis::typed::{TypedNodeBody, TypedStatement, TypedStatementKind};
    let analysis = &checked.analysis;
    let (program, sources) = (&analysis.program, &analysis.package.sources);
    let main = analysis.package.modules.first()?.file;
    let statements = |body: &[TypedStatement]| -> Vec<_> {
        let lets = body.iter().filter_map(|statement| match &statement.kind {
            TypedStatementKind::Let(_, value) => Some(value.clone()),
            _ => None,
        });
        lets.collect()
    };
    let in_nodes = program.nodes.iter().flat_map(|node| match &node.body {
        TypedNodeBody::Block(lets, _) => lets.iter().map(|(_, value)| value.clone()).collect(),
        TypedNodeBody::Foreign { .. } => Vec::new(),
    });
    let in_pipelines = program.pipelines.iter().flat_map(|pipeline| statements(&pipeline.body));
    let in_tests = program.tests.iter().flat_map(|test| statements(&test.body));
    in_nodes
        .chain(in_pipelines)
        .chain(in_tests)
        .find(|value| value.span.file == main && sources.line_column(main, value.span.start).0 == line)
        .map(|value| value.ty.to_string())
}

fn run(checked: &Checked) -> Vec<String> {
    match run_tests(checked, Path::new("")) {
        Ok(outcomes) if outcomes.is_empty() => vec!["  it has no test to run".into()],
        Ok(outcomes) => outcomes
            .iter()
            .filter_map(|outcome| outcome.fault.as_ref().map(|fault| (outcome, fault)))
            .map(|(outcome, fault)| format!("  {:?}: {fault} {}", outcome.name, fault.details.join("; ")))
            .collect(),
        Err(message) => vec![format!("  {message}")],
    }
}
