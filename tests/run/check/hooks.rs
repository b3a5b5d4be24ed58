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

    // Formatting mends the file and stops the commit, once.
    let (code, said) = run("unformatted");
    assert!(code == 1 && said.contains("files were modified by this hook"), "{said}");
    assert_eq!(outcomes(&said), [("gmlc fmt", "Failed"), ("gmlc check", "Passed")]);
    assert_eq!(told["formatted text"], "fn rate(part: int, whole: int) -> float = part / whole\n");
    let (code, said) = run("formatted");
    assert_eq!((code, outcomes(&said)), (0, vec![("gmlc fmt", "Passed"), ("gmlc check", "Passed")]));
    let (code, said) = run("broken");
    assert!(code == 1 && said.contains("GML0002"), "{said}");
    assert_eq!(told["broken text"], "fn rate( part:int -> float\n");
}

/// The hooks that pre-commit tells of, each with how it ended.
fn outcomes(said: &str) -> Vec<(&str, &str)> {
    let lines = said.lines().filter_map(|line| {
        let (name, _) = line.split_once("....")?;
        Some((name, line.rsplit('.').next()?))
    });
    lines.collect()
}
