//! The declared lists of mutations: `tests/corpus/<list>/<program>.txt`, whose form `tests/corpus/README.md` tells.

use std::ops::RangeInclusive;

use crate::program::{Files, Said, entries, repository, stem, text};

/// The lists: what is done about a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum List {
    /// Refused, with a place on the changed line.
    Mutations,
    /// Refused, with places on other lines only.
    Elsewhere,
    /// Not refused: there is a warning.
    Warned,
}

impl List {
    /// All of them.
    pub const ALL: [List; 3] = [List::Mutations, List::Elsewhere, List::Warned];

    /// Its folder, and its table in the README.
    pub fn name(self) -> &'static str {
        match self {
            List::Mutations => "mutations",
            List::Elsewhere => "elsewhere",
            List::Warned => "warned",
        }
    }
}

/// One change that makes a right program wrong.
#[derive(Clone, Debug)]
pub struct Mutation {
    /// The list that it is in.
    pub list: List,
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

/// A program that was changed.
#[derive(Clone, Debug)]
pub struct Changed {
    /// All of it.
    pub files: Files,
    /// The lines that are other than they were.
    pub lines: RangeInclusive<usize>,
    /// The lines at which it has to be said.
    pub due: RangeInclusive<usize>,
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
    /// Whether the line that was changed is still there.
    pub fn leaves_a_line(&self) -> bool {
        !self.replace.trim().is_empty()
    }

    /// The program with the change.
    ///
    /// # Panics
    /// Where the text to change is not there exactly once.
    pub fn apply(&self, files: &Files) -> Changed {
        let original = &files[&self.file];
        assert_eq!(original.matches(&self.find).count(), 1, "{}: `{}` has to be there once", self.declared, self.find);
        let changed = original.replacen(&self.find, &self.replace, 1);
        let same = |pairs: &mut dyn Iterator<Item = (u8, u8)>| pairs.take_while(|(a, b)| a == b).count();
        let start = same(&mut original.bytes().zip(changed.bytes()));
        let behind = same(&mut original.bytes().rev().zip(changed.bytes().rev()));
        let end = (changed.len() - behind).max(start);
        let line = |at: usize| changed.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        let lines = line(start)..=line(end);
        let due = match &self.at {
            None => lines.clone(),
            Some(at) => {
                assert_eq!(changed.matches(at).count(), 1, "{}: `{at}` has to be there once", self.declared);
                let at = line(changed.find(at.as_str()).unwrap());
                at..=at
            }
        };
        let mut files = files.clone();
        files.insert(self.file.clone(), changed);
        Changed { files, lines, due }
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

/// All mutations, list by list in the order of the files.
pub fn mutations() -> Vec<Mutation> {
    let files = List::ALL.into_iter().flat_map(|list| {
        let folder = repository().join("tests/corpus").join(list.name());
        entries(&folder).into_iter().map(move |path| (list, path))
    });
    files.flat_map(|(list, path)| read(list, &stem(&path), &text(&path))).collect()
}

fn read(list: List, program: &str, text: &str) -> Vec<Mutation> {
    let mut file = "main.gml".to_owned();
    let mut kind = String::new();
    let mut found: Vec<Mutation> = Vec::new();
    let mut begun: Option<(Vec<&str>, Vec<&str>, Option<String>)> = None;
    for (index, line) in text.lines().enumerate() {
        let declared = format!("{}/{program}.txt:{}", list.name(), index + 1);
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
                    list,
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
