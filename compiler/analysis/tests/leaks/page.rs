//! The pages of `tests/spec/leaks`: right programs, and changes that let each of them leak.

use std::path::{Path, PathBuf};

/// One page: a path that rows or columns may take.
#[derive(Clone, Debug)]
pub struct Page {
    /// The file.
    pub path: PathBuf,
    /// Its whole text.
    pub text: String,
    /// Its right programs, in order.
    pub programs: Vec<String>,
    /// Its sections, in order.
    pub sections: Vec<Section>,
}

/// What a page says of one kind of leak.
#[derive(Clone, Debug)]
pub struct Section {
    /// The kind of leak.
    pub kind: String,
    /// The change, where there is one.
    pub change: Option<Change>,
    /// Why there is none.
    pub reason: String,
}

/// A change of a right program that makes it leak, and what has to be said of it.
#[derive(Clone, Debug)]
pub struct Change {
    /// The line of the page at which it begins, from 1.
    pub line: usize,
    /// The right program, by its place on the page.
    pub program: usize,
    /// What stands there, once.
    pub find: String,
    /// What stands there afterwards.
    pub replace: String,
    /// What has to be said, as [`crate::said_of`] tells it.
    pub said: Vec<String>,
    /// Where the lines of `said` are in the text of the page.
    pub at: std::ops::Range<usize>,
}

impl Change {
    /// The program with the change.
    ///
    /// # Panics
    /// Where the text to change is not there exactly once.
    pub fn apply(&self, page: &Page) -> String {
        let program = &page.programs[self.program];
        let count = program.matches(&self.find).count();
        assert_eq!(count, 1, "{}:{}: `{}` has to be there once", page.name(), self.line, self.find);
        program.replacen(&self.find, &self.replace, 1)
    }
}

impl Page {
    /// The name of the file without its extension.
    pub fn name(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Reads one. A fence of `gml` is a right program; one of `diff` a change of the last program above it, of the kind
    /// that the heading names.
    ///
    /// # Panics
    /// Where a change is not of the form that `README.md` tells.
    pub fn read(path: &Path) -> Page {
        let text = std::fs::read_to_string(path).unwrap();
        let mut page = Page { path: path.to_owned(), text: text.clone(), programs: Vec::new(), sections: Vec::new() };
        let mut at = 0;
        let mut open: Option<(&str, usize)> = None;
        for (index, line) in text.split_inclusive('\n').enumerate() {
            let start = at;
            at += line.len();
            match (open, line.trim_end().strip_prefix("```")) {
                (None, Some(word)) => open = Some((word, at)),
                (Some((word, from)), Some(_)) => {
                    open = None;
                    page.fence(word, from..start, index + 1);
                }
                (Some(_), None) => {}
                (None, None) => match line.strip_prefix("## ") {
                    Some(kind) => {
                        let kind = kind.trim().to_owned();
                        page.sections.push(Section { kind, change: None, reason: String::new() });
                    }
                    None => page.sections.iter_mut().next_back().into_iter().for_each(|section| {
                        section.reason += line;
                    }),
                },
            }
        }
        // The heading above a program is no kind of leak.
        page.sections.retain(|section| section.change.is_some() || !section.reason.trim().is_empty());
        page
    }

    fn fence(&mut self, word: &str, at: std::ops::Range<usize>, end: usize) {
        let body = &self.text[at.clone()];
        if word == "gml" {
            self.programs.push(body.to_owned());
            return;
        }
        assert_eq!(word, "diff", "{}:{end}: a fence is `gml` or `diff`", self.name());
        let (mut find, mut replace, mut said) = (Vec::new(), Vec::new(), Vec::new());
        let mut said_from = at.start;
        for line in body.split_inclusive('\n') {
            let rest = line.get(1..).unwrap_or_default().trim_end_matches('\n');
            let rest = rest.strip_prefix(' ').unwrap_or(rest);
            match line.chars().next() {
                Some('-') => find.push(rest),
                Some('+') => replace.push(rest),
                Some('!' | '&') => said.push(line.trim_end().to_owned()),
                _ => panic!("{}:{end}: a line of a change begins with one of - + ! &", self.name()),
            }
            if matches!(line.chars().next(), Some('-' | '+')) {
                said_from += line.len();
            }
        }
        let change = Change {
            line: end - body.lines().count(),
            program: self.programs.len() - 1,
            find: find.join("\n"),
            replace: replace.join("\n"),
            said,
            at: said_from..at.end,
        };
        let section = self.sections.last_mut().unwrap();
        assert!(section.change.is_none(), "`{}` has two changes", section.kind);
        section.change = Some(change);
    }
}

/// All pages, in the order of their names.
pub fn pages() -> Vec<Page> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.file_name().is_some_and(|name| name != "README.md"));
    paths.sort();
    paths.iter().map(|path| Page::read(path)).collect()
}

/// Where they are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/spec/leaks")
}
