//! What is around every page: head, the way to all others, search.

use super::Page;
use crate::Site;
use crate::html::escaped;

const PROJECT: [(&str, &str); 7] = [
    ("index.html", "Overview"),
    ("pipelines.html", "Pipelines"),
    ("datasets.html", "Datasets"),
    ("nodes.html", "Nodes and functions"),
    ("schemas.html", "Schemas"),
    ("settings.html", "Parameters and envs"),
    ("tests.html", "Tests"),
];

/// A whole page. `shown` are the paths of all pages that there are.
pub(super) fn frame(site: &Site<'_>, page: &Page, shown: &[String]) -> String {
    let root = page.root();
    let entry = |path: &str, title: &str| {
        let here = if path == page.path { " aria-current=\"page\"" } else { "" };
        format!("<li><a href=\"{root}{path}\"{here}>{}</a></li>\n", escaped(title))
    };
    let is_shown = |path: &str| shown.iter().any(|other| other == path);
    let project: String =
        PROJECT.iter().filter(|(path, _)| is_shown(path)).map(|(path, title)| entry(path, title)).collect();
    let sources: String = shown
        .iter()
        .filter_map(|path| {
            let file = path.strip_prefix("source/")?.strip_suffix(".html")?;
            Some(entry(path, file))
        })
        .collect();
    let sources = if sources.is_empty() { sources } else { format!("<h2>Sources</h2>\n<ul>\n{sources}</ul>\n") };
    let std: String =
        site.standard.iter().map(|module| entry(&module.page(), module.name.trim_start_matches("std."))).collect();
    let title = escaped(&page.title);
    let name = escaped(site.title);
    let full = if page.title == site.title { name.clone() } else { format!("{title} · {name}") };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\" data-root=\"{root}\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n<title>{full}</title>\n\
         <link rel=\"stylesheet\" href=\"{root}style.css\"/>\n<script src=\"{root}search.js\" defer=\"defer\"></script>\n</head>\n\
         <body>\n<header>\n<a class=\"name\" href=\"{root}index.html\">{name}</a>\n\
         <input id=\"search\" type=\"search\" placeholder=\"Search ( / )\" aria-label=\"Search\" autocomplete=\"off\"/>\n\
         <a class=\"to-pages\" href=\"#pages\">All pages</a>\n<ul id=\"found\" hidden=\"hidden\"></ul>\n</header>\n<div class=\"columns\">\n\
         <main>\n<h1>{title}</h1>\n{}</main>\n<nav id=\"pages\" aria-label=\"Pages\">\n<h2>Project</h2>\n<ul>\n{project}</ul>\n\
         {sources}<h2>Standard library</h2>\n<ul>\n{std}</ul>\n</nav>\n</div>\n</body>\n</html>\n",
        page.body
    )
}
