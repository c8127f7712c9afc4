//! The program: hands its arguments to `cli` and turns the answer into an exit code. Never anything else.

use std::process::ExitCode;

fn main() -> ExitCode {
    lazaret::cli::run(std::env::args_os()).into()
}
