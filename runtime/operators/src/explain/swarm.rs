//! Swarms: rows as dots beside each other where many have about the same value.

/// Columns of dots along the axis.
const COLUMNS: usize = 130;

/// Dots beside each other in the widest column.
const BESIDE: usize = 15;

/// How far dots lie from the middle in the widest column, where rows are one apart.
const REACH: f64 = 0.42;

/// A dot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dot {
    /// Its value.
    pub(super) at: f64,
    /// How far it lies beside the middle.
    pub(super) offset: f64,
    /// Its shade.
    pub(super) shade: Option<f64>,
}

/// The dots of values between two ends. The width of a column goes with the number of rows in it; where that is more than the
/// dots that fit, it has dots from all over its rows.
pub(super) fn swarm(values: &[f64], shades: &[Option<f64>], (low, high): (f64, f64)) -> Vec<Dot> {
    let mut columns: Vec<Vec<usize>> = vec![Vec::new(); COLUMNS];
    let wide = if high > low { high - low } else { 1.0 };
    for (row, value) in values.iter().enumerate().filter(|(_, value)| value.is_finite()) {
        let column = ((value - low) / wide * COLUMNS as f64) as usize;
        columns[column.min(COLUMNS - 1)].push(row);
    }
    let most = columns.iter().map(Vec::len).max().unwrap_or(0).max(1);
    let mut dots = Vec::new();
    for mut rows in columns {
        // Low values lie on one side: colours that mix would tell nothing.
        rows.sort_by(|a, b| shades[*a].unwrap_or(-1.0).total_cmp(&shades[*b].unwrap_or(-1.0)).then_with(|| a.cmp(b)));
        let shown = if most <= BESIDE { rows.len() } else { (rows.len() * BESIDE).div_ceil(most) };
        let reach = REACH * (rows.len() as f64 / most as f64) * (most.min(BESIDE) as f64 / BESIDE as f64);
        for place in 0..shown {
            // From the middle of each of so many parts of the rows.
            let row = rows[(2 * place + 1) * rows.len() / (2 * shown)];
            let offset = if shown > 1 { reach * (1.0 - 2.0 * place as f64 / (shown - 1) as f64) } else { 0.0 };
            dots.push(Dot { at: values[row], offset, shade: shades[row] });
        }
    }
    dots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_rows_are_all_there() {
        let values = [0.0, 0.0, 1.0, 0.5];
        let dots = swarm(&values, &[Some(0.0), Some(1.0), None, None], (0.0, 1.0));
        assert_eq!(dots.len(), 4);
        let mut seen: Vec<f64> = dots.iter().map(|dot| dot.at).collect();
        seen.sort_by(f64::total_cmp);
        assert_eq!(seen, [0.0, 0.0, 0.5, 1.0]);
    }

    #[test]
    fn many_rows_become_few_dots_and_the_shape_stays() {
        let values: Vec<f64> =
            (0..100_000).map(|row| f64::from(row % 100) / 100.0 * f64::from(row % 7) / 6.0).collect();
        let shades: Vec<Option<f64>> = values.iter().map(|value| Some(*value)).collect();
        let dots = swarm(&values, &shades, (0.0, 1.0));
        assert!(dots.len() < 130 * 15 && dots.len() > 130, "{}", dots.len());
        assert!(dots.iter().all(|dot| dot.offset.abs() <= REACH));
        // Most rows are at 0, and so is the widest column.
        let widest = dots.iter().max_by(|a, b| a.offset.total_cmp(&b.offset)).unwrap();
        assert!(widest.at < 0.01, "{widest:?}");
    }

    #[test]
    fn what_is_all_the_same_is_one_column() {
        assert_eq!(swarm(&[2.0; 5], &[None; 5], (2.0, 2.0)).len(), 5);
        assert!(swarm(&[], &[], (f64::INFINITY, f64::NEG_INFINITY)).is_empty());
    }
}
