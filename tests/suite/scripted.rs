//! A server on the loopback that answers each request with exactly the bytes it is told to, and remembers what it was asked.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request as it arrived.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Seen {
    /// The header called `name`; empty when it did not come.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// What is done in answer, in order; then the connection ends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    cut: Option<usize>,
    drip: Option<Duration>,
    before: Option<Duration>,
    silent: bool,
    unframed: bool,
}

/// A JSON answer.
pub(crate) fn json(status: u16, body: &str) -> Reply {
    Reply { status, body: body.as_bytes().to_vec(), ..Reply::default() }.header("content-type", "application/json; charset=utf-8")
}

impl Reply {
    pub(crate) fn ok(kind: &str, body: &[u8]) -> Self {
        Self { status: 200, body: body.to_vec(), ..Self::default() }.header("content-type", kind)
    }

    /// A status and nothing else.
    pub(crate) fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// A page, as gateways send it.
    pub(crate) fn page(status: u16) -> Self {
        Self { status, body: b"<html><body>We had issues</body></html>".to_vec(), ..Self::default() }.header("content-type", "text/html")
    }

    /// `SELF` in `value` becomes the server's address.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Only the first `bytes` of the body are sent.
    pub(crate) fn cut(self, bytes: usize) -> Self {
        Self { cut: Some(bytes), ..self }
    }

    /// One byte of the body at a time.
    pub(crate) fn drip(self, each: Duration) -> Self {
        Self { drip: Some(each), ..self }
    }

    /// The body packed, as GitHub sends it.
    pub(crate) fn packed(self) -> Self {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&self.body).unwrap();
        Self { body: encoder.finish().unwrap(), ..self }.header("content-encoding", "gzip")
    }

    /// Only the end of the connection tells that the body is at its end.
    pub(crate) fn unframed(self) -> Self {
        Self { unframed: true, ..self }
    }

    /// Begins to answer only after a while.
    pub(crate) fn after(self, before: Duration) -> Self {
        Self { before: Some(before), ..self }
    }

    /// The connection ends without an answer.
    pub(crate) fn hang_up() -> Self {
        Self { silent: true, ..Self::default() }
    }

    fn send(&self, stream: &mut impl Write, own: &str) -> std::io::Result<()> {
        std::thread::sleep(self.before.unwrap_or_default());
        if self.silent {
            return Ok(());
        }
        let mut head = format!("HTTP/1.1 {} Said\r\nconnection: close\r\n", self.status);
        if !self.unframed {
            head.push_str(&format!("content-length: {}\r\n", self.body.len()));
        }
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {}\r\n", value.replace("SELF", own)));
        }
        stream.write_all(format!("{head}\r\n").as_bytes())?;
        let body = &self.body[..self.cut.unwrap_or(self.body.len())];
        match self.drip {
            None => stream.write_all(body)?,
            Some(each) => {
                for byte in body {
                    stream.write_all(&[*byte])?;
                    stream.flush()?;
                    std::thread::sleep(each);
                }
            }
        }
        stream.flush()
    }
}

/// A listening server. It ends with the test.
pub(crate) struct Server {
    address: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Answers with what `script` says to a request and to how many came before it.
    pub(crate) fn start(script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen("http://127.0.0.1", script, |stream, answer| answer(&mut { stream }))
    }

    /// As [`Self::start`], over TLS with a certificate for `localhost`; also the PEM of the authority that made it.
    pub(crate) fn secure(script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static) -> (Self, String) {
        let (config, authority) = certified();
        let server = Self::listen("https://localhost", script, move |stream, answer| {
            let session = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut stream = rustls::StreamOwned::new(session, stream);
            answer(&mut stream);
            stream.conn.send_close_notify();
            let _ = stream.flush();
        });
        (server, authority)
    }

    fn listen(
        origin: &str,
        script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
        wrap: impl Fn(TcpStream, &dyn Fn(&mut dyn Stream)) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("{origin}:{}", listener.local_addr().unwrap().port());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, own, shared) = (Arc::clone(&seen), address.clone(), Arc::new((script, wrap)));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (Ok(stream), log, own, shared) = (stream, Arc::clone(&log), own.clone(), Arc::clone(&shared)) else { return };
                std::thread::spawn(move || (shared.1)(stream, &|stream| answer(stream, &own, &log, &shared.0)));
            }
        });
        Self { address, seen }
    }

    /// An address where nobody listens.
    pub(crate) fn nobody() -> String {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        format!("http://127.0.0.1:{port}")
    }

    pub(crate) fn address(&self) -> String {
        self.address.clone()
    }

    /// Everything it was asked, in order of arrival.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

/// Both directions of a connection.
trait Stream: Read + Write {}

impl<S: Read + Write> Stream for S {}

fn answer(mut stream: &mut dyn Stream, own: &str, log: &Mutex<Vec<Seen>>, script: &dyn Fn(&Seen, usize) -> Reply) {
    let Some(seen) = read(stream) else { return };
    let before = {
        let mut log = log.lock().unwrap();
        log.push(seen.clone());
        log.len() - 1
    };
    // Who asked may be gone by now; that is part of the tests.
    let _ = script(&seen, before).send(&mut stream, own);
}

/// TLS for `localhost` by an authority nobody else knows.
fn certified() -> (Arc<rustls::ServerConfig>, String) {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    (Arc::new(config.with_single_cert(vec![certificate.der().clone()], key).unwrap()), authority.pem())
}

fn read(stream: &mut dyn Stream) -> Option<Seen> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let mut seen = Seen { method: words.next()?, target: words.next()?, ..Seen::default() };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        seen.headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let mut body = vec![0; seen.header("content-length").parse().unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    seen.body = String::from_utf8_lossy(&body).into_owned();
    Some(seen)
}
