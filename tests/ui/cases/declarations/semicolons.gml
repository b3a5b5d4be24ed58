param a: int = 1;
param b: int = 2;

pipeline show { expect a == b }
