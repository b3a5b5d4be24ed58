//! Columns that are known only when it runs, and are not what is asked of them.

use gml_tests::Project;

use super::fails;

const VISITS: &str = "who,page,tags\nx,home,a\ny,cart,b\n";

/// A program that reads visits and does `body` in a pipeline.
fn visits(declarations: &str, body: &str) -> Project {
    let program = format!(
        "schema Visit {{ who: str, page: str }}\n\
         catalog {{\n    visits: table[Visit] = csv(\"in.csv\"),\n    open: table {{ who: str, .. }} = csv(\"in.csv\"),\n    \
         found: table {{ who: str, .. }} = csv(\"out.csv\"),\n}}\n{declarations}\n\
         pipeline main {{\n    let counts = visits |> pivot(rows: [.who], on: [.page], value: count())\n    {body}\n}}\n"
    );
    Project::of(&[("main.gml", program), ("in.csv", VISITS.to_owned())])
}

/// That a step over the counts of pages fails, and with what.
fn of_counts(step: &str, told: &[&str]) {
    let mut all = vec!["GML0929", "conform(Schema)", "help:"];
    all.extend(told);
    fails(&visits("", &format!("save counts |> {step} as found")), &all);
}

#[test]
fn operators_without_a_meaning_for_the_type_that_is_found() {
    of_counts("filter(.home == \"x\")", &["`==` has no meaning for `.home`, which is int, and `\"x\"`, which is str"]);
    of_counts("derive { z = .home + \"x\" }", &["`+` has no meaning for `.home`, which is int"]);
    of_counts("derive { z = .home + 7d }", &["`.home`, which is int", "which is duration"]);
    of_counts("filter(not .home)", &["`not` wants a bool, and `.home` is int"]);
    of_counts("filter(.home and .who == \"x\")", &["`and` wants a bool, and `.home` is int"]);
    of_counts("filter(.home in [\"x\"])", &["`.home` is int", "str"]);
    of_counts("filter(3 in .home)", &["`in` wants a list, and `.home` is int"]);
    of_counts("derive { z = .home.b }", &["`.b` is read of `.home`, which is int"]);
    of_counts("derive { z = if .who == \"x\" then .home else \"none\" }", &["`.home`, which is int", "str"]);
}

#[test]
fn functions_without_a_meaning_for_the_type_that_is_found() {
    of_counts("derive { z = .home.upper() }", &["`upper` wants a text, and `.home` is int"]);
    of_counts("derive { z = .home.year() }", &["`year` wants a date or a timestamp, and `.home` is int"]);
    of_counts("derive { z = .home.length() }", &["`length` wants a list, and `.home` is int"]);
    of_counts("derive { z = .home.find(.key == \"a\") }", &["`find` wants a list, and `.home` is int"]);
    of_counts("explode(.home)", &["`explode` wants a list, and `.home` is int"]);
    of_counts("filter(.home)", &["`filter` wants a bool, and `.home` is int"]);
    let mean = "save open |> group(by: [.who]) { mean = mean(.page) } as found";
    fails(&visits("", mean), &["GML0929", "`mean` wants a number, a duration or a vector, and `.page` is str"]);
}

#[test]
fn a_column_that_is_not_there() {
    let told = ["GML0301", "there is no column zz", "the columns are who, home, cart", "help:"];
    fails(&visits("", "save counts |> filter(.zz > 1) as found"), &told);
    fails(&visits("", "save counts |> explode(.zz) as found"), &told);
    fails(&visits("", "save counts |> rename { z = .zz } as found"), &told);
    fails(&visits("", "save counts |> sort(.zz) as found"), &told);
}

#[test]
fn declared_columns_of_an_open_result_are_held_against_what_is_found() {
    let node = |row: &str| {
        format!(
            "node n(t: table[Visit]) -> table {{ {row}, .. }} {{\n    t |> pivot(rows: [.who], on: [.page], value: count())\n}}"
        )
    };
    let used = "save n(visits) as found";
    let told = ["GML0924", "column home cannot be null: 1 row of 2", "the result of `n` declares it so", "row 2"];
    fails(&visits(&node("who: str, home: int"), used), &told);
    let told = ["GML0924", "column home is int, and the result of `n` wants str?", "declare `home: int`"];
    fails(&visits(&node("who: str, home: str?"), used), &told);
    let told =
        ["GML0924", "the result of `n` wants a column zz, and the table has none", "its columns are who, home, cart"];
    fails(&visits(&node("who: str, zz: str"), used), &told);
}

#[test]
fn declared_columns_of_an_open_parameter_are_held_against_what_is_found() {
    let node =
        "node n(t: table { who: str, page: int, .. }) -> table { who: str, .. } {\n    t |> filter(.page > 0)\n}";
    let told = ["GML0924", "column page is str, and `t` of `n` wants int", "declare `page: str`"];
    fails(&visits(node, "save n(open) as found"), &told);
}

#[test]
fn declared_columns_of_an_open_entry_are_held_against_what_is_saved() {
    let project = visits("", "save counts |> drop([.who]) |> rename { who = .home } as found");
    fails(&project, &["GML0924", "column who is int, and the entry `found` wants str"]);
}
