//! A session bus of our own with a Secret Service on it, spoken over a socket: just what asking for one entry takes.
#![allow(unreachable_pub, reason = "helpers are public within the suite")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;

/// How the keyring on the bus is.
pub enum Keyring {
    /// It holds this for `lazaret` and this host.
    Holds(&'static str, Vec<u8>),
    /// It holds one, and is locked.
    Locked,
    /// It never answers.
    Silent,
    /// No keyring is on the bus.
    Absent,
}

/// Starts a bus at `socket`; its address.
pub fn start(socket: &Path, keyring: Keyring) -> String {
    let listener = UnixListener::bind(socket).unwrap();
    let keyring = Arc::new(keyring);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let keyring = keyring.clone();
            std::thread::spawn(move || serve(stream.unwrap(), &keyring));
        }
    });
    format!("unix:path={}", socket.display())
}

fn serve(mut stream: UnixStream, keyring: &Keyring) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?);
    if matches!(keyring, Keyring::Silent) {
        return lines.read_until(b'?', &mut Vec::new()).ok().map(drop);
    }
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).ok()?;
        let answer = match line.trim_start_matches('\0').split_whitespace().next()? {
            "AUTH" => "OK 0123456789abcdef0123456789abcdef\r\n",
            "BEGIN" => break,
            _ => "ERROR\r\n",
        };
        stream.write_all(answer.as_bytes()).ok()?;
    }
    let mut head = [0; 16];
    while lines.read_exact(&mut head).is_ok() {
        let size = |at: usize| u32::from_le_bytes(head[at..at + 4].try_into().unwrap());
        let mut rest = vec![0; (size(12) as usize).next_multiple_of(8) + size(4) as usize];
        lines.read_exact(&mut rest).ok()?;
        if let Some(answer) = answer(keyring, size(8), &rest) {
            stream.write_all(&answer).ok()?;
        }
    }
    Some(())
}

fn answer(keyring: &Keyring, serial: u32, asked: &[u8]) -> Option<Vec<u8>> {
    let has = |part: &str| asked.windows(part.len()).any(|window| window == part.as_bytes());
    let mut body = Body::default();
    let signature = match keyring {
        _ if has("Hello") => body.text(":1.1", "s"),
        Keyring::Absent => return Some(message(serial, Err("org.freedesktop.DBus.Error.ServiceUnknown"), &[])),
        _ if has("OpenSession") => body.variant_of_nothing().text("/s", "vo"),
        Keyring::Locked if has("SearchItems") => body.paths(&[]).paths(&["/i"]).done("aoao"),
        Keyring::Holds(host, _) if has("SearchItems") => {
            let found: &[&str] = if has("lazaret\0") && has(&format!("{host}\0")) { &["/i"] } else { &[] };
            body.paths(found).paths(&[]).done("aoao")
        }
        Keyring::Holds(_, secret) if has("GetSecret") => {
            body.align(8).text("/s", "");
            body.bytes(&[]).bytes(secret).text("text/plain", "(oayays)")
        }
        _ => return None,
    };
    Some(message(serial, Ok(signature), &body.0))
}

/// Values one after the other, each where the protocol wants it.
#[derive(Default)]
struct Body(Vec<u8>);

impl Body {
    fn align(&mut self, to: usize) -> &mut Self {
        self.0.resize(self.0.len().next_multiple_of(to), 0);
        self
    }

    fn number(&mut self, number: usize) -> &mut Self {
        self.align(4).0.extend(u32::try_from(number).unwrap().to_le_bytes());
        self
    }

    /// A string or path, and the signature of all there is.
    fn text(&mut self, text: &str, signature: &'static str) -> &'static str {
        self.number(text.len()).0.extend(text.bytes().chain([0]));
        signature
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.number(bytes.len()).0.extend(bytes);
        self
    }

    fn variant_of_nothing(&mut self) -> &mut Self {
        self.0.extend(b"\x01s\0");
        self.text("", "");
        self
    }

    fn paths(&mut self, paths: &[&str]) -> &mut Self {
        let mut list = Self::default();
        for path in paths {
            list.text(path, "");
        }
        self.bytes(&list.0)
    }

    fn done(&mut self, signature: &'static str) -> &'static str {
        signature
    }
}

/// A reply to message `serial`, or its failure by this name.
fn message(serial: u32, outcome: Result<&str, &str>, body: &[u8]) -> Vec<u8> {
    let mut fields = Body::default();
    fields.0.extend(b"\x05\x01u\0");
    fields.number(serial as usize);
    let kind = match outcome {
        Ok(signature) => {
            fields.align(8).0.extend(b"\x08\x01g\0");
            fields.0.push(u8::try_from(signature.len()).unwrap());
            fields.0.extend(signature.bytes().chain([0]));
            2
        }
        Err(name) => {
            fields.align(8).0.extend(b"\x04\x01s\0");
            fields.text(name, "");
            3
        }
    };
    let mut all = Body(vec![b'l', kind, 0, 1]);
    all.number(body.len()).number(1).number(fields.0.len());
    all.0.extend(&fields.0);
    all.align(8).0.extend(body);
    all.0
}
