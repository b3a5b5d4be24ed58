use std.prepare.{impute}

pipeline show { expect 1 == 1 }
