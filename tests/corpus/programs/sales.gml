## Sales of a chain of shops, by day and by week, beside last year's.
param root: str = "data"
param smallest_shop: int = 1_000

schema Sale {
    id   shop: str,
    id   article: int,
    time day: date parsed "%Y%m%d" named "Sales Date",
         pieces: int > 0,
         price: decimal[10, 2],
         channel: enum["counter", "web", "phone"],
         voucher: str?,
}

schema Shop {
    id shop: str,
       city: category,
       area: int?,
       opened: date,
    unique [shop],
}

schema Article { id article: int, name: str, family: category, weight: float?, unique [article] }

schema Daily {
    id   shop: str,
    time day: date,
         revenue: float,
         pieces: int,
         web_share: float,
         vouchers: int,
}

catalog {
    sales: table[Sale]       = csv(f"{root}/sales/*.csv", delimiter: ";"),
    shops: table[Shop]       = csv(f"{root}/shops.csv"),
    articles: table[Article] = jsonl(f"{root}/articles.jsonl"),
    daily: table[Daily]      = parquet(f"{root}/daily.parquet"),
    weekly: table { id shop: str, time week_start: date, revenue: float, city: category, change: float? } = parquet(f"{root}/weekly.parquet"),
    families: table { family: category, city: category, pieces: int, heaviest: float? } = csv(f"{root}/families.csv"),
}

## One row a shop and day.
node by_day(sales: table[Sale]) -> table[Daily] {
    sales
        |> derive { value = .pieces * as_float(.price) }
        |> group(by: [.shop, .day]) {
            revenue = sum(.value),
            pieces = sum(.pieces),
            web_share = mean(if .channel == "web" then 1.0 else 0.0),
            vouchers = count(where: .voucher is not null),
        }
}

## Weeks, with the change to the week before.
node by_week(daily: table[Daily], shops: table[Shop]) -> table {
    daily
        |> derive { week_start = .day.truncate(7d) }
        |> group(by: [.shop, .week_start]) { revenue = sum(.revenue) }
        |> join(shops, on: [.shop], expect: many_to_one)
        |> derive(over: [.shop], order: [.week_start]) { last_week = lag(.revenue) }
        |> derive { change = if .last_week > 0.0 ?? false then .revenue / .last_week - 1.0 else null }
        |> select([.shop, .week_start, .revenue, .city, .change])
}

node families_by_city(sales: table[Sale], shops: table[Shop], articles: table[Article]) -> table {
    sales
        |> join(articles, on: [.article], how: left, expect: many_to_one)
        |> join(shops |> select([.shop, .city]), on: [.shop], how: inner, expect: many_to_one)
        |> filter(.family is not null)
        |> group(by: [.family, .city]) { pieces = sum(.pieces), heaviest = max(.weight) }
        |> top(20, by: .pieces, per: [.city])
}

pipeline aggregate {
    save by_day(sales) as daily
}

pipeline report {
    expect count(shops) == count(shops |> distinct([.shop])), "a shop is listed twice"
    let large = daily |> group(by: [.shop]) { revenue = sum(.revenue) } |> filter(.revenue >= smallest_shop)
    save by_week(daily |> join(large, on: [.shop], how: semi), shops) as weekly
    save families_by_city(sales, shops, articles) as families
}

test "a day sums what was sold" {
    let sales = table[Sale] [
        { shop: "a", article: 1, day: @2024-03-01, pieces: 2, price: 1.5, channel: "web" },
        { shop: "a", article: 2, day: @2024-03-01, pieces: 1, price: 4.0, channel: "counter", voucher: "SPRING" },
    ]
    let days = by_day(sales)
    expect count(days) == 1
    expect first(days).revenue == 7.0
    expect first(days).web_share == 0.5 and first(days).vouchers == 1
}
