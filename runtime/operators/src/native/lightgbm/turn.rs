//! Who may be in the library together.
//!
//! LightGBM keeps one number of threads for the whole process. A call that names another one changes it for all that are
//! under way, which have made room by thread for the one that they were begun with, and write behind it. So calls with equal
//! numbers go side by side, and others wait until those are through.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

struct Inside {
    /// The number of threads of those that are in the library.
    threads: usize,
    /// How many they are.
    count: usize,
}

static INSIDE: Mutex<Inside> = Mutex::new(Inside { threads: 0, count: 0 });
static LEFT: Condvar = Condvar::new();

/// Being in the library, until it is dropped.
pub(super) struct Turn(());

/// Waits until a call with these parameters may be made. One thread must not wait for another turn while it has one.
pub(super) fn turn(parameters: &str) -> Turn {
    let named = parameters.split_ascii_whitespace().find_map(|one| one.strip_prefix("num_threads="));
    let threads = named.and_then(|threads| threads.parse().ok()).unwrap_or(0);
    let mut inside = LEFT
        .wait_while(inside(), |inside| inside.count > 0 && inside.threads != threads)
        .unwrap_or_else(PoisonError::into_inner);
    inside.threads = threads;
    inside.count += 1;
    Turn(())
}

impl Drop for Turn {
    fn drop(&mut self) {
        inside().count -= 1;
        LEFT.notify_all();
    }
}

fn inside() -> MutexGuard<'static, Inside> {
    INSIDE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    /// Numbers that nothing else in the tests of this crate names.
    #[test]
    fn equal_numbers_go_side_by_side_and_others_wait() {
        let first = turn("objective=binary num_threads=1001 verbosity=-1");
        let (told, heard) = mpsc::channel();
        let say = |parameters: &'static str| {
            let told = told.clone();
            std::thread::spawn(move || {
                let _turn = turn(parameters);
                told.send(parameters).unwrap();
            })
        };
        let other = say("num_threads=1002");
        let same = say("num_threads=1001");
        assert_eq!(heard.recv().unwrap(), "num_threads=1001");
        assert!(heard.recv_timeout(Duration::from_millis(50)).is_err(), "it waits");
        drop(first);
        assert_eq!(heard.recv().unwrap(), "num_threads=1002");
        same.join().unwrap();
        other.join().unwrap();
    }
}
