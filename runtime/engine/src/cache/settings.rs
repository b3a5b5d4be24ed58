//! What a project wants of its store.

use std::time::Duration;

/// What a project wants of its store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreSettings {
    /// Bytes that the results in it may take. What was not used for longest goes first.
    pub limit: u64,
    /// Results that were made faster than this are made again rather than kept: reading them would take as long. Where it
    /// is zero, everything is kept.
    pub keep_above: Duration,
}

impl StoreSettings {
    /// Bytes of a table in memory that are written and hashed in a second, as Parquet with LZ4. The table of the
    /// blueprint `ga4_propensity` with 78,439 visits (13 MB) takes 40 ms.
    const KEPT_A_SECOND: u64 = 300_000_000;

    /// Whether a table of so many bytes that was made in that time is worth keeping: what is written for longer than it was
    /// made costs every first run more than a second one could gain.
    #[must_use]
    pub fn pays(&self, made_in: Duration, bytes: u64) -> bool {
        let kept_in = Duration::from_secs_f64(bytes as f64 / Self::KEPT_A_SECOND as f64);
        self.keep_above.is_zero() || made_in >= self.keep_above && made_in >= kept_in
    }
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self { limit: 10 << 30, keep_above: Duration::from_millis(10) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_pays_that_took_longer_to_make_than_to_keep() {
        let settings = StoreSettings::default();
        let pays = |milliseconds, bytes| settings.pays(Duration::from_millis(milliseconds), bytes);
        assert!(!pays(9, 0) && pays(10, 0));
        assert!(!pays(99, 30_000_000) && pays(101, 30_000_000));
        let all = StoreSettings { keep_above: Duration::ZERO, ..settings };
        assert!(all.pays(Duration::ZERO, u64::MAX));
    }
}
