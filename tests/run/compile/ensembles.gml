use std.prep.{hash, impute, one_hot, scale, text_counts}
use std.learn.{boosted_trees, logistic, ridge}

schema Bought {
    id     visitor: str,
           device: category,
           city: category?,
           is_first_visit: bool,
           visits_before: int,
           days_since_last: float?,
    target added_to_cart: bool,
}

schema Kind {
    id     visitor: str,
           city: category?,
           is_first_visit: bool,
           visits_before: int,
           days_since_last: float?,
    target device: category,
}

schema Viewed {
    id     visitor: str,
           device: category,
           city: category?,
           visits_before: int,
           days_since_last: float?,
    target page_views_before: int,
}

catalog {
    bought: table[Bought]                    = parquet("data/03_primary/sessions.parquet"),
    kinds: table[Kind]                       = parquet("data/03_primary/sessions.parquet"),
    viewed: table[Viewed]                    = parquet("data/03_primary/sessions.parquet"),
    bought_by_trees: model                   = artifact("members/bought_0"),
    bought_by_words: model                   = artifact("members/bought_1"),
    bought_by_sums: model                    = artifact("members/bought_2"),
    kinds_by_trees: model                    = artifact("members/kinds_0"),
    kinds_by_sums: model                     = artifact("members/kinds_1"),
    viewed_by_trees: model                   = artifact("members/viewed_0"),
    viewed_by_sums: model                    = artifact("members/viewed_1"),
    bought_by_all: model[Bought -> Probability] = artifact("models/bought"),
    kinds_by_all: model[Kind -> Classes]     = artifact("models/kinds"),
    viewed_by_all: model[Viewed -> Value]    = artifact("models/viewed"),
    bought_scores: table { visitor: str, .. } = parquet("scores/bought.parquet"),
    kinds_scores: table { visitor: str, .. } = parquet("scores/kinds.parquet"),
    viewed_scores: table { visitor: str, .. } = parquet("scores/viewed.parquet"),
}

pipeline members {
    let sums = impute(median, [.days_since_last])
            >> one_hot([.device])
            >> hash([.city], buckets: 16)
            >> scale([.visits_before])
    save fit(boosted_trees(objective: binary, rounds: 20), train: bought) as bought_by_trees
    save fit(
        text_counts([.city], words: 40) >> boosted_trees(objective: binary, rounds: 10),
        train: bought,
    ) as bought_by_words
    save fit(sums >> logistic(), train: bought) as bought_by_sums
    save fit(boosted_trees(objective: multiclass, rounds: 10), train: kinds) as kinds_by_trees
    let of_kinds = impute(0.0, [.days_since_last])
                >> hash([.city], buckets: 8)
                >> scale([.visits_before, .days_since_last])
    save fit(of_kinds >> logistic(objective: multiclass, l2: 10.0), train: kinds) as kinds_by_sums
    save fit(boosted_trees(objective: regression, rounds: 20), train: viewed) as viewed_by_trees
    save fit(sums >> ridge(), train: viewed) as viewed_by_sums
}

pipeline scoring {
    save bought |> predict(bought_by_all) as bought_scores
    save kinds |> predict(kinds_by_all) as kinds_scores
    save viewed |> predict(viewed_by_all) as viewed_scores
}
