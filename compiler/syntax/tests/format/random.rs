//! Programs made at random: every form of declaration, statement, expression and type.

/// Makes choices from numbers that the test framework draws and shrinks.
pub struct Random {
    numbers: std::vec::IntoIter<u32>,
}

impl Random {
    pub fn new(numbers: Vec<u32>) -> Self {
        Self { numbers: numbers.into_iter() }
    }

    /// The simplest choice where the numbers have run out.
    fn below(&mut self, n: usize) -> usize {
        self.numbers.next().map_or(0, |number| number as usize % n)
    }

    fn pick(&mut self, of: &[&'static str]) -> String {
        of[self.below(of.len())].to_owned()
    }

    fn name(&mut self) -> String {
        self.pick(&["a", "rows", "table", "a_name_that_is_rather_long_indeed", "events", "seed", "window", "type"])
    }

    /// Not `window`: `window in (..)` reads like the declaration of a window function.
    fn loop_name(&mut self) -> String {
        self.pick(&["a", "rows", "table", "a_name_that_is_rather_long_indeed"])
    }

    /// A word where only a name can stand.
    fn any_name(&mut self) -> String {
        self.pick(&["b", "id", "for", "match", "a_column_of_some_length", "in", "named", "unique", "time"])
    }

    fn some(&mut self, at_most: usize, mut item: impl FnMut(&mut Self) -> String) -> Vec<String> {
        let count = self.below(at_most + 1);
        (0..count).map(|_| item(self)).collect()
    }

    fn list(&mut self, open: &str, close: &str, least: usize, mut item: impl FnMut(&mut Self) -> String) -> String {
        let mut items: Vec<String> = (0..least).map(|_| item(self)).collect();
        items.extend(self.some(3, item));
        let comma = if items.is_empty() { "" } else { [",", ""][self.below(2)] };
        let line = ["", "\n"][self.below(2)];
        let separator = [", ", ",\n"][self.below(2)];
        format!("{open}{line}{}{comma}{line}{close}", items.join(separator))
    }

    pub fn program(&mut self) -> String {
        let items: Vec<String> = (0..1 + self.below(4)).map(|_| self.item()).collect();
        items.join(["\n", "\n\n", "\n\n\n"][self.below(3)]) + "\n"
    }

    fn item(&mut self) -> String {
        let docs = ["", "## What it is.\n", "# Why.\n"][self.below(3)];
        let allow = if self.below(6) == 1 {
            format!("{}\n", self.list("allow(", ")", 1, Self::any_name))
        } else {
            String::new()
        };
        let name = self.name();
        let item = match self.below(12) {
            0 => format!("param {name}: {} = {}", self.ty(2), self.expr(4)),
            1 => format!(
                "use {}.{}",
                self.any_name(),
                self.list("{", "}", 1, |random| {
                    let name = random.any_name();
                    if random.below(3) == 1 { format!("{name} as {}", random.name()) } else { name }
                })
            ),
            2 => format!("schema {name} {}", self.list("{ ", " }", 0, Self::schema_item)),
            3 => format!("connection {name} = {}", self.expr(3)),
            4 => format!(
                "catalog {}",
                self.list("{ ", " }", 0, |random| {
                    format!("{}: {} = {}", random.name(), random.ty(2), random.expr(3))
                })
            ),
            5 => format!("fn {name}{} -> {} = {}", self.parameters(), self.ty(2), self.expr(4)),
            6 => {
                let lets = self.some(2, Self::let_value).join("\n");
                let result = self.expr(4);
                // A sign, a dot and an opening bracket would go on with the `let` above.
                let result = if result.starts_with(['-', '.', '(', '{']) { format!("[{result}]") } else { result };
                let body = format!("{lets}\n{result}");
                format!("node {name}{} -> {} {{ {body} }}", self.parameters(), self.result())
            }
            7 => format!("node {name}{} -> {} = python{}", self.parameters(), self.result(), self.arguments(2)),
            8 => format!("pipeline {name}{} {}", ["", "()"][self.below(2)], self.statements(3)),
            9 => format!(
                "env {name}{} {}",
                ["", " extends base"][self.below(2)],
                self.list("{ ", " }", 0, |random| {
                    let path =
                        if random.below(2) == 1 { format!("catalog.{}", random.any_name()) } else { random.any_name() };
                    let of = ["", "(training)"][random.below(2)];
                    format!("{path}{of} = {}", random.expr(3))
                })
            ),
            10 => format!("test \"it holds\" {}", self.statements(3)),
            _ => {
                let kind = self.pick(&["operator", "function", "aggregate", "window"]);
                let variables = ["", "[R]", "[R, K, T: number]"][self.below(3)];
                let empty = if self.below(3) == 1 { " else 0" } else { "" };
                format!("{kind} {}{variables}{} -> {}{empty}", self.any_name(), self.parameters(), self.ty(3))
            }
        };
        let runs = item.starts_with("node ") || item.starts_with("pipeline ");
        let tags = if runs && self.below(4) == 1 {
            format!("{}\n", self.list("tags(", ")", 1, Self::any_name))
        } else {
            String::new()
        };
        let marked = !(allow.is_empty() && tags.is_empty());
        format!("{allow}{tags}{docs}{item}").replacen(docs, "", usize::from(marked))
    }

    fn schema_item(&mut self) -> String {
        let docs = ["", "\n## Says what.\n"][usize::from(self.below(5) == 1)];
        let role = ["", "id ", "target "][self.below(3)];
        match self.below(7) {
            6 => self.list("unique [", "]", 1, Self::any_name),
            _ => {
                let column = format!("{docs}{role}{}: {}", self.any_name(), self.ty(2));
                let more = self.some(2, |random| {
                    random.pick(&[" in 0..100_000", " > 0", " <= -5%\n", " matches r\"^x$\"", " in [1, 2]"])
                });
                let stored = ["", " named \"Order Date\"", " parsed us"][self.below(3)];
                format!("{column}{}{stored}", more.concat())
            }
        }
    }

    fn parameters(&mut self) -> String {
        self.list("(", ")", 0, |random| {
            let default = if random.below(3) == 1 { format!(" = {}", random.expr(2)) } else { String::new() };
            format!("{}: {}{default}", random.name(), random.ty(2))
        })
    }

    /// The type of a node, behind which a body stands.
    fn result(&mut self) -> String {
        self.pick(&["table", "table[Session]", "table { a: int, .. }", "int?"])
    }

    fn ty(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.pick(&["int", "str?", "table", "Session", "\"a\"", "384"]);
        }
        let depth = depth - 1;
        match self.below(9) {
            0 => self.ty(0),
            1 => self.list("list[", "]", 1, |random| random.ty(depth)),
            2 => format!("table {}", self.row(depth)),
            3 => format!("struct {}", self.row(depth)),
            4 => format!("estimator[{} -> {}]", self.ty(depth), self.ty(depth)),
            5 => format!("{} + ({} - {})", self.ty(0), self.ty(depth), self.ty(0)),
            6 => format!("{}?", self.pick(&["int", "list[str]", "Session"])),
            7 => "(table[R] in train)".to_owned(),
            _ => "enum[\"one of them\", \"another of them\", \"a third one\", \"yet another of them all\", \"and the last of them\"]".to_owned(),
        }
    }

    fn row(&mut self, depth: usize) -> String {
        if self.below(5) == 1 {
            return ["{ .. }", "{ user: str, .. }", "{\n    .., }"][self.below(3)].to_owned();
        }
        self.list("{ ", " }", 0, |random| {
            let role = ["", "id "][random.below(2)];
            format!("{role}{}: {}", random.any_name(), random.ty(depth))
        })
    }

    fn statements(&mut self, depth: usize) -> String {
        let statements = self.some(3, |random| random.statement(depth));
        let separator = ["\n", "\n\n", " "][self.below(3)];
        format!("{{ {} }}", statements.join(separator))
    }

    fn let_value(&mut self) -> String {
        let ty = if self.below(4) == 1 { format!(": {}", self.ty(1)) } else { String::new() };
        format!("let {}{ty} = {}", self.name(), self.expr(4))
    }

    fn statement(&mut self, depth: usize) -> String {
        match self.below(if depth == 0 { 5 } else { 7 }) {
            0 => format!("track {}", self.expr(4)),
            1 => self.let_value(),
            2 => format!("save {} as {}", self.expr(4), self.name()),
            3 => format!("expect {}, \"a message that says what went wrong\"", self.expr(4)),
            4 => format!("run {}{}", self.name(), self.arguments(2)),
            5 => format!("when ({}) {}", self.expr(2), self.statements(depth - 1)),
            _ => format!("for {} in ({}) {}", self.loop_name(), self.expr(2), self.statements(depth - 1)),
        }
    }

    fn arguments(&mut self, depth: usize) -> String {
        let mut named = false;
        self.list("(", ")", 0, |random| {
            named |= random.below(2) == 1;
            let label = if named { format!("{}: ", random.any_name()) } else { String::new() };
            format!("{label}{}", random.expr(depth))
        })
    }

    fn columns(&mut self, depth: usize) -> String {
        self.list("{ ", " }", 1, |random| format!("{} = {}", random.any_name(), random.expr(depth)))
    }

    fn leaf(&mut self) -> String {
        self.pick(&[
            "a",
            ".b",
            "1",
            "0.5",
            "7d",
            "80%",
            "null",
            "true",
            "\"a text\"",
            "f\"{root}/x_{ day }.csv\"",
            "r\"\\d+\"",
            "16GiB",
            "@2021-01-26",
            "@2021-01-26T08:00:00Z",
            "rows",
            ".a_column_of_some_length",
            "\"\"\"\n    two\n      lines\n\"\"\"",
        ])
    }

    /// An operand that stands by itself.
    fn atom(&mut self, depth: usize) -> String {
        match self.below(3) {
            0 => self.leaf(),
            1 => format!("({})", self.expr(depth)),
            _ => format!("{}{}", self.name(), self.arguments(depth)),
        }
    }

    fn expr(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.leaf();
        }
        let depth = depth - 1;
        let line = [" ", "\n"][self.below(2)];
        match self.below(17) {
            0 => self.leaf(),
            1 => format!("{}{line}|> {}{}", self.atom(depth), self.name(), self.arguments(depth)),
            2 => {
                let steps = self.some(4, |random| {
                    let columns = random.columns(depth);
                    let arguments = if random.below(2) == 1 { random.arguments(depth) } else { String::new() };
                    format!("|> {}{arguments} {columns}", random.name())
                });
                format!("{}{line}{}", self.atom(depth), steps.join(line))
            }
            3 => {
                let links = self.some(5, |random| random.atom(depth));
                // Not `//`, which behind some words is taken for the comment of another language.
                let sign = self.pick(&[">>", "??", "or", "and", "+", "*", "**", "%", "-", "/"]);
                format!(
                    "{}{line}{sign} {}",
                    self.atom(depth),
                    [links, vec![self.leaf()]].concat().join(&format!("{line}{sign} "))
                )
            }
            4 => {
                let sign = self.pick(&["==", "!=", "<=", ">", "in", "not in", "..", "..<"]);
                format!("{} {sign}{line}{}", self.atom(depth), self.atom(depth))
            }
            5 => format!("{} is not null and {} is null or not {}", self.atom(depth), self.leaf(), self.atom(depth)),
            6 => format!("-{} + -{}", self.atom(depth), self.leaf()),
            7 => {
                format!("{}.field{}?.other.call{}", self.atom(depth), [" ", "\n"][self.below(2)], self.arguments(depth))
            }
            8 => self.list("[", "]", 0, |random| random.expr(depth)),
            9 => self.list("{ ", " }", 0, |random| format!("{}: {}", random.any_name(), random.expr(depth))),
            10 => self.list("{ ", " }", 0, Self::any_name),
            11 => format!("f({})", self.columns(depth)),
            12 => format!(
                "table[Session] {}",
                self.list("[", "]", 0, |random| {
                    random.list("{ ", " }", 0, |random| format!("{}: {}", random.any_name(), random.expr(depth)))
                })
            ),
            13 => format!("if {} then {}{line}else {}", self.expr(depth), self.expr(depth), self.expr(depth)),
            14 => format!(
                "if {} then {}{line}else if {}{line}then {} else {}",
                self.leaf(),
                self.leaf(),
                self.expr(depth),
                self.expr(depth),
                self.leaf()
            ),
            15 => format!(
                "match {} {}",
                self.atom(depth),
                self.list("{ ", " }", 1, |random| {
                    let pattern = random.pick(&["\"a\"", "1 | 2", "-1..5", "null", "_", "@2021-01-26..<@2021-02-01"]);
                    format!("{pattern} => {}", random.expr(depth))
                })
            ),
            _ => format!("for {} in {} {{ {} }}", self.loop_name(), self.atom(depth), self.expr(depth)),
        }
    }
}
