//! How much memory the process took.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A number is not asked for anew before it is so old: asking takes longer than many a step.
const FRESH: Duration = Duration::from_millis(1);

/// The most bytes of memory that the process ever held.
#[derive(Default)]
pub(crate) struct Peak(Mutex<Option<(Instant, Option<u64>)>>);

impl Peak {
    /// Of the last moment that was asked for, a millisecond ago at most; `None` where the system does not say.
    pub(crate) fn get(&self) -> Option<u64> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match *last {
            Some((asked, bytes)) if asked.elapsed() < FRESH => bytes,
            _ => {
                let bytes = peak();
                *last = Some((Instant::now(), bytes));
                bytes
            }
        }
    }
}

fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    peak_in(&status)
}

fn peak_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_high_water_mark_is_read() {
        assert_eq!(peak_in("Name:\tx\nVmHWM:\t    1234 kB\nVmRSS:\t 12 kB\n"), Some(1_263_616));
        assert_eq!(peak_in("Name:\tx\n"), None);
    }

    #[test]
    fn what_is_held_is_seen_soon_after() {
        let peak = Peak::default();
        let Some(before) = peak.get() else { return };
        let held = std::hint::black_box(vec![1_u8; before as usize + (64 << 20)]);
        std::thread::sleep(FRESH * 2);
        assert!(peak.get().is_some_and(|after| after > before), "{} bytes are held", std::hint::black_box(held).len());
    }
}
