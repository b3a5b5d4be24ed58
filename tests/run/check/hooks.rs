use gml_tests::{Project, gmlc_folder, peer, peers_python, repository};

#[test]
fn the_hooks_run_under_the_real_pre_commit() {
    let Some(python) = peers_python() else { return };
    let project = Project::new();
    let work = project.path(".");
    let told = peer(&python, "commit_hooks.py", &[repository(), &gmlc_folder(), &work]);
    assert_eq!(told["hooks"], serde_json::json!(["gmlc-check", "gmlc-fmt"]));
    let run = |name: &str| (told[name][0].as_i64().unwrap(), told[name][1].as_str().unwrap().to_owned());
    let (code, said) = run("right");
    assert!(code == 0 && said.contains("Passed"), "{said}");
    let (code, said) = run("wrong");
    assert!(code == 1 && said.contains("Failed"), "{said}");
    assert_eq!(said.matches("GML0101").count(), 1, "the project is checked once: {said}");
    let (code, said) = run("other files");
    assert!(code == 0 && said.contains("no files to check"), "{said}");
}
