//! Whom to believe: the system's certificate authorities and those of a file. Never a switch to believe everybody.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// TLS with the system's authorities (`SSL_CERT_FILE` and `SSL_CERT_DIR` move them) and those of `extra`.
pub(in crate::sources) fn config(extra: Option<&Path>) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(system.certs);
    if let Some(file) = extra {
        add(&mut roots, file)?;
    }
    if roots.is_empty() {
        let why = system.errors.first().map(|error| format!(" ({error})")).unwrap_or_default();
        return Err(format!("no certificate authority is known{why}; install ca-certificates, or name a file by ca-file in [github]"));
    }
    build(roots)
}

/// TLS that believes nobody: for the loopback, which is reached without it.
pub(in crate::sources) fn nobody() -> Result<ClientConfig, String> {
    build(RootCertStore::empty())
}

fn add(roots: &mut RootCertStore, file: &Path) -> Result<(), String> {
    let says = |why: String| format!("the certificate authorities in {} cannot be used: {why}", file.display());
    let mut found = 0_usize;
    for each in CertificateDer::pem_file_iter(file).map_err(|error| says(error.to_string()))? {
        roots.add(each.map_err(|error| says(error.to_string()))?).map_err(|error| says(error.to_string()))?;
        found += 1;
    }
    if found == 0 { Err(says("it holds no certificate in PEM".to_owned())) } else { Ok(()) }
}

fn build(roots: RootCertStore) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = versions.map_err(|error| error.to_string())?.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
