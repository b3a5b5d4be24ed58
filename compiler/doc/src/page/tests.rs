//! What the tests of the project say.

use super::Page;
use crate::Site;

pub(super) fn page(site: &Site<'_>) -> Option<Page> {
    let package = &site.analysis.package;
    let mut page = Page::new("tests.html", "Tests");
    for test in package.tests.iter().filter(|test| site.is_own(&test.declared)) {
        page.body.push_str(&site.heading(&test.declared.name, "test", &test.declared, ""));
        page.body.push_str(&site.docs(&test.declared, ""));
        page.body.push_str(&site.written(&test.declared, ""));
    }
    (!page.body.is_empty()).then_some(page)
}
