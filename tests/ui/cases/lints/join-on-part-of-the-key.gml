schema Visit { user: str, session: int, pages: int, unique [user, session] }

test "visits of users" {
    let users = table { user: str } [{ user: "a" }]
    let visits = table[Visit] [{ user: "a", session: 1, pages: 3 }]
    expect count(users |> join(visits, on: [.user], expect: one_to_one)) == 1
}
