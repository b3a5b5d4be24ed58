//! Nodes in other languages: what a query or a Python file says against its node.

use gml_diagnostics::{Diagnostic, Fix, Span, codes};
use gml_ir::Type;

use super::types::kind;
use super::{listed, proposing};

pub(crate) fn sql_syntax(said: &str, span: Span) -> Diagnostic {
    let mut said = said.trim().trim_end_matches('.').to_owned();
    // The parser begins its sentences with capitals.
    if let Some(first) = said.get(..1).map(str::to_lowercase) {
        said.replace_range(..1, &first);
    }
    Diagnostic::new(codes::SQL_SYNTAX, span, format!("the query cannot be read: {said}"))
}

pub(crate) fn sql_no_query(span: Span) -> Diagnostic {
    Diagnostic::new(codes::SQL_OUTSIDE, span, "a node is a query: `select ..` or `with .. select ..`")
        .help("what it gives is its value; tables are saved by pipelines")
}

pub(crate) fn sql_outside(what: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        codes::SQL_OUTSIDE,
        span,
        format!("the query {what}, and sees nothing but the arguments of its node"),
    )
    .help("give the node the table as an argument")
}

pub(crate) fn sql_unknown_table(name: &str, span: Span, tables: &[&str], near: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        codes::SQL_UNKNOWN_TABLE,
        span,
        format!("the query reads `{name}`, which is no argument of the node"),
    );
    match near {
        Some(near) => proposing(diagnostic, span, Some(near)),
        None if tables.is_empty() => diagnostic.help("the node takes no table"),
        None => diagnostic.help(format!("it takes {}", listed(tables.iter().copied()))),
    }
}

pub(crate) fn sql_unknown_column(
    name: &str,
    table: Option<&str>,
    span: Span,
    columns: &[&str],
    near: Option<&str>,
) -> Diagnostic {
    let message = match table {
        Some(table) => format!("`{table}` has no column `{name}`"),
        None => format!("no table of the query has a column `{name}`"),
    };
    let diagnostic = Diagnostic::new(codes::UNKNOWN_COLUMN, span, message);
    match near {
        Some(near) => proposing(diagnostic, span, Some(near)),
        None if columns.is_empty() => diagnostic,
        None => {
            diagnostic.help(format!("there are {}; a text stands in single quotes", listed(columns.iter().copied())))
        }
    }
}

pub(crate) fn sql_placeholder(text: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_NAME, span, format!("`{text}` names no argument of the node"))
        .help("an argument that is a single value is written `:name`")
}

pub(crate) fn sql_unknown_value(name: &str, span: Span, values: &[&str], near: Option<&str>) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(codes::UNKNOWN_NAME, span, format!("the node has no argument `{name}` that is a single value"));
    match near {
        Some(near) => diagnostic.help(format!("did you mean `:{near}`?")).fix(Fix::guess(span, format!(":{near}"))),
        None if values.is_empty() => diagnostic.help("it takes no single value"),
        None => diagnostic.help(format!("it takes {}", listed(values.iter().copied()))),
    }
}

pub(crate) fn sql_result_lacks(name: &str, text: Span, declared: Span, near: Option<&str>) -> Diagnostic {
    let message = format!("the query gives no column `{name}`, and the node declares one");
    let mut diagnostic = Diagnostic::new(codes::RESULT_LACKS_COLUMN, text, message);
    if declared != text {
        diagnostic = diagnostic.and(declared, "declared here");
    }
    match near {
        Some(near) => diagnostic.help(format!("it gives `{near}`: write `{near} as {name}`")),
        None => diagnostic.help("select it, or leave it out of the declared type"),
    }
}

pub(crate) fn sql_result_extra(name: &str, text: Span) -> Diagnostic {
    let message = format!("the query gives a column `{name}`, and the node declares none");
    Diagnostic::new(codes::RESULT_EXTRA_COLUMN, text, message)
        .help("leave it out, declare it, or end the declared row with `..`")
}

pub(crate) fn sql_result_type(name: &str, given: &Type, due: &Type, text: Span, declared: Span) -> Diagnostic {
    let message = format!("column `{name}` of the query is {}, and the node declares {}", kind(given), kind(due));
    let diagnostic = Diagnostic::new(codes::RESULT_COLUMN_TYPE, text, message);
    let diagnostic = if declared == text { diagnostic } else { diagnostic.and(declared, "declared here") };
    diagnostic.help("declare its type, or `cast` it in the query")
}

pub(crate) fn cannot_be_given(language: &str, name: &str, ty: &Type, span: Span) -> Diagnostic {
    let message = format!("a node in {language} cannot take {}: `{name}`", kind(ty));
    Diagnostic::new(codes::FOREIGN_PARAMETER, span, message).help(match language {
        "sql" => "a query takes tables, and single values as `:name`",
        _ => "a function takes tables, single values, and lists, ranges and records of them",
    })
}

pub(crate) fn timeout(span: Span) -> Diagnostic {
    Diagnostic::new(codes::CONSTANT_NEEDED, span, "`timeout` of `python` is a duration")
        .help("write how long the function may take: `timeout: 10min`")
}

pub(crate) fn foreign_file(path: &str, why: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::FOREIGN_FILE, span, format!("`{path}` cannot be read: {why}"))
        .help("the path starts from the folder of the program")
}

pub(crate) fn python_syntax(path: &str, line: usize, what: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::FOREIGN_FILE, span, format!("Python cannot read `{path}`: {what}, in line {line}"))
        .help(format!("`python -m py_compile {path}` says more"))
}

pub(crate) fn python_unknown_function(
    name: &str,
    file: &str,
    span: Span,
    functions: &[&str],
    near: Option<&str>,
) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(codes::PYTHON_UNKNOWN_FUNCTION, span, format!("`{file}` defines no function `{name}`"));
    match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(Fix::guess(span, format!("{near:?}"))),
        None if functions.is_empty() => diagnostic.help("it defines no function at all"),
        None => diagnostic.help(format!("it defines {}", listed(functions.iter().copied()))),
    }
}

pub(crate) fn python_async(name: &str, file: &str, span: Span) -> Diagnostic {
    let message = format!("`{name}` of `{file}` is an `async def`, which gives no table when it is called");
    Diagnostic::new(codes::PYTHON_PARAMETERS, span, message).help("write a plain `def` that gives the table back")
}

pub(crate) fn python_lacks_parameter(
    function: &str,
    param: &str,
    span: Span,
    node: Span,
    near: Option<&str>,
) -> Diagnostic {
    let message = format!("the function `{function}` has no parameter `{param}`");
    let diagnostic =
        Diagnostic::new(codes::PYTHON_PARAMETERS, span, message).and(node, "the node passes this by its name");
    match near {
        Some(near) => diagnostic.help(format!("the function calls it `{near}`: give both the same name")),
        None => diagnostic
            .help("arguments are passed by name: add the parameter to the function, or take it out of the node"),
    }
}

pub(crate) fn python_needs_parameter(function: &str, param: &str, line: usize, file: &str, span: Span) -> Diagnostic {
    let message = format!("the function `{function}` needs `{param}`, which the node does not pass");
    Diagnostic::new(codes::PYTHON_PARAMETERS, span, message)
        .help(format!("add `{param}` to the node, or give it a default at {file}:{line}"))
}
