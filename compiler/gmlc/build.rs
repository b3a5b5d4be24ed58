//! How the command is linked.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |what: &str| std::env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    // A program that can be loaded anywhere is relocated as it starts; of one as large as this, that takes longer than a
    // check. Where it is loaded at one place, nothing has to be done.
    if target("OS") == "linux" && target("ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
