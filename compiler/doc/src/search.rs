//! Search: every name with its place and first sentence, and the few lines of script that look through them.

use std::fmt::Write;

use crate::Site;

/// The script with its index.
pub(crate) fn script(site: &Site<'_>) -> String {
    let mut out = String::from("const index = [\n");
    for named in &site.links.all {
        let _ = writeln!(
            out,
            "[{}, {}, {}, {}],",
            quoted(&named.name),
            quoted(named.kind.word()),
            quoted(&named.href),
            quoted(&named.summary)
        );
    }
    out.push_str("];\n");
    out.push_str(include_str!("../assets/search.js"));
    out
}

/// A text as JavaScript writes it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            // A script within a page would end at `</script`; line separators end a text in old engines.
            '<' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
