//! Ctrl-C, and being asked to end.

use std::io;

use gml_engine::{Interrupted, Progress, Stopper};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

use crate::exit::Exit;
use crate::progress::Shown;

/// Does some work, during which a signal ends the process: the run that `stopper` watches is recorded as interrupted. A second
/// signal ends it at once, without waiting until trainings have kept where they are or servers have answered.
///
/// # Errors
/// Where the system lets nobody listen for signals.
pub fn watched<T>(stopper: &Stopper, shown: &Shown, work: impl FnOnce() -> T) -> io::Result<T> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let closing = Closing(signals.handle());
    Ok(std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut asked = signals.forever();
            if asked.next().is_none() {
                return;
            }
            scope.spawn(move || {
                let ended = stopper.stop();
                shown.interrupted(ended.as_ref());
                ended.iter().flat_map(Interrupted::tell).for_each(|problem| shown.message(&problem));
                end();
            });
            if asked.next().is_some() {
                end();
            }
        });
        // Closed at the end of this scope, where the work panics too.
        let _closing = closing;
        work()
    }))
}

/// Ends the waiting for signals with the work, however that ends: a scope waits for the thread that waits for them.
struct Closing(Handle);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

fn end() -> ! {
    std::process::exit(i32::from(Exit::Interrupted.code()))
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;
    use crate::progress::Log;

    fn broken() {
        panic!("broken")
    }

    #[test]
    fn a_panic_of_the_work_ends_the_waiting_for_signals() {
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let (stopper, shown) = (Stopper::default(), Shown::new(Log::Json));
            let ended = catch_unwind(AssertUnwindSafe(|| watched(&stopper, &shown, broken)));
            let _ = sender.send(ended.is_err());
        });
        assert_eq!(receiver.recv_timeout(Duration::from_secs(20)), Ok(true));
    }
}
