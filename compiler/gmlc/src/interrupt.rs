//! Ctrl-C, and being asked to end.

use std::io;

use gml_engine::{Interrupted, Progress, Stopper};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::exit::Exit;
use crate::progress::Shown;

/// Does some work, during which a signal ends the process: the run that `stopper` watches is recorded as interrupted. A second
/// signal ends it at once, without waiting until trainings have kept where they are or servers have answered.
///
/// # Errors
/// Where the system lets nobody listen for signals.
pub fn watched<T>(stopper: &Stopper, shown: &Shown, work: impl FnOnce() -> T) -> io::Result<T> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let handle = signals.handle();
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
        let done = work();
        handle.close();
        done
    }))
}

fn end() -> ! {
    std::process::exit(i32::from(Exit::Interrupted.code()))
}
