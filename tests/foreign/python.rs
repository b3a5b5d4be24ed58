//! Nodes in Python.

use super::{fails, with_python};

const PROGRAM: &str = r#"
schema Order {
    order: str,
    price: float,
    pieces: int?,
    paid: bool?,
    day: date,
    at: timestamp,
    took: duration?,
    note: str?,
    kind: enum["a", "b"],
    tags: list[str],
    size: decimal[10, 2],
    small: int16,
}
schema Rate { kind: str, rate: float }
schema Margin { order: str, margin: float }

node orders() -> table[Order] = python("features/margin.py", "orders")

node back(orders: table[Order]) -> table[Order] = python("features/margin.py", "back")
node back_polars(orders: table[Order]) -> table[Order] = python("features/margin.py", "back_polars")
node back_lazy(orders: table[Order]) -> table[Order] = python("features/margin.py", "back_lazy")
node back_arrow(orders: table[Order]) -> table[Order] = python("features/margin.py", "back_arrow")

node margin(orders: table[Order], rates: table[Rate], digits: int, days: range[date]) -> table[Margin] =
    python("features/margin.py", "add_margin")
node told(
    text: str, number: float, whole: int, yes: bool, nothing: int?, day: date, at: timestamp, took: duration,
    texts: list[str], days: range[date],
) -> table { name: str, shown: str } = python("features/margin.py", "told")

catalog {
    first: table[Order] = parquet("out/first.parquet"),
    second: table[Order] = parquet("out/second.parquet"),
    third: table[Order] = parquet("out/third.parquet"),
    fourth: table[Order] = parquet("out/fourth.parquet"),
    fifth: table[Order] = parquet("out/fifth.parquet"),
    margins: table[Margin] = csv("out/margins.csv"),
    values: table { name: str, shown: str } = csv("out/values.csv"),
}

pipeline all {
    let made = orders()
    save made as first
    save back(made) as second
    save back_polars(made) as third
    save back_lazy(made) as fourth
    save back_arrow(made) as fifth
    let rates = table[Rate] [{ kind: "a", rate: 0.5 }, { kind: "b", rate: 0.25 }]
    save margin(made, rates, digits: 1, days: @2021-01-01..@2021-01-31) as margins
    save told("it's \"é\"", 0.1, 9_007_199_254_740_993, true, null, @2021-02-03, @2021-02-03T04:05:06Z, 90min, ["x", "y"], @2021-01-01..<@2021-01-03) as values
}
"#;

const MODULE: &str = r#"
import datetime
import decimal
import os

import pandas as pd
import polars as pl
import pyarrow as pa

from .helper import rounded


def orders():
    print("process", os.getpid())
    day = datetime.date(2021, 1, 31)
    at = datetime.datetime(2021, 1, 31, 12, 30, 15, 250000)
    columns = {
        "order": pa.array(["O-1", "O-2", None][:2]),
        "price": pa.array([10.0, 3.25]),
        "pieces": pa.array([9007199254740993, None], pa.int64()),
        "paid": pa.array([True, None]),
        "day": pa.array([day, day]),
        "at": pa.array([at, at], pa.timestamp("us")),
        "took": pa.array([datetime.timedelta(seconds=90), None], pa.duration("us")),
        "note": pa.array([None, "ü"]),
        "kind": pa.array(["a", "b"]).dictionary_encode(),
        "tags": pa.array([["x", "y"], []], pa.list_(pa.string())),
        "size": pa.array([decimal.Decimal("1.25"), decimal.Decimal("99999999.99")], pa.decimal128(10, 2)),
        "small": pa.array([1, -5], pa.int16()),
    }
    return pa.table(columns)


def back(orders):
    assert isinstance(orders, pd.DataFrame), type(orders)
    print("process", os.getpid())
    assert str(orders.pieces.dtype) == "Int64", orders.pieces.dtype
    assert orders.day.dt.year.tolist() == [2021, 2021]
    return orders[list(reversed(orders.columns))]


def back_polars(orders: pl.DataFrame) -> pl.DataFrame:
    assert isinstance(orders, pl.DataFrame), type(orders)
    return orders.with_columns(pl.col("kind").cast(pl.Categorical))


def back_lazy(orders: "pl.LazyFrame") -> "pl.LazyFrame":
    assert isinstance(orders, pl.LazyFrame), type(orders)
    return orders


def back_arrow(orders: pa.Table) -> pa.Table:
    assert isinstance(orders, pa.Table), type(orders)
    return orders


def add_margin(orders, rates, digits, days):
    assert days.start == datetime.date(2021, 1, 1) and days.inclusive
    both = orders.merge(rates, on="kind")
    both["margin"] = rounded(both.price * both.rate, digits)
    return both.groupby("order")[["margin"]].sum()


def told(**values):
    return pd.DataFrame({"name": list(values), "shown": [repr(value) for value in values.values()]})
"#;

const HELPER: &str = "def rounded(values, digits):\n    return values.round(digits)\n";

#[test]
fn every_type_there_and_back() {
    let Some(project) = with_python(PROGRAM, MODULE) else { return };
    project.write("features/helper.py", HELPER);
    let ran = project.done(&["run"]);
    let first = project.read("out/first.parquet");
    for other in ["second", "third", "fourth", "fifth"] {
        assert!(project.read(&format!("out/{other}.parquet")) == first, "{other} has other values");
    }
    assert_eq!(String::from_utf8_lossy(&project.read("out/margins.csv")), "order,margin\nO-1,5.0\nO-2,0.8\n");
    let values = String::from_utf8(project.read("out/values.csv")).unwrap();
    for shown in [
        r#"text,"'it\'s ""é""'""#,
        "number,0.1",
        "whole,9007199254740993",
        "yes,True",
        "nothing,None",
        "day,\"datetime.date(2021, 2, 3)\"",
        "at,\"datetime.datetime(2021, 2, 3, 4, 5, 6)\"",
        "took,datetime.timedelta(seconds=5400)",
        "texts,\"['x', 'y']\"",
        "days,\"Range(start=datetime.date(2021, 1, 1), end=datetime.date(2021, 1, 3), inclusive=False)\"",
    ] {
        assert!(values.contains(shown), "{shown} is missing in\n{values}");
    }
    // What functions print is shown with the name of the node.
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert!(said.contains("orders: process ") && said.contains("back: process "), "{said}");
    assert!(!project.path("features/__pycache__").exists(), "Python left something behind");
}

/// One step after the other: one process serves them all.
#[test]
fn one_worker_serves_a_run() {
    let program = "node a() -> table { pid: int } = python(\"features/margin.py\", \"pid\")\nnode b(t: table { pid: int }) -> table { pid: int } = python(\"features/margin.py\", \"more\")\ncatalog { out: table { pid: int } = csv(\"out/pids.csv\") }\npipeline p { save b(b(b(a()))) as out }\n";
    let module = "import os\n\nimport pandas as pd\n\n\ndef pid():\n    return pd.DataFrame({'pid': [os.getpid()]})\n\n\ndef more(t):\n    return pd.concat([t, pid()])\n";
    let Some(project) = with_python(program, module) else { return };
    project.done(&["run"]);
    let text = String::from_utf8(project.read("out/pids.csv")).unwrap();
    let mut pids: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(pids.len(), 4);
    pids.dedup();
    assert_eq!(pids.len(), 1, "{text}");
    // And it is gone with the run.
    assert!(!std::path::Path::new(&format!("/proc/{}", pids[0])).exists());
}

#[test]
fn is_kept_until_what_it_depends_on_changes() {
    let Some(project) = with_python(PROGRAM, MODULE) else { return };
    project.write("features/helper.py", HELPER);
    project.write("features/other.py", "x = 1\n");
    project.done(&["run"]);
    let ran = || {
        project.done(&["run"]);
        let record = project.record();
        let steps = record["steps"].as_array().unwrap();
        let ran =
            steps.iter().filter(|step| step["state"] == "ran").map(|step| step["name"].as_str().unwrap().to_owned());
        ran.collect::<Vec<String>>()
    };
    assert_eq!(ran(), [] as [String; 0]);
    // Another file of the folder is none of its business.
    project.write("features/other.py", "x = 2\n");
    assert_eq!(ran(), [] as [String; 0]);
    project.write("features/helper.py", HELPER.replace("round(digits)", "round(digits) * 2"));
    let plan = project.done(&["plan"]).stdout;
    assert!(plan.contains("file features/helper.py"), "{plan}");
    assert!(ran().contains(&"margin (python)".to_owned()));
    assert_eq!(String::from_utf8_lossy(&project.read("out/margins.csv")), "order,margin\nO-1,10.0\nO-2,1.6\n");
    let program = String::from_utf8(project.read("main.gml")).unwrap();
    project.write("main.gml", program.replace("digits: 1", "digits: 2"));
    let again = ran();
    assert!(again.contains(&"margin (python)".to_owned()) && !again.contains(&"back (python)".to_owned()), "{again:?}");
}

/// A secret reaches the function, and nothing else shows it.
#[test]
fn secrets() {
    let program = "node lengths(token: secret) -> table { length: int } = python(\"features/margin.py\", \"lengths\")\ncatalog { out: table { length: int } = csv(\"out/lengths.csv\") }\npipeline p { save lengths(secret(\"SHOP_TOKEN\")) as out }\n";
    let module = "import pandas as pd\n\n\ndef lengths(token):\n    return pd.DataFrame({'length': [len(token)]})\n";
    let Some(project) = with_python(program, module) else { return };
    let ran = gml_tests::gmlc_with(&project.path(""), &["run"], &[("SHOP_TOKEN", "s3cr3t-t0ken")]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(String::from_utf8_lossy(&project.read("out/lengths.csv")), "length\n12\n");
    // The same value gives the same; another one may give something else.
    let again = gml_tests::gmlc_with(&project.path(""), &["run"], &[("SHOP_TOKEN", "s3cr3t-t0ken")]);
    assert!(again.stdout.contains("nothing had to run"), "{}", again.stdout);
    let plan = gml_tests::gmlc_with(&project.path(""), &["plan"], &[("SHOP_TOKEN", "an0ther-s3cr3t")]);
    assert!(plan.stdout.contains("the secret SHOP_TOKEN changed"), "{}", plan.stdout);
    let other = gml_tests::gmlc_with(&project.path(""), &["run"], &[("SHOP_TOKEN", "an0ther-s3cr3t")]);
    assert_eq!((other.code, &*String::from_utf8_lossy(&project.read("out/lengths.csv"))), (0, "length\n14\n"));
    let mut folders = vec![project.path("")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            let shown = ["s3cr3t-t0ken", "an0ther-s3cr3t"].iter().any(|secret| text.contains(secret));
            assert!(!shown, "{} has it", path.display());
        }
    }
    ["out", ".gml"].iter().for_each(|folder| std::fs::remove_dir_all(project.path(folder)).unwrap());
    fails(&project, "GML0950", &["there is no secret SHOP_TOKEN"]);
}

#[test]
fn tests_of_a_program_run_it_too() {
    let program = "node twice(t: table { n: int }) -> table { n: int } = python(\"features/margin.py\", \"twice\")\ntest \"twice\" {\n    expect first(twice(table { n: int } [{ n: 21 }])).n == 42\n}\n";
    let Some(project) = with_python(program, "def twice(t):\n    t['n'] *= 2\n    return t\n") else { return };
    let tested = project.done(&["test"]);
    assert!(tested.stdout.contains("1 passed"), "{}", tested.stdout);
}

#[test]
fn what_is_wrong_with_the_file_is_told_by_check() {
    let program = "node a(t: table { n: int }) -> table { n: int } = python(\"features/missing.py\", \"a\")\nnode b(t: table { n: int }) -> table { n: int } = python(\"features/margin.py\", \"gone\")\npipeline p { expect count(a(table { n: int } [])) + count(b(table { n: int } [])) == 0 }\n";
    let program = format!(
        "{program}node c(t: table {{ n: int }}) -> table {{ n: int }} = python(\"features/broken.py\", \"f\")\n"
    );
    let Some(project) = with_python(&program, "def there(t): ...\n") else { return };
    project.write("features/broken.py", "import pandas as pd\n\ndef f(:\n    return 1\n");
    let checked = project.gmlc(&["check", "--format", "short"]);
    assert_eq!(checked.code, 1);
    assert!(checked.stdout.contains("main.gml:1:58: error[GML0264]"), "{}", checked.stdout);
    assert!(checked.stdout.contains("main.gml:2:80: error[GML0265]"), "{}", checked.stdout);
    let broken =
        "main.gml:4:58: error[GML0264]: Python cannot read `features/broken.py`: `(` is never closed, in line 3";
    assert!(checked.stdout.contains(broken), "{}", checked.stdout);
}

/// Large numbers beside nulls within lists and structs, and NaN beside null: pandas has them apart, and gives them back so.
#[test]
fn no_digit_and_no_null_is_lost_in_pandas() {
    let program = r#"
schema Reading {
    level: float,
    deep: float?,
    plain: float?,
    ids: list[int?],
    pairs: list[list[int?]]?,
    about: struct { id: int?, share: float?, tags: list[str?]? }?,
    seen: list[struct { id: int?, share: float? }],
}
node made() -> table[Reading] = python("features/margin.py", "made")
node back(readings: table[Reading]) -> table[Reading] = python("features/margin.py", "back")
node told(readings: table[Reading]) -> table { level: float, deep: float? } = python("features/margin.py", "told")
catalog {
    first: table[Reading] = parquet("out/first.parquet"),
    second: table[Reading] = parquet("out/second.parquet"),
    told_of: table { level: float, deep: float? } = csv("out/told.csv"),
}
pipeline p {
    let readings = made()
    save readings as first
    save back(readings) as second
    save told(readings) as told_of
}
"#;
    let module = r#"
import pandas as pd
import pyarrow as pa

BIG = 9007199254740993
NAN = float("nan")


def made() -> pa.Table:
    pair = pa.struct([("id", pa.int64()), ("share", pa.float64())])
    about = pa.struct([("id", pa.int64()), ("share", pa.float64()), ("tags", pa.list_(pa.string()))])
    return pa.table({
        "level": pa.array([1.5, NAN, 2.5]),
        "deep": pa.array([NAN, None, 0.5]),
        "plain": pa.array([None, 1.0, None]),
        "ids": pa.array([[BIG, None], [], [1]], pa.list_(pa.int64())),
        "pairs": pa.array([[[None, BIG], []], None, [[2]]], pa.list_(pa.list_(pa.int64()))),
        "about": pa.array([{"id": BIG, "share": NAN, "tags": ["a", None]}, {"id": None, "share": None, "tags": None}, None], about),
        "seen": pa.array([[{"id": BIG, "share": None}, {"id": None, "share": NAN}], [], [{"id": 1, "share": 0.5}]], pa.list_(pair)),
    })


def back(readings: pd.DataFrame) -> pd.DataFrame:
    assert readings.ids[0].tolist() == [BIG, None], readings.ids[0]
    assert readings.about[0]["id"] == BIG and readings.about[2] is None, readings.about
    assert str(readings.level.dtype) == "float64" and str(readings.deep.dtype) == "Float64", readings.dtypes
    return readings.copy()


def told(readings: pd.DataFrame) -> pd.DataFrame:
    # What pandas computes has NaN for a null: in `float?` it is one.
    return pd.DataFrame({"level": readings.level * 2, "deep": readings.level * 2})
"#;
    let Some(project) = with_python(program, module) else { return };
    project.done(&["run"]);
    assert!(project.read("out/first.parquet") == project.read("out/second.parquet"), "they have other values");
    assert_eq!(String::from_utf8_lossy(&project.read("out/told.csv")), "level,deep\n3.0,3.0\nNaN,\n5.0,5.0\n");
}
