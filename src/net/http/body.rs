//! Both sides of an exchange as streams with a bounded buffer, and bodies that go from one to the other.

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::head::Framing;
use crate::net::Connection;

/// Bytes that are asked for at once.
const CHUNK: usize = 32 * 1024;
/// The longest line that tells a chunk's size, or of a trailer.
const LINE_MAX: usize = 8 * 1024;
/// Lines of a trailer.
const TRAILERS_MAX: usize = 64;

/// Why an exchange cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// What is read from has ended, or is not what it should be.
    Source,
    /// Nobody takes what is written.
    Sink,
    /// A head is longer than it may be.
    TooLong,
}

/// Where bytes come from.
pub(super) trait Source {
    /// The next bytes; none at the end. May be dropped at any time without a loss.
    fn more(&mut self) -> impl Future<Output = Result<Bytes, Broken>> + Send;
}

/// Where bytes go.
pub(super) trait Sink {
    /// Writes all of it.
    fn write(&mut self, data: Bytes) -> impl Future<Output = Result<(), Broken>> + Send;
}

/// The guest's end.
#[derive(Clone, Copy)]
pub(super) struct Guest<'a>(pub(super) &'a Connection);

impl Source for Guest<'_> {
    async fn more(&mut self) -> Result<Bytes, Broken> {
        loop {
            match self.0.try_read(CHUNK) {
                Ok(Some(data)) => return Ok(data),
                Ok(None) => self.0.readable().await,
                Err(_) => return Err(Broken::Source),
            }
        }
    }
}

impl Sink for Guest<'_> {
    async fn write(&mut self, mut data: Bytes) -> Result<(), Broken> {
        while data.has_remaining() {
            match self.0.try_write(&data) {
                Ok(0) => self.0.writable().await,
                Ok(n) => data.advance(n),
                Err(_) => return Err(Broken::Sink),
            }
        }
        Ok(())
    }
}

/// One direction of the server's end.
pub(super) struct Server<T>(pub(super) T);

impl<T: AsyncRead + Unpin + Send> Source for Server<T> {
    async fn more(&mut self) -> Result<Bytes, Broken> {
        let mut data = BytesMut::with_capacity(CHUNK);
        self.0.read_buf(&mut data).await.map_err(|_| Broken::Source)?;
        Ok(data.freeze())
    }
}

impl<T: AsyncWrite + Unpin + Send> Sink for Server<T> {
    async fn write(&mut self, data: Bytes) -> Result<(), Broken> {
        let Server(to) = self;
        to.write_all(&data).await.and(to.flush().await).map_err(|_| Broken::Sink)
    }
}

/// A source with what was read from it and not used.
pub(super) struct Buffered<S> {
    source: S,
    buffer: BytesMut,
}

impl<S: Source> Buffered<S> {
    pub(super) fn new(source: S) -> Buffered<S> {
        Buffered { source, buffer: BytesMut::new() }
    }

    /// Whether something was read that nobody asked for.
    pub(super) fn has_more(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Reads more; false at the end.
    pub(super) async fn fill(&mut self) -> Result<bool, Broken> {
        let data = self.source.more().await?;
        self.buffer.extend_from_slice(&data);
        Ok(!data.is_empty())
    }

    /// Reads something and forgets it; how much that was.
    pub(super) async fn skip(&mut self) -> Result<usize, Broken> {
        self.buffer.clear();
        Ok(self.source.more().await?.len())
    }

    /// A head with its empty line; `None` at the end.
    pub(super) async fn head(&mut self, max: usize) -> Result<Option<Bytes>, Broken> {
        let mut seen = 0;
        loop {
            // The mark may have begun in what was there before.
            let from = usize::saturating_sub(seen, 3);
            if let Some(at) = self.buffer[from..].windows(4).position(|window| window == b"\r\n\r\n") {
                let end = from + at + 4;
                if end > max {
                    return Err(Broken::TooLong);
                }
                return Ok(Some(self.buffer.split_to(end).freeze()));
            }
            seen = self.buffer.len();
            if seen > max {
                return Err(Broken::TooLong);
            }
            if !self.fill().await? {
                return if self.buffer.is_empty() { Ok(None) } else { Err(Broken::Source) };
            }
        }
    }

    /// A line without its end.
    async fn line(&mut self) -> Result<Bytes, Broken> {
        loop {
            if let Some(at) = self.buffer.iter().position(|&b| b == b'\n') {
                let line = self.buffer.split_to(at + 1).freeze();
                let line = line.strip_suffix(b"\r\n").ok_or(Broken::Source)?;
                return if line.contains(&b'\r') { Err(Broken::Source) } else { Ok(Bytes::copy_from_slice(line)) };
            }
            if self.buffer.len() > LINE_MAX || !self.fill().await? {
                return Err(Broken::Source);
            }
        }
    }

    /// At most `max` bytes of a body; `None` at the end of the source.
    async fn piece(&mut self, max: u64) -> Result<Option<Bytes>, Broken> {
        if self.buffer.is_empty() && !self.fill().await? {
            return Ok(None);
        }
        let n = self.buffer.len().min(usize::try_from(max).unwrap_or(usize::MAX));
        Ok(Some(self.buffer.split_to(n).freeze()))
    }

    /// Moves a body. Chunks are made anew, so that nothing but their data gets through.
    pub(super) async fn body(&mut self, framing: Framing, to: &mut impl Sink) -> Result<(), Broken> {
        match framing {
            Framing::None => Ok(()),
            Framing::Close => {
                while let Some(data) = self.piece(u64::MAX).await? {
                    to.write(data).await?;
                }
                Ok(())
            }
            Framing::Length(length) => self.exactly(length, to, false).await,
            Framing::Chunked => {
                loop {
                    let size = chunk_size(&self.line().await?).ok_or(Broken::Source)?;
                    if size == 0 {
                        break;
                    }
                    self.exactly(size, to, true).await?;
                    if !self.line().await?.is_empty() {
                        return Err(Broken::Source);
                    }
                }
                for _ in 0..TRAILERS_MAX {
                    if self.line().await?.is_empty() {
                        return to.write(Bytes::from_static(b"0\r\n\r\n")).await;
                    }
                }
                Err(Broken::Source)
            }
        }
    }

    async fn exactly(&mut self, mut left: u64, to: &mut impl Sink, chunked: bool) -> Result<(), Broken> {
        while left > 0 {
            let data = self.piece(left).await?.ok_or(Broken::Source)?;
            left -= data.len() as u64;
            if chunked {
                let mut chunk = BytesMut::from(format!("{:x}\r\n", data.len()).as_bytes());
                chunk.extend_from_slice(&data);
                chunk.extend_from_slice(b"\r\n");
                to.write(chunk.freeze()).await?;
            } else {
                to.write(data).await?;
            }
        }
        Ok(())
    }
}

/// The size that a chunk's first line tells.
fn chunk_size(line: &[u8]) -> Option<u64> {
    // Extensions are left out; nobody uses them but who wants to confuse.
    let digits = line.split(|&b| b == b';').next()?.trim_ascii_end();
    let digits = std::str::from_utf8(digits).ok()?;
    let hex = (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    if hex { u64::from_str_radix(digits, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its bytes in pieces of that size.
    struct Pieces<'a>(&'a [u8], usize);

    impl Source for Pieces<'_> {
        async fn more(&mut self) -> Result<Bytes, Broken> {
            let (now, later) = self.0.split_at(self.0.len().min(self.1));
            self.0 = later;
            Ok(Bytes::copy_from_slice(now))
        }
    }

    impl Sink for Vec<u8> {
        async fn write(&mut self, data: Bytes) -> Result<(), Broken> {
            self.extend_from_slice(&data);
            Ok(())
        }
    }

    /// What goes out, and what is left.
    async fn moved(input: &str, framing: Framing, size: usize) -> Result<(String, String), Broken> {
        let mut source = Buffered::new(Pieces(input.as_bytes(), size));
        let mut out = Vec::new();
        source.body(framing, &mut out).await?;
        while source.fill().await? {}
        Ok((String::from_utf8(out).unwrap(), String::from_utf8(source.buffer.to_vec()).unwrap()))
    }

    #[tokio::test]
    async fn bodies_end_where_they_say() {
        for size in [1, 2, 3, 7, 1000] {
            assert_eq!(moved("abcde", Framing::Length(3), size).await, Ok(("abc".into(), "de".into())));
            assert_eq!(moved("abcde", Framing::Close, size).await, Ok(("abcde".into(), String::new())));
            assert_eq!(moved("abcde", Framing::None, size).await, Ok((String::new(), "abcde".into())));
            assert_eq!(moved("ab", Framing::Length(3), size).await, Err(Broken::Source));
        }
        let chunked = "3;x=\"y\"\r\nabc\r\n2 \r\nde\r\n0\r\nAuthorization: x\r\n\r\nnext";
        assert_eq!(
            moved(chunked, Framing::Chunked, 1000).await,
            Ok(("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n".into(), "next".into()))
        );
        for size in [1, 5] {
            let (out, left) = moved(chunked, Framing::Chunked, size).await.unwrap();
            assert!(out.ends_with("0\r\n\r\n") && !out.contains("Authorization"));
            assert_eq!(left, "next");
        }
    }

    #[tokio::test]
    async fn chunks_that_are_none() {
        let long = format!("1\r\na\r\n0\r\n{}", "x".repeat(100_000));
        let trailers = format!("0\r\n{}\r\n", "a: b\r\n".repeat(1000));
        for body in [
            "3\nabc\r\n0\r\n\r\n",
            "3\r\nabcd\r\n0\r\n\r\n",
            "3\r\nabc0\r\n\r\n",
            "-3\r\nabc\r\n0\r\n\r\n",
            "0x3\r\nabc\r\n0\r\n\r\n",
            "+3\r\nabc\r\n0\r\n\r\n",
            " 3\r\nabc\r\n0\r\n\r\n",
            "\r\nabc\r\n0\r\n\r\n",
            "3\r\nabc\n0\r\n\r\n",
            "ffffffffffffffff1\r\nabc",
            "3;\rx\r\nabc\r\n0\r\n\r\n",
            "0\r\n",
            "3\r\nab",
            long.as_str(),
            trailers.as_str(),
        ] {
            for size in [1, 1000] {
                assert_eq!(moved(body, Framing::Chunked, size).await, Err(Broken::Source), "{body:.40}");
            }
        }
    }

    #[tokio::test]
    async fn heads_are_bounded() {
        for size in [1, 3, 1000] {
            let mut source = Buffered::new(Pieces(b"a\r\n\r\nb\r\nc\r\n\r\n", size));
            assert_eq!(source.head(100).await, Ok(Some(Bytes::from_static(b"a\r\n\r\n"))));
            assert_eq!(source.head(100).await, Ok(Some(Bytes::from_static(b"b\r\nc\r\n\r\n"))));
            assert_eq!(source.head(100).await, Ok(None));
            let mut source = Buffered::new(Pieces(b"abcdefghij\r\n\r\n", size));
            assert_eq!(source.head(8).await, Err(Broken::TooLong));
            let mut source = Buffered::new(Pieces(b"abc", size));
            assert_eq!(source.head(8).await, Err(Broken::Source));
        }
    }
}
