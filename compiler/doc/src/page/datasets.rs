//! The catalog.

use gml_analysis::typed::DatasetId;

use super::Page;
use crate::Site;
use crate::html;
use crate::markdown::markdown;

pub(super) fn page(site: &Site<'_>) -> Option<Page> {
    let package = &site.analysis.package;
    let mut page = Page::new("datasets.html", "Datasets");
    for (place, dataset) in package.datasets.iter().enumerate() {
        let declared = &dataset.declared;
        let Some(entry) = u32::try_from(place).ok().and_then(|place| package.dataset_ast(DatasetId(place))) else {
            continue;
        };
        page.body.push_str(&site.heading(&declared.name, "dataset", declared, ""));
        page.body.push_str(&markdown(entry.docs.as_deref().unwrap_or_default(), &site.links, ""));
        let used = |map: &std::collections::BTreeMap<String, Vec<String>>| {
            map.get(&*declared.name).map(|names| site.names(names, "")).unwrap_or_default()
        };
        let facts = [
            ("Type", site.inline(site.text(entry.ty.span), "")),
            ("Stored", site.inline(site.text(entry.value.span), "")),
            ("Saved by", used(&site.reads.writers)),
            ("Read by", used(&site.reads.readers)),
        ];
        let rows: Vec<Vec<String>> = facts
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(what, value)| vec![what.to_owned(), value])
            .collect();
        page.body.push_str(&html::table(&["", ""], &rows));
    }
    (!page.body.is_empty()).then_some(page)
}
