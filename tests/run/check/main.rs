//! `gmlc check`: which programs it is about, what it says in which form, what it mends, and what it sees in files.

mod data;
mod fix;
mod formats;
mod hooks;
mod levels;
mod paths;
mod watch;

/// A program with a misspelt column and a `let` that nothing uses.
const WRONG: &str = "schema Row { id name: str, n: int }\n\
                     catalog {\n    input: table[Row] = csv(\"in.csv\"),\n    output: table[Row] = csv(\"out.csv\"),\n}\n\
                     pipeline main {\n    let z = 1\n    save input |> filter(.nn > 1) as output\n}\n";
