//! `text_counts` in a graph: texts come apart into words, words into letters, letters become small, and words whole again.
//!
//! ONNX's own way to small letters (`StringNormalizer`) asks the locale of the machine, and where that is not installed, it leaves
//! all letters but those of English as they are. Here the small letters stand in the file, so that all machines say the same. What is
//! done to words is done to the distinct ones of all rows.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use gml_connect::Fault;

use super::columns::{Column, Columns};
use super::graph::{Element, Flow, Graph, RUNTIME, Setting, count};
use super::not_expressed;
use crate::prep::Words;

/// Most letters of a word: a pattern of RE2 repeats nothing more often.
const LONGEST: usize = 1_000;
/// Most letters of a word that may be spelt Σ as well: each doubles its spellings.
const MOST_SIGMAS: usize = 10;
/// What is in no word.
const NO_LETTER: &str = "_";

/// How much each word counts, by columns in place of the text.
///
/// # Errors
/// GML0936 for words that are longer than any language has them.
pub(super) fn text_counts(words: &Words, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    let column = columns.get(graph, &words.input.column, words.input.kind)?;
    columns.drop(&words.input.column);
    if words.words.is_empty() {
        return Ok(());
    }
    let vocabulary = Vocabulary::of(words)?;
    let texts = graph.flat(&column.flow);
    // A row for each text, as wide as the text with the most words, filled up with empty texts.
    let parts = apart(&texts, ("tokenexp", Setting::Word(LETTERS_AND_DIGITS.clone())), graph);
    let [distinct, _, which] = graph.first_of("Unique", &[&parts], vec![("sorted", Setting::Int(0))]);
    let places = vocabulary.places(&distinct, graph);
    let places = graph.node("Gather", &[&places, &which], Vec::new());
    let shape = graph.node("Shape", &[&parts], Vec::new());
    let places = graph.node("Reshape", &[&places, &shape], vec![("allowzero", Setting::Int(1))]);
    let weights = weights(&places, &texts, words, graph);
    // The last column is that of all words that do not count.
    let made = graph.columns(&weights, words.words.len() + 1);
    for ((name, _), made) in words.names().zip(made) {
        columns.set(&name, Column::numbers(made, false));
    }
    Ok(())
}

/// ONNX Runtime's `Tokenizer`: the parts of texts side by side.
fn apart(texts: &Flow, how: (&str, Setting), graph: &mut Graph) -> Flow {
    let settings = vec![
        ("mark", Setting::Int(0)),
        ("mincharnum", Setting::Int(1)),
        ("pad_value", Setting::Word(String::new())),
        how,
    ];
    graph.node_of(RUNTIME, "Tokenizer", &[texts], settings)
}

/// Of the places of the words of each text: how often each is there, times how rare it is, each row scaled to length 1.
fn weights(places: &Flow, texts: &Flow, words: &Words, graph: &mut Graph) -> Flow {
    let width = graph.ints(vec![count(words.words.len() + 1)]);
    let rows = graph.node("Shape", &[texts], Vec::new());
    let by_words = graph.node("Concat", &[&rows, &width], vec![("axis", Setting::Int(0))]);
    let by_places = graph.node("Shape", &[places], Vec::new());
    let (zero, one) = (graph.number(0.0), graph.number(1.0));
    let none = graph.node("Expand", &[&zero, &by_words], Vec::new());
    let once = graph.node("Expand", &[&one, &by_places], Vec::new());
    let added = vec![("axis", Setting::Int(1)), ("reduction", Setting::Word("add".into()))];
    let counts = graph.node("ScatterElements", &[&none, places, &once], added);
    let rarity = words.rarity.iter().map(|rarity| rarity.0).chain([0.0]).collect();
    let rarity = graph.numbers(vec![1, count(words.words.len() + 1)], rarity);
    let weights = graph.node("Mul", &[&counts, &rarity], Vec::new());
    let across = graph.ints(vec![1]);
    let length = graph.node("ReduceL2", &[&weights, &across], vec![("keepdims", Setting::Int(1))]);
    // A text without words that count stays without.
    let is_none = graph.node("Equal", &[&length, &zero], Vec::new());
    let length = graph.node("Where", &[&is_none, &one, &length], Vec::new());
    graph.node("Div", &[&weights, &length], Vec::new())
}

/// The words that count, as they are looked up.
struct Vocabulary<'w> {
    words: &'w [Arc<str>],
    /// Letters of the longest.
    longest: usize,
    /// How words are spelt whose letters are small, but for Σ, and their places.
    spellings: Vec<(String, usize)>,
    /// Letters that are no small ones, and the small letters of words that they stand for.
    capitals: Vec<(char, String)>,
}

impl<'w> Vocabulary<'w> {
    fn of(words: &'w Words) -> Result<Self, Fault> {
        let refused = |why: String| not_expressed(&format!("a word of `{}` {why}", words.input.column));
        let lengths = words.words.iter().map(|word| word.chars().count());
        let longest = lengths.max().unwrap_or(1);
        if longest > LONGEST {
            return Err(refused(format!("has {longest} letters, and {LONGEST} are the most there"))
                .help("a text with words of that length is not made of words: leave the column out"));
        }
        let mut spelt = Vec::with_capacity(words.words.len());
        for (place, word) in words.words.iter().enumerate() {
            let Some(spellings) = spellings(word) else {
                return Err(refused(format!("has more than {MOST_SIGMAS} times the letter Σ: {word}"))
                    .help("leave the column out, or let GML score"));
            };
            spelt.extend(spellings.into_iter().map(|spelling| (spelling, place)));
        }
        let letters: HashSet<char> = words.words.iter().flat_map(|word| word.chars()).collect();
        let is_needed = |(_, small): &&(char, String)| small.chars().all(|letter| letters.contains(&letter));
        let capitals = CAPITALS.iter().filter(is_needed).cloned().collect();
        Ok(Self { words: &words.words, longest, spellings: spelt, capitals })
    }

    /// The places of words among those that count, and the number of these for one that does not.
    fn places(&self, words: &Flow, graph: &mut Graph) -> Flow {
        let width = self.longest.next_power_of_two();
        // Long ones cannot be among them; taken apart, they would make all rows of letters long.
        let pattern = vec![("pattern", Setting::Word(format!(".{{0,{}}}", self.longest)))];
        let is_short = graph.node("RegexFullMatch", &[words], pattern);
        let none = graph.text_list(vec![String::new()]);
        let words = graph.node("Where", &[&is_short, words, &none], Vec::new());
        // One more, that there is one, and that all have room for the letters that are put together.
        let widest = graph.text_list(vec![NO_LETTER.repeat(width)]);
        let words = graph.node("Concat", &[&words, &widest], vec![("axis", Setting::Int(0))]);
        let letters = apart(&words, ("separators", Setting::Words(vec![String::new()])), graph);
        let small = self.small(&letters, &none, graph);
        let words = together(small, width, graph);
        let words = graph.flat(&words);
        let (spellings, places): (_, Vec<f64>) =
            self.spellings.iter().map(|(spelling, place)| (spelling.clone(), *place as f64)).unzip();
        let other = Setting::Doubles(vec![self.words.len() as f64]);
        let places = graph.looked_up(&words, Setting::Texts(spellings), Setting::Doubles(places), other);
        graph.cast(&places, Element::Int)
    }

    /// Small letters in place of capitals; all else as it is.
    fn small(&self, letters: &Flow, none: &Flow, graph: &mut Graph) -> Flow {
        if self.capitals.is_empty() {
            return letters.clone();
        }
        let (capitals, small) =
            self.capitals.iter().map(|(capital, small)| (capital.to_string(), small.clone())).unzip();
        let other = Setting::Texts(vec![String::new()]);
        let small = graph.looked_up(letters, Setting::Texts(capitals), Setting::Texts(small), other);
        let is_none = graph.node("Equal", &[&small, none], Vec::new());
        graph.node("Where", &[&is_none, letters, &small], Vec::new())
    }
}

/// The texts of each row as one: neighbours are put together until one is left. The width is a power of two.
fn together(texts: Flow, width: usize, graph: &mut Graph) -> Flow {
    let [first, second, end, axis, step] = [0, 1, i64::MAX, 1, 2].map(|number| graph.ints(vec![number]));
    let mut joined = texts;
    for _ in 0..width.ilog2() {
        let [left, right] =
            [&first, &second].map(|from| graph.node("Slice", &[&joined, from, &end, &axis, &step], Vec::new()));
        joined = graph.node("StringConcat", &[&left, &right], Vec::new());
    }
    joined
}

/// How a word in small letters may be spelt with Σ, which is σ or ς by where it stands; `None` where there are too many ways.
fn spellings(word: &str) -> Option<Vec<String>> {
    let mut spellings = vec![word.to_owned()];
    for (place, small) in word.match_indices(['σ', 'ς']) {
        // All three are letters with two forms, so what one stands for does not depend on how the others are spelt.
        let with = |spelling: &String| [&spelling[..place], "Σ", &spelling[place + small.len()..]].concat();
        if with(&spellings[0]).to_lowercase() == word {
            if spellings.len() == 1 << MOST_SIGMAS {
                return None;
            }
            let more: Vec<String> = spellings.iter().map(with).collect();
            spellings.extend(more);
        }
    }
    Some(spellings)
}

/// A run of letters and digits, as a pattern of RE2. Its own classes are those of another version of Unicode.
static LETTERS_AND_DIGITS: LazyLock<String> = LazyLock::new(|| {
    let mut ranges: Vec<(char, char)> = Vec::new();
    for sign in ('\0'..=char::MAX).filter(|sign| sign.is_alphanumeric()) {
        match ranges.last_mut().filter(|(_, last)| u32::from(*last) + 1 == u32::from(sign)) {
            Some((_, last)) => *last = sign,
            None => ranges.push((sign, sign)),
        }
    }
    let ranges: String = ranges
        .into_iter()
        .map(|(first, last)| format!("\\x{{{:x}}}-\\x{{{:x}}}", u32::from(first), u32::from(last)))
        .collect();
    format!("[{ranges}]+")
});

/// Letters that are not small, and their small ones: one, or one with a sign above it. Σ has two and is left out.
static CAPITALS: LazyLock<Vec<(char, String)>> = LazyLock::new(|| {
    let small = |letter: char| (letter, letter.to_lowercase().to_string());
    let is_capital = |(letter, small): &(char, String)| !small.chars().eq([*letter]) && *letter != 'Σ';
    ('\0'..=char::MAX).filter(|letter| letter.is_alphanumeric()).map(small).filter(is_capital).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sigma_is_spelt_in_all_ways_that_become_the_word() {
        let found = |word: &str| {
            let mut found = spellings(word).unwrap();
            found.sort();
            found
        };
        assert_eq!(found("word"), ["word"]);
        assert_eq!(found("οδος"), ["οδοΣ", "οδος"]);
        assert_eq!(found("σοφος"), ["ΣοφοΣ", "Σοφος", "σοφοΣ", "σοφος"]);
        // No capital becomes these: at the end of a word Σ is ς, and by itself it is σ.
        assert_eq!(found("οδοσ"), ["οδοσ"]);
        assert_eq!(found("ς"), ["ς"]);
        assert!(spellings(&"σ".repeat(MOST_SIGMAS + 2)).is_none());
    }

    #[test]
    fn what_sigma_becomes_does_not_depend_on_how_its_neighbours_are_spelt() {
        let after = |before: &str| format!("{before}Σ").to_lowercase().ends_with('ς');
        let before = |after: &str| format!("αΣ{after}").to_lowercase().starts_with("ας");
        for (capital, small) in &*CAPITALS {
            let capital = capital.to_string();
            assert_eq!((after(&capital), before(&capital)), (after(small), before(small)), "{capital}");
        }
    }

    #[test]
    fn capitals_are_those_that_words_may_be_spelt_with() {
        let input = crate::prep::Input { column: "about".into(), kind: crate::prep::Kind::Text };
        let words = |words: &[&str]| Words {
            input: input.clone(),
            words: words.iter().map(|word| Arc::from(*word)).collect(),
            rarity: vec![crate::prep::Exact(1.0); words.len()],
        };
        let capitals = |of: &[&str]| {
            let words = words(of);
            Vocabulary::of(&words).unwrap().capitals.into_iter().map(|(capital, _)| capital).collect::<String>()
        };
        assert_eq!(capitals(&["kg", "42"]), "GK\u{212a}");
        assert_eq!(capitals(&["i\u{307}d", "ǆ"]), "DIİǄǅ");
        assert_eq!(capitals(&["日本", "ος"]), "Ο");
        let refused = |word: &str| Vocabulary::of(&words(&[word])).err().unwrap().code;
        assert_eq!(refused(&"a".repeat(LONGEST + 1)), "GML0936");
        assert_eq!(refused(&"σ".repeat(MOST_SIGMAS + 2)), "GML0936");
    }
}
