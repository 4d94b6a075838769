//! Runs the program as a person would.

#![allow(dead_code, reason = "each test program uses its part of this")]

use std::ffi::OsStr;
use std::process::Command;

/// What a run came to.
pub(crate) struct Ran {
    /// The exit code.
    pub(crate) exit: i32,
    /// Results.
    pub(crate) out: String,
    /// What is said to people.
    pub(crate) err: String,
}

/// Runs `newsprint` with these arguments.
pub(crate) fn newsprint<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_newsprint")).args(args).output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Ran { exit: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}
