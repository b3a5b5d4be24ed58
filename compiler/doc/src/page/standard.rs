//! The standard library: a page a module, every name with its signatures, what it does and an example.

use gml_syntax::ast::{Item, ItemKind, SignatureKind};

use super::Page;
use crate::Site;
use crate::html;
use crate::markdown::markdown;
use crate::standard::Standard;

pub(super) fn pages(site: &Site<'_>) -> Vec<Page> {
    site.standard.iter().map(|module| page(site, module)).collect()
}

/// A name of a module with all its overloads.
struct Entry<'a> {
    name: &'a str,
    kinds: Vec<&'static str>,
    items: Vec<&'a Item>,
}

fn page(site: &Site<'_>, module: &Standard) -> Page {
    let mut page = Page::new(&module.page(), module.name);
    let root = page.root();
    page.body.push_str(&markdown(module.ast.docs.as_deref().unwrap_or_default(), &site.links, &root));
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for item in &module.ast.items {
        let Some((name, kind)) = named(item) else { continue };
        match entries.iter_mut().find(|entry| entry.name == name) {
            Some(entry) => {
                if !entry.kinds.contains(&kind) {
                    entry.kinds.push(kind);
                }
                entry.items.push(item);
            }
            None => entries.push(Entry { name, kinds: vec![kind], items: vec![item] }),
        }
    }
    let listed: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| {
            let href = format!("#{}", html::id(entry.name));
            let summary = site.links.all.iter().find(|named| named.href == format!("{}{href}", page.path));
            vec![
                html::link(&href, entry.name),
                entry.kinds.join(", "),
                html::escaped(summary.map_or("", |named| named.summary.as_str())),
            ]
        })
        .collect();
    page.body.push_str(&html::table(&["Name", "Kind", "What it does"], &listed));
    for entry in &entries {
        let id = html::id(entry.name);
        page.body.push_str(&format!(
            "<h2 id=\"{id}\"><small>{}</small> <a class=\"self\" href=\"#{id}\">{}</a></h2>\n",
            entry.kinds.join(", "),
            html::escaped(entry.name)
        ));
        let signatures: Vec<&str> = entry
            .items
            .iter()
            .map(|item| module.text.get(item.span.start as usize..item.span.end as usize).unwrap_or_default())
            .collect();
        page.body.push_str(&site.code(&signatures.join("\n"), &root));
        for docs in entry.items.iter().filter_map(|item| item.docs.as_deref()) {
            page.body.push_str(&markdown(docs, &site.links, &root));
        }
    }
    page
}

fn named(item: &Item) -> Option<(&str, &'static str)> {
    match &item.kind {
        ItemKind::Signature(signature) => {
            let kind = match signature.kind {
                SignatureKind::Operator => "operator",
                SignatureKind::Function => "function",
                SignatureKind::Aggregate => "aggregate",
                SignatureKind::Window => "window",
            };
            Some((&signature.name.text, kind))
        }
        ItemKind::Schema(schema) => Some((&schema.name.text, "schema")),
        ItemKind::TypeAlias(alias) => Some((&alias.name.text, "type")),
        _ => None,
    }
}
