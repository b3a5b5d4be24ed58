//! Signs of texts by what they are to the words that count: letters that become the same small letters are one class.

use std::collections::{BTreeSet, HashMap};

/// The class of what stands between words.
pub(super) const APART: u32 = 0;
/// The class of letters and digits that are in no word that counts.
const OTHER: u32 = 1;
/// Classes below those of letters.
const FIRST: u32 = 2;

/// The letter whose small form depends on where it stands.
pub(super) const SIGMA: char = 'Σ';
/// Its small forms: within a word, and at its end.
pub(super) const SMALL_SIGMAS: [char; 2] = ['σ', 'ς'];

/// Classes of signs.
pub(super) struct Alphabet {
    /// What the letters of each class become, by the class: all but [`APART`], [`OTHER`] and Σ.
    letters: HashMap<String, u32>,
    /// That of Σ, where a word has one of its small forms.
    pub(super) sigma: Option<u32>,
    /// Where the class of signs changes, from 0 on: rising.
    pub(super) starts: Vec<u32>,
    /// The class from there on.
    pub(super) classes: Vec<u32>,
}

impl Alphabet {
    /// Of words in small letters.
    pub(super) fn of<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        let needed: BTreeSet<char> = words.flat_map(str::chars).collect();
        let mut alphabet = Self { letters: HashMap::new(), sigma: None, starts: Vec::new(), classes: Vec::new() };
        for sign in '\0'..=char::MAX {
            let class = alphabet.class_of(sign, &needed);
            if alphabet.classes.last() != Some(&class) {
                alphabet.starts.push(u32::from(sign));
                alphabet.classes.push(class);
            }
        }
        alphabet
    }

    fn class_of(&mut self, sign: char, needed: &BTreeSet<char>) -> u32 {
        let next = self.count();
        if !sign.is_alphanumeric() {
            APART
        } else if sign == SIGMA {
            let is_needed = SMALL_SIGMAS.iter().any(|sigma| needed.contains(sigma));
            if is_needed { *self.sigma.insert(next) } else { OTHER }
        } else if sign.to_lowercase().all(|letter| needed.contains(&letter)) {
            *self.letters.entry(sign.to_lowercase().collect()).or_insert(next)
        } else {
            OTHER
        }
    }

    /// How many classes there are.
    pub(super) fn count(&self) -> u32 {
        FIRST + self.letters.len() as u32 + u32::from(self.sigma.is_some())
    }

    /// The class of letters that become these small ones.
    pub(super) fn class(&self, small: &str) -> Option<u32> {
        self.letters.get(small).copied()
    }

    /// Small letters that one letter becomes where there are several: those of İ.
    pub(super) fn several(&self) -> impl Iterator<Item = (&str, u32)> {
        let several = self.letters.iter().filter(|(small, _)| small.chars().nth(1).is_some());
        several.map(|(small, class)| (&**small, *class))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(alphabet: &Alphabet, sign: char) -> u32 {
        let after = alphabet.starts.partition_point(|start| *start <= u32::from(sign));
        alphabet.classes[after - 1]
    }

    #[test]
    fn letters_that_become_the_same_small_ones_are_one_class() {
        let alphabet = Alphabet::of(["kg", "i\u{307}", "ǆ"].into_iter());
        let of = |sign| class(&alphabet, sign);
        assert_eq!(of('k'), of('K'));
        assert_eq!(of('k'), of('\u{212a}'));
        assert_ne!(of('k'), of('g'));
        assert_eq!([of('ǆ'), of('Ǆ')], [of('ǅ'); 2]);
        assert_eq!(Some(of('İ')), alphabet.class("i\u{307}"));
        assert_ne!(of('İ'), of('i'));
        assert_eq!([of('x'), of('日'), of('Σ'), of('σ'), of('٣')], [OTHER; 5]);
        assert_eq!([of(' '), of('\0'), of('\u{307}'), of('_'), of('🙂'), of(char::MAX)], [APART; 6]);
        let classes: BTreeSet<u32> = alphabet.classes.iter().copied().collect();
        assert_eq!(classes.len() as u32, alphabet.count());
        assert_eq!(alphabet.several().count(), 1);
    }

    #[test]
    fn sigma_is_a_class_where_a_word_has_one() {
        let alphabet = Alphabet::of(["ος"].into_iter());
        assert_eq!(alphabet.sigma, Some(class(&alphabet, 'Σ')));
        assert_ne!(class(&alphabet, 'Σ'), class(&alphabet, 'ς'));
        assert_eq!(class(&alphabet, 'σ'), OTHER);
        assert_eq!(class(&alphabet, 'Ο'), class(&alphabet, 'ο'));
    }
}
