//! Which stages of a plan run, which do not because of what is kept, and why.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::path::PathBuf;

use gml_ir::{Graph, Program, StepId, StepKind, Type};
use gml_operators::Expressions;

use super::Cache;
use super::entry::{Entry, KeptResult, Saved};
use super::explain::{Known, Memory};
use super::files::Stamp;
use super::key::{self, Around, Keys, Making, StageKey};
use super::select::Choice;
use crate::backend::Backend;
use crate::plan::{Plan, Stage};

/// What is decided of a plan.
#[derive(Clone, Debug, Default)]
pub struct Decided {
    /// What is decided of each of its stages.
    pub stages: Vec<Verdict>,
}

/// What is decided of a stage.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// What is done with it.
    pub act: Act,
    /// Why it runs.
    pub why: Option<String>,
    /// Whether the condition of a `when` holds, where that is known.
    pub held: Option<bool>,
    /// What is decided of the body of a `when`, in case that its condition holds.
    pub body: Option<Decided>,
    pub(crate) key: Option<String>,
    pub(crate) entry: Option<Entry>,
    /// The result to be read from the store, where a stage that runs needs it.
    pub(crate) restore: Option<KeptResult>,
    /// What was asked of others to read what it needs, a line each.
    pub asked: Vec<String>,
    /// What computes the row expressions of its steps, a line each, where somebody asked.
    pub computed: Vec<String>,
    /// The files that it reads, as they were when the key was made.
    pub(crate) files: Vec<(PathBuf, Stamp)>,
    /// Whether its result is worth keeping.
    pub(crate) keep: bool,
}

/// What is done with a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// It runs.
    Run,
    /// It does not: what it led to is there.
    Cached,
    /// It does not: the command line leaves it out.
    LeftOut,
}

impl Decided {
    /// Everything runs: nothing is kept.
    pub(crate) fn all(plan: &Plan) -> Self {
        let verdict = |_: &Stage| Verdict {
            act: Act::Run,
            why: None,
            held: None,
            body: None,
            key: None,
            entry: None,
            restore: None,
            asked: Vec::new(),
            computed: Vec::new(),
            files: Vec::new(),
            keep: false,
        };
        Self { stages: plan.stages.iter().map(verdict).collect() }
    }

    /// How many stages run, those in bodies of `when` that are known to be done among them.
    pub fn running(&self) -> usize {
        let of = |verdict: &Verdict| match (&verdict.body, verdict.held) {
            (Some(body), Some(true)) => body.running(),
            _ => usize::from(verdict.act == Act::Run),
        };
        self.stages.iter().map(of).sum()
    }

    /// The datasets that stages that run write: those that later pipelines find changed.
    pub fn writes<'a>(&'a self, graph: &'a Graph, plan: &'a Plan) -> Vec<u32> {
        let running = self.stages.iter().zip(&plan.stages).filter(|(verdict, _)| verdict.act == Act::Run);
        let steps = running.flat_map(|(_, stage)| &stage.steps).map(|step| graph.step(step.id));
        steps.flat_map(|step| crate::plan::datasets_of(step).1).collect()
    }
}

/// What decisions are made from.
pub(crate) struct Deciding<'a> {
    pub(crate) backend: &'a dyn Backend,
    pub(crate) program: &'a Program,
    pub(crate) project: &'a Path,
    pub(crate) cache: &'a Cache,
    pub(crate) choice: &'a Choice,
    /// Datasets that an earlier pipeline of the same command may write anew, with its name.
    pub(crate) pending: &'a BTreeMap<u32, String>,
}

/// Decides for the stages of a pipeline, and tells what is known of its steps now.
pub(crate) fn decide(deciding: &Deciding<'_>, pipeline: &str, graph: &Graph, plan: &Plan) -> (Decided, Known) {
    let before = deciding.cache.known(pipeline);
    let mut known = Known::default();
    let chosen = deciding.choice.stages(deciding.program, pipeline, graph, plan);
    let memory = Memory::of(&before);
    let around = Around { keys: &|_| None, written: BTreeMap::new() };
    let decided = of_graph(deciding, graph, plan, chosen.as_deref(), &memory, &around, &mut known);
    (decided, known)
}

fn of_graph(
    deciding: &Deciding<'_>,
    graph: &Graph,
    plan: &Plan,
    chosen: Option<&[bool]>,
    memory: &Memory<'_>,
    around: &Around<'_>,
    known: &mut Known,
) -> Decided {
    let making = Making {
        backend: deciding.backend,
        program: deciding.program,
        project: deciding.project,
        hashes: deciding.cache.hashes(),
        salt: deciding.cache.salt(),
        expressions: Expressions::by(deciding.choice.backend),
        pending: deciding.pending,
    };
    let keys = key::of_graph(&making, graph, plan, around);
    keys.stages
        .iter()
        .for_each(|stage| known.steps.extend(stage.steps.iter().filter(|step| !step.key.is_empty()).cloned()));
    let mut found: Vec<Finding> = Vec::with_capacity(plan.stages.len());
    let mut demanded = vec![None; plan.stages.len()];
    // Users come behind what they use: from the end, it is known of each stage whether a stage that runs needs it.
    for place in (0..plan.stages.len()).rev() {
        let stage = Looking {
            deciding,
            graph,
            stage: &plan.stages[place],
            keys: &keys,
            key: &keys.stages[place],
            around,
            chosen: chosen.is_none_or(|chosen| chosen[place]),
            part: chosen.is_some(),
            demanded: demanded[place],
        };
        let finding = stage.look(memory, known);
        for used in finding.needs(&plan.stages[place], graph, plan) {
            demanded[used].get_or_insert(place);
        }
        found.push(finding);
    }
    found.reverse();
    settled(graph, plan, &keys, memory, found)
}

/// What is found of a stage.
struct Finding {
    act: Act,
    /// Why it runs, where that is not that something changed.
    why: Option<String>,
    entry: Option<Entry>,
    restore: Option<KeptResult>,
    held: Option<bool>,
    body: Option<Decided>,
}

impl Finding {
    fn new(act: Act) -> Self {
        Self { act, why: None, entry: None, restore: None, held: None, body: None }
    }

    fn runs(why: impl Into<Option<String>>) -> Self {
        Self { why: why.into(), ..Self::new(Act::Run) }
    }

    /// The stages whose results have to be there.
    fn needs(&self, stage: &Stage, graph: &Graph, plan: &Plan) -> Vec<usize> {
        match (self.act, &self.body, self.held) {
            (Act::Run, Some(body), Some(true)) => {
                taken(body, stage, graph).into_iter().filter_map(|step| plan.stage_of(step)).collect()
            }
            (Act::Run, ..) => stage.uses.clone(),
            (Act::Cached | Act::LeftOut, ..) => Vec::new(),
        }
    }
}

/// What the stages that run in the body of a `when` take from outside.
fn taken(decided: &Decided, stage: &Stage, graph: &Graph) -> Vec<StepId> {
    let Some(plan) = &stage.body else { return Vec::new() };
    let Some(StepKind::When { body, .. }) = stage.steps.last().map(|step| &graph.step(step.id).kind) else {
        return Vec::new();
    };
    let mut steps = Vec::new();
    for (verdict, inner) in decided.stages.iter().zip(&plan.stages) {
        let used: Vec<StepId> = match (verdict.act, &verdict.body, verdict.held) {
            (Act::Run, Some(deeper), Some(true)) => taken(deeper, inner, body),
            (Act::Run, ..) => inner.steps.iter().flat_map(|step| crate::plan::inputs_of(body.step(step.id))).collect(),
            (Act::Cached | Act::LeftOut, ..) => Vec::new(),
        };
        steps.extend(used.into_iter().filter_map(|step| match body.step(step).kind {
            StepKind::Outer(of) => Some(of),
            _ => None,
        }));
    }
    steps
}

/// A stage that is looked at.
struct Looking<'a> {
    deciding: &'a Deciding<'a>,
    graph: &'a Graph,
    stage: &'a Stage,
    keys: &'a Keys,
    key: &'a StageKey,
    around: &'a Around<'a>,
    /// Whether the command line chooses it, and whether it leaves anything out.
    chosen: bool,
    part: bool,
    /// A stage that runs and needs its result.
    demanded: Option<usize>,
}

impl Looking<'_> {
    fn look(&self, memory: &Memory<'_>, known: &mut Known) -> Finding {
        let mut finding = self.found();
        let head = self.stage.steps.last();
        if let (Some(plan), Some(planned)) = (&self.stage.body, head.filter(|_| finding.act != Act::LeftOut))
            && let StepKind::When { body, .. } = &self.graph.step(planned.id).kind
        {
            let keys = |step: StepId| self.keys.of(step);
            let written = key::written(self.graph, planned.id, self.keys, &self.around.written);
            let around = Around { keys: &keys, written };
            finding.held = finding.entry.as_ref().and_then(|entry| entry.held);
            let decided = of_graph(self.deciding, body, plan, None, memory, &around, known);
            match finding.held {
                Some(true) if decided.running() > 0 => finding.act = Act::Run,
                Some(_) => {}
                None => finding.act = Act::Run,
            }
            finding.body = Some(decided);
        }
        finding
    }

    fn found(&self) -> Finding {
        let head = self.stage.steps.last().map(|step| self.graph.step(step.id));
        let effect = head.is_some_and(|step| {
            matches!(
                step.kind,
                StepKind::Save { .. } | StepKind::Track(_) | StepKind::Expect { .. } | StepKind::When { .. }
            )
        });
        if !self.chosen && self.demanded.is_none() {
            return Finding::new(Act::LeftOut);
        }
        if self.deciding.choice.force && self.chosen {
            return Finding::runs("forced".to_owned());
        }
        let needed = effect || self.demanded.is_some() || self.part && self.chosen;
        let Some(key) = &self.key.key else {
            return if needed { Finding::runs(self.key.unknown.clone()) } else { Finding::new(Act::Cached) };
        };
        let Some(entry) = self.deciding.cache.entry(key) else {
            // What tells of itself in the record has to be known, or has to run.
            let tells = head.is_some_and(|step| {
                matches!(step.kind, StepKind::Call { .. }) && matches!(step.ty, Type::Estimator(_) | Type::Learned(_))
            });
            return if needed || tells { Finding::runs(None) } else { Finding::new(Act::Cached) };
        };
        Finding { entry: Some(entry.clone()), ..self.kept(&entry) }
    }

    /// Whether what was saved is an older version of the dataset that the stage saves, and the newest holds something else.
    /// Of runs at the same time each saves a version of its own, and the ledger keeps one entry for them.
    fn is_old(&self, saved: &Saved) -> bool {
        let project = self.deciding.project;
        let datasets = self.stage.steps.iter().filter_map(|step| match self.graph.step(step.id).kind {
            StepKind::Save { dataset, .. } => self.deciding.program.datasets.get(dataset as usize),
            _ => None,
        });
        let path = project.join(&saved.path);
        datasets.filter_map(|dataset| self.deciding.backend.newest(dataset, project)).any(|newest| {
            if path.starts_with(&newest) {
                return false;
            }
            // The same place in the newest version.
            let inside = newest.parent().and_then(|versions| path.strip_prefix(versions).ok());
            let same = inside.map(|inside| newest.join(inside.components().skip(1).collect::<PathBuf>()));
            !same.is_some_and(|same| {
                self.deciding.cache.hashes().of_path(&same).is_ok_and(|(content, _)| content == saved.content)
            })
        })
    }

    /// What is found of a stage that ran before with all that goes into it.
    fn kept(&self, entry: &Entry) -> Finding {
        let cache = self.deciding.cache;
        let artifacts = entry.steps.iter().flat_map(|step| &step.artifacts);
        if artifacts.into_iter().any(|artifact| !cache.is_whole(&artifact.object)) {
            return Finding::runs("what it put into the run record is not in the store any more".to_owned());
        }
        for saved in entry.steps.iter().filter_map(|step| step.saved.as_ref()) {
            match cache.hashes().of_path(&self.deciding.project.join(&saved.path)) {
                Ok((content, _)) if content == saved.content => {
                    if self.is_old(saved) {
                        return Finding::runs(format!("{} is not the newest version any more", saved.path));
                    }
                }
                Ok(_) => return Finding::runs(format!("{} was changed by something else or another run", saved.path)),
                Err(_) => return Finding::runs(format!("{} is not there", saved.path)),
            }
        }
        if let Some(user) = self.demanded {
            return match &entry.result {
                Some(result) if result.object().is_none_or(|object| cache.is_whole(object)) => {
                    Finding { restore: Some(result.clone()), ..Finding::new(Act::Cached) }
                }
                Some(_) => Finding::runs("its kept result is not in the store any more".to_owned()),
                None => Finding::runs(format!("step {} needs its result, which is not kept", user + 1)),
            };
        }
        Finding::new(Act::Cached)
    }
}

/// The decisions, with the reasons of what changed.
fn settled(graph: &Graph, plan: &Plan, keys: &Keys, memory: &Memory<'_>, found: Vec<Finding>) -> Decided {
    let mut stages: Vec<Verdict> = Vec::with_capacity(found.len());
    let users = users(plan);
    let mut causes: Vec<Option<Cause>> = Vec::with_capacity(found.len());
    for (place, finding) in found.into_iter().enumerate() {
        let (stage, key) = (&plan.stages[place], &keys.stages[place]);
        // What did not change changed nothing behind it; of what did, also where it need not run by itself.
        let cause = if finding.entry.is_some() || memory.is_empty() {
            None
        } else {
            let own = own_changes(stage, key, memory).map(|change| Cause { stage: place, change });
            own.or_else(|| stage.uses.iter().find_map(|used| causes.get(*used).cloned().flatten()))
        };
        causes.push(cause);
        let why = finding.why.map(|why| if why == key::USES_UNKNOWN { may_change(stage, &stages, plan) } else { why });
        let why = match (finding.act, why, finding.body.as_ref().filter(|_| finding.held.is_some())) {
            (Act::Run, Some(why), _) => Some(why),
            (Act::Run, None, Some(body)) => body.stages.iter().find_map(|verdict| verdict.why.clone()),
            (Act::Run, None, None) => Some(changed(place, plan, key, memory, &causes)),
            (Act::Cached | Act::LeftOut, ..) => None,
        };
        stages.push(Verdict {
            act: finding.act,
            why,
            held: finding.held,
            body: finding.body,
            key: key.key.clone(),
            entry: finding.entry,
            restore: finding.restore,
            asked: key.asked.clone(),
            computed: Vec::new(),
            files: key.files.clone(),
            keep: worth_keeping(graph, plan, stage, users.get(&place).map_or(&[], Vec::as_slice)),
        });
    }
    Decided { stages }
}

fn users(plan: &Plan) -> HashMap<usize, Vec<usize>> {
    let mut users: HashMap<usize, Vec<usize>> = HashMap::new();
    for (place, stage) in plan.stages.iter().enumerate() {
        stage.uses.iter().for_each(|used| users.entry(*used).or_default().push(place));
    }
    users
}

/// Whether a result is kept for later runs: it crosses the border between stages anyway, somebody but a `save` or a `track`
/// uses it (those keep it themselves), and it is more than a dataset as it was read.
fn worth_keeping(graph: &Graph, plan: &Plan, stage: &Stage, users: &[usize]) -> bool {
    let kind = |stage: &Stage| stage.steps.last().map(|step| &graph.step(step.id).kind);
    let only_read = stage.steps.len() == 1 && matches!(kind(stage), Some(StepKind::Load(_) | StepKind::Table(_)));
    let elsewhere =
        |user: &usize| matches!(kind(&plan.stages[*user]), Some(StepKind::Save { .. } | StepKind::Track(_)));
    !only_read && !users.iter().all(elsewhere)
}

/// Why a stage runs whose key cannot be known yet.
fn may_change(stage: &Stage, before: &[Verdict], plan: &Plan) -> String {
    let unknown = |used: &&usize| before.get(**used).is_some_and(|verdict| verdict.key.is_none());
    match stage.after.iter().find(unknown) {
        Some(used) => format!("what step {} gives may change ({})", used + 1, plan.stages[*used].title()),
        None => "what it uses may change".into(),
    }
}

/// What of a stage itself changed, in words; nothing where all of it is as it was.
fn own_changes(stage: &Stage, key: &StageKey, memory: &Memory<'_>) -> Option<String> {
    const SHOWN: usize = 3;
    let mut changes = Vec::new();
    for (planned, step) in stage.steps.iter().zip(&key.steps) {
        if memory.has(step) {
            continue;
        }
        match memory.changes(step) {
            Some(own) => changes.extend(own),
            None => changes.push(format!("`{}` is new", planned.name)),
        }
    }
    let more = changes.len().saturating_sub(SHOWN);
    changes.truncate(SHOWN);
    let more = if more == 0 { String::new() } else { format!(", and {more} more") };
    (!changes.is_empty()).then(|| changes.join(", ") + &more)
}

/// Why a stage has to run, where what changed is known: a change of its own, or the first one behind what it uses.
fn changed(place: usize, plan: &Plan, key: &StageKey, memory: &Memory<'_>, causes: &[Option<Cause>]) -> String {
    if memory.is_empty() {
        return "it never ran".into();
    }
    match &causes[place] {
        Some(cause) if cause.stage == place => cause.change.clone(),
        Some(Cause { stage, change }) => {
            format!("what step {} gives changed ({}: {change})", stage + 1, plan.stages[*stage].title())
        }
        None if key.steps.iter().all(|step| memory.has(step)) => "it did not get done in the last run".into(),
        None => "what it is part of changed".into(),
    }
}

/// A change, and the stage that it is of.
#[derive(Clone)]
struct Cause {
    stage: usize,
    change: String,
}
