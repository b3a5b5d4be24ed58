//! `text_counts`: how much each word counts in a text (Salton and Buckley 1988, "Term-Weighting Approaches in Automatic Text
//! Retrieval").

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use gml_connect::Fault;
use polars::prelude::{Column, DataFrame, DataType};
use serde::{Deserialize, Serialize};

use super::step::Input;
use super::values::{Exact, Kind};
use crate::frame::fault;

/// How it learns.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Settings {
    /// At most so many words, the most frequent ones.
    pub(crate) words: usize,
    /// In at least so many texts.
    pub(crate) min_rows: usize,
}

/// The words that count, by their letters, and how rare they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Words {
    /// The column replaced.
    #[serde(flatten)]
    pub(crate) input: Input,
    /// The words.
    pub(crate) words: Vec<Arc<str>>,
    /// `ln((1 + texts) / (1 + texts with the word)) + 1`
    pub(crate) rarity: Vec<Exact>,
}

impl Words {
    /// The names of the columns, and what they are made of.
    pub(crate) fn names(&self) -> impl Iterator<Item = (String, &Input)> {
        self.words.iter().map(|word| (format!("{}_{word}", self.input.column), &self.input))
    }
}

/// How much each word of a text counts, the squares of which add up to 1.
#[derive(Clone)]
pub(crate) struct Weights {
    rarity: Vec<Exact>,
    places: HashMap<Arc<str>, usize>,
}

impl Words {
    /// Ready to weigh the words of texts.
    pub(crate) fn weights(&self) -> Weights {
        let places = self.words.iter().enumerate().map(|(place, word)| (Arc::clone(word), place));
        Weights { rarity: self.rarity.clone(), places: places.collect() }
    }
}

impl Weights {
    /// The words of a text that count, by their places and in their order, and how much they do.
    pub(crate) fn of(&self, text: &str) -> Vec<(usize, f64)> {
        let mut found: Vec<usize> = words_of(text).filter_map(|word| self.places.get(&*word)).copied().collect();
        // In the order of the columns, so that the sum does not depend on the order of the words.
        found.sort_unstable();
        let mut weights: Vec<(usize, f64)> = Vec::with_capacity(found.len());
        for place in found {
            let rarity = self.rarity[place].0;
            match weights.last_mut().filter(|(last, _)| *last == place) {
                Some((_, weight)) => *weight += rarity,
                None => weights.push((place, rarity)),
            }
        }
        let length = weights.iter().map(|(_, weight)| weight.powi(2)).sum::<f64>().sqrt();
        weights.iter_mut().for_each(|(_, weight)| *weight /= length);
        weights
    }
}

/// Runs of letters and digits of a text, each in small letters. These depend on the word alone: Σ is ς at its end, whatever follows
/// it in the text.
fn words_of(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    text.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()).map(in_small_letters)
}

fn in_small_letters(word: &str) -> Cow<'_, str> {
    let is_small = word.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_small { Cow::Borrowed(word) } else { Cow::Owned(word.to_lowercase()) }
}

/// Where a word is.
#[derive(Default)]
struct Occurrence {
    /// How often in all texts.
    times: usize,
    /// In how many texts.
    texts: usize,
    /// The last text that it was counted in, from 1.
    last: usize,
}

/// The words of the texts.
pub(crate) fn learn(settings: &Settings, input: Input, column: &Column) -> Result<Words, Fault> {
    if input.kind != Kind::Text {
        return Err(Fault::new(
            "GML0703",
            format!("words are in texts, and `{}` holds {} values", input.column, input.kind.name()),
        )
        .help("give text_counts columns of type str"));
    }
    let mut occurrences: HashMap<String, Occurrence> = HashMap::new();
    for (row, text) in column.str().map_err(fault)?.iter().enumerate() {
        for word in words_of(text.unwrap_or_default()) {
            let occurrence = match occurrences.get_mut(&*word) {
                Some(known) => known,
                None => occurrences.entry(word.into_owned()).or_default(),
            };
            occurrence.times += 1;
            if occurrence.last != row + 1 {
                occurrence.texts += 1;
                occurrence.last = row + 1;
            }
        }
    }
    occurrences.retain(|_, occurrence| occurrence.texts >= settings.min_rows);
    if occurrences.is_empty() {
        return Err(Fault::new(
            "GML0921",
            format!("no word is in {} or more texts of `{}`", settings.min_rows, input.column),
        )
        .help("give `min_rows` a smaller value, or drop the column"));
    }
    let mut kept: Vec<(String, Occurrence)> = occurrences.into_iter().collect();
    kept.sort_by(|(a, a_is), (b, b_is)| b_is.times.cmp(&a_is.times).then_with(|| a.cmp(b)));
    kept.truncate(settings.words);
    kept.sort_by(|(a, _), (b, _)| a.cmp(b));
    let texts = column.len() as f64;
    let rarity = kept.iter().map(|(_, is)| Exact(((1.0 + texts) / (1.0 + is.texts as f64)).ln() + 1.0)).collect();
    Ok(Words { input, words: kept.into_iter().map(|(word, _)| word.into()).collect(), rarity })
}

/// The rows with a column for each word behind them.
pub(super) fn add(columns: &[Words], mut rows: DataFrame) -> Result<DataFrame, Fault> {
    for words in columns {
        let weights = words.weights();
        let texts = rows.column(&words.input.column).map_err(fault)?.cast(&DataType::String).map_err(fault)?;
        let mut made = vec![vec![0.0; rows.height()]; words.words.len()];
        for (row, text) in texts.str().map_err(fault)?.iter().enumerate() {
            for (place, weight) in weights.of(text.unwrap_or_default()) {
                made[place][row] = weight;
            }
        }
        for ((name, _), values) in words.names().zip(made) {
            rows.with_column(Column::new(name.into(), values)).map_err(fault)?;
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_in_small_letters_by_themselves() {
        let words = |text: &str| words_of(text).map(Cow::into_owned).collect::<Vec<_>>();
        assert_eq!(words("Hello, WORLD_42! e\u{301}"), ["hello", "world", "42", "e"]);
        // Σ ends a word before a full stop that nothing but another word follows, and is a letter of its own.
        assert_eq!(words("ΤΕΛΟΣ.ΑΡΧΗ ΣΟΦΟΣ Σ"), ["τελος", "αρχη", "σοφος", "σ"]);
        // The dot that the small letter keeps is no end of a word.
        assert_eq!(words("İzmir ISPARTA"), ["i\u{307}zmir", "isparta"]);
        assert!(words(" .,🙂\u{a0}").is_empty());
    }
}
