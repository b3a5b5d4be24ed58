//! What comes next in a session: the blueprint `session_gnn` as its users run it, on the slice that ships with it and on the logs
//! of others, and recommenders held against Python.

#[allow(dead_code, reason = "other tests compare tables with it")]
mod frames;

use std::path::Path;

use gml_tests::{Project, peer, peers_python, repository, shared_data};
use polars::prelude::*;
use serde_json::Value;

const BLUEPRINT: &str = "blueprints/session_gnn";
const MODEL: &str = "data/06_models/next_item/000001";
const RECOMMENDATIONS: &str = "07_model_output/recommendations.parquet";

fn program() -> String {
    std::fs::read_to_string(repository().join(BLUEPRINT).join("main.gml")).unwrap()
}

fn slice() -> Project {
    let project = Project::of(&[("main.gml", program())]);
    assert_eq!(project.with_raw_data(&repository().join(BLUEPRINT).join("data/01_raw")), 2);
    project
}

fn expected() -> Value {
    serde_json::from_slice(&std::fs::read(repository().join(BLUEPRINT).join("expected.json")).unwrap()).unwrap()
}

/// The values of a metric that a run tracked, in the order in which it did.
fn tracked(project: &Project, name: &str) -> Vec<f64> {
    let record = project.record();
    let metrics = record["metrics"].as_array().unwrap().iter();
    metrics.filter(|metric| metric["name"] == name).map(|metric| metric["value"].as_f64().unwrap()).collect()
}

#[test]
fn the_slice_gives_the_expected_numbers() {
    let project = slice();
    project.done(&["run"]);
    let expected = expected();
    let tolerance = expected["tolerance"].as_f64().unwrap();
    for (metric, value) in expected["metrics"].as_object().unwrap() {
        let (found, wanted) = (project.metric(metric, "test"), value.as_f64().unwrap());
        assert!((found - wanted).abs() <= tolerance, "{metric} is {found}, expected {wanted}");
    }
    let clicks = frames::parquet(&project.path("data/03_primary/clicks.parquet"));
    assert_eq!(clicks.height() as u64, expected["clicks"].as_u64().unwrap());
    let found = frames::parquet(&project.path(&format!("data/{RECOMMENDATIONS}")));
    assert_eq!(found.height() as u64, expected["sessions"].as_u64().unwrap());
    for name in ["items", "scores"] {
        let lists = found.column(name).unwrap().list().unwrap().clone();
        let lengths = (0..lists.len()).map(|row| lists.get_as_series(row).map_or(0, |list| list.len()));
        assert!(lengths.into_iter().all(|length| length == 20), "{name}");
    }
    let answers = String::from_utf8(project.read("data/07_model_output/submission.csv")).unwrap();
    assert_eq!(answers.lines().count() as u64, 1 + 3 * expected["sessions"].as_u64().unwrap());
    assert!(answers.starts_with("session_type,labels\n"), "{}", &answers[..100]);
    for kind in ["_clicks,", "_carts,", "_orders,"] {
        let lines = answers.lines().filter(|line| line.contains(kind)).count();
        assert_eq!(lines as u64, expected["sessions"].as_u64().unwrap(), "{kind}");
    }
    for file in ["signature.json", "items.parquet", "model.onnx", "MLmodel"] {
        assert!(project.path(&format!("{MODEL}/{file}")).exists(), "{file}");
    }
    // All rivals are on one page, in a table and a figure, with the numbers that Python has too.
    let record = project.record();
    let report = record["artifacts"].as_array().unwrap().iter().find(|artifact| artifact["kind"] == "report").unwrap();
    let page =
        project.read(&format!(".gml/runs/{}/{}", record["id"].as_str().unwrap(), report["path"].as_str().unwrap()));
    let page = String::from_utf8(page).unwrap();
    let rivals = ["Popularity", "Session popularity", "Item knn", "Als", "Gru4rec", "Sasrec", "Sr gnn", "Dgsr"];
    for part in rivals.into_iter().chain(["Side by side", "coverage(20)", "<svg"]) {
        assert!(page.contains(part), "{part}");
    }
    for (rival, metrics) in expected["rivals"].as_object().unwrap() {
        for metric in ["hit_rate(20)", "mrr(20)", "ndcg(10)"] {
            let value = format!("{:.4}", metrics[metric].as_f64().unwrap());
            assert!(page.contains(&value), "{metric} of {rival}: {value}");
        }
    }
    // On a GPU the same is recommended; where there is none, the run says so and what is to be done.
    project.write(
        "main.gml",
        program().replace("recommend(next_item, k: 20)", "recommend(next_item, k: 20, device: cuda)"),
    );
    let asked = project.gmlc(&["run", "serving"]);
    let told = &asked.stderr;
    assert!(asked.code == 0 || (told.contains("GML0941") && told.contains("gmlc setup onnxruntime --cuda")), "{told}");
}

#[test]
fn python_finds_the_same() {
    let Some(python) = peers_python() else { return };
    let folder = repository().join(BLUEPRINT).join("data/01_raw");
    let peer = peer(&python, "next_item.py", &[Path::new("blueprint"), &folder]);
    let project = slice();
    project.write("main.gml", format!("{}\n{RIVALS}", program()));
    project.done(&["run", "prepare"]);
    project.done(&["run", "rivals"]);
    for metric in ["hit_rate(20)", "mrr(20)", "ndcg(10)"] {
        let found = tracked(&project, metric);
        let rivals = ["popularity", "session_popularity", "item_knn_last", "item_knn"];
        assert_eq!(found.len(), rivals.len());
        for (rival, found) in rivals.into_iter().zip(found) {
            let wanted = peer[rival][metric].as_f64().unwrap();
            assert!((found - wanted).abs() < 1e-9, "{metric} of {rival} is {found}, and Python has {wanted}");
        }
    }
    let expected = expected();
    assert_eq!(expected["parts"], peer["sessions"]);
    for (rival, metrics) in expected["rivals"].as_object().unwrap() {
        assert_eq!(*metrics, peer[rival], "{rival}");
    }
}

/// What the peer judges, one after the other.
const RIVALS: &str = r#"
pipeline rivals {
    let data = visits(clicks, min_support) |> split_time(valid: last(valid_days), test: last(test_days))
    for rival in [popularity(), session_popularity(), item_knn(decay: 0.0), item_knn(decay: 0.5)] {
        track evaluate(fit(rival, train: data.train), on: [data.test], metrics: [hit_rate(20), mrr(20), ndcg(10)])
    }
}
"#;

#[test]
fn every_run_writes_the_same_bytes() {
    let runs = [1, 2].map(|_| {
        let project = slice();
        project.done(&["run"]);
        let mut files = project.files();
        // It says when each version was saved.
        files.retain(|name, _| !name.ends_with("versions.jsonl"));
        files
    });
    let [first, second] = &runs;
    assert!(first.len() > 6, "{:?}", first.keys());
    for (name, bytes) in first {
        assert!(second.get(name) == Some(bytes), "{name} differs");
    }
}

#[test]
fn its_tests_hold() {
    let finished = slice().done(&["test"]);
    assert!(finished.stdout.contains("4 passed, 0 failed"), "{}", finished.stdout);
}

/// A log of another kind runs with the env of its name: these pipelines, or all. Networks are small and go through it twice, or once where
/// it is large.
fn other(env: &str, file: &str, content: Vec<u8>, pipelines: &[&str]) -> Project {
    let project = Project::of(&[("main.gml", program())]);
    project.write(&format!("{env}/01_raw/{file}"), content);
    let small = ["--env", env, "--set", "epochs=2", "--set", "dimension=16"];
    if pipelines.is_empty() {
        project.done(&[&["run"], &small[..]].concat());
    }
    for pipeline in pipelines {
        project.done(&["run", pipeline, "--env", env, "--set", "epochs=1", "--set", "dimension=16"]);
    }
    let found = frames::parquet(&project.path(&format!("{env}/{RECOMMENDATIONS}")));
    assert!(found.height() > 0);
    project
}

#[test]
fn the_log_of_diginetica() {
    let Some(folder) = shared_data("data/session_raw_sample") else { return };
    let log = std::fs::read(folder.join("diginetica_sample_train-item-views.csv")).unwrap();
    let project = other("diginetica", "train-item-views.csv", log, &[]);
    let clicks = frames::parquet(&project.path("diginetica/03_primary/clicks.parquet"));
    assert_eq!(clicks.height(), 12_391);
    assert!(project.metric("hit_rate(20)", "test") > 0.0);
}

#[test]
fn a_log_as_otto_has_it() {
    // A session an hour, of three clicks on seven items in turn, and a cart.
    let line = |session: i64| {
        let start = 1_659_304_800_000_i64 + session * 3_600_000;
        let events: Vec<Value> = (0..4)
            .map(|step| {
                let kind = if step == 3 { "carts" } else { "clicks" };
                serde_json::json!({ "aid": 100 + (session + step) % 7, "ts": start + step * 1_000, "type": kind })
            })
            .collect();
        serde_json::json!({ "session": session, "events": events }).to_string() + "\n"
    };
    let log: String = (0..600).map(line).collect();
    let project = other("otto", "train.jsonl", log.into_bytes(), &[]);
    // Three clicks of each; what was put into the cart is none.
    assert_eq!(frames::parquet(&project.path("otto/03_primary/clicks.parquet")).height(), 1_800);
    assert_eq!(project.metric("hit_rate(20)", "test"), 1.0);
}

#[test]
fn purchases_at_amazon() {
    let Some(folder) = shared_data("data/amazon_beauty_seq") else { return };
    let log = std::fs::read(folder.join("interactions.parquet")).unwrap();
    // All networks over all of it take an hour; that is for `tests/bench/rivals.py`.
    let pipelines = ["prepare", "training", "serving", "submission"];
    let project = other("amazon", "interactions.parquet", log, &pipelines);
    assert!(project.path("amazon/06_models/next_item/000001/model.onnx").exists());
    let all = frames::parquet(&project.path("amazon/01_raw/interactions.parquet"));
    assert_eq!(frames::parquet(&project.path("amazon/03_primary/clicks.parquet")).height(), 198_502);
    // All rivals, and all else, learn from some of the customers.
    let some = all.column("user_id").unwrap().cast(&DataType::Int64).unwrap();
    let mut some = all.filter(&some.i64().unwrap().lt(800)).unwrap();
    let mut log = Vec::new();
    ParquetWriter::new(&mut log).finish(&mut some).unwrap();
    let project = other("amazon", "interactions.parquet", log, &[]);
    assert_eq!(frames::parquet(&project.path("amazon/03_primary/clicks.parquet")).height(), some.height());
    assert!(project.metric("hit_rate(20)", "test") > 0.0);
}

/// The split and the metric of the literature: every prefix of the test sessions with its next click, all items ranked.
const DIGINETICA: &str = r#"use std.graph.{sequences}
use std.metrics.{hit_rate, mrr, ndcg}
use std.recommend.{item_knn, popularity, session_popularity}

param folder: str

schema Click { group session_id: int32, id item_id: int32, pos: int16 }
schema Case { group case_id: int32, prefix: list[int32], target: int32 }

catalog {
    train: table[Click] = parquet(f"{folder}/train_clicks.parquet"),
    cases: table[Case] = parquet(f"{folder}/test_cases.parquet"),
}

pipeline judge {
    let learn = train
        |> derive { at = @2016-01-01T00:00:00Z + 1s * .pos }
        |> sequences(session: .session_id, item: .item_id, time: .at)
    # Those of one moment stay in the order of the rows.
    let given = cases
        |> select { case_id = .case_id, item = .prefix, at = @2016-01-01T00:00:00Z }
        |> explode([.item])
    let next = cases |> select { case_id = .case_id, item = .target, at = @2016-01-01T00:00:01Z }
    let judge = union([given, next]) |> sequences(session: .case_id, item: .item, time: .at)
    for rival in [popularity(), session_popularity(), item_knn(decay: 0.0), item_knn(decay: 0.5)] {
        track evaluate(fit(rival, train: learn), on: [judge], metrics: [hit_rate(20), mrr(20), ndcg(20)])
    }
}
"#;

#[test]
fn the_baselines_of_diginetica() {
    let Some(folder) = shared_data("data/diginetica_sessions") else { return };
    let project = Project::of(&[("main.gml", DIGINETICA)]);
    project.done(&["run", "--set", &format!("folder=\"{}\"", folder.display())]);
    // In percent. The first two and the last two are those of the data's README; `session_popularity` fills up with what is most
    // frequent in all, as the published one does (HR 21.06, MRR 13.68). Python (`tests/peers/next_item.py`) has the same
    // to a thousandth: a few sums of cosines are equal in single precision, and not in double.
    let wanted = [
        ("hit_rate(20)", [0.930, 21.084, 35.069, 39.203]),
        ("mrr(20)", [0.210, 13.688, 11.002, 11.658]),
        ("ndcg(20)", [0.364, 15.488, 16.294, 17.678]),
    ];
    for (metric, wanted) in wanted {
        let found = tracked(&project, metric);
        assert_eq!(found.len(), 4);
        for (found, wanted) in found.iter().zip(wanted) {
            assert!((100.0 * found - wanted).abs() < 0.0006, "{metric}: {} and not {wanted}", 100.0 * found);
        }
    }
}

/// Sessions of five looks at sixty items in a ring, each one step behind the one before, over four weeks.
fn ring(sessions: usize) -> DataFrame {
    let rows = || (0..sessions).flat_map(|session| (0..5).map(move |step| (session, step)));
    let at: Vec<i64> = rows()
        .map(|(session, step)| {
            let start = 1_609_459_200_000_000 + (session * 28 * 86_400 / sessions) as i64 * 1_000_000;
            start + step as i64 * 60_000_000
        })
        .collect();
    let at = Column::new("at".into(), at).cast(&DataType::Datetime(TimeUnit::Microseconds, None)).unwrap();
    let mut frame = df!(
        "session" => rows().map(|(session, _)| format!("s{session}")).collect::<Vec<_>>(),
        "item" => rows().map(|(session, step)| format!("item {}", (session * 7 + step) % 60)).collect::<Vec<_>>(),
    )
    .unwrap();
    frame.with_column(at).unwrap();
    frame
}

fn write_ring(project: &Project, name: &str, sessions: usize) {
    std::fs::create_dir_all(project.path(name).parent().unwrap()).unwrap();
    ParquetWriter::new(std::fs::File::create(project.path(name)).unwrap()).finish(&mut ring(sessions)).unwrap();
}

#[test]
fn the_program_of_the_design_runs() {
    let program = std::fs::read_to_string(repository().join("tests/spec/programs/session_gnn.gml")).unwrap();
    let project = Project::of(&[("main.gml", program)]);
    write_ring(&project, "data/01_raw/clicks.parquet", 800);
    project.done(&["run"]);
    let [popularity, neighbours, network] = tracked(&project, "mrr(20)")[..] else { panic!("three are judged") };
    assert!(network > 2.0 * popularity, "sr_gnn {network}, popularity {popularity}, item_knn {neighbours}");
    let found = frames::parquet(&project.path("data/07_model_output/recommendations.parquet"));
    assert_eq!(found.height(), 800);
    let saved = "data/06_models/next_item/000001";
    for file in ["model.onnx", "items.parquet", "signature.json", "MLmodel"] {
        assert!(project.path(&format!("{saved}/{file}")).exists(), "{file}");
    }
}

const NETWORKS: &str = r#"use std.graph.{dgsr, gru4rec, sasrec, sequences, sr_gnn}
use std.metrics.{hit_rate}
use std.recommend.{recommend}

catalog {
    clicks: table { group session: str, id item: str, time at: timestamp } = parquet("clicks.parquet"),
    learned: recommender[str] = artifact("learned"),
    next: table { id session: str, items: list[str], scores: list[float] } = parquet("next.parquet"),
}

pipeline training {
    let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(test: last(7d), valid: last(3d))
    for network in [
        sr_gnn(dimension: 24, epochs: 12, learning_rate: 0.02, seed: 1),
        gru4rec(dimension: 24, epochs: 12, learning_rate: 0.02, seed: 1),
        sasrec(dimension: 24, heads: 1, epochs: 12, learning_rate: 0.02, seed: 1),
        dgsr(dimension: 24, epochs: 12, learning_rate: 0.02, seed: 1),
    ] {
        track evaluate(fit(network, train: data.train, valid: data.valid), on: [data.test], metrics: [hit_rate(3)])
    }
    save fit(gru4rec(dimension: 24, epochs: 12, learning_rate: 0.02, seed: 1), train: data.train) as learned
}

pipeline serving {
    save clicks |> sequences(session: .session, item: .item, time: .at) |> recommend(learned, k: 3, exclude: seen) as next
}
"#;

#[test]
fn networks_learn_what_follows() {
    let project = Project::of(&[("main.gml", NETWORKS.to_owned())]);
    write_ring(&project, "clicks.parquet", 900);
    project.done(&["run"]);
    let found = tracked(&project, "hit_rate(3)");
    assert_eq!(found.len(), 4);
    // What comes next is certain: three of sixty items hold it by chance once in twenty times.
    for (network, found) in ["sr_gnn", "gru4rec", "sasrec", "dgsr"].into_iter().zip(found) {
        assert!(found > 0.6, "{network}: {found}");
    }
    let first = project.read("next.parquet");
    project.done(&["run", "--force", "--threads", "1"]);
    assert!(project.read("next.parquet") == first, "the recommendations depend on the threads");
}

#[test]
fn networks_are_trained_on_the_processor() {
    let wrong = NETWORKS.replace("sr_gnn(dimension: 24,", "sr_gnn(dimension: 24, device: cuda,");
    let project = Project::of(&[("main.gml", wrong)]);
    write_ring(&project, "clicks.parquet", 100);
    let refused = project.gmlc(&["run", "training"]);
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert!(refused.stderr.contains("GML0925"), "{}", refused.stderr);
}

/// Sessions are named by whole numbers, texts, dates, or several columns.
const NAMES: &str = r#"use std.graph.{sequences, sr_gnn}
use std.recommend.{recommend}

schema Click { group user: int, shop: str, id item: int, day: date, time at: timestamp }

catalog {
    clicks: table[Click] = csv("clicks.csv"),
    users: table { id user: int, name: str } = csv("users.csv"),
    of_users: table { user: int, name: str, items: list[int], scores: list[float] } = parquet("users.parquet"),
    of_shops: table { shop: str, items: list[int], scores: list[float] } = parquet("shops.parquet"),
    of_both: table { user: int, shop: str, items: list[int], scores: list[float] } = parquet("both.parquet"),
    of_days: table { day: date, items: list[int], scores: list[float] } = parquet("days.parquet"),
}

pipeline serving {
    let visits = clicks |> sequences(session: .user, item: .item, time: .at)
    let model = fit(sr_gnn(dimension: 8, epochs: 1, seed: 1), train: visits)
    save visits
        |> recommend(model, k: 3, exclude: seen)
        |> join(users, on: [.user], expect: one_to_one)
        |> select { user = .user, name = .name, items = .items, scores = .scores } as of_users
    save clicks |> sequences(session: .shop, item: .item, time: .at) |> recommend(model, k: 3) as of_shops
    save clicks |> sequences(session: [.user, .shop], item: .item, time: .at) |> recommend(model, k: 3) as of_both
    save clicks |> sequences(session: .day, item: .item, time: .at) |> recommend(model, k: 3) as of_days
}
"#;

#[test]
fn names_of_sessions_join_back() {
    // As floats, every second one would be another.
    let (first, item) = (9_007_199_254_740_993_i64, 1_152_921_504_606_846_977_i64);
    let mut clicks = String::from("user,shop,item,day,at\n");
    for (user, step) in (0..40_i64).flat_map(|user| (0..4).map(move |step| (user, step))) {
        let (day, shop) = (1 + user % 28, user % 7);
        clicks += &format!(
            "{},s{shop},{},2021-01-{day:02},2021-01-{day:02}T00:{user:02}:{step:02}Z\n",
            first + user,
            item + (user * 3 + step) % 11,
        );
    }
    let users: String = (0..40).rev().map(|user| format!("{},n{user}\n", first + user)).collect();
    let project =
        Project::of(&[("main.gml", NAMES), ("clicks.csv", &*clicks), ("users.csv", &*format!("user,name\n{users}"))]);
    project.done(&["run"]);
    let found = |name: &str, dtype: &DataType| {
        let frame = frames::parquet(&project.path(name));
        assert_eq!(frame.columns()[0].dtype(), dtype, "{name}");
        assert_eq!(frame.columns()[0].n_unique().unwrap(), frame.height(), "{name}");
        frame
    };
    let of_users = found("users.parquet", &DataType::Int64);
    assert_eq!(of_users.height(), 40);
    let (user, name) =
        (of_users.column("user").unwrap().i64().unwrap(), of_users.column("name").unwrap().str().unwrap());
    let items = of_users.column("items").unwrap().list().unwrap();
    for row in 0..40 {
        let number = user.get(row).unwrap() - first;
        assert_eq!(name.get(row), Some(&*format!("n{number}")));
        // None of the four items in a row that the user has seen.
        let list = items.get_as_series(row).unwrap();
        let list: Vec<i64> = list.i64().unwrap().iter().flatten().map(|found| found - item).collect();
        assert_eq!(list.len(), 3);
        let seen = |found: i64| (found - number * 3).rem_euclid(11) < 4;
        assert!(list.iter().all(|found| (0..11).contains(found) && !seen(*found)), "{number}: {list:?}");
    }
    assert_eq!(found("shops.parquet", &DataType::String).height(), 7);
    assert_eq!(found("both.parquet", &DataType::Int64).height(), 40);
    assert_eq!(found("days.parquet", &DataType::Date).height(), 28);
}

const TOLD: &str = r#"use std.graph.{dgsr, gru4rec, sasrec, sequences, sr_gnn}
use std.metrics.{hit_rate, mrr}
use std.recommend.{recommend}

param network: enum["sr_gnn", "gru4rec", "sasrec", "dgsr"]

catalog {
    clicks: table { group session: str, id item: str, time at: timestamp } = parquet("clicks.parquet"),
    learned: recommender[str] = artifact("learned"),
    next: table { id session: str, items: list[str], scores: list[float] } = parquet("next.parquet"),
}

pipeline training {
    let all = clicks |> sequences(session: .session, item: .item, time: .at)
    let data = all |> split_time(test: last(7d), valid: last(7d))
    let learner = match network {
        "sr_gnn" => sr_gnn(dimension: 16, epochs: 8, learning_rate: 0.005, seed: 1),
        "gru4rec" => gru4rec(dimension: 16, epochs: 8, learning_rate: 0.005, seed: 1),
        "sasrec" => sasrec(dimension: 16, heads: 1, epochs: 8, learning_rate: 0.005, seed: 1),
        "dgsr" => dgsr(dimension: 16, epochs: 8, learning_rate: 0.005, seed: 1),
    }
    let model = fit(learner, train: data.train, valid: data.valid)
    track evaluate(model, on: [data.valid], metrics: [hit_rate(20), mrr(20)])
    save model as learned
    save all |> recommend(model, k: 60) as next
}
"#;

/// What the trainer found of all of `valid`, ONNX Runtime finds too, and Python's reads the file that is saved.
#[test]
fn the_saved_file_says_what_the_trainer_said() {
    for network in ["sr_gnn", "gru4rec", "sasrec", "dgsr"] {
        let project = Project::of(&[("main.gml", TOLD)]);
        write_ring(&project, "clicks.parquet", 400);
        project.done(&["run", "--set", &format!("network={network}")]);
        let signature: Value = serde_json::from_slice(&project.read("learned/signature.json")).unwrap();
        let told = &signature["network"];
        let epochs = told["epochs"].as_array().unwrap();
        let best = &epochs[told["best"].as_u64().unwrap() as usize - 1]["valid"];
        assert_eq!(best["count"], 100, "{network}: {best}");
        for (metric, name) in [("hit_rate(20)", "hit_rate"), ("mrr(20)", "mrr")] {
            let (found, wanted) = (project.metric(metric, "valid"), best[name].as_f64().unwrap());
            assert!((found - wanted).abs() < 1e-9, "{network}: {metric} is {found}, and the trainer had {wanted}");
        }
        assert!((0.02..0.98).contains(&best["mrr"].as_f64().unwrap()), "{network}: that says nothing: {best}");
        let Some(python) = peers_python() else { continue };
        let known = frames::parquet(&project.path("learned/items.parquet"));
        let known: Vec<&str> = known.column("item").unwrap().str().unwrap().iter().flatten().collect();
        let number = |item: &str| known.iter().position(|known| *known == item).unwrap();
        let clicks = ring(400);
        let clicks: Vec<usize> = clicks.column("item").unwrap().str().unwrap().iter().flatten().map(number).collect();
        let sequences: Vec<&[usize]> = clicks.chunks(5).collect();
        project.write("sequences.json", serde_json::to_vec(&sequences).unwrap());
        let paths = ["learned/model.onnx", "sequences.json"].map(|name| project.path(name));
        let said = peer(&python, "score_sequences.py", &[&paths[0], &paths[1]]);
        let next = frames::parquet(&project.path("next.parquet"));
        let column = |name: &str| next.column(name).unwrap().list().unwrap().clone();
        let (items, scores) = (column("items"), column("scores"));
        assert_eq!((items.len(), said["scores"].as_array().unwrap().len()), (400, 400));
        for row in 0..400 {
            let (items, scores) = (items.get_as_series(row).unwrap(), scores.get_as_series(row).unwrap());
            assert_eq!(items.len(), known.len());
            for (item, score) in items.str().unwrap().iter().zip(scores.f64().unwrap().iter()) {
                let of_python = said["scores"][row][number(item.unwrap())].as_f64().unwrap();
                assert!((of_python - score.unwrap()).abs() < 1e-4, "{network}: {of_python} {score:?}");
            }
        }
    }
}

/// The rate of sr_gnn becomes a tenth every three epochs: so does what an epoch brings, long before all is learned.
#[test]
fn steps_of_sr_gnn_become_smaller() {
    let program = TOLD.replace("epochs: 8, learning_rate: 0.005", "epochs: 12, learning_rate: 0.01");
    let project = Project::of(&[("main.gml", program)]);
    write_ring(&project, "clicks.parquet", 400);
    let losses = |network: &str| -> Vec<f64> {
        project.done(&["run", "--set", &format!("network={network}")]);
        let signature: Value = serde_json::from_slice(&project.read("learned/signature.json")).unwrap();
        let epochs = signature["network"]["epochs"].as_array().unwrap().iter();
        epochs.map(|epoch| epoch["loss"].as_f64().unwrap()).collect()
    };
    let (falling, steady) = (losses("sr_gnn"), losses("gru4rec"));
    let brought = |losses: &[f64], epoch: usize| losses[epoch - 2] - losses[epoch - 1];
    assert!(falling[11] > 0.3 && brought(&falling, 3) > 0.1, "{falling:?}");
    assert!(brought(&falling, 12).abs() < 0.01 * brought(&falling, 3), "{falling:?}");
    assert!(brought(&steady, 12).abs() > 0.01 * brought(&steady, 3), "{steady:?}");
}
