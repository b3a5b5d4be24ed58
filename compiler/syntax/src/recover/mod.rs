//! What can be read of a declaration that is broken somewhere.

mod body;
pub(crate) mod chunks;
mod names;

use crate::ast::{Catalog, Item, ItemKind, Name, Param, Test, Text, TypeExpr, TypeKind, Use, UseName};
use crate::build::add_to_schema;
use crate::codes;
use crate::grammar::Rule;
use crate::lexer::{Kind, Token};
use crate::message::{self, Place};
use crate::parse::{Failure, Reader, Stop};
use crate::scan::unquoted_name;

impl Reader<'_, '_> {
    /// Reads what can be read of `start..end` and reports what is wrong with the rest.
    pub(crate) fn recover(&mut self, start: usize, end: usize, failure: &Failure<'_>) -> Option<Item> {
        if self.word_at(start) != "function"
            && let Some(last) = self.extent(Rule::item, start, end)
            && self.only_blanks(last, failure.at)
        {
            // All of a declaration, and something behind it.
            let known = self.diagnostics.len();
            let item = self.read(Rule::item, start, end, |builder, mut pairs| builder.item(pairs.next()?));
            if self.word_at(start) == "use" {
                // What it takes may stand behind it, in another spelling.
                self.diagnostics.truncate(known);
            }
            self.report(failure, start, end, Place::Module);
            let mut item = item.ok().flatten()?;
            if let ItemKind::Use(taken) = &mut item.kind {
                self.names_behind(taken, failure.at, end);
            }
            return Some(item);
        }
        let (mut allow, mut tags) = (Vec::new(), Vec::new());
        let mut at = start;
        let marks = [Rule::allow, Rule::tags];
        while let Some((rule, last)) = marks.iter().find_map(|rule| Some((*rule, self.extent(*rule, at, end)?))) {
            let names = self.read(rule, at, end, |builder, mut pairs| pairs.next().map(|pair| builder.allow(pair)));
            let found = if rule == Rule::tags { &mut tags } else { &mut allow };
            found.extend(names.ok().flatten().unwrap_or_default());
            at = self.skip_blanks(last);
        }
        let before = self.diagnostics.len();
        let kind = self.recover_kind(at, end, failure);
        if self.diagnostics.len() == before {
            self.report(failure, start, end, Place::Module);
        }
        let kind = kind?;
        let place = u32::try_from(start).unwrap_or(u32::MAX);
        let docs = self.docs.above(place);
        let last = u32::try_from(end).map_or(place, |end| self.docs.trim_end(place, end));
        Some(Item { docs, allow, tags, kind, span: gml_diagnostics::Span::new(self.file, place, last) })
    }

    /// The names of a `use` that stand in other brackets than braces, or behind `import`.
    fn names_behind(&self, taken: &mut Use, at: usize, end: usize) {
        let tokens = chunks::tokens(self.source, at, end);
        let Some((first, rest)) = tokens.split_first() else { return };
        if first.kind != Kind::Open && first.text(self.source) != "import" {
            return;
        }
        let words = rest.iter().take_while(|token| token.kind == Kind::Word || token.text(self.source) == ",");
        let name =
            |token: &Token| Name { text: Text::from(token.text(self.source)), span: self.span(token.start, token.end) };
        let names: Vec<UseName> = words
            .filter(|token| token.kind == Kind::Word)
            .map(|token| UseName { name: name(token), alias: None })
            .collect();
        if !names.is_empty() {
            taken.path.extend(std::mem::replace(&mut taken.names, names).into_iter().map(|before| before.name));
        }
    }

    fn recover_kind(&mut self, at: usize, end: usize, failure: &Failure<'_>) -> Option<ItemKind> {
        let rule = match self.word_at(at) {
            "catalog" => return self.recover_catalog(at, end, failure),
            "node" => Rule::node_head,
            "pipeline" => Rule::pipeline_head,
            "test" => Rule::test_head,
            "env" => Rule::env_head,
            "schema" => Rule::schema_head,
            "fn" => Rule::function_head,
            "param" => Rule::param_head,
            "connection" => Rule::connection_head,
            // Declarations of the standard library begin so, and they have no body: who writes one means another language's.
            "function" => {
                if self.faults_in(at, end).next().is_none() {
                    let word = self.span(at, at + "function".len());
                    self.diagnostics.push(message::function_of_elsewhere(word));
                }
                return self.only_named(at, end);
            }
            // What is declared in the words of another language is told once, not wherever it is used.
            word if message::declares_elsewhere(word) => return self.only_named(at, end),
            _ => return None,
        };
        let Some(head_end) = self.extent(rule, at, end) else {
            return self.only_named(at, end).or_else(|| self.unquoted_test(at, end, failure));
        };
        let head = self.read(rule, at, end, |builder, mut pairs| pairs.next().map(|pair| builder.head(pair)));
        let mut kind = head.ok().flatten()?;
        let holds_entries = matches!(kind, ItemKind::Schema(_) | ItemKind::Env(_));
        let Some(brace) = self.opening(at, head_end, end, holds_entries, failure) else {
            let has_parameters = self.source.as_bytes().get(self.skip_blanks(head_end)) == Some(&b'(');
            match &mut kind {
                ItemKind::Schema(schema) => schema.open = Some(schema.name.span),
                // What cannot be read is what it takes.
                ItemKind::Pipeline(pipeline) if has_parameters => return Some(ItemKind::Unread(pipeline.name.clone())),
                ItemKind::Pipeline(pipeline) => pipeline.body.push(self.unread(&(at..head_end))),
                _ => {}
            }
            return Some(kind);
        };
        match &mut kind {
            ItemKind::Node(node) => node.body = self.recover_block(brace, end, failure),
            ItemKind::Pipeline(pipeline) => pipeline.body = self.recover_body(brace, end, failure),
            ItemKind::Test(test) => test.body = self.recover_body(brace, end, failure),
            ItemKind::Env(env) => {
                self.recover_entries(brace, end, failure, Rule::only_setting, |builder, pair, _| {
                    env.settings.push(builder.setting(pair));
                });
            }
            ItemKind::Schema(schema) => {
                let lost = self.recover_entries(brace, end, failure, Rule::only_schema_item, |builder, pair, _| {
                    if let Some(part) = builder.schema_part(pair, schema.open) {
                        add_to_schema(schema, part);
                    }
                });
                // A column that could not be read may be any: the checker is to be silent about those it misses.
                schema.open = schema.open.or(lost);
            }
            _ => {}
        }
        Some(kind)
    }

    /// A declaration of which only the name can be read: what uses it is not to be told that there is none.
    fn only_named(&mut self, at: usize, end: usize) -> Option<ItemKind> {
        let word = self.word_at(at).to_owned();
        // The name of an env is no value, and that of a test is none at all.
        if matches!(word.as_str(), "env" | "test") {
            return None;
        }
        let start = self.skip_blanks(at + word.len());
        let name = self.read(Rule::name, start, end, |builder, mut pairs| pairs.next().map(|pair| builder.name(&pair)));
        let name = name.ok().flatten()?;
        Some(match word.as_str() {
            "param" => {
                let ty = TypeExpr { kind: TypeKind::Error, span: name.span };
                ItemKind::Param(Param { name, ty, default: None })
            }
            _ => ItemKind::Unread(name),
        })
    }

    /// A `test` whose name stands there without its quotes.
    fn unquoted_test(&mut self, at: usize, end: usize, failure: &Failure<'_>) -> Option<ItemKind> {
        if self.word_at(at) != "test" {
            return None;
        }
        let words = unquoted_name(self.source, at + "test".len())?;
        let brace = words.end + self.source.get(words.end..end)?.find('{')?;
        self.report(failure, at, end, Place::Module);
        let name_span = self.span(words.start, words.end);
        let name = Text::from(&self.source[words]);
        let body = self.recover_body(brace, end, failure);
        Some(ItemKind::Test(Test { name, name_span, body }))
    }

    /// Where the body begins behind a head. Another bracket around entries, and a sign in front of the brace, are told.
    fn opening(
        &mut self,
        start: usize,
        head_end: usize,
        end: usize,
        holds_entries: bool,
        failure: &Failure<'_>,
    ) -> Option<usize> {
        let brace = self.skip_blanks(head_end);
        let byte = |at: usize| self.source.as_bytes().get(at).copied().filter(|_| at < end);
        let brace = match byte(brace)? {
            b'{' => return Some(brace),
            b'(' | b'[' if holds_entries => brace,
            b'=' | b':' => self.skip_blanks(brace + 1),
            _ => return None,
        };
        if !matches!(byte(brace), Some(b'{' | b'(' | b'[')) {
            return None;
        }
        self.report(failure, start, end, Place::Module);
        Some(brace)
    }

    fn recover_catalog(&mut self, at: usize, end: usize, failure: &Failure<'_>) -> Option<ItemKind> {
        let brace = self.opening(at, at + "catalog".len(), end, true, failure)?;
        let mut entries = Vec::new();
        let mut broken = Vec::new();
        self.recover_entries(brace, end, failure, Rule::only_catalog_entry, |builder, pair, whole| {
            broken.extend((!whole).then_some(entries.len()));
            entries.push(if whole { builder.catalog_entry(pair) } else { builder.entry_head(pair) });
        });
        // A type behind which no value follows may be no more than the beginning of one.
        for place in broken {
            let ty: &mut TypeExpr = &mut entries[place].ty;
            let behind = self.skip_blanks(ty.span.end as usize);
            if self.source.as_bytes().get(behind) != Some(&b'=') {
                ty.kind = TypeKind::Error;
            }
        }
        Some(ItemKind::Catalog(Catalog { entries }))
    }

    /// The word that begins at `at`.
    pub(crate) fn word_at(&self, at: usize) -> &str {
        let rest = self.source.get(at..).unwrap_or("");
        &rest[..rest.bytes().position(|byte| !crate::lexer::is_word_byte(byte)).unwrap_or(rest.len())]
    }

    /// Where something stands again behind blanks and comments.
    pub(crate) fn skip_blanks(&self, at: usize) -> usize {
        chunks::tokens_from(self.source, at).next().map_or(self.source.len(), |token| token.start)
    }

    fn only_blanks(&self, from: usize, to: usize) -> bool {
        self.skip_blanks(from) >= to
    }

    /// Reports what stands where a declaration is due behind the closing brace of another.
    fn report_behind(&mut self, close: usize, end: usize) {
        let next = self.skip_blanks(close + 1);
        if next < end {
            let failure = Failure::known(Stop { at: next, expected: vec![Rule::k_node], exhausted: false });
            self.report(&failure, next, end, Place::Module);
        }
    }

    fn report_unclosed(&mut self, brace: usize, end: usize, failure: &Failure<'_>) {
        // Another bracket was told already.
        if self.source.as_bytes().get(brace) != Some(&b'{') || self.faults_in(brace, end).next().is_some() {
            return;
        }
        let next = self.word_at(end);
        let found =
            if next.is_empty() { "the file ends".to_owned() } else { format!("`{next}` begins the next declaration") };
        let place = failure.at.max(brace + 1).min(end);
        let (place, last) = if next.is_empty() { (place, place) } else { (end, end + next.len()) };
        let message = format!("a `}}` is missing: {found}, and this declaration is not closed");
        let diagnostic = gml_diagnostics::Diagnostic::new(codes::UNCLOSED_DELIMITER, self.span(place, last), message)
            .and(self.span(brace, brace + 1), "this `{` is never closed")
            .help("close it with `}`");
        self.diagnostics.push(diagnostic);
    }
}
