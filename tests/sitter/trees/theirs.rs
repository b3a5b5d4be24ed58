//! What tree-sitter sees.

use tree_sitter::Node;

use super::Seen;

/// What tree-sitter sees, in our words.
pub struct Theirs<'t> {
    pub text: &'t str,
    pub seen: Vec<Seen>,
}

/// Nodes whose insides our tree holds as something else than expressions: types, contracts, how a column is stored.
const CLOSED: [&str; 14] = [
    "arrow_type",
    "binary_type",
    "contract",
    "group_type",
    "named",
    "named_type",
    "nullable_type",
    "parsed",
    "pattern",
    "row",
    "struct_type",
    "table_type",
    "type_in",
    "type_arguments",
];

impl Theirs<'_> {
    fn add(&mut self, kind: &str, node: Node<'_>, name: &str) {
        let range = node.byte_range();
        self.seen.push(Seen { start: range.start, end: range.end, kind: kind.to_owned(), name: name.to_owned() });
    }

    fn text_of(&self, node: Node<'_>) -> String {
        self.text[node.byte_range()].to_owned()
    }

    fn name(&mut self, kind: &str, node: Node<'_>) {
        let name = self.text_of(node);
        self.add(kind, node, &name);
    }

    fn field(&mut self, kind: &str, node: Node<'_>, field: &str) {
        let mut cursor = node.walk();
        let found: Vec<Node<'_>> = node.children_by_field_name(field, &mut cursor).collect();
        found.into_iter().for_each(|found| self.name(kind, found));
    }

    fn names_in(&mut self, kind: &str, node: Node<'_>) {
        let mut cursor = node.walk();
        let names: Vec<Node<'_>> = node.named_children(&mut cursor).filter(|child| child.kind() == "name").collect();
        names.into_iter().for_each(|name| self.name(kind, name));
    }

    /// An expression; the place of one in parentheses is that of the parentheses.
    fn expr(&mut self, kind: &str, node: Node<'_>, name: &str) {
        let mut outer = node;
        while let Some(parent) = outer.parent().filter(|parent| parent.kind() == "group") {
            outer = parent;
        }
        self.add(kind, outer, name);
    }

    fn node(&mut self, node: Node<'_>) {
        let kind = node.kind();
        let named = |field: &str| node.child_by_field_name(field).map(|found| self.text_of(found)).unwrap_or_default();
        match kind {
            "item" => self.add("item", node, ""),
            "allow" => self.names_in("allowed", node),
            "tags" => self.names_in("tag", node),
            "use" => self.field("path", node, "path"),
            "use_name" => {
                self.field("use_name", node, "name");
                self.field("alias", node, "alias");
            }
            "param" | "schema" | "connection" | "catalog_entry" | "function" | "node" | "pipeline" | "env"
            | "extends" | "signature" | "type_parameter" | "type_alias" | "parameter" => self.field(kind, node, "name"),
            "schema_column" => {
                self.field(kind, node, "name");
                self.field("role", node, "role");
            }
            "unique" => self.names_in("unique", node),
            "setting_path" => self.names_in("setting", node),
            "foreign" => self.field("foreign", node, "language"),
            "block" => self.add("block", node, ""),
            "test" => {
                if let Some(name) = node.child_by_field_name("name") {
                    self.add("test", name, "");
                }
            }
            "let" | "for" => self.field(kind, node, "name"),
            "save" => self.field(kind, node, "entry"),
            "run" => self.field(kind, node, "pipeline"),
            "label" => self.name("label", node),
            "arm" => self.add("arm", node, ""),
            "pattern" => {
                let is_any = node.named_child(0).is_some_and(|child| child.kind() == "wildcard");
                self.add(if is_any { "wildcard" } else { "pattern" }, node, "");
            }
            "field" if node.child_by_field_name("value").is_none() => self.field("reference", node, "name"),
            "binary" => {
                self.expr(kind, node, "");
                if let Some(operator) = node.child_by_field_name("operator") {
                    self.add("operator", operator, "");
                }
            }
            "percentage" => self.expr("float", node, ""),
            "text" | "text_block" | "raw_text" | "raw_block" => self.expr("text", node, ""),
            "format" | "format_block" => self.expr("format", node, ""),
            "reference" => self.expr(kind, node, &self.text_of(node)),
            "column" => self.expr(kind, node, &self.text_of(node)[1..]),
            "member" | "for_value" => self.expr(kind, node, &named("name")),
            "call" | "method_call" | "pipe" => self.expr(kind, node, &named("function")),
            "integer" | "float" | "true" | "false" | "null" | "date" | "timestamp" | "duration" | "size" | "range"
            | "list" | "record" | "columns_literal" | "unary" | "null_test" | "if" | "match" => {
                self.expr(kind, node, "")
            }
            "table_rows" => {
                self.expr(kind, node, "");
                // Its rows are part of it, and no list.
                if let Some(rows) = node.child_by_field_name("rows") {
                    self.children(rows);
                }
                return;
            }
            _ => {}
        }
        if matches!(kind, "let" | "save" | "track" | "expect" | "when" | "for" | "run")
            && node.parent().is_some_and(|parent| parent.kind() == "statements")
        {
            self.add("statement", node, "");
        }
        if !CLOSED.contains(&kind) && kind != "percentage" {
            self.children(node);
        }
    }

    pub fn children(&mut self, node: Node<'_>) {
        let mut cursor = node.walk();
        if !cursor.goto_first_child() {
            return;
        }
        loop {
            // The name of a test is a text and no expression, and a type may be a bare number or text.
            let closed = match cursor.field_name() {
                Some("name") => node.kind() == "test",
                Some("type" | "result") => node.kind() != "block",
                _ => false,
            };
            if !closed && cursor.node().is_named() {
                self.node(cursor.node());
            }
            if !cursor.goto_next_sibling() {
                return;
            }
        }
    }
}
