//! The parameters of the call that the cursor is in.

use gml_analysis::package::{Definition, Package};
use gml_diagnostics::FileId;
use gml_syntax::ast::Item;
use gml_syntax::{TokenKind, tokens};

use crate::facts::Facts;
use crate::{library, tree};

/// The signatures that a call could mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureHelp {
    /// Overloads, in the order of their declaration.
    pub signatures: Vec<SignatureText>,
    /// The one that fits best what was written so far, by its place.
    pub active: usize,
}

/// A signature as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureText {
    /// All of it.
    pub label: String,
    /// The bytes of each parameter in it.
    pub parameters: Vec<(u32, u32)>,
    /// Markdown.
    pub docs: String,
    /// The parameter that is being written.
    pub active: Option<usize>,
}

/// What a call around the cursor has been given so far.
struct Given<'t> {
    function: &'t str,
    names: Vec<&'t str>,
    /// The name of the argument at the cursor, where it has one.
    current: Option<&'t str>,
    /// How many arguments without a name stand before it, with the receiver.
    positional: usize,
}

/// The signatures of the innermost call whose brackets the cursor is in.
pub fn signature_help(package: &Package, file: FileId, offset: u32) -> Option<SignatureHelp> {
    let facts = Facts::new(package);
    let module = facts.module_of(file)?;
    let text = package.sources.text(file);
    let given = given(text, offset as usize)?;
    let mut signatures: Vec<SignatureText> = match package.callable(module, given.function) {
        Some(Definition::Node(id)) => vec![of_item(&facts, package.item(&package.nodes[id.0 as usize].declared))?],
        Some(Definition::Function(id)) => {
            vec![of_item(&facts, package.item(&package.functions[id.0 as usize].declared))?]
        }
        Some(Definition::Pipeline(id)) => {
            vec![of_item(&facts, package.item(&package.pipelines[id.0 as usize].declared))?]
        }
        _ => library::overloads(given.function)
            .map(|name| shown(&name.text, name.ast.params.iter().map(|it| &*it.name.text), &name.docs))
            .collect(),
    };
    if signatures.is_empty() {
        return None;
    }
    let mut best = (0, 0);
    for (place, signature) in signatures.iter_mut().enumerate() {
        let names: Vec<&str> = signature
            .parameters
            .iter()
            .map(|(start, end)| signature.label.get(*start as usize..*end as usize).unwrap_or(""))
            .map(|written| written.split(':').next().unwrap_or("").trim())
            .collect();
        let known = given.names.iter().chain(&given.current).filter(|name| names.contains(name)).count();
        let fits = known * 2 + usize::from(given.positional < names.len());
        signature.active = match given.current {
            Some(current) => names.iter().position(|name| *name == current),
            None => (given.positional < names.len()).then_some(given.positional),
        };
        if fits > best.0 {
            best = (fits, place);
        }
    }
    Some(SignatureHelp { signatures, active: best.1 })
}

/// By words alone: what is being written is seldom whole.
fn given(text: &str, offset: usize) -> Option<Given<'_>> {
    let before = text.get(..text.floor_char_boundary(offset))?;
    let tokens: Vec<_> = tokens(before).filter(|token| token.kind != TokenKind::Comment).collect();
    let mut open: Vec<usize> = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Open => open.push(place),
            TokenKind::Close => drop(open.pop()),
            _ => {}
        }
    }
    // `[` and `{` within the arguments belong to them.
    let written = |place: usize| tokens[place].text(before);
    let opening = open
        .iter()
        .rev()
        .copied()
        .find(|place| *place > 0 && written(*place) == "(" && tokens[*place - 1].kind == TokenKind::Word)?;
    let within_block = open
        .iter()
        .any(|place| *place > opening && written(*place) == "{" && *place > opening + 1 && written(*place - 1) == ")");
    if within_block {
        return None;
    }
    let function = written(opening - 1);
    if gml_syntax::is_reserved(function) {
        return None;
    }
    let receiver = opening > 1 && matches!(written(opening - 2), "|>" | "." | "?.");
    let mut given = Given { function, names: Vec::new(), current: None, positional: usize::from(receiver) };
    let mut depth = 0;
    for place in opening + 1..tokens.len() {
        match tokens[place].kind {
            TokenKind::Open => depth += 1,
            TokenKind::Close => depth -= 1,
            TokenKind::Sign if depth == 0 && written(place) == "," => match given.current.take() {
                Some(name) => given.names.push(name),
                None => given.positional += 1,
            },
            TokenKind::Sign if depth == 0 && written(place) == ":" && tokens[place - 1].kind == TokenKind::Word => {
                given.current = Some(written(place - 1));
            }
            _ => {}
        }
    }
    Some(given)
}

fn of_item(facts: &Facts<'_>, item: &Item) -> Option<SignatureText> {
    let site = facts.site_of(item.span)?;
    let head = facts.head(site)?;
    let names = tree::params(item).iter().map(|param| &*param.name.text);
    Some(shown(&head, names, item.docs.as_deref().unwrap_or("")))
}

/// Finds the parameters in the text of a signature.
fn shown<'n>(text: &str, names: impl Iterator<Item = &'n str>, docs: &str) -> SignatureText {
    // On one line, as the formatter writes what fits there.
    let label = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let label = label.replace("( ", "(").replace(", )", ")").replace("[ ", "[").replace(", ]", "]");
    let mut parameters = Vec::new();
    let mut from = label.find('(').map_or(0, |opening| opening + 1);
    for name in names {
        let wanted = format!("{name}:");
        let Some(start) = label.get(from..).and_then(|rest| rest.find(&wanted)).map(|start| from + start) else {
            continue;
        };
        let end = end_of_parameter(&label, start);
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        parameters.push((offset(start), offset(end)));
        from = end;
    }
    SignatureText { label, parameters, docs: docs.to_owned(), active: None }
}

/// The comma or bracket that ends the parameter which begins at `start`.
fn end_of_parameter(label: &str, start: usize) -> usize {
    let rest = label.get(start..).unwrap_or("");
    let mut depth = 0i32;
    for token in tokens(rest) {
        match (token.kind, token.text(rest)) {
            (TokenKind::Sign, ",") if depth == 0 => return start + token.start,
            (TokenKind::Open, _) => depth += 1,
            (TokenKind::Close, _) if depth == 0 => return start + token.start,
            (TokenKind::Close, _) => depth -= 1,
            _ => {}
        }
    }
    label.len()
}
