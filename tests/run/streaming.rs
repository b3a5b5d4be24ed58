//! Rows that go from files through a model into a file are never all in memory.

use std::fmt::Write;
use std::fs::File;

use gml_tests::Project;
use polars::prelude::*;

/// Rows of one of the files that are scored.
const ROWS: usize = 250_000;

/// What scoring on two threads may hold at most, however many rows there are (it is some 150 MiB, half of it gmlc and LightGBM
/// themselves). Five million rows and their scores are 370 MiB as columns, before anything is computed.
const MOST: u64 = 256 << 20;

/// How much more may be held of five million rows than of one million: what the allocator happens to keep.
const MORE: u64 = 48 << 20;

/// Numbers that look like chance and are always the same.
fn noise(row: usize) -> u64 {
    let mixed = (row as u64).wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 11
}

const DEVICES: [&str; 4] = ["desktop", "mobile", "tablet", "watch"];

fn pages(row: usize) -> Option<i64> {
    (!noise(row).is_multiple_of(7)).then_some((noise(row) % 40) as i64)
}

fn spent(row: usize) -> f64 {
    (noise(row + 1) % 100_000) as f64 / 100.0
}

fn device(row: usize) -> &'static str {
    DEVICES[(noise(row + 2) % 4) as usize]
}

fn frame(rows: usize) -> DataFrame {
    df!(
        "visitor" => (0..rows as i64).collect::<Vec<_>>(),
        "pages" => (0..rows).map(pages).collect::<Vec<_>>(),
        "spent" => (0..rows).map(spent).collect::<Vec<_>>(),
        "device" => (0..rows).map(device).collect::<Vec<_>>(),
    )
    .unwrap()
}

fn write(project: &Project, name: &str, mut frame: DataFrame) {
    std::fs::create_dir_all(project.path(name).parent().unwrap()).unwrap();
    ParquetWriter::new(File::create(project.path(name)).unwrap()).finish(&mut frame).unwrap();
}

/// A project with a model, and files of visits that are names of one and the same file.
fn project(files: usize) -> Project {
    let project = Project::of(&[("main.gml", include_str!("programs/streaming.gml"))]);
    let mut labelled = frame(4_000);
    let bought = (0..4_000).map(|row| spent(row) > 700.0 || noise(row + 3).is_multiple_of(9)).collect::<Vec<_>>();
    labelled.with_column(Column::new("bought".into(), bought)).unwrap();
    write(&project, "labelled.parquet", labelled);
    project.done(&["run", "training"]);
    write(&project, "visits/000.parquet", frame(ROWS));
    more(&project, 1, files);
    project
}

fn more(project: &Project, from: usize, to: usize) {
    for file in from..to {
        std::fs::hard_link(project.path("visits/000.parquet"), project.path(&format!("visits/{file:03}.parquet")))
            .unwrap();
    }
}

/// Scores, and gives the most memory that was held and the rows that were written.
fn scored(project: &Project, pipeline: &str, entry: &str) -> (u64, u64) {
    project.done(&["run", pipeline, "--threads", "2"]);
    let record = project.record();
    let peaks = record["steps"].as_array().unwrap().iter().filter_map(|step| step["peak_memory"].as_u64());
    let dataset = record["datasets"].as_array().unwrap().iter().find(|dataset| dataset["name"] == entry).unwrap();
    (peaks.max().unwrap(), dataset["rows"].as_u64().unwrap())
}

#[test]
fn millions_of_rows_are_scored_in_the_memory_of_a_few() {
    let project = project(4);
    let (before, rows) = scored(&project, "scoring", "scored");
    assert!(rows > 980_000 && rows < 1_000_000, "{rows} rows");
    more(&project, 4, 20);
    let (after, five_times) = scored(&project, "scoring", "scored");
    println!("{before} bytes are held of {rows} rows, {after} of {five_times}");
    assert_eq!(five_times, 5 * rows);
    assert!(after < MOST, "{after} bytes are held of five million rows");
    assert!(after < before + MORE, "{before} bytes are held of one million rows, {after} of five million");
}

#[test]
fn parts_give_what_all_rows_at_once_give() {
    let project = project(3);
    // Three pieces of eight mebibytes.
    let mut text = String::from("visitor,pages,spent,device\n");
    for row in 0..700_000 {
        let pages = pages(row).map_or(String::new(), |pages| pages.to_string());
        writeln!(text, "{row},{pages},{:?},\"{}\"", spent(row), device(row)).unwrap();
    }
    assert!(text.len() > 16 << 20, "{} bytes", text.len());
    project.write("visits.csv", text);
    for threads in ["1", "2"] {
        project.done(&["run", "scoring", "--threads", threads]);
        project.done(&["run", "scoring_text", "--threads", threads]);
        if threads == "1" {
            project.done(&["run", "at_once"]);
        }
        assert!(
            project.read("scored.parquet") == project.read("whole.parquet"),
            "Parquet differs on {threads} threads"
        );
        assert!(project.read("scored.csv") == project.read("whole.csv"), "CSV differs on {threads} threads");
    }
    let plan = project.done(&["plan", "scoring"]).stdout;
    assert!(plan.contains("read, computed and written part by part"), "{plan}");
    assert!(!project.done(&["plan", "at_once"]).stdout.contains("part by part"));
}

#[test]
fn a_rule_that_the_last_rows_break_leaves_nothing_behind() {
    let project = project(3);
    project.done(&["run", "scoring"]);
    let good = project.read("scored.parquet");
    let mut bad = frame(3);
    bad.with_column(Column::new("spent".into(), [1.0, 2_000.0, 3_000.0])).unwrap();
    write(&project, "visits/last.parquet", bad);
    let refused = project.gmlc(&["run", "scoring"]);
    let said = format!("{}{}", refused.stdout, refused.stderr);
    assert_eq!(refused.code, 3, "{said}");
    for part in ["GML0906", "2 rows break the rule of `spent`", "last.parquet, row 2", "visitor = 1"] {
        assert!(said.contains(part), "{part:?} is not in:\n{said}");
    }
    assert!(project.read("scored.parquet") == good, "the file of the run before is no longer there");
    let names = project.files().into_keys().filter(|name| name.contains(".tmp-")).collect::<Vec<_>>();
    assert!(names.is_empty(), "{names:?}");
}

/// Visits of visitors, from clicks: most of what the blueprint of GA4 does with its events.
const GROUPS: &str = r#"
schema Click { visitor: str, visit: int, time at: timestamp, page: str? }

schema Visit {
    id visitor: str,
    id visit: int,
       began: timestamp,
       page: str?,
       clicks: int,
       visits_before: int,
       days_since: float?,
}
catalog {
    clicks: table[Click] = parquet("clicks/*.parquet"),
    visits: table[Visit] = parquet("visits.parquet"),
    again: table[Visit] = csv("again.csv"),
    busy: table[Visit] = csv("busy.csv"),
}
node visits_of(clicks: table[Click]) -> table[Visit] {
    clicks
        |> filter(.visitor != "nobody")
        |> group(by: [.visitor, .visit]) { began = min(.at), page = first(.page, by: .at), clicks = count() }
        |> derive(over: [.visitor], order: [.began], rows: before) {
            visits_before = count(),
            days_since = .began.days_since(max(.began)),
        }
}
pipeline visiting { save visits_of(clicks) as visits }
pipeline twice {
    let made = visits_of(clicks)
    save made as again
    save made |> filter(.clicks > 2) as busy
}
"#;

fn clicks(project: &Project) {
    for file in 0..6 {
        let rows = file * 40_000..(file + 1) * 40_000;
        let who = rows.clone().map(|row| match noise(row) % 30_000 {
            0..=20 => "nobody".to_owned(),
            visitor => format!("visitor number {visitor}"),
        });
        let at: Vec<i64> = rows.clone().map(|row| (noise(row + 7) % 90_000_000) as i64 * 1_000_000).collect();
        let mut frame = df!(
            "visitor" => who.collect::<Vec<_>>(),
            "visit" => rows.clone().map(|row| (noise(row + 5) % 4) as i64).collect::<Vec<_>>(),
            "at" => at,
            "page" => rows.map(|row| (!noise(row + 2).is_multiple_of(5)).then(|| DEVICES[row % 4])).collect::<Vec<_>>(),
        )
        .unwrap();
        let times = frame.column("at").unwrap().cast(&DataType::Datetime(TimeUnit::Microseconds, None)).unwrap();
        frame.with_column(times).unwrap();
        write(project, &format!("clicks/{file}.parquet"), frame);
    }
}

#[test]
fn groups_are_the_same_on_any_threads_and_where_memory_does_not_hold_them() {
    let project = Project::of(&[("main.gml", GROUPS.to_owned())]);
    clicks(&project);
    let outputs = ["visits.parquet", "again.csv", "busy.csv"];
    let results = |args: &[&str]| {
        let said: String = ["visiting", "twice"]
            .iter()
            .map(|pipeline| {
                let finished = project.done(&[&["run", pipeline, "--force"][..], args].concat());
                finished.stdout + &finished.stderr
            })
            .collect();
        (outputs.map(|name| project.read(name)), said)
    };
    let (free, said) = results(&[]);
    assert!(!said.contains("on disk"), "{said}");
    let rows = ParquetReader::new(File::open(project.path("visits.parquet")).unwrap()).finish().unwrap().height();
    assert!(rows > 90_000, "{rows} visits");
    // One thread does all groups together, several share them.
    for threads in ["1", "2", "3"] {
        assert!(results(&["--threads", threads]).0 == free, "{threads} threads give something else");
    }
    for args in
        [&["--memory", "24MiB"][..], &["--memory", "3MiB", "--threads", "1"], &["--memory", "3MiB", "--threads", "2"]]
    {
        let (bound, said) = results(args);
        assert_eq!(said.matches("memory does not hold all groups").count(), 2, "{args:?}:\n{said}");
        assert!(said.contains("by visitor"), "{said}");
        assert!(bound == free, "{args:?} gives something else");
    }
    let rows = |name: &String| name.contains("-rows") || name.contains("bucket-") || name.contains("run-");
    let left: Vec<String> = project.files().into_keys().filter(rows).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn rules_hold_for_groups_on_disk_too() {
    let wrong = GROUPS.replace("clicks: int,", "clicks: int <= 3,");
    let project = Project::of(&[("main.gml", wrong)]);
    clicks(&project);
    let refused = project.gmlc(&["run", "visiting", "--memory", "3MiB"]);
    let said = format!("{}{}", refused.stdout, refused.stderr);
    assert_eq!(refused.code, 3, "{said}");
    assert!(
        said.contains("GML0906")
            && said.contains("in the step `save visits`")
            && !project.path("visits.parquet").exists(),
        "{said}"
    );
}
