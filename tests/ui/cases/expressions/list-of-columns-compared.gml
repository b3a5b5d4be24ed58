schema Visit { id visitor: str, pages: int, clicks: int }

node busy(visits: table[Visit]) -> table[Visit] {
    visits |> filter([.pages, .clicks].max_items() > "x")
}
