//! What the system keyring keeps for us: asked in bounded time; never unlocked, prompted for or written by us.
//!
//! The entry has the service `lazaret` and the host as its user. Linux: the Secret Service, over the user's own session bus, which is a
//! socket that nobody else reaches: whoever listens there may ask the keyring too, so what it says is not encrypted once more.
#![allow(clippy::disallowed_methods, reason = "the door that asks the system keyring, and a thread that may be given up")]

use std::sync::mpsc;
use std::time::Duration;

use anyhow::anyhow;

/// What our entries are filed under.
const SERVICE: &str = "lazaret";

/// How long the keyring may take. On macOS the system may ask its user whether we may read the entry.
const PATIENCE: Duration = Duration::from_secs(if cfg!(target_os = "macos") { 30 } else { 5 });

/// The token kept for `host`.
///
/// # Errors
/// Why the keyring could not be read, as part of a sentence.
pub(super) fn token(host: &str) -> Result<Option<String>, String> {
    if !host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:_".contains(c)) {
        return Ok(None);
    }
    let (tell, told) = mpsc::channel();
    let asked = host.to_owned();
    let thread = std::thread::Builder::new().name("keyring".to_owned()).spawn(move || {
        // Nobody may be waiting any more.
        let _ = tell.send(read(&asked));
    });
    if let Err(error) = thread {
        return Err(format!("the system keyring could not be asked: {error}"));
    }
    match told.recv_timeout(PATIENCE) {
        Ok(read) => read.map_err(|error| error.to_string()),
        Err(_) => Err(format!("the system keyring did not answer within {} seconds", PATIENCE.as_secs())),
    }
}

#[cfg(target_os = "linux")]
fn read(host: &str) -> anyhow::Result<Option<String>> {
    use std::collections::HashMap;

    use dbus_secret_service::{EncryptionType, SecretService};

    on_this_machine()?;
    let keyring = SecretService::connect(EncryptionType::Plain).map_err(|error| failed("could not be asked", &error))?;
    let found = keyring.search_items(HashMap::from([("service", SERVICE), ("username", host)]));
    let found = found.map_err(|error| failed("could not be searched", &error))?;
    match (found.unlocked.first(), found.locked.is_empty()) {
        (Some(item), _) => text(item.get_secret().map_err(|error| failed("did not give its entry", &error))?).map(Some),
        (None, true) => Ok(None),
        (None, false) => Err(anyhow!("the system keyring has one, but is locked: unlock it and try again")),
    }
}

/// Insists on a session bus of this machine: others would be sent the token over a network, or start a program.
#[cfg(target_os = "linux")]
fn on_this_machine() -> anyhow::Result<()> {
    use std::path::Path;

    let named = std::env::var("DBUS_SESSION_BUS_ADDRESS").unwrap_or_default();
    let usual = || std::env::var_os("XDG_RUNTIME_DIR").is_some_and(|folder| Path::new(&folder).join("bus").exists());
    match named.as_str() {
        "" if usual() => Ok(()),
        "" => Err(anyhow!("the system keyring cannot be asked: there is no session bus")),
        named if named.split(';').all(|one| one.is_empty() || one.starts_with("unix:")) => Ok(()),
        _ => Err(anyhow!("the system keyring was not asked: DBUS_SESSION_BUS_ADDRESS names no socket of this machine")),
    }
}

/// What did not work, and the first sentence of why.
#[cfg(target_os = "linux")]
fn failed(what: &str, error: &dbus_secret_service::Error) -> anyhow::Error {
    let why = error.to_string();
    anyhow!("the system keyring {what}: {}", why.split_once(". ").map_or(&*why, |(first, _)| first))
}

#[cfg(target_os = "linux")]
fn text(bytes: Vec<u8>) -> anyhow::Result<String> {
    String::from_utf8(bytes).map_err(|_| anyhow!("the entry of the system keyring is no text"))
}

#[cfg(any(target_os = "macos", windows))]
fn read(host: &str) -> anyhow::Result<Option<String>> {
    use keyring_core::Error;
    use keyring_core::api::CredentialStoreApi as _;

    #[cfg(target_os = "macos")]
    use apple_native_keyring_store::keychain::Store;
    #[cfg(windows)]
    use windows_native_keyring_store::Store;

    let kept = Store::new().and_then(|store| store.build(SERVICE, host, None)).and_then(|entry| entry.get_password());
    match kept {
        Ok(kept) => Ok(Some(kept)),
        Err(Error::NoEntry) => Ok(None),
        Err(Error::BadEncoding(_)) => Err(anyhow!("the entry of the system keyring is no text")),
        Err(error) => Err(anyhow!("the system keyring could not be read: {error}")),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
fn read(_: &str) -> anyhow::Result<Option<String>> {
    Err(anyhow!("the system keyring of this system is not known"))
}
