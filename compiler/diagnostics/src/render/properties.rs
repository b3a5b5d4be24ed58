//! Whatever the text and the places, a diagnostic is rendered.

use proptest::prelude::*;
use proptest::test_runner::Config;

use super::{TerminalStyle, json, short, terminal};
use crate::{Diagnostic, FileId, Sources, Span, codes};

/// Text with all that makes offsets hard: several bytes a character, wide and combining ones, tabs, every line break,
/// control characters, long lines, no line break at the end.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z .(){}=]{0,12}",
        2 => Just("\n".to_owned()),
        1 => Just("\r\n".to_owned()),
        1 => Just("\r".to_owned()),
        1 => Just("\t".to_owned()),
        1 => Just("äö漢字e\u{301}🙂".to_owned()),
        1 => Just("\u{1b}[31m\u{202e}\u{85}\u{0}".to_owned()),
        1 => (0usize..900).prop_map(|length| "ü".repeat(length)),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn span() -> impl Strategy<Value = Span> {
    (0u32..3, 0u32..300, 0u32..120).prop_map(|(file, start, length)| Span {
        file: FileId(file),
        start,
        end: start + length,
    })
}

proptest! {
    #![proptest_config(Config { cases: if cfg!(debug_assertions) { 600 } else { 5_000 }, failure_persistence: None, ..Config::default() })]

    #[test]
    fn every_renderer_takes_every_place(
        texts in proptest::collection::vec(text(), 2),
        primary in span(),
        others in proptest::collection::vec((span(), "[a-z\n\u{1b}]{0,9}"), 0..4),
        label in proptest::option::of("[a-z\n]{0,9}"),
        unicode: bool,
        colour: bool,
        width in 0usize..200,
    ) {
        let mut sources = Sources::new();
        for (index, text) in texts.iter().enumerate() {
            sources.add(format!("{index}.gml"), text.as_str());
        }
        let mut diagnostic = Diagnostic::new(codes::UNKNOWN_COLUMN, primary, "no column `ü`\u{7}").help("mend it");
        diagnostic.label = label;
        for (span, message) in others {
            diagnostic = diagnostic.and(span, message);
        }

        let drawn = terminal(&diagnostic, &sources, TerminalStyle { colour, unicode, width });
        prop_assert!(drawn.contains("GML0301") && drawn.contains("mend it") && drawn.contains("no column"), "{drawn}");
        prop_assert!(!drawn.contains("Failed to read"), "{drawn}");
        if !colour {
            prop_assert!(!drawn.chars().any(|one| one.is_control() && one != '\n'), "{drawn:?}");
        }
        let longest = drawn.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        prop_assert!(longest < 1_000, "a line of {longest} characters");

        let (line, column) = sources.line_column(primary.file, primary.start);
        let known = sources.contains(primary.file);
        let place = if known { format!("{}:{line}:{column}: ", sources.path(primary.file)) } else { String::new() };
        let one_line = short(&diagnostic, &sources);
        prop_assert_eq!(&one_line, &format!("{place}error[GML0301]: no column `ü`\\u{{7}}\n"));

        let object: serde_json::Value = serde_json::from_str(&json(&diagnostic, &sources)).unwrap();
        if known {
            prop_assert_eq!(&object["span"]["line"], line);
            prop_assert_eq!(&object["span"]["column"], column);
        } else {
            prop_assert!(object["span"].is_null() && object["file"].is_null());
        }
        prop_assert_eq!(object["labels"].as_array().unwrap().len(), diagnostic.labels.len());
    }

    #[test]
    fn the_drawn_position_is_the_position(text in text(), start in 0u32..300, length in 0u32..20) {
        let mut sources = Sources::new();
        let file = sources.add("a.gml", text.as_str());
        // Within a line break there is nothing to draw; the position in front of it is shown.
        let at = sources.boundary(file, start);
        prop_assume!(!text[..at].ends_with('\r') && !text[at..].starts_with(['\r', '\n']));
        let drawn = terminal(
            &Diagnostic::new(codes::TYPE_MISMATCH, Span::new(file, start, start + length), "m"),
            &sources,
            TerminalStyle::default(),
        );
        let (line, column) = sources.line_column(file, start);
        let header = format!("[a.gml:{line}:{column}]");
        prop_assert!(drawn.contains(&header), "{header} is not in\n{drawn}");
        prop_assert!(drawn.contains('▲') || drawn.contains('─') , "{drawn}");
    }
}
