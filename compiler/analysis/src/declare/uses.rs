//! What each declaration uses, found in one pass over the trees.

use gml_diagnostics::Span;
use gml_syntax::ast::{Expr, ExprKind, Item, ItemKind, Name, NodeBody, TypeExpr, TypeKind};

use super::mentions::{Binder, Local, Mention, Reader};
use crate::hash::{Map, Set};
use crate::package::{Definition, Module, ModuleId, Package};
use crate::tree::Stamp;
use crate::typed::{FunctionId, NodeId, ParamId, PipelineId, Text};

/// What is used, and by what.
#[derive(Default)]
pub(super) struct Uses<'a> {
    pub params: Vec<bool>,
    pub schemas: Vec<bool>,
    pub datasets: Vec<bool>,
    pub functions: Vec<bool>,
    pub nodes: Vec<bool>,
    pub connections: Vec<bool>,
    /// By module: imported names that are not mentioned yet.
    pub idle_imports: Vec<Set<&'a str>>,
    /// Names that a body binds and never mentions.
    pub locals: Vec<Local<'a>>,
    /// Names that a body binds and that mean something else outside of it.
    pub hiding: Vec<(&'a Name, Hidden)>,
    /// Defaults that use a parameter.
    pub defaults: Vec<(ParamId, ParamId, Span)>,
    /// Functions, nodes and pipelines that use another: see [`Body::place`].
    pub bodies: Vec<Vec<(usize, Span)>>,
}

/// A declaration with a body that others can use.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Body {
    Function(FunctionId),
    Node(NodeId),
    Pipeline(PipelineId),
}

impl Body {
    /// A number for each: functions first, then nodes, then pipelines.
    pub(super) fn place(self, package: &Package) -> usize {
        let (functions, nodes) = (package.functions.len(), package.nodes.len());
        match self {
            Self::Function(id) => id.0 as usize,
            Self::Node(id) => functions + id.0 as usize,
            Self::Pipeline(id) => functions + nodes + id.0 as usize,
        }
    }

    /// The declaration of a number.
    pub(super) fn at(place: usize, package: &Package) -> Self {
        let (functions, nodes) = (package.functions.len(), package.nodes.len());
        let id = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        if place < functions {
            Self::Function(FunctionId(id(place)))
        } else if place < functions + nodes {
            Self::Node(NodeId(id(place - functions)))
        } else {
            Self::Pipeline(PipelineId(id(place - functions - nodes)))
        }
    }
}

/// What declarations mention, by their stamps.
#[derive(Debug, Default)]
pub(crate) struct Mentions(Map<Stamp, Mentioned>);

/// What a declaration mentions whose own names are all used.
#[derive(Debug, Default)]
struct Mentioned {
    /// Names with their places from where the declaration begins, and whether they are called.
    names: Vec<(Text, u32, u32, bool)>,
    /// Names of the standard library, each once, and whether they are called.
    library: Vec<(Text, bool)>,
    /// Names that it binds itself, and whether they are parameters.
    bound: Vec<(Text, bool)>,
}

/// What a name that a body binds means outside of it.
pub(super) struct Hidden {
    /// What that is, as "parameter".
    pub what: &'static str,
    /// Where it is declared or imported.
    pub span: Span,
}

impl Hidden {
    /// What a name means outside of a declaration that binds it, where the one could be taken for the other.
    fn by(package: &Package, module: ModuleId, item: &Item, name: &Text, is_parameter: bool) -> Option<Self> {
        let is_pipeline = matches!(item.kind, ItemKind::Pipeline(_));
        let module = package.module(module);
        let (what, span) = match module.scope.get(name)? {
            // Parameters of nodes and functions take the names of what is given to them.
            Definition::Param(id) if is_pipeline || !is_parameter => {
                ("parameter", package.params[id.0 as usize].declared.name_span)
            }
            Definition::Dataset(id) if is_pipeline => {
                ("catalog entry", package.datasets[id.0 as usize].declared.name_span)
            }
            Definition::Function(id) => ("function", package.functions[id.0 as usize].declared.name_span),
            // What a node gives is often given on by its name.
            Definition::Node(id) if !is_parameter => ("node", package.nodes[id.0 as usize].declared.name_span),
            Definition::Std(_) => ("import", module.imports.iter().find(|(imported, _)| imported == name)?.1),
            _ => return None,
        };
        Some(Self { what, span })
    }
}

/// Reads the trees of the project.
pub(super) fn of<'a>(package: &'a Package, mut known: Option<&mut Mentions>) -> Uses<'a> {
    let mut uses = Uses {
        params: vec![false; package.params.len()],
        schemas: vec![false; package.schemas.len()],
        datasets: vec![false; package.datasets.len()],
        functions: vec![false; package.functions.len()],
        nodes: vec![false; package.nodes.len()],
        connections: vec![false; package.connections.len()],
        bodies: vec![Vec::new(); package.functions.len() + package.nodes.len() + package.pipelines.len()],
        idle_imports: package.modules.iter().map(|module| idle_imports(module)).collect(),
        ..Uses::default()
    };
    let keep = known.is_some();
    let mut before = known.as_deref_mut().map(std::mem::take).unwrap_or_default();
    let mut now = Mentions::default();
    for (module, id) in package.modules.iter().zip(0..).filter(|(module, _)| !module.is_std) {
        for (place, item) in module.ast.items.iter().enumerate() {
            let Some(stamp) = module.ast.stamp(place).filter(|_| keep) else {
                read(package, ModuleId(id), item, &mut uses, None);
                continue;
            };
            let mentioned = match before.0.remove(&stamp) {
                Some(mentioned) if uses.take_over(package, ModuleId(id), item, &mentioned) => Some(mentioned),
                _ => {
                    let mut mentioned = Mentioned::default();
                    read(package, ModuleId(id), item, &mut uses, Some(&mut mentioned)).then_some(mentioned)
                }
            };
            now.0.extend(mentioned.map(|mentioned| (stamp, mentioned)));
        }
    }
    if let Some(known) = known {
        *known = now;
    }
    uses
}

fn idle_imports(module: &Module) -> Set<&str> {
    module.imports.iter().filter(|_| !module.is_std).map(|(name, _)| &**name).collect()
}

impl<'a> Uses<'a> {
    /// Takes over what a declaration mentions. Where a name that it binds means something outside of it, it has to be read.
    fn take_over(&mut self, package: &Package, module: ModuleId, item: &Item, mentioned: &Mentioned) -> bool {
        let hides =
            |(name, is_parameter): &(Text, bool)| Hidden::by(package, module, item, name, *is_parameter).is_some();
        let is_own = |(name, _): &(Text, bool)| !matches!(package.lookup(module, name), Some(Definition::Std(_)));
        if mentioned.bound.iter().any(hides) || mentioned.library.iter().any(is_own) {
            return false;
        }
        for (name, is_call) in &mentioned.library {
            self.mention(package, module, None, &Mention { name, span: item.span, is_call: *is_call });
        }
        let own = own(package, module, item);
        for (name, start, end, is_call) in &mentioned.names {
            let at = |offset: u32| item.span.start.wrapping_add(offset);
            let span = Span { start: at(*start), end: at(*end), ..item.span };
            self.mention(package, module, own, &Mention { name, span, is_call: *is_call });
        }
        true
    }

    fn mention(&mut self, package: &Package, module: ModuleId, own: Option<&Definition>, mention: &Mention<'_>) {
        let found = match mention.is_call {
            true => package.callable(module, mention.name),
            false => package.lookup(module, mention.name),
        };
        let Some(found) = found else { return };
        if let Some(idle) = self.idle_imports.get_mut(module.0 as usize)
            && !idle.is_empty()
        {
            idle.remove(&**mention.name);
        }
        // What is not called stands for something else, such as the word `left` of a join.
        if mention.is_call
            && let Some((from, to)) = own.and_then(body_of).zip(body_of(found))
        {
            self.bodies[from.place(package)].push((to.place(package), mention.span));
        }
        if let (Some(Definition::Param(own)), Definition::Param(used)) = (own, found) {
            self.defaults.push((*own, *used, mention.span));
        }
        if own == Some(found) {
            return;
        }
        match found {
            Definition::Param(id) => self.params[id.0 as usize] = true,
            Definition::Schema(id) => self.schemas[id.0 as usize] = true,
            Definition::Dataset(id) => self.datasets[id.0 as usize] = true,
            Definition::Function(id) => self.functions[id.0 as usize] = true,
            Definition::Node(id) => self.nodes[id.0 as usize] = true,
            Definition::Connection(id) => self.connections[*id as usize] = true,
            Definition::Pipeline(_) | Definition::Std(_) | Definition::Alias(_) | Definition::Unknown => {}
        }
    }
}

fn body_of(definition: &Definition) -> Option<Body> {
    match definition {
        Definition::Function(id) => Some(Body::Function(*id)),
        Definition::Node(id) => Some(Body::Node(*id)),
        Definition::Pipeline(id) => Some(Body::Pipeline(*id)),
        _ => None,
    }
}

/// Reads a declaration. Says whether all names that it binds are used and mean nothing else; `found` is what it mentions.
fn read<'a>(
    package: &'a Package,
    module: ModuleId,
    item: &'a Item,
    uses: &mut Uses<'a>,
    mut found: Option<&mut Mentioned>,
) -> bool {
    let own = own(package, module, item);
    let mut unused = Vec::new();
    let mut bound = Vec::new();
    let mut names = Vec::new();
    let mut library: Vec<(Text, bool)> = Vec::new();
    let keep = found.is_some();
    let mut mentioned = |mention: Mention<'a>| {
        if keep && matches!(package.lookup(module, mention.name), Some(Definition::Std(_))) {
            if !library.iter().any(|(name, is_call)| name == mention.name && *is_call == mention.is_call) {
                library.push((mention.name.clone(), mention.is_call));
            }
        } else if keep {
            let at = |offset: u32| offset.wrapping_sub(item.span.start);
            names.push((mention.name.clone(), at(mention.span.start), at(mention.span.end), mention.is_call));
        }
        uses.mention(package, module, own, &mention);
    };
    let mut is_unused = |local: Local<'a>| unused.push(local);
    let mut hiding = Vec::new();
    // What is written in another language knows no names of the program.
    let is_foreign = matches!(&item.kind, ItemKind::Node(node) if matches!(node.body, NodeBody::Foreign { .. }));
    let mut is_bound = |name: &'a Name, binder: Binder| {
        if is_foreign {
            return;
        }
        let is_parameter = binder == Binder::Parameter;
        if keep {
            bound.push((name.text.clone(), is_parameter));
        }
        hiding.extend(Hidden::by(package, module, item, &name.text, is_parameter).map(|hidden| (name, hidden)));
    };
    let mut reader = Reader::new(&mut mentioned, &mut is_bound, &mut is_unused);
    match &item.kind {
        ItemKind::Use(_) | ItemKind::Signature(_) | ItemKind::TypeAlias(_) | ItemKind::Unread(_) => {}
        ItemKind::Param(param) => {
            reader.written_type(&param.ty);
            let default = param.default.as_ref().filter(|default| !is_word_of(default, &param.ty));
            default.into_iter().for_each(|default| reader.expr(default));
        }
        ItemKind::Schema(schema) => schema.columns.iter().for_each(|column| reader.column_type(&column.column)),
        ItemKind::Connection(connection) => reader.expr(&connection.value),
        ItemKind::Catalog(catalog) => {
            for entry in &catalog.entries {
                reader.written_type(&entry.ty);
                reader.expr(&entry.value);
            }
        }
        ItemKind::Function(function) => {
            reader.written_type(&function.result);
            reader.with_parameters(&function.params, true, |reader| reader.expr(&function.body));
        }
        ItemKind::Node(node) => {
            reader.written_type(&node.result);
            match &node.body {
                NodeBody::Block(block) => {
                    reader.with_parameters(&node.params, true, |reader| reader.block(block));
                }
                NodeBody::Foreign { args, .. } => reader.with_parameters(&node.params, false, |reader| {
                    args.iter().for_each(|arg| reader.expr(&arg.value));
                }),
            }
        }
        ItemKind::Pipeline(pipeline) => {
            reader.with_parameters(&pipeline.params, true, |reader| reader.statements(&pipeline.body));
        }
        ItemKind::Env(env) => env.settings.iter().for_each(|setting| reader.expr(&setting.value)),
        ItemKind::Test(test) => reader.statements(&test.body),
    }
    let is_quiet = unused.is_empty() && hiding.is_empty();
    uses.locals.extend(unused);
    uses.hiding.extend(hiding);
    if let Some(found) = &mut found {
        **found = Mentioned { names, library, bound };
    }
    is_quiet
}

/// Whether a value is one of the words that a type lists, whatever else has that name.
fn is_word_of(value: &Expr, ty: &TypeExpr) -> bool {
    let (ExprKind::Name(word), TypeKind::Named(name, values)) = (&value.kind, &ty.kind) else { return false };
    let is_word = |value: &TypeExpr| matches!(&value.kind, TypeKind::Text(text) if text == word);
    &*name.text == "enum" && values.iter().any(is_word)
}

/// What an item declares itself: its own mentions of that are no uses.
fn own<'a>(package: &'a Package, module: ModuleId, item: &Item) -> Option<&'a Definition> {
    let named = |name: &Name| package.module(module).scope.get(&name.text);
    match &item.kind {
        ItemKind::Param(param) => named(&param.name),
        ItemKind::Schema(schema) => named(&schema.name),
        ItemKind::Function(function) => named(&function.name),
        ItemKind::Node(node) => named(&node.name),
        ItemKind::Pipeline(pipeline) => named(&pipeline.name),
        _ => None,
    }
}
