//! Runs that do no more than they must: what is kept, what runs again when something changes, and what the plan says.

mod backends;
mod changes;
mod choices;
mod equal;
mod plans;
mod stepwise;

use std::collections::BTreeMap;

use gml_tests::{Finished, Project, gmlc_with};

/// Two files of sales, a table that two steps use, a model, figures and metrics, a `when`, three datasets.
const PROGRAM: &str = r#"
use std.learn.{logistic}
use std.metrics.{auc, log_loss}

param strength: float = 1.0
param least: float = 2.0
param limit: int = 5

schema Sale {
    id     shop: int,
    time   at: date,
           price: float,
           amount: int,
    target returned: bool,
}

catalog {
    sales: table[Sale] = csv("data/sales_*.csv"),
    dear: table[Sale] = parquet("out/dear.parquet"),
    judged: table { shop: int, score: float } = csv("out/judged.csv"),
    many: table { shop: int, n: int } = csv("out/many.csv"),
    propensity: model = artifact("out/model", versioned: true),
}

node dear_ones(sales: table[Sale], least: float) -> table[Sale] {
    sales |> filter(.price >= least)
}

pipeline prepare {
    save dear_ones(sales, least) as dear
}

pipeline training {
    let data = dear |> split_time(by: .at, train: @2021-01-01..@2021-01-20, valid: @2021-01-21..@2021-01-25, test: @2021-01-26..@2021-01-31)
    let learned = fit(logistic(l2: strength), train: data.train)
    track evaluate(learned, on: [data.test], metrics: [auc, log_loss])
    track calibration_plot(learned, on: data.test)
    save learned as propensity
    save data.test |> predict(learned) |> select([.shop, .score]) as judged
    let shops = dear |> group(by: [.shop]) { n = count() }
    when count(shops) > limit { save shops as many }
}
"#;

/// The program in a folder of its own, with its data.
fn project() -> Project {
    let project = Project::of(&[("main.gml", PROGRAM)]);
    project.write("data/sales_1.csv", sales(1));
    project.write("data/sales_2.csv", sales(2));
    project
}

/// Sales of a month: the dearer, the more are returned.
fn sales(file: u64) -> String {
    let mut text = String::from("shop,at,price,amount,returned\n");
    let mut state = file;
    for row in 0..400_u64 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let random = state >> 33;
        let (day, price) = (row % 31 + 1, random % 1_000);
        let returned = (random / 1_000) % 1_000 < price;
        text +=
            &format!("{},2021-01-{day:02},{}.{:02},{},{returned}\n", random % 9, price / 100, price % 100, random % 4);
    }
    text
}

/// Runs gmlc; whatever took no time is kept too.
fn run(project: &Project, args: &[&str]) -> Finished {
    let arguments: Vec<&str> = ["run"].iter().chain(args).copied().collect();
    let finished = gmlc_with(&project.path("."), &arguments, &[("GML_STORE_KEEP_ABOVE", "0")]);
    assert_eq!(finished.code, 0, "gmlc {arguments:?}\n{}\n{}", finished.stdout, finished.stderr);
    finished
}

/// How many steps of the last run were in which state.
fn states(project: &Project) -> BTreeMap<String, usize> {
    let mut states = BTreeMap::new();
    for step in project.record()["steps"].as_array().unwrap() {
        *states.entry(step["state"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    states
}

/// The names of the steps that ran in the last run.
fn ran(project: &Project) -> Vec<String> {
    let record = project.record();
    let ran = record["steps"].as_array().unwrap().iter().filter(|step| step["state"] == "ran");
    ran.map(|step| step["name"].as_str().unwrap().to_owned()).collect()
}
