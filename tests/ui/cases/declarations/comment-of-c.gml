// a comment
pipeline show { expect 1 == 1 }
