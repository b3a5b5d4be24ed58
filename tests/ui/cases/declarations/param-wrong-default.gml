param seed: int = "42"

pipeline show { expect seed == 1 }
