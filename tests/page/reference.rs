//! The site of `gmlc doc`, read in a browser.

use serde_json::json;

use super::browser::Browser;
use super::*;

/// An operator of the library that the program uses, and one that it does not.
const SEARCHED: [(&str, &str); 2] =
    [("filter", "std/table.html#filter"), ("boosted_trees", "std/learn.html#boosted_trees")];

/// Types into the search, as people do: with the key that takes them there.
fn search(page: &mut Browser, wanted: &str) {
    page.until("its scripts are there", "document.readyState === 'complete'");
    page.value("(() => { document.activeElement.blur(); document.querySelector('#search').value = ''; })()");
    page.press("/");
    page.until("the search has the focus", "document.activeElement === document.querySelector('#search')");
    page.write(wanted);
    page.until("something is said", "document.querySelectorAll('#found li').length > 0");
}

#[test]
fn the_reference_is_searched_and_read_on_a_phone() {
    let project = Project::of(&[("main.gml", PROGRAM), ("held.py", HELD)]);
    project.done(&["doc", "--out", "site"]);
    let address = |page: &str| format!("file://{}", project.path("site").join(page).display());
    let Some(mut page) = Browser::open(&address("index.html")) else { return };
    for (name, place) in SEARCHED {
        page.go(&address("index.html"));
        search(&mut page, name);
        assert_eq!(page.text("document.querySelector('#found a').textContent"), name);
        page.picture(&format!("search-{name}"));
        page.press("Enter");
        page.until("its page is there", &format!("location.href.endsWith({})", json!(place)));
        page.until("and says what it is", &format!("document.getElementById({}) !== null", json!(name)));
        // From a page in a folder the search finds the pages of the others.
        search(&mut page, "Visit");
        page.press("Enter");
        page.until("a schema of the project", "location.pathname.endsWith('/schemas.html')");
    }
    page.go(&address("index.html"));
    search(&mut page, "what nothing is called");
    assert_eq!(page.text("document.querySelector('#found').textContent"), "Nothing has this name.");

    let pages: Vec<String> = project.files().into_keys().filter(|name| name.ends_with(".html")).collect();
    assert!(pages.len() > 10, "{pages:?}");
    for width in [390, 1400] {
        page.size(width, 800);
        for name in &pages {
            page.go(&format!("file://{}", project.path(name).display()));
            let wide = page.value("document.documentElement.scrollWidth").as_u64().unwrap();
            assert!(wide <= u64::from(width), "{name} is {wide} wide where {width} are seen");
            assert!(page.text("document.body.innerText").len() > 100, "{name} says nothing");
        }
    }
    page.size(390, 800);
    for scheme in ["light", "dark"] {
        page.scheme(scheme);
        page.go(&address("std/table.html"));
        page.picture(&format!("reference-{scheme}"));
    }
    assert_eq!(page.complaints(), [""; 0]);
    page.value("console.error('this would be heard')");
    assert!(page.complaints().iter().any(|said| said.contains("this would be heard")));
}
