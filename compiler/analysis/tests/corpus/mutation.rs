//! The declared list of mutations: `tests/corpus/mutations/<program>.txt`, whose form `tests/corpus/README.md` tells.

use std::ops::RangeInclusive;

use crate::program::{Files, Said, entries, repository, stem, text};

/// One change that makes a right program wrong.
#[derive(Clone, Debug)]
pub struct Mutation {
    /// The program that is changed.
    pub program: String,
    /// The file of it.
    pub file: String,
    /// In which way people err.
    pub kind: String,
    /// What stands there, once in the file.
    pub find: String,
    /// What stands there afterwards.
    pub replace: String,
    /// The code that is due.
    pub code: String,
    /// Whether a warning will do: the program means something, though hardly what was wanted.
    pub warning: bool,
    /// A text on the line at which it has to be said, where that is not the changed one.
    pub at: Option<String>,
    /// Where it is declared.
    pub declared: String,
}

/// How the checker answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// At the line, with the code that is due.
    Refused,
    /// At the line, with another code, or at another line.
    Otherwise(Vec<Said>),
    /// Not at all.
    Silent,
}

impl Mutation {
    /// The program with the change, and the lines that it changed.
    ///
    /// # Panics
    /// Where the text to change is not there exactly once.
    pub fn apply(&self, files: &Files) -> (Files, RangeInclusive<usize>) {
        let original = &files[&self.file];
        assert_eq!(original.matches(&self.find).count(), 1, "{}: `{}` has to be there once", self.declared, self.find);
        let changed = original.replacen(&self.find, &self.replace, 1);
        let same = |pairs: &mut dyn Iterator<Item = (u8, u8)>| pairs.take_while(|(a, b)| a == b).count();
        let start = same(&mut original.bytes().zip(changed.bytes()));
        let behind = same(&mut original.bytes().rev().zip(changed.bytes().rev()));
        let end = (changed.len() - behind).max(start);
        let line = |at: usize| changed.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        let lines = match &self.at {
            None => line(start)..=line(end),
            Some(at) => {
                assert_eq!(changed.matches(at).count(), 1, "{}: `{at}` has to be there once", self.declared);
                let at = line(changed.find(at.as_str()).unwrap());
                at..=at
            }
        };
        let mut files = files.clone();
        files.insert(self.file.clone(), changed);
        (files, lines)
    }

    /// What the answer is worth.
    pub fn judge(&self, said: &[Said], lines: &RangeInclusive<usize>) -> Answer {
        let due = |said: &&Said| said.is_error || self.warning;
        let here = |said: &&Said| said.file == self.file && lines.contains(&said.line) && said.code == self.code;
        if said.iter().filter(due).any(|said| here(&said)) {
            Answer::Refused
        } else if said.is_empty() {
            Answer::Silent
        } else {
            Answer::Otherwise(said.to_vec())
        }
    }
}

/// All mutations, in the order of the files.
pub fn mutations() -> Vec<Mutation> {
    entries(&repository().join("tests/corpus/mutations"))
        .iter()
        .flat_map(|path| read(&stem(path), &text(path)))
        .collect()
}

fn read(program: &str, text: &str) -> Vec<Mutation> {
    let mut file = "main.gml".to_owned();
    let mut kind = String::new();
    let mut found: Vec<Mutation> = Vec::new();
    let mut begun: Option<(Vec<&str>, Vec<&str>, Option<String>)> = None;
    for (index, line) in text.lines().enumerate() {
        let declared = format!("{program}.txt:{}", index + 1);
        let (sign, rest) = line.split_at_checked(1).unwrap_or((line, ""));
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        match sign {
            "" | ";" => {}
            "#" => kind = rest.to_owned(),
            "@" if begun.is_some() => {
                let at = &mut begun.as_mut().unwrap().2;
                *at = Some(at.take().map_or_else(|| rest.to_owned(), |above| format!("{above}\n{rest}")));
            }
            "@" => file = rest.to_owned(),
            "-" => begun.get_or_insert_default().0.push(rest),
            "+" => begun.as_mut().unwrap_or_else(|| panic!("{declared}: + before -")).1.push(rest),
            "!" | "?" => {
                let (old, new, at) = begun.take().unwrap_or_else(|| panic!("{declared}: a code before a change"));
                found.push(Mutation {
                    program: program.to_owned(),
                    file: file.clone(),
                    kind: kind.clone(),
                    find: old.join("\n"),
                    replace: new.join("\n"),
                    code: rest.to_owned(),
                    warning: sign == "?",
                    at,
                    declared,
                });
            }
            _ => panic!("{declared}: a line begins with one of # @ - + ! ? ;"),
        }
    }
    found
}
