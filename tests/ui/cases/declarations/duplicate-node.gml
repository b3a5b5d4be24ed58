fn one() -> int = 1
fn one() -> int = 2

pipeline show { expect one() == 1 }
