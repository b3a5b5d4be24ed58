## Sequences of items, and models of what comes next. All of them learn from sequences with `fit` and are used with
## `recommend`; with `stop_after` they stop when that many epochs bring nothing better on `valid`. What they have learned is
## stored as ONNX.

## The items of each session in the order of `time` (equal times: in the order of the rows). Items that are in fewer than
## `min_support` rows are left out first, then sessions with fewer than `min_length` items. `repeats: collapse` makes one of
## the same item several times in a row.
##
## ```gml run
## use std.graph.{sequences}
## use std.recommend.{popularity, recommend}
## catalog { clicks: table { group session: int, id item: str, time at: timestamp } = csv("clicks.csv") }
## pipeline serving {
##     let visits = clicks |> sequences(session: .session, item: .item, time: .at, min_length: 2, min_support: 5)
##     expect count(visits |> recommend(fit(popularity(), train: visits), k: 20)) > 0
## }
## ```
operator sequences[R, K, I: discrete, T: temporal](
    input: table[R],
    session: keys[R -> K],
    item: row[R] -> I,
    time: row[R] -> T,
    min_length: int >= 0 = 1,
    min_support: int >= 0 = 1,
    repeats: enum["keep", "collapse"] = keep,
) -> sequences[K, I]

## A graph of each session, its items as nodes: gated graph steps, attention over the items with the last one as the question,
## and a softmax over all items (SR-GNN, Wu et al. 2019).
##
## ```gml run
## use std.graph.{sequences, sr_gnn}
## use std.metrics.{hit_rate, mrr}
## catalog { clicks: table { group session: int, id item: str, time at: timestamp } = csv("clicks.csv") }
## pipeline training {
##     let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(test: last(7d), valid: last(7d))
##     let model = fit(sr_gnn(dimension: 100, epochs: 10, seed: 1), train: data.train, valid: data.valid)
##     track evaluate(model, on: [data.test], metrics: [hit_rate(20), mrr(20)])
## }
## ```
operator sr_gnn[I](
    dimension: int in 1..4096 = 100,
    steps: int in 1..64 = 1,
    epochs: int >= 1 = 10,
    batch: int >= 1 = 100,
    learning_rate: float > 0 = 0.001,
    l2: float >= 0 = 1e-5,
    stop_after: int? >= 1 = null,
    device: enum["auto", "cpu", "cuda"] = auto,
    seed: int = 0,
) -> estimator[sequences[I] -> recommender[I]]

## One graph of all users and items in the order of time, of which each sequence sees its neighbourhood: the `neighbours` most
## recent ones of a node, over `hops` (DGSR, Zhang et al. 2022).
##
## ```gml run
## use std.graph.{sequences, dgsr}
## use std.metrics.{hit_rate, mrr}
## catalog { clicks: table { group session: int, id item: str, time at: timestamp } = csv("clicks.csv") }
## pipeline training {
##     let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(test: last(7d), valid: last(7d))
##     let model = fit(dgsr(dimension: 50, hops: 2, seed: 1), train: data.train, valid: data.valid)
##     track evaluate(model, on: [data.test], metrics: [hit_rate(20), mrr(20)])
## }
## ```
operator dgsr[I](
    dimension: int in 1..4096 = 50,
    hops: int in 1..64 = 2,
    neighbours: int >= 1 = 50,
    epochs: int >= 1 = 10,
    batch: int >= 1 = 100,
    learning_rate: float > 0 = 0.001,
    l2: float >= 0 = 1e-5,
    stop_after: int? >= 1 = null,
    device: enum["auto", "cpu", "cuda"] = auto,
    seed: int = 0,
) -> estimator[sequences[I] -> recommender[I]]

## A recurrent network over the items of a session (GRU4Rec, Hidasi et al. 2016).
##
## ```gml run
## use std.graph.{sequences, gru4rec}
## use std.metrics.{hit_rate, mrr}
## catalog { clicks: table { group session: int, id item: str, time at: timestamp } = csv("clicks.csv") }
## pipeline training {
##     let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(test: last(7d), valid: last(7d))
##     let model = fit(gru4rec(dimension: 100, seed: 1), train: data.train, valid: data.valid)
##     track evaluate(model, on: [data.test], metrics: [hit_rate(20), mrr(20)])
## }
## ```
operator gru4rec[I](
    dimension: int in 1..4096 = 100,
    layers: int in 1..64 = 1,
    dropout: float in 0.0..<1.0 = 0.2,
    epochs: int >= 1 = 10,
    batch: int >= 1 = 100,
    learning_rate: float > 0 = 0.001,
    l2: float >= 0 = 1e-5,
    stop_after: int? >= 1 = null,
    device: enum["auto", "cpu", "cuda"] = auto,
    seed: int = 0,
) -> estimator[sequences[I] -> recommender[I]]

## Attention of each item over those before it (SASRec, Kang and McAuley 2018).
##
## ```gml run
## use std.graph.{sequences, sasrec}
## use std.metrics.{hit_rate, mrr}
## catalog { clicks: table { group session: int, id item: str, time at: timestamp } = csv("clicks.csv") }
## pipeline training {
##     let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(test: last(7d), valid: last(7d))
##     let model = fit(sasrec(dimension: 50, heads: 1, seed: 1), train: data.train, valid: data.valid)
##     track evaluate(model, on: [data.test], metrics: [hit_rate(20), mrr(20)])
## }
## ```
operator sasrec[I](
    dimension: int in 1..4096 = 50,
    heads: int in 1..4096 = 1,
    layers: int in 1..64 = 2,
    length: int in 1..65_536 = 50,
    dropout: float in 0.0..<1.0 = 0.2,
    epochs: int >= 1 = 10,
    batch: int >= 1 = 100,
    learning_rate: float > 0 = 0.001,
    l2: float >= 0 = 1e-5,
    stop_after: int? >= 1 = null,
    device: enum["auto", "cpu", "cuda"] = auto,
    seed: int = 0,
) -> estimator[sequences[I] -> recommender[I]]
