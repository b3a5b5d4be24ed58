use std.recommend.{candidates}


pipeline p {
    let f = candidates(user: .customer, item: .article) { a = 5 }
    expect count(f) > 0
}
