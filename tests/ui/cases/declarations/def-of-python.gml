def one():
    return 1

pipeline show { expect 1 == 1 }
