//! What a run may be given from outside, for what runs a program elsewhere: parameters, and variables of the process.

use std::collections::BTreeSet;

use gml_ir::Type;

use crate::lower::FROM_ENV;
use crate::parts::{each_part, each_value};
use crate::typed::{Text, Typed, TypedKind, TypedNodeBody, TypedProgram};

/// A parameter that `--set` may set.
#[derive(Clone, Copy, Debug)]
pub struct Settable<'p> {
    /// Its name.
    pub name: &'p Text,
    /// Its type.
    pub ty: &'p Type,
    /// The pipeline that has it; nothing where the program does.
    pub pipeline: Option<&'p Text>,
    /// Whether its value is said as it is, and so is not another one where another parameter or a variable is.
    pub stands_alone: bool,
}

/// The parameters of a program and of its pipelines, with an env laid over it.
#[must_use]
pub fn settable<'p>(program: &'p TypedProgram, env: Option<&'p str>) -> Vec<Settable<'p>> {
    let layers = program.layers(env).unwrap_or_default();
    let overlaid = |place: usize| {
        let mut set = layers.iter().flat_map(|env| &env.params);
        set.find(|(id, _)| id.0 as usize == place).map(|(_, value)| value)
    };
    let alone = |value: Option<&Typed>| value.is_some_and(stands_alone);
    let of_program = program.params.iter().enumerate().map(|(place, param)| Settable {
        name: &param.name,
        ty: &param.ty,
        pipeline: None,
        stands_alone: alone(overlaid(place).or(param.default.as_ref())),
    });
    let of_pipelines = program.pipelines.iter().flat_map(|pipeline| {
        pipeline.params.iter().map(|param| Settable {
            name: &param.name,
            ty: &param.ty,
            pipeline: Some(&pipeline.name),
            stands_alone: alone(param.default.as_ref()),
        })
    });
    of_program.chain(of_pipelines).collect()
}

fn stands_alone(value: &Typed) -> bool {
    let mut alone = true;
    each_part(value, &mut |part| {
        alone &= !matches!(part.kind, TypedKind::Param(_) | TypedKind::Local(_)) && asked_for(part).is_none();
    });
    alone
}

/// The variables of the process that a program asks for with `from_env`, in order.
#[must_use]
pub fn variables(program: &TypedProgram) -> BTreeSet<Text> {
    let mut found = BTreeSet::new();
    let mut look = |value: &Typed| {
        each_part(value, &mut |part| {
            found.extend(asked_for(part));
        });
    };
    program.params.iter().filter_map(|param| param.default.as_ref()).for_each(&mut look);
    program.datasets.iter().map(|dataset| &dataset.connector).for_each(&mut look);
    program.functions.iter().map(|function| &function.body).for_each(&mut look);
    for node in &program.nodes {
        if let TypedNodeBody::Block(bindings, value) = &node.body {
            bindings.iter().map(|(_, bound)| bound).chain([value]).for_each(&mut look);
        }
    }
    for pipeline in &program.pipelines {
        pipeline.params.iter().filter_map(|param| param.default.as_ref()).for_each(&mut look);
        each_value(&pipeline.body, &mut look);
    }
    for env in &program.envs {
        env.params.iter().map(|(_, value)| value).for_each(&mut look);
        env.datasets.iter().map(|(_, value)| value).for_each(&mut look);
        env.settings.iter().map(|(_, _, value)| value).for_each(&mut look);
    }
    found
}

/// The variable that a call asks for.
fn asked_for(part: &Typed) -> Option<Text> {
    match &part.kind {
        TypedKind::Call(call) if call.name == FROM_ENV => call.value("name")?.literal()?.as_str().map(Text::from),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MemoryWorld, check};

    const PROGRAM: &str = "param root: str = \"data\"\n\
        param place: str = f\"{root}/x\"\n\
        param bucket: str = from_env(\"BUCKET\", default: \"b\")\n\
        catalog { a: table { n: int } = csv(from_env(\"A_CSV\", default: \"a.csv\")), b: table { n: int } = csv(f\"{place}/{bucket}.csv\") }\n\
        pipeline copy(least: int = 1, path: str = root) { save a |> filter(.n > least and path != \"\") as b }\n\
        env base { place = \"y\" }\n\
        env top extends base { root = from_env(\"ROOT\", default: \"z\") }\n";

    fn alone(env: Option<&str>) -> Vec<String> {
        let analysis = check(&MemoryWorld::new([("main.gml", PROGRAM)]), "main.gml");
        assert!(analysis.diagnostics.iter().all(|diagnostic| !diagnostic.is_error()), "{:?}", analysis.diagnostics);
        let all = settable(&analysis.program, env);
        let alone = all.iter().filter(|param| param.stands_alone).map(|param| match param.pipeline {
            Some(pipeline) => format!("{pipeline}.{}", param.name),
            None => param.name.to_string(),
        });
        alone.collect()
    }

    #[test]
    fn what_follows_from_others_does_not_stand_alone() {
        assert_eq!(alone(None), ["root", "copy.least"]);
        assert_eq!(alone(Some("base")), ["root", "place", "copy.least"]);
        assert_eq!(alone(Some("top")), ["place", "copy.least"]);
    }

    #[test]
    fn variables_are_found_wherever_they_are_asked_for() {
        let analysis = check(&MemoryWorld::new([("main.gml", PROGRAM)]), "main.gml");
        let found: Vec<Text> = variables(&analysis.program).into_iter().collect();
        assert_eq!(found.iter().map(|name| &**name).collect::<Vec<_>>(), ["A_CSV", "BUCKET", "ROOT"]);
    }
}
