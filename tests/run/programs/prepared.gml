use std.learn.{elastic_net, logistic, ridge}
use std.prep.{
    binary, bucketize, clip, date_parts, hash, impute, log, one_hot, ordinal, quantile_bin, scale, target_encode,
    text_counts,
}

param shared: str = "."

## People of the census.
schema Person {
    age: int,
    workclass: category?,
    fnlwgt: int,
    education: category,
    education_num: int,
    occupation: category?,
    relationship: category,
    capital_gain: int,
    capital_loss: int,
    hours_per_week: int,
    native_country: category?,
    income: category,
}

catalog {
    people: table[Person]                   = parquet(f"{shared}/adult_income/adult_train.parquet"),
    others: table[Person]                   = parquet(f"{shared}/adult_income/adult_test.parquet"),
    messages: table { text: str }           = parquet(f"{shared}/text_sms_spam/sms_spam.parquet"),
    sales: table { InvoiceDate: timestamp } = parquet(f"{shared}/online_retail/online_retail.parquet"),
    one_hot_columns: table { .. }           = parquet("out/one_hot.parquet"),
    ordinal_columns: table { .. }           = parquet("out/ordinal.parquet"),
    standard_columns: table { .. }          = parquet("out/standard.parquet"),
    minmax_columns: table { .. }            = parquet("out/minmax.parquet"),
    robust_columns: table { .. }            = parquet("out/robust.parquet"),
    imputed_columns: table { .. }           = parquet("out/impute.parquet"),
    target_columns: table { .. }            = parquet("out/target_encode.parquet"),
    binary_columns: table { .. }            = parquet("out/binary.parquet"),
    hash_columns: table { .. }              = parquet("out/hash.parquet"),
    bucket_columns: table { .. }            = parquet("out/bucketize.parquet"),
    quantile_columns: table { .. }          = parquet("out/quantile_bin.parquet"),
    log_columns: table { .. }               = parquet("out/log.parquet"),
    clip_columns: table { .. }              = parquet("out/clip.parquet"),
    date_columns: table { .. }              = parquet("out/date_parts.parquet"),
    word_columns: table { .. }              = parquet("out/text_counts.parquet"),
    logistic_scores: table { .. }           = parquet("out/logistic.parquet"),
    ridge_values: table { .. }              = parquet("out/ridge.parquet"),
    net_values: table { .. }                = parquet("out/elastic_net.parquet"),
    lasso_values: table { .. }              = parquet("out/lasso.parquet"),
}

pipeline steps {
    save others |> apply(fit(one_hot([.education, .relationship]), train: people)) as one_hot_columns
    save others |> apply(fit(ordinal([.education, .native_country]), train: people)) as ordinal_columns
    save others |> apply(fit(scale([.age, .fnlwgt]), train: people)) as standard_columns
    save others |> apply(fit(scale([.age, .fnlwgt], how: minmax), train: people)) as minmax_columns
    save others |> apply(fit(scale([.age, .fnlwgt], how: robust), train: people)) as robust_columns
    save others |> apply(fit(impute(most_frequent, [.workclass, .occupation]), train: people)) as imputed_columns
    save others |> apply(fit(binary([.native_country]), train: people)) as binary_columns
    save others |> apply(fit(hash([.occupation], buckets: 32), train: people)) as hash_columns
    save others |> apply(fit(bucketize([.age], bounds: [18.0, 30.0, 50.0]), train: people)) as bucket_columns
    save others |> apply(fit(quantile_bin([.age, .hours_per_week, .fnlwgt], n: 7), train: people)) as quantile_columns
    save others |> apply(fit(log([.capital_gain]), train: people)) as log_columns
    save others |> apply(fit(clip([.fnlwgt, .age], low: 5%, high: 95%), train: people)) as clip_columns
    save messages |> apply(fit(text_counts([.text], words: 500, min_rows: 3), train: messages)) as word_columns
    let dated = sales |> derive { at = .InvoiceDate }
    save dated |> apply(fit(date_parts([.at]), train: dated)) as date_columns
}

schema Labelled { education: category, occupation: category?, target rich: bool }

schema Numbers {
           age: int,
           fnlwgt: int,
           education_num: int,
           capital_gain: int,
           capital_loss: int,
           hours_per_week: int,
    target rich: bool,
}

schema Hours {
           age: int,
           fnlwgt: int,
           education_num: int,
           capital_gain: int,
           capital_loss: int,
    target hours_per_week: int,
}

node labelled(people: table[Person]) -> table[Labelled] {
    people |> select { education = .education, occupation = .occupation, rich = .income == ">50K" } |> conform(Labelled)
}

node numbers(people: table[Person]) -> table[Numbers] {
    people |> derive { rich = .income == ">50K" } |> conform(Numbers)
}

pipeline learners {
    let means = fit(target_encode([.education, .occupation], smoothing: 20.0, seed: 1), train: labelled(people))
    save labelled(others) |> apply(means) as target_columns
    save numbers(others) |> predict(fit(logistic(l2: 0.5, tolerance: 1e-9), train: numbers(people))) as logistic_scores
    let worked = people |> conform(Hours)
    let others_worked = others |> conform(Hours)
    save others_worked |> predict(fit(ridge(l2: 10.0), train: worked)) as ridge_values
    let net = elastic_net(penalty: 0.5, share: 0.5, tolerance: 1e-12)
    save others_worked |> predict(fit(net, train: worked)) as net_values
    let lasso = elastic_net(penalty: 0.3, share: 1.0, tolerance: 1e-12)
    save others_worked |> predict(fit(lasso, train: worked)) as lasso_values
}
