//! The fix of every diagnostic that has one, over all wrong programs of the repository: an editor offers it where the
//! diagnostic is, and it mends what was told.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use gml_analysis::{Analysis, MemoryWorld, check};
use gml_diagnostics::{Code, Diagnostic, FileId, Fix};
use gml_ide::{Action, Edit};
use insta::assert_snapshot;

use crate::markdown::fences;
use crate::mutation::mutations;
use crate::program::{Files, entries, programs, repository, text};

/// Wrong programs by where they stand.
fn wrong_programs() -> Vec<(String, Files)> {
    let one = |name: String, text: String| (name, Files::from([("main.gml".to_owned(), text)]));
    let cases = entries(&repository().join("tests/ui/cases")).into_iter().flat_map(|folder| entries(&folder));
    let cases = cases.filter(|path: &PathBuf| path.extension().is_some_and(|extension| extension == "gml"));
    let mut all: Vec<(String, Files)> = cases.map(|path: PathBuf| one(shown(&path), text(&path))).collect();
    for code in Code::all() {
        let failing = fences(code.page()).into_iter().filter(|fence| fence.words == ["gml", "fails"]);
        all.extend(failing.map(|fence| one(format!("{}.md:{}", code.id(), fence.line), fence.text)));
    }
    let programs = programs();
    all.extend(mutations().into_iter().map(|mutation| {
        let changed = mutation.apply(&programs[&mutation.program]);
        (mutation.declared, changed.files)
    }));
    all.extend(SLIPS.iter().map(|(program, beside)| {
        let beside = beside.map(|(path, text)| (path.to_owned(), text.to_owned()));
        let files = [("main.gml".to_owned(), (*program).to_owned())].into_iter().chain(beside);
        (format!("{program:?} {beside:?}", beside = files.clone().nth(1)), files.collect())
    }));
    all
}

/// Slips whose fix nothing else shows: a program, and a file beside it.
const SLIPS: [(&str, Option<(&str, &str)>); 9] = [
    (RIGHT, Some(("gml.toml", "[lint]\n"))),
    (RIGHT, Some(("gml.toml", "[lints]\nunused_parm = \"deny\"\n"))),
    (RIGHT, Some(("gml.toml", "[lints]\nunused_param = \"dany\"\n"))),
    ("connection shop = postgres(url: secret(\"SHOP_URL\"))\n\ntest \"a\" { expect 1 < 2 }\n", None),
    ("fn same(n: int[3]) -> int = n\n", None),
    ("schema Visit { at: timestamp parsed millis }\n", None),
    ("test \"a\" { expect count(table { pages: int } [{ pagse: 1 }]) == 1 }\n", None),
    (
        "node f(t: table { n: int }) -> table { n: int } = python(\"more.py\", \"doubld\")\n",
        Some(("more.py", "def doubled(t):\n    return t\n")),
    ),
    (
        "use std.learn.{boosted_trees}\nnode f(t: table { pages: int, target bought: bool }) -> table {\n    \
         let model = fit(boosted_trees(objective: binary), train: t)\n    \
         t |> rename { page = .pages } |> predict(model)\n}\n",
        None,
    ),
];

/// A program without a fault.
const RIGHT: &str = "test \"a\" {\n    expect 1 < 2\n}\n";

fn shown(path: &Path) -> String {
    path.strip_prefix(repository()).unwrap_or(path).display().to_string()
}

fn checked(files: &Files) -> Analysis {
    check(&MemoryWorld::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str()))), "main.gml")
}

/// Whether a code is one of the syntax.
fn is_syntax(code: Code) -> bool {
    code.id() < "GML0100"
}

/// The program after edits.
fn after(files: &Files, analysis: &Analysis, edits: &[Edit]) -> Files {
    let mut changed = files.clone();
    let mut by_file: BTreeMap<FileId, Vec<Edit>> = BTreeMap::new();
    edits.iter().for_each(|edit| by_file.entry(edit.span.file).or_default().push(edit.clone()));
    for (file, edits) in by_file {
        let path = analysis.package.sources.path(file).to_owned();
        let text = gml_ide::apply(analysis.package.sources.text(file), &edits);
        assert!(changed.insert(path.clone(), text).is_some(), "{path} is no file of the program");
    }
    changed
}

/// Where a stretch of a file is after edits: from where its first byte came to, to where its last one did.
fn moved(start: u32, end: u32, edits: &[&Edit]) -> (u32, u32) {
    let shift = |at: u32, is_end: bool| {
        let mut moved = i64::from(at);
        for edit in edits {
            let (from, to, new) = (edit.span.start, edit.span.end, i64::try_from(edit.text.len()).unwrap());
            if to < at || to == at && (is_end || from < at) {
                moved += new - i64::from(to - from);
            } else if from < at {
                // Within what is replaced.
                moved += i64::from(from) - i64::from(at) + if is_end { new } else { 0 };
            }
        }
        u32::try_from(moved.max(0)).unwrap()
    };
    (shift(start, false), shift(end, true))
}

/// What is wrong with the fix of a diagnostic.
fn faults(files: &Files, analysis: &Analysis, place: usize, diagnostic: &Diagnostic, fix: &Fix) -> Vec<String> {
    let span = diagnostic.span;
    let mut faults = Vec::new();
    let mut offered: Option<Action> = None;
    for at in [span.start, span.start.midpoint(span.end), span.end] {
        let here = gml_ide::actions(&analysis.diagnostics, span.file, at, at);
        match here.into_iter().find(|action| action.diagnostic == place) {
            Some(action) => offered = Some(action),
            None => faults.push(format!("is not offered at {at}")),
        }
    }
    let Some(action) = offered else { return faults };
    let (texts, applied) = gml_diagnostics::apply(&analysis.package.sources, [fix]);
    if applied != [true] {
        return [faults, vec![format!("its edits collide: {:?}", fix.edits)]].concat();
    }
    let changed = after(files, analysis, &action.edits);
    for (file, text) in texts {
        assert_eq!(
            changed.get(analysis.package.sources.path(file)),
            Some(&text),
            "an editor does what the command does"
        );
    }
    if changed == *files {
        faults.push("changes nothing".to_owned());
    }
    let mended = checked(&changed);
    let path = analysis.package.sources.path(span.file);
    let own: Vec<&Edit> = action.edits.iter().filter(|edit| edit.span.file == span.file).collect();
    let (start, end) = moved(span.start, span.end, &own);
    let others: Vec<&Diagnostic> =
        analysis.diagnostics.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, other)| other).collect();
    let still = mended.diagnostics.iter().find(|found| {
        let is_here = mended.package.sources.path(found.span.file) == path;
        let is_another = others.iter().any(|other| other.code == found.code && other.message == found.message);
        is_here && !is_another && found.code == diagnostic.code && found.span.start <= end && start <= found.span.end
    });
    if let Some(still) = still {
        faults.push(format!("is told still: {}", still.message));
    }
    let syntax = |analysis: &Analysis| analysis.diagnostics.iter().filter(|found| is_syntax(found.code)).count();
    if syntax(&mended) > syntax(analysis) {
        let new: Vec<_> = mended.diagnostics.iter().filter(|found| is_syntax(found.code)).collect();
        faults.push(format!("makes errors of syntax: {new:?}\n{}", changed[path]));
    }
    faults
}

#[test]
fn every_fix_is_offered_and_mends() {
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for (name, files) in wrong_programs() {
        let analysis = checked(&files);
        for (place, diagnostic) in analysis.diagnostics.iter().enumerate() {
            let Some(fix) = &diagnostic.fix else { continue };
            seen.insert(diagnostic.code.id());
            let faults = faults(&files, &analysis, place, diagnostic, fix);
            let (code, message) = (diagnostic.code.id(), &diagnostic.message);
            wrong.extend(faults.into_iter().map(|fault| format!("{name}: {code} {message}: `{}` {fault}", fix.title)));
        }
    }
    assert!(wrong.is_empty(), "{} fixes are wrong:\n{}", wrong.len(), wrong.join("\n"));
    let seen: Vec<_> = seen.into_iter().collect();
    assert_snapshot!(seen.chunks(10).map(|codes| codes.join(" ")).collect::<Vec<_>>().join("\n"), @r"
    GML0001 GML0002 GML0003 GML0005 GML0008 GML0009 GML0014 GML0015 GML0016 GML0017
    GML0018 GML0019 GML0020 GML0101 GML0102 GML0103 GML0104 GML0111 GML0120 GML0121
    GML0122 GML0123 GML0124 GML0125 GML0126 GML0127 GML0201 GML0202 GML0203 GML0208
    GML0209 GML0210 GML0211 GML0215 GML0216 GML0217 GML0218 GML0219 GML0224 GML0225
    GML0226 GML0228 GML0229 GML0234 GML0262 GML0265 GML0301 GML0305 GML0306 GML0309
    GML0310 GML0311 GML0312 GML0315 GML0401 GML0402 GML0403 GML0404 GML0405 GML0406
    GML0501 GML0504 GML0507 GML0508 GML0510 GML0704 GML0717 GML0801 GML0802 GML0804
    GML0808 GML0809 GML0810 GML0813 GML0814 GML0933 GML0934 GML0935
    ");
}
