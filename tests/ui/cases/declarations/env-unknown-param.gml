param root: str = "data"

env cloud { rot = "x" }

pipeline show { expect root == "x" }
