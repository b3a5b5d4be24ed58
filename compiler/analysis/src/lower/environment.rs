//! What an env says beside parameters and places of data: resources, and where runs are recorded.

use std::collections::BTreeMap;

use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::{Resources, Value};

use crate::typed::{Text, Typed, TypedEnv};

/// What the layers of envs say together.
#[derive(Default)]
pub(super) struct Environment {
    /// By the name of the pipeline or the node.
    pub(super) resources: BTreeMap<Text, Resources>,
    pub(super) tracking: Option<Value>,
}

/// What the layers say, the outermost base first: of `resources` the later says what it says and leaves the rest, of `tracking` the
/// last counts. `value` gives the value of a setting.
pub(super) fn environment(
    layers: &[&TypedEnv],
    mut value: impl FnMut(&Typed) -> Result<Value, Vec<Diagnostic>>,
) -> Result<Environment, Vec<Diagnostic>> {
    let mut environment = Environment::default();
    let mut wrong = Vec::new();
    for (name, of, typed) in layers.iter().flat_map(|layer| &layer.settings) {
        let value = match value(typed) {
            Ok(value) => value,
            Err(mut diagnostics) => {
                wrong.append(&mut diagnostics);
                continue;
            }
        };
        match (&**name, of) {
            ("tracking", _) => environment.tracking = Some(value).filter(|value| *value != Value::Null),
            ("resources", Some(of)) => match resources(&value, typed.span) {
                Ok(own) => {
                    let all = environment.resources.entry(of.clone()).or_default();
                    *all = own.or(*all);
                }
                Err(diagnostic) => wrong.push(diagnostic),
            },
            _ => {}
        }
    }
    if wrong.is_empty() { Ok(environment) } else { Err(wrong) }
}

/// `{ cpu: 8, memory: 30GiB, gpu: 1 }`
fn resources(value: &Value, span: Span) -> Result<Resources, Diagnostic> {
    let amount = |name: &str, least: u64| match value.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Int(count)) if u32::try_from(*count).is_ok_and(|count| u64::from(count) >= least) => {
            Ok(Some(count.unsigned_abs()))
        }
        Some(Value::Size(bytes)) if *bytes >= least => Ok(Some(*bytes)),
        Some(other) => {
            let message = format!("`{name}` of `resources` is {other}");
            Err(Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, message).help("give it more than nothing"))
        }
    };
    let count = |found: Option<u64>| found.and_then(|count| u32::try_from(count).ok());
    Ok(Resources { cpu: count(amount("cpu", 1)?), memory: amount("memory", 1)?, gpu: count(amount("gpu", 0)?) })
}
