schema Row { a: int,

fn one() -> int = 1

pipeline show { expect one() == 1 }
