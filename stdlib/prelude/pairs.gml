## Pairs of a user and an item, which is what recommendations are made of.

## Every user with every item: each row of the table for each different one of `users`, in their order.
##
## ```gml run
## use std.recommend.{popular}
## catalog {
##     sales: table { id customer: str, id article: str, time day: date, price: float } = csv("sales.csv"),
##     customers: table { id customer: str, age: int } = csv("customers.csv"),
## }
## pipeline offers {
##     let best = sales |> popular(item: .article, top: 10)
##     expect count(best |> for_everyone(customers, user: .customer)) > 0
## }
## ```
operator for_everyone[R, C, U](input: table[R], users: table[C], user: keys[C -> U]) -> table[U | R]

## Say of each pair whether it came to be: the column `label`, true where `bought_in` has a row with the same `on`, with the
## role `target`.
##
## ```gml run
## catalog {
##     sales: table { id customer: str, id article: str, time day: date, price: float } = csv("sales.csv"),
##     customers: table { id customer: str, age: int } = csv("customers.csv"),
## }
## pipeline offers {
##     let data = sales |> split_time(by: .day, test: last(7d))
##     expect count(customers) > 0
##     let pairs = data.train |> distinct([.customer, .article]) |> label(bought_in: data.test, on: [.customer, .article])
##     expect count(pairs |> filter(.label)) > 0
## }
## ```
operator label[L, R, K](input: table[L], bought_in: table[R], on: keys[L & R -> K]) -> table[L | { target label: bool }]
