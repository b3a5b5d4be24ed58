//! Datasets and statements of pipelines.

use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::{Column, Row, Type};
use gml_syntax::ast::Name;

use super::calls::kind_of;
use super::rows::all_in_words;
use super::{guess, listed, proposing, short, step};
use crate::check::value::Value;
use crate::rows::Mismatch;
use crate::suggest::closest;
use crate::typed::Text;

pub(in crate::check) fn unknown<'n>(entry: &Name, known: impl IntoIterator<Item = &'n str>) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(codes::UNKNOWN_DATASET, entry.span, format!("the catalog has no entry `{}`", entry.text))
            .with_label("nowhere to save it");
    match closest(&entry.text, known) {
        Some(near) => proposing(diagnostic, entry.span, Some(near)),
        None => diagnostic.help(format!("declare it: `catalog {{ {}: .. = parquet(\"..\") }}`", entry.text)),
    }
}

/// `resources(p) = { cpu: 0 }`
pub(in crate::check) fn no_resources(field: &str, span: Span) -> Diagnostic {
    let message = format!("`{field}` of `resources` is more than nothing");
    Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, message)
        .with_label("nothing can run with that")
        .help(format!("leave `{field}` out to let the machine decide"))
}

pub(in crate::check) fn outside_pipeline(keyword: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::SAVE_OUTSIDE_PIPELINE, span, format!("`{keyword}` has a meaning in pipelines only"))
        .with_label("a test changes nothing outside of it")
        .help("a test builds tables with `let` and holds them against what is due with `expect`")
}

pub(in crate::check) fn saved_row(
    entry: &Name,
    declared_at: Span,
    value: &Value<'_>,
    mismatches: &[Mismatch],
    declared: &Row,
    places: &[(Text, Span)],
) -> Diagnostic {
    let of = declared.schema.as_ref().map_or_else(String::new, |schema| format!(" ({schema})"));
    let mut diagnostic = Diagnostic::new(
        codes::SAVED_TYPE_DIFFERS,
        value.span(),
        format!("`{}`{of} holds other columns: {}", entry.text, all_in_words(mismatches)),
    )
    .with_label("this is saved")
    .and(declared_at, "the entry is declared here");
    for mismatch in mismatches.iter().take(3) {
        let name = match mismatch {
            Mismatch::Missing(column) => &column.name,
            Mismatch::Type { name, .. } | Mismatch::Null { name, .. } => name,
            Mismatch::Extra(_) => continue,
        };
        if let Some((_, span)) = places.iter().find(|(known, _)| known == name) {
            diagnostic = diagnostic.and(*span, format!("`{name}` is declared here"));
        }
    }
    let extra: Vec<String> = mismatches
        .iter()
        .filter_map(|mismatch| match mismatch {
            Mismatch::Extra(column) => Some(format!(".{}", column.name)),
            _ => None,
        })
        .collect();
    let names: Vec<String> = declared.names().map(|name| format!(".{name}")).collect();
    match mismatches.first() {
        Some(Mismatch::Extra(_)) if extra.len() == mismatches.len() => {
            let drop = format!("drop([{}])", extra.join(", "));
            diagnostic.help(format!("leave out what is not declared: `|> {drop}`")).fix(step(value.span(), &drop))
        }
        Some(Mismatch::Null { name, .. }) => diagnostic.help(format!(
            "leave such rows out, `|> filter(.{name} is not null)`, or put a value: `|> fill([.{name}], ..)`"
        )),
        Some(Mismatch::Missing(column)) => diagnostic.help(format!("add it: `|> derive {{ {} = .. }}`", column.name)),
        _ if names.len() <= 8 => diagnostic.help(format!("the entry wants `|> select([{}])`", names.join(", "))),
        _ => diagnostic,
    }
}

pub(in crate::check) fn saved_type(entry: &Name, declared_at: Span, value: &Value<'_>, due: &Type) -> Diagnostic {
    Diagnostic::new(
        codes::SAVED_TYPE_DIFFERS,
        value.span(),
        format!("`{}` holds {}, and this is {}", entry.text, kind_of(due), kind_of(value.ty())),
    )
    .with_label(format!("this is {}", kind_of(value.ty())))
    .and(declared_at, format!("declared as {due}"))
    .help("save it under an entry of its type, or change the type of the entry")
}

pub(in crate::check) fn written_twice(
    name: &str,
    declared_at: Span,
    first: Span,
    second: Span,
    keeps_versions: bool,
) -> Diagnostic {
    let message = if keeps_versions {
        format!("`{name}` is saved twice, as models of different columns: who reads the newest would not know which")
    } else {
        format!("`{name}` is saved twice: the second save would undo the first")
    };
    let diagnostic = Diagnostic::new(codes::DATASET_WRITTEN_TWICE, second, message)
        .with_label("saved again here")
        .and(first, "saved here")
        .and(declared_at, "the entry");
    if keeps_versions {
        return diagnostic.help("learn both from the same columns, or give each its own entry");
    }
    diagnostic.help("give each its own entry, or put the tables together before: `union([a, b])`")
}

pub(in crate::check) fn saved_in_loop(entry: &Name, declared_at: Span, item: Span) -> Diagnostic {
    Diagnostic::new(
        codes::DATASET_WRITTEN_TWICE,
        entry.span,
        format!("`{}` is saved once for each item of a loop: each save would undo the one before", entry.text),
    )
    .with_label("saved again and again here")
    .and(item, "once for each of these")
    .and(declared_at, "the entry")
    .help("save behind the loop what all items give together, `union([a, b])`, or keep each version: `versioned: true`")
}

/// `within`: whether a loop runs the pipeline; then `first` is its item.
pub(in crate::check) fn saved_by_each_run(
    pipeline: &Name,
    entry: (&str, Span),
    first: Span,
    within: bool,
) -> Diagnostic {
    let (name, declared_at) = entry;
    let message = format!("each run of `{}` saves `{name}`: the next one would undo what it saved", pipeline.text);
    Diagnostic::new(codes::DATASET_WRITTEN_TWICE, pipeline.span, message)
        .with_label(if within { "run again and again here" } else { "run again here" })
        .and(first, if within { "once for each of these" } else { "run here" })
        .and(declared_at, "the entry")
        .help("give what the runs save entries of their own, or keep each version: `versioned: true`")
}

pub(in crate::check) fn query_lacks(name: &str, span: Span, args: &[&str], near: Option<&str>) -> Diagnostic {
    let message = format!("the query names `:{name}`, and `args` has no `{name}`");
    let diagnostic = Diagnostic::new(codes::UNKNOWN_NAME, span, message).with_label("no value is bound here");
    match near {
        Some(near) => diagnostic.help(format!("did you mean `:{near}`?")).fix(guess(span, format!(":{near}"))),
        None if args.is_empty() => diagnostic.help(format!("give it: `args: {{ {name}: .. }}`")),
        None => diagnostic.help(format!("give it in `args`, which has {}", listed(args.iter().copied()))),
    }
}

pub(in crate::check) fn query_has_no_place(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_ARGUMENT, span, format!("the query has no place for the argument `{name}`"))
        .with_label("bound nowhere")
        .help(format!("write `:{name}` where its value belongs, or take it out of `args`"))
}

pub(in crate::check) fn cannot_track(ty: &Type, span: Span, text: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        codes::CANNOT_TRACK,
        span,
        format!("`track` takes metrics, a figure or a report, and `{}` is {}", short(text), kind_of(ty)),
    )
    .with_label(format!("this is {}", kind_of(ty)));
    match ty {
        Type::Table(_) => diagnostic.help("a table is kept with `save .. as entry`"),
        Type::Learned(_) => diagnostic.help(format!(
            "judge it: `track evaluate({}, on: [..], metrics: [..])`; keep it: `save .. as entry`",
            short(text)
        )),
        _ => diagnostic,
    }
}

pub(in crate::check) fn not_a_connector(entry: &str, ty: &Type, span: Span) -> Diagnostic {
    Diagnostic::new(
        codes::UNKNOWN_CONNECTOR,
        span,
        format!("where `{entry}` is stored is said by a connector, and this is {}", kind_of(ty)),
    )
    .with_label(format!("this is {}", kind_of(ty)))
    .help("write `parquet(\"path\")`, `csv(\"path\")`, `jsonl(\"path\")` or `artifact(\"folder\")`")
}

pub(in crate::check) fn unknown_connector<'n>(name: &Name, known: impl Iterator<Item = &'n str>) -> Diagnostic {
    let known: Vec<&str> = known.collect();
    let diagnostic =
        Diagnostic::new(codes::UNKNOWN_CONNECTOR, name.span, format!("there is no connector `{}`", name.text))
            .with_label("nothing of this name stores data");
    match closest(&name.text, known.iter().copied()) {
        Some(proposal) => proposing(diagnostic, name.span, Some(proposal)),
        None => diagnostic.help(format!("the connectors are {}", listed(known.iter().copied()))),
    }
}

/// The same about a value that an env gives a parameter.
pub(in crate::check) fn setting_type(diagnostic: &Diagnostic, name: &str, declared_at: Span, ty: &Type) -> Diagnostic {
    Diagnostic { code: codes::ENV_CHANGES_TYPE, ..diagnostic.clone() }
        .and(declared_at, format!("`{name}` is declared as {ty}"))
}

pub(in crate::check) fn cannot_hold(
    entry: &str,
    connector: &str,
    of_tables: bool,
    span: Span,
    declared_at: Span,
) -> Diagnostic {
    let (holds, is, help) = if of_tables {
        ("tables", "something learned", "what was learned is kept as a folder: `artifact(\"folder\")`")
    } else {
        (
            "what was learned",
            "a table",
            "tables are kept as files: `parquet(\"path\")`, `csv(\"path\")`, `jsonl(\"path\")`",
        )
    };
    Diagnostic::new(codes::CONNECTOR_CANNOT_HOLD, span, format!("`{connector}` holds {holds}, and `{entry}` is {is}"))
        .with_label(format!("for {holds}"))
        .and(declared_at, is)
        .help(help)
}

pub(in crate::check) fn no_such_cells(
    entry: &str,
    connector: &str,
    column: &Column,
    span: Span,
    declared_at: Span,
) -> Diagnostic {
    let (file, help) = match connector {
        "excel" => ("a workbook", "read it from `parquet(\"path\")` or `jsonl(\"path\")`"),
        "query" | "sql_table" => ("a table of a database", "declare it as str, or keep it as `parquet(\"path\")`"),
        _ => ("a CSV file", "keep it as `parquet(\"path\")` or `jsonl(\"path\")`"),
    };
    let message = format!("{file} cannot hold the column `{}` of `{entry}`: {}", column.name, column.ty);
    Diagnostic::new(codes::CONNECTOR_CANNOT_HOLD, span, message)
        .with_label("for numbers, texts, dates and the like")
        .and(declared_at, format!("its column `{}` has parts", column.name))
        .help(help)
}

/// Files of pictures have no columns but their names and what they are.
pub(in crate::check) fn not_of_pictures(entry: &str, key: &str, span: Span, declared_at: Span) -> Diagnostic {
    let message = format!("files of pictures give two columns: `{key}`, their name, and one of type image");
    Diagnostic::new(codes::CONNECTOR_CANNOT_HOLD, span, message)
        .with_label("a name and a picture")
        .and(declared_at, format!("`{entry}` has other columns"))
        .help("declare these two, and join what else is known of the pictures")
}

pub(in crate::check) fn no_folder_name(entry: &str, column: &Column, span: Span, declared_at: Span) -> Diagnostic {
    let message = format!("`{entry}` cannot be partitioned by `{}`: {}", column.name, column.ty);
    Diagnostic::new(codes::CONNECTOR_CANNOT_HOLD, span, message)
        .with_label("names of folders hold integers, texts, bools, dates and timestamps")
        .and(declared_at, format!("`{}` is declared here", column.name))
        .help("partition by a column of such a type: a day, a country, a number of a bucket")
}

pub(in crate::check) fn only_reads(entry: &str, connector: &str, span: Span, saved: Span) -> Diagnostic {
    let help = match connector {
        "onnx" => "keep what was learned as `artifact(\"path\")`",
        "images" => "keep pictures as `parquet(\"path\")`",
        "query" => "save under an entry of a table: `sql_table(database, \"name\")`",
        _ => "save under an entry of another form: `parquet(\"path\")`, `csv(\"path\")`, `ipc(\"path\")`",
    };
    Diagnostic::new(codes::ONLY_READ, span, format!("`{entry}` is saved, and `{connector}` only reads"))
        .with_label("reads, and does not write")
        .and(saved, "saved here")
        .help(help)
}

pub(in crate::check) fn folder_of_the_web(entry: &str, span: Span, saved: Span) -> Diagnostic {
    Diagnostic::new(codes::ONLY_READ, span, format!("`{entry}` is saved, and it is a folder of a web server"))
        .with_label("web servers are read, one file at a time")
        .and(saved, "saved here")
        .help("save to the store behind it (`s3://`, `gs://`, `az://`): what is saved there can be read by `https://`")
}

pub(in crate::check) fn not_a_connection(name: &str, ty: &Type, span: Span) -> Diagnostic {
    Diagnostic::new(
        codes::NOT_A_CONNECTION,
        span,
        format!("the connection `{name}` leads to a database or a store, and this is {}", kind_of(ty)),
    )
    .with_label(format!("this is {}", kind_of(ty)))
    .help("write `postgres(url: secret(\"URL\"))`, `sqlite(\"path\")`, `s3(region: \"eu-central-1\")` or the like")
}

pub(in crate::check) fn pattern(entry: &str, span: Span, saved: Span) -> Diagnostic {
    Diagnostic::new(
        codes::SAVE_TO_PATTERN,
        span,
        format!("`{entry}` is saved, and its path is a pattern of many files: which of them would it be?"),
    )
    .with_label("matches several files")
    .and(saved, "saved here")
    .help("give it the path of one file")
}
