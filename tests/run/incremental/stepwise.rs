use super::*;

/// Steps whose result is a table, by what they are called.
fn is_of_table(step: &serde_json::Value) -> bool {
    let name = step["name"].as_str().unwrap();
    let tables = ["filter", "derive", "predict", "select", "group"];
    tables.contains(&name) || name.starts_with("load ") || name.contains(" of split_time")
}

fn rows(project: &Project, name: &str) -> Vec<Option<u64>> {
    let record = project.record();
    let steps = record["steps"].as_array().unwrap().iter();
    steps.filter(|step| step["name"] == name).map(|step| step["rows"].as_u64()).collect()
}

/// Sums of floats, windows and a join, of which the engine may make what it likes as long as not a bit changes.
const LONG: &str = r#"
schema Sale { id shop: int, time at: date, price: float, amount: int, returned: bool }
schema Shop { id shop: int, town: str }

catalog {
    sales: table[Sale] = csv("data/sales_*.csv"),
    shops: table[Shop] = csv("data/shops.csv"),
    days: table { town: str?, at: date, paid: float, mean_price: float?, so_far: float?, best: float? } = parquet("out/days.parquet"),
    kept: table { id shop: int, at: date, worth: float } = csv("out/kept.csv"),
}

pipeline main {
    let worth = sales |> filter(.amount > 0) |> derive { worth = .price * .amount / 3.0 } |> filter(not .returned)
    save worth
        |> join(shops, on: [.shop], how: left, expect: many_to_one)
        |> group(by: [.town, .at]) { paid = sum(.worth), mean_price = mean(.price) }
        |> derive(over: [.town], order: [.at], rows: before) { so_far = sum(.paid), best = max(.paid) }
        |> sort(by: [.town, .at])
    as days
    save sales |> filter(.price >= 3.0) |> derive { worth = .price * .amount } |> filter(.worth > 4.0) |> select([.shop, .at, .worth]) as kept
}
"#;

fn long() -> Project {
    let project = project();
    project.write("main.gml", LONG);
    project.write("data/shops.csv", "shop,town\n0,Graz\n1,Linz\n2,Graz\n5,Wels\n");
    project
}

#[test]
fn steps_by_themselves_give_the_same_bytes_and_count_every_table() {
    for make in [project, long] {
        let (joined, stepwise) = (make(), make());
        run(&joined, &[]);
        run(&stepwise, &["--stepwise"]);
        let mut files = [joined.files(), stepwise.files()];
        // When a version was saved, and by which run.
        files.iter_mut().for_each(|files| drop(files.remove("out/model/versions.jsonl")));
        assert!(files[0].keys().any(|name| name.starts_with("out/")));
        for (name, bytes) in &files[0] {
            assert!(files[1].get(name) == Some(bytes), "{name}");
        }
        assert_eq!(files[0].len(), files[1].len());
        assert_eq!(joined.record()["metrics"], stepwise.record()["metrics"]);
        let record = stepwise.record();
        let uncounted: Vec<&serde_json::Value> = record["steps"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|step| is_of_table(step) && step["rows"].is_null())
            .collect();
        assert!(uncounted.is_empty(), "{uncounted:#?}");
    }
}

#[test]
fn what_follows_from_the_ends_of_a_query_is_counted_without_that() {
    let (joined, stepwise) = (long(), long());
    run(&joined, &[]);
    run(&stepwise, &["--stepwise"]);
    // As many as were read, or as come out at the end.
    for name in ["load sales", "load shops", "group", "sort", "select"] {
        let counts = rows(&joined, name);
        assert!(counts.iter().all(Option::is_some) && counts == rows(&stepwise, name), "{name}: {counts:?}");
    }
    // The first filter and the derive of a query that filters twice have numbers of their own.
    let (known, all) = (rows(&joined, "filter"), rows(&stepwise, "filter"));
    assert!(known.contains(&None) && all.len() == 4, "{known:?} {all:?}");
    assert!(known.iter().zip(&all).all(|(known, counted)| known.is_none() || known == counted), "{known:?} {all:?}");
    // A run that has nothing to do tells them too.
    run(&joined, &[]);
    assert!(ran(&joined).is_empty());
    assert_eq!(rows(&joined, "filter"), known);
}

#[test]
fn both_ways_keep_what_they_did_apart() {
    let project = project();
    run(&project, &[]);
    let files = project.files();
    run(&project, &["prepare", "--stepwise"]);
    assert!(ran(&project).contains(&"filter".to_owned()), "{:?}", ran(&project));
    assert!(rows(&project, "filter").iter().all(Option::is_some));
    run(&project, &["prepare", "--stepwise"]);
    assert!(ran(&project).is_empty(), "{:?}", ran(&project));
    assert!(rows(&project, "filter").iter().all(Option::is_some), "counts of what is kept are told");
    run(&project, &[]);
    assert!(ran(&project).is_empty(), "{:?}", ran(&project));
    assert_eq!(project.files(), files);
    let plan = project.done(&["plan", "prepare", "--stepwise"]);
    assert!(plan.stdout.contains("held in memory: each step is done by itself"), "{}", plan.stdout);
    assert!(!plan.stdout.contains("part by part"), "{}", plan.stdout);
}
