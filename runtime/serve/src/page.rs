//! A page for people who come with a browser: what the model reads, what it gives, and how to ask.

use gml_ir::Column;
use gml_operators::RowScorer;

use crate::openapi;
use crate::place::Newest;
use crate::signature::Signature;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#1d2530}\
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #d8dee6;vertical-align:top}\
pre{background:#f3f5f8;padding:.8rem;overflow:auto;border-radius:4px}code{font-family:ui-monospace,monospace}h1{margin-bottom:0}";

/// The page.
pub(crate) fn of(name: &str, newest: &Newest, signature: &Signature, scorer: &RowScorer) -> String {
    let version = newest
        .version
        .map_or_else(|| newest.hash.get(..12).unwrap_or_default().to_owned(), |number| number.to_string());
    let example = format!("{:#}", openapi::example(signature));
    let facts: String =
        scorer.facts().iter().map(|(name, value)| format!("<tr><th>{}<td>{}", escaped(name), escaped(value))).collect();
    let reads: String = signature.columns().iter().map(|known| line(&known.column)).collect();
    let gives: String = signature.outputs().columns.iter().map(line).collect();
    let classes: Vec<String> =
        signature.classes().iter().map(|class| format!("<code>{}</code>", escaped(class))).collect();
    let classes = match classes.is_empty() {
        true => String::new(),
        false => format!("<p>Lists have a number for each class, in this order: {}.</p>", classes.join(", ")),
    };
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style>\
         <h1>{title}</h1><p>Version {version}. <a href=openapi.json>openapi.json</a>, <a href=health>health</a>, <a href=metrics>metrics</a>.</p>\
         <h2>What it reads</h2><table><tr><th>column<th>type<th>rules{reads}</table>\
         <h2>What it gives</h2><table><tr><th>column<th>type<th>rules{gives}</table>{classes}\
         <h2>How to ask</h2><p><code>POST /predict</code> with one record, or a list of them:</p><pre>{example}</pre>\
         <p><code>POST /invocations</code> takes the forms of MLflow, CSV (<code>text/csv</code>) and streams of Arrow too.</p>\
         <h2>How it was learned</h2><table>{facts}</table></html>\n",
        title = escaped(name),
        version = escaped(&version),
        example = escaped(&example),
    )
}

fn line(column: &Column) -> String {
    let rules: Vec<String> = column.contracts.iter().map(|contract| escaped(&contract.text)).collect();
    format!(
        "<tr><td><code>{}</code><td>{}<td>{}",
        escaped(&column.name),
        escaped(&column.ty.to_string()),
        rules.join("<br>")
    )
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, sign| {
        match sign {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            sign => escaped.push(sign),
        }
        escaped
    })
}
