//! Connections that can be cut at any byte they send.

use std::io;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use super::fault::{Valve, open};

/// A listener whose connections have a valve.
pub struct Lines(pub TcpListener);

/// One connection.
pub struct Line {
    stream: TcpStream,
    valve: Valve,
}

/// The valve of the connection a request came in on.
#[derive(Clone)]
pub struct Own(pub Valve);

impl Listener for Lines {
    type Io = Line;
    type Addr = Valve;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            if let Ok((stream, _)) = self.0.accept().await {
                // Small answers must not wait for each other.
                let _ = stream.set_nodelay(true);
                let valve = open();
                return (Line { stream, valve: Valve::clone(&valve) }, valve);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(open())
    }
}

impl Connected<IncomingStream<'_, Lines>> for Own {
    fn connect_info(stream: IncomingStream<'_, Lines>) -> Self {
        Self(Valve::clone(stream.remote_addr()))
    }
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let left = self.valve.load(Ordering::SeqCst);
        let allowed = match usize::try_from(left) {
            Ok(0) => return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            Ok(left) => &bytes[..bytes.len().min(left)],
            Err(_) => bytes,
        };
        let written = Pin::new(&mut self.stream).poll_write(context, allowed);
        if let (Poll::Ready(Ok(count)), true) = (&written, left > 0) {
            self.valve.fetch_sub(i64::try_from(*count).unwrap_or(left), Ordering::SeqCst);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
