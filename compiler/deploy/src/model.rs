//! What is deployed, whatever the target.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gml_ir::{Resources, Type, Value};

use crate::closure::{Broken, all_there, each_once, in_order};
use crate::{Name, Schedule};

/// Pipelines as tasks.
#[derive(Clone, Debug, PartialEq)]
pub struct Workflow {
    /// What it is called.
    pub name: Name,
    /// The image that holds the project and gmlc.
    pub image: String,
    /// What can be set anew for each run, where the target can.
    pub parameters: Vec<Parameter>,
    /// The tasks, each behind those that it waits for.
    pub tasks: Vec<Task>,
    /// Disks that the tasks share.
    pub volumes: Vec<Volume>,
    /// The Kubernetes secret with the values of all secrets.
    pub secret: String,
    /// Who the tasks are to the cluster; nothing where the namespace decides.
    pub service_account: Option<String>,
    /// What a graphics processor is called there: a resource of Kubernetes, or for Kubeflow Pipelines also one of Vertex AI.
    pub gpu: String,
    /// When it runs again and again.
    pub schedule: Option<Schedule>,
}

/// A pipeline in a container.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// What it is called.
    pub name: Name,
    /// The pipeline.
    pub pipeline: Arc<str>,
    /// The tasks that it waits for.
    pub after: Vec<Name>,
    /// What `gmlc` is given.
    pub arguments: Vec<Argument>,
    /// Variables of its environment.
    pub variables: BTreeMap<String, String>,
    /// Variables that are entries of [`Workflow::secret`].
    pub secrets: BTreeSet<String>,
    /// What its container gets.
    pub resources: Resources,
}

/// An argument of `gmlc`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// As it is.
    Text(String),
    /// `--set` with the value that a parameter of the workflow has in the run.
    Set(Arc<str>),
}

/// A parameter of the workflow: one of the program, or of its pipelines, under the same name.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: Arc<str>,
    /// Its value, where a run gives no other.
    pub value: Given,
    /// Whether the command line sets it, so that a target without parameters must set it, too.
    pub is_set: bool,
}

/// A value as platforms hold it.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A truth.
    Bool(bool),
    /// A text; also everything else, as `--set` takes it: `@2021-01-26`, `30s`, `[1, 2]`.
    Text(String),
}

/// The whole numbers that a double holds, which is what Kubeflow Pipelines keeps numbers in.
const EXACT: u64 = 1 << 53;

impl Given {
    /// A value of that type; nothing where `--set` cannot give it, or a platform would read marks of its own in it.
    #[must_use]
    pub fn of(value: &Value, ty: &Type) -> Option<Self> {
        let given = match (ty, value) {
            (Type::Int(_), Value::Int(number)) if number.unsigned_abs() <= EXACT => Self::Int(*number),
            (Type::Float | Type::Float32, Value::Float(number)) if number.is_finite() => Self::Float(*number),
            (Type::Float | Type::Float32, Value::Int(number)) if number.unsigned_abs() <= EXACT => {
                Self::Float(*number as f64)
            }
            (Type::Bool, Value::Bool(truth)) => Self::Bool(*truth),
            // Text is taken as it is, unless it begins as a literal does.
            (Type::Str | Type::Category | Type::Enum(_), Value::Str(text))
                if !text.starts_with('"') && !text.starts_with("r\"") =>
            {
                Self::Text(text.to_string())
            }
            (_, value) if is_written(value) => Self::Text(value.to_string()),
            _ => return None,
        };
        is_plain(&given.text()).then_some(given)
    }

    /// As `--set` takes it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Int(number) => number.to_string(),
            Self::Float(number) => format!("{number:?}"),
            Self::Bool(truth) => truth.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// Whether a literal of the language stands for the value.
fn is_written(value: &Value) -> bool {
    match value {
        Value::Range { start, end, .. } => is_written(start) && is_written(end),
        Value::List(items) => items.iter().all(is_written),
        Value::Record(fields) => fields.iter().all(|(_, field)| is_written(field)),
        Value::Time(_) | Value::Symbol { .. } => false,
        _ => true,
    }
}

/// Whether no platform takes a part of the text for a place where it puts something in: `{{..}}` (Argo, Kubeflow Pipelines, Jinja in
/// Airflow), `{%..%}` and `{#..#}` (Jinja), `$(..)` (Kubernetes).
#[must_use]
pub fn is_plain(text: &str) -> bool {
    !["{{", "{%", "{#", "$("].iter().any(|mark| text.contains(mark)) && !text.contains(char::is_control)
}

/// A disk that tasks share: a claim that is in the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// What the containers call it.
    pub name: Name,
    /// The claim.
    pub claim: String,
    /// Where it is in the containers.
    pub path: String,
}

impl Task {
    /// The arguments as texts. `reference` says what stands for the value of a parameter; nothing where the target needs none.
    pub(crate) fn written(&self, reference: impl Fn(&str) -> Option<String>) -> Vec<String> {
        let each = self.arguments.iter().flat_map(|argument| match argument {
            Argument::Text(text) => vec![text.clone()],
            Argument::Set(name) => {
                reference(name).map_or_else(Vec::new, |value| vec!["--set".to_owned(), format!("{name}={value}")])
            }
        });
        each.collect()
    }

    /// The parameters that it is given.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &str> {
        self.arguments.iter().filter_map(|argument| match argument {
            Argument::Set(name) => Some(&**name),
            Argument::Text(_) => None,
        })
    }
}

impl Workflow {
    /// The parameter of that name.
    pub(crate) fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| *parameter.name == *name)
    }

    /// Proves that what tasks wait for and are given is there, and that none waits for itself.
    ///
    /// # Errors
    /// What is broken.
    pub fn check(&self) -> Result<(), Broken> {
        if self.tasks.is_empty() {
            return Err(Broken::Empty);
        }
        each_once("task", self.tasks.iter().map(|task| task.name.as_str()))?;
        each_once("parameter", self.parameters.iter().map(|parameter| &*parameter.name))?;
        each_once("volume", self.volumes.iter().map(|volume| volume.name.as_str()))?;
        each_once("path of a volume", self.volumes.iter().map(|volume| volume.path.as_str()))?;
        for task in &self.tasks {
            let there = |name: &str| self.parameter(name).is_some();
            all_there(("task", task.name.as_str()), "parameter", task.parameters(), there)?;
        }
        let tasks = self.tasks.iter();
        in_order(&tasks.map(|task| (task.name.as_str(), task.after.iter().map(Name::as_str).collect())).collect())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Three pipelines in a row with all that a workflow can have.
    pub(crate) fn shop() -> Workflow {
        let name = |text: &str| Name::parse(text).unwrap();
        let task = |text: &str, after: &[&str]| Task {
            name: name(text),
            pipeline: text.into(),
            after: after.iter().map(|text| name(text)).collect(),
            arguments: ["run", text, "--project", "/app", "--env", "cloud"]
                .map(|text| Argument::Text(text.to_owned()))
                .into_iter()
                .chain([Argument::Set("seed".into()), Argument::Set("note".into())])
                .collect(),
            variables: BTreeMap::from([("REGION".to_owned(), "eu".to_owned())]),
            secrets: BTreeSet::from(["SHOP_URL".to_owned()]),
            resources: Resources::default(),
        };
        let mut training = task("training", &["prepare"]);
        training.resources = Resources { cpu: Some(8), memory: Some(30 << 30), gpu: Some(1) };
        training.arguments.extend(["--memory", "24GiB"].map(|text| Argument::Text(text.to_owned())));
        let parameter = |name: &str, value| Parameter { name: name.into(), value, is_set: false };
        Workflow {
            name: name("shop"),
            image: "registry.example/shop:1".to_owned(),
            parameters: vec![
                Parameter { is_set: true, ..parameter("seed", Given::Int(42)) },
                parameter("note", Given::Text("a \"b\": c".to_owned())),
                parameter("share", Given::Float(0.5)),
                parameter("fast", Given::Bool(true)),
            ],
            tasks: vec![task("prepare", &[]), training, task("score", &["prepare", "training"])],
            volumes: vec![Volume { name: name("data"), claim: "shop.data".to_owned(), path: "/app/data".to_owned() }],
            secret: "shop-secrets".to_owned(),
            service_account: Some("runner".to_owned()),
            gpu: "nvidia.com/gpu".to_owned(),
            schedule: Some(Schedule::parse("0 6 * * 1-5").unwrap()),
        }
    }

    #[test]
    fn values_are_given_as_set_takes_them() {
        let of = |value: Value, ty: Type| Given::of(&value, &ty);
        let int = || Type::Int(gml_ir::IntKind::I64);
        assert_eq!(of(Value::Int(7), int()), Some(Given::Int(7)));
        assert_eq!(of(Value::Int(1 << 60), int()), Some(Given::Text("1152921504606846976".to_owned())));
        assert_eq!(of(Value::Int(1), Type::Float), Some(Given::Float(1.0)));
        assert_eq!(of(Value::Str("a b".into()), Type::Str), Some(Given::Text("a b".to_owned())));
        assert_eq!(of(Value::Str("\"a\"".into()), Type::Str), Some(Given::Text("\"\\\"a\\\"\"".to_owned())));
        assert_eq!(of(Value::Date(0), Type::Date), Some(Given::Text("@1970-01-01".to_owned())));
        let list = Value::List(vec![Value::Str("a".into()), Value::Str("b".into())]);
        assert_eq!(of(list, Type::List(Type::Str.into())), Some(Given::Text("[\"a\", \"b\"]".to_owned())));
        // A text that is null, and one that says so.
        let nullable = || Type::Nullable(Type::Str.into());
        assert_eq!(of(Value::Null, nullable()), Some(Given::Text("null".to_owned())));
        assert_eq!(of(Value::Str("null".into()), nullable()), Some(Given::Text("\"null\"".to_owned())));
        let secret = Value::Symbol { name: "secret".into(), args: Vec::new() };
        assert_eq!(of(secret, Type::Named("secret".into())), None);
        for mark in ["{{x}}", "{% x %}", "$(X)", "a\nb"] {
            assert_eq!(of(Value::Str(mark.into()), Type::Str), None, "{mark}");
        }
    }

    #[test]
    fn a_workflow_that_is_broken_is_refused() {
        let broken = |change: fn(&mut Workflow)| {
            let mut workflow = shop();
            change(&mut workflow);
            workflow.check().unwrap_err().to_string()
        };
        assert_eq!(shop().check(), Ok(()));
        assert_eq!(
            broken(|shop| shop.tasks[1].after = vec![Name::parse("prepared").unwrap()]),
            "the task `training` names the task `prepared`, which is not there"
        );
        assert_eq!(
            broken(|shop| shop.tasks[0].after = vec![Name::parse("score").unwrap()]),
            "tasks wait for each other: prepare -> score -> prepare"
        );
        assert_eq!(broken(|shop| shop.tasks[2].name = shop.tasks[1].name.clone()), "there are two tasks `training`");
        assert_eq!(
            broken(|shop| drop(shop.parameters.remove(0))),
            "the task `prepare` names the parameter `seed`, which is not there"
        );
        assert_eq!(broken(|shop| shop.tasks.clear()), "there is no task");
        assert_eq!(broken(|shop| shop.volumes.push(shop.volumes[0].clone())), "there are two volumes `data`");
    }
}
