connection shop = duckdb("shop.duckdb")

catalog {
    baskets: table { items: list[int] } = sql_table(shop, "baskets"),
    orders: table { items: list[int] } = query(shopp, sql: "select 1"),
    visits: table { pages: int } = parquet("visits.parquet", on_violation: dorp),
}

pipeline watch { expect count(baskets) + count(orders) + count(visits) > 0 }
