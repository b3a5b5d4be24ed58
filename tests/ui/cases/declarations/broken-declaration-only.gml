schema Row { a: int, b }

fn one() -> int = "1"

pipeline show { expect one() == 1 }
