//! Numbers for values, in order of first appearance.

use std::hash::{BuildHasher, RandomState};

/// A slot in which nothing lies.
const FREE: u64 = u64::MAX;

/// Numbers for values that somebody else keeps, found by hashes of them: a table of open addressing that takes 8 to 32 bytes a
/// value.
#[derive(Debug)]
pub struct Ids {
    /// The hash and the number of a value, where it first found room behind its own place.
    slots: Vec<u64>,
    count: u32,
    /// Of how many of them a slot holds the number.
    kept: usize,
    /// Another one for each: what has many equal hashes cannot be made up.
    secret: u64,
}

impl Default for Ids {
    fn default() -> Self {
        Self { slots: Vec::new(), count: 0, kept: 0, secret: RandomState::new().hash_one(0_u8) }
    }
}

impl Ids {
    /// How many numbers are given.
    pub fn count(&self) -> usize {
        self.count as usize
    }

    /// A hash of some bytes. Numbers do not depend on it.
    #[inline]
    pub fn hash(&self, bytes: &[u8]) -> u32 {
        // Each step multiplies to 128 bits and folds them, as wyhash (Wang Yi) does.
        let fold = |one: u64, other: u64| {
            let product = u128::from(one) * u128::from(other);
            (product as u64) ^ ((product >> 64) as u64)
        };
        let step = |hash: u64, word: u64| fold(word ^ self.secret, hash ^ 0xa076_1d64_78bd_642f);
        let word = |bytes: &[u8]| {
            let mut word = [0; 8];
            word[..bytes.len()].copy_from_slice(bytes);
            u64::from_le_bytes(word)
        };
        let mut words = bytes.chunks_exact(8);
        let mut hash = bytes.len() as u64;
        for whole in &mut words {
            hash = step(hash, word(whole));
        }
        let hash = fold(step(hash, word(words.remainder())), self.secret | 1);
        (hash >> 32) as u32
    }

    /// The number of a value with this hash, and whether it was given just now. `is_it` tells whether the value with a number is
    /// the same.
    #[inline]
    pub fn number(&mut self, hash: u32, mut is_it: impl FnMut(u32) -> bool) -> (u32, bool) {
        if 2 * self.kept >= self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            let slot = self.slots[place];
            if slot == FREE {
                let number = self.add();
                self.slots[place] = u64::from(hash) << 32 | u64::from(number);
                self.kept += 1;
                return (number, true);
            }
            let number = slot as u32;
            if (slot >> 32) as u32 == hash && is_it(number) {
                return (number, false);
            }
            place = (place + 1) & mask;
        }
    }

    /// A number for something that is looked for otherwise.
    pub fn add(&mut self) -> u32 {
        self.count += 1;
        self.count - 1
    }

    fn grow(&mut self) {
        let slots = (2 * self.slots.len()).max(64);
        let before = std::mem::replace(&mut self.slots, vec![FREE; slots]);
        for slot in before.into_iter().filter(|slot| *slot != FREE) {
            let mut place = (slot >> 32) as usize & (slots - 1);
            while self.slots[place] != FREE {
                place = (place + 1) & (slots - 1);
            }
            self.slots[place] = slot;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_given_in_order_of_first_appearance() {
        let mut ids = Ids::default();
        let mut known: Vec<String> = Vec::new();
        for round in 0..3 {
            for value in 0..5_000 {
                let text = "x".repeat(value % 40) + &value.to_string();
                let hash = ids.hash(text.as_bytes());
                let (number, is_new) = ids.number(hash, |number| known[number as usize] == text);
                assert_eq!((number as usize, is_new), (value, round == 0));
                if is_new {
                    known.push(text);
                }
            }
        }
        assert_eq!(ids.count(), 5_000);
    }

    #[test]
    fn equal_hashes_are_told_apart() {
        let mut ids = Ids::default();
        let mut numbers = Vec::new();
        for value in [7, 8, 7, 9, 8, 9] {
            let known = [7, 8, 9];
            numbers.push(ids.number(1, |number| known[number as usize] == value).0);
        }
        assert_eq!(numbers, [0, 1, 0, 2, 1, 2]);
        assert_eq!(ids.add(), 3);
    }
}
