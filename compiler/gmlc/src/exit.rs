//! Exit codes.

use std::process::ExitCode;

/// How the command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All that was asked for is done.
    Done,
    /// The program is wrong.
    ProgramWrong,
    /// The command line is wrong.
    Usage,
    /// The program is right, but its run failed.
    RunFailed,
    /// The user stopped it.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::ProgramWrong => 1,
            Exit::Usage => 2,
            Exit::RunFailed => 3,
            Exit::Interrupted => 130,
        })
    }
}
