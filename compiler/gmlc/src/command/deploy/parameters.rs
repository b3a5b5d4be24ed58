//! Parameters of a program as parameters of a workflow.

use std::collections::BTreeMap;
use std::sync::Arc;

use gml_analysis::settable::{Settable, settable};
use gml_deploy::{Argument, Given, Parameter, is_plain};
use gml_ir::{Pipeline, Type, Value};

use super::{DeployArgs, Prepared, usage};
use crate::exit::Exit;

/// What a workflow is given.
pub(super) struct Parameters {
    /// What each run may set anew.
    pub(super) offered: Vec<Parameter>,
    /// What the command line sets and no run can.
    fixed: Vec<(String, String)>,
    /// Names that mean one thing in one place and another in another, so that no run can set them.
    pub(super) ambiguous: Vec<String>,
    /// The names of parameters of the program itself, which every pipeline is given.
    of_program: Vec<Arc<str>>,
}

/// Which parameters of the program and of the pipelines a run can set: those whose value is said as it is, since what follows from
/// others would not follow any more; and of one name only where it means the same wherever `--set` sets it.
pub(super) fn parameters(args: &DeployArgs, prepared: &Prepared, pipelines: &[&Pipeline]) -> Result<Parameters, Exit> {
    let all = settable(&prepared.typed, args.program.env.as_deref());
    let mut by_name: BTreeMap<&str, Vec<&Settable<'_>>> = BTreeMap::new();
    let mut order: Vec<&Arc<str>> = Vec::new();
    for param in &all {
        let known = by_name.entry(&**param.name).or_default();
        if known.is_empty() {
            order.push(param.name);
        }
        known.push(param);
    }
    let mut parameters =
        Parameters { offered: Vec::new(), fixed: Vec::new(), ambiguous: Vec::new(), of_program: Vec::new() };
    for name in order {
        let holders = &by_name[&**name];
        // Of pipelines that are not deployed only the type counts: `--set` reads the value for them, too.
        let is_used = |param: &&&Settable<'_>| match param.pipeline {
            None => true,
            Some(of) => pipelines.iter().any(|pipeline| pipeline.name == *of),
        };
        let used: Vec<&&Settable<'_>> = holders.iter().filter(is_used).collect();
        let Some(first) = used.first() else { continue };
        let is_set = args.program.set.iter().any(|(set, _)| **set == **name);
        let same_type = holders.iter().all(|param| param.ty == first.ty);
        let values: Vec<Option<&Value>> = used.iter().map(|param| value(param, prepared, pipelines)).collect();
        let is_same = same_type && values.iter().all(|value| value.is_some() && *value == values[0]);
        let stands_alone = is_set || used.iter().all(|param| param.stands_alone);
        let given = values[0].filter(|_| stands_alone).and_then(|value| Given::of(value, first.ty));
        match given {
            Some(value) if is_same => parameters.offered.push(Parameter { name: name.clone(), value, is_set }),
            given => {
                if given.is_some() {
                    parameters.ambiguous.push(name.to_string());
                }
                if let Some((_, text)) = args.program.set.iter().rev().find(|(set, _)| **set == **name) {
                    parameters.fixed.push((name.to_string(), passed(name, text, first.ty)?));
                }
            }
        }
        if used.iter().any(|param| param.pipeline.is_none()) {
            parameters.of_program.push(name.clone());
        }
    }
    Ok(parameters)
}

/// The text of a setting, as it is handed on.
fn passed(name: &str, text: &str, ty: &Type) -> Result<String, Exit> {
    match is_plain(text) {
        true => Ok(text.to_owned()),
        false => Err(usage(format!(
            "the setting {name} (of type {ty}) has marks that platforms put something in for, such as {{{{..}}}} or $(..), and cannot be \
             handed on: write the value into an env"
        ))),
    }
}

fn value<'a>(param: &Settable<'_>, prepared: &'a Prepared, pipelines: &[&'a Pipeline]) -> Option<&'a Value> {
    let of =
        |values: &'a [(Arc<str>, Value)]| values.iter().find(|(name, _)| name == param.name).map(|(_, value)| value);
    match param.pipeline {
        None => of(&prepared.program.params),
        Some(name) => of(&pipelines.iter().find(|pipeline| pipeline.name == *name)?.params),
    }
}

impl Parameters {
    /// What a pipeline is given of them.
    pub(super) fn of(&self, pipeline: &Pipeline) -> Vec<Argument> {
        let has = |name: &str| {
            let own = pipeline.params.iter().any(|(own, _)| **own == *name);
            own || self.of_program.iter().any(|of_program| **of_program == *name)
        };
        let offered = self.offered.iter().filter(|parameter| has(&parameter.name));
        let offered = offered.map(|parameter| Argument::Set(parameter.name.clone()));
        let fixed = self.fixed.iter().filter(|(name, _)| has(name));
        let fixed = fixed.flat_map(|(name, text)| ["--set".to_owned(), format!("{name}={text}")]).map(Argument::Text);
        offered.chain(fixed).collect()
    }
}
