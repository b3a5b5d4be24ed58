param root: str = “data”

pipeline show { expect root == "data" }
