//! x
pub mod ast;
mod grammar;
use pest::Parser;
/// x
pub fn bench(text: &str) {
    use grammar::{Grammar, Rule};
    match Grammar::parse(Rule::module, text) {
        Ok(p) => println!("{} pairs", p.flatten().count()),
        Err(e) => println!("{e}"),
    }
    for _ in 0..5 {
    let t = std::time::Instant::now();
    let r = Grammar::parse(Rule::module, text);
    let e = t.elapsed();
    println!("{} {:?} {:.1} MB/s", r.is_ok(), e, text.len() as f64 / e.as_secs_f64() / 1e6);
    }
}
