//! Reports as HTML: one file that needs nothing else, readable in light and dark, on a phone and on paper.

mod blocks;

use std::fmt::Write;

use crate::escape::escaped;
use crate::report::{Block, Report};
use crate::svg;

const STYLE: &str = include_str!("style.css");

/// So many sections make a list of contents worth its room.
const SECTIONS_TO_LIST: usize = 4;

/// A report as a page.
pub fn page(report: &Report) -> String {
    let mut body = String::new();
    let mut writer = blocks::Writer::default();
    writer.blocks(&mut body, &report.blocks, 2);
    let title = escaped(&report.title);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>\n{STYLE}{}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n",
        svg::STYLE,
    );
    let sections: Vec<&String> = report.blocks.iter().filter_map(heading).collect();
    if sections.len() >= SECTIONS_TO_LIST {
        out.push_str("<nav aria-label=\"Contents\"><ul>\n");
        for (place, title) in sections.iter().enumerate() {
            // The sections of the page itself have the first numbers, in order.
            let _ = writeln!(out, "<li><a href=\"#{}\">{}</a></li>", blocks::top_id(place), escaped(title));
        }
        out.push_str("</ul></nav>\n");
    }
    out.push_str(&body);
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn heading(block: &Block) -> Option<&String> {
    match block {
        Block::Section(title, _) => Some(title),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
