//! A SARIF 2.1.0 log, which code hosts and editors read: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/>.

use serde_json::{Map, Value, json};

use crate::{Code, Diagnostic, Edit, FileId, Severity, Sources, Span};

/// The log of one run over any number of programs, each with the texts that its places are in: one JSON document.
///
/// Lines and columns count from 1, columns in characters, which the log says (`columnKind`). Paths are as the sources
/// name them, so relative ones are relative to the folder that the compiler ran in. `version` is that of the compiler.
pub fn sarif<'d>(programs: impl IntoIterator<Item = (&'d [Diagnostic], &'d Sources)>, version: &str) -> String {
    let mut rules: Vec<Code> = Vec::new();
    let mut results: Vec<Value> = Vec::new();
    for (diagnostics, sources) in programs {
        for diagnostic in diagnostics {
            let place = rules.iter().position(|code| *code == diagnostic.code).unwrap_or_else(|| {
                rules.push(diagnostic.code);
                rules.len() - 1
            });
            results.push(result(diagnostic, place, sources));
        }
    }
    let rules: Vec<Value> = rules.into_iter().map(rule).collect();
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "gmlc", "version": version, "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}")
}

/// A code as a rule, with its page as the help.
fn rule(code: Code) -> Value {
    json!({
        "id": code.id(),
        "name": code.name(),
        "shortDescription": { "text": code.summary() },
        "help": { "text": code.page(), "markdown": code.page() },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn result(diagnostic: &Diagnostic, rule: usize, sources: &Sources) -> Value {
    let mut text = diagnostic.message.clone();
    if let Some(help) = &diagnostic.help {
        text = format!("{text}\nhelp: {help}");
    }
    let mut result = Map::new();
    result.insert("ruleId".into(), diagnostic.code.id().into());
    result.insert("ruleIndex".into(), rule.into());
    result.insert("level".into(), level(diagnostic.severity).into());
    result.insert("message".into(), json!({ "text": text }));
    if let Some(place) = place(diagnostic.span, sources) {
        result.insert("locations".into(), json!([{ "physicalLocation": place }]));
    }
    let related: Vec<Value> = diagnostic
        .labels
        .iter()
        .filter_map(|label| {
            let place = place(label.span, sources)?;
            Some(json!({ "physicalLocation": place, "message": { "text": label.message } }))
        })
        .collect();
    if !related.is_empty() {
        result.insert("relatedLocations".into(), related.into());
    }
    if let Some(fix) = &diagnostic.fix {
        let changes = changes(&fix.edits, sources);
        if !changes.is_empty() {
            let fix = json!({ "description": { "text": fix.title }, "artifactChanges": changes });
            result.insert("fixes".into(), json!([fix]));
        }
    }
    result.into()
}

/// The edits by the file that they change; none where one of them is in no file.
fn changes(edits: &[Edit], sources: &Sources) -> Vec<Value> {
    if edits.iter().any(|edit| !sources.contains(edit.span.file)) {
        return Vec::new();
    }
    let mut files: Vec<FileId> = Vec::new();
    for edit in edits {
        if !files.contains(&edit.span.file) {
            files.push(edit.span.file);
        }
    }
    let of = |file: &FileId| -> Vec<Value> {
        let own = edits.iter().filter(|edit| edit.span.file == *file);
        own.map(|edit| {
            json!({ "deletedRegion": region(edit.span, sources), "insertedContent": { "text": edit.replacement } })
        })
        .collect()
    };
    files.iter().map(|file| json!({ "artifactLocation": artifact(*file, sources), "replacements": of(file) })).collect()
}

/// `None` for a span of no file.
fn place(span: Span, sources: &Sources) -> Option<Value> {
    let known = sources.contains(span.file);
    known.then(|| json!({ "artifactLocation": artifact(span.file, sources), "region": region(span, sources) }))
}

fn region(span: Span, sources: &Sources) -> Value {
    let (line, column) = sources.line_column(span.file, span.start);
    let (end_line, end_column) = sources.line_column(span.file, span.end.max(span.start));
    json!({ "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column })
}

fn artifact(file: FileId, sources: &Sources) -> Value {
    json!({ "uri": uri(sources.path(file)) })
}

/// A path as a URI reference: separated by `/`, with everything else that has a meaning in a URI written out.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    if path.starts_with('/') {
        uri.push_str("file://");
    } else if path.as_bytes().get(1) == Some(&b':') {
        uri.push_str("file:///");
    }
    for byte in path.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("a/main.gml"), "a/main.gml");
        assert_eq!(uri("./my shop/größe#1.gml"), "./my%20shop/gr%C3%B6%C3%9Fe%231.gml");
        assert_eq!(uri("/home/a/main.gml"), "file:///home/a/main.gml");
        assert_eq!(uri(r"C:\a\main.gml"), "file:///C%3A/a/main.gml");
    }
}
