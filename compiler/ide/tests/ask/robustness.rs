//! Nothing that an editor asks ends in a panic, wherever the cursor is and however little of a program is there.

use gml_analysis::{MemoryWorld, check};
use gml_diagnostics::{FileId, Span};
use gml_ide::Source;

const BLUEPRINT: &str = include_str!("../../../../blueprints/ga4_propensity/main.gml");

/// Asks everything at every one of these places, and of the file as a whole.
fn ask_all(text: &str, places: impl Iterator<Item = usize>) {
    let world = MemoryWorld::new([("main.gml", text)]);
    let analysis = check(&world, "main.gml");
    let file = analysis.package.sources.find("main.gml").unwrap();
    let source = Source { world: &world, main: "main.gml", package: &analysis.package };
    for place in places {
        let offset = u32::try_from(place).unwrap();
        gml_ide::complete(source, file, offset);
        gml_ide::highlights(&analysis.package, file, offset);
        ask_about(&analysis.package, file, offset);
    }
    ask_file(&analysis, file, text);
    gml_ide::fix_all(source, &analysis.diagnostics, file);
}

fn ask_about(package: &gml_analysis::package::Package, file: FileId, offset: u32) {
    gml_ide::hover(package, file, offset);
    gml_ide::definition(package, file, offset);
    gml_ide::signature_help(package, file, offset);
}

fn ask_file(analysis: &gml_analysis::Analysis, file: FileId, text: &str) {
    let package = &analysis.package;
    let all = Span::new(file, 0, u32::try_from(text.len()).unwrap());
    gml_ide::highlight(package, file, None);
    gml_ide::hints(package, file, all);
    gml_ide::search(package, "");
    gml_ide::actions(&analysis.diagnostics, file, all.start, all.end);
    let module = &package.modules[0].ast;
    gml_ide::outline(module, text);
    gml_ide::folds(module, file, text);
}

/// A checker may be slow in a debugger and on a busy machine: these tests stand beside each other.
const PARTS: usize = 4;

/// Whether a place lies between two blanks: what can be completed there is what can be at the first of them.
fn among_blanks(text: &str, place: usize) -> bool {
    let blank = |at: Option<&u8>| at.is_some_and(|byte| *byte == b' ');
    place > 0 && blank(text.as_bytes().get(place - 1)) && blank(text.as_bytes().get(place))
}

/// Hover, definition and completion at every place of the blueprint; a part of the places each.
fn every_place(part: usize) {
    let world = MemoryWorld::new([("main.gml", BLUEPRINT)]);
    let analysis = check(&world, "main.gml");
    let file = analysis.package.sources.find("main.gml").unwrap();
    let source = Source { world: &world, main: "main.gml", package: &analysis.package };
    for place in (0..=BLUEPRINT.len()).filter(|place| place % PARTS == part) {
        let offset = u32::try_from(place).unwrap();
        if !among_blanks(BLUEPRINT, place) {
            gml_ide::complete(source, file, offset);
        }
        ask_about(&analysis.package, file, offset);
    }
}

/// The same at the end of every prefix of the blueprint, as though it were being typed.
fn every_prefix(part: usize) {
    let ends = BLUEPRINT.char_indices().map(|(end, _)| end).filter(|end| end % PARTS == part);
    for end in ends.filter(|end| !among_blanks(BLUEPRINT, *end)) {
        let world = MemoryWorld::new([("main.gml", &BLUEPRINT[..end])]);
        let analysis = check(&world, "main.gml");
        let file = analysis.package.sources.find("main.gml").unwrap();
        let source = Source { world: &world, main: "main.gml", package: &analysis.package };
        let offset = u32::try_from(end).unwrap();
        gml_ide::complete(source, file, offset);
        ask_about(&analysis.package, file, offset);
        if BLUEPRINT[..end].ends_with('\n') {
            ask_file(&analysis, file, &BLUEPRINT[..end]);
        }
    }
}

#[test]
fn every_place_of_the_blueprint_a() {
    every_place(0);
}

#[test]
fn every_place_of_the_blueprint_b() {
    every_place(1);
}

#[test]
fn every_place_of_the_blueprint_c() {
    every_place(2);
}

#[test]
fn every_place_of_the_blueprint_d() {
    every_place(3);
}

#[test]
fn every_prefix_of_the_blueprint_a() {
    every_prefix(0);
}

#[test]
fn every_prefix_of_the_blueprint_b() {
    every_prefix(1);
}

#[test]
fn every_prefix_of_the_blueprint_c() {
    every_prefix(2);
}

#[test]
fn every_prefix_of_the_blueprint_d() {
    every_prefix(3);
}

#[test]
fn the_blueprint_without_any_of_its_lines() {
    let lines: Vec<&str> = BLUEPRINT.split_inclusive('\n').collect();
    for gone in 0..lines.len() {
        let before: usize = lines[..gone].iter().map(|line| line.len()).sum();
        let text: String =
            lines.iter().enumerate().filter(|(place, _)| *place != gone).map(|(_, line)| *line).collect();
        ask_all(&text, [before, before.saturating_sub(2)].into_iter().filter(|place| *place <= text.len()));
    }
}

#[test]
fn every_use_of_a_name_in_the_blueprint_leads_somewhere() {
    let world = MemoryWorld::new([("main.gml", BLUEPRINT)]);
    let analysis = check(&world, "main.gml");
    let package = &analysis.package;
    let file = package.sources.find("main.gml").unwrap();
    let mut lost = Vec::new();
    for (place, _) in BLUEPRINT.match_indices('.') {
        let rest = &BLUEPRINT[place + 1..];
        let before = BLUEPRINT[..place].chars().next_back().unwrap_or(' ');
        let is_column = rest.starts_with(|c: char| c.is_ascii_lowercase()) && " ([,".contains(before);
        if is_column && gml_ide::definition(package, file, u32::try_from(place + 1).unwrap()).is_none() {
            lost.push(rest.lines().next().unwrap_or("").to_owned());
        }
    }
    assert!(lost.is_empty(), "{lost:#?}");
}

#[test]
fn texts_that_are_no_programs() {
    for text in
        ["", "\u{feff}", "𝄞", "\r\n\r\n", "node 𝄞(", "\"\"\"", "f\"{", "}}}}", "a.b.c |> .", "use", "use .{", "\0"]
    {
        ask_all(text, (0..=text.len()).filter(|place| text.is_char_boundary(*place)));
        ask_all(text, std::iter::once(text.len() + 10));
    }
}

#[test]
fn circles_come_to_an_end() {
    let text = "node a(t: table { x: int }) -> table { b(t) |> derive { y = .x.z.q } }\nnode b(t: table { x: int }) -> table { a(t) |> filter(.y.z == .y.q) }\n";
    ask_all(text, 0..=text.len());
}
