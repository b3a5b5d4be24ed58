//! The first page: what the project says of itself, the graph of all pipelines, and what there is.

use super::Page;
use crate::Site;
use crate::html;
use crate::links::Kind;
use crate::markdown::markdown;

pub(super) fn page(site: &Site<'_>) -> Page {
    let package = &site.analysis.package;
    let mut page = Page::new("index.html", site.title);
    for module in package.modules.iter().filter(|module| !module.is_std) {
        if let Some(docs) = &module.ast.docs {
            page.body.push_str(&markdown(docs, &site.links, ""));
        }
    }
    let overview = gml_graph::overview(package, &site.analysis.program);
    if !overview.vertices.is_empty() {
        page.body.push_str(&format!("<div class=\"wide graph\">\n{}</div>\n", gml_graph::svg(&[overview])));
    }
    let kinds = [
        (Kind::Pipeline, "Pipelines"),
        (Kind::Dataset, "Datasets"),
        (Kind::Node, "Nodes"),
        (Kind::Function, "Functions"),
        (Kind::Schema, "Schemas"),
        (Kind::Param, "Parameters"),
        (Kind::Env, "Envs"),
    ];
    for (kind, title) in kinds {
        let rows: Vec<Vec<String>> = site
            .links
            .of_kind(kind)
            .map(|named| vec![html::link(&named.href, &named.name), html::escaped(&named.summary)])
            .collect();
        if !rows.is_empty() {
            page.body.push_str(&format!("<h2>{title}</h2>\n{}", html::table(&["Name", "What it is"], &rows)));
        }
    }
    page
}
