## Ranks the results of a shop's search: queries are groups, clicks and orders are relevance.
use std.learn.{boosted_trees}
use std.metrics.{ndcg}
use std.prep.{impute}

param root: str = "data"
param seed: int = 5

schema Shown {
    group  query: int,
    id     product: str,
    time   at: timestamp,
           position: int in 1..100,
           words: str,
           title: str,
           price: float?,
           stock: int,
           outcome: enum["nothing", "click", "basket", "order"],
}

schema Product { id product: str, brand: category, rating: float? in 0.0..5.0, reviews: int, tags: list[str], unique [product] }

catalog {
    shown: table[Shown]       = parquet(f"{root}/shown/*.parquet"),
    products: table[Product]  = jsonl(f"{root}/products.jsonl"),
    ranker: model             = artifact(f"{root}/models/ranker"),
    ranked: table { group query: int, id product: str, score: float, place: int } = parquet(f"{root}/ranked.parquet"),
}

fn relevance(outcome: enum["nothing", "click", "basket", "order"]) -> int =
    match outcome {
        "nothing" => 0,
        "click" => 1,
        "basket" => 2,
        "order" => 3,
    }

fn overlap(words: str, title: str) -> float =
    if title.lower().has_text(words.lower()) then 1.0 else 1 / greatest(word_count(words), 2)

node with_product(shown: table[Shown], products: table[Product]) -> table {
    shown
        |> join(products, on: [.product], how: left, expect: many_to_one)
        |> derive {
            match_share = overlap(.words, .title),
            discounted = .tags.any_item(.item == "sale") ?? false,
            in_stock = .stock > 0,
            hour = .at.hour(),
            title_words = word_count(.title),
        }
        |> derive(over: [.query], order: [.position]) { price_rank = rank(), cheapest = min(.price) }
        |> drop([.words, .title, .tags, .position, .stock])
}

node judged(shown: table[Shown], products: table[Product]) -> table {
    let rows = with_product(shown, products)
    rows |> derive { relevance = relevance(.outcome) } |> drop([.outcome]) |> conform(Ready)
}

schema Ready {
    group  query: int,
    id     product: str,
    time   at: timestamp,
           price: float?,
           brand: category?,
           rating: float?,
           reviews: int?,
           match_share: float,
           discounted: bool,
           in_stock: bool,
           hour: int,
           title_words: int,
           price_rank: int,
           cheapest: float?,
    target relevance: int,
}

pipeline training {
    let data = judged(shown, products) |> split_group(by: [.query], train: 80%, valid: 10%, test: 10%, seed: seed)
    let learner = impute(median, [.price, .rating, .cheapest]) >> boosted_trees(objective: lambdarank, stop_after: 15, truncation: 20, seed: seed)
    let model = fit(learner, train: data.train, valid: data.valid)
    track evaluate(model, on: [data.test], metrics: [ndcg(5), ndcg(10)])
    save model as ranker
}

pipeline serving {
    save judged(shown, products)
        |> predict(ranker)
        |> derive(over: [.query], order: [desc(.score)]) { place = row_number() }
        |> filter(.place <= 50)
        |> select([.query, .product, .score, .place])
        as ranked
}

test "words that the title has count" {
    expect overlap("red shoe", "Red shoes for summer") == 1.0 and overlap("a b", "c") == 0.5
    expect relevance("order") == 3
}
