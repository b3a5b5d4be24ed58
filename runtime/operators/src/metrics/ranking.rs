//! Metrics of an order within queries.

/// Normalised discounted cumulative gain of the first `places` of each query, averaged over queries: gain
/// 2^relevance - 1, discount log2(place + 1) (Burges et al. 2005). Equal scores keep the order of the rows; a query without a
/// relevant row counts 1.
pub(super) fn ndcg(relevance: &[f64], score: &[f64], query: &[usize], places: usize) -> f64 {
    let mut queries = ranked(score, query);
    let count = queries.len();
    let of_query = |rows: &mut Vec<usize>| {
        let found = gain(rows, relevance, places);
        rows.sort_by(|left, right| relevance[*right].total_cmp(&relevance[*left]));
        let ideal = gain(rows, relevance, places);
        if ideal == 0.0 { 1.0 } else { found / ideal }
    };
    queries.iter_mut().map(of_query).sum::<f64>() / count as f64
}

/// Mean average precision of the first `places` of each query, averaged over queries: the precision at each relevant row,
/// divided by how many relevant rows could be among them. A query without a relevant row counts 0.
pub(super) fn map(relevance: &[f64], score: &[f64], query: &[usize], places: usize) -> f64 {
    let queries = ranked(score, query);
    let of_query = |rows: &Vec<usize>| {
        let possible = relevant(rows, relevance).min(places);
        let (mut found, mut sum) = (0.0, 0.0);
        for (place, row) in rows.iter().take(places).enumerate() {
            if relevance[*row] > 0.0 {
                found += 1.0;
                sum += found / (place as f64 + 1.0);
            }
        }
        if possible == 0 { 0.0 } else { sum / possible as f64 }
    };
    queries.iter().map(of_query).sum::<f64>() / queries.len() as f64
}

/// The share of the first `places` of each query that is relevant, averaged over queries.
pub(super) fn precision(relevance: &[f64], score: &[f64], query: &[usize], places: usize) -> f64 {
    let queries = ranked(score, query);
    let of_query = |rows: &Vec<usize>| {
        let first = &rows[..places.min(rows.len())];
        relevant(first, relevance) as f64 / first.len().max(1) as f64
    };
    queries.iter().map(of_query).sum::<f64>() / queries.len() as f64
}

/// The share of the relevant rows of each query that is among its first `places`, averaged over the queries that have one;
/// `None` where none has.
pub(super) fn recall(relevance: &[f64], score: &[f64], query: &[usize], places: usize) -> Option<f64> {
    let queries = ranked(score, query);
    let of_query = |rows: &Vec<usize>| {
        let all = relevant(rows, relevance);
        (all > 0).then(|| relevant(&rows[..places.min(rows.len())], relevance) as f64 / all as f64)
    };
    let shares: Vec<f64> = queries.iter().filter_map(of_query).collect();
    (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64)
}

/// The share of the queries that have a relevant row in which one is among the first `places`; `None` where none has.
pub(super) fn hit_rate(relevance: &[f64], score: &[f64], query: &[usize], places: usize) -> Option<f64> {
    first_relevant(relevance, score, query, |place| f64::from(u8::from(place < places)))
}

/// The mean of 1 / place of the first relevant row over the queries that have one, 0 where it is not among the first
/// `places`; `None` where none has.
pub(super) fn mrr(relevance: &[f64], score: &[f64], query: &[usize], places: usize) -> Option<f64> {
    first_relevant(relevance, score, query, |place| if place < places { 1.0 / (place as f64 + 1.0) } else { 0.0 })
}

/// The mean over queries of what the place of the first relevant row, from 0, is worth.
fn first_relevant(relevance: &[f64], score: &[f64], query: &[usize], worth: impl Fn(usize) -> f64) -> Option<f64> {
    let queries = ranked(score, query);
    let places = queries.iter().filter_map(|rows| rows.iter().position(|row| relevance[*row] > 0.0));
    let worths: Vec<f64> = places.map(worth).collect();
    (!worths.is_empty()).then(|| worths.iter().sum::<f64>() / worths.len() as f64)
}

/// The rows of each query from the highest score to the lowest; equal scores keep the order of the rows.
fn ranked(score: &[f64], query: &[usize]) -> Vec<Vec<usize>> {
    let mut queries: Vec<Vec<usize>> = vec![Vec::new(); query.iter().max().map_or(0, |last| last + 1)];
    for (row, query) in query.iter().enumerate() {
        queries[*query].push(row);
    }
    for rows in &mut queries {
        rows.sort_by(|left, right| score[*right].total_cmp(&score[*left]).then(left.cmp(right)));
    }
    queries
}

/// What a gain at a place is worth to NDCG, the first place being 1.
pub(crate) fn discounted(gain: f64, place: f64) -> f64 {
    gain / (place + 1.0).log2()
}

fn relevant(rows: &[usize], relevance: &[f64]) -> usize {
    rows.iter().filter(|row| relevance[**row] > 0.0).count()
}

/// Discounted cumulative gain of rows in their order.
fn gain(rows: &[usize], relevance: &[f64], places: usize) -> f64 {
    let first = rows.iter().take(places).enumerate();
    first.map(|(place, row)| discounted(relevance[*row].exp2() - 1.0, place as f64 + 1.0)).sum()
}
