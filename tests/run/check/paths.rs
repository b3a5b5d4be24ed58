use gml_tests::Project;

const MAIN: &str = "use features.rates.{rate}\n\ntest \"half\" {\n    expect rate(1, 2) == 0.5\n}\n";
const RATES: &str = "fn rate(part: int, whole: int) -> float = part / whole\nfn unused(n: int) -> int = n\n";

fn project() -> Project {
    Project::of(&[
        ("shop/main.gml", MAIN),
        ("shop/features/rates.gml", RATES),
        ("shop/notes.gml", "test \"b\" {\n    let c = 1\n    expect 1 < 2\n}\n"),
        ("shop/gml.toml", "[lints]\nunused_let = \"allow\"\n"),
    ])
}

fn told(project: &Project, args: &[&str]) -> Vec<String> {
    let all: Vec<&str> = ["check", "--format", "short"].into_iter().chain(args.iter().copied()).collect();
    project.gmlc(&all).stdout.lines().map(str::to_owned).collect()
}

#[test]
fn files_of_one_project_are_one_program() {
    let project = project();
    let expected = ["shop/features/rates.gml:2:4: warning[GML0125]: the function `unused` is never used"];
    assert_eq!(told(&project, &["shop"]), expected);
    assert_eq!(told(&project, &["shop/features/rates.gml"]), expected, "a module is checked as part of its project");
    let all = ["shop/main.gml", "shop/features/rates.gml", "./shop", "shop/gml.toml", "shop/main.gml"];
    assert_eq!(told(&project, &all), expected);
}

#[test]
fn a_file_that_the_project_does_not_use_is_a_program_of_its_own() {
    let project = project();
    assert_eq!(told(&project, &["shop/notes.gml"]), [""; 0], "the configuration beside it is its own, too");
    project.write("shop/gml.toml", "");
    assert_eq!(
        told(&project, &["shop/notes.gml", "shop/features/rates.gml"]),
        [
            "shop/notes.gml:2:9: warning[GML0120]: the `let` `c` is never used",
            "shop/features/rates.gml:2:4: warning[GML0125]: the function `unused` is never used"
        ]
    );
}

#[test]
fn a_module_is_part_of_its_project_in_whatever_folder_gmlc_is_called() {
    let project = project();
    project.write("shop/features/rates.gml", format!("use shared.{{one}}\n{RATES}fn two() -> int = one() + 1\n"));
    project.write(
        "shop/main.gml",
        MAIN.replace("{rate}", "{rate, two, unused}").replace("0.5", "0.5 and two() == unused(2)"),
    );
    project.write("shop/shared.gml", "fn one() -> int = 1\n");
    let told = |folder: &str, path: &str| gml_tests::gmlc(&project.path(folder), &["check", path]);
    for (folder, path) in
        [("", "shop/features/rates.gml"), ("shop/features", "rates.gml"), ("shop", "features/rates.gml")]
    {
        let finished = told(folder, path);
        assert_eq!((finished.code, finished.stdout.as_str()), (0, ""), "{folder}: {}", finished.stderr);
    }
}

#[test]
fn what_two_programs_share_is_said_once() {
    let lib = "fn half(n: int) -> float = n / 2\nnode f(n: int) -> int { n + 1 }\n";
    let user = |name: &str| format!("use lib.{{half, f}}\ntest \"{name}\" {{ expect half(f(1)) == 1.0 }}\n");
    let project = Project::of(&[("lib.gml", lib.to_owned()), ("a.gml", user("a")), ("b.gml", user("b"))]);
    let expected = ["lib.gml:2:6: warning[GML0810]: `f` looks at no table, so it could be a `fn`"];
    assert_eq!(told(&project, &["a.gml", "b.gml"]), expected);
    assert_eq!(told(&project, &["a.gml", "lib.gml", "b.gml"]), expected);
}

#[test]
fn a_path_that_is_not_there_is_a_fault_of_the_command_line() {
    let finished = project().gmlc(&["check", "shop", "nowhere.gml"]);
    assert_eq!(finished.code, 2);
    assert!(finished.stderr.contains("nowhere.gml"), "{}", finished.stderr);
}
