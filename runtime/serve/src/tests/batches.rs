//! Rows of several requests, scored together.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::kit::model;
use crate::batch::{Batcher, Settings};
use crate::measures::Measures;
use crate::request::{Format, read};

fn settings() -> Settings {
    Settings { queue: 64, batch: 1000, workers: 1, window: None }
}

fn body(age: usize) -> String {
    format!(
        r#"[{{"age": {age}, "income": {age}.5, "city": "bonn", "member": true}}, {{"age": 7, "city": "graz", "member": false}}]"#
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn everybody_gets_the_scores_of_their_own_rows() {
    for window in [None, Some(Duration::from_millis(2))] {
        let (model, measures) = (Arc::new(model()), Arc::new(Measures::default()));
        let batcher = Arc::new(Batcher::new(Settings { window, ..settings() }, Arc::clone(&measures)));
        let ask = |age: usize| {
            let (model, batcher) = (Arc::clone(&model), Arc::clone(&batcher));
            tokio::spawn(async move {
                let coming = batcher.coming();
                let rows = read(Format::Json, body(age).as_bytes(), &model.signature).unwrap().rows;
                let expected = model.scorer.score(&rows).unwrap();
                drop(coming);
                let found = batcher.score(&model, rows).await.unwrap();
                assert!(found.equals(&expected), "{age}: {found} {expected}");
            })
        };
        for round in 0..20 {
            let asked: Vec<_> = (0..50).map(|number| ask((round + number) % 100)).collect();
            for one in asked {
                one.await.unwrap();
            }
        }
        assert_eq!(measures.waiting.load(Ordering::Relaxed), 0);
        let counted = measures.text(&model);
        assert!(counted.contains("gml_serve_rows_total 2000\n"), "{counted}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn who_is_alone_waits_for_nobody() {
    let model = Arc::new(model());
    let window = Some(Duration::from_secs(20));
    let batcher = Arc::new(Batcher::new(Settings { window, ..settings() }, Arc::default()));
    let rows = read(Format::Json, body(3).as_bytes(), &model.signature).unwrap().rows;
    let scored = tokio::time::timeout(Duration::from_secs(5), batcher.score(&model, rows.clone())).await;
    assert!(scored.is_ok_and(|scored| scored.is_ok()));
    // Nor for longer than the window for rows that never come.
    let batcher =
        Arc::new(Batcher::new(Settings { window: Some(Duration::from_millis(5)), ..settings() }, Arc::default()));
    let _never = batcher.coming();
    let scored = tokio::time::timeout(Duration::from_secs(5), batcher.score(&model, rows)).await;
    assert!(scored.is_ok_and(|scored| scored.is_ok()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn too_many_are_sent_away_to_come_again() {
    let model = Arc::new(model());
    let window = Some(Duration::from_millis(300));
    let batcher = Arc::new(Batcher::new(Settings { queue: 3, window, ..settings() }, Arc::default()));
    let rows = read(Format::Json, body(3).as_bytes(), &model.signature).unwrap().rows;
    // The first waits for rows that are coming, and the others for it.
    let coming = batcher.coming();
    let mut asked = Vec::new();
    for _ in 0..8 {
        let (model, batcher, rows) = (Arc::clone(&model), Arc::clone(&batcher), rows.clone());
        asked.push(tokio::spawn(async move { batcher.score(&model, rows).await }));
        tokio::task::yield_now().await;
    }
    let mut outcomes = Vec::new();
    for one in asked {
        outcomes.push(one.await.unwrap());
    }
    drop(coming);
    let refused: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
    assert!(outcomes.iter().filter(|outcome| outcome.is_ok()).count() >= 3, "{refused:?}");
    assert!(!refused.is_empty());
    for refusal in refused {
        assert_eq!((refusal.status.as_u16(), refusal.retry_after), (503, Some(1)));
    }
}
