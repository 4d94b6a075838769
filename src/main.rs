//! The program: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    newsprint::cli::main()
}
