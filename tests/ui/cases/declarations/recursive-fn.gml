fn loop(x: int) -> int = loop(x - 1)

pipeline show { expect loop(1) == 1 }
