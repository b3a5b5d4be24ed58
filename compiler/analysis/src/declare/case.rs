//! Values are written in `snake_case`, schemas in `CamelCase`.

use gml_diagnostics::Diagnostic;
use gml_syntax::ast::{ItemKind, Name};

use crate::message::declarations as message;
use crate::package::Package;

pub(super) fn check(package: &Package, diagnostics: &mut Vec<Diagnostic>) {
    let mut value = |name: &Name| {
        if name.text.contains(char::is_uppercase) {
            diagnostics.push(message::name_case(&name.text, name.span, "`snake_case`", snake(&name.text)));
        }
    };
    let mut schemas = Vec::new();
    for item in package.modules.iter().filter(|module| !module.is_std).flat_map(|module| &module.ast.items) {
        match &item.kind {
            ItemKind::Param(param) => value(&param.name),
            ItemKind::Connection(connection) => value(&connection.name),
            ItemKind::Catalog(catalog) => catalog.entries.iter().for_each(|entry| value(&entry.name)),
            ItemKind::Function(function) => {
                value(&function.name);
                function.params.iter().for_each(|param| value(&param.name));
            }
            ItemKind::Node(node) => {
                value(&node.name);
                node.params.iter().for_each(|param| value(&param.name));
            }
            ItemKind::Pipeline(pipeline) => {
                value(&pipeline.name);
                pipeline.params.iter().for_each(|param| value(&param.name));
            }
            ItemKind::Env(env) => value(&env.name),
            ItemKind::Schema(schema) => schemas.push(&schema.name),
            ItemKind::Use(_)
            | ItemKind::Test(_)
            | ItemKind::Signature(_)
            | ItemKind::TypeAlias(_)
            | ItemKind::Unread(_) => {}
        }
    }
    for name in schemas {
        if !name.text.starts_with(char::is_uppercase) || name.text.contains('_') {
            diagnostics.push(message::name_case(&name.text, name.span, "`CamelCase`", camel(&name.text)));
        }
    }
}

fn snake(name: &str) -> String {
    let mut written = String::with_capacity(name.len() + 4);
    let mut before: Option<char> = None;
    for letter in name.chars() {
        if letter.is_uppercase() && before.is_some_and(|before| before != '_' && !before.is_uppercase()) {
            written.push('_');
        }
        written.extend(letter.to_lowercase());
        before = Some(letter);
    }
    written
}

fn camel(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    name.split('_').map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proposes_the_same_words() {
        assert_eq!(snake("pageViews"), "page_views");
        assert_eq!(snake("HTTPStatus"), "httpstatus");
        assert_eq!(snake("SEED"), "seed");
        assert_eq!(snake("page_Views"), "page_views");
        assert_eq!(camel("page_view"), "PageView");
        assert_eq!(camel("session"), "Session");
    }
}
