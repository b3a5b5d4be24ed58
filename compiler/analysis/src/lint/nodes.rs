//! Nodes that look at no table.

use gml_diagnostics::{Diagnostic, Fix, Span, codes};
use gml_ir::Type;
use gml_syntax::ast::{NodeBody, SignatureKind};

use crate::declare::is_constant;
use crate::package::Package;
use crate::parts::each_part;
use crate::typed::{NodeId, Typed, TypedKind, TypedNode, TypedNodeBody, TypedProgram};

/// Nodes that compute a single value of single values, which a `fn` can do for every row as well.
pub(super) fn as_functions(package: &Package, program: &TypedProgram, diagnostics: &mut Vec<Diagnostic>) {
    for (node, id) in program.nodes.iter().zip(0..) {
        let Some(written) = package.node_ast(NodeId(id)) else { continue };
        let (true, NodeBody::Block(block)) = (is_function(node), &written.body) else { continue };
        let message = format!("`{}` looks at no table, so it could be a `fn`", node.name);
        let diagnostic = Diagnostic::new(codes::NODE_COULD_BE_FN, node.span, message)
            .help("a `fn` can be used for every row as well: `fn name(x: int) -> int = value`");
        let text = package.sources.text(node.span.file);
        let keyword =
            text.get(..node.span.start as usize).map(str::trim_end).and_then(|head| head.strip_suffix("node"));
        let fix = keyword.filter(|_| block.lets.is_empty()).and_then(|head| {
            let start = u32::try_from(head.len()).ok()?;
            let result = block.result.span;
            Some(
                Fix::guess(Span::new(node.span.file, start, start + 4), "fn")
                    .and(Span::new(block.span.file, block.span.start, result.start), "= ")
                    .and(Span::new(block.span.file, result.end, block.span.end), "")
                    .titled("make it a `fn`"),
            )
        });
        diagnostics.push(match fix {
            Some(fix) => diagnostic.fix(fix),
            None => diagnostic,
        });
    }
}

fn is_function(node: &TypedNode) -> bool {
    let TypedNodeBody::Block(lets, result) = &node.body else { return false };
    let single = |ty: &Type| is_constant(ty) && !matches!(ty, Type::Error | Type::Unknown);
    let mut parts = lets.iter().map(|(_, value)| value).chain([result]);
    single(&node.result) && node.params.iter().all(|param| single(&param.ty)) && parts.all(is_pure)
}

/// Whether an expression has no step of a graph in it.
fn is_pure(value: &Typed) -> bool {
    let mut pure = true;
    each_part(value, &mut |part| {
        pure &= match &part.kind {
            TypedKind::Node { .. } | TypedKind::Table(_) | TypedKind::Conform(..) | TypedKind::Error => false,
            TypedKind::Call(call) => call.kind == SignatureKind::Function,
            _ => true,
        };
    });
    pure
}
