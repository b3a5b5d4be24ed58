fn half(x: int) -> int = x / 2

pipeline show { expect half(2) == 1 }
