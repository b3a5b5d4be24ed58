param a: int = b
param b: int = a

pipeline show { expect a == b }
