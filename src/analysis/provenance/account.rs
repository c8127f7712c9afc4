//! An account of a forge.

/// The forge's account that opened a pull.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its numeric id, which survives renames.
    pub id: Option<u64>,
    /// Its login as the forge spells it. Forges drop `[bot]` in places, and a bare first name belongs to a person.
    pub login: String,
    /// Whether the forge says that it is a bot or an app.
    pub bot: bool,
}
