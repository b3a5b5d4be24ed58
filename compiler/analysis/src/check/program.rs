//! A whole program: its declarations in an order in which what is needed is there, on several threads.

use gml_diagnostics::{Diagnostic, Span};
use gml_ir::{Column, Row, Type};
use gml_syntax::ast::{self, NodeBody};

use super::again::{Bodies, Interface, TakenOver};
use super::body::{Body, Place};
use super::call::module_of;
use super::message::{self, Want};
use super::moved::Moves;
use super::record::Recorder;
use super::shared::Shared;
use super::signature::Shape;
use super::value::Value;
use super::{environment, saved, walk};
use crate::hash::Map;
use crate::inspect::Inspection;
use crate::package::{Declared, Definition, ModuleId, Package};
use crate::resolve::Move;
use crate::threads;
use crate::typed::{
    DatasetId, FunctionId, NodeId, ParamId, PipelineId, Text, Typed, TypedCall, TypedDataset, TypedKind, TypedParam,
    TypedProgram, TypedTest,
};

/// Fewer bodies than these are not worth a thread of their own.
const WORTH_A_THREAD: usize = 64;

/// Checks a package; the diagnostics are in no order. Bodies of which it is known what will be found are not checked, and
/// what was found of all is kept, where there is a place for it. `meanwhile` is done when the nodes are checked: what
/// comes behind them takes one thread.
pub(super) fn check(
    package: &Package,
    known: Option<(&mut Bodies, &[Move])>,
    meanwhile: Option<impl FnOnce()>,
) -> (TypedProgram, Vec<Diagnostic>, TakenOver) {
    let shared = Shared::new(package);
    let mut taken = TakenOver::default();
    let before = known.map(|(bodies, moves)| {
        let interface = Interface::of(&shared);
        taken = std::mem::take(bodies).take_over(&shared, &interface, Moves(moves));
        (interface, bodies)
    });
    let nodes = || {
        for level in levels(&shared) {
            let threads = level.len() / WORTH_A_THREAD;
            threads::each(level.len(), threads, |place| drop(shared.node(level[place], &[])));
        }
    };
    let (program, diagnostics) = match meanwhile {
        Some(meanwhile) => {
            threads::beside(nodes, || ());
            threads::beside(|| rest(&shared), meanwhile)
        }
        None => threads::beside(
            || {
                nodes();
                rest(&shared)
            },
            || (),
        ),
    };
    if let Some((interface, bodies)) = before {
        *bodies = Bodies::of(&shared, interface);
    }
    (program, diagnostics, taken)
}

/// Checks declarations again, each with a recorder.
pub(super) fn inspect(package: &Package, items: &[(ModuleId, usize)], at: Option<u32>) -> Vec<Inspection> {
    let shared = Shared::recording(package, Recorder::new(at));
    let work = || items.iter().map(|(module, item)| inspect_item(&shared, *module, *item)).collect();
    threads::beside(work, || ())
}

fn inspect_item<'a>(shared: &'a Shared<'a>, module: ModuleId, item: usize) -> Inspection {
    let package = shared.package;
    let Some(recorder) = &shared.recorder else { return Inspection::default() };
    let Some(declaration) = package.modules.get(module.0 as usize).and_then(|module| module.ast.items.get(item)) else {
        return Inspection::default();
    };
    recorder.begin(declaration.span);
    let here = |declared: &Declared| declared.module == module && declared.item == item;
    let mut said = Vec::new();
    // Not through what is kept: those that were checked already would not be recorded.
    match &declaration.kind {
        ast::ItemKind::Function(_) => {
            for place in places(&package.functions, |function| here(&function.declared)) {
                super::declaration::function(shared, FunctionId(id(place)), &[]);
            }
        }
        ast::ItemKind::Node(_) => {
            for place in places(&package.nodes, |node| here(&node.declared)) {
                super::declaration::node(shared, NodeId(id(place)), &[]);
            }
        }
        ast::ItemKind::Pipeline(_) => {
            for place in places(&package.pipelines, |pipeline| here(&pipeline.declared)) {
                super::declaration::pipeline(shared, PipelineId(id(place)), &[]);
            }
        }
        ast::ItemKind::Param(_) => {
            for place in places(&package.params, |declared| here(&declared.declared)) {
                param(shared, ParamId(id(place)), &mut said);
            }
        }
        ast::ItemKind::Catalog(_) => {
            for place in places(&package.datasets, |dataset| here(&dataset.declared)) {
                dataset(shared, DatasetId(id(place)), &mut said);
            }
        }
        ast::ItemKind::Connection(_) => {
            for place in places(&package.connections, |connection| here(&connection.declared)) {
                connection(shared, place, &mut said);
            }
        }
        ast::ItemKind::Test(_) => {
            for place in places(&package.tests, |test| here(&test.declared)) {
                test(shared, place, &mut said);
            }
        }
        ast::ItemKind::Env(_) => {
            for place in places(&package.envs, |env| here(&env.declared)) {
                environment::env(shared, place);
            }
        }
        _ => {}
    }
    recorder.take()
}

/// Places of the declarations that `wanted` holds for.
fn places<T>(declarations: &[T], wanted: impl Fn(&T) -> bool) -> impl Iterator<Item = usize> {
    declarations.iter().enumerate().filter(move |(_, declaration)| wanted(declaration)).map(|(place, _)| place)
}

/// All but the nodes, which are there already.
fn rest<'a>(shared: &'a Shared<'a>) -> (TypedProgram, Vec<Diagnostic>) {
    let package = shared.package;
    let mut program = TypedProgram::default();
    let mut diagnostics = Vec::new();
    for place in 0..package.functions.len() {
        let checked = shared.function(FunctionId(id(place)), &[]);
        diagnostics.extend(checked.diagnostics.iter().cloned());
        program.functions.push(checked.typed.clone());
    }
    for place in 0..package.nodes.len() {
        let checked = shared.node(NodeId(id(place)), &[]);
        diagnostics.extend(checked.diagnostics.iter().cloned());
        program.nodes.push(checked.typed.clone());
    }
    for place in 0..package.params.len() {
        program.params.push(param(shared, ParamId(id(place)), &mut diagnostics));
    }
    for place in 0..package.pipelines.len() {
        let checked = shared.pipeline(PipelineId(id(place)), &[]);
        diagnostics.extend(checked.diagnostics.iter().cloned());
        program.pipelines.push(checked.typed.clone());
    }
    for place in 0..package.datasets.len() {
        program.datasets.push(dataset(shared, DatasetId(id(place)), &mut diagnostics));
    }
    for place in 0..package.connections.len() {
        connection(shared, place, &mut diagnostics);
    }
    for place in 0..package.tests.len() {
        program.tests.extend(test(shared, place, &mut diagnostics));
    }
    for place in 0..package.envs.len() {
        let (env, found) = environment::env(shared, place);
        diagnostics.extend(found);
        program.envs.push(env);
    }
    diagnostics.extend(saved::written_twice(shared, &program.datasets));
    diagnostics.extend(saved::saved_again(shared, &program.datasets));
    (program, diagnostics)
}

fn param<'a>(shared: &'a Shared<'a>, id: ParamId, diagnostics: &mut Vec<Diagnostic>) -> TypedParam {
    let declaration = &shared.package.params[id.0 as usize];
    let mut body = Body::new(shared, declaration.declared.module, Place::Constant);
    let default = shared.package.param_ast(id).and_then(|ast| {
        let default = ast.default.as_ref()?;
        let want = Want::Default(&ast.name.text, ast.ty.span);
        let value = body.expr(default, Some(&declaration.ty));
        let value = body.coerced(value, &declaration.ty, &want);
        Some(body.constant_needed(value, &want).typed)
    });
    diagnostics.append(&mut body.diagnostics);
    let (name, span) = (declaration.declared.name.clone(), declaration.declared.name_span);
    TypedParam { name, ty: declaration.ty.clone(), default, span }
}

fn dataset<'a>(shared: &'a Shared<'a>, id: DatasetId, diagnostics: &mut Vec<Diagnostic>) -> TypedDataset {
    let declaration = &shared.package.datasets[id.0 as usize];
    let mut body = Body::new(shared, declaration.declared.module, Place::Constant);
    let (name, span) = (declaration.declared.name.clone(), declaration.declared.name_span);
    let connector = match shared.package.dataset_ast(id) {
        Some(ast) => {
            let connector = body.connector(&ast.value, &name, &declaration.ty);
            body.holds(&connector, &declaration.ty, &name, ast.ty.span);
            body.asked(&connector);
            if let Some(writers) = shared.writers.get(&id) {
                body.one_file(&connector, &name, writers[0].1);
                body.writes(&connector, &name, writers[0].1);
            }
            connector
        }
        None => Value::error(span).typed,
    };
    diagnostics.append(&mut body.diagnostics);
    TypedDataset { name, ty: saved::entry_type(shared, id, &[]), connector, span }
}

fn connection<'a>(shared: &'a Shared<'a>, place: usize, diagnostics: &mut Vec<Diagnostic>) {
    let declaration = &shared.package.connections[place];
    let mut body = Body::new(shared, declaration.declared.module, Place::Constant);
    body.in_connection = true;
    if let ast::ItemKind::Connection(connection) = &shared.package.item(&declaration.declared).kind {
        let value = body.expr(&connection.value, None);
        let is_one = matches!(value.ty(), Type::Named(name) if matches!(&**name, "database" | "store"));
        if !is_one && !value.ty().is_silent() {
            let diagnostic = message::datasets::not_a_connection(&connection.name.text, value.ty(), value.span());
            body.emit(diagnostic);
        }
    }
    diagnostics.append(&mut body.diagnostics);
}

fn test<'a>(shared: &'a Shared<'a>, place: usize, diagnostics: &mut Vec<Diagnostic>) -> Option<TypedTest> {
    let declaration = &shared.package.tests[place];
    let ast::ItemKind::Test(test) = &shared.package.item(&declaration.declared).kind else { return None };
    let mut body = Body::new(shared, declaration.declared.module, Place::Test);
    let statements = body.statements(&test.body, &mut Vec::new());
    diagnostics.append(&mut body.diagnostics);
    Some(TypedTest { name: test.name.clone(), body: statements, span: test.name_span })
}

impl<'a> Body<'a> {
    /// The right side of a catalog entry.
    pub fn connector(&mut self, expr: &'a ast::Expr, entry: &str, ty: &Type) -> Typed {
        self.entry = match ty {
            Type::Table(table) => Some(table.row.clone()),
            _ => None,
        };
        if let Some(diagnostic) = self.unknown_connector(expr) {
            self.emit(diagnostic);
            return Value::error(expr.span).typed;
        }
        let value = self.expr(expr, None);
        let is_connector = matches!(value.ty(), Type::Named(name) if &**name == "connector");
        if !is_connector && !value.ty().is_silent() {
            let diagnostic = message::datasets::not_a_connector(entry, value.ty(), value.span());
            self.emit(diagnostic);
        }
        self.constant_needed(value, &Want::Setting(entry)).typed
    }

    /// A call of a name that nothing has.
    fn unknown_connector(&self, expr: &ast::Expr) -> Option<Diagnostic> {
        let package = self.shared.package;
        let ast::ExprKind::Call { function, .. } = &expr.kind else { return None };
        if package.lookup(self.module, &function.text).is_some() || module_of(&function.text).is_some() {
            return None;
        }
        let is_connector = |name: &&str| match package.lookup(self.module, name) {
            Some(Definition::Std(ids)) => ids.iter().any(|id| {
                let result = &self.shared.signature(*id).result;
                matches!(result, Shape::Is(Type::Named(name)) if &**name == "connector")
            }),
            _ => false,
        };
        Some(message::datasets::unknown_connector(function, package.visible_names(self.module).filter(is_connector)))
    }

    /// Tables and what was learned are stored differently. Connectors of tables say what to do with rows that break a
    /// contract; others have none.
    pub fn holds(&mut self, connector: &Typed, ty: &Type, entry: &str, declared_at: Span) {
        let TypedKind::Call(call) = &connector.kind else { return };
        // By the signature: an argument of which something was told may be missing among those of the call.
        let of_tables = self.shared.signature(call.signature).param("on_violation").is_some();
        if (of_tables && matches!(ty, Type::Learned(_))) || (!of_tables && matches!(ty, Type::Table(_))) {
            self.emit(message::datasets::cannot_hold(entry, call.name, of_tables, connector.span, declared_at));
        }
        let Type::Table(table) = ty else { return };
        let nested = table.row.columns.iter().find(|column| match call.name {
            "csv" => is_nested(column.ty.non_null()),
            "query" | "sql_table" if answers_parts(call) => false,
            "excel" | "sql_table" | "query" => {
                is_nested(column.ty.non_null()) || matches!(column.ty.non_null(), Type::List(_))
            }
            _ => false,
        });
        if let Some(column) = nested {
            self.emit(message::datasets::no_such_cells(entry, call.name, column, connector.span, declared_at));
        }
        if let Some(key) = key_of_pictures(call)
            && !holds_pictures(&table.row, key)
        {
            self.emit(message::datasets::not_of_pictures(entry, key, connector.span, declared_at));
        }
        for name in partitions(call) {
            let column = table.row.get(&name);
            if let Some(column) = column.filter(|column| !names_a_folder(column.ty.non_null())) {
                self.emit(message::datasets::no_folder_name(entry, column, connector.span, declared_at));
            }
        }
    }

    /// A dataset that is saved must be kept by something that writes.
    pub fn writes(&mut self, connector: &Typed, entry: &str, saved: Span) {
        let TypedKind::Call(call) = &connector.kind else { return };
        if matches!(call.name, "excel" | "delta" | "query" | "images" | "onnx") {
            self.emit(message::datasets::only_reads(entry, call.name, connector.span, saved));
        }
        let is_versioned = call.value("versioned").is_some_and(is_true);
        let Some(path) = call.value("path") else { return };
        if (call.name == "artifact" || is_versioned || !partitions(call).is_empty()) && is_of_the_web(path) {
            self.emit(message::datasets::folder_of_the_web(entry, path.span, saved));
        }
    }

    /// What is saved is one file: its path cannot be a pattern of several.
    pub fn one_file(&mut self, connector: &Typed, entry: &str, saved: Span) {
        let TypedKind::Call(call) = &connector.kind else { return };
        let Some(path) = call.value("path") else { return };
        let is_pattern = match &path.kind {
            TypedKind::Format(parts) => parts.iter().any(has_star),
            _ => has_star(path),
        };
        if is_pattern {
            self.emit(message::datasets::pattern(entry, path.span, saved));
        }
    }
}

fn is_true(value: &Typed) -> bool {
    matches!(value.kind, TypedKind::Literal(gml_ir::Value::Bool(true)))
}

/// Whether a path is one of a web server, as far as the program says how it begins.
fn is_of_the_web(path: &Typed) -> bool {
    match &path.kind {
        TypedKind::Literal(gml_ir::Value::Str(text)) => text.starts_with("http://") || text.starts_with("https://"),
        TypedKind::Format(parts) => parts.first().is_some_and(is_of_the_web),
        _ => false,
    }
}

/// Whether a database is asked whose answers have lists and structs, or one of which something was told already.
fn answers_parts(call: &TypedCall) -> bool {
    match call.value("database") {
        Some(Typed { kind: TypedKind::Call(database), .. }) => matches!(database.name, "bigquery" | "duckdb"),
        Some(database) => database.ty.is_silent(),
        None => true,
    }
}

/// Whether values of a type have parts that a line of text has no place for. Items of a list stand in one cell.
fn is_nested(ty: &Type) -> bool {
    match ty {
        Type::List(item) => is_nested(item.non_null()) || matches!(item.non_null(), Type::List(_)),
        ty => matches!(ty, Type::Vector(_) | Type::Struct(_) | Type::Image),
    }
}

/// The column that gets the names of files of pictures.
fn key_of_pictures(call: &TypedCall) -> Option<&str> {
    match call.value("key").filter(|_| call.name == "images")? {
        Typed { kind: TypedKind::Literal(key), .. } => key.as_str(),
        _ => None,
    }
}

/// Whether rows are a name and a picture.
fn holds_pictures(row: &Row, key: &str) -> bool {
    let (pictures, others): (Vec<&Column>, Vec<&Column>) =
        row.columns.iter().partition(|column| matches!(column.ty.non_null(), Type::Image));
    matches!(others.as_slice(), [name] if &*name.name == key) && pictures.len() == 1
}

/// The columns of an entry that are not in its files, but in the names of their folders.
fn partitions(call: &TypedCall) -> Vec<Text> {
    let Some(Typed { kind: TypedKind::Literal(gml_ir::Value::List(names)), .. }) = call.value("partitioned_by") else {
        return Vec::new();
    };
    names.iter().filter_map(gml_ir::Value::as_str).map(Text::from).collect()
}

/// Whether values of a type can be read from the name of a folder.
fn names_a_folder(ty: &Type) -> bool {
    use Type::{Bool, Category, Date, Enum, Int, Str, Timestamp};
    ty.is_silent() || matches!(ty, Bool | Int(_) | Str | Category | Enum(_) | Date | Timestamp)
}

fn has_star(text: &Typed) -> bool {
    matches!(&text.kind, TypedKind::Literal(gml_ir::Value::Str(text)) if text.contains('*'))
}

fn id(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// Nodes in levels: those of a level call only those of levels before it. Nodes that call each other in a circle come
/// last, one at a time. Those that are known already are left out.
fn levels(shared: &Shared<'_>) -> Vec<Vec<NodeId>> {
    let package = shared.package;
    let count = package.nodes.len();
    let parts = count.div_ceil(WORTH_A_THREAD);
    let callees = threads::map(parts, parts, |part| {
        let nodes = part * WORTH_A_THREAD..count.min((part + 1) * WORTH_A_THREAD);
        nodes.map(|node| callees(shared, node)).collect::<Vec<_>>()
    });
    let mut callers: Map<usize, Vec<usize>> = Map::default();
    let mut open = vec![0usize; count];
    for (node, callees) in callees.into_iter().flatten().enumerate() {
        open[node] = callees.len();
        for callee in callees {
            callers.entry(callee).or_default().push(node);
        }
    }
    let mut levels = Vec::new();
    let is_new = |node: &usize| !shared.has_node(*node);
    let mut level: Vec<usize> = (0..count).filter(is_new).filter(|node| open[*node] == 0).collect();
    let mut done = count - (0..count).filter(is_new).count();
    while !level.is_empty() {
        done += level.len();
        let mut next = Vec::new();
        for node in &level {
            for caller in callers.get(node).into_iter().flatten() {
                open[*caller] -= 1;
                if open[*caller] == 0 {
                    next.push(*caller);
                }
            }
        }
        next.sort_unstable();
        levels.push(level.into_iter().map(|node| NodeId(id(node))).collect());
        level = next;
    }
    if done < count {
        levels.extend((0..count).filter(|node| open[*node] > 0).map(|node| vec![NodeId(id(node))]));
    }
    levels
}

/// The nodes that a node calls and that are not known already, each once; none where it is known itself.
fn callees(shared: &Shared<'_>, node: usize) -> Vec<usize> {
    let package = shared.package;
    let mut callees = Vec::new();
    if shared.has_node(node) {
        return callees;
    }
    let scope = &package.module(package.nodes[node].declared.module).scope;
    let Some(NodeBody::Block(block)) = package.node_ast(NodeId(id(node))).map(|ast| &ast.body) else { return callees };
    for expr in block.lets.iter().map(|binding| &binding.value).chain(std::iter::once(&*block.result)) {
        walk::calls(expr, &mut |name| {
            if let Some(Definition::Node(NodeId(callee))) = scope.get(name)
                && !shared.has_node(*callee as usize)
                && !callees.contains(&(*callee as usize))
            {
                callees.push(*callee as usize);
            }
        });
    }
    callees
}
