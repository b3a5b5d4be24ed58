//! The pipeline itself.

use std::collections::BTreeMap;

use serde::Serialize;

use super::executor;
use crate::closure::{Broken, all_there, between, in_order};
use crate::kubernetes::quantity;
use crate::{Given, Name, Parameter, Workflow};

/// A `PipelineSpec`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PipelineSpec {
    /// What tasks do, by name.
    pub components: BTreeMap<String, Component>,
    /// How it is done.
    pub deployment_spec: DeploymentSpec,
    /// What it is called.
    pub pipeline_info: PipelineInfo,
    /// The tasks, and what they are given.
    pub root: Root,
    /// Version of this form.
    pub schema_version: &'static str,
    /// What wrote it.
    pub sdk_version: String,
}

/// What a task does.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Component {
    /// What does it.
    pub executor_label: String,
    /// What it is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_definitions: Option<Inputs>,
}

/// What a component or a pipeline is given.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inputs {
    /// Parameters by name.
    pub parameters: BTreeMap<String, ParameterSpec>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ParameterSpec {
    /// Its value where none is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_value: Option<serde_json::Value>,
    /// Whether none has to be given.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_optional: bool,
    /// `NUMBER_INTEGER`, `NUMBER_DOUBLE`, `BOOLEAN`, `STRING`
    pub parameter_type: &'static str,
}

/// How it is done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeploymentSpec {
    /// What does it, by name.
    pub executors: BTreeMap<String, Executor>,
}

/// What does what a component says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Executor {
    /// A container.
    pub container: Container,
}

/// A container.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Container {
    /// What the program is given.
    pub args: Vec<String>,
    /// The program.
    pub command: Vec<String>,
    /// Its environment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<EnvVar>,
    /// Its image.
    pub image: String,
    /// What it gets of the machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<Resources>,
}

/// A variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnvVar {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// What a container gets of the machine, each said twice: as a number, which Vertex AI and older versions read, and as a text
/// (`resource..`), which Kubeflow Pipelines reads since 2.4.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Resources {
    /// Graphics processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accelerator: Option<Accelerator>,
    /// Processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_limit: Option<f64>,
    /// Processors that are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_request: Option<f64>,
    /// Memory in gigabytes of 10⁹ bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_limit: Option<f64>,
    /// Memory that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_request: Option<f64>,
    /// Processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_cpu_limit: Option<String>,
    /// Processors that are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_cpu_request: Option<String>,
    /// Memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_memory_limit: Option<String>,
    /// Memory that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_memory_request: Option<String>,
}

/// Graphics processors. Counts are texts here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Accelerator {
    /// How many.
    pub count: String,
    /// How many.
    pub resource_count: String,
    /// The resource of Kubernetes.
    pub resource_type: String,
    /// The kind, as Vertex AI calls it; elsewhere the resource again.
    #[serde(rename = "type")]
    pub kind: String,
}

/// What a pipeline is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PipelineInfo {
    /// Its name.
    pub name: String,
}

/// The tasks, and what a run is given.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Root {
    /// The tasks.
    pub dag: Dag,
    /// What a run is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_definitions: Option<Inputs>,
}

/// Tasks in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dag {
    /// The tasks by name.
    pub tasks: BTreeMap<String, Task>,
}

/// A task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// Whether it is left out where its inputs were the same before. It is not: a component that gives nothing would be left out
    /// whenever its parameters are the same, though its data changed. What has not to be done gmlc knows itself.
    pub caching_options: CachingOptions,
    /// What it does.
    pub component_ref: ComponentRef,
    /// What it waits for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dependent_tasks: Vec<String>,
    /// What it is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inputs: Option<TaskInputs>,
    /// What it is called.
    pub task_info: TaskInfo,
}

/// Nothing is kept: what is left out is false.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CachingOptions {}

/// The name of a component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComponentRef {
    /// Its name.
    pub name: String,
}

/// What a task is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TaskInputs {
    /// Parameters by name.
    pub parameters: BTreeMap<String, Input>,
}

/// Where the value of a parameter comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    /// The parameter of the pipeline.
    pub component_input_parameter: String,
}

/// What a task is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TaskInfo {
    /// Its name.
    pub name: String,
}

/// What stands before and behind the name of a parameter.
const REFERENCE: (&str, &str) = ("{{$.inputs.parameters['", "']}}");

impl PipelineSpec {
    pub(super) fn of(workflow: &Workflow) -> Self {
        let mut components = BTreeMap::new();
        let mut executors = BTreeMap::new();
        let mut tasks = BTreeMap::new();
        for task in &workflow.tasks {
            let given: Vec<&Parameter> = task.parameters().filter_map(|name| workflow.parameter(name)).collect();
            let declared = |parameter: &&Parameter| {
                let parameter_type = type_of(&parameter.value);
                let spec = ParameterSpec { default_value: None, is_optional: false, parameter_type };
                (parameter.name.to_string(), spec)
            };
            let passed = |parameter: &&Parameter| {
                (parameter.name.to_string(), Input { component_input_parameter: parameter.name.to_string() })
            };
            let component = Component {
                executor_label: executor(&task.name),
                input_definitions: inputs(given.iter().map(declared)),
            };
            let container = Container {
                args: task.written(|name| Some(format!("{}{name}{}", REFERENCE.0, REFERENCE.1))),
                command: vec!["gmlc".to_owned()],
                env: task
                    .variables
                    .iter()
                    .map(|(name, value)| EnvVar { name: name.clone(), value: value.clone() })
                    .collect(),
                image: workflow.image.clone(),
                resources: Resources::of(task.resources, &workflow.gpu),
            };
            let name = format!("comp-{}", task.name);
            let written = Task {
                caching_options: CachingOptions {},
                component_ref: ComponentRef { name: name.clone() },
                dependent_tasks: task.after.iter().map(Name::to_string).collect(),
                inputs: (!given.is_empty()).then(|| TaskInputs { parameters: given.iter().map(passed).collect() }),
                task_info: TaskInfo { name: task.name.to_string() },
            };
            components.insert(name, component);
            executors.insert(executor(&task.name), Executor { container });
            tasks.insert(task.name.to_string(), written);
        }
        let declared = workflow.parameters.iter().map(|parameter| {
            let spec = ParameterSpec {
                default_value: Some(default(&parameter.value)),
                is_optional: true,
                parameter_type: type_of(&parameter.value),
            };
            (parameter.name.to_string(), spec)
        });
        Self {
            components,
            deployment_spec: DeploymentSpec { executors },
            pipeline_info: PipelineInfo { name: workflow.name.to_string() },
            root: Root { dag: Dag { tasks }, input_definitions: inputs(declared) },
            schema_version: "2.1.0",
            sdk_version: format!("gmlc-{}", env!("CARGO_PKG_VERSION")),
        }
    }

    /// What [`super::Documents::check`] proves of the pipeline.
    pub(super) fn check(&self) -> Result<(), Broken> {
        let executors = &self.deployment_spec.executors;
        for (name, component) in &self.components {
            let from = ("component", name.as_str());
            let label = component.executor_label.as_str();
            all_there(from, "executor", [label], |name| executors.contains_key(name))?;
            let args = executors.get(label).map(|executor| executor.container.args.as_slice()).unwrap_or_default();
            let declares = |name: &str| of(component.input_definitions.as_ref()).any(|(known, _)| known == name);
            all_there(from, "parameter", between(args, REFERENCE.0, REFERENCE.1), declares)?;
        }
        let tasks = &self.root.dag.tasks;
        for (name, task) in tasks {
            let from = ("task", name.as_str());
            let component = task.component_ref.name.as_str();
            all_there(from, "component", [component], |name| self.components.contains_key(name))?;
            let given: Vec<(&str, &str)> = task
                .inputs
                .iter()
                .flat_map(|inputs| &inputs.parameters)
                .map(|(name, input)| (name.as_str(), input.component_input_parameter.as_str()))
                .collect();
            let is_of_pipeline = |name: &str| of(self.root.input_definitions.as_ref()).any(|(known, _)| known == name);
            let passed = given.iter().map(|(_, passed)| *passed);
            all_there(from, "parameter of the pipeline", passed, is_of_pipeline)?;
            let declared = self.components.get(component).and_then(|component| component.input_definitions.as_ref());
            let names = given.iter().map(|(name, _)| *name);
            all_there(from, "parameter of its component", names, |name| of(declared).any(|(known, _)| known == name))?;
            let needed = of(declared).filter(|(_, spec)| !spec.is_optional).map(|(name, _)| name);
            let is_given = |name: &str| given.iter().any(|(known, _)| *known == name);
            all_there(("component", component), "argument of its task", needed, is_given)?;
        }
        let order =
            tasks.iter().map(|(name, task)| (name.as_str(), task.dependent_tasks.iter().map(String::as_str).collect()));
        in_order(&order.collect::<BTreeMap<&str, Vec<&str>>>())
    }
}

fn of(inputs: Option<&Inputs>) -> impl Iterator<Item = (&str, &ParameterSpec)> {
    inputs.into_iter().flat_map(|inputs| &inputs.parameters).map(|(name, spec)| (name.as_str(), spec))
}

fn inputs(parameters: impl Iterator<Item = (String, ParameterSpec)>) -> Option<Inputs> {
    let parameters: BTreeMap<String, ParameterSpec> = parameters.collect();
    (!parameters.is_empty()).then_some(Inputs { parameters })
}

fn type_of(value: &Given) -> &'static str {
    match value {
        Given::Int(_) => "NUMBER_INTEGER",
        Given::Float(_) => "NUMBER_DOUBLE",
        Given::Bool(_) => "BOOLEAN",
        Given::Text(_) => "STRING",
    }
}

fn default(value: &Given) -> serde_json::Value {
    match value {
        // As the SDK writes them: numbers are doubles here.
        Given::Int(number) => (*number as f64).into(),
        Given::Float(number) => (*number).into(),
        Given::Bool(truth) => (*truth).into(),
        Given::Text(text) => text.as_str().into(),
    }
}

impl Resources {
    /// What an env says; `gpu` is the resource of Kubernetes, or what Vertex AI calls the kind.
    fn of(resources: gml_ir::Resources, gpu: &str) -> Option<Self> {
        let cpu = resources.cpu.map(f64::from);
        let memory = resources.memory.map(|bytes| bytes as f64 / 1e9);
        let count = resources.cpu.map(|count| count.to_string());
        let quantity = resources.memory.map(quantity);
        let accelerator = resources.gpu.filter(|count| *count > 0).map(|count| Accelerator {
            count: count.to_string(),
            resource_count: count.to_string(),
            // A resource of Kubernetes has a domain in front.
            resource_type: if gpu.contains('/') { gpu.to_owned() } else { "nvidia.com/gpu".to_owned() },
            kind: gpu.to_owned(),
        });
        let all = Self {
            accelerator,
            cpu_limit: cpu,
            cpu_request: cpu,
            memory_limit: memory,
            memory_request: memory,
            resource_cpu_limit: count.clone(),
            resource_cpu_request: count,
            resource_memory_limit: quantity.clone(),
            resource_memory_request: quantity,
        };
        (all != Self::default()).then_some(all)
    }
}
