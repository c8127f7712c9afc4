//! Pickles, read opcode by opcode and never loaded: which names they import and which of those they call.
//!
//! Protocols 0 to 5. A stack of what matters is kept: texts, imports, tuples of texts, and one value for everything else.

mod found;
mod machine;
mod opening;
mod value;

pub use found::{Import, Pickles};
pub use machine::read;
pub use opening::begins;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(bytes: &[u8]) -> (Option<String>, bool, String) {
        let found = read(bytes);
        let import = found.imports.first().unwrap().clone();
        (import.name, import.called, import.with)
    }

    #[test]
    fn calls_are_told_in_every_protocol() {
        let told = |name: &str, with: &str| (Some(name.to_owned()), true, with.to_owned());
        assert_eq!(one(b"cos\nsystem\n(S'id'\ntR."), told("os.system", "id"));
        assert_eq!(one(b"(S'id'\nios\nsystem\n."), told("os.system", "id"));
        assert_eq!(one(b"(cos\nsystem\nS'id'\no."), told("os.system", "id"));
        assert_eq!(one(b"\x80\x02cposix\nsystem\nX\x02\0\0\0id\x85R."), told("posix.system", "id"));
        assert_eq!(
            one(b"\x80\x04\x95\x1d\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x02id\x94\x85\x94R\x94."),
            told("posix.system", "id")
        );
        assert_eq!(one(b"\x80\x04\x8c\x05posix\x940\x8c\x06system\x940h\0h\x01\x93\x8c\x02id\x85R."), told("posix.system", "id"));
    }

    #[test]
    fn what_is_computed_is_said_to_be() {
        assert_eq!(one(b"\x80\x04NN\x93)R."), (None, true, String::new()));
        assert_eq!(one(b"\x80\x02\x82\x01)R."), (None, true, String::new()));
    }

    #[test]
    fn several_in_a_row_are_read_and_one_that_breaks_is_told() {
        let two = read(b"\x80\x02K\x01.\x80\x02cos\nsystem\n(tR.");
        assert_eq!((two.ended, two.imports.len(), two.broken), (2, 1, false));
        let broken = read(b"\x80\x02cos\nsystem\n(S'id'\ntR\xff\xff");
        assert!(broken.broken && broken.imports[0].called);
    }

    #[test]
    fn texts_do_not_begin_as_pickles() {
        assert!(begins(b"cos\nsystem\n(S'id'\ntR.") && begins(b"\x80\x04\x95\0\0\0\0\0\0\0\0}."));
        assert!(!begins(b"color\nblue\n\n") && !begins(b"(see below)\nfoo\nbar") && !begins(b"const x = 1\n"));
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let found = read(&bytes);
            prop_assert!(found.read <= bytes.len());
        }

        #[test]
        fn what_follows_an_import_does_not_hide_it(rest in proptest::collection::vec(any::<u8>(), 0..60)) {
            let bytes = [b"\x80\x02cos\nsystem\n(S'id'\ntR".as_slice(), &rest].concat();
            prop_assert!(read(&bytes).imports[0].called);
        }
    }
}
