## Baskets of a web shop: nested lines, what is bought together, a table of months by channel.
param root: str = "data"
param least: int = 20

schema Basket {
    id   basket: int,
    id   customer: str,
    time bought_at: timestamp,
         channel: enum["web", "app", "shop"],
         lines: list[struct { article: str, pieces: int, price: float, rebate: float? }],
         address: struct { country: str, zip: str?, city: str? },
         coupon: str?,
}

catalog {
    baskets: table[Basket]  = jsonl(f"{root}/baskets.jsonl"),
    pairs: table { left: str, right: str, together: int, share: float } = csv(f"{root}/pairs.csv"),
    months: table { country: str, month: date, web: float?, app: float?, shop: float? } = csv(f"{root}/months.csv"),
    loyal: table { id customer: str, baskets: int, spent: float, favourite: str, last_day: date } = csv(f"{root}/loyal.csv"),
    stacked: table { country: str, month: date, channel: str, revenue: float? } = csv(f"{root}/stacked.csv"),
}

fn total(lines: list[struct { article: str, pieces: int, price: float, rebate: float? }]) -> float =
    lines.each(.pieces * .price - (.rebate ?? 0.0)).sum_items()

node lines(baskets: table[Basket]) -> table {
    baskets
        |> select([.basket, .customer, .lines])
        |> explode([.lines])
        |> derive { article = .lines.article, pieces = .lines.pieces, value = .lines.price * .lines.pieces }
        |> drop([.lines])
}

node together(lines: table { basket: int, article: str, .. }) -> table { left: str, right: str, together: int } {
    let articles = lines |> select([.basket, .article]) |> distinct()
    articles
        |> rename { left = .article }
        |> join(articles |> rename { right = .article }, on: [.basket], expect: many_to_many)
        |> filter(.left < .right)
        |> group(by: [.left, .right]) { together = count() }
}

pipeline pair {
    let bought = lines(baskets)
    let frequency = bought |> distinct([.basket, .article]) |> group(by: { left = .article }) { times = count() }
    save together(bought)
        |> filter(.together >= least)
        |> join(frequency, on: [.left], how: inner, expect: many_to_one)
        |> derive { share = .together / .times }
        |> sort([desc(.share), .left, .right])
        |> take(1000)
        |> drop([.times])
        as pairs
}

pipeline monthly {
    let valued = baskets |> derive { total = total(.lines), month = .bought_at.to_day() - days_into_month(.bought_at), country = .address.country }
    save valued |> pivot(rows: [.country, .month], on: [.channel], value: sum(.total)) |> conform(Months) as months
}

schema Months { country: str, month: date, web: float?, app: float?, shop: float? }

fn days_into_month(moment: timestamp) -> duration = (moment.to_day().day() - 1) * 1d

pipeline stack {
    save months |> unpivot([.web, .app, .shop], name: "channel", value: "revenue") as stacked
}

pipeline loyalty {
    save baskets
        |> filter(.coupon is null and .address.country == "NL")
        |> derive { spent = total(.lines), favourite = .lines.sort_articles() }
        |> group(by: [.customer]) {
            baskets = count(),
            spent = sum(.spent),
            favourite = first(.favourite, by: .bought_at),
            last_day = max(.bought_at.to_day()),
        }
        |> filter(.baskets > 3)
        as loyal
}

fn sort_articles(lines: list[struct { article: str, pieces: int, price: float, rebate: float? }]) -> str =
    lines.where_items(.pieces > 0).each(.article).sort_items().concat_items("+")

test "a rebate is taken off" {
    let baskets = table[Basket] [
        { basket: 1, customer: "a", bought_at: @2024-05-05T10:00:00Z, channel: "web", address: { country: "NL" },
          lines: [{ article: "cup", pieces: 2, price: 3.0 }, { article: "pot", pieces: 1, price: 10.0, rebate: 1.5 }] },
    ]
    expect count(lines(baskets)) == 2
    expect first(baskets |> derive { total = total(.lines) }).total == 14.5
}
