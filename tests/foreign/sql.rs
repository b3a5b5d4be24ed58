//! Nodes in SQL.

use gml_tests::Project;

use super::fails;

const PROGRAM: &str = r#"
schema Sale { shop: int, price: float, kind: enum["a", "b"], day: date?, at: timestamp }
schema Total { shop: int, total: float, share: float?, last: date? }

catalog {
    sales: table[Sale] = csv("sales.csv"),
    totals: table[Total] = csv("out/totals.csv"),
}

node totals_of(sales: table[Sale], least: float) -> table[Total] = sql("""
    select shop, sum(price) as total, max(day) as last, sum(price) / count(*) as share
    from sales
    where price >= :least
    group by shop
""")

pipeline report(least: float = 1.0) {
    save totals_of(sales, least) as totals
}
"#;

fn sales(rows: usize) -> String {
    let mut text = String::from("shop,price,kind,day,at\n");
    for row in 0..rows {
        let (shop, price) = ((row * 7919) % 101, row % 13);
        let kind = if row % 2 == 0 { "a" } else { "b" };
        text += &format!("{shop},{price}.25,{kind},2021-01-{:02},2021-01-01T00:00:{:02}Z\n", row % 28 + 1, row % 60);
    }
    text
}

fn project(query: &str) -> Project {
    let program = match query {
        "" => PROGRAM.to_owned(),
        query => {
            let (before, rest) = PROGRAM.split_once("sql(\"\"\"").unwrap();
            let (_, after) = rest.split_once("\"\"\")").unwrap();
            format!("{before}sql(\"\"\"{query}\"\"\"){after}")
        }
    };
    Project::of(&[("main.gml", program), ("sales.csv", sales(20_000))])
}

#[test]
fn gives_the_same_bytes_whatever_the_number_of_threads() {
    let project = project("");
    project.done(&["run", "--threads", "1"]);
    let first = project.read("out/totals.csv");
    assert_eq!(String::from_utf8_lossy(&first).lines().count(), 102);
    for threads in ["2", "7"] {
        project.done(&["run", "--force", "--threads", threads]);
        assert!(project.read("out/totals.csv") == first, "with {threads} threads other bytes");
    }
    // Ties keep the order of what they came from, and so does what is cut off behind them.
    let queries = [
        "select shop, price as total, price as share, day as last from sales order by price limit 500",
        "select distinct shop, price as total, price as share, day as last from sales limit 500",
        "select a.shop, a.price as total, b.price as share, a.day as last from sales a join (select shop, max(price) as price from sales group by shop) b on a.shop = b.shop limit 900",
        "select shop, price as total, price as share, day as last from sales union select shop, 1.0 as total, 2.0 as share, day as last from sales where price > 3 limit 700",
    ];
    for query in queries {
        let project = super::sql::project(query);
        project.done(&["run", "--threads", "1"]);
        let first = project.read("out/totals.csv");
        for _ in 0..3 {
            project.done(&["run", "--force", "--threads", "8"]);
            assert!(project.read("out/totals.csv") == first, "{query}");
        }
    }
}

#[test]
fn is_kept_until_its_query_its_arguments_or_its_rows_change() {
    let project = project("");
    project.done(&["run"]);
    let again = project.done(&["run"]);
    assert!(again.stdout.contains("nothing had to run"), "{}", again.stdout);
    let plan = |args: &[&str]| project.done(&[&["plan"], args].concat()).stdout;
    assert!(!plan(&[]).contains("would run"), "{}", plan(&[]));
    let changed = plan(&["--set", "least=2.0"]);
    assert!(changed.contains("argument least"), "{changed}");
    let text = String::from_utf8(project.read("main.gml")).unwrap();
    project.write("main.gml", text.replace("sum(price) / count(*)", "avg(price)"));
    let changed = plan(&[]);
    assert!(changed.contains("totals_of (sql)") && changed.contains("its query"), "{changed}");
}

#[test]
fn what_the_engine_does_not_know_is_told_before_anything_runs() {
    let project = project("select shop, nonsense(price) as total, price as share, day as last from sales");
    for command in ["plan", "run"] {
        let finished = project.gmlc(&[command]);
        assert_eq!(finished.code, 3);
        assert!(finished.stderr.contains("GML0971") && finished.stderr.contains("nonsense"), "{}", finished.stderr);
        assert!(finished.stderr.contains("main.gml:13:10"), "{}", finished.stderr);
    }
    assert!(!project.path(".gml/store").exists(), "something ran");
}

#[test]
fn types_are_held_against_the_declaration_before_anything_runs() {
    let project = project("select shop, concat(kind, 'x') as total, price as share, day as last from sales");
    let finished = project.gmlc(&["plan"]);
    assert_eq!(finished.code, 3);
    let due = "column total of what the query gave is str, and the node declares float";
    assert!(finished.stderr.contains("GML0970") && finished.stderr.contains(due), "{}", finished.stderr);
}

#[test]
fn what_came_is_held_against_the_declaration() {
    let project = project("select shop, nullif(price, 3.25) as total, price as share, day as last from sales");
    fails(&project, "GML0970", &["column total of what the query gave has nulls", "row 4: null"]);
    let project = super::sql::project("select price as shop, price as total, price as share, day as last from sales");
    fails(
        &project,
        "GML0970",
        &["column shop of what the query gave is float, and not all of its values fit int", "row 1: 0.25"],
    );
}
