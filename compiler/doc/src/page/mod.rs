//! The pages.

mod datasets;
mod frame;
mod index;
mod nodes;
mod pipelines;
mod schemas;
mod settings;
mod source;
mod standard;
mod tests;

use std::collections::BTreeMap;

use gml_analysis::package::Declared;

use crate::Site;
use crate::highlight::highlight;
use crate::html;
use crate::links::anchor;
use crate::markdown::markdown;

use frame::frame;

/// A page on its way: its path, and how it is called.
pub(crate) struct Page {
    pub path: String,
    pub title: String,
    /// HTML of what is between head and foot.
    pub body: String,
}

impl Page {
    fn new(path: &str, title: &str) -> Self {
        Page { path: path.to_owned(), title: title.to_owned(), body: String::new() }
    }

    /// What leads from the page to the root of the site: nothing, or `../`.
    fn root(&self) -> String {
        "../".repeat(self.path.matches('/').count())
    }
}

/// All pages by their paths.
pub(crate) fn pages(site: &Site<'_>) -> BTreeMap<String, String> {
    let mut pages = vec![index::page(site)];
    pages.extend(pipelines::page(site));
    pages.extend(datasets::page(site));
    pages.extend(nodes::page(site));
    pages.extend(schemas::page(site));
    pages.extend(settings::page(site));
    pages.extend(tests::page(site));
    pages.extend(source::pages(site));
    pages.extend(standard::pages(site));
    let shown: Vec<String> = pages.iter().map(|page| page.path.clone()).collect();
    pages.into_iter().map(|page| (page.path.clone(), frame(site, &page, &shown))).collect()
}

impl Site<'_> {
    /// The doc comment of a declaration as HTML.
    fn docs(&self, declared: &Declared, root: &str) -> String {
        let docs = self.analysis.package.item(declared).docs.as_deref().unwrap_or_default();
        markdown(docs, &self.links, root)
    }

    /// GML as a block.
    fn code(&self, text: &str, root: &str) -> String {
        format!("<pre><code>{}</code></pre>\n", highlight(text.trim_end(), &self.links, root))
    }

    /// GML within a line.
    fn inline(&self, text: &str, root: &str) -> String {
        format!("<code>{}</code>", highlight(text, &self.links, root))
    }

    /// The text of a place.
    fn text(&self, span: gml_diagnostics::Span) -> &str {
        let text = self.analysis.package.sources.text(span.file);
        text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The heading of something that has a name: its anchor, its kind, and a link to where it is written.
    fn heading(&self, name: &str, kind: &str, declared: &Declared, root: &str) -> String {
        let id = anchor(&self.analysis.package, declared);
        let (path, line) = self.place(declared);
        let source = source::path_of(path);
        format!(
            "<h2 id=\"{id}\"><small>{kind}</small> <a class=\"self\" href=\"#{id}\">{}</a> \
             <a class=\"source\" href=\"{root}{source}#L{line}\">{}:{line}</a></h2>\n",
            html::escaped(name),
            html::escaped(path),
        )
    }

    fn place(&self, declared: &Declared) -> (&str, usize) {
        let sources = &self.analysis.package.sources;
        let span = declared.name_span;
        (sources.path(span.file), sources.line_column(span.file, span.start).0)
    }

    /// The whole declaration, to be opened.
    fn written(&self, declared: &Declared, root: &str) -> String {
        let text = self.text(self.analysis.package.item(declared).span);
        html::details("As it is written", &self.code(text, root))
    }

    /// Links to things of the project by their names.
    fn names(&self, names: &[String], root: &str) -> String {
        let link = |name: &String| match self.links.find(name) {
            Some(named) => html::link(&format!("{root}{}", named.href), name),
            None => html::escaped(name),
        };
        names.iter().map(link).collect::<Vec<_>>().join(", ")
    }

    /// Whether a declaration is of the project.
    fn is_own(&self, declared: &Declared) -> bool {
        !self.analysis.package.module(declared.module).is_std
    }
}
