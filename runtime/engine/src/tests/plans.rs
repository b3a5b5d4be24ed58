use gml_connect::{Bound, Condition};
use gml_ir::*;

use super::builder::{Steps, program, table};
use crate::{Joining, Kept, Plan, plan};

fn planned(datasets: &[&str], steps: Steps) -> Plan {
    planned_as(Joining::Queries, datasets, steps)
}

fn planned_as(joining: Joining, datasets: &[&str], steps: Steps) -> Plan {
    let program = program(datasets, vec![("p", steps)]);
    plan(&program, &program.pipelines[0], joining)
}

fn names(plan: &Plan) -> Vec<String> {
    plan.stages.iter().map(|stage| stage.title()).collect()
}

#[test]
fn adjacent_table_operators_are_one_query() {
    let mut steps = Steps::default();
    let a = steps.load(0);
    let b = steps.keep(a, 1);
    let c = steps.keep(b, 2);
    steps.save(c, 1);
    let plan = planned(&["a", "b"], steps);
    assert_eq!(names(&plan), ["load a → keep → keep", "save b"]);
    assert_eq!(plan.stages[0].kept, Some(Kept::HandedTo("save b".into())));
    assert_eq!(plan.stages[1].after, [0]);
}

#[test]
fn steps_can_be_done_one_by_one() {
    let mut steps = Steps::default();
    let a = steps.load(0);
    let b = steps.keep(a, 1);
    let c = steps.keep(b, 2);
    steps.save(c, 1);
    let mut body = Steps::default();
    let inner = body.load(0);
    let inner = body.keep(inner, 1);
    body.save(inner, 2);
    let condition = steps.constant(1);
    steps.push(StepKind::When { condition, body: body.0 }, Type::Bool);
    let plan = planned_as(Joining::Nothing, &["a", "b", "c"], steps);
    assert_eq!(names(&plan), ["load a", "keep", "keep", "save b", "compute", "when"]);
    assert_eq!(plan.stages[0].kept, Some(Kept::Alone));
    assert!(plan.stages.iter().all(|stage| !stage.streams));
    assert!(plan.stages.iter().flat_map(|stage| &stage.scans).all(|scan| scan.through.is_empty()));
    assert_eq!(names(plan.stages[5].body.as_ref().unwrap()), ["load a", "keep", "save c"]);
}

#[test]
fn a_table_used_twice_is_held_in_memory() {
    let mut steps = Steps::default();
    let a = steps.load(0);
    let b = steps.keep(a, 1);
    let c = steps.keep(b, 2);
    let both = steps.call("std.table.both", &[("input", Arg::Step(b)), ("other", Arg::Step(c))], table());
    steps.save(both, 1);
    let plan = planned(&["a", "b"], steps);
    assert_eq!(names(&plan), ["load a → keep", "keep → both", "save b"]);
    assert_eq!(plan.stages[0].kept, Some(Kept::Shared(2)));
}

#[test]
fn steps_that_nothing_needs_are_left_out() {
    let mut steps = Steps::default();
    let a = steps.load(0);
    let dead = steps.keep(a, 1);
    let deader = steps.keep(dead, 2);
    steps.save(a, 1);
    let mut body = Steps::default();
    body.literal(&[1]);
    let condition = steps.constant(1);
    let idle = steps.push(StepKind::When { condition, body: body.0 }, Type::Bool);
    let plan = planned(&["a", "b"], steps);
    assert_eq!(plan.dead, [dead, deader, condition, idle]);
    assert_eq!(names(&plan), ["load a → save b"]);
    assert!(plan.stages[0].streams);
}

#[test]
fn a_dataset_with_several_users_is_read_once() {
    let mut steps = Steps::default();
    let a = steps.load(0);
    for least in [1, 2] {
        let kept = steps.keep(a, least);
        steps.save(kept, least as u32);
    }
    let plan = planned(&["a", "b", "c"], steps);
    assert_eq!(names(&plan), ["load a", "keep", "save b", "keep", "save c"]);
}

#[test]
fn the_text_says_what_is_done_in_which_order() {
    let mut steps = Steps::default();
    let a = steps.load(0);
    let b = steps.keep(a, 1);
    steps.0.steps[1].within = vec!["sessionize".into()];
    let c = steps.keep(b, 2);
    steps.0.steps[2].within = vec!["sessionize".into()];
    steps.save(c, 1);
    steps.keep(a, 7);
    let rows = steps.count(c);
    let condition = steps.compare(rows, BinaryOp::Greater, 3);
    let mut body = Steps::default();
    let outer = body.push(StepKind::Outer(c), table());
    let kept = body.keep(outer, 5);
    body.save(kept, 2);
    steps.push(StepKind::When { condition, body: body.0 }, Type::Bool);
    let text = planned(&["a", "b", "c"], steps).to_text();
    let expected = "\
1.  query of 3 steps
    | load a                            main.gml:1:5
    | keep                              main.gml:2:5  in sessionize
    | keep                              main.gml:3:5  in sessionize
      held in memory: used 3 times
2.  save b                              main.gml:4:5  after 1
3.  count                               main.gml:6:5  after 1
4.  compute                             main.gml:7:5  after 3
5.  when                                main.gml:8:5  after 1, 4
    5.1. keep                                main.gml:2:5
          held in memory for save c
    5.2. save c                              main.gml:3:5  after 5.1
(1 step left out: nothing needs it)
";
    assert_eq!(text, expected, "\n{text}");
}

#[test]
fn a_pipeline_without_effect_does_nothing() {
    let mut steps = Steps::default();
    steps.load(0);
    let plan = planned(&["a"], steps);
    assert!(plan.is_empty());
    assert_eq!(plan.to_text(), "nothing to do\n(1 step left out: nothing needs it)\n");
}

#[test]
fn rows_stream_only_where_nothing_else_uses_them() {
    let streams = |steps: Steps| planned(&["a", "b", "c"], steps).stages.iter().any(|stage| stage.streams);
    let copied = |then: fn(&mut Steps, StepId)| {
        let mut steps = Steps::default();
        let a = steps.load(0);
        let args = [("input", Arg::Step(a)), ("condition", Arg::Const(Value::Bool(true)))];
        let filtered = steps.call("std.table.filter", &args, table());
        let model = steps.constant(1);
        let args = [("input", Arg::Step(filtered)), ("model", Arg::Step(model))];
        let scored = steps.call("std.learning.predict", &args, table());
        steps.save(scored, 1);
        then(&mut steps, scored);
        streams(steps)
    };
    assert!(copied(|_, _| {}));
    assert!(!copied(|steps, scored| {
        steps.save(scored, 2);
    }));
    assert!(!copied(|steps, scored| {
        let rows = steps.count(scored);
        steps.compare(rows, BinaryOp::Greater, 3);
        steps.push(StepKind::Track(rows), Type::Bool);
    }));
    // A step that may need all rows, and one that joins the table with itself.
    let mut steps = Steps::default();
    let a = steps.load(0);
    let kept = steps.keep(a, 1);
    steps.save(kept, 1);
    assert!(!streams(steps));
}

#[test]
fn filters_right_behind_a_load_choose_rows_before_they_are_read() {
    let above = |least: i64| {
        let (column, least) = (ExprKind::Column("n".into()), ExprKind::Literal(Value::Int(least)));
        let of = |kind| Box::new(Expr { kind, ty: Type::INT });
        let kind = ExprKind::Binary(BinaryOp::Greater, of(column), of(least));
        ("condition", Arg::Expr(Expr { kind, ty: Type::Bool }))
    };
    let mut steps = Steps::default();
    let a = steps.load(0);
    let b = steps.call("std.table.filter", &[("input", Arg::Step(a)), above(1)], table());
    let c = steps.call("std.table.filter", &[("input", Arg::Step(b)), above(2)], table());
    let d = steps.simple("std.table.sort", c);
    let e = steps.call("std.table.filter", &[("input", Arg::Step(d)), above(3)], table());
    steps.save(e, 1);
    let plan = planned(&["a", "b"], steps);
    let compared =
        |least| Condition::Compare(Bound { column: "n".into(), op: BinaryOp::Greater, value: Value::Int(least) });
    // What is behind another operator may be about other rows.
    assert_eq!(plan.stages[0].scans[0].reading.conditions, [compared(1), compared(2)]);
}
