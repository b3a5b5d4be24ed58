//! Rows as bytes. A tree only ever compares a feature with its own thresholds, so the number of thresholds below a value
//! says as much as the value: exact, an eighth of the memory, and 64 of them fit one vector.
//!
//! - A number becomes how many of the model's thresholds for it lie below it. A column of bytes takes 255 thresholds; more
//!   make more columns, each of which tells only whether and where the value lies among its own.
//! - Whether a missing value goes left is a property of a node, so a feature that is asked both ways has two columns: 0 is at
//!   most every threshold, 255 at most none.
//! - Categories that the model never tells apart are one class. A class is a place in 16 bytes and a bit (two columns), so that
//!   the members of a set are a table of 16 bytes; 128 classes have columns of their own each.

mod strips;

use std::collections::{BTreeMap, HashMap};

use super::rank::Thresholds;
use super::{Arithmetic, Ensemble, Missing, NEAR_ZERO, Question};

/// Rows that are turned into bytes at once.
pub(super) const STRIP: usize = 64;
/// Thresholds that a column of bytes tells apart.
const THRESHOLDS: usize = 255;
/// Classes that a pair of columns tells apart.
const CLASSES: usize = 128;
/// Categories below this have a table, others are looked up.
const TABULATED: usize = 1 << 16;
/// The class of what is a member of no set.
const NONE: u32 = u32::MAX;

/// How the rows of a model become bytes.
pub(super) struct Codes {
    arithmetic: Arithmetic,
    numbers: Vec<Ranked>,
    categories: Vec<Grouped>,
    /// Columns of bytes: those of numbers first.
    pub(super) columns: usize,
    /// Columns that hold numbers.
    pub(super) number_columns: usize,
}

/// A feature whose values are ranked among thresholds.
struct Ranked {
    feature: usize,
    missing: Missing,
    thresholds: Thresholds,
    columns: Vec<NumberColumn>,
}

struct NumberColumn {
    column: usize,
    /// The first of the thresholds that it tells apart.
    first: usize,
    missing_code: u8,
}

/// A feature whose categories are grouped into classes.
struct Grouped {
    feature: usize,
    column: usize,
    classes: usize,
    near: Vec<u32>,
    far: HashMap<u64, u32>,
    missing: u32,
}

/// What a node asks of bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Test {
    /// Whether the column is at most a number.
    AtMost {
        /// The column.
        column: usize,
        /// The number.
        most: u8,
    },
    /// Whether the class is a member in any of these.
    Among {
        /// The place of the feature among those with categories.
        group: usize,
        /// A table for each pair of columns with a member.
        tables: Vec<Members>,
    },
}

/// Members among the classes of a pair of columns.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Members {
    /// The column of places; that of bits is the next one.
    pub(super) column: usize,
    /// The members' bits, by place.
    pub(super) table: [u8; 16],
}

impl Codes {
    /// The codes of a model, and what its nodes ask of them, tree by tree. The model is checked.
    pub(super) fn new(ensemble: &Ensemble) -> (Self, Vec<Vec<Test>>) {
        let mut thresholds: BTreeMap<(usize, Missing), (Vec<f64>, [bool; 2])> = BTreeMap::new();
        let mut sets: BTreeMap<usize, BTreeMap<(&[u32], bool), usize>> = BTreeMap::new();
        for node in ensemble.trees.iter().flat_map(|tree| &tree.nodes) {
            match &node.question {
                Question::AtMost { threshold, missing, missing_left } => {
                    let (found, ways) = thresholds.entry((node.feature, *missing)).or_default();
                    found.push(*threshold);
                    // Where nothing is missing there is one way only.
                    ways[usize::from(*missing_left && *missing != Missing::Nothing)] = true;
                }
                Question::Among { members, missing_left } => {
                    let of_feature = sets.entry(node.feature).or_default();
                    let place = of_feature.len();
                    of_feature.entry((members, *missing_left)).or_insert(place);
                }
            }
        }
        let mut codes = Self {
            arithmetic: ensemble.arithmetic,
            numbers: Vec::with_capacity(thresholds.len()),
            categories: Vec::with_capacity(sets.len()),
            columns: 0,
            number_columns: 0,
        };
        for ((feature, missing), (found, ways)) in thresholds {
            codes.add_number(feature, missing, found, ways);
        }
        codes.number_columns = codes.columns;
        let tables = sets.iter().map(|(feature, sets)| (*feature, codes.add_categories(*feature, sets))).collect();
        let tests = ensemble.trees.iter().map(|tree| {
            tree.nodes.iter().map(|node| codes.test(node.feature, &node.question, &sets, &tables)).collect()
        });
        let tests = tests.collect();
        (codes, tests)
    }

    fn add_number(&mut self, feature: usize, missing: Missing, mut sorted: Vec<f64>, ways: [bool; 2]) {
        sorted.sort_by(f64::total_cmp);
        sorted.dedup_by(|one, other| one == other);
        let mut columns = Vec::new();
        for (missing_code, _) in [u8::MAX, 0].into_iter().zip(ways).filter(|(_, asked)| *asked) {
            for first in (0..sorted.len()).step_by(THRESHOLDS) {
                columns.push(NumberColumn { column: self.columns, first, missing_code });
                self.columns += 1;
            }
        }
        let thresholds = Thresholds::new(&sorted);
        self.numbers.push(Ranked { feature, missing, thresholds, columns });
    }

    /// Groups the categories of a feature, and gives the tables of its sets.
    fn add_categories(&mut self, feature: usize, sets: &BTreeMap<(&[u32], bool), usize>) -> Vec<Vec<Members>> {
        let mut memberships: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        let mut of_missing = Vec::new();
        for ((members, missing_left), place) in sets {
            for (word, bits) in members.iter().enumerate() {
                for bit in (0..32).filter(|bit| bits >> bit & 1 == 1) {
                    memberships.entry(word as u64 * 32 + bit).or_default().push(*place);
                }
            }
            if *missing_left {
                of_missing.push(*place);
            }
        }
        let mut classes: HashMap<Vec<usize>, u32> = HashMap::new();
        let mut tables = vec![Vec::new(); sets.len()];
        let column = self.columns;
        let mut class_of = |memberships: Vec<usize>| -> u32 {
            if memberships.is_empty() {
                return NONE;
            }
            let next = classes.len();
            *classes.entry(memberships).or_insert_with_key(|memberships| {
                for place in memberships {
                    add_member(&mut tables[*place], column, next);
                }
                next as u32
            })
        };
        let (mut near, mut far) = (Vec::new(), HashMap::new());
        for (category, memberships) in memberships {
            let class = class_of(memberships);
            match usize::try_from(category) {
                Ok(category) if category < TABULATED => {
                    near.resize(near.len().max(category + 1), NONE);
                    near[category] = class;
                }
                _ => {
                    far.insert(category, class);
                }
            }
        }
        let missing = class_of(of_missing);
        let count = classes.len();
        self.columns += 2 * count.div_ceil(CLASSES);
        self.categories.push(Grouped { feature, column, classes: count, near, far, missing });
        tables
    }

    fn test(
        &self,
        feature: usize,
        question: &Question,
        sets: &BTreeMap<usize, BTreeMap<(&[u32], bool), usize>>,
        tables: &BTreeMap<usize, Vec<Vec<Members>>>,
    ) -> Test {
        match question {
            Question::AtMost { threshold, missing, missing_left } => {
                let place = self.numbers.partition_point(|of| (of.feature, of.missing) < (feature, *missing));
                let of = &self.numbers[place];
                let rank = of.thresholds.place(*threshold);
                let missing_code = if *missing_left && *missing != Missing::Nothing { 0 } else { u8::MAX };
                let first = rank - rank % THRESHOLDS;
                let columns = of.columns.iter().filter(|column| column.missing_code == missing_code);
                let column = columns.filter(|column| column.first == first).map(|column| column.column).next();
                Test::AtMost { column: column.unwrap_or(usize::MAX), most: (rank - first) as u8 }
            }
            Question::Among { members, missing_left } => {
                let group = self.categories.partition_point(|of| of.feature < feature);
                let place = sets[&feature][&(members.as_slice(), *missing_left)];
                Test::Among { group, tables: tables[&feature][place].clone() }
            }
        }
    }

    /// How many features with categories there are, and how many classes each has.
    pub(super) fn classes(&self) -> impl Iterator<Item = usize> + '_ {
        self.categories.iter().map(|of| of.classes)
    }

    /// Where the columns of a feature with categories start.
    pub(super) fn class_column(&self, group: usize) -> usize {
        self.categories[group].column
    }

    /// The bytes of one row: the columns of numbers, and the class of each feature with categories (the number of its classes where
    /// it has none).
    pub(super) fn encode_row(&self, row: &[f64], into: &mut [u8], classes: &mut [u32]) {
        for of in &self.numbers {
            let value = self.arithmetic.taken(row[of.feature]);
            let (value, is_missing) = match of.missing {
                Missing::Nothing => (if value.is_nan() { 0.0 } else { value }, false),
                Missing::Zero => (value, value.is_nan() || value.abs() <= NEAR_ZERO),
                Missing::NotANumber => (value, value.is_nan()),
            };
            let rank = of.thresholds.below(value);
            for column in &of.columns {
                let code = rank.saturating_sub(column.first).min(usize::from(u8::MAX)) as u8;
                into[column.column] = if is_missing { column.missing_code } else { code };
            }
        }
        for (class, of) in classes.iter_mut().zip(&self.categories) {
            let found = of.class(self.arithmetic.taken(row[of.feature]));
            *class = if found == NONE { of.classes as u32 } else { found };
        }
    }

    /// Adds the bytes of the classes of one row, as [`Self::encode`] has them with a stride of 1.
    pub(super) fn spread(&self, classes: &[u32], into: &mut [u8]) {
        for (class, of) in classes.iter().zip(&self.categories) {
            for pair in 0..of.classes.div_ceil(CLASSES) {
                let class = if *class as usize == of.classes { NONE } else { *class };
                let (place, bit) = place_and_bit(class, pair);
                into[of.column + 2 * pair] = place;
                into[of.column + 2 * pair + 1] = bit;
            }
        }
    }
}

/// Adds a class to the tables of a set. Classes come in ascending order.
fn add_member(tables: &mut Vec<Members>, first_column: usize, class: usize) {
    let column = first_column + 2 * (class / CLASSES);
    if tables.last().is_none_or(|last| last.column != column) {
        tables.push(Members { column, table: [0; 16] });
    }
    if let Some(last) = tables.last_mut() {
        last.table[class % CLASSES / 8] |= 1 << (class % 8);
    }
}

/// What the columns of a pair hold for a class.
fn place_and_bit(class: u32, pair: usize) -> (u8, u8) {
    let class = class as usize;
    if class / CLASSES == pair { ((class % CLASSES / 8) as u8, 1 << (class % 8)) } else { (0, 0) }
}

impl Members {
    /// Whether a row's class is a member.
    #[inline(always)]
    pub(super) fn holds(&self, place: u8, bit: u8) -> bool {
        self.table[usize::from(place & 15)] & bit != 0
    }

    /// Whether a class is a member; `first` is the first column of its feature.
    pub(super) fn has(&self, class: usize, first: usize) -> bool {
        self.column == first + 2 * (class / CLASSES) && self.table[class % CLASSES / 8] >> (class % 8) & 1 == 1
    }
}

impl Grouped {
    fn class(&self, value: f64) -> u32 {
        if value.is_nan() {
            return self.missing;
        }
        if value <= -1.0 {
            return NONE;
        }
        let category = value as u64;
        match usize::try_from(category).ok().and_then(|category| self.near.get(category)) {
            Some(class) => *class,
            None if self.far.is_empty() => NONE,
            None => self.far.get(&category).copied().unwrap_or(NONE),
        }
    }
}
