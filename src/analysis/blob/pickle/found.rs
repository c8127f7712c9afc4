//! What reading pickles brings to light: the names they import, and which of those they call. Nothing is read here.

/// A name that loading the pickle would import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The module and the name in it, as `os.system`; `None` where it is put together while loading.
    pub name: Option<String>,
    /// Whether it would be called.
    pub called: bool,
    /// The texts it would be called with, in short.
    pub with: String,
}

/// What one run of pickles holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pickles {
    /// Its imports, in order.
    pub imports: Vec<Import>,
    /// How many pickles came to their end.
    pub ended: usize,
    /// Bytes read.
    pub read: usize,
    /// Whether it stops making sense where a pickle has begun and not ended.
    pub broken: bool,
}
