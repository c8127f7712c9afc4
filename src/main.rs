//! The program: hands its arguments to `cli`, turns the answer into an exit code, and says who gives memory. Never anything else.

use std::process::ExitCode;

use mimalloc::MiMalloc;

#[global_allocator]
static MEMORY: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    lazaret::cli::run(std::env::args_os()).into()
}
