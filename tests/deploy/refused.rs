//! What is refused, before anything is written.

use gml_tests::Project;

use crate::{PROGRAM, deploy, shop};

#[test]
fn a_dataset_on_the_disk_of_a_container_is_an_error() {
    let project = shop();
    // Without the env all data lie in the folder `data`.
    let finished = project.gmlc(&["deploy", "--to", "argo", "--image", "shop:1", "--name", "shop"]);
    assert_eq!((finished.code, finished.stdout.as_str()), (1, ""), "{}", finished.stderr);
    insta::assert_snapshot!(finished.stderr);
    let shared =
        project.gmlc(&["deploy", "--to", "argo", "--image", "shop:1", "--name", "shop", "--volume", "claim:data"]);
    assert_eq!(shared.code, 0, "{}", shared.stderr);
}

#[test]
fn an_input_that_no_image_has_is_an_error() {
    for (path, why) in [
        ("../codes.csv", "which is not below the project"),
        ("/mnt/codes.csv", "which is not below the project"),
        ("other.csv", "and there is nothing below the project"),
        (".gml/from/codes.csv", "in the folder that gmlc keeps for itself"),
    ] {
        let program = PROGRAM.replace("csv(\"codes.csv\")", &format!("csv({path:?})"));
        let project = Project::of(&[("main.gml", program.as_str()), ("codes.csv", "order\n1\n")]);
        let finished = deploy(&project, "argo", &["--format", "short"]);
        assert_eq!(finished.code, 1, "{path}: {}", finished.stderr);
        let said = format!("error[GML0991]: `codes` is read from `{path}`, {why}");
        assert!(finished.stderr.contains(&said), "{path}: {}", finished.stderr);
        // A pipeline that does not read it needs it not.
        assert_eq!(deploy(&project, "argo", &["training"]).code, 0, "{path}");
    }
    let mounted = PROGRAM.replace("csv(\"codes.csv\")", "csv(\"/mnt/codes.csv\")");
    let project = Project::of(&[("main.gml", mounted)]);
    assert_eq!(deploy(&project, "argo", &["--volume", "claim:/mnt"]).code, 0);
}

#[test]
fn the_place_that_an_env_says_is_pointed_at() {
    let program =
        PROGRAM.replace("    tracking =", "    catalog.scored = parquet(\"out/scored.parquet\"),\n    tracking =");
    let project = Project::of(&[("main.gml", program.as_str()), ("codes.csv", "order\n1\n")]);
    let finished = deploy(&project, "kfp", &["--format", "short"]);
    let line = program.lines().position(|line| line.contains("catalog.scored")).unwrap() + 1;
    assert_eq!(finished.code, 1, "{}", finished.stderr);
    assert!(finished.stderr.contains(&format!("main.gml:{line}:22: error[GML0990]")), "{}", finished.stderr);
}

#[test]
fn what_a_platform_has_not_is_said_with_what_to_do() {
    let project = shop();
    for (to, more, said) in [
        ("kfp", &["--schedule", "@daily"][..], "make a recurring run of it"),
        ("kfp", &["--service-account", "runner"], "it is given when a run starts"),
        ("argo", &["--gpu", "NVIDIA_TESLA_T4"], "no resource of Kubernetes"),
        ("docker", &["--schedule", "@daily"], "--name is said of the tasks, not of their image"),
        ("argo", &["--schedule", "0 25 * * *"], "`25` is no hour"),
        ("argo", &["--volume", "claim:."], "would hide the project itself"),
        ("argo", &["--volume", "claim:/"], "would hide the project itself"),
        ("argo", &["--volume", "data"], "write it as claim:path"),
        ("argo", &["--volume", "a:data", "--volume", "b:./data"], "two volumes are at ./data"),
        ("argo", &["--variable", "SHOP_URL=postgres://x"], "SHOP_URL is a secret of the program"),
        ("argo", &["--variable", "X={{x}}"], "marks that platforms put something in for"),
        ("argo", &["--variable", "X=1", "--from-secret", "X"], "name it once"),
        ("argo", &["--set", "note={{x}}"], "cannot be handed on"),
        ("argo", &["--secret", "My_Secret"], "names in a cluster are lower-case"),
        ("argo", &["--workdir", "app"], "write a whole path"),
        ("argo", &["train"], "the program has no pipeline `train`"),
    ] {
        let finished = deploy(&project, to, more);
        assert_eq!(finished.code, 2, "{to} {more:?}: {}", finished.stderr);
        let told: String = finished.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(said), "{to} {more:?}: {}", finished.stderr);
    }
    let without = project.gmlc(&["deploy", "--to", "argo"]);
    assert_eq!(without.code, 2);
    assert!(without.stderr.contains("--image"), "{}", without.stderr);
    assert!(project.files().keys().all(|name| !name.ends_with(".yaml")), "{:?}", project.files().keys());
}

#[test]
fn a_program_that_is_wrong_is_not_deployed() {
    let project = Project::of(&[("main.gml", PROGRAM.replace(".quantity < days", ".quantty < days"))]);
    let finished = deploy(&project, "argo", &[]);
    assert_eq!(finished.code, 1);
    assert!(finished.stderr.contains("did you mean `.quantity`?"), "{}", finished.stderr);
    let unset = PROGRAM.replace("days: int = 90", "days: int");
    let project = Project::of(&[("main.gml", unset.as_str()), ("codes.csv", "order\n1\n")]);
    let finished = deploy(&project, "argo", &[]);
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    assert!(finished.stderr.contains("left out: `build_features` needs `days`: --set days=.."), "{}", finished.stderr);
    assert!(!String::from_utf8(project.read("shop.argo.yaml")).unwrap().contains("build-features"));
}
