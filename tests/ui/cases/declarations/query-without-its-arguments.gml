param start: date = @2021-01-01

connection warehouse = postgres(url: secret("WAREHOUSE_URL"))

catalog {
    visits: table { visitor: str, pages: int } = query(
        warehouse,
        sql: """
            select visitor, pages from visits -- :not_this
            where day >= :start and day < :stop and day <> :end
        """,
        args: { start, stopp: start },
    ),
}

pipeline watch {
    expect count(visits) > 0
}
