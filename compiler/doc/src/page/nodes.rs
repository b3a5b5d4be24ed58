//! Nodes and functions.

use gml_analysis::package::Declared;
use gml_analysis::typed::NodeId;
use gml_graph::Depth;
use gml_syntax::ast::{ItemKind, Parameter};

use super::Page;
use crate::Site;
use crate::html;

pub(super) fn page(site: &Site<'_>) -> Option<Page> {
    let package = &site.analysis.package;
    let mut page = Page::new("nodes.html", "Nodes and functions");
    for (place, node) in package.nodes.iter().enumerate().filter(|(_, node)| site.is_own(&node.declared)) {
        let declared = &node.declared;
        page.body.push_str(&site.heading(&declared.name, "node", declared, ""));
        page.body.push_str(&site.signature(declared, ""));
        page.body.push_str(&site.docs(declared, ""));
        if let Some(callers) = site.reads.callers.get(&*declared.name) {
            page.body.push_str(&format!("<p>Called by {}.</p>\n", site.names(callers, "")));
        }
        let id = NodeId(u32::try_from(place).unwrap_or(u32::MAX));
        if let Some(graph) = gml_graph::of_node(package, &site.analysis.program, id, Depth::Calls) {
            let picture = format!("<div class=\"wide graph\">\n{}</div>\n", gml_graph::svg(&[graph]));
            page.body.push_str(&html::details("Its steps", &picture));
        }
        page.body.push_str(&site.written(declared, ""));
    }
    for function in package.functions.iter().filter(|function| site.is_own(&function.declared)) {
        let declared = &function.declared;
        page.body.push_str(&site.heading(&declared.name, "fn", declared, ""));
        page.body.push_str(&site.docs(declared, ""));
        page.body.push_str(&site.code(site.text(package.item(declared).span), ""));
    }
    (!page.body.is_empty()).then_some(page)
}

impl Site<'_> {
    /// The head of a node: all before its body.
    fn signature(&self, declared: &Declared, root: &str) -> String {
        let item = self.analysis.package.item(declared);
        let ItemKind::Node(node) = &item.kind else { return String::new() };
        let head = gml_diagnostics::Span::new(item.span.file, item.span.start, node.result.span.end);
        self.code(self.text(head), root)
    }

    /// The parameters of a pipeline as a table.
    pub(super) fn parameters(&self, declared: &Declared, root: &str) -> String {
        let ItemKind::Pipeline(pipeline) = &self.analysis.package.item(declared).kind else { return String::new() };
        let row = |param: &Parameter| {
            let default = param.default.as_ref().map(|default| self.inline(self.text(default.span), root));
            vec![
                format!("<code>{}</code>", html::escaped(&param.name.text)),
                self.inline(self.text(param.ty.span), root),
                default.unwrap_or_default(),
            ]
        };
        html::table(&["Parameter", "Type", "Default"], &pipeline.params.iter().map(row).collect::<Vec<_>>())
    }
}
