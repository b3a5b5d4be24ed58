//! Whether a formatted text is still the same program.

use gml_diagnostics::{Diagnostic, FileId};
use pest::Parser;
use pest::iterators::{Pair, Pairs};

use crate::ast::{ItemKind, Text};
use crate::grammar::{Grammar, Rule};
use crate::parse::{Parsed, parse};
use crate::scan::scan;

/// Whether `after` holds the words, the documentation and the comments of `before`, in the same order and put together in
/// the same way.
pub(super) fn same(file: FileId, (before, parsed): (&str, &Parsed), after: &str) -> bool {
    let reparsed = parse(file, after);
    !reparsed.diagnostics.iter().any(Diagnostic::is_error)
        && documentation(parsed) == documentation(&reparsed)
        && parsed.comments.iter().map(|comment| &comment.text).eq(reparsed.comments.iter().map(|comment| &comment.text))
        && same_trees(file, before, after)
}

fn same_trees(file: FileId, before: &str, after: &str) -> bool {
    let (before_scan, after_scan) = (scan(file, before, 0), scan(file, after, 0));
    let pieces = |text: &str, starts: &[usize]| -> Vec<String> {
        let ends = starts.iter().skip(1).copied().chain([text.len()]);
        starts.iter().zip(ends).filter_map(|(start, end)| text.get(*start..end).map(str::to_owned)).collect()
    };
    let (before, after) = (pieces(before, &before_scan.starts), pieces(after, &after_scan.starts));
    before.len() == after.len()
        && before.iter().zip(&after).all(|(before, after)| {
            match (Grammar::parse(Rule::only_item, before), Grammar::parse(Rule::only_item, after)) {
                (Ok(before), Ok(after)) => same_pairs(before, after),
                _ => false,
            }
        })
}

fn same_pairs(mut before: Pairs<'_, Rule>, mut after: Pairs<'_, Rule>) -> bool {
    loop {
        match (before.next(), after.next()) {
            (None, None) => return true,
            (Some(before), Some(after)) if before.as_rule() == after.as_rule() => {
                let leaf = before.clone().into_inner().next().is_none();
                if leaf && word(&before) != word(&after) || !same_pairs(before.into_inner(), after.into_inner()) {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

/// What a leaf says. In two of them blanks and comments may stand.
fn word<'t>(leaf: &Pair<'t, Rule>) -> &'t str {
    match leaf.as_rule() {
        Rule::else_if => "",
        Rule::label => {
            let label = leaf.as_str();
            &label[..label.bytes().take_while(|byte| crate::lexer::is_word_byte(*byte)).count()]
        }
        // The rules of one character, and those whose parts may all be absent, end in what stands behind them.
        rule if is_literal(rule) => leaf.as_str(),
        _ => leaf.as_str().trim_end().split('#').next().unwrap_or("").trim_end(),
    }
}

fn is_literal(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::plain | Rule::plain_block | Rule::raw | Rule::raw_block | Rule::format_text | Rule::format_block_text
    )
}

/// All that documents something, in order.
fn documentation(parsed: &Parsed) -> Vec<Option<&Text>> {
    let mut found = vec![parsed.module.docs.as_ref()];
    for item in &parsed.module.items {
        found.push(item.docs.as_ref());
        match &item.kind {
            ItemKind::Schema(schema) => found.extend(schema.columns.iter().map(|column| column.docs.as_ref())),
            ItemKind::Catalog(catalog) => found.extend(catalog.entries.iter().map(|entry| entry.docs.as_ref())),
            _ => {}
        }
    }
    found
}
