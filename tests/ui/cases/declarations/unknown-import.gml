use std.prep.{imputer}

pipeline show { expect 1 == 1 }
