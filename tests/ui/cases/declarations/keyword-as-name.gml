param match: int = 1

pipeline show { expect 1 == 1 }
