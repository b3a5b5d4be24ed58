//! The words that count as an automaton over classes of signs: a step for each letter, however it is spelt.

use std::collections::{BTreeMap, HashMap};

use super::alphabet::{Alphabet, SIGMA, SMALL_SIGMAS};

/// The state from which no word comes any more.
pub(super) const NOWHERE: u32 = 0;
/// The state before the first letter.
pub(super) const START: u32 = 1;
/// The owner of a step that nobody has.
const NOBODY: u32 = u32::MAX;
/// Beginnings of a table that are tried for the steps of a state before they are put behind all others.
const TRIES: usize = 64;

/// The states, and the steps of all of them in one table, those of a state at its base and apart by classes: there is a step of a
/// state by a class where the state owns it (Tarjan and Yao 1979, "Storing a Sparse Table", first-fit row displacement).
pub(super) struct Spelling {
    /// Of each state where its steps begin.
    pub(super) bases: Vec<u32>,
    /// Of each state the number of the word that ends there, from 1; 0 where none does.
    pub(super) words: Vec<u32>,
    /// Of each step the state that owns it.
    pub(super) owners: Vec<u32>,
    /// Of each step the state that it leads to.
    pub(super) targets: Vec<u32>,
}

/// The words that may still come, and how many of their bytes are behind.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Open {
    words: Vec<u32>,
    behind: usize,
}

impl Spelling {
    /// Of words in small letters, whose letters the alphabet tells apart.
    pub(super) fn of(words: &[String], alphabet: &Alphabet) -> Self {
        let mut spelling = Self { bases: vec![0], words: vec![0], owners: Vec::new(), targets: Vec::new() };
        let start = Open { words: (0_u32..).zip(words).map(|(word, _)| word).collect(), behind: 0 };
        let mut numbers = HashMap::from([(start.clone(), START)]);
        let mut states = vec![start];
        // No base is below 0, whatever the class of the first step is.
        let mut first_free = alphabet.count() as usize;
        // States have numbers in the order in which they are made, from that of the start on.
        let mut done = 0;
        while let Some(state) = states.get(done) {
            let steps = steps(state, words, alphabet);
            let ended = state.words.iter().find(|word| words[**word as usize].len() == state.behind);
            spelling.words.push(ended.map_or(0, |word| word + 1));
            let own = START + done as u32;
            let base = spelling.room(&steps, &mut first_free);
            spelling.bases.push(base);
            for (class, open) in steps {
                let target = *numbers.entry(open).or_insert_with_key(|open| {
                    states.push(open.clone());
                    START + states.len() as u32 - 1
                });
                let step = (base + class) as usize;
                (spelling.owners[step], spelling.targets[step]) = (own, target);
            }
            done += 1;
        }
        // Each state is asked for each class.
        let last = spelling.bases.iter().copied().max().unwrap_or(0);
        spelling.grow((last + alphabet.count()) as usize);
        spelling
    }

    /// Where steps by these classes have room; before `first_free` none has.
    fn room(&mut self, steps: &BTreeMap<u32, Open>, first_free: &mut usize) -> u32 {
        let (Some((first, _)), Some((last, _))) = (steps.first_key_value(), steps.last_key_value()) else { return 0 };
        while self.owners.get(*first_free).is_some_and(|owner| *owner != NOBODY) {
            *first_free += 1;
        }
        let is_free = |step: usize| self.owners.get(step).is_none_or(|owner| *owner == NOBODY);
        let fits = |base: &usize| steps.keys().all(|class| is_free(base + *class as usize));
        let start = *first_free - *first as usize;
        let base = (start..start + TRIES).find(fits).unwrap_or(start.max(self.owners.len()));
        self.grow(base + *last as usize + 1);
        base as u32
    }

    fn grow(&mut self, length: usize) {
        if self.owners.len() < length {
            self.owners.resize(length, NOBODY);
            self.targets.resize(length, NOWHERE);
        }
    }
}

/// The steps of a state by classes.
fn steps(state: &Open, words: &[String], alphabet: &Alphabet) -> BTreeMap<u32, Open> {
    let mut steps: BTreeMap<u32, Open> = BTreeMap::new();
    let mut add = |class: Option<u32>, word: u32, behind: usize| {
        if let Some(class) = class {
            steps.entry(class).or_insert_with(|| Open { words: Vec::new(), behind }).words.push(word);
        }
    };
    let several: Vec<(&str, u32)> = alphabet.several().collect();
    for number in &state.words {
        let (word, behind) = (&*words[*number as usize], state.behind);
        let rest = &word[behind..];
        let Some(letter) = rest.chars().next() else { continue };
        let after = behind + letter.len_utf8();
        add(alphabet.class(&rest[..letter.len_utf8()]), *number, after);
        for (small, class) in &several {
            if rest.starts_with(small) {
                add(Some(*class), *number, behind + small.len());
            }
        }
        if SMALL_SIGMAS.contains(&letter) {
            // What it becomes depends on the letters around it, but not on how these are spelt.
            let with_sigma = format!("{}{SIGMA}{}", &word[..behind], &word[after..]);
            if with_sigma.to_lowercase() == word {
                add(alphabet.sigma, *number, after);
            }
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The word that a run of letters and digits is.
    fn found(words: &[&str], text: &str) -> Option<String> {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        let alphabet = Alphabet::of(words.iter().map(String::as_str));
        let spelling = Spelling::of(&words, &alphabet);
        let mut state = START;
        for sign in text.chars() {
            let class = alphabet.classes[alphabet.starts.partition_point(|start| *start <= u32::from(sign)) - 1];
            let step = (spelling.bases[state as usize] + class) as usize;
            state = if spelling.owners[step] == state { spelling.targets[step] } else { NOWHERE };
        }
        let word = spelling.words[state as usize].checked_sub(1)?;
        Some(words[word as usize].clone())
    }

    #[test]
    fn words_are_found_however_they_are_spelt() {
        let words = ["a", "an", "and", "ändern", "σοφος", "οδος", "οδοσ", "i\u{307}zmir", "izmir", "42", "日本"];
        let texts = [
            "A",
            "an",
            "AND",
            "ands",
            "nd",
            "ÄNDERN",
            "ändern",
            "Andern",
            "ΣΟΦΟΣ",
            "Σοφος",
            "σοφοσ",
            "ΟΔΟΣ",
            "οδοσ",
            "οδος",
            "ΟΔΟΣΑ",
            "İzmir",
            "IZMIR",
            "izmİr",
            "42",
            "4",
            "日本",
            "日",
            "Σ",
            "ς",
        ];
        for text in texts {
            let small = text.to_lowercase();
            let due = words.iter().find(|word| **word == small);
            assert_eq!(found(&words, text).as_deref(), due.copied(), "{text}");
        }
    }

    #[test]
    fn many_words_lie_beside_each_other() {
        let words: Vec<String> = (0..3000_u32).map(|word| format!("w{:x}", word.wrapping_mul(2_654_435_761))).collect();
        let alphabet = Alphabet::of(words.iter().map(String::as_str));
        let spelling = Spelling::of(&words, &alphabet);
        let steps = spelling.owners.iter().filter(|owner| **owner != NOBODY).count();
        assert_eq!(steps, spelling.bases.len() - 2);
        assert!(spelling.owners.len() < steps * 3 / 2, "{} for {steps} steps", spelling.owners.len());
    }

    /// The two letters of Σ depend on the cases of its neighbours, which are the same for all spellings of these.
    #[test]
    fn what_sigma_becomes_does_not_depend_on_how_its_neighbours_are_spelt() {
        let after = |before: &str| format!("{before}Σ").to_lowercase().ends_with('ς');
        let before = |after: &str| format!("αΣ{after}").to_lowercase().starts_with("ας");
        for capital in ('\0'..=char::MAX).filter(|letter| letter.is_alphanumeric() && *letter != SIGMA) {
            let (capital, small) = (capital.to_string(), capital.to_lowercase().to_string());
            assert_eq!((after(&capital), before(&capital)), (after(&small), before(&small)), "{capital}");
        }
    }
}
