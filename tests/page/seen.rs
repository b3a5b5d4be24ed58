//! What people see, in a browser.

use super::browser::Browser;
use super::*;

/// The state that the page shows of a box.
fn state(title: &str) -> String {
    format!(
        "([...document.querySelectorAll('.picture [data-vertex]')].find((card) => \
         card.querySelector('.title')?.textContent === '{title}')?.querySelector('.state')?.textContent ?? '')"
    )
}

#[test]
fn a_run_is_seen_as_it_goes_and_when_it_is_killed() {
    let Some(project) = project() else { return };
    let ui = Ui::of(&project);
    let Some(mut page) = Browser::open(&format!("{}#graph/1", ui.url)) else { return };
    page.until("there is a graph", "document.querySelectorAll('.picture [data-vertex]').length > 5");
    page.until("nothing was run", "document.querySelector('#run-line').textContent.includes('run yet')");
    page.until("it hears", "document.querySelector('#link').textContent === 'live'");

    let mut run = start(&project, &[]);
    page.until("the step that waits is running", &format!("{} === 'running'", state("held")));
    page.until("those behind it wait", &format!("{} === 'waiting'", state("join")));
    page.until("the run is running", "document.querySelector('#run-line .state').textContent === 'running'");
    page.picture("running");
    project.write("go", "");
    page.until("it ran", &format!("{}.startsWith('ran ')", state("held")));
    page.until("those behind it too", &format!("{}.startsWith('ran ')", state("join")));
    page.until("the run is done", "document.querySelector('#run-line .state').textContent === 'done'");
    assert!(run.wait().unwrap().success());
    page.until(
        "rows are on an edge",
        "[...document.querySelectorAll('.picture .rows')].some((text) => text.textContent === '4 rows')",
    );
    page.picture("done");

    // What is known of earlier runs is not run again, and says so.
    assert!(start(&project, &[]).wait().unwrap().success());
    page.until("nothing had to run", &format!("{} === 'cached'", state("held")));

    std::fs::remove_file(project.path("go")).unwrap();
    let mut run = start(&project, &["--force"]);
    page.until("it runs again", &format!("{} === 'running'", state("held")));
    run.kill().unwrap();
    run.wait().unwrap();
    page.until("the run was killed", "document.querySelector('#run-line .state').textContent === 'killed'");
    page.until("at that step", &format!("{} === 'killed'", state("held")));
    page.go(&format!("{}#runs", ui.url));
    page.until("the list says so", "document.querySelector('#runs tr[data-state=killed]') !== null");
    assert_eq!(page.value("document.querySelectorAll('#runs tbody tr').length"), 3);
    let shown = project.done(&["runs", "show", "last"]);
    assert!(shown.stdout.contains("killed") && shown.stdout.contains("skipped"), "{}", shown.stdout);
}

#[test]
fn a_column_says_what_it_is_made_of() {
    let Some(project) = project() else { return };
    let ui = Ui::of(&project);
    let Some(mut page) = Browser::open(&format!("{}#graph/1", ui.url)) else { return };
    let last = "[...document.querySelectorAll('.picture [data-edge]')].find((card) => \
                card.getAttribute('aria-label').startsWith('from drop to paced'))";
    page.until("there is an edge", &format!("Boolean({last})"));
    let edge = page.text(&format!("{last}.dataset.edge"));
    page.click(&format!(".picture [data-edge='{edge}'] [data-column='pace']"));
    page.until("its sources are told", "document.querySelector('#sources') !== null");
    // What a function in Python makes of a table may be made of any of its columns.
    assert_eq!(
        page.text("document.querySelector('#sources').innerText"),
        "visits.pages\nvisits.seconds\nvisits.visitor"
    );
    page.until("and the way", "document.querySelector('#lineage svg') !== null");
    let way = "[...document.querySelectorAll('.picture .on-the-way .title')].map((text) => text.textContent).join()";
    assert_eq!(page.text(way), "visits,held,paces");
    page.picture("lineage");

    // By the keyboard alone: the edge, then a column of the list.
    page.press("Escape");
    assert_eq!(page.text("document.querySelector('aside').innerText"), "");
    page.value(&format!("{last}.focus()"));
    page.press("Enter");
    page.until("the columns are listed", "document.querySelector('aside [data-name=city]') !== null");
    page.value("document.querySelector('aside [data-name=city]').focus()");
    page.press("Enter");
    page.until("its source is told", "document.querySelector('#sources')?.innerText.includes('cities.city')");

    // A box says where it is written.
    let filter = "[...document.querySelectorAll('.picture [data-vertex]')].find((card) => card.querySelector('.title').textContent === 'filter')";
    page.value(&format!("{filter}.focus()"));
    page.press("Enter");
    page.until("the place", "document.querySelector('aside').innerText.includes('main.gml:22')");

    // Wide pictures scroll within the page, which is as wide as a phone, in either scheme.
    page.size(390, 800);
    for scheme in ["light", "dark"] {
        page.scheme(scheme);
        for view in ["graph/1", "runs"] {
            page.go(&format!("{}#{view}", ui.url));
            page.until("there is something", "document.querySelector('main').children.length > 1");
            let wide = page.value("document.documentElement.scrollWidth");
            assert!(wide.as_u64().unwrap() <= 390, "{view} is {wide} wide");
        }
        let colours = page.text(
            "(() => { const s = getComputedStyle(document.body); return s.color + ' on ' + s.backgroundColor; })()",
        );
        let expected = if scheme == "dark" {
            "rgb(230, 237, 243) on rgb(13, 17, 23)"
        } else {
            "rgb(31, 35, 40) on rgb(255, 255, 255)"
        };
        assert_eq!(colours, expected);
        page.picture(&format!("phone-{scheme}"));
    }
}

#[test]
fn an_edge_within_a_query_tells_how_its_rows_are_counted() {
    let Some(project) = project() else { return };
    project.write("go", "");
    project.done(&["run", "prepare"]);
    let ui = Ui::of(&project);
    let Some(mut page) = Browser::open(&format!("{}#graph/2", ui.url)) else { return };
    let edge = "[...document.querySelectorAll('.picture [data-edge]')].find((card) => \
                card.getAttribute('aria-label').startsWith('from filter to derive'))";
    let rows = format!("({edge}?.querySelector('.rows')?.textContent ?? '')");
    page.until("it says where it is", &format!("{rows} === 'within a query'"));
    page.value(&format!("{edge}.focus()"));
    page.press("Enter");
    page.until("and what to do", "document.querySelector('#joined')?.innerText.includes('gmlc run --stepwise')");
    page.picture("within-a-query");
    project.done(&["run", "prepare", "--stepwise"]);
    page.until("its rows are there", &format!("{rows} === '3 rows'"));
    page.until(
        "nothing is left within a query",
        "![...document.querySelectorAll('.picture .rows')].some((text) => text.textContent === 'within a query')",
    );
}

#[test]
fn runs_stand_side_by_side() {
    let Some(project) = project() else { return };
    project.write("go", "");
    project.done(&["run", "prepare"]);
    let first = project.record()["id"].as_str().unwrap().to_owned();
    project.done(&["run", "prepare", "--set", "least=1"]);
    let second = project.record()["id"].as_str().unwrap().to_owned();
    let ui = Ui::of(&project);
    let Some(mut page) = Browser::open(&format!("{}#runs", ui.url)) else { return };
    page.until("both are listed", "document.querySelectorAll('#runs tbody tr').length === 2");
    assert_eq!(page.value("document.querySelector('#compare').disabled"), true);
    page.click(&format!("[data-run='{first}']"));
    page.click(&format!("[data-run='{second}']"));
    page.click("#compare");
    page.until("they are compared", "document.querySelector('#comparison') !== null");
    let row = |name: &str| {
        format!(
            "[...[...document.querySelectorAll('#comparison tbody tr')].find((row) => row.querySelector('th').textContent === '{name}')\
             .querySelectorAll('td')].map((cell) => cell.textContent).join(' ')"
        )
    };
    assert_eq!(page.text(&row("share_drifted")), "0 0 +0");
    assert_eq!(page.text(&row("prepare.least")), "2 1 ");
    assert_eq!(page.text(&row("paced")), "2 3 +1");
    page.picture("compared");
    // A run by itself, with all its steps.
    page.go(&format!("{}#run/{second}", ui.url));
    page.until("its steps are listed", "document.querySelectorAll('#steps tbody tr').length > 5");
    assert_eq!(page.value("document.querySelectorAll('iframe').length"), 1, "the report is shown");
    let report = page.text("document.querySelector('iframe').getAttribute('src')");
    assert!(ui.get(&report).2.contains("seconds"), "{report}");
    let page_of_run = page.text("document.querySelector('main a[href$=\"report.html\"]').getAttribute('href')");
    assert_eq!(ui.get(&page_of_run).0, 200);
}

#[test]
fn a_wrong_program_shows_what_is_wrong_as_it_is_saved() {
    let Some(project) = project() else { return };
    let ui = Ui::of(&project);
    let Some(mut page) = Browser::open(&ui.url) else { return };
    page.until("it hears", "document.querySelector('#link').textContent === 'live'");
    assert_eq!(page.text("document.querySelector('#problems').innerText"), "");
    project.write("main.gml", PROGRAM.replace(".seconds / .pages", ".secnds / .pages"));
    page.until("what is wrong", "document.querySelector('#problems').innerText.includes('1 error')");
    let said = page.text("document.querySelector('#problems').innerText");
    assert!(said.contains("GML0301") && said.contains("secnds") && said.contains("did you mean"), "{said}");
    page.until("what is known of it", "document.querySelectorAll('.picture [data-vertex]').length > 3");
    project.write("main.gml", PROGRAM);
    page.until("that it is mended", "document.querySelector('#problems').innerText === ''");
}
