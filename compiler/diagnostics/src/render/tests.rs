//! What each renderer prints, as snapshots.

use insta::assert_snapshot;

use super::{TerminalStyle, github, json, sarif, short, sort, summary, terminal};
use crate::{Diagnostic, FileId, Fix, Severity, Sources, Span, codes};

const MAIN: &str = "\
use shop.{Order}

## What a day earned.
node revenue(orders: table[Order]) -> table { day: date, total: float } {
    orders
        |> group(by: [.day]) { total = sum(.ammount) }
}
";

const SHOP: &str = "schema Order {\n    id day: date,\n       amount: float,\n}\n";

fn sources() -> Sources {
    let mut sources = Sources::new();
    sources.add("main.gml", MAIN);
    sources.add("shop.gml", SHOP);
    sources
}

/// The span of `part` in the file's text.
fn span(sources: &Sources, file: u32, part: &str) -> Span {
    let file = FileId(file);
    let start = sources.text(file).find(part).unwrap() as u32;
    Span::new(file, start, start + part.len() as u32)
}

fn unknown_column(sources: &Sources) -> Diagnostic {
    let at = span(sources, 0, ".ammount");
    Diagnostic::new(codes::UNKNOWN_COLUMN, at, "`Order` has no column `ammount`")
        .with_label("no such column")
        .and(span(sources, 0, "orders: table[Order]"), "the rows come from here")
        .and(span(sources, 1, "schema Order"), "`Order` is declared here")
        .help("did you mean `.amount`?")
        .fix(Fix::guess(at, ".amount"))
}

fn plain(diagnostic: &Diagnostic, sources: &Sources) -> String {
    terminal(diagnostic, sources, TerminalStyle::default())
}

#[test]
fn terminal_draws_every_place() {
    let sources = sources();
    assert_snapshot!(plain(&unknown_column(&sources), &sources));
}

#[test]
fn terminal_without_unicode() {
    let sources = sources();
    let style = TerminalStyle { unicode: false, ..TerminalStyle::default() };
    assert_snapshot!(terminal(&unknown_column(&sources), &sources, style));
}

#[test]
fn terminal_in_colour() {
    let sources = sources();
    let style = TerminalStyle { colour: true, ..TerminalStyle::default() };
    assert_snapshot!(terminal(&unknown_column(&sources), &sources, style).replace('\u{1b}', "ESC"));
}

#[test]
fn terminal_wraps_messages() {
    let sources = sources();
    let message = "the result of `revenue` lacks the column `total`, which its declared type promises to every caller";
    let diagnostic = Diagnostic::new(codes::RESULT_LACKS_COLUMN, span(&sources, 0, "revenue"), message);
    assert_snapshot!(terminal(&diagnostic, &sources, TerminalStyle { width: 60, ..TerminalStyle::default() }));
}

#[test]
fn terminal_draws_spans_over_several_lines() {
    let sources = sources();
    let body = span(&sources, 0, "{\n    orders").to(span(&sources, 0, "}\n}"));
    let diagnostic = Diagnostic::new(codes::UNUSED_NODE, body, "the node `revenue` is never used")
        .with_label("this body")
        .and(span(&sources, 0, "group"), "a step of it");
    assert_snapshot!(plain(&diagnostic, &sources));
}

#[test]
fn terminal_shows_the_first_line_of_a_tall_span() {
    let mut sources = Sources::new();
    let file = sources.add("main.gml", format!("pipeline all {{\n{}", "    save a as b\n".repeat(50)));
    let whole = Span::new(file, 13, sources.text(file).len() as u32);
    let diagnostic =
        Diagnostic::new(codes::UNCLOSED_DELIMITER, whole, "this brace is never closed").with_label("opened here");
    assert_snapshot!(plain(&diagnostic, &sources));
}

#[test]
fn terminal_draws_the_end_of_a_file() {
    for (name, text) in [("with_newline", "param a: int =\n"), ("without_newline", "param a: int ="), ("empty", "")] {
        let mut sources = Sources::new();
        let file = sources.add("main.gml", text);
        let end = Span::new(file, text.len() as u32, text.len() as u32);
        let diagnostic =
            Diagnostic::new(codes::UNEXPECTED_TOKEN, end, "the file ends where a value is due").with_label("a value");
        assert_snapshot!(format!("terminal_end_of_file_{name}"), plain(&diagnostic, &sources));
    }
}

#[test]
fn terminal_aligns_tabs_wide_characters_and_windows_line_breaks() {
    let mut sources = Sources::new();
    let text = "param a: str = \"漢字\"\r\n\tparam größe: int = \"🙂\"\r\nparam c: int = 1\r\n";
    let file = sources.add("main.gml", text);
    let start = text.find("\"🙂\"").unwrap() as u32;
    let diagnostic = Diagnostic::new(codes::TYPE_MISMATCH, Span::new(file, start, start + 6), "`größe` is an int")
        .with_label("this is a text");
    assert_snapshot!(plain(&diagnostic, &sources));
}

#[test]
fn terminal_cuts_long_lines() {
    let mut sources = Sources::new();
    let text = format!("param a: list[int] = [{}x, {}]\n", "1, ".repeat(3_000), "2, ".repeat(3_000));
    let file = sources.add("main.gml", text.as_str());
    let start = text.find('x').unwrap() as u32;
    let diagnostic = Diagnostic::new(codes::UNKNOWN_NAME, Span::new(file, start, start + 1), "nothing is called `x`")
        .with_label("here");
    assert_snapshot!(plain(&diagnostic, &sources));
}

#[test]
fn terminal_shows_warnings_and_notes_as_such() {
    let sources = sources();
    let at = span(&sources, 0, "revenue");
    let warning = Diagnostic::new(codes::UNUSED_NODE, at, "the node `revenue` is never used");
    let note = Diagnostic { severity: Severity::Note, ..warning.clone() };
    assert_snapshot!(format!("{}\n{}", plain(&warning, &sources), plain(&note, &sources)));
}

#[test]
fn a_fault_of_no_source_has_no_place() {
    let sources = sources();
    let diagnostic =
        Diagnostic::new(codes::NO_PROGRAM, Span::NOWHERE, "there is no `main.gml` here").help("run `gmlc new`");
    let all = [plain(&diagnostic, &sources), short(&diagnostic, &sources), json(&diagnostic, &sources)];
    assert_snapshot!(all.join("\n"));
}

#[test]
fn short_is_one_line() {
    let sources = sources();
    let error = unknown_column(&sources);
    let warning = Diagnostic::new(codes::UNUSED_IMPORT, span(&sources, 0, "Order"), "`Order` is never used\n   really");
    assert_snapshot!(format!("{}{}", short(&error, &sources), short(&warning, &sources)), @r"
    main.gml:6:44: error[GML0301]: `Order` has no column `ammount`
    main.gml:1:11: warning[GML0121]: `Order` is never used really
    ");
}

#[test]
fn json_has_the_fields_of_the_language_in_their_order() {
    let sources = sources();
    assert_snapshot!(json(&unknown_column(&sources), &sources));
}

#[test]
fn annotations_of_a_workflow() {
    let sources = sources();
    let warning = Diagnostic::new(codes::UNUSED_NODE, span(&sources, 0, "revenue"), "100% of it,\nunused: `revenue`");
    let nowhere = Diagnostic::new(codes::NO_PROGRAM, Span::NOWHERE, "there is no `main.gml` here");
    let all = [unknown_column(&sources), warning, nowhere];
    assert_snapshot!(all.iter().map(|one| github(one, &sources)).collect::<String>());
}

#[test]
fn one_sarif_log_of_all_programs() {
    let sources = sources();
    let imports = span(&sources, 0, "use shop.{Order}\n");
    let fix = Fix::safe(imports, "").and(span(&sources, 1, "schema Order"), "schema Orders").titled("rename it");
    let unused = Diagnostic::new(codes::UNUSED_IMPORT, imports, "`Order` is never used").fix(fix);
    let nowhere = Diagnostic::new(codes::NO_PROGRAM, Span::NOWHERE, "there is no `main.gml` here");
    let (first, second) = (vec![unknown_column(&sources), unused], vec![nowhere, unknown_column(&sources)]);
    let log = sarif([(&first[..], &sources), (&second[..], &sources)], "0.1.0");
    let mut log: serde_json::Value = serde_json::from_str(&log).unwrap();
    for rule in log["runs"][0]["tool"]["driver"]["rules"].as_array_mut().unwrap() {
        assert_eq!(rule["help"]["text"], rule["help"]["markdown"]);
        assert!(rule["help"]["text"].as_str().unwrap().starts_with(&format!("# {}", rule["id"].as_str().unwrap())));
        rule["help"] = "the page".into();
    }
    assert_snapshot!(format!("{log:#}"));
}

#[test]
fn a_sarif_log_of_nothing_has_no_results() {
    let log: serde_json::Value = serde_json::from_str(&sarif([], "0.1.0")).unwrap();
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn json_without_labels_and_help() {
    let sources = sources();
    let diagnostic = Diagnostic::new(codes::UNUSED_NODE, span(&sources, 0, "revenue"), "say \"so\"");
    assert_snapshot!(json(&diagnostic, &sources));
}

#[test]
fn sorted_by_file_place_and_severity() {
    let at = |file, start| Span::new(FileId(file), start, start + 1);
    let mut all = vec![
        Diagnostic::new(codes::UNKNOWN_NAME, at(1, 0), "in the second file"),
        Diagnostic::new(codes::UNUSED_LET, at(0, 5), "a warning at 5"),
        Diagnostic::new(codes::UNKNOWN_COLUMN, at(0, 5), "an error at 5"),
        Diagnostic::new(codes::UNKNOWN_NAME, at(0, 2), "b"),
        Diagnostic::new(codes::UNKNOWN_NAME, at(0, 2), "a"),
    ];
    sort(&mut all);
    let order: Vec<&str> = all.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(order, ["a", "b", "an error at 5", "a warning at 5", "in the second file"]);
    assert_eq!(summary(&all), "4 errors, 1 warning");
    assert_eq!(summary(&all[..1]), "1 error");
    assert_eq!(summary(&[]), "no problems");
}
