fn main(){ for a in std::env::args().skip(1) { println!("{a}"); gml_syntax::bench(&std::fs::read_to_string(a).unwrap()); } }
