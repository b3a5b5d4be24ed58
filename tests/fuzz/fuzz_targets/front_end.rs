//! Everything that `gmlc check` and the planning of a run do with a text.
#![no_main]

use gml_fuzz::{holds, mutate};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        holds(text);
    }
});

// Three of four inputs are changed word by word, so that most of them get past the grammar; the rest bytewise.
fuzz_mutator!(|bytes: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let words = std::str::from_utf8(&bytes[..size]).ok().filter(|_| seed % 4 != 0);
    match words.and_then(|text| mutate(text, u64::from(seed), max_size)) {
        Some(text) => {
            bytes[..text.len()].copy_from_slice(text.as_bytes());
            text.len()
        }
        None => fuzzer_mutate(bytes, size, max_size),
    }
});
