//! Metrics of an order within queries.

/// Normalised discounted cumulative gain of the first `places` of each query, averaged over queries: gain
/// 2^relevance - 1, discount log2(place + 1) (Burges et al. 2005). Equal scores keep the order of the rows; a query without a
/// relevant row counts 1.
pub(super) fn ndcg(relevance: &[f64], score: &[f64], query: &[usize], places: usize) -> f64 {
    let queries = query.iter().max().map_or(0, |last| last + 1);
    let mut rows_of: Vec<Vec<usize>> = vec![Vec::new(); queries];
    for (row, query) in query.iter().enumerate() {
        rows_of[*query].push(row);
    }
    let total: f64 = rows_of
        .iter_mut()
        .map(|rows| {
            rows.sort_by(|left, right| relevance[*right].total_cmp(&relevance[*left]));
            let ideal = gain(rows, relevance, places);
            if ideal == 0.0 {
                return 1.0;
            }
            rows.sort_by(|left, right| score[*right].total_cmp(&score[*left]).then(left.cmp(right)));
            gain(rows, relevance, places) / ideal
        })
        .sum();
    total / queries as f64
}

/// Discounted cumulative gain of rows in their order.
fn gain(rows: &[usize], relevance: &[f64], places: usize) -> f64 {
    let first = rows.iter().take(places).enumerate();
    first.map(|(place, row)| (relevance[*row].exp2() - 1.0) / (place as f64 + 2.0).log2()).sum()
}
