//! Columns and values that the schema does not allow.

use super::{GOOD, csv_fails};

#[test]
fn a_column_that_is_not_there() {
    let told = ["GML0904", "in.csv", "no column `day`", "name, kind, n, x, dayz, flag", "help: is it `dayz`?"];
    csv_fails(GOOD.replace("day", "dayz"), &told);
    let told = ["GML0904", "in.csv", "no column `kind`", "help: take `kind` out of the schema"];
    csv_fails("name\nu1\n", &told);
}

#[test]
fn a_column_that_is_there_twice() {
    csv_fails("name,name,kind,n,x,day,flag\nu,u1,a,1,1.5,2021-01-01,true\n", &["in.csv", "`name`", "help:"]);
}

#[test]
fn a_null_where_none_may_be() {
    let told = ["GML0907", "in.csv", "`n`: is never null", "row 2", "name = \"u2\"", "help: declare it with a `?`"];
    csv_fails(GOOD.replace("u2,b,2", "u2,b,"), &told);
    csv_fails(GOOD.replace("u2,b", "u2,"), &["GML0907", "in.csv", "`kind`: is never null", "row 2", "help:"]);
}

#[test]
fn a_text_where_another_type_is_due() {
    for (from, to, column, ty, place) in [
        ("u2,b,2", "u2,b,many", "n", "int", "line 3: \"many\""),
        ("u2,b,2", "u2,b,2.5", "n", "int", "line 3: \"2.5\""),
        ("u2,b,2", "u2,b,99999999999999999999", "n", "int", "line 3: \"99999999999999999999\""),
        ("1.5", "1;5", "x", "float", "line 2: \"1;5\""),
        ("2021-01-02", "2021-13-02", "day", "date", "line 3: \"2021-13-02\""),
        ("2021-01-02", "2021-02-30", "day", "date", "line 3: \"2021-02-30\""),
        ("false", "perhaps", "flag", "bool", "line 3: \"perhaps\""),
    ] {
        let what = format!("1 value of the column `{column}` is no {ty}");
        csv_fails(GOOD.replace(from, to), &["GML0905", "in.csv", &what, place, "help: mend the file"]);
    }
}

#[test]
fn a_value_outside_of_its_enum() {
    let told =
        ["GML0908", "in.csv", "`kind`: is one of enum[\"a\", \"b\"]", "row 2: kind = \"c\"", "help: add the value"];
    csv_fails(GOOD.replace("u2,b", "u2,c"), &told);
}

#[test]
fn a_value_that_breaks_its_contract() {
    let told = ["GML0906", "in.csv", "`n`: in 0..100", "row 2: n = 101", "help: mend the data or the contract"];
    csv_fails(GOOD.replace("u2,b,2", "u2,b,101"), &told);
}

#[test]
fn many_rows_are_counted_and_few_shown() {
    let wrong: String = (0..5000).map(|row| format!("v{row},a,500,,2021-01-01,true\n")).collect();
    let project = gml_tests::Project::of(&[("main.gml", super::copy())]);
    project.write("in.csv", format!("{GOOD}{wrong}"));
    let finished = super::refused(&project, &["run"], 3, &["GML0906", "5000 rows", "row 3: n = 500", "help:"]);
    assert!(finished.stderr.len() < 4000, "{}", finished.stderr);
}
