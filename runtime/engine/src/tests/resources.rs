//! What pipelines and nodes get of threads.

use std::sync::Mutex;

use gml_ir::*;

use super::backend::TestBackend;
use super::builder::{Steps, program, table};
use super::run;

/// How many threads steps of `threads` were given.
pub(super) static GIVEN: Mutex<Vec<(String, usize)>> = Mutex::new(Vec::new());

fn given(key: &str, threads: usize, of_pipeline: Option<u32>, of_node: Option<u32>) -> Vec<usize> {
    let mut steps = Steps::default();
    let a = steps.load(0);
    let id = steps.call(
        "std.learning.threads",
        &[("input", Arg::Step(a)), ("key", Arg::Const(Value::Str(key.into())))],
        table(),
    );
    steps.0.steps[id.0 as usize].within = vec!["outer".into(), "inner".into()];
    steps.save(id, 1);
    let mut program = program(&["a", "b"], vec![("p", steps)]);
    program.pipelines[0].resources.cpu = of_pipeline;
    let node = |name: &str, cpu| Node {
        name: name.into(),
        resources: Resources { cpu, ..Resources::default() },
        tags: Vec::new(),
    };
    program.nodes = vec![node("outer", Some(7)), node("inner", of_node)];
    let project = tempfile::tempdir().unwrap();
    run(&TestBackend::with("a", &[1]), &program, project.path(), threads).unwrap();
    let given = GIVEN.lock().unwrap();
    given.iter().filter(|(known, _)| known == key).map(|(_, threads)| *threads).collect()
}

#[test]
fn no_step_gets_more_threads_than_it_is_given() {
    assert_eq!(given("all", 8, None, None), [7], "the node around says it");
    assert_eq!(given("pipeline", 8, Some(3), None), [3]);
    assert_eq!(given("node", 8, Some(3), Some(2)), [2]);
    assert_eq!(given("inner", 8, None, Some(8)), [8], "the innermost node that says something counts");
    assert_eq!(given("machine", 1, Some(3), Some(2)), [1]);
}
