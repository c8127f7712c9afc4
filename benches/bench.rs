//! Measurements of the hot paths. Run with `cargo bench`; nothing here is asserted.

fn main() {
    divan::main();
}
