//! The laws, for programs made at random and for those of the repository with noise in them.

use gml_syntax::format::format;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use crate::chance::{Chance, rounds};
use crate::comments::with_comments;
use crate::laws::{FILE, formatted, is_program};
use crate::noise::with_noise;
use crate::random::Random;
use crate::repository::{design, programs_in, root};

/// Programs and parts of programs that hold every form of the language, by their paths.
pub fn sources() -> Vec<(String, String)> {
    let own = programs_in(&root()).into_iter().map(|path| (path.strip_prefix(root()).unwrap().to_owned(), path));
    let designed = design().into_iter().map(|path| (path.file_name().unwrap().into(), path));
    let texts = own
        .chain(designed)
        .map(|(name, path)| (name.to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap()));
    let mut texts: Vec<(String, String)> = texts.filter(|(_, text)| is_program(text)).collect();
    // Half of the cases of the checker begin with the same declarations.
    texts.dedup_by_key(|(_, text)| text.chars().rev().take(200).collect::<String>());
    texts
}

#[test]
fn programs_with_noise_keep_the_laws() {
    let mut held = 0;
    for (name, text) in sources() {
        for round in rounds(2) {
            let mut chance = Chance::of(&name, round);
            let rare = if round % 2 == 0 { 2 } else { 12 };
            let noisy =
                with_noise(&text, |below| if chance.below(rare) == 0 { chance.below(below) } else { below - 1 });
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
    for (_, text) in sources() {
        let line: Vec<&str> = text.lines().map(|line| line.trim()).filter(|line| !line.starts_with('#')).collect();
        let line = line.join(" ");
        if is_program(&line) {
            formatted(&line);
        }
    }
}

/// Other programs in every run; what failed once is kept and tried first.
fn config() -> ProptestConfig {
    ProptestConfig {
        max_shrink_iters: 2000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/format/regressions.txt"))),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn random_programs_keep_the_laws(numbers in prop::collection::vec(any::<u32>(), 0..400)) {
        let text = Random::new(numbers).program();
        prop_assert!(is_program(&text), "what is put together at random is no program:\n{text}");
        formatted(&text);
    }

    #[test]
    fn random_programs_with_noise_keep_the_laws(
        numbers in prop::collection::vec(any::<u32>(), 0..400),
        noise in prop::collection::vec(any::<u32>(), 0..400),
    ) {
        let text = Random::new(numbers).program();
        let mut noise = noise.into_iter();
        let noisy = with_noise(&text, |below| noise.next().map_or(below - 1, |number| number as usize % below));
        if is_program(&noisy) {
            formatted(&noisy);
        }
    }

    #[test]
    fn random_programs_with_comments_keep_the_laws(
        numbers in prop::collection::vec(any::<u32>(), 0..200),
        one_in in 2_usize..30,
        round in any::<u64>(),
    ) {
        let text = Random::new(numbers).program();
        formatted(&with_comments(&text, one_in, &mut Chance::of("a random program", round)));
    }

    #[test]
    fn any_text_is_formatted_or_refused(text in "[a-z0-9(){}\\[\\],.:=|>#\" \\n%@+-]{0,120}") {
        if format(FILE, &text).is_ok() {
            formatted(&text);
        }
    }
}
