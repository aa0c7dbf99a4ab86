//! Lines of checksum files: `HEX  NAME`, `HEX *NAME` and `TAG (NAME) = HEX`.

use super::algorithm::Algorithm;

/// What a line says.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    pub algorithm: Algorithm,
    pub digits: String,
    pub name: Vec<u8>,
}

/// Reads a line. `usual` is the command's function; `any` takes others of the SHA family by the number of digits.
pub fn parse(line: &[u8], usual: Algorithm, any: bool) -> Option<Line> {
    let start = line.iter().position(|b| !matches!(b, b' ' | b'\t'))?;
    let (escaped, line) = match &line[start..] {
        [b'\\', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let (algorithm, digits, name) = tagged(line, usual).or_else(|| plain(line, usual, any))?;
    let name = if escaped { unescape(name)? } else { name.to_vec() };
    Some(Line { algorithm, digits: digits.to_ascii_lowercase(), name })
}

fn digits(text: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(text).ok()?;
    text.bytes().all(|b| b.is_ascii_hexdigit()).then_some(text)
}

/// The function that has so many digits.
fn of_length(usual: Algorithm, any: bool, digits: usize) -> Option<Algorithm> {
    if let Algorithm::Blake2b(_) = usual {
        return (digits.is_multiple_of(2) && (2..=128).contains(&digits)).then_some(Algorithm::Blake2b(digits / 2));
    }
    let sha = [Algorithm::Sha1, Algorithm::Sha224, Algorithm::Sha256, Algorithm::Sha384, Algorithm::Sha512];
    match any {
        true => sha.into_iter().find(|algorithm| algorithm.digits() == digits),
        false => (usual.digits() == digits).then_some(usual),
    }
}

fn tagged(line: &[u8], usual: Algorithm) -> Option<(Algorithm, String, &[u8])> {
    let open = line.windows(2).position(|pair| pair == b" (")?;
    let close = line.windows(4).rposition(|four| four == b") = ")?;
    let (tag, name) = (&line[..open], line.get(open + 2..close)?);
    let hex = digits(&line[close + 4..])?;
    let algorithm = of_length(usual, false, hex.len())?;
    (algorithm.tag().as_bytes() == tag).then(|| (algorithm, hex.to_owned(), name))
}

fn plain(line: &[u8], usual: Algorithm, any: bool) -> Option<(Algorithm, String, &[u8])> {
    let end = line.iter().position(|b| !b.is_ascii_hexdigit())?;
    let hex = digits(&line[..end])?;
    let algorithm = of_length(usual, any, hex.len())?;
    match &line[end..] {
        [b' ', b' ' | b'*', name @ ..] if !name.is_empty() => Some((algorithm, hex.to_owned(), name)),
        // BSD's reversed format has one blank.
        [b' ', name @ ..] if !matches!(name.first(), None | Some(b' ' | b'*')) => {
            Some((algorithm, hex.to_owned(), name))
        }
        _ => None,
    }
}

/// A name as it stands in a file, and whether it had to be escaped.
pub fn escape(name: &[u8]) -> (Vec<u8>, bool) {
    let mut text = Vec::with_capacity(name.len());
    for &b in name {
        match b {
            b'\\' => text.extend_from_slice(b"\\\\"),
            b'\n' => text.extend_from_slice(b"\\n"),
            b'\r' => text.extend_from_slice(b"\\r"),
            b => text.push(b),
        }
    }
    let escaped = text.len() != name.len();
    (text, escaped)
}

fn unescape(name: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(name.len());
    let mut bytes = name.iter();
    while let Some(&b) = bytes.next() {
        text.push(match b {
            b'\\' => match bytes.next()? {
                b'n' => b'\n',
                b'r' => b'\r',
                b'\\' => b'\\',
                _ => return None,
            },
            b => b,
        });
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let md5 = "900150983cd24fb0d6963f7d28e17f72";
        let read = |text: &str| parse(text.as_bytes(), Algorithm::Md5, false).map(|line| line.name);
        assert_eq!(read(&format!("{md5}  a b")), Some(b"a b".to_vec()));
        assert_eq!(read(&format!("{md5} *f")), Some(b"f".to_vec()));
        assert_eq!(read(&format!("\\{md5}  n\\nl")), Some(b"n\nl".to_vec()));
        assert_eq!(read(&format!("MD5 (a) b) = {md5}")), Some(b"a) b".to_vec()));
        for bad in ["", "x", md5, "SHA1 (f) = 00", &md5[1..], &format!("SHA1 (f) = {md5}"), &format!("{md5}  ")] {
            assert_eq!(read(bad), None, "{bad}");
        }
        let sha = parse(&[&[b'a'; 64][..], b"  f"].concat(), Algorithm::Sha1, true).unwrap();
        assert_eq!(sha.algorithm, Algorithm::Sha256);
    }
}
