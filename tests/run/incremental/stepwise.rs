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

/// Candidates of more customers than are worked on at a time, described, ranked and chosen from in every way in which they may go through a
/// program in parts.
const FLOWING: &str = r#"
use std.learn.{blend, boosted_trees}
use std.metrics.{recall}
use std.recommend.{bought_before, candidates, popular, sample_negatives, top_k}

schema Sale { time day: date, id customer: int, id article: int, price: float }
schema Article { id article: int, kind: int, unique [article] }

catalog {
    sales: table[Sale] = csv("data/bought.csv"),
    articles: table[Article] = csv("data/articles.csv"),
    offers: table { id customer: int, articles: list[int] } = parquet("out/offers.parquet"),
    best: table { id customer: int, id article: int, score: float } = parquet("out/best.parquet"),
    again: table { id customer: int, id article: int, kind: int, spent: float?, nth: int } = parquet("out/again.parquet"),
    pairs: table { id customer: int, id article: int, target label: bool, .. } = parquet("out/pairs.parquet"),
}

node found(history: table[Sale]) -> table { group customer: int, id article: int, .. } {
    candidates(user: .customer, item: .article) {
        again = bought_before(history),
        best  = history |> popular(item: .article, top: 6) |> for_everyone(history |> distinct([.customer]), user: .customer),
    }
}

node described(found: table { customer: int, article: int, .. }, history: table[Sale], articles: table[Article]) -> table {
    found
        |> join(articles, on: [.article], expect: many_to_one)
        |> join(history |> group(by: [.customer]) { spent = sum(.price), days = distinct_count(.day) }, on: [.customer], how: left, expect: many_to_one)
        |> join(history |> group(by: [.article]) { sold = count(), price = mean(.price) }, on: [.article], how: left, expect: many_to_one)
        |> derive { dear = .price > .spent, ratio = .price / .spent }
}

pipeline main {
    let data = sales |> split_time(by: .day, valid: last(3d), test: last(3d))
    let sampled = found(data.train) |> label(bought_in: data.valid, on: [.customer, .article]) |> sample_negatives(2_000, seed: 1)
    save sampled as pairs
    let rows = described(sampled, data.train, articles)
    let by_order = fit(boosted_trees(objective: lambdarank, rounds: 5, seed: 1), train: rows)
    let by_chance = fit(boosted_trees(objective: binary, rounds: 5, seed: 1), train: rows)
    let model = blend([by_order, by_chance])
    let known = union(data.train, data.valid)
    let later = found(known)
    expect count(later |> filter(.again_rank is null)) > 40_000
    let of_buyers = later |> join(data.test |> distinct([.customer]), on: [.customer], how: semi)
    track evaluate(of_buyers, on: [data.test], metrics: [recall()])
    save described(of_buyers, known, articles)
        |> predict(model)
        |> top(3, by: .score, per: [.customer])
        |> select([.customer, .article, .score])
    as best
    save described(later, known, articles)
        |> predict(model)
        |> top_k(4, user: .customer, item: .article, by: .score)
        |> rename { articles = .article }
    as offers
    save described(later |> filter(.again_rank is not null), known, articles)
        |> select({ customer = .customer, article = .article, kind = .kind, spent = .spent, nth = .again_rank })
    as again
}
"#;

fn flowing() -> Project {
    let mut sales = "day,customer,article,price\n".to_owned();
    for row in 0..21_000_u64 {
        let mixed = row.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        let day = 1 + row % 28;
        sales += &format!("2021-02-{day:02},{},{},{}.5\n", mixed % 9_001, mixed / 7 % 90, mixed / 3 % 40);
    }
    let articles: String = (0..80).map(|article| format!("{article},{}\n", article % 7)).collect();
    Project::of(&[
        ("main.gml", FLOWING.to_owned()),
        ("data/bought.csv", sales),
        ("data/articles.csv", format!("article,kind\n{articles}")),
    ])
}

#[test]
fn candidates_go_through_in_parts() {
    let project = flowing();
    let plan = project.done(&["plan"]).stdout;
    assert_eq!(plan.matches("part by part").count(), 6, "{plan}");
    let one = flowing();
    run(&project, &["--threads", "2"]);
    run(&one, &["--threads", "1"]);
    for name in ["out/pairs.parquet", "out/best.parquet", "out/offers.parquet", "out/again.parquet"] {
        assert_eq!(std::fs::read(project.path(name)).unwrap(), std::fs::read(one.path(name)).unwrap(), "{name}");
    }
}

#[test]
fn steps_by_themselves_give_the_same_bytes_and_count_every_table() {
    for make in [project, long, flowing] {
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
