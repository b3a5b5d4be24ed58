//! Ctrl-C, and being asked to end.

use std::io;

use gml_engine::Stopper;
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
            if signals.forever().next().is_some() {
                let id = stopper.stop();
                output::error_line("interrupted: datasets are whole, and the steps that were done are kept");
                if let Some(id) = id {
                    output::error_line(format!("the run is recorded as {id}; run again to go on from there"));
                }
                std::process::exit(i32::from(Exit::Interrupted.code()));
            }
        });
        let done = work();
        handle.close();
        done
    }))
}
