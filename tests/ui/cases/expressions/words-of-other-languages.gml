schema Sale { day: date, price: float, kind: enum["a", "b"], open: bool }

node sales_of(sales: table[Sale]) -> table[Sale] {
    sales -> filter(.price > 0.0)
}

node dear(sales: table[Sale]) -> table[Sale] {
    sales where price > 3
}

node first_ten(sales: table[Sale]) -> table[Sale] {
    sales LIMIT 10
}

node by_name(sales: table[Sale]) -> table[Sale] {
    sales |> filter(sales["price"] > 3)
}

node with_closure(sales: table[Sale]) -> table[Sale] {
    sales |> filter(|row| row.price > 3.0)
}

fn colon(x: int) -> int = if x > 1: 2 else 3

fn ended(x: int) -> int = if x > 1 then 2 else: 3

fn is_true(x: bool) -> bool = x is true

fn is_not(x: int) -> bool = x is not 3

fn arms(x: str) -> int = match x { "a": 1, _ => 2 }

fn more(x: int) -> int = x++
