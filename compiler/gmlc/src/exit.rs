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

impl Exit {
    /// The code that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::ProgramWrong => 1,
            Self::Usage => 2,
            Self::RunFailed => 3,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
