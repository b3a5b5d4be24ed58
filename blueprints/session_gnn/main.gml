## What will this visitor look at next? Recommenders that learn from sessions, held against each other, served and handed in.
use std.graph.{dgsr, gru4rec, sasrec, sequences, sr_gnn}
use std.metrics.{coverage, hit_rate, mrr, ndcg}
use std.recommend.{als, item_knn, popularity, recommend, session_popularity}
use std.report.{report}

param root: str = "data"
param seed: int = 42
## Where clicks come from: each has its form, and an env of its name says where it lies.
param source: enum["ga4", "diginetica", "otto", "amazon"] = "ga4"
## Sessions of the last days are there to judge by, those of the days before to stop learning by.
param test_days: duration = 3d
param valid_days: duration = 3d
## Items in fewer clicks than this are left out.
param min_support: int = 5
## How large networks are and how they learn. What ships has few clicks: small ones learn from them in many quick steps.
param dimension: int = 48
param epochs: int = 20
param batch: int = 50
## That of sr_gnn falls to a tenth every three epochs, so it begins higher.
param learning_rate: float = 0.005
param steady_rate: float = 0.003
## Networks stop after so many epochs that were no better on the days to stop by.
param patience: int = 4

## One look at one item.
schema Click {
    group session: str,
    id    item: str,
    time  at: timestamp,
}

schema NextItems {
    id session: str,
       items: list[str],
       scores: list[float],
}

## The form in which Kaggle wanted the answers of OTTO: the items behind each other, with blanks between them.
schema Answer {
    id session_type: str,
       labels: str,
}

## The GA4 export, as BigQuery writes it: one row an event. Only what is used is named.
schema Event {
    time event_timestamp: timestamp parsed us,
         event_name: str,
         user_pseudo_id: str,
         event_params: list[struct { key: str, value: struct { string_value: str?, int_value: int? } }],
}

schema Product { id item_name: str }

## The log of CIKM Cup 2016, `train-item-views.csv`: milliseconds within the session, and the day.
schema DigineticaView {
    group session: int named "session_id",
    id    item: int named "item_id",
          milliseconds: int named "timeframe",
          day: date named "eventdate",
}

## The log of OTTO (Kaggle 2022): one line a session.
schema OttoSession {
    group session: int,
          events: list[struct { aid: int, ts: int, type: enum["clicks", "carts", "orders"] }],
}

## Purchases of a customer in their order, without times, as they are used in the literature.
schema AmazonPurchase {
    group user_id: int32,
    id    item_id: int32,
          pos: int16,
}

catalog {
    events: table[Event]              = parquet(f"{root}/01_raw/events*.parquet"),
    products: table[Product]          = parquet(f"{root}/01_raw/products.parquet"),
    diginetica: table[DigineticaView] = csv(f"{root}/01_raw/train-item-views.csv", delimiter: ";"),
    otto: table[OttoSession]          = jsonl(f"{root}/01_raw/train.jsonl"),
    amazon: table[AmazonPurchase]     = parquet(f"{root}/01_raw/interactions.parquet"),

    clicks: table[Click]              = parquet(f"{root}/03_primary/clicks.parquet"),
    next_item: recommender[str]       = artifact(f"{root}/06_models/next_item", versioned: true),
    recommendations: table[NextItems] = parquet(f"{root}/07_model_output/recommendations.parquet"),
    answers: table[Answer]            = csv(f"{root}/07_model_output/submission.csv"),
}

## Visits to the pages of products: the title of such a page is the name of the product.
node from_ga4(events: table[Event], products: table[Product]) -> table[Click] {
    events
        |> filter(.event_name == "page_view")
        |> derive {
            number = .event_params.find(.key == "ga_session_id")?.value.int_value,
            title  = .event_params.find(.key == "page_title")?.value.string_value,
        }
        |> filter(.number is not null and .title is not null)
        |> join(products |> rename { title = .item_name }, on: [.title], how: semi)
        |> select {
            session = f"{.user_pseudo_id}-{.number}",
            item    = .title,
            at      = .event_timestamp,
        }
}

node from_diginetica(views: table[DigineticaView]) -> table[Click] {
    views
        |> select {
            session = to_text(.session),
            item    = to_text(.item),
            at      = .day.to_moment() + 1ms * .milliseconds,
        }
}

node from_otto(sessions: table[OttoSession]) -> table[Click] {
    sessions
        |> explode([.events])
        |> filter(.events.type == "clicks")
        |> select {
            session = to_text(.session),
            item    = to_text(.events.aid),
            at      = @1970-01-01T00:00:00Z + 1ms * .events.ts,
        }
}

## There are no times: the place in the order stands for the day.
node from_amazon(purchases: table[AmazonPurchase]) -> table[Click] {
    purchases
        |> select {
            session = to_text(.user_id),
            item    = to_text(.item_id),
            at      = @2000-01-01T00:00:00Z + 1d * .pos,
        }
}

pipeline prepare {
    save match source {
        "ga4" => from_ga4(events, products),
        "diginetica" => from_diginetica(diginetica),
        "otto" => from_otto(otto),
        "amazon" => from_amazon(amazon),
    } as clicks
}

## Sessions with something to be found: items that are rare everywhere, and reloads of a page, say nothing.
node visits(clicks: table[Click], min_support: int) -> sequences[str] {
    clicks
        |> sequences(
            session: .session,
            item: .item,
            time: .at,
            min_length: 2,
            min_support: min_support,
            repeats: collapse,
        )
}

## What there is to learn from and to judge by: the last days, or, where there are no times, the last item of each session.
node parts(clicks: table[Click], min_support: int, valid_days: duration, test_days: duration, by_time: bool) -> {
    train: sequences[str] in train, valid: sequences[str] in valid, test: sequences[str] in test,
} {
    let sessions = visits(clicks, min_support)
    if by_time then sessions |> split_time(valid: last(valid_days), test: last(test_days))
        else sessions |> split_leave_last()
}

## The network that is served: a graph of each session.
pipeline training {
    let data = parts(clicks, min_support, valid_days, test_days, source != "amazon")
    let network = sr_gnn(
        dimension: dimension,
        epochs: epochs,
        batch: batch,
        learning_rate: learning_rate,
        stop_after: patience,
        seed: seed,
    )
    let model = fit(network, train: data.train, valid: data.valid)
    track evaluate(model, on: [data.test], metrics: [hit_rate(20), mrr(20), ndcg(10)])
    save model as next_item
}

## All rivals in one table and one figure: what a counter can do, what neighbours can, what factors can, and what networks can.
pipeline evaluation {
    let data = parts(clicks, min_support, valid_days, test_days, source != "amazon")
    let judged = [hit_rate(20), mrr(20), ndcg(10), coverage(20)]
    track report(title: "Which item comes next?") {
        popularity         = evaluate(fit(popularity(), train: data.train), on: [data.test], metrics: judged),
        session_popularity = evaluate(fit(session_popularity(), train: data.train), on: [data.test], metrics: judged),
        item_knn           = evaluate(fit(item_knn(decay: 0.5), train: data.train), on: [data.test], metrics: judged),
        als                = evaluate(
            fit(als(factors: 32, iterations: 10, seed: seed), train: data.train),
            on: [data.test],
            metrics: judged,
        ),
        gru4rec            = evaluate(
            fit(
                gru4rec(
                    dimension: dimension,
                    epochs: epochs,
                    batch: batch,
                    learning_rate: steady_rate,
                    stop_after: patience,
                    seed: seed,
                ),
                train: data.train,
                valid: data.valid,
            ),
            on: [data.test],
            metrics: judged,
        ),
        sasrec             = evaluate(
            fit(
                sasrec(
                    dimension: dimension,
                    epochs: epochs,
                    batch: batch,
                    learning_rate: steady_rate,
                    stop_after: patience,
                    seed: seed,
                ),
                train: data.train,
                valid: data.valid,
            ),
            on: [data.test],
            metrics: judged,
        ),
        sr_gnn             = evaluate(
            fit(
                sr_gnn(
                    dimension: dimension,
                    epochs: epochs,
                    batch: batch,
                    learning_rate: learning_rate,
                    stop_after: patience,
                    seed: seed,
                ),
                train: data.train,
                valid: data.valid,
            ),
            on: [data.test],
            metrics: judged,
        ),
        dgsr               = evaluate(
            fit(
                dgsr(
                    dimension: dimension,
                    neighbours: 20,
                    epochs: epochs,
                    batch: batch,
                    # It sees far more of the clicks in each step than the others do, and takes smaller ones.
                    learning_rate: 0.001,
                    stop_after: patience,
                    seed: seed,
                ),
                train: data.train,
                valid: data.valid,
            ),
            on: [data.test],
            metrics: judged,
        ),
    }
}

## What comes next in every session, the short ones too.
pipeline serving {
    let open = clicks |> sequences(session: .session, item: .item, time: .at, repeats: collapse)
    save open |> recommend(next_item, k: 20) as recommendations
}

## A line for each session and what it may do next.
node answers_for(recommendations: table[NextItems], kind: str) -> table[Answer] {
    recommendations |> select { session_type = f"{.session}_{kind}", labels = concat_items(.items, " ") }
}

## Kaggle wanted clicks, carts and orders of every session. Clicks are all that is learned from: the same items answer for all three.
pipeline submission {
    save union([
        answers_for(recommendations, "clicks"),
        answers_for(recommendations, "carts"),
        answers_for(recommendations, "orders"),
    ]) as answers
}

## Sizes and rates of the literature.
env diginetica {
    root = "diginetica",
    source = "diginetica",
    test_days = 7d,
    valid_days = 7d,
    dimension = 100,
    epochs = 10,
    batch = 100,
    learning_rate = 0.001,
    steady_rate = 0.001,
}

env otto {
    root = "otto",
    source = "otto",
    test_days = 7d,
    valid_days = 7d,
    dimension = 100,
    epochs = 10,
    batch = 100,
    learning_rate = 0.001,
    steady_rate = 0.001,
}

env amazon {
    root = "amazon",
    source = "amazon",
    dimension = 64,
    epochs = 40,
    batch = 100,
    learning_rate = 0.001,
    steady_rate = 0.001,
}

test "the page of a product is a look at it, and no other page is" {
    let page = "page_view"
    let products = table[Product] [{ item_name: "Mug" }]
    let events = table[Event] [
        {
            event_timestamp: @2021-01-05T08:00:00Z,
            event_name: page,
            user_pseudo_id: "1.2",
            event_params: [
                { key: "ga_session_id", value: { int_value: 7 } },
                { key: "page_title", value: { string_value: "Mug" } },
            ],
        },
        {
            event_timestamp: @2021-01-05T08:01:00Z,
            event_name: page,
            user_pseudo_id: "1.2",
            event_params: [
                { key: "ga_session_id", value: { int_value: 7 } },
                { key: "page_title", value: { string_value: "Home" } },
            ],
        },
        {
            event_timestamp: @2021-01-05T08:02:00Z,
            event_name: "scroll",
            user_pseudo_id: "1.2",
            event_params: [
                { key: "ga_session_id", value: { int_value: 7 } },
                { key: "page_title", value: { string_value: "Mug" } },
            ],
        },
    ]
    let clicks = from_ga4(events, products)
    expect count(clicks) == 1
    expect first(clicks).session == "1.2-7"
    expect first(clicks).item == "Mug"
}

test "moments of the logs of others" {
    let views = table[DigineticaView] [{ session: 1, item: 5, milliseconds: 1_500, day: @2016-05-09 }]
    expect first(from_diginetica(views)).at == @2016-05-09T00:00:01.5Z
    let sessions = table[OttoSession] [
        {
            session: 3,
            events: [
                { aid: 9, ts: 1_659_304_800_025, type: "clicks" },
                { aid: 9, ts: 1_659_304_900_000, type: "carts" },
            ],
        },
    ]
    expect count(from_otto(sessions)) == 1
    expect first(from_otto(sessions)).at == @2022-07-31T22:00:00.025Z
    expect first(from_otto(sessions)).item == "9"
}

test "a line for each session and kind, items with blanks between them" {
    let recommendations = table[NextItems] [{ session: "7", items: ["12", "5"], scores: [0.5, 0.25] }]
    let answers = answers_for(recommendations, "carts")
    expect first(answers).session_type == "7_carts"
    expect first(answers).labels == "12 5"
}

test "what comes next in a session, and in one that nobody knows" {
    let clicks = table[Click] [
        { session: "a", item: "mug", at: @2021-01-05T08:00:00Z },
        { session: "a", item: "cap", at: @2021-01-05T08:01:00Z },
        { session: "b", item: "mug", at: @2021-01-05T09:00:00Z },
        { session: "b", item: "cap", at: @2021-01-05T09:01:00Z },
        { session: "c", item: "mug", at: @2021-01-05T10:00:00Z },
        { session: "c", item: "pen", at: @2021-01-05T10:01:00Z },
    ]
    let model = fit(item_knn(), train: visits(clicks, 1))
    let asked = table[Click] [
        { session: "d", item: "mug", at: @2021-01-06T08:00:00Z },
        { session: "e", item: "hat", at: @2021-01-06T08:00:00Z },
    ]
    let found = asked |> sequences(session: .session, item: .item, time: .at) |> recommend(model, k: 1)
    expect first(found).items == ["cap"]
    expect first(found |> filter(.session == "e")).items == ["mug"]
}
