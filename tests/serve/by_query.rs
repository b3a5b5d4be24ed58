//! A model that a query scores: a column is of a type that has no quick way.

use polars::prelude::{ParquetReader, SerReader};

use super::*;

const PRICED: &str = r#"
use std.learn.{boosted_trees}

schema Offer { id offer: int, price: decimal[10, 2], pages: int, target bought: bool }

catalog {
    offers: table[Offer] = csv("offers.csv"),
    priced: model = artifact("models/priced"),
    scored: table { offer: int, price: decimal[10, 2], pages: int, score: float, .. } = parquet("out/scored.parquet"),
}

pipeline training {
    let data = offers |> split_random(train: 70%, test: 30%, seed: 1)
    let model = fit(boosted_trees(objective: binary, rounds: 15, min_rows: 5), train: data.train)
    save model as priced
    save data.test |> predict(model) as scored
}
"#;

#[test]
fn askers_at_the_same_time_get_the_scores_of_a_run() {
    let mut offers = String::from("offer,price,pages,bought\n");
    for row in 0..600_u64 {
        let (price, pages) = (row * 7_919 % 5_000, row * 31 % 17);
        offers += &format!("{row},{}.{:02},{pages},{}\n", price / 100, price % 100, price / 100 + pages * 2 > 40);
    }
    let project = Project::of(&[("main.gml", PRICED.to_owned()), ("offers.csv", offers)]);
    project.done(&["run"]);
    let scored = ParquetReader::new(std::fs::File::open(project.path("out/scored.parquet")).unwrap()).finish().unwrap();
    let server = Server::of(&project, &["priced", "--batch-wait", "5"]);
    assert_eq!(server.get("/health").json()["without_query"], false);
    let price = scored.column("price").unwrap();
    let pages = scored.column("pages").unwrap().i64().unwrap();
    let score = scored.column("score").unwrap().f64().unwrap();
    std::thread::scope(|scope| {
        for asker in 0..8 {
            let server = &server;
            scope.spawn(move || {
                for row in (asker..score.len().min(160)).step_by(8) {
                    // A decimal may be a number or a text.
                    let price = price.get(row).unwrap();
                    let price = if row % 2 == 0 { format!("{price}") } else { format!("\"{price}\"") };
                    let body = format!("{{\"price\": {price}, \"pages\": {}}}", pages.get(row).unwrap());
                    let answer = server.post("/predict", &body);
                    let found = String::from_utf8_lossy(&answer.body).into_owned();
                    assert_eq!(found, format!("{{\"score\": {:?}}}\n", score.get(row).unwrap()), "{body}: {answer:?}");
                }
            });
        }
    });
    let lossy = server.post("/predict", "{\"price\": 1.005, \"pages\": 3}");
    assert_eq!((lossy.status, lossy.json()["violations"][0]["rule"].as_str()), (422, Some("decimal[10, 2]")));
    // Rows of several askers were scored together.
    let metrics = String::from_utf8(server.get("/metrics").body).unwrap();
    let alone = metrics.lines().find_map(|line| line.strip_prefix("gml_serve_batch_rows_bucket{le=\"1\"} ")).unwrap();
    let all = metrics.lines().find_map(|line| line.strip_prefix("gml_serve_batch_rows_count ")).unwrap();
    assert!(alone.parse::<u32>().unwrap() < all.parse().unwrap(), "{metrics}");
}
