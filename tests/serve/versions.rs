//! Models that change while they are asked.

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

#[test]
fn a_new_version_is_taken_without_a_request_lost() {
    let project = learned();
    let server = Server::of(&project, &["buyer", "--reload", "0.05"]);
    let first = server.post("/predict", ROW);
    let stop = AtomicBool::new(false);
    let (seen, failed) = std::thread::scope(|scope| {
        let askers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let (mut versions, mut failed) = (std::collections::BTreeMap::new(), 0);
                    let mut stream = server.connect();
                    let mut reader = BufReader::new(stream.try_clone().unwrap());
                    while !stop.load(Ordering::Relaxed) {
                        send(&mut stream, "POST", "/predict", &[("content-type", "application/json")], ROW.as_bytes());
                        match receive(&mut reader).filter(|answer| answer.status == 200) {
                            Some(answer) => {
                                let version = answer.header("gml-model-version").unwrap().to_owned();
                                let score = answer.json()["score"].as_f64().unwrap().to_bits();
                                // Each version says one thing of a row.
                                assert_eq!(*versions.entry(version).or_insert(score), score);
                            }
                            None => failed += 1,
                        }
                    }
                    (versions, failed)
                })
            })
            .collect();
        for (rounds, version) in [(5, "2"), (60, "3")] {
            project.done(&["run", "--set", &format!("rounds={rounds}")]);
            until("the new version is served", || server.get("/health").json()["version"] == version);
            std::thread::sleep(Duration::from_millis(200));
        }
        stop.store(true, Ordering::Relaxed);
        let found: Vec<_> = askers.into_iter().map(|asker| asker.join().unwrap()).collect();
        let versions: std::collections::BTreeMap<String, u64> =
            found.iter().flat_map(|(versions, _)| versions.clone()).collect();
        (versions, found.iter().map(|(_, failed)| failed).sum::<u32>())
    });
    assert_eq!(failed, 0);
    assert_eq!(seen.keys().map(String::as_str).collect::<Vec<_>>(), ["1", "2", "3"]);
    assert_eq!(seen["1"], first.json()["score"].as_f64().unwrap().to_bits());
    assert!(seen["1"] != seen["2"] && seen["2"] != seen["3"]);
    let metrics = String::from_utf8(server.get("/metrics").body).unwrap();
    assert!(metrics.contains("gml_serve_reloads_total 2\n"), "{metrics}");
}

#[test]
fn a_broken_version_is_told_and_the_one_before_is_served() {
    let project = learned();
    let server = Server::of(&project, &["buyer", "--reload", "0.05"]);
    let folder = model_folder(&project);
    let copied = Command::new("cp").arg("-r").arg(folder.join("000001")).arg(folder.join("broken")).status().unwrap();
    assert!(copied.success());
    std::fs::write(folder.join("broken/model/model.txt"), "tree\n").unwrap();
    // Another signature, or it would be the same model.
    let signature = folder.join("broken/signature.json");
    let text = std::fs::read_to_string(&signature).unwrap();
    std::fs::write(&signature, text + "\n").unwrap();
    std::fs::rename(folder.join("broken"), folder.join("000002")).unwrap();
    let failed = |count: u32| {
        let metrics = String::from_utf8(server.get("/metrics").body).unwrap();
        metrics.contains(&format!("gml_serve_failed_reloads_total {count}\n"))
    };
    until("the broken version was looked at", || failed(1));
    assert_eq!(server.post("/predict", ROW).header("gml-model-version"), Some("1"));
    // It is not looked at again.
    std::thread::sleep(Duration::from_millis(300));
    assert!(failed(1));
    assert_eq!(server.get("/health").status, 200);
}

#[test]
fn models_are_found_by_folder_and_by_name() {
    let project = trained();
    let versions = model_folder(project).display().to_string();
    let one = model_folder(project).join("000001").display().to_string();
    for (model, version) in [("buyer", "1"), (&*versions, "1")] {
        assert_eq!(Server::of(project, &[model]).get("/health").json()["version"], version, "{model}");
    }
    // A version by itself is a folder like any other, named by what is in it.
    assert_eq!(Server::of(project, &[&one]).get("/health").json()["version"].as_str().map(str::len), Some(12));
    for (model, code, text) in [
        ("buyr", 2, "did you mean `buyer`?"),
        ("recipe", 3, "GML0985"),
        ("./models", 3, "GML0901"),
        ("./nowhere", 3, "GML0901"),
    ] {
        let refused = project.gmlc(&["serve", model, "--port", "0"]);
        assert!(refused.code == code && refused.stderr.contains(text), "{model}: {} {}", refused.code, refused.stderr);
    }
}
