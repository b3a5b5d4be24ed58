//! `gmlc test`

use super::ProgramArgs;
use super::prepare::prepare;
use crate::exit::Exit;
use crate::{libraries, output};

/// Runs the tests of a program and says how they went.
pub fn test(filter: Option<&str>, args: &ProgramArgs) -> Exit {
    let prepared = match prepare(args) {
        Ok(prepared) => prepared,
        Err(exit) => return exit,
    };
    let program = &prepared.program;
    if let Some(text) = filter
        && !program.tests.iter().any(|test| test.name.contains(text))
    {
        output::error_line(none_chosen(text, program.tests.iter().map(|test| &*test.name)));
        return Exit::Usage;
    }
    let graphs = program.tests.iter().map(|test| &test.graph);
    if let Err(fault) = libraries::ensure_for(program, graphs, &mut |text| output::error_line(text)) {
        output::fault(&fault);
        return Exit::RunFailed;
    }
    let outcomes = gml_engine::test(program, filter, &prepared.project.folder, &libraries::folder());
    for outcome in &outcomes {
        let verdict = if outcome.passed { "ok" } else { "FAILED" };
        output::line(format!("test {:?} ... {verdict} ({:.2} s)", outcome.name, outcome.seconds));
    }
    for outcome in &outcomes {
        if let Some(fault) = &outcome.fault {
            output::error_line(format!("\n{:?} at {}:{}", outcome.name, outcome.location.file, outcome.location.line));
            output::fault(fault);
        }
    }
    let failed = outcomes.iter().filter(|outcome| !outcome.passed).count();
    output::line(format!("{} passed, {failed} failed", outcomes.len() - failed));
    if failed == 0 { Exit::Done } else { Exit::RunFailed }
}

/// That no test is chosen would else pass for a success.
fn none_chosen<'a>(text: &str, names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 10;
    let others = names.len().saturating_sub(SHOWN);
    let shown: Vec<String> = names.take(SHOWN).map(|name| format!("{name:?}")).collect();
    match (shown.is_empty(), others) {
        (true, _) => "the program has no tests".to_owned(),
        (_, 0) => format!("no test has {text:?} in its name; there are {}", shown.join(", ")),
        _ => format!("no test has {text:?} in its name; there are {} and {others} more", shown.join(", ")),
    }
}
