//! `gmlc deploy`: what is written for each platform, what is refused, and what the SDKs of the platforms say of it.

mod platforms;
mod refused;
mod written;

use gml_tests::{Finished, Project};

/// Three pipelines, of which one needs what another saves, with an env for the cloud, secrets and parameters of all kinds.
const PROGRAM: &str = r#"
use std.learn.{boosted_trees}

## Where all data lie.
param root: str = "data"
param seed: int = 42
param share: float = 80%
param recent_only: bool = true
param since: date = @2026-01-01
param note: str = "she said \"50%\": #1"
param models: str = f"{root}/models"

schema Order {
    id     order: int,
    time   day: date,
           price: float,
           quantity: int,
    target returned: bool,
}

schema Scored { id order: int, score: float }

connection shop = postgres(url: secret("SHOP_URL"))

catalog {
    orders: table[Order]   = sql_table(shop, "orders"),
    features: table[Order] = parquet(f"{root}/features.parquet"),
    returns: model         = artifact(f"{models}/returns", versioned: true),
    scored: table[Scored]  = parquet(f"{root}/scored.parquet"),
    codes: table { order: int } = csv("codes.csv"),
}

node fit_returns(features: table[Order], rounds: int) -> model {
    let parts = features |> split_random(train: share, valid: 1.0 - share, seed: seed)
    fit(boosted_trees(objective: binary, rounds: rounds, stop_after: 5, seed: seed), train: parts.train, valid: parts.valid)
}

pipeline score {
    save features
        |> join(codes, on: [.order], how: semi)
        |> predict(returns)
        |> select([.order, .score]) as scored
}

pipeline build_features(days: int = 90) {
    save orders |> filter(not recent_only or .day >= since) |> filter(.quantity < days and note != "") as features
}

pipeline training(rounds: int = 20, days: int = 30) {
    expect days > 0
    save fit_returns(features, rounds) as returns
}

env cloud {
    root = "gs://shop/data",
    resources(build_features) = { cpu: 2, memory: 2GiB },
    resources(training) = { cpu: 4 },
    resources(fit_returns) = { cpu: 8, memory: 16GiB },
    tracking = mlflow(url: secret("MLFLOW_URL"), experiment: "returns"),
}
"#;

/// A project with the program and the file that its image has.
fn shop() -> Project {
    Project::of(&[("main.gml", PROGRAM), ("codes.csv", "order\n1\n")])
}

/// What is said of the project for a platform, with more.
fn deploy(project: &Project, to: &str, more: &[&str]) -> Finished {
    let all = ["deploy", "--to", to, "--name", "shop", "--image", "registry.example/shop:1", "--env", "cloud"];
    project.gmlc(&[&all, more].concat())
}

/// The file for a platform.
fn file(project: &Project, to: &str, more: &[&str]) -> String {
    let finished = deploy(project, to, &[more, &["--output", "-"]].concat());
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    finished.stdout
}
