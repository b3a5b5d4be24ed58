## Two-stage retail recommendations: many cheap ways to find what a customer may buy next, one careful model to rank it.
use std.embed.{embed, image_encoder, text_encoder}
use std.features.{cosine, jaccard, select_features, synthesize}
use std.learn.{blend, boosted_trees}
use std.metrics.{auc, coverage, hit_rate, map, ndcg, novelty, recall}
use std.recommend.{bought_before, candidates, nearest, popular, same_attribute, sample_negatives, top_k}
use std.report.{profile}

param root: str = "data"
param seed: int = 42
## How many articles a customer is offered.
param k: int = 12
## How far ahead is looked: candidates found on a day are judged by what is bought until this time is over.
param horizon: duration = 31d
## How many candidates of each stretch of time that were not bought the ranking learns from.
param negatives: int = 70_000
## Pixels on each side that pictures are brought to before anything is learned from them.
param picture_size: int = 32
## How often the encoder of pictures goes through all of them.
param epochs: int = 5

schema Transaction {
    time t_dat: date,
    id   customer_id: str,
    id   article_id: str,
         price: float >= 0.0,
}

schema Customer {
    id customer_id: str,
       age: float? in 0.0..120.0,
    unique [customer_id],
}

schema Article {
    id article_id: str,
       prod_name: str,
       product_type_name: category,
       colour_group_name: category,
       detail_desc: str?,
    unique [article_id],
}

schema Picture {
    id article_id: str,
       picture: image,
    unique [article_id],
}

## What is alike lies near: by the words that describe an article, and by what it looks like.
schema Vectors {
    id article_id: str,
       words: vector[64]?,
       looks: vector[32]?,
    unique [article_id],
}

schema Offer {
    id customer_id: str,
       articles: list[str],
}

catalog {
    transactions: table[Transaction] = parquet(f"{root}/01_raw/transactions.parquet"),
    customers: table[Customer]       = parquet(f"{root}/01_raw/customers.parquet"),
    articles: table[Article]         = parquet(f"{root}/01_raw/articles.parquet"),
    pictures: table[Picture]         = parquet(f"{root}/01_raw/pictures.parquet"),

    by_words: encoder[text -> vector[64]]  = artifact(f"{root}/06_models/by_words"),
    by_looks: encoder[image -> vector[32]] = artifact(f"{root}/06_models/by_looks"),
    vectors: table[Vectors]                = parquet(f"{root}/05_model_input/vectors.parquet"),

    ranker: model                 = artifact(f"{root}/06_models/ranker", versioned: true),
    recommendations: table[Offer] = parquet(f"{root}/07_model_output/recommendations.parquet"),
}

## The files of the H&M competition as they come: put them into `data/hm`.
env hm {
    root = "data/hm",
    horizon = 7d,
    negatives = 700_000,
    picture_size = 64,
    catalog.transactions = csv("data/hm/transactions_train.csv"),
    catalog.customers = csv("data/hm/customers.csv"),
    catalog.articles = csv("data/hm/articles.csv"),
    catalog.pictures = images("data/hm/images/**/*.jpg", key: article_id, resize: [64, 64]),
}

## What sold best of late, for everyone.
node bestsellers(
    history: table[Transaction],
    customers: table[Customer],
) -> table { customer_id: str, article_id: str } {
    let best = union(for period in [{ days: 7d, top: 24 }, { days: 31d, top: 36 }] {
        history |> last(period.days, by: .t_dat) |> popular(item: .article_id, top: period.top)
    }) |> distinct()
    best |> for_everyone(customers, user: .customer_id)
}

## What sold best of late within five age bands; nothing where no age is known.
node bestsellers_by_age(
    history: table[Transaction],
    customers: table[Customer],
) -> table { customer_id: str, article_id: str } {
    let bands = customers
        |> filter(.age is not null)
        |> derive { band = .age.quantile_bin(5) }
        |> select([.customer_id, .band])
    let best = history
        |> last(31d, by: .t_dat)
        |> join(bands, on: [.customer_id], expect: many_to_one)
        |> popular(item: .article_id, top: 24, per: [.band])
    bands |> join(best, on: [.band], expect: many_to_many) |> select([.customer_id, .article_id])
}

## What sold best of late of the five kinds that a customer bought most.
node bestsellers_of_kind(
    history: table[Transaction],
    articles: table[Article],
) -> table { customer_id: str, article_id: str } {
    let kinds = articles |> select([.article_id, .product_type_name])
    let sold = history |> join(kinds, on: [.article_id], expect: many_to_one)
    let best = sold |> last(31d, by: .t_dat) |> popular(item: .article_id, top: 8, per: [.product_type_name])
    sold
        |> popular(item: .product_type_name, top: 5, per: [.customer_id])
        |> join(best, on: [.product_type_name], expect: many_to_many)
        |> select([.customer_id, .article_id])
}

## Candidates for every customer, from the purchases in `history`.
node find_candidates(
    history: table[Transaction],
    customers: table[Customer],
    articles: table[Article],
    vectors: table[Vectors],
) -> table { customer_id: str, article_id: str, .. } {
    let lately = history |> take_last(20, per: [.customer_id], by: .t_dat)
    let latest = history |> take_last(5, per: [.customer_id], by: .t_dat)
    let sold = vectors |> join(history |> distinct([.article_id]), on: [.article_id], how: semi)
    # A description of none but rare words has a vector of zeros, which is like nothing.
    let words = sold
        |> filter(.words is not null)
        |> filter(cosine(.words, .words) > 0.0)
        |> select([.article_id, .words])
    let looks = sold |> filter(.looks is not null) |> select([.article_id, .looks])
    candidates(user: .customer_id, item: .article_id) {
        again        = bought_before(history),
        bestseller   = bestsellers(history, customers),
        by_age       = bestsellers_by_age(history, customers),
        of_kind      = bestsellers_of_kind(history, articles),
        same_product = same_attribute(lately, items: articles, item: .article_id, on: [.prod_name]),
        like_words   = nearest(latest, within: words, item: .article_id, k: 4),
        like_looks   = nearest(latest, within: looks, item: .article_id, k: 4),
    }
}

## What a customer did.
node customer_features(history: table[Transaction]) -> table {
    history
        |> derive { days_ago = .t_dat.days_between(dataset_max(.t_dat)) }
        |> group(by: [.customer_id]) {
            bought           = count(),
            bought_lately    = count(where: .days_ago < 31.0),
            mean_price       = mean(.price),
            distinct_bought  = distinct_count(.article_id),
            days_bought      = distinct_count(.t_dat),
            days_since_first = max(.days_ago),
            days_since_last  = min(.days_ago),
        }
}

## How an article sold.
node article_features(history: table[Transaction]) -> table {
    history |> synthesize(for: .article_id, windows: [7d, 31d, null])
}

## What a customer did with an article.
node pair_features(history: table[Transaction]) -> table {
    history |> group(by: [.customer_id, .article_id]) {
        pair_bought     = count(),
        pair_days       = distinct_count(.t_dat),
        pair_since_last = days_between(max(.t_dat), dataset_max(.t_dat)),
    }
}

## How often a customer bought articles of a kind.
node kind_features(history: table[Transaction], articles: table[Article]) -> table {
    history
        |> join(articles |> select([.article_id, .product_type_name]), on: [.article_id], expect: many_to_one)
        |> group(by: [.customer_id, .product_type_name]) { kind_bought = count() }
}

## The words in the names of what a customer bought last.
node words_bought(
    history: table[Transaction],
    articles: table[Article],
) -> table { customer_id: str, words_bought: list[str] } {
    history
        |> take_last(20, per: [.customer_id], by: .t_dat)
        |> join(articles |> select([.article_id, .prod_name]), on: [.article_id], expect: many_to_one)
        |> derive { word = .prod_name.lower().split_text(" ") }
        |> explode([.word])
        |> group(by: [.customer_id]) { words = collect(.word) }
        |> select({ customer_id = .customer_id, words_bought = .words.unique_items() })
}

## What a customer likes: what lies in the middle of the articles bought last.
node tastes(
    history: table[Transaction],
    vectors: table[Vectors],
) -> table { customer_id: str, words_liked: vector[64]?, looks_liked: vector[32]? } {
    history
        |> take_last(20, per: [.customer_id], by: .t_dat)
        |> join(vectors, on: [.article_id], expect: many_to_one)
        |> group(by: [.customer_id]) { words_liked = mean(.words), looks_liked = mean(.looks) }
}

## Candidates with all that is known of them when `history` ends.
node described(
    found: table { customer_id: str, article_id: str, .. },
    history: table[Transaction],
    customers: table[Customer],
    articles: table[Article],
    vectors: table[Vectors],
) -> table {
    found
        |> join(customers, on: [.customer_id], how: left, expect: many_to_one)
        |> join(articles |> drop([.detail_desc]), on: [.article_id], expect: many_to_one)
        |> join(customer_features(history), on: [.customer_id], how: left, expect: many_to_one)
        |> join(article_features(history), on: [.article_id], how: left, expect: many_to_one)
        |> join(pair_features(history), on: [.customer_id, .article_id], how: left, expect: many_to_one)
        |> join(
            kind_features(history, articles),
            on: [.customer_id, .product_type_name],
            how: left,
            expect: many_to_one,
        )
        |> join(words_bought(history, articles), on: [.customer_id], how: left, expect: many_to_one)
        |> derive { overlap = jaccard(.prod_name.lower().split_text(" "), .words_bought ?? []) }
        |> drop([.prod_name, .words_bought])
        |> join(vectors, on: [.article_id], how: left, expect: many_to_one)
        |> join(tastes(history, vectors), on: [.customer_id], how: left, expect: many_to_one)
        |> derive { words_alike = cosine(.words, .words_liked), looks_alike = cosine(.looks, .looks_liked) }
        |> drop([.words, .looks, .words_liked, .looks_liked])
}

## Candidates found in `known`, and whether they were bought in the time behind it: all that were, and some that were not. What is known of
## them is only put together for those.
node labelled(
    known: table[Transaction],
    bought: table[Transaction],
    customers: table[Customer],
    articles: table[Article],
    vectors: table[Vectors],
    not_bought: int,
    seed: int,
) -> table {
    let pairs = find_candidates(known, customers, articles, vectors)
        |> label(bought_in: bought, on: [.customer_id, .article_id])
        |> sample_negatives(not_bought, seed: seed)
    described(pairs, known, customers, articles, vectors)
}

pipeline explore {
    track profile(transactions)
    track profile(customers)
    track profile(articles)
}

## Vectors of all articles, learned from their descriptions and their pictures.
pipeline embeddings {
    let texts = articles |> filter(.detail_desc is not null) |> select([.article_id, .detail_desc])
    let words = fit(text_encoder(dimension: 64, seed: seed), train: texts)
    let network = image_encoder(
        architecture: autoencoder,
        dimension: 32,
        size: picture_size,
        epochs: epochs,
        seed: seed,
    )
    let looks = fit(network, train: pictures)
    save words as by_words
    save looks as by_looks
    save articles
        |> select([.article_id, .detail_desc])
        |> join(pictures, on: [.article_id], how: left, expect: one_to_one)
        |> derive { words = embed(words, .detail_desc), looks = embed(looks, .picture) }
        |> select([.article_id, .words, .looks])
        as vectors
}

pipeline training {
    let data = transactions |> split_time(by: .t_dat, valid: last(horizon), test: last(horizon))

    # How much of what is bought in the second last stretch is found in all that came before it, and among how many candidates?
    let of_buyers = find_candidates(data.train, customers, articles, vectors)
        |> join(data.valid |> distinct([.customer_id]), on: [.customer_id], how: semi)
    track evaluate(of_buyers, on: [data.valid], metrics: [recall(), recall(k), coverage(k), novelty(k)])

    # Learn to rank from that stretch and the two before it, each with candidates and features of its own past.
    let before = data.train |> split_time(by: .t_dat, valid: last(horizon))
    let earlier = before.train |> split_time(by: .t_dat, valid: last(horizon))
    let pairs = union([
        labelled(data.train, data.valid, customers, articles, vectors, negatives, seed),
        labelled(before.train, before.valid, customers, articles, vectors, negatives, seed),
        labelled(earlier.train, earlier.valid, customers, articles, vectors, negatives, seed),
    ])
    let chosen = select_features(max_null: 99%, max_correlation: 0.98)
    let ranking = boosted_trees(
        objective: lambdarank,
        rounds: 100,
        learning_rate: 0.05,
        leaves: 7,
        min_rows: 200,
        l2: 10.0,
        seed: seed,
    )
    let buying = boosted_trees(
        objective: binary,
        rounds: 100,
        learning_rate: 0.05,
        leaves: 7,
        min_rows: 200,
        l2: 10.0,
        seed: seed,
    )
    let by_order = fit(chosen >> ranking, train: pairs)
    let by_chance = fit(chosen >> buying, train: pairs)
    let model = blend([by_order, by_chance])
    save model as ranker

    # Judge it by the last stretch, from all that was known before, by the customers who had bought before.
    let known = union(data.train, data.valid)
    let buyers = data.test |> join(known |> distinct([.customer_id]), on: [.customer_id], how: semi)
    let later = find_candidates(known, customers, articles, vectors)
        |> join(buyers |> distinct([.customer_id]), on: [.customer_id], how: semi)
    track evaluate(later, on: [buyers], metrics: [recall()])
    let scored = described(later, known, customers, articles, vectors) |> predict(model)
    let offered = scored |> top(k, by: .score, per: [.customer_id]) |> select([.customer_id, .article_id])
    track evaluate(offered, on: [buyers], metrics: [map(k), hit_rate(k), coverage(k), novelty(k)])
}

## What the ranking must do better than: what a customer bought last, then what sold best.
pipeline baseline {
    let data = transactions |> split_time(by: .t_dat, test: last(horizon))
    let buyers = data.test |> join(data.train |> distinct([.customer_id]), on: [.customer_id], how: semi)
    let offered = candidates(user: .customer_id, item: .article_id) {
        again      = bought_before(data.train),
        bestseller = data.train |> popular(item: .article_id, top: k) |> for_everyone(customers, user: .customer_id),
    } |> join(buyers |> distinct([.customer_id]), on: [.customer_id], how: semi)
    let first = offered |> take(k, per: [.customer_id]) |> select([.customer_id, .article_id])
    track evaluate(first, on: [buyers], metrics: [map(k), hit_rate(k), coverage(k), novelty(k)])
}

pipeline recommending {
    let found = find_candidates(transactions, customers, articles, vectors)
    let best = transactions |> last(31d, by: .t_dat) |> popular(item: .article_id, top: k)
    save described(found, transactions, customers, articles, vectors)
        |> predict(ranker)
        |> top_k(k, user: .customer_id, item: .article_id, by: .score, users: customers, fill: best)
        |> rename { articles = .article_id }
        as recommendations
}

test "who bought a mug is offered it again, its other colours, and what others buy" {
    let history = table[Transaction] [
        { t_dat: @2021-01-04, customer_id: "u", article_id: "red mug", price: 2.0 },
        { t_dat: @2021-01-05, customer_id: "v", article_id: "bag", price: 9.0 },
        { t_dat: @2021-01-06, customer_id: "w", article_id: "bag", price: 8.0 },
    ]
    let customers = table[Customer] [{ customer_id: "u", age: 30.0 }, { customer_id: "x" }]
    let articles = table[Article] [
        { article_id: "red mug", prod_name: "mug", product_type_name: "mug", colour_group_name: "red" },
        { article_id: "blue mug", prod_name: "mug", product_type_name: "mug", colour_group_name: "blue" },
        { article_id: "bag", prod_name: "bag", product_type_name: "bag", colour_group_name: "none" },
    ]
    let vectors = table[Vectors] [{ article_id: "bag" }]
    let found = find_candidates(history, customers, articles, vectors)
    let mugs = found |> filter(.customer_id == "u")
    expect count(mugs) == 3
    expect first(mugs).article_id == "red mug" and first(mugs).again_rank == 1 and first(mugs).bestseller_rank == 2
    expect first(mugs |> filter(.article_id == "blue mug")).same_product_rank == 1
    # Of x nothing is known: what sells best is all that can be offered.
    let new = found |> filter(.customer_id == "x")
    expect count(new) == 2 and first(new).article_id == "bag" and first(new).bestseller_rank == 1
}

test "what is known of a candidate ends with the history" {
    let history = table[Transaction] [
        { t_dat: @2021-01-01, customer_id: "u", article_id: "red mug", price: 2.0 },
        { t_dat: @2021-02-20, customer_id: "u", article_id: "red mug", price: 4.0 },
        { t_dat: @2021-02-22, customer_id: "v", article_id: "blue mug", price: 3.0 },
    ]
    let customers = table[Customer] [{ customer_id: "u" }, { customer_id: "v" }]
    let articles = table[Article] [
        { article_id: "red mug", prod_name: "Tea mug", product_type_name: "mug", colour_group_name: "red" },
        { article_id: "blue mug", prod_name: "Big mug", product_type_name: "mug", colour_group_name: "blue" },
    ]
    let pairs = table { group customer_id: str, id article_id: str } [
        { customer_id: "u", article_id: "red mug" },
        { customer_id: "u", article_id: "blue mug" },
    ]
    let vectors = table[Vectors] [{ article_id: "red mug" }]
    let known = described(pairs, history, customers, articles, vectors)
    let again = first(known)
    expect again.bought == 2 and again.bought_lately == 1 and again.days_since_last == 2.0
    expect again.pair_bought == 2 and again.pair_since_last == 2.0 and again.kind_bought == 2
    expect again.article_id_count_31d == 1 and again.article_id_mean_price_all == 3.0
    expect again.overlap == 1.0 and again.words_alike is null
    let other = first(known |> filter(.article_id == "blue mug"))
    expect other.pair_bought is null and other.kind_bought == 2
    expect other.overlap == 1.0 / 3.0
}
