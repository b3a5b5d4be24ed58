//! Doc comments to HTML. Raw HTML in them is shown as text, and links lead only to pages, never to scripts.

use std::fmt::Write;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::highlight::highlight;
use crate::html::escaped;
use crate::links::Links;

/// The comment as HTML. Headings begin below those of the page; GML in it is highlighted, names in backticks are links.
pub(crate) fn markdown(docs: &str, links: &Links, root: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut out = String::new();
    let mut code: Option<(bool, String)> = None;
    let mut in_head = false;
    let mut in_link = false;
    for event in Parser::new_ext(docs, options) {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let is_gml =
                    matches!(&kind, CodeBlockKind::Fenced(info) if info.split_whitespace().next() == Some("gml"));
                code = Some((is_gml, String::new()));
            }
            Event::End(TagEnd::CodeBlock) => {
                let (is_gml, text) = code.take().unwrap_or_default();
                let text = text.trim_end();
                let shown = if is_gml { highlight(text, links, root) } else { escaped(text) };
                let _ = writeln!(out, "<pre><code>{shown}</code></pre>");
            }
            Event::Text(text) => match &mut code {
                Some((_, block)) => block.push_str(&text),
                None => out.push_str(&escaped(&text)),
            },
            Event::Code(text) => match links.find(&text).filter(|_| !in_link) {
                Some(named) => {
                    let _ =
                        write!(out, "<a href=\"{root}{}\"><code>{}</code></a>", escaped(&named.href), escaped(&text));
                }
                None => {
                    let _ = write!(out, "<code>{}</code>", escaped(&text));
                }
            },
            Event::Html(html) | Event::InlineHtml(html) => out.push_str(&escaped(&html)),
            Event::SoftBreak => out.push('\n'),
            Event::HardBreak => out.push_str("<br/>\n"),
            Event::Rule => out.push_str("<hr/>\n"),
            Event::Start(tag) => {
                match &tag {
                    Tag::TableHead => in_head = true,
                    Tag::Link { .. } => in_link = true,
                    _ => {}
                }
                start(&mut out, &tag, in_head);
            }
            Event::End(tag) => {
                end(&mut out, tag, in_head);
                match tag {
                    TagEnd::TableHead => in_head = false,
                    TagEnd::Link => in_link = false,
                    _ => {}
                }
            }
            Event::FootnoteReference(text) => out.push_str(&escaped(&text)),
            Event::TaskListMarker(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }
    out
}

fn start(out: &mut String, tag: &Tag<'_>, in_head: bool) {
    match tag {
        Tag::Link { dest_url, .. } => {
            let _ = write!(out, "<a href=\"{}\">", escaped(harmless(dest_url)));
        }
        Tag::List(Some(first)) => {
            let _ = writeln!(out, "<ol start=\"{first}\">");
        }
        Tag::Table(_) => out.push_str("<div class=\"wide\"><table>\n"),
        Tag::TableHead => out.push_str("<thead><tr>"),
        Tag::TableCell => out.push_str(if in_head { "<th>" } else { "<td>" }),
        other => {
            if let Some(name) = element(other.to_end()) {
                let _ = write!(out, "<{name}>");
            }
        }
    }
}

fn end(out: &mut String, tag: TagEnd, in_head: bool) {
    match tag {
        TagEnd::Link => out.push_str("</a>"),
        TagEnd::Table => out.push_str("</tbody></table></div>\n"),
        TagEnd::TableHead => out.push_str("</tr></thead>\n<tbody>\n"),
        TagEnd::TableCell => out.push_str(if in_head { "</th>" } else { "</td>" }),
        other => {
            if let Some(name) = element(other) {
                let _ = write!(out, "</{name}>");
                if !matches!(name, "em" | "strong" | "s") {
                    out.push('\n');
                }
            }
        }
    }
}

/// The element of a tag that needs nothing but its name. Images are shown by what is said of them.
fn element(tag: TagEnd) -> Option<&'static str> {
    Some(match tag {
        TagEnd::Paragraph => "p",
        TagEnd::Heading(_) => "h4",
        TagEnd::BlockQuote(_) => "blockquote",
        TagEnd::List(true) => "ol",
        TagEnd::List(false) => "ul",
        TagEnd::Item => "li",
        TagEnd::Emphasis => "em",
        TagEnd::Strong => "strong",
        TagEnd::Strikethrough => "s",
        TagEnd::TableRow => "tr",
        _ => return None,
    })
}

/// The address where it leads to a page, else nowhere.
fn harmless(address: &str) -> &str {
    let scheme = address.split(['/', '?', '#']).next().unwrap_or_default();
    match scheme.split_once(':') {
        None => address,
        Some(("http" | "https" | "mailto", _)) => address,
        Some(_) => "#",
    }
}
