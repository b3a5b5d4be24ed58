//! Envs: what they are laid over, and what they set.

use gml_diagnostics::{Diagnostic, Span};
use gml_syntax::ast::{Env, EnvSetting};

use super::graph;
use crate::hash::Map;
use crate::message::declarations as message;
use crate::package::Package;
use crate::suggest::closest;

pub(super) fn check(package: &Package, diagnostics: &mut Vec<Diagnostic>) {
    let envs: Vec<&Env> = (0..package.envs.len()).filter_map(|place| package.env_ast(place)).collect();
    let mut edges: Vec<Vec<(usize, Span)>> = vec![Vec::new(); envs.len()];
    for (env, edges) in envs.iter().zip(&mut edges) {
        if let Some(base) = &env.extends {
            match package.env_named(&base.text) {
                Some(place) => edges.push((place, base.span)),
                None => {
                    let proposal = closest(&base.text, envs.iter().map(|env| &*env.name.text));
                    diagnostics.push(message::unknown_env(&base.text, base.span, proposal));
                }
            }
        }
        let mut seen: Map<String, Span> = Map::default();
        for setting in &env.settings {
            check_setting(package, setting, &mut seen, diagnostics);
        }
    }
    graph::bottom_up(&edges, |circle| {
        let chain: Vec<(&str, Span)> = circle.iter().map(|(place, span)| (&*envs[*place].name.text, *span)).collect();
        let help = "an env is laid over another, never over itself";
        diagnostics.extend(message::definition_cycle("env", &chain, help));
    });
}

fn check_setting(
    package: &Package,
    setting: &EnvSetting,
    seen: &mut Map<String, Span>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some((first, last)) = setting.path.first().zip(setting.path.last()) else { return };
    let span = setting.of.as_ref().map_or(last.span, |of| of.span);
    let span = first.span.to(span);
    let words: Vec<&str> = setting.path.iter().map(|name| &*name.text).collect();
    let problem = match (words.as_slice(), &setting.of) {
        (["catalog", entry], None) => {
            let names = package.datasets.iter().map(|dataset| &*dataset.declared.name);
            let is_there = package.dataset_named(entry).is_some();
            (!is_there).then(|| message::env_unknown_dataset(entry, last.span, closest(entry, names)))
        }
        (["catalog", ..], _) => Some(message::env_setting_form("catalog", span, "catalog.entry = parquet(\"..\")")),
        (["resources"], Some(of)) => {
            let pipelines = package.pipelines.iter().map(|pipeline| &*pipeline.declared.name);
            let nodes = package.nodes.iter().map(|node| &*node.declared.name);
            let is_there = package.pipeline_named(&of.text).is_some() || package.node_named(&of.text).is_some();
            let near = closest(&of.text, pipelines.chain(nodes));
            (!is_there).then(|| message::resources_of_nothing(&of.text, of.span, near))
        }
        (["resources", ..], _) => {
            Some(message::env_setting_form("resources", span, "resources(pipeline) = { cpu: 8, memory: 30GiB }"))
        }
        (["tracking"], None) => None,
        (["tracking", ..], _) => Some(message::env_setting_form("tracking", span, "tracking = mlflow(url: \"..\")")),
        ([name], None) => {
            let names = package.params.iter().map(|param| &*param.declared.name);
            let names = names.chain(["tracking", "resources", "catalog"]);
            let is_there = package.param_named(name).is_some();
            (!is_there).then(|| message::env_unknown_setting(name, first.span, closest(name, names)))
        }
        ([name, ..], _) => Some(message::env_unknown_setting(name, span, None)),
        ([], _) => None,
    };
    let of = setting.of.as_ref().map_or(String::new(), |of| format!("({})", of.text));
    let name = format!("{}{of}", words.join("."));
    match (problem, seen.get(&name)) {
        (Some(problem), _) => diagnostics.push(problem),
        (None, Some(first)) => diagnostics.push(message::env_duplicate_setting(&name, span, *first)),
        (None, None) => {
            seen.insert(name, span);
        }
    }
}
