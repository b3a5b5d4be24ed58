//! Changes of a text word by word.

use std::ops::Range;

/// What programs are made of, beside their own words.
const VOCABULARY: &str = "use param schema catalog connection fn node pipeline env test allow tags let save track expect when \
    for run if then else match in is not null and or true false as extends table struct unique enum list vector named \
    parsed matches id time target weight group a b x y R { } [ ] ( ) , : = == != < <= > >= + - * / // % ** -> => |> >> ?? \
    ? ?. . .. ..< _ .a .b .item 0 1 42 -1 0.5 80% 9223372036854775807 1e308 7d 15min 512MiB @2021-01-26 \
    @2021-01-26T08:00:00Z \"a\" f\"{a}\" r\"a+\" \"\"\" int float str bool date timestamp duration category bytes int8 uint64 \
    decimal range estimator model transform metrics filter derive select drop rename join union distinct sort take top \
    sample explode pivot unpivot fill conform last first count sum mean min max any all lag lead rank find where_items \
    length fit predict apply evaluate split_time split_random split_group impute one_hot ordinal scale boosted_trees auc \
    rmse ndcg csv parquet jsonl artifact train valid on: by: over: order: rows: before how: left expect: many_to_one \
    objective: binary seed: desc";

/// Comments and line breaks as they may stand before a word.
const GAPS: [&str; 6] = [" # c\n", "\n# c\n", "\n\n## c\n", " ## c\n\n", "\n", "\n\n"];

/// The text with one to four changes, each of a few words: taken out, doubled, moved, exchanged with others of the text,
/// made from the vocabulary, or with a comment in front. `None` where it would not fit, or there is nothing to change.
pub fn mutate(text: &str, seed: u64, max_size: usize) -> Option<String> {
    let mut chance = Chance(seed);
    let mut text = text.to_owned();
    for _ in 0..=chance.below(4) {
        text = change(&text, &mut chance)?;
    }
    (text.len() <= max_size).then_some(text)
}

fn change(text: &str, chance: &mut Chance) -> Option<String> {
    let words = words(text);
    if words.is_empty() {
        return Some(chance.vocabulary().to_owned());
    }
    let place = chance.below(words.len());
    let longest = if chance.below(4) == 0 { 24 } else { 3 };
    let last = (place + chance.below(longest)).min(words.len() - 1);
    let here = words[place].start..words[last].end;
    let other = chance.below(words.len());
    let other_last = (other + chance.below(6)).min(words.len() - 1);
    let there = &text[words[other].start..words[other_last].end];
    let new = match chance.below(8) {
        0 => String::new(),
        1 => format!("{0} {0}", &text[here.clone()]),
        2 => there.to_owned(),
        3 => format!("{} {there}", &text[here.clone()]),
        4 => chance.vocabulary().to_owned(),
        6 | 7 => format!("{}{}", GAPS[chance.below(GAPS.len())], &text[here.clone()]),
        _ => format!("{} {}", chance.vocabulary(), &text[here.clone()]),
    };
    Some(format!("{}{new}{}", &text[..here.start], &text[here.end..]))
}

/// Names with their leading dot, numbers, texts without their inside, runs of operator characters.
fn words(text: &str) -> Vec<Range<usize>> {
    let kind = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => 1,
        c if c.is_whitespace() => 0,
        '(' | ')' | '[' | ']' | '{' | '}' | ',' | '"' => 3,
        _ => 2,
    };
    let mut words: Vec<(u8, Range<usize>)> = Vec::new();
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        match words.last_mut() {
            Some((last, word)) if *last == kind(c) && *last < 3 => word.end = end,
            _ => words.push((kind(c), at..end)),
        }
    }
    words.into_iter().filter(|(kind, _)| *kind > 0).map(|(_, word)| word).collect()
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^= bits >> 31;
        usize::try_from(bits % end.max(1) as u64).unwrap_or(0)
    }

    fn vocabulary(&mut self) -> &'static str {
        let words: Vec<&str> = VOCABULARY.split_whitespace().collect();
        words[self.below(words.len())]
    }
}
