use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gml_tests::{Project, gmlc, peer, peers_python, repository};
use serde_json::Value;

use crate::WRONG;

#[test]
fn sarif_is_one_log_that_the_schema_takes() {
    let project = Project::of(&[("main.gml", WRONG), ("fine/main.gml", "test \"a\" { expect 1 < 2 }\n")]);
    let finished = project.gmlc(&["check", ".", "fine", "--format", "sarif"]);
    assert_eq!(finished.code, 1, "{}", finished.stderr);
    let log: Value = serde_json::from_str(&finished.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    for result in results {
        let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "main.gml");
    }
    let column = results.iter().find(|result| result["ruleId"] == "GML0301").unwrap();
    assert_eq!(column["level"], "error");
    assert_eq!(column["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"], "n");
    assert_eq!(column["relatedLocations"].as_array().unwrap().len(), 1);
    let unused = results.iter().find(|result| result["ruleId"] == "GML0120").unwrap();
    assert_eq!(unused["level"], "warning");

    let nothing = project.done(&["check", "fine", "--format", "sarif"]);
    assert_eq!(serde_json::from_str::<Value>(&nothing.stdout).unwrap()["runs"][0]["results"], serde_json::json!([]));

    let Some(python) = peers_python() else { return };
    let broken = finished.stdout.replace("\"level\": \"error\"", "\"level\": \"bad\"");
    assert_ne!(broken, finished.stdout);
    for (name, text) in [("log.sarif", &finished.stdout), ("empty.sarif", &nothing.stdout), ("broken.sarif", &broken)] {
        project.write(name, text);
    }
    let paths = ["log.sarif", "empty.sarif", "broken.sarif"].map(|name| project.path(name));
    let told = peer(&python, "sarif.py", &paths.each_ref().map(|path| path.as_path()));
    let faults = |place: usize| told[paths[place].to_str().unwrap()].as_array().unwrap().len();
    assert_eq!((faults(0), faults(1)), (0, 0), "{told}");
    assert!(faults(2) > 0, "the schema takes everything");
}

/// The wrong programs of `tests/ui`, by their paths from the root of the repository.
fn wrong_programs() -> Vec<String> {
    let mut found = Vec::new();
    for topic in std::fs::read_dir(repository().join("tests/ui/cases")).unwrap() {
        let files = std::fs::read_dir(topic.unwrap().path()).unwrap().map(|file| file.unwrap().path());
        let programs = files.filter(|path| path.extension().is_some_and(|extension| extension == "gml"));
        found.extend(programs.map(|path| path.strip_prefix(repository()).unwrap().display().to_string()));
    }
    found.sort();
    found
}

/// The results of a log.
fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().unwrap()
}

/// The files that a log names.
fn named(log: &Value) -> BTreeSet<&str> {
    let places = results(log).iter().flat_map(|result| {
        let all = [&result["locations"], &result["relatedLocations"]];
        all.into_iter().filter_map(Value::as_array).flatten()
    });
    places.filter_map(|place| place["physicalLocation"]["artifactLocation"]["uri"].as_str()).collect()
}

/// Logs of everything that is told: of every case of `tests/ui`, of files that do not fit, and in folders whose names have
/// to be written otherwise in an address.
#[test]
fn every_log_is_one_that_the_schema_takes() {
    let programs = wrong_programs();
    let mut args = vec!["check", "--format", "sarif"];
    args.extend(programs.iter().map(String::as_str));
    let cases = gmlc(repository(), &args);
    assert_eq!(cases.code, 1, "{}", cases.stderr);
    let log: Value = serde_json::from_str(&cases.stdout).unwrap();
    let of_cases = |path: &str| programs.iter().any(|program| program == path);
    let with_results: Vec<&str> = named(&log).into_iter().filter(|path| of_cases(path)).collect();
    assert_eq!(with_results.len(), programs.len(), "a case of which nothing is told");
    let codes: BTreeSet<&str> = results(&log).iter().map(|result| result["ruleId"].as_str().unwrap()).collect();
    assert!(codes.len() >= 90, "{} codes", codes.len());
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(codes, rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect());

    let folder = "Größe & Maß/50% #1";
    let files = "catalog {\n    input: table { a: int, b: float } = csv(\"in.csv\"),\n    gone: table { a: int } = csv(\"gone.csv\"),\n    \
                 other: table { a: int } = parquet(\"no.parquet\"),\n    out: table { a: int } = csv(\"out.csv\"),\n}\npipeline p {\n    \
                 save input |> select([.a]) |> union(gone) |> union(other) as out\n}\n";
    let project = Project::of(&[
        (format!("{folder}/main.gml").as_str(), WRONG),
        (format!("{folder}/data/main.gml").as_str(), files),
        (format!("{folder}/data/in.csv").as_str(), "a,B\n1,2\n"),
        (format!("{folder}/data/no.parquet").as_str(), "none"),
    ]);
    let wrong = project.gmlc(&["check", folder, "--format", "sarif"]);
    let data = project.gmlc(&["check", "--data", &format!("{folder}/data"), "--format", "sarif"]);
    let from_elsewhere =
        gmlc(&project.path(folder), &["check", "--data", project.path(folder).to_str().unwrap(), "--format", "sarif"]);
    for (finished, count, path) in [
        (&wrong, 2, "Gr%C3%B6%C3%9Fe%20%26%20Ma%C3%9F/50%25%20%231/main.gml"),
        (&data, 3, "Gr%C3%B6%C3%9Fe%20%26%20Ma%C3%9F/50%25%20%231/data/main.gml"),
        (&from_elsewhere, 2, "Gr%C3%B6%C3%9Fe%20%26%20Ma%C3%9F/50%25%20%231/main.gml"),
    ] {
        let log: Value = serde_json::from_str(&finished.stdout).unwrap();
        assert_eq!((finished.code, results(&log).len()), (1, count), "{log:#}");
        assert!(named(&log).iter().all(|named| named.ends_with(path)), "{path}: {:?}", named(&log));
    }

    let Some(python) = peers_python() else { return };
    let logs =
        [("cases.sarif", cases), ("wrong.sarif", wrong), ("data.sarif", data), ("elsewhere.sarif", from_elsewhere)];
    let paths: Vec<PathBuf> = logs
        .iter()
        .map(|(name, finished)| {
            project.write(name, &finished.stdout);
            project.path(name)
        })
        .collect();
    let told = peer(&python, "sarif.py", &paths.iter().map(PathBuf::as_path).collect::<Vec<&Path>>());
    for path in &paths {
        assert_eq!(told[path.to_str().unwrap()], serde_json::json!([]));
    }
}

#[test]
fn a_run_that_is_refused_prints_one_log() {
    let project = Project::of(&[("main.gml", WRONG)]);
    let finished = project.gmlc(&["run", "--format", "sarif"]);
    assert_eq!(finished.code, 1);
    let log: Value = serde_json::from_str(&finished.stdout).unwrap();
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 2);
}

#[test]
fn annotations_are_lines_that_a_workflow_reads() {
    let project = Project::of(&[("main.gml", WRONG)]);
    let finished = project.gmlc(&["check", "--format", "github"]);
    assert_eq!(finished.code, 1);
    let lines: Vec<&str> = finished.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{}", finished.stdout);
    assert!(
        lines[0].starts_with("::warning file=main.gml,line=7,col=9,endLine=7,endColumn=10,title=GML0120 unused-let::")
    );
    assert!(lines[1].starts_with("::error file=main.gml,line=8,col=26,"), "{}", lines[1]);
    assert!(lines[1].contains("%0Ahelp: did you mean `.n`?"), "{}", lines[1]);
}
