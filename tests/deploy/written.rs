//! What is written.

use gml_tests::{Project, gmlc_folder};

use crate::{PROGRAM, deploy, file, shop};

#[test]
fn kubeflow_has_a_task_for_each_pipeline() {
    insta::assert_snapshot!(file(&shop(), "kfp", &["--set", "seed=7", "--variable", "REGION=eu"]));
}

#[test]
fn argo_has_a_workflow_or_one_for_each_time_of_a_schedule() {
    let project = shop();
    insta::assert_snapshot!(file(
        &project,
        "argo",
        &["--service-account", "runner", "--from-secret", "AWS_SECRET_ACCESS_KEY"]
    ));
    let more = ["--schedule", "0 6 * * 1-5", "--secret", "keys", "--volume", "shop-data:/mnt/data"];
    insta::assert_snapshot!("argo_on_a_schedule", file(&project, "argo", &more));
}

#[test]
fn kubernetes_has_a_job_that_runs_one_after_the_other() {
    let project = shop();
    let more = ["build_features", "training", "--set", "rounds=50", "--set", "since=@2026-02-01"];
    insta::assert_snapshot!(file(&project, "kubernetes", &more));
}

#[test]
fn airflow_has_a_dag() {
    let more = ["--schedule", "@daily", "--volume", "shop-data:cache", "--volume", "other:/mnt/x"];
    insta::assert_snapshot!(file(&shop(), "airflow", &more));
}

#[test]
fn what_is_next_is_said_on_standard_error() {
    let project = shop();
    for (to, name) in [
        ("kfp", "shop.kfp.yaml"),
        ("argo", "shop.argo.yaml"),
        ("kubernetes", "shop.kubernetes.yaml"),
        ("airflow", "shop_dag.py"),
    ] {
        let finished = deploy(&project, to, &["--volume", "shop-data:data"]);
        assert_eq!((finished.code, finished.stdout.trim()), (0, name), "{}", finished.stderr);
        insta::assert_snapshot!(format!("next_for_{to}"), finished.stderr);
        assert!(project.path(name).is_file(), "{name}");
    }
}

#[test]
fn the_same_program_gives_the_same_bytes() {
    let project = shop();
    for to in ["kfp", "argo", "kubernetes", "airflow"] {
        assert_eq!(file(&project, to, &[]), file(&project, to, &[]), "{to}");
    }
}

#[test]
fn a_file_of_its_own_is_written_again_and_one_of_somebody_else_stays() {
    let project = shop();
    assert_eq!(deploy(&project, "argo", &[]).code, 0);
    assert_eq!(deploy(&project, "argo", &["--set", "seed=9"]).code, 0);
    assert!(String::from_utf8(project.read("shop.argo.yaml")).unwrap().contains("value: \"9\""));
    project.write("shop.argo.yaml", "kind: Workflow\n");
    let finished = deploy(&project, "argo", &[]);
    assert_eq!(finished.code, 2, "{}", finished.stderr);
    assert!(finished.stderr.contains("shop.argo.yaml was not written by gmlc deploy"), "{}", finished.stderr);
    assert_eq!(project.read("shop.argo.yaml"), b"kind: Workflow\n");
}

#[test]
fn what_follows_from_other_parameters_is_no_parameter() {
    let text = file(&shop(), "argo", &[]);
    // `models` is made of `root`, and `days` is another one in each of two pipelines.
    for (name, is_there) in [("root", true), ("since", true), ("rounds", true), ("models", false), ("days", false)] {
        assert_eq!(text.contains(&format!("- name: {name}\n")), is_there, "{name}: {text}");
    }
    // Where the command line sets it, it is the same in both.
    let text = file(&shop(), "argo", &["--set", "days=5", "--set", "models=gs://other"]);
    for name in ["models", "days"] {
        assert!(text.contains(&format!("- name: {name}\n")), "{name}: {text}");
    }
}

#[test]
fn no_value_of_a_secret_is_written() {
    let project = shop();
    project.write(".gml/secrets.toml", "SHOP_URL = \"postgres://me:hunter2@host/shop\"\n");
    for to in ["kfp", "argo", "kubernetes", "airflow"] {
        let text = file(&project, to, &[]);
        assert!(text.contains("SHOP_URL") && text.contains("MLFLOW_URL") && !text.contains("hunter2"), "{text}");
    }
}

#[test]
fn the_environment_of_this_machine_changes_nothing() {
    let program = PROGRAM.replace("csv(\"codes.csv\")", "csv(from_env(\"CODES\", default: \"codes.csv\"))");
    let project = Project::of(&[("main.gml", program.as_str()), ("codes.csv", "order\n1\n")]);
    let args = ["deploy", "--to", "argo", "--name", "shop", "--image", "shop:1", "--env", "cloud", "--output", "-"];
    let here = gml_tests::gmlc_with(project.path("").as_path(), &args, &[("CODES", "/nowhere/codes.csv")]);
    assert_eq!(here.code, 0, "{}", here.stderr);
    assert!(here.stderr.contains("--variable CODES=.."), "{}", here.stderr);
    let given = deploy(&project, "argo", &["--variable", "CODES=/nowhere/codes.csv"]);
    assert_eq!(given.code, 1, "{}", given.stderr);
    assert!(given.stderr.contains("error[GML0991]"), "{}", given.stderr);
}

#[test]
fn the_image_has_what_the_pipelines_need() {
    let project = shop();
    let finished = project.done(&["deploy", "--to", "docker", "--env", "cloud", "--image", "shop:1"]);
    assert_eq!(finished.stdout, "Dockerfile\nDockerfile.dockerignore\n");
    let text = |name: &str| String::from_utf8(project.read(name)).unwrap();
    insta::assert_snapshot!("dockerfile", text("Dockerfile"));
    insta::assert_snapshot!("dockerignore", text("Dockerfile.dockerignore"));
    let context = gmlc_folder().display().to_string();
    let next = format!("then: docker build --build-context gmlc={context} --file Dockerfile --tag shop:1 .\n");
    assert!(finished.stderr.ends_with(&next), "{}", finished.stderr);
}

#[test]
fn an_image_for_nodes_in_python_has_their_packages() {
    let program = "schema R { n: int }\n\
                   catalog { a: table[R] = csv(\"a.csv\"), b: table[R] = csv(\"b.csv\") }\n\
                   node same(a: table[R]) -> table[R] = python(\"same.py\", \"same\")\n\
                   pipeline p { save same(a) as b }\n";
    let same = "def same(a):\n    return a\n";
    let project =
        Project::of(&[("main.gml", program), ("same.py", same), ("gml.toml", "[python]\nvenv = \".venv\"\n")]);
    let finished = project.gmlc(&["deploy", "--to", "docker"]);
    assert_eq!(finished.code, 2, "{}", finished.stderr);
    assert!(finished.stderr.contains("no requirements.txt beside the program"), "{}", finished.stderr);
    project.write("requirements.txt", "pyarrow==21.0.0\n");
    let text = project.done(&["deploy", "--to", "docker", "--output", "-"]).stdout;
    assert!(
        text.contains("RUN python3 -m venv .venv && .venv/bin/pip install --no-cache-dir -r requirements.txt\n"),
        "{text}"
    );
    project.done(&["deploy", "--to", "docker"]);
    let ignored = String::from_utf8(project.read("Dockerfile.dockerignore")).unwrap();
    assert!(ignored.lines().any(|line| line == ".venv"), "{ignored}");
}
