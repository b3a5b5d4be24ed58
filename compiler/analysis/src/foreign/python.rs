//! A light look at Python: the functions and names of a module, and what it imports. It is no parser: of what it does not
//! understand it says nothing.

/// What a module defines and imports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Script {
    /// The functions at its top.
    pub functions: Vec<Function>,
    /// Other names at its top: classes, assignments, imports.
    pub names: Vec<String>,
    /// Whether it takes all names of another module (`from x import *`), or makes names in a way not understood.
    pub open: bool,
    /// What it imports, wherever that stands.
    pub imports: Vec<Import>,
    /// Why Python cannot read it, as far as that is seen.
    pub fault: Option<Fault>,
}

/// What no Python reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// From 1.
    pub line: usize,
    /// `` `(` is never closed ``
    pub what: String,
}

/// A function at the top of a module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Function {
    pub name: String,
    /// From 1.
    pub line: usize,
    pub is_async: bool,
    /// Its parameters; nothing where they are not known: it is decorated, or written in a way not understood.
    pub params: Option<Vec<Parameter>>,
}

/// A parameter of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub name: String,
    /// Whether a call has to give it.
    pub needed: bool,
    /// Whether it takes whatever is given by name (`**others`).
    pub takes_all: bool,
}

/// `import a.b`, `from ..a import b, c`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Import {
    /// How many points the name begins with.
    level: usize,
    /// `a.b`
    module: String,
    /// What is taken from it.
    names: Vec<String>,
}

impl Import {
    /// The files that it may mean, in a project whose nodes name a file in `root` (`features/` or nothing); `path` is the
    /// file that it stands in.
    pub(super) fn files(&self, path: &str, root: &str) -> Vec<String> {
        let mut bases: Vec<String> = Vec::new();
        if self.level == 0 {
            bases.extend([String::new(), root.to_owned(), super::parent(path).to_owned()]);
            bases.sort();
            bases.dedup();
        } else {
            let mut base = super::parent(path);
            for _ in 1..self.level {
                base = super::parent(base.trim_end_matches('/'));
            }
            bases.push(base.to_owned());
        }
        let mut files = Vec::new();
        for base in bases {
            let mut module = base;
            for part in self.module.split('.').filter(|part| !part.is_empty()) {
                files.push(format!("{module}{part}.py"));
                module.push_str(part);
                module.push('/');
                files.push(format!("{module}__init__.py"));
            }
            if self.module.is_empty() {
                files.push(format!("{module}__init__.py"));
            }
            for name in &self.names {
                files.push(format!("{module}{name}.py"));
                files.push(format!("{module}{name}/__init__.py"));
            }
        }
        files
    }
}

/// Looks at a module.
pub(crate) fn scan(text: &str) -> Script {
    let Lines { lines, fault, .. } = Lines::of(text);
    let mut script = Script { fault, ..Script::default() };
    // Indentations of the blocks around the line at hand, and whether each is a function or a class.
    let mut blocks: Vec<(usize, bool)> = Vec::new();
    let mut decorated = false;
    for line in lines {
        blocks.retain(|(indent, _)| *indent < line.indent);
        let within = blocks.iter().any(|(_, scope)| *scope);
        let code = line.code.trim();
        let is_async = code.strip_prefix("async ").map(str::trim_start).is_some_and(|rest| rest.starts_with("def "));
        let head = code.strip_prefix("async ").map_or(code, str::trim_start);
        let defines = head.strip_prefix("def ");
        if let Some(rest) = defines {
            if script.fault.is_none() && !has_colon(rest) {
                script.fault = Some(Fault { line: line.number, what: "`def` lacks its `:`".to_owned() });
            }
            if !within {
                script.functions.extend(function(rest, is_async, decorated, line.number));
            }
            blocks.push((line.indent, true));
        } else if let Some(rest) = code.strip_prefix("class ") {
            if !within {
                script.names.extend(leading_name(rest));
            }
            blocks.push((line.indent, true));
        } else if code.ends_with(':') {
            blocks.push((line.indent, false));
        }
        decorated = code.starts_with('@') || (decorated && code.is_empty());
        // `if x: import y` stands on one line, as does `import a; import b`.
        for statement in code.split(';') {
            let statement = statement.trim();
            let import = |text: &str| text.starts_with("import ") || text.starts_with("from ");
            let behind = statement.split_once(": ").map(|(_, rest)| rest.trim()).filter(|rest| import(rest));
            statement_at(behind.unwrap_or(statement), within, &mut script);
        }
    }
    script
}

fn statement_at(statement: &str, within: bool, script: &mut Script) {
    if let Some(rest) = statement.strip_prefix("import ") {
        for part in rest.split(',') {
            let (module, alias) = renamed(part);
            if !within {
                let bound = alias.unwrap_or_else(|| module.split('.').next().unwrap_or(""));
                script.names.push(bound.to_owned());
            }
            script.imports.push(Import { level: 0, module: module.to_owned(), names: Vec::new() });
        }
    } else if let Some((module, taken)) = statement.strip_prefix("from ").and_then(|rest| rest.split_once(" import")) {
        let module = module.trim();
        let level = module.bytes().take_while(|byte| *byte == b'.').count();
        let taken = taken.trim().trim_start_matches('(').trim_end_matches(')');
        let names: Vec<(&str, Option<&str>)> =
            taken.split(',').map(renamed).filter(|(name, _)| !name.is_empty()).collect();
        let star = names.iter().any(|(name, _)| *name == "*");
        if !within {
            script.open |= star;
            script.names.extend(names.iter().map(|(name, alias)| alias.unwrap_or(name).to_owned()));
        }
        let names = names.iter().filter(|(name, _)| *name != "*").map(|(name, _)| (*name).to_owned());
        script.imports.push(Import { level, module: module[level..].trim().to_owned(), names: names.collect() });
    } else if !within && !statement.starts_with('@') {
        assigned(statement, script);
    }
}

/// `name as other`
fn renamed(part: &str) -> (&str, Option<&str>) {
    match part.trim().split_once(" as ") {
        Some((name, alias)) => (name.trim(), Some(alias.trim())),
        None => (part.trim(), None),
    }
}

/// Names that an assignment binds.
fn assigned(statement: &str, script: &mut Script) {
    if statement.contains("globals(") || statement.contains("exec(") || statement.contains("setattr(") {
        script.open = true;
    }
    let mut rest = statement;
    while let Some(at) = rest.find('=') {
        let before = &rest[..at];
        if rest[at..].starts_with("==") || before.ends_with(['!', '<', '>', '=']) || before.contains(['(', '[', '{']) {
            return;
        }
        let targets = before.split(':').next().unwrap_or("");
        script.names.extend(targets.split(',').filter_map(leading_name));
        rest = &rest[at + 1..];
    }
}

/// The name that a text begins with.
fn leading_name(text: &str) -> Option<String> {
    let text = text.trim_start().trim_start_matches('*');
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

/// A function from what stands behind `def`.
fn function(rest: &str, is_async: bool, decorated: bool, line: usize) -> Option<Function> {
    let name = leading_name(rest)?;
    let params = if decorated { None } else { parameters(rest) };
    Some(Function { name, line, is_async, params })
}

fn parameters(rest: &str) -> Option<Vec<Parameter>> {
    let open = rest.find('(')?;
    // `def f[T](..)` has type parameters; a lambda has commas of its own.
    if rest[..open].contains('[') {
        return None;
    }
    let (mut depth, mut start, mut parts) = (0_usize, open + 1, Vec::new());
    for (at, c) in rest.char_indices().skip_while(|(at, _)| *at < open) {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    parts.push(&rest[start..at]);
                    break;
                }
            }
            ',' if depth == 1 => {
                parts.push(&rest[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if depth != 0 || parts.iter().any(|part| part.contains("lambda")) {
        return None;
    }
    let parts = parts.into_iter().map(str::trim).filter(|part| !matches!(*part, "" | "*" | "/"));
    let parameter = |part: &str| {
        let variable = part.starts_with('*');
        let name = leading_name(part)?;
        let value = part.contains('=');
        Some(Parameter { name, needed: !variable && !value, takes_all: part.starts_with("**") })
    };
    // `*args` takes nothing by name.
    parts.filter(|part| !part.starts_with('*') || part.starts_with("**")).map(parameter).collect()
}

/// A logical line: brackets and backslashes join lines, comments are left out, texts are empty.
struct Line {
    number: usize,
    indent: usize,
    code: String,
}

/// The logical lines of a module, and what is wrong with its brackets and texts.
#[derive(Default)]
struct Lines {
    lines: Vec<Line>,
    /// Brackets that are open, with the lines that they stand in.
    open: Vec<(char, usize)>,
    fault: Option<Fault>,
    /// Whether a text in a text was met (`f"{a["b"]}"`), behind which texts may be told from code wrongly.
    unsure: bool,
}

impl Lines {
    fn of(text: &str) -> Self {
        let mut all = Self::default();
        let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut number = 1;
        let mut line: Option<Line> = None;
        while let Some(c) = rest.chars().next() {
            let at_start = line.is_none();
            let current = line.get_or_insert_with(|| {
                let indent = rest.len() - rest.trim_start_matches([' ', '\t']).len();
                Line { number, indent, code: String::new() }
            });
            if at_start && current.indent > 0 {
                rest = &rest[current.indent..];
                continue;
            }
            match c {
                '#' => {
                    rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
                    continue;
                }
                '"' | '\'' => {
                    let (length, closed) = text_length(rest, c);
                    all.unsure |= is_format(&current.code) && !is_balanced(&rest[..length]);
                    if !closed {
                        all.wrong(number, "a text is never closed".to_owned());
                    }
                    number += rest[..length].matches('\n').count();
                    current.code.push_str("\"\"");
                    rest = &rest[length..];
                    continue;
                }
                '\\' if rest[1..].starts_with('\n') || rest[1..].starts_with("\r\n") => {
                    number += 1;
                    current.code.push(' ');
                    rest = &rest[rest.find('\n').unwrap_or(0) + 1..];
                    continue;
                }
                '\n' => {
                    number += 1;
                    if all.open.is_empty() {
                        all.lines.extend(line.take().filter(|line| !line.code.trim().is_empty()));
                    } else {
                        current.code.push(' ');
                    }
                }
                _ => {
                    all.bracket(c, number);
                    current.code.push(c);
                }
            }
            rest = &rest[c.len_utf8()..];
        }
        all.lines.extend(line.filter(|line| !line.code.trim().is_empty()));
        if let Some((bracket, line)) = all.open.first().copied() {
            all.wrong(line, format!("`{bracket}` is never closed"));
        }
        all
    }

    fn bracket(&mut self, c: char, line: usize) {
        let partner = match c {
            '(' | '[' | '{' => return self.open.push((c, line)),
            ')' => '(',
            ']' => '[',
            '}' => '{',
            _ => return,
        };
        match self.open.pop() {
            Some((open, _)) if open == partner => {}
            Some((open, at)) => self.wrong(line, format!("`{c}` closes the `{open}` of line {at}")),
            None => self.wrong(line, format!("`{c}` closes nothing")),
        }
    }

    /// The first fault is told: others may come of it.
    fn wrong(&mut self, line: usize, what: String) {
        if !self.unsure {
            self.fault.get_or_insert(Fault { line, what });
        }
    }
}

/// Whether the text that follows some code has values in it: `f"..{value}.."`.
fn is_format(code: &str) -> bool {
    let prefix = code.trim_end_matches(|c: char| c.is_ascii_alphabetic()).len();
    let prefix = code.get(prefix..).unwrap_or("");
    prefix.len() <= 2 && prefix.contains(['f', 'F', 't', 'T'])
}

/// Whether every `{` has its `}`.
fn is_balanced(text: &str) -> bool {
    text.matches('{').count() == text.matches('}').count()
}

/// Whether a `:` stands outside of the brackets.
fn has_colon(code: &str) -> bool {
    let mut depth = 0_usize;
    code.chars().any(|c| {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ':' && depth == 0
    })
}

/// Bytes of the text literal that `rest` begins with, and whether it is closed.
fn text_length(rest: &str, quote: char) -> (usize, bool) {
    let triple = if quote == '"' { "\"\"\"" } else { "'''" };
    let (open, close) = if rest.starts_with(triple) { (3, triple) } else { (1, &triple[..1]) };
    let mut at = open;
    while at < rest.len() {
        let here = &rest[at..];
        if here.starts_with(close) {
            return (at + close.len(), true);
        }
        let c = here.chars().next().unwrap_or(' ');
        if open == 1 && c == '\n' {
            // What follows is read as code.
            return (at, false);
        }
        at += c.len_utf8();
        if c == '\\' {
            let skipped = rest[at..].chars().next().map_or(0, char::len_utf8);
            at += if rest[at..].starts_with("\r\n") { 2 } else { skipped };
        }
    }
    (rest.len(), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &str = r#"
"""What it does: def not_this(a): pass"""
from __future__ import annotations
import os, numpy as np
from .util import (
    helper as h,  # a comment, with "quotes"
    other,
)

if True:
    import local.inner

RATE: float = 0.5
a, b = 1, 2

@cached(size=3)
def decorated(x): ...

def add_margin(
    orders: "pd.DataFrame",
    rate: float = RATE, *, sep: str = "a, b)",
    **rest,
) -> pd.DataFrame:
    from lazy import thing
    def within(y):
        return y
    return orders

async def later(orders): pass

class Model:
    def method(self): ...

def plain(a, /, b): return a
"#;

    #[test]
    fn functions_names_and_imports() {
        let script = scan(MODULE);
        let names: Vec<&str> = script.functions.iter().map(|function| function.name.as_str()).collect();
        assert_eq!(names, ["decorated", "add_margin", "later", "plain"]);
        assert_eq!(script.functions[0].params, None);
        let params = script.functions[1].params.as_ref().unwrap();
        let shown: Vec<_> = params.iter().map(|p| (p.name.as_str(), p.needed, p.takes_all)).collect();
        let expected = [("orders", true, false), ("rate", false, false), ("sep", false, false), ("rest", false, true)];
        assert_eq!(shown, expected);
        assert!(script.functions[2].is_async);
        assert_eq!(script.functions[3].line, 34);
        for name in ["os", "np", "h", "other", "local", "RATE", "a", "b", "Model"] {
            assert!(script.names.iter().any(|known| known == name), "{name}: {:?}", script.names);
        }
        assert!(!script.open);
        let modules: Vec<(usize, &str)> = script.imports.iter().map(|i| (i.level, i.module.as_str())).collect();
        let expected = [(0, "__future__"), (0, "os"), (0, "numpy"), (1, "util"), (0, "local.inner"), (0, "lazy")];
        assert_eq!(modules, expected);
    }

    #[test]
    fn imports_name_files() {
        let script = scan("from .util import helper\nimport shared.rates\nfrom .. import top\n");
        let files = |place: usize| script.imports[place].files("features/sub/margin.py", "features/sub/");
        assert!(files(0).contains(&"features/sub/util.py".to_owned()));
        assert!(files(0).contains(&"features/sub/util/helper.py".to_owned()));
        assert!(files(1).contains(&"shared/rates.py".to_owned()));
        assert!(files(1).contains(&"features/sub/shared/__init__.py".to_owned()));
        assert!(files(2).contains(&"features/top.py".to_owned()));
    }

    #[test]
    fn nothing_stops_it() {
        for text in [
            "def",
            "def (",
            "def f(",
            "\"never closed",
            "'''never",
            "from import",
            "((((",
            "\\",
            "def f(a, (b)): pass",
            "é = 'ü",
        ] {
            let _ = scan(text);
        }
        assert!(scan("from x import *").open);
        assert_eq!(scan("def f[T](x: T): ...").functions[0].params, None);
    }

    #[test]
    fn what_no_python_reads() {
        let fault = |text: &str| scan(text).fault.map(|fault| format!("{}: {}", fault.line, fault.what));
        for (text, told) in [
            ("import os\n\ndef f(:\n    return 1\n", "3: `(` is never closed"),
            ("def f(a)\n    return a\n", "1: `def` lacks its `:`"),
            ("def f(a): return [a)\n", "1: `)` closes the `[` of line 1"),
            ("x = 1)\n", "1: `)` closes nothing"),
            ("x = {\n    'a': 1,\n", "1: `{` is never closed"),
            ("x = 1\ny = 'open\n", "2: a text is never closed"),
            ("\"\"\"a\nb\n", "1: a text is never closed"),
            ("x = f'{a} open\n", "1: a text is never closed"),
        ] {
            assert_eq!(fault(text).as_deref(), Some(told), "{text}");
        }
        for text in [
            MODULE,
            "x = 'a\\\nb'\ny = 'a\\\r\nb'\n",
            "x = f\"{d[\"it's (\"]}\"\n",
            "x = f'{{{a}}} ('\n",
            "x = r'\\(' + b\"[\"  # ( ' [\n",
            "def f[T: int](x: T = {1: 2}, *, g=lambda a: a) -> 'T': return x\n",
            "def f(\n    a,  # (\n) \\\n    : return a\n",
        ] {
            assert_eq!(fault(text), None, "{text}");
        }
    }
}
