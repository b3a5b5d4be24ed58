use std.metrics.{auc}
use std.prep.{impute}

schema Row { a: float? }

catalog { rows: table[Row] = csv("rows.csv") }

pipeline show { expect count(rows |> apply(fit(impute(mean, [.a]), train: rows))) > 0 }
