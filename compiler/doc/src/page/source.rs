//! The files of the project, line by line.

use super::Page;
use crate::Site;
use crate::highlight::highlight;

/// The page of a file: `source/main.gml.html`.
pub(super) fn path_of(file: &str) -> String {
    format!("source/{file}.html")
}

pub(super) fn pages(site: &Site<'_>) -> Vec<Page> {
    let package = &site.analysis.package;
    let own = package.modules.iter().filter(|module| !module.is_std);
    own.map(|module| {
        let file = package.sources.path(module.file);
        let mut page = Page::new(&path_of(file), file);
        let root = page.root();
        let marked = highlight(package.sources.text(module.file), &site.links, &root);
        page.body = format!("<pre class=\"numbered\"><code>{}</code></pre>\n", numbered(&marked));
        page
    })
    .collect()
}

/// Each line with its number as its anchor. Marks that span lines are closed at the end of each and opened again.
fn numbered(marked: &str) -> String {
    let mut out = String::with_capacity(marked.len() * 2);
    let mut open: Option<&str> = None;
    for (index, line) in marked.lines().enumerate() {
        let number = index + 1;
        out.push_str(&format!("<a class=\"number\" id=\"L{number}\" href=\"#L{number}\">{number}</a>"));
        out.push_str(open.unwrap_or_default());
        out.push_str(line);
        if let Some(start) = line.rfind("<span ")
            && !line[start..].contains("</span>")
        {
            open = line[start..].find('>').map(|end| &line[start..=start + end]);
        } else if line.contains("</span>") {
            open = None;
        }
        if open.is_some() {
            out.push_str("</span>");
        }
        out.push('\n');
    }
    out
}
