//! Fenced blocks of Markdown files.

/// A fenced block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    /// What stands behind the opening fence, by word: `gml`, `fails`.
    pub words: Vec<String>,
    /// Its text.
    pub text: String,
    /// The line of its first line, from 1.
    pub line: usize,
    /// The heading above it.
    pub heading: String,
}

/// The fenced blocks of a Markdown text, in order.
pub fn fences(markdown: &str) -> Vec<Fence> {
    let mut found = Vec::new();
    let mut open: Option<Fence> = None;
    let mut heading = String::new();
    for (index, line) in markdown.lines().enumerate() {
        match (&mut open, line.trim_start().strip_prefix("```")) {
            (None, Some(info)) => {
                let words = info.split_whitespace().map(str::to_owned).collect();
                open = Some(Fence { words, text: String::new(), line: index + 2, heading: heading.clone() });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(fence), None) => {
                fence.text.push_str(line);
                fence.text.push('\n');
            }
            (None, None) => {
                if let Some(text) = line.strip_prefix('#') {
                    heading = text.trim_start_matches('#').trim().to_owned();
                }
            }
        }
    }
    found
}
