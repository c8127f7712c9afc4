//! Git over smart HTTP, read only: the real `git upload-pack` on the real bare repository, behind the same tokens.

use std::io::Write;
use std::process::{Command, Stdio};

use axum::body::Body as Wire;
use axum::http::Response;

use super::Shared;
use super::account::Role;
use super::server::{Arrived, plain, token};

/// The password of a `Basic` header's content.
pub fn password(encoded: &str) -> String {
    let text = String::from_utf8_lossy(&unbase64(encoded)).into_owned();
    text.split_once(':').map(|(_, password)| password.to_owned()).unwrap_or_default()
}

/// Base64 decoded; other letters, such as line feeds and padding, are passed over.
pub fn unbase64(encoded: &str) -> Vec<u8> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut bits, mut held, mut bytes) = (0_u32, 0, Vec::new());
    for sextet in encoded.bytes().filter_map(value) {
        bits = bits << 6 | u32::from(sextet);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    bytes
}

pub fn answer(shared: &Shared, arrived: &Arrived) -> Response<Wire> {
    let Some((name, service)) = arrived.path.trim_start_matches('/').split_once(".git/") else { return missing() };
    let folder = {
        let world = shared.world.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Ok(token) = token(&world, arrived) else {
            let challenge = [("www-authenticate", "Basic realm=\"GitHub\"".to_owned())];
            return plain(401, "text/plain", b"Invalid username or token.\n".to_vec(), &challenge);
        };
        let viewer = token.map(|place| world.tokens[place].account);
        let found = name.split_once('/').and_then(|(owner, name)| world.repo(owner, name));
        match found.filter(|repo| world.role(repo, viewer) >= Role::Read) {
            Some(repo) => repo.git.path(),
            None if viewer.is_none() => {
                let challenge = [("www-authenticate", "Basic realm=\"GitHub\"".to_owned())];
                return plain(401, "text/plain", b"Authentication required\n".to_vec(), &challenge);
            }
            None => return missing(),
        }
    };
    let cache = [("cache-control", "no-cache".to_owned())];
    match (arrived.method.as_str(), service, arrived.query.as_str()) {
        ("GET", "info/refs", "service=git-upload-pack") => {
            let mut body = b"001e# service=git-upload-pack\n0000".to_vec();
            body.extend(upload_pack(&folder, arrived, &["--advertise-refs"], &[]));
            plain(200, "application/x-git-upload-pack-advertisement", body, &cache)
        }
        ("POST", "git-upload-pack", _) => {
            let body = upload_pack(&folder, arrived, &[], &arrived.body);
            plain(200, "application/x-git-upload-pack-result", body, &cache)
        }
        _ => plain(403, "text/plain", b"The loopback takes no pushes.\n".to_vec(), &[]),
    }
}

fn missing() -> Response<Wire> {
    plain(404, "text/plain", b"Repository not found.\n".to_vec(), &[])
}

fn upload_pack(folder: &std::path::Path, arrived: &Arrived, options: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("git")
        .args(["upload-pack", "--stateless-rpc", "--strict"])
        .args(options)
        .arg(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_PROTOCOL", arrived.header("git-protocol"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut to = child.stdin.take().unwrap();
    // A body may be compressed.
    let plain_input = if arrived.header("content-encoding") == "gzip" { gunzip(input) } else { input.to_vec() };
    std::thread::scope(|scope| {
        scope.spawn(move || to.write_all(&plain_input).ok());
        child.wait_with_output().unwrap().stdout
    })
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes), &mut plain).unwrap();
    plain
}
