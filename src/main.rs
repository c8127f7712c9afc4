//! The program: hands its arguments to `cli` and turns the answer into an exit code. Never anything else.

fn main() {}
