## Recommendations: candidates from many cheap strategies, one list of the best, and recommenders that learn from sequences.
## A user or an item is named by a column; where a step takes none, they are those with the role `id`.

## The `top` most frequent items, for each value of `per` apart; the most frequent first, equal ones in order of first
## appearance.
##
## ```gml run
## use std.recommend.{popular}
## catalog {
##     sales: table { id customer: str, id article: str, time day: date, price: float } = csv("sales.csv"),
## }
## pipeline offers { expect count(sales |> last(7d, by: .day) |> popular(item: .article, top: 100)) > 0 }
## ```
operator popular[R, I, P](input: table[R], item: keys[R -> I], top: int >= 1, per: keys[R -> P] = none) -> table[P | I]

## The different pairs of ids of the rows, the most recent first (by the `time` column; of equal times the later row is the more
## recent).
##
## ```gml run
## use std.recommend.{bought_before}
## catalog {
##     sales: table { id customer: str, id article: str, time day: date, price: float } = csv("sales.csv"),
## }
## pipeline offers { expect count(bought_before(sales)) > 0 }
## ```
operator bought_before[R](history: table[R & { id _: discrete, time _: temporal }]) -> table[roles[R, id]]

## Items that have the same values of `on` as an item of the history; an item is no candidate for itself. Each pair comes once: users
## and values as they first appear in the history, the items of a value in the order of `items`. Null is no value.
##
## ```gml run
## use std.recommend.{same_attribute}
## catalog {
##     sales: table { id customer: str, id article: str, time day: date } = csv("sales.csv"),
##     articles: table { id article: str, colour: category } = csv("articles.csv"),
## }
## pipeline offers { expect count(same_attribute(sales, items: articles, item: .article, on: [.colour])) > 0 }
## ```
operator same_attribute[R, S, I, K](
    history: table[R & { id _: discrete }],
    items: table[S],
    item: keys[R & S -> I],
    on: keys[S -> K],
) -> table[(roles[R, id] - I) | I]

## For the item of each row the `k` items whose vectors lie nearest, the nearest first; an item is no candidate for itself.
## `within` has one feature that is a vector. Up to 100,000 vectors are all looked at; among more, an index finds nearly all
## of the nearest (HNSW, Malkov and Yashunin 2018).
##
## ```gml run
## use std.recommend.{nearest}
## catalog {
##     sales: table { id customer: str, id article: str, time day: date } = csv("sales.csv"),
##     vectors: table { id article: str, vector: vector[32] } = parquet("vectors.parquet"),
## }
## pipeline offers { expect count(nearest(sales, within: vectors, item: .article, k: 5)) > 0 }
## ```
operator nearest[R, W, I](
    input: table[R & { id _: discrete }],
    within: table[W & { _: vector }],
    item: keys[R & W -> I],
    k: int >= 1,
    distance: enum["cosine", "euclidean", "dot"] = cosine,
) -> table[(roles[R, id] - I) | I]

## The candidates of several strategies together, each pair of user and item once: users as they first appear, the items of each in
## the order of the strategies. For each strategy `name_rank` says the place that it gave the item for this user, from 1 in the order
## of its rows; null where it did not have it. The user gets the role `group`, the item `id`.
##
## ```gml run
## use std.recommend.{candidates, popular, bought_before}
## catalog {
##     sales: table { id customer: str, id article: str, time day: date } = csv("sales.csv"),
##     customers: table { id customer: str, age: int } = csv("customers.csv"),
## }
## pipeline offers {
##     let found = candidates(user: .customer, item: .article) {
##         bestseller = sales |> popular(item: .article, top: 12) |> for_everyone(customers, user: .customer),
##         again      = bought_before(sales),
##     }
##     expect count(found |> filter(.again_rank is null)) > 0
## }
## ```
operator candidates[R, U, I, S](
    user: keys[R -> U],
    item: keys[R -> I],
    strategies: tables[R -> S],
) -> table[roled[U, group] | roled[I, id] | suffixed[S, "_rank", int?]]

## Leave out rows whose target is false, at random, until `n` of them are left in all; `per` draws `n` for each of its values.
## Rows keep their order.
##
## ```gml run
## use std.recommend.{sample_negatives}
## catalog { pairs: table { id customer: str, id article: str, price: float, target bought: bool } = csv("pairs.csv") }
## pipeline offers { expect count(pairs |> sample_negatives(10, per: [.customer], seed: 1)) > 0 }
## ```
operator sample_negatives[R, P](
    input: table[R & { target _: bool }],
    n: int >= 0,
    per: keys[R -> P] = none,
    seed: int,
) -> table[R]

## For each user the `k` items with the largest `by`, as a list, the best first; equal ones in the order of the rows. Users that have
## fewer get items of `fill`, in its order; those of `users` that have none get only these. Users of `users` come first, in their
## order.
##
## ```gml run
## use std.recommend.{popular, top_k}
## catalog {
##     sales: table { id customer: str, id article: str, time day: date } = csv("sales.csv"),
##     customers: table { id customer: str, age: int } = csv("customers.csv"),
##     scored: table { id customer: str, id article: str, score: float } = csv("scored.csv"),
##     offers: table { id customer: str, article: list[str] } = parquet("offers.parquet"),
## }
## pipeline offering {
##     save scored
##         |> top_k(12, user: .customer, item: .article, by: .score, users: customers, fill: sales |> popular(item: .article, top: 12))
##         as offers
## }
## ```
operator top_k[R, U, I, T: ordered, C, F](
    input: table[R],
    k: int >= 1,
    user: keys[R -> U],
    item: keys[R -> I],
    by: row[R] -> T,
    users: table[C & U]? = null,
    fill: table[F & I]? = null,
) -> table[U | listed[I]]

## Recommends what is most frequent in all sequences, or within `recent` of their end.
##
## ```gml run
## use std.graph.{sequences}
## use std.recommend.{popularity}
## use std.metrics.{hit_rate}
## catalog { clicks: table { group session: int, id item: str, time at: timestamp } = csv("clicks.csv") }
## pipeline training {
##     let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(test: last(7d))
##     track evaluate(fit(popularity(), train: data.train), on: [data.test], metrics: [hit_rate(20)])
## }
## ```
operator popularity[I](recent: duration? > 0s = null) -> estimator[sequences[I] -> recommender[I]]

## Recommends what is most frequent in the sequence at hand, then what is most frequent in all.
##
## ```gml run
## use std.graph.{sequences}
## use std.recommend.{session_popularity}
## use std.metrics.{hit_rate}
## catalog { clicks: table { group session: int, id item: str, time at: timestamp } = csv("clicks.csv") }
## pipeline training {
##     let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(test: last(7d))
##     track evaluate(fit(session_popularity(), train: data.train), on: [data.test], metrics: [hit_rate(20)])
## }
## ```
operator session_popularity[I]() -> estimator[sequences[I] -> recommender[I]]

## Recommends the items that stand in the same sequences as those at hand most often: the cosine of the sequences that two
## items are in, over the `neighbours` nearest of each; items count less by `decay` for each step back in the sequence, and
## sequences by `half_life` for their age.
##
## ```gml run
## use std.graph.{sequences}
## use std.recommend.{item_knn}
## use std.metrics.{hit_rate}
## catalog { clicks: table { group session: int, id item: str, time at: timestamp } = csv("clicks.csv") }
## pipeline training {
##     let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(test: last(7d))
##     track evaluate(fit(item_knn(), train: data.train), on: [data.test], metrics: [hit_rate(20)])
## }
## ```
operator item_knn[I](
    neighbours: int >= 1 = 100,
    decay: float in 0.0..1.0 = 1.0,
    half_life: duration? > 0s = null,
) -> estimator[sequences[I] -> recommender[I]]

## Recommends by factors of sequences and items whose products come near to what was there (implicit alternating least
## squares, Hu, Koren and Volinsky 2008). An item that was there `n` times counts `1 + confidence * n` times as much as one that
## was not. It is an error where there are too few different sequences to tell the factors apart.
##
## ```gml run
## use std.graph.{sequences}
## use std.recommend.{als}
## use std.metrics.{hit_rate}
## catalog { clicks: table { group session: int, id item: str, time at: timestamp } = csv("clicks.csv") }
## pipeline training {
##     let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(test: last(7d))
##     track evaluate(fit(als(seed: 1), train: data.train), on: [data.test], metrics: [hit_rate(20)])
## }
## ```
operator als[I](
    factors: int in 1..4096 = 64,
    iterations: int >= 1 = 15,
    l2: float >= 0 = 0.01,
    confidence: float in 0.0..1_000_000.0 = 40.0,
    seed: int = 0,
) -> estimator[sequences[I] -> recommender[I]]

## The `k` best next items of each sequence, the best first, with their scores (those of `als` and of networks are computed with
## 32 bits). Items of the sequence itself are left out with
## `exclude: seen`. Items that the recommender does not know are passed over; where none is left, the most frequent ones are
## recommended. Networks score on an NVIDIA GPU with `device: cuda`, for which `gmlc setup onnxruntime --cuda` fetches what it needs.
##
## ```gml run
## use std.graph.{sequences}
## use std.recommend.{item_knn, recommend}
## catalog {
##     clicks: table { group session: int, id item: str, time at: timestamp } = csv("clicks.csv"),
##     next: table { group session: int, items: list[str], scores: list[float] } = parquet("next.parquet"),
## }
## pipeline serving {
##     let visits = clicks |> sequences(session: .session, item: .item, time: .at)
##     save visits |> recommend(fit(item_knn(), train: visits), k: 20, exclude: seen) as next
## }
## ```
operator recommend[K, I](
    input: sequences[K, I],
    model: recommender[I],
    k: int >= 1,
    exclude: enum["nothing", "seen"] = nothing,
    device: enum["cpu", "cuda"] = cpu,
) -> table[K | { items: list[I], scores: list[float] }]
