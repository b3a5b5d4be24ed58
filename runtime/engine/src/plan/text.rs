//! Plans as text.

use std::fmt::Write as _;

use super::{End, Kept, Plan, PlannedStep, Stage};
use crate::cache::{Act, Decided, Verdict};

/// Columns in characters of a step's name, before the place in the program.
const WIDTH: usize = 34;

pub(super) fn to_text(plan: &Plan, decided: Option<&Decided>) -> String {
    let mut text = String::new();
    write_plan(&mut text, plan, decided, "");
    text
}

fn write_plan(text: &mut String, plan: &Plan, decided: Option<&Decided>, prefix: &str) {
    if plan.is_empty() {
        line(text, &format!("{}nothing to do", indent(prefix)));
    }
    for (place, stage) in plan.stages.iter().enumerate() {
        let verdict = decided.and_then(|decided| decided.stages.get(place));
        write_stage(text, stage, verdict, &format!("{prefix}{}", place + 1), prefix);
    }
    if !plan.dead.is_empty() {
        let (count, s) = (plan.dead.len(), if plan.dead.len() == 1 { "" } else { "s" });
        line(text, &format!("{}({count} step{s} left out: nothing needs {})", indent(prefix), them(count)));
    }
}

fn write_stage(text: &mut String, stage: &Stage, verdict: Option<&Verdict>, number: &str, prefix: &str) {
    let margin = indent(prefix);
    let after = numbers(prefix, &stage.after);
    let number = format!("{number}.");
    match stage.steps.as_slice() {
        [step] => {
            line(text, &format!("{margin}{number:<3} {}{after}", described(step, WIDTH)));
        }
        steps => {
            line(text, &format!("{margin}{number:<3} {:WIDTH$}{after}", format!("query of {} steps", steps.len())));
            for step in steps {
                line(text, &format!("{margin}    | {}", described(step, WIDTH - 2)));
            }
        }
    }
    if !stage.resources.is_empty() {
        line(text, &format!("{margin}      gets {}", stage.resources));
    }
    if stage.streams {
        line(text, &format!("{margin}      read, computed and written part by part"));
    }
    if let Some(flow) = stage.flows.first() {
        let end = if matches!(flow.end, End::Saved(_)) { "made, computed and written" } else { "made and computed" };
        line(text, &format!("{margin}      {end} part by part"));
    }
    if let Some(kept) = &stage.kept {
        line(text, &format!("{margin}      {}", why(kept)));
    }
    for computed in verdict.iter().flat_map(|verdict| &verdict.computed) {
        line(text, &format!("{margin}      {computed}"));
    }
    for asked in verdict.iter().flat_map(|verdict| &verdict.asked) {
        line(text, &format!("{margin}      {asked}"));
    }
    if let Some(verdict) = verdict {
        line(text, &format!("{margin}      {}", outcome(verdict)));
    }
    if let Some(body) = &stage.body {
        write_plan(text, body, verdict.and_then(|verdict| verdict.body.as_ref()), &number);
    }
}

/// What becomes of a stage.
fn outcome(verdict: &Verdict) -> String {
    match (verdict.act, verdict.held, &verdict.why) {
        (Act::Run, _, Some(why)) => format!("run: {why}"),
        (Act::Run, _, None) => "run".into(),
        (Act::Cached, Some(false), _) => "cached: its condition does not hold".into(),
        (Act::Cached, ..) => "cached".into(),
        (Act::LeftOut, ..) => "left out".into(),
    }
}

/// Bodies stand four columns further in for each level.
fn indent(prefix: &str) -> String {
    "    ".repeat(prefix.matches('.').count())
}

fn described(step: &PlannedStep, width: usize) -> String {
    let place = format!("{}:{}:{}", step.location.file, step.location.line, step.location.column);
    let within = if step.within.is_empty() { String::new() } else { format!("  in {}", step.within.join(" > ")) };
    format!("{:width$}  {place}{within}", step.name)
}

fn numbers(prefix: &str, stages: &[usize]) -> String {
    let numbers: Vec<String> = stages.iter().map(|stage| format!("{prefix}{}", stage + 1)).collect();
    if numbers.is_empty() { String::new() } else { format!("  after {}", numbers.join(", ")) }
}

fn why(kept: &Kept) -> String {
    match kept {
        Kept::Shared(times) => format!("held in memory: used {times} times"),
        Kept::HandedTo(step) => format!("held in memory for {step}"),
        Kept::Rewritten => "read into memory: this pipeline also writes it".into(),
        Kept::Conditional => "held in memory for when".into(),
        Kept::Alone => "held in memory: each step is done by itself".into(),
    }
}

fn them(count: usize) -> &'static str {
    if count == 1 { "it" } else { "them" }
}

fn line(text: &mut String, content: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{}", content.trim_end());
}
