//! What the SDKs of the platforms say of the files: they take what is written, and what is broken, too, which is why it is proved here.
//!
//! `tests/all` sets them up. Where they are absent the test says so and has nothing to do, but not where `CI` is set: there it fails.
//! Airflow is too large to be set up for every run: its file is compiled by Python, and loaded by Airflow where `GML_AIRFLOW_PYTHON`
//! names a Python that has it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use gml_deploy::{
    Argument, Broken, Given, Name, Parameter, Schedule, Target, Task, Volume, Workflow, argo, kfp, kubernetes,
};
use gml_ir::Resources;
use gml_tests::{Project, repository, wanted};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{deploy, file, shop};

/// The interpreter with the SDKs, or nothing after saying that the test is skipped.
fn sdks() -> Option<PathBuf> {
    let found = std::env::var_os("GML_DEPLOY_PYTHON").map(PathBuf::from).filter(|python| python.exists());
    wanted("Python with the SDKs of platforms", found)
}

/// What a script of this folder prints of files, a line each.
fn lines(python: &Path, script: &str, folder: &Project, args: &[&str]) -> Vec<Value> {
    let output = Command::new(python)
        .arg(repository().join("tests/deploy").join(script))
        .args(args)
        .current_dir(folder.path(""))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("Python can be started");
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    // Libraries say things of their own on standard output, too.
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let told = text.lines().filter(|line| line.starts_with(['{', '[']));
    told.map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

/// Files by what each is, each of which the SDK of the target has to take.
fn all_taken(python: &Path, target: &str, files: &[(&str, String)]) {
    let project = Project::of(files);
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    let told = lines(python, "accepts.py", &project, &[&[target], &names[..]].concat());
    assert_eq!(told.len(), files.len());
    for said in told {
        assert_eq!(said["taken"], true, "{target}: {said}");
    }
}

#[test]
fn platforms_take_what_is_written() {
    let Some(python) = sdks() else { return };
    let project = shop();
    let disks = ["--volume", "shop-data:data", "--set", "seed=7", "--variable", "REGION=eu"];
    let schedule = [&disks[..], &["--schedule", "0 6 * * 1-5", "--service-account", "runner"]].concat();
    for target in ["kfp", "argo", "kubernetes", "airflow"] {
        let mut files =
            vec![("plain.yaml", file(&project, target, &[])), ("disks.yaml", file(&project, target, &disks))];
        if target != "kfp" {
            files.push(("schedule.yaml", file(&project, target, &schedule)));
        }
        all_taken(&python, target, &files);
    }
    let vertex = file(&project, "kfp", &["--gpu", "NVIDIA_TESLA_T4"]);
    all_taken(&python, "kfp", &[("vertex.yaml", vertex)]);
}

#[test]
fn airflow_loads_the_file() {
    let Some(python) = std::env::var_os("GML_AIRFLOW_PYTHON").map(PathBuf::from) else {
        eprintln!("skipped: GML_AIRFLOW_PYTHON names no Python with Airflow");
        return;
    };
    let project = shop();
    let more = ["--schedule", "0 6 * * 1-5", "--volume", "shop-data:data", "--set", "seed=7"];
    assert_eq!(deploy(&project, "airflow", &more).code, 0);
    let told = lines(&python, "airflow_dags.py", &project, &["shop_dag.py"]);
    let told = told.last().expect("the script prints what it found");
    assert_eq!(told["errors"], json!({}), "{told}");
    let dag = &told["dags"]["shop"];
    let tasks = &dag["tasks"];
    assert_eq!(tasks["score"]["upstream"], json!(["training"]), "{told}");
    assert_eq!(tasks["training"]["upstream"], json!(["build-features"]), "{told}");
    assert_eq!(tasks["training"]["limits"], json!({"cpu": "8", "memory": "16Gi"}), "{told}");
    assert_eq!(tasks["build-features"]["secrets"], json!(["MLFLOW_URL", "SHOP_URL"]), "{told}");
    assert_eq!(dag["params"]["seed"], 7, "{told}");
    assert_eq!(dag["params"]["recent_only"], true, "{told}");
    assert_eq!(dag["params"]["note"], "she said \"50%\": #1", "{told}");
}

/// What the containers of a file do, done here, gives what `gmlc run` gives: its arguments are those of gmlc, and the parameters of the
/// workflow come through.
#[test]
fn the_tasks_do_what_a_run_does() {
    let Some(python) = sdks() else { return };
    let program = "param least: float = 1.5\nparam since: date = @2026-01-02\nparam note: str = \"a \\\"b\\\": c\"\n\
                   param shops: list[str] = [\"x\", \"y z\"]\n\
                   schema Sale { id shop: str, day: date, price: float }\n\
                   schema Seen { shop: str, note: str, sum: float }\n\
                   catalog {\n    sales: table[Sale] = csv(\"sales.csv\"),\n    dear: table[Sale] = csv(\"out/dear.csv\"),\n    \
                   seen: table[Seen] = csv(\"out/seen.csv\"),\n}\n\
                   pipeline look(factor: int = 2) {\n    save dear |> group(by: [.shop]) { sum = sum(.price) }\n        \
                   |> derive { note = note, sum = .sum * factor } |> select([.shop, .note, .sum]) as seen\n}\n\
                   pipeline choose { save sales |> filter(.price > least and .day >= since and .shop in shops) as dear }\n\
                   env cloud { resources(look) = { memory: 1GiB } }\n";
    let sales = "shop,day,price\nx,2026-01-01,9\nx,2026-01-03,2\ny z,2026-01-02,4\nz,2026-01-03,8\ny z,2026-01-04,1\n";
    let there = || Project::of(&[("main.gml", program), ("sales.csv", sales)]);
    let set = ["--set", "factor=3", "--set", "since=@2026-01-02", "--env", "cloud"];
    let expected = there();
    expected.done(&[&["run"], &set[..]].concat());
    for target in ["argo", "kubernetes"] {
        let project = there();
        let folder = project.path("").display().to_string();
        let given =
            ["deploy", "--to", target, "--image", "shop:1", "--name", "shop", "--volume", "claim:out", "--workdir"];
        project.done(&[&given[..], &[folder.trim_end_matches('/')], &set[..]].concat());
        let file = format!("shop.{target}.yaml");
        let documents = lines(&python, "yaml_values.py", &project, &[file.as_str()]).remove(0);
        for arguments in commands(&documents[0]) {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            project.done(&arguments);
        }
        for name in ["out/dear.csv", "out/seen.csv"] {
            assert_eq!(project.read(name), expected.read(name), "{target}: {name}");
        }
    }
}

/// What the containers of a document are given, in the order in which they run, with the values of parameters.
fn commands(document: &Value) -> Vec<Vec<String>> {
    let spec = &document["spec"];
    let containers: Vec<&Value> = match spec["templates"].as_array() {
        Some(templates) => {
            templates.iter().filter(|one| one.get("container").is_some()).map(|one| &one["container"]).collect()
        }
        None => {
            let pod = &spec["template"]["spec"];
            ["initContainers", "containers"].iter().filter_map(|which| pod[which].as_array()).flatten().collect()
        }
    };
    let parameters = spec["arguments"]["parameters"].as_array().cloned().unwrap_or_default();
    let filled = |text: &str| {
        parameters.iter().fold(text.to_owned(), |text, parameter| {
            let name = format!("{{{{workflow.parameters.{}}}}}", parameter["name"].as_str().unwrap());
            text.replace(&name, parameter["value"].as_str().unwrap())
        })
    };
    let args = |container: &&Value| {
        let args = container["args"].as_array().unwrap().iter();
        args.map(|arg| filled(arg.as_str().unwrap())).collect()
    };
    containers.iter().map(args).collect()
}

/// Three tasks in a row, with texts that YAML could take for something else.
fn workflow() -> Workflow {
    let name = |text: &str| Name::parse(text).unwrap();
    let odd = [
        "",
        "yes",
        "null",
        "1",
        "1e3",
        "0x1f",
        "12:30",
        "2021-01-01",
        "a: b",
        "a #b",
        "- a",
        "é\u{2028}\u{7f}",
        "\"",
        "\\",
        "x\ty",
    ];
    let parameter = |place: usize, value| Parameter { name: format!("p{place}").into(), value, is_set: true };
    let texts = odd.iter().map(|text| Given::Text((*text).to_owned()));
    let numbers = [Given::Float(1e300), Given::Float(1.5e-9), Given::Float(4.0), Given::Int(-3), Given::Bool(false)];
    let parameters: Vec<Parameter> =
        texts.chain(numbers).enumerate().map(|(place, value)| parameter(place, value)).collect();
    let task = |text: &str, after: &[&str]| Task {
        name: name(text),
        pipeline: text.into(),
        after: after.iter().map(|text| name(text)).collect(),
        arguments: ["run", text]
            .map(|text| Argument::Text(text.to_owned()))
            .into_iter()
            .chain(parameters.iter().map(|parameter| Argument::Set(parameter.name.clone())))
            .collect(),
        variables: odd.iter().enumerate().map(|(place, text)| (format!("V{place}"), (*text).to_owned())).collect(),
        secrets: BTreeSet::from(["KEY".to_owned()]),
        resources: Resources { cpu: Some(2), memory: Some(3 << 30), gpu: Some(1) },
    };
    Workflow {
        name: name("shop"),
        image: "shop:1".to_owned(),
        tasks: vec![task("load", &[]), task("learn", &["load"]), task("score", &["learn"])],
        parameters,
        volumes: vec![Volume { name: name("data"), claim: "data".to_owned(), path: "/data".to_owned() }],
        secret: "keys".to_owned(),
        service_account: None,
        gpu: "nvidia.com/gpu".to_owned(),
        schedule: None,
    }
}

#[test]
fn other_parsers_of_yaml_read_what_was_meant() {
    let Some(python) = sdks() else { return };
    let workflow = workflow();
    let documents = kfp::documents(&workflow).unwrap();
    let value = |document: &dyn erased::Document| document.value();
    let meant = [
        (Target::Kfp, json!([value(&documents.pipeline), value(&documents.platforms)])),
        (Target::Argo, json!([value(&argo::document(&workflow).unwrap())])),
        (Target::Kubernetes, json!([value(&kubernetes::document(&workflow).unwrap())])),
    ];
    let files: Vec<(String, String)> = meant
        .iter()
        .map(|(target, _)| (format!("{target:?}.yaml"), gml_deploy::written(&workflow, *target).unwrap()))
        .collect();
    let project = Project::new();
    files.iter().for_each(|(name, text)| project.write(name, text));
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    for ((target, meant), read) in meant.iter().zip(lines(&python, "yaml_values.py", &project, &names)) {
        assert_eq!(read, *meant, "{target:?}");
    }
    for (target, name) in [("kfp", "kfp"), ("argo", "argo"), ("kubernetes", "kubernetes")] {
        let place = ["kfp", "argo", "kubernetes"].iter().position(|known| *known == name).unwrap();
        all_taken(&python, target, &[("odd.yaml", files[place].1.clone())]);
    }
}

/// Documents as values, whatever they are.
mod erased {
    use serde::Serialize;
    use serde_json::Value;

    pub trait Document {
        fn value(&self) -> Value;
    }

    impl<T: Serialize> Document for T {
        fn value(&self) -> Value {
            serde_json::to_value(self).unwrap()
        }
    }
}

/// A document that is broken by a name: JSON, which is YAML, too.
fn text(document: &impl Serialize) -> String {
    // JSON leaves signs as they are that YAML does not take, and to YAML 1.1 a power without a point is a text.
    let json = serde_json::to_string(document).unwrap();
    json.replace('\u{7f}', "\\u007f").replace('\u{2028}', "\\u2028").replace(":1e+300", ":1.0e+300")
}

#[test]
fn what_the_sdk_of_kubeflow_lets_through_is_refused_here() {
    let Some(python) = sdks() else { return };
    type Change = fn(&mut kfp::Documents);
    let changes: [(&str, Change, &str); 5] = [
        (
            "component.yaml",
            |all| tasks(all).get_mut("learn").unwrap().component_ref.name = "comp-learning".to_owned(),
            "names the component `comp-learning`",
        ),
        (
            "executor.yaml",
            |all| drop(all.pipeline.deployment_spec.executors.remove("exec-learn")),
            "names the executor `exec-learn`",
        ),
        (
            "task.yaml",
            |all| tasks(all).get_mut("learn").unwrap().dependent_tasks = vec!["prepare".to_owned()],
            "names the task `prepare`",
        ),
        (
            "circle.yaml",
            |all| tasks(all).get_mut("load").unwrap().dependent_tasks = vec!["score".to_owned()],
            "tasks wait for each other",
        ),
        (
            "parameter.yaml",
            |all| {
                let given = tasks(all).get_mut("learn").unwrap().inputs.as_mut().unwrap();
                given.parameters.get_mut("p0").unwrap().component_input_parameter = "q0".to_owned();
            },
            "names the parameter of the pipeline `q0`",
        ),
    ];
    // Without a platform, so that the SDK has one document to look at.
    let plain = Workflow { volumes: Vec::new(), ..workflow() };
    let whole = || {
        let mut workflow = plain.clone();
        workflow.tasks.iter_mut().for_each(|task| task.secrets.clear());
        kfp::documents(&workflow).unwrap()
    };
    let mut files = Vec::new();
    for (name, change, said) in changes {
        let mut documents = whole();
        change(&mut documents);
        let told = documents.check().unwrap_err().to_string();
        assert!(told.contains(said), "{name}: {told}");
        files.push((name, text(&documents.pipeline)));
    }
    all_taken(&python, "kfp", &files);
}

fn tasks(documents: &mut kfp::Documents) -> &mut BTreeMap<String, kfp::Task> {
    &mut documents.pipeline.root.dag.tasks
}

#[test]
fn what_the_models_of_argo_let_through_is_refused_here() {
    let Some(python) = sdks() else { return };
    type Change = fn(&mut argo::WorkflowSpec);
    let changes: [(&str, Change, &str); 4] = [
        ("template.yaml", |spec| order(spec)[1].template = "learning".to_owned(), "names the template `learning`"),
        ("task.yaml", |spec| order(spec)[1].dependencies = vec!["prepare".to_owned()], "names the task `prepare`"),
        ("circle.yaml", |spec| order(spec)[0].dependencies = vec!["score".to_owned()], "tasks wait for each other"),
        ("entrypoint.yaml", |spec| spec.entrypoint = "main".to_owned(), "names the template `main`"),
    ];
    let mut files = Vec::new();
    for (name, change, said) in changes {
        let mut document = argo::document(&workflow()).unwrap();
        change(document.spec_mut());
        let told: Broken = document.spec().check().unwrap_err();
        assert!(told.to_string().contains(said), "{name}: {told}");
        files.push((name, text(&document)));
    }
    all_taken(&python, "argo", &files);
}

fn order(spec: &mut argo::WorkflowSpec) -> &mut Vec<argo::DagTask> {
    &mut spec.templates[0].dag.as_mut().unwrap().tasks
}

/// The validators are no decoration: what is wrong in form they do refuse.
#[test]
fn what_is_wrong_in_form_the_sdks_refuse() {
    let Some(python) = sdks() else { return };
    let workflow = Workflow { schedule: Some(Schedule::parse("@daily").unwrap()), ..workflow() };
    let changed = |document: Value, from: &str, to: &str| document.to_string().replace(from, to);
    let value = |document: &dyn erased::Document| document.value();
    let pipeline = value(&kfp::documents(&Workflow { schedule: None, ..workflow.clone() }).unwrap().pipeline);
    let wrong = [
        ("kfp", changed(pipeline, "resourceMemoryLimit", "memoryLimits")),
        (
            "argo",
            changed(value(&argo::document(&workflow).unwrap()), "\"nvidia.com/gpu\":\"1\"", "\"nvidia.com/gpu\":1"),
        ),
        ("kubernetes", changed(value(&kubernetes::document(&workflow).unwrap()), "restartPolicy", "restart")),
    ];
    for (target, text) in wrong {
        let project = Project::of(&[("wrong.yaml", text)]);
        let told = lines(&python, "accepts.py", &project, &[target, "wrong.yaml"]);
        assert_eq!(told[0]["taken"], false, "{target}: {told:?}");
    }
}
