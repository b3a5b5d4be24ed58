//! The laws, for programs made at random and for those of the repository with noise in them.

use gml_syntax::format::format;
use proptest::prelude::*;

use crate::laws::{FILE, formatted, is_program};
use crate::noise::with_noise;
use crate::random::Random;
use crate::repository::{design, programs_in, root};

/// Programs and parts of programs that hold every form of the language.
fn sources() -> Vec<String> {
    let paths = programs_in(&root()).into_iter().chain(design());
    let texts = paths.map(|path| std::fs::read_to_string(path).unwrap()).filter(|text| is_program(text));
    let mut texts: Vec<String> = texts.collect();
    // Half of the cases of the checker begin with the same declarations.
    texts.dedup_by_key(|text| text.chars().rev().take(200).collect::<String>());
    texts
}

#[test]
fn programs_with_noise_keep_the_laws() {
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed >> 33).unwrap() % below
    };
    let mut held = 0;
    for text in sources() {
        for rare in [2, 12] {
            let noisy = with_noise(&text, |below| if random(rare) == 0 { random(below) } else { below - 1 });
            if is_program(&noisy) {
                formatted(&noisy);
                held += 1;
            }
        }
    }
    assert!(held > 150, "{held} programs were left whole");
}

#[test]
fn what_is_written_on_one_line_keeps_the_laws() {
    for text in sources() {
        let line: Vec<&str> = text.lines().map(|line| line.trim()).filter(|line| !line.starts_with('#')).collect();
        let line = line.join(" ");
        if is_program(&line) {
            formatted(&line);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 2000, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn random_programs_keep_the_laws(numbers in prop::collection::vec(any::<u32>(), 0..400), noise in prop::collection::vec(any::<u32>(), 0..400)) {
        let text = Random::new(numbers).program();
        // What is put together at random is not always a program.
        prop_assume!(is_program(&text));
        formatted(&text);
        let mut noise = noise.into_iter();
        let noisy = with_noise(&text, |below| noise.next().map_or(below - 1, |number| number as usize % below));
        if is_program(&noisy) {
            formatted(&noisy);
        }
    }

    #[test]
    fn any_text_is_formatted_or_refused(text in "[a-z0-9(){}\\[\\],.:=|>#\" \\n%@+-]{0,120}") {
        if format(FILE, &text).is_ok() {
            formatted(&text);
        }
    }
}
