//! Envs and resources.

use gml_tests::Project;

const PROGRAM: &str = r#"
param root: str = "data"
param least: int = 1

schema Row { id name: str, n: int }

catalog {
    input: table[Row] = csv(f"{root}/in.csv"),
    output: table[Row] = csv(f"{root}/out.csv"),
    sorted: table[Row] = csv(f"{root}/sorted.csv"),
}

node in_order(rows: table[Row]) -> table[Row] {
    rows |> sort(desc(.n))
}

pipeline prepare {
    save input |> filter(.n >= least) as output
}

pipeline ordering {
    save in_order(output) as sorted
}

env small {
    root = "small",
    resources(prepare) = { cpu: 1, memory: 64MiB },
    resources(in_order) = { memory: 8MiB },
}

env smaller extends small {
    least = 3,
    catalog.output = csv("elsewhere/out.csv"),
    resources(prepare) = { cpu: 2 },
}

env fast {
    resources(ordering) = { gpu: 1 },
}
"#;

const ROWS: &str = "name,n\na,1\nb,2\nc,3\nd,4\n";

fn project() -> Project {
    Project::of(&[("main.gml", PROGRAM), ("data/in.csv", ROWS), ("small/in.csv", ROWS)])
}

#[test]
fn an_env_takes_effect_and_lies_over_its_base() {
    let project = project();
    project.done(&["run", "--env", "smaller"]);
    assert_eq!(project.read("elsewhere/out.csv"), b"name,n\nc,3\nd,4\n");
    assert_eq!(project.read("small/sorted.csv"), b"name,n\nd,4\nc,3\n");
    assert!(!project.path("small/out.csv").exists() && !project.path("data/out.csv").exists());
    assert_eq!(project.record()["environment"], "smaller");
    // The command line comes before the env.
    project.done(&["run", "--env", "smaller", "--set", "least=4"]);
    assert_eq!(project.read("elsewhere/out.csv"), b"name,n\nd,4\n");
}

#[test]
fn a_plan_shows_what_pipelines_and_nodes_get() {
    let project = project();
    let plan = project.done(&["plan", "--env", "smaller"]).stdout;
    // Of the layers each says what it says, and leaves the rest.
    assert!(plan.contains("pipeline prepare  gets { cpu: 2, memory: 64MiB }"), "{plan}");
    assert!(plan.contains("pipeline ordering\n"), "{plan}");
    assert!(plan.contains("      gets { memory: 8MiB }\n"), "{plan}");
    let plain = project.done(&["plan"]).stdout;
    assert!(!plain.contains("gets"), "{plain}");
}

#[test]
fn a_gpu_that_nothing_can_use_is_refused() {
    let project = project();
    for command in ["run", "plan"] {
        let finished = project.gmlc(&[command, "--env", "fast"]);
        assert_eq!(finished.code, 3, "{}", finished.stderr);
        let said = "error[GML0952]: the pipeline `ordering` is given a gpu, and none of its steps can use one";
        assert!(finished.stderr.contains(said), "{}", finished.stderr);
    }
    assert!(!project.path("data/out.csv").exists(), "nothing runs");
}

#[test]
fn what_cannot_be_given_is_no_program() {
    let wrong = |setting: &str| {
        let project = Project::of(&[("main.gml", format!("{PROGRAM}\nenv wrong {{ {setting} }}\n"))]);
        let finished = project.gmlc(&["check", "--format", "short"]);
        assert_eq!(finished.code, 1, "{setting}");
        finished.stdout
    };
    assert!(wrong("resources(prepare) = { cpu: 0 }").contains("GML0229"));
    assert!(wrong("resources(prepare) = { memory: 0GiB }").contains("GML0229"));
    assert!(wrong("resources(prepared) = { cpu: 1 }").contains("GML0111"));
    assert!(wrong("resources(in_ordr) = { cpu: 1 }").contains("there is no pipeline or node `in_ordr`"));
    assert!(wrong("tracking = root").contains("tracker"));
}

/// Numbers that take eight bytes each.
fn numbers(rows: u64) -> String {
    let mut text = String::from("n\n");
    (0..rows).for_each(|row| text += &format!("{}\n", row * 1_000));
    text
}

const HELD: &str = r#"
catalog {
    text: table { n: int } = csv("in.csv"),
    stored: table { n: int } = parquet("in.parquet"),
    high: table { n: int } = parquet("high.parquet"),
    low: table { n: int } = parquet("low.parquet"),
    both: table { n: int } = parquet("both.parquet"),
}
pipeline store { save text |> filter(.n >= 0) as stored }
pipeline ends {
    save stored |> sort(desc(.n)) |> take(5) as high
    save stored |> sort(.n) |> take(5) as low
}
pipeline twice {
    let all = stored
    save union([all, all |> take(1)]) as both
}
env tight { resources(twice) = { memory: 256KiB } }
"#;

#[test]
fn what_cannot_fit_is_told_before_it_is_read() {
    let project = Project::of(&[("main.gml", HELD.to_owned()), ("in.csv", numbers(100_000))]);
    project.done(&["run", "store", "--memory", "1MiB"]);
    // 100,000 numbers take 781 KiB whatever one does.
    for args in [&["run", "twice", "--memory", "256KiB"][..], &["run", "twice", "--env", "tight"]] {
        let finished = project.gmlc(args);
        assert_eq!(finished.code, 3, "{}", finished.stdout);
        assert!(finished.stderr.contains("error[GML0927]: `load stored` takes at least"), "{}", finished.stderr);
        assert!(!project.path("both.parquet").exists());
    }
    project.done(&["run", "twice", "--memory", "64MiB"]);
    assert!(project.path("both.parquet").exists());
}

#[test]
fn steps_that_do_not_fit_beside_each_other_give_the_same() {
    let project = Project::of(&[("main.gml", HELD.to_owned()), ("in.csv", numbers(50_000))]);
    project.done(&["run", "store"]);
    project.done(&["run", "ends"]);
    let free = project.files();
    project.done(&["run", "ends", "--force", "--memory", "600KiB", "--threads", "4"]);
    assert_eq!(project.files(), free);
    for wrong in ["1", "1GB", "-1GiB", "x"] {
        assert_eq!(project.gmlc(&["run", "--memory", wrong]).code, 2, "{wrong}");
    }
}
