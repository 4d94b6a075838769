//! The program: everything is in the library.

use std::process::ExitCode;

/// Pages are made by many threads from many small values: this allocator asks the system for memory a tenth as often.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    newsprint::cli::main()
}
