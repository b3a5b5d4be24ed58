param limit: int = 1

env cloud { limit = "x" }

pipeline show { expect limit == 1 }
