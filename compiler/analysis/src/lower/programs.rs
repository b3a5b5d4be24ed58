//! A whole program: parameters, catalog, pipelines, tests.

use std::collections::BTreeSet;
use std::sync::Arc;

use gml_diagnostics::{Diagnostic, codes};
use gml_ir::{Connector, Dataset, IR_VERSION, Node, OnViolation, Pipeline, Program, Test, Value, hash_text};

use super::body::{Lowering, location};
use super::constant::convert;
use super::environment::environment;
use super::settings::{Settings, read_setting};
use super::value::Lowered;
use crate::message::places::same_place;
use crate::package::{Declared, NodeDecl, Package};
use crate::typed::{Text, Typed, TypedEnv, TypedNode, TypedProgram};
use crate::{places, suggest};

type Outcome<T> = Result<T, Vec<Diagnostic>>;

pub(super) fn lower_program(package: &Package, program: &TypedProgram, settings: &Settings) -> Outcome<Program> {
    let envs = env_layers(package, program, settings)?;
    known_settings(package, program, settings)?;
    let params = param_values(package, program, settings, &envs)?;
    let datasets = datasets(package, program, settings, &envs, &params)?;
    let environment = environment(&envs, |typed| constant_of(package, program, settings, &params, typed))?;
    let resources = |name: &str| environment.resources.get(name).copied().unwrap_or_default();
    let mut diagnostics = Vec::new();
    let mut pipelines = Vec::with_capacity(program.pipelines.len());
    for (pipeline, declared) in program.pipelines.iter().zip(&package.pipelines) {
        let mut lowering = Lowering::new(package, program, &params, &settings.environment);
        let mut values: Vec<(Arc<str>, Value)> = Vec::new();
        let mut complete = true;
        for param in &pipeline.params {
            let given = last_setting(settings, &param.name);
            let value = match (given, &param.default) {
                (Some(text), _) => match read_setting(&param.name, text, &param.ty, pipeline.span) {
                    Ok(value) => Lowered::Const(value),
                    Err(diagnostic) => {
                        diagnostics.push(diagnostic);
                        Lowered::Error
                    }
                },
                (None, Some(default)) => lowering.settled(default),
                (None, None) => Lowered::Error,
            };
            complete &= !matches!(value, Lowered::Error);
            if let Some(value) = value.constant() {
                values.push((param.name.clone(), value.clone()));
            }
            lowering.locals.insert(param.local, value);
        }
        if complete {
            lowering.statements(&pipeline.body);
        }
        diagnostics.append(&mut lowering.diagnostics);
        let graph = lowering.builder.finish();
        // A pipeline with parameters that only another one gives it cannot be run by itself and is left out.
        if complete {
            let (name, resources) = (pipeline.name.clone(), resources(&pipeline.name));
            let tags = tags(package, &declared.declared);
            pipelines.push(Pipeline { name, resources, tags, params: values, graph });
        }
    }
    let mut tests = Vec::with_capacity(program.tests.len());
    for test in &program.tests {
        let mut lowering = Lowering::new(package, program, &params, &settings.environment);
        lowering.statements(&test.body);
        diagnostics.append(&mut lowering.diagnostics);
        let location = location(&package.sources, test.span);
        tests.push(Test { name: test.name.clone(), graph: lowering.builder.finish(), location });
    }
    diagnostics.extend(shared_places(program, &datasets, &pipelines));
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let node = |(node, declared): (&Arc<TypedNode>, &NodeDecl)| Node {
        name: node.name.clone(),
        resources: resources(&node.name),
        tags: tags(package, &declared.declared),
    };
    let nodes = program.nodes.iter().zip(&package.nodes).map(node);
    let nodes = nodes.filter(|node| !(node.resources.is_empty() && node.tags.is_empty())).collect();
    Ok(Program {
        version: IR_VERSION,
        source_hash: source_hash(package),
        env: settings.env.clone(),
        params: program.params.iter().map(|param| param.name.clone()).zip(params).collect(),
        tracking: environment.tracking,
        nodes,
        datasets,
        pipelines,
        tests,
        python: package.python_settings.clone(),
    })
}

/// What `tags(..)` above a declaration says.
fn tags(package: &Package, declared: &Declared) -> Vec<Text> {
    package.item(declared).tags.iter().map(|tag| tag.text.clone()).collect()
}

/// The envs to apply, the outermost base first.
fn env_layers<'a>(package: &Package, program: &'a TypedProgram, settings: &'a Settings) -> Outcome<Vec<&'a TypedEnv>> {
    let mut layers = program.layers(settings.env.as_deref()).map_err(|name| {
        let names = program.envs.iter().map(|env| &*env.name);
        vec![unknown_setting(package, "env", name, names)]
    })?;
    layers.reverse();
    Ok(layers)
}

fn known_settings(package: &Package, program: &TypedProgram, settings: &Settings) -> Outcome<()> {
    let params = program.params.iter().map(|param| &*param.name);
    let of_pipelines = program.pipelines.iter().flat_map(|pipeline| &pipeline.params).map(|param| &*param.name);
    let mut known: Vec<&str> = Vec::new();
    for name in params.chain(of_pipelines) {
        // Pipelines may have parameters of the same name.
        if !known.contains(&name) {
            known.push(name);
        }
    }
    let unknown = settings.set.iter().filter(|(name, _)| !known.contains(&name.as_str()));
    let diagnostics: Vec<_> =
        unknown.map(|(name, _)| unknown_setting(package, "parameter", name, known.iter().copied())).collect();
    if diagnostics.is_empty() { Ok(()) } else { Err(diagnostics) }
}

fn unknown_setting<'a>(package: &Package, what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let file = package.modules.first().map(|module| module.file).unwrap_or(gml_diagnostics::FileId(0));
    let known: Vec<&str> = known.collect();
    let message = format!("the program has no {what} named `{name}`");
    let diagnostic = Diagnostic::new(codes::UNKNOWN_SETTING, gml_diagnostics::Span::new(file, 0, 0), message);
    match suggest::closest(name, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => diagnostic.help(format!("it declares no {what} at all")),
        None => diagnostic.help(format!("it has {}", known.join(", "))),
    }
}

fn last_setting<'a>(settings: &'a Settings, name: &str) -> Option<&'a str> {
    settings.set.iter().rev().find(|(set, _)| set == name).map(|(_, text)| text.as_str())
}

fn param_values(
    package: &Package,
    program: &TypedProgram,
    settings: &Settings,
    envs: &[&TypedEnv],
) -> Outcome<Vec<Value>> {
    let mut values: Vec<Value> = Vec::with_capacity(program.params.len());
    let mut diagnostics = Vec::new();
    for (index, param) in program.params.iter().enumerate() {
        let overlaid = envs
            .iter()
            .rev()
            .find_map(|env| env.params.iter().find(|(id, _)| id.0 as usize == index).map(|(_, value)| value));
        let value = match (last_setting(settings, &param.name), overlaid.or(param.default.as_ref())) {
            (Some(text), _) => read_setting(&param.name, text, &param.ty, param.span).map_err(|wrong| vec![wrong]),
            (None, Some(typed)) => {
                let value = constant_of(package, program, settings, &values, typed);
                value.map(|value| convert(value.clone(), &param.ty).unwrap_or(value))
            }
            (None, None) => Err(vec![
                Diagnostic::new(
                    codes::MISSING_PARAM_VALUE,
                    param.span,
                    format!("the parameter `{}` has no value", param.name),
                )
                .with_label("declared without a default")
                .help(format!("give it one with --set {}=..., in an env, or as a default", param.name)),
            ]),
        };
        match value {
            Ok(value) => values.push(value),
            Err(mut wrong) => {
                diagnostics.append(&mut wrong);
                values.push(Value::Null);
            }
        }
    }
    if diagnostics.is_empty() { Ok(values) } else { Err(diagnostics) }
}

/// The value of an expression that must be constant, with the parameters that are known so far.
fn constant_of(
    package: &Package,
    program: &TypedProgram,
    settings: &Settings,
    params: &[Value],
    typed: &Typed,
) -> Outcome<Value> {
    let mut lowering = Lowering::new(package, program, params, &settings.environment);
    let value = lowering.value(typed);
    let value = lowering.constant(&value, typed.span);
    match value {
        Some(value) if lowering.diagnostics.is_empty() => Ok(value),
        _ => Err(lowering.diagnostics),
    }
}

fn datasets(
    package: &Package,
    program: &TypedProgram,
    settings: &Settings,
    envs: &[&TypedEnv],
    params: &[Value],
) -> Outcome<Vec<Dataset>> {
    let mut datasets = Vec::with_capacity(program.datasets.len());
    for (index, dataset) in program.datasets.iter().enumerate() {
        let overlaid = envs
            .iter()
            .rev()
            .find_map(|env| env.datasets.iter().find(|(id, _)| id.0 as usize == index).map(|(_, connector)| connector));
        let connector = overlaid.unwrap_or(&dataset.connector);
        let Value::Symbol { name, args } = constant_of(package, program, settings, params, connector)? else {
            return Err(vec![Diagnostic::new(
                codes::CONSTANT_NEEDED,
                connector.span,
                format!("`{}` is stored nowhere: its value is no connector", dataset.name),
            )]);
        };
        let on_violation = match args.iter().find(|(arg, _)| &**arg == "on_violation").and_then(|(_, v)| v.as_str()) {
            Some("drop") => OnViolation::Drop,
            Some("warn") => OnViolation::Warn,
            _ => OnViolation::Fail,
        };
        datasets.push(Dataset {
            name: dataset.name.clone(),
            ty: dataset.ty.clone(),
            connector: Connector { name, args },
            on_violation,
            location: location(&package.sources, dataset.span),
        });
    }
    Ok(datasets)
}

/// Entries that are stored in one place by what this run sets, one of them written.
fn shared_places(program: &TypedProgram, datasets: &[Dataset], pipelines: &[Pipeline]) -> Vec<Diagnostic> {
    let written: BTreeSet<u32> = pipelines.iter().flat_map(|pipeline| pipeline.graph.flows().saves).collect();
    let path = |dataset: &Dataset| dataset.connector.get("path").and_then(Value::as_str).map(str::to_owned);
    let paths = datasets.iter().enumerate().filter_map(|(place, dataset)| Some((place, path(dataset)?)));
    let pairs = places::shared(paths, |place| u32::try_from(place).is_ok_and(|id| written.contains(&id)));
    pairs.into_iter().map(|(first, second)| same_place(&program.datasets[first], &program.datasets[second])).collect()
}

/// SHA-256 over the names and texts of the project's own files, wherever the project is seen from.
pub fn source_hash(package: &Package) -> String {
    let own: Vec<_> = package.modules.iter().filter(|module| !module.is_std).collect();
    let folder = own.first().and_then(|main| package.sources.path(main.file).rsplit_once('/'));
    let within = |path: &'_ str| -> usize {
        folder
            .and_then(|(folder, _)| path.strip_prefix(folder)?.strip_prefix('/'))
            .map_or(0, |rest| path.len() - rest.len())
    };
    let file = |module: &&crate::package::Module| {
        let path = package.sources.path(module.file);
        (&path[within(path)..], package.sources.text(module.file))
    };
    let mut files: Vec<(&str, &str)> = own.iter().map(file).collect();
    files.sort_unstable();
    let text: String = files.iter().map(|(path, text)| format!("{path}\0{}\0{text}", text.len())).collect();
    hash_text(&text)
}
