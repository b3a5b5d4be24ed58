use gml_tests::{Project, peer, peers_python};
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
