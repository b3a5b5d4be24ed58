//! Ctrl-C, and being asked to end.

use std::io;

use gml_engine::{Interrupted, Stopper};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::exit::Exit;
use crate::output;

/// Does some work, during which a signal ends the process: the run that `stopper` watches is recorded as interrupted.
///
/// # Errors
/// Where the system lets nobody listen for signals.
pub fn watched<T>(stopper: &Stopper, work: impl FnOnce() -> T) -> io::Result<T> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let handle = signals.handle();
    Ok(std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut asked = signals.forever();
            if asked.next().is_none() {
                return;
            }
            let ended = || std::process::exit(i32::from(Exit::Interrupted.code()));
            // A training is given time to keep where it is; who asks again does not wait for that.
            scope.spawn(move || {
                let interrupted = stopper.stop();
                output::error_line("interrupted: datasets are whole, and the steps that were done are kept");
                if let Some(Interrupted { run, trainings }) = interrupted {
                    match trainings {
                        0 => {}
                        1 => output::error_line("a training has kept where it is"),
                        more => output::error_line(format!("{more} trainings have kept where they are")),
                    }
                    output::error_line(format!("the run is recorded as {run}; run again to go on from there"));
                }
                ended();
            });
            if asked.next().is_some() {
                ended();
            }
        });
        let done = work();
        handle.close();
        done
    }))
}
