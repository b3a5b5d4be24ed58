//! What must hold of every text. Also compiled into the tests of `gml-analysis`, which replay the corpus.

use gml_analysis::{Analysis, MemoryWorld, Settings, check, lower};
use gml_diagnostics::{Diagnostic, FileId, Sources, Span, render};
use gml_syntax::format::{Refusal, format};

/// So many diagnostics of a text are drawn.
const DRAWN: usize = 5;

/// Checks the text as a program of one file, one in four twice, lowers it where it is right, and formats it.
///
/// # Panics
/// Where something that must hold does not.
pub fn holds(text: &str) {
    let analysis = checked(text);
    // Most of what is said of one text is drawn alike, and drawing takes longer than checking.
    for found in analysis.diagnostics.iter().take(DRAWN) {
        is_shown(found, &analysis.package.sources);
    }
    if text.len().is_multiple_of(4) {
        let again = checked(text);
        assert!(analysis.diagnostics == again.diagnostics, "the same text is answered in two ways");
    }
    if !analysis.has_errors()
        && let Err(found) = lower(&analysis.package, &analysis.program, &Settings::default())
    {
        found.iter().for_each(|found| is_shown(found, &analysis.package.sources));
    }
    let _ = gml_syntax::parse_expression(FileId(0), text);
    is_formatted(text);
}

/// A text is refused for its errors, or becomes one with the same words and comments that stays as it is.
fn is_formatted(text: &str) {
    let once = match format(FileId(0), text) {
        Ok(once) => once,
        Err(Refusal::Broken(found)) => {
            return assert!(found.iter().any(Diagnostic::is_error), "refused without an error: {found:?}");
        }
        Err(Refusal::Unfaithful) => panic!("what was made of it reads otherwise"),
    };
    assert!(words(text) == words(&once), "other words in\n{once}");
    let twice = format(FileId(0), &once);
    assert!(twice.as_deref() == Ok(once.as_str()), "formatted once:\n{once}\ntwice:\n{twice:?}");
}

/// Words, signs and comments but for commas, which the formatter may put and take.
fn words(text: &str) -> Vec<&str> {
    let words = gml_syntax::tokens(text).map(|token| token.text(text).trim_end());
    words.filter(|word| *word != ",").collect()
}

fn checked(text: &str) -> Analysis {
    check(&MemoryWorld::new([("main.gml", text)]), "main.gml")
}

/// Every place lies in its file, and every form can be written.
fn is_shown(found: &Diagnostic, sources: &Sources) {
    let within = |span: Span| {
        let text = sources.text(span.file);
        text.get(span.start as usize..span.end as usize).is_some()
    };
    assert!(within(found.span), "{found:?}");
    assert!(found.labels.iter().all(|label| within(label.span)), "{found:?}");
    assert!(found.fix.iter().flat_map(|fix| &fix.edits).all(|edit| within(edit.span)), "{found:?}");
    assert!(!found.message.is_empty(), "{found:?}");
    assert!(!render::terminal(found, sources, render::TerminalStyle::default()).is_empty());
    assert!(!render::short(found, sources).is_empty());
    assert!(!render::json(found, sources).is_empty());
}
