//! What computes row expressions: results do not depend on it, but for last bits, which are kept apart.

use gml_tests::Project;

const PROGRAM: &str = r#"
schema Row {
    id n: int,
       x: float,
       y: float?,
       s: str,
}

catalog {
    rows: table[Row] = csv("rows.csv"),
    curves: table { n: int, grown: float, odds: float, near: float?, shout: str } = csv("out/curves.csv"),
    wholes: table { n: int, twice: int } = csv("out/wholes.csv"),
}

pipeline bent {
    save rows
        |> derive {
            grown = exp(.x * 0.5) + log1p(.x * .x),
            odds = 1.0 / (1.0 + exp(-.x)),
            near = round(.y, 1),
            shout = upper(.s),
        }
        |> filter(.odds > 0.25)
        |> select([.n, .grown, .odds, .near, .shout]) as curves
}

pipeline straight {
    save rows |> select { n = .n, twice = if .n < 1000 then .n * 2 else 0 } as wholes
}
"#;

const NATIVE: [&str; 2] = ["interpreter", "cranelift"];

fn project() -> Project {
    let project = Project::of(&[("main.gml", PROGRAM)]);
    let mut text = String::from("n,x,y,s\n");
    for row in 0..500_i64 {
        let missing = if row % 7 == 0 { String::new() } else { format!("{}", (row * 37 % 101) as f64 / 8.0) };
        text += &format!("{row},{},{missing},a{}\n", (row * 61 % 97) as f64 / 16.0 - 3.0, row % 5);
    }
    project.write("rows.csv", text);
    project
}

/// The numbers of a file, a line a row.
fn numbers(project: &Project, file: &str) -> Vec<Vec<f64>> {
    let text = String::from_utf8(project.read(file)).unwrap();
    let row = |line: &str| line.split(',').map(|cell| cell.parse().unwrap_or(0.0)).collect();
    text.lines().skip(1).map(row).collect()
}

#[test]
fn results_are_the_same_whatever_computes_them() {
    let [polars, auto, interpreter, cranelift] = ["polars", "auto", "interpreter", "cranelift"].map(|backend| {
        let project = project();
        project.done(&["run", "--backend", backend]);
        project
    });
    for file in ["out/curves.csv", "out/wholes.csv"] {
        assert_eq!(interpreter.read(file), cranelift.read(file), "{file}");
    }
    assert_eq!(polars.read("out/wholes.csv"), interpreter.read("out/wholes.csv"));
    assert_eq!(auto.read("out/curves.csv"), interpreter.read("out/curves.csv"));
    let (due, found) = (numbers(&polars, "out/curves.csv"), numbers(&interpreter, "out/curves.csv"));
    assert!(due.len() > 100 && due.len() < 500 && due.len() == found.len());
    for (due, found) in due.iter().flatten().zip(found.iter().flatten()) {
        assert!((due - found).abs() <= 1e-14 * due.abs().max(1.0), "{found}, not {due}");
    }
}

#[test]
fn only_what_has_other_bits_is_done_anew() {
    let project = project();
    project.done(&["run", "--backend", "interpreter"]);
    let plan = |pipeline: &str, backend: &str| project.done(&["plan", pipeline, "--backend", backend]).stdout;
    for pipeline in ["bent", "straight"] {
        for backend in ["auto", "cranelift"] {
            let plan = plan(pipeline, backend);
            assert!(plan.contains("nothing has to run"), "{backend}: {plan}");
        }
    }
    assert!(plan("straight", "polars").contains("nothing has to run"));
    let other = plan("bent", "polars");
    assert!(other.contains("run: the native code of its functions is gone"), "{other}");
}

#[test]
fn a_plan_says_what_computes_row_expressions_and_why() {
    let project = project();
    let plan = |backend: &str| project.done(&["plan", "--backend", backend]).stdout;
    for backend in NATIVE {
        let plan = plan(backend);
        for line in [
            format!("derive: native ({backend}): 3 expressions, "),
            format!("filter: native ({backend}): 1 expression, 1 operation, about "),
            format!("select: native ({backend}): 1 expression, "),
            "derive: polars: shout, since native code lacks `upper`".to_owned(),
        ] {
            assert!(plan.contains(&line), "{line}\n{plan}");
        }
    }
    let auto = plan("auto");
    assert!(auto.contains("derive: native (") && auto.contains(" ns a row against "), "{auto}");
    let polars = plan("polars");
    assert!(polars.contains("derive: polars: 3 expressions, about ") && !polars.contains("native ("), "{polars}");
}

#[test]
fn a_number_that_does_not_fit_is_told_in_the_same_words() {
    let program = PROGRAM.replace("if .n < 1000 then .n * 2 else 0", ".n * 4611686018427387904");
    for backend in ["polars", "auto", "interpreter", "cranelift"] {
        let project = project();
        project.write("main.gml", program.as_str());
        let finished = project.gmlc(&["run", "straight", "--backend", backend]);
        assert_eq!(finished.code, 3, "{}", finished.stderr);
        assert!(finished.stderr.contains("2 * 4611686018427387904 does not fit int"), "{}", finished.stderr);
    }
}

#[test]
fn a_backend_that_is_not_there_is_an_error_of_the_command_line() {
    let project = project();
    for command in ["run", "plan"] {
        let unknown = project.gmlc(&[command, "--backend", "clang"]);
        assert_eq!(unknown.code, 2, "{}", unknown.stderr);
        assert!(unknown.stderr.contains("polars, interpreter, cranelift"), "{}", unknown.stderr);
    }
    let llvm = project.gmlc(&["plan", "--backend", "llvm"]);
    if llvm.code != 0 {
        assert_eq!(llvm.code, 2, "{}", llvm.stderr);
        assert!(llvm.stderr.contains("--features llvm") && llvm.stderr.contains("llvm-19-dev"), "{}", llvm.stderr);
    }
}
