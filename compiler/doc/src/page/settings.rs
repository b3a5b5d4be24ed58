//! Parameters, connections and envs.

use gml_analysis::package::Declared;
use gml_syntax::ast::ItemKind;

use super::Page;
use crate::Site;

pub(super) fn page(site: &Site<'_>) -> Option<Page> {
    let package = &site.analysis.package;
    let mut page = Page::new("settings.html", "Parameters and envs");
    let params = package.params.iter().map(|param| &param.declared);
    let connections = package.connections.iter().map(|connection| &connection.declared);
    let envs = package.envs.iter().map(|env| &env.declared);
    for declared in params.chain(connections).chain(envs).filter(|declared| site.is_own(declared)) {
        section(site, &mut page, declared);
    }
    (!page.body.is_empty()).then_some(page)
}

fn section(site: &Site<'_>, page: &mut Page, declared: &Declared) {
    let item = site.analysis.package.item(declared);
    let kind = match &item.kind {
        ItemKind::Param(_) => "param",
        ItemKind::Connection(_) => "connection",
        _ => "env",
    };
    page.body.push_str(&site.heading(&declared.name, kind, declared, ""));
    page.body.push_str(&site.docs(declared, ""));
    page.body.push_str(&site.code(site.text(item.span), ""));
}
