//! passwd: hashes of passwords, as `/etc/shadow` and web servers have them.

use crate::arguments::Arguments;
use crate::hash::Kind;
use crate::rand::fill;
use crate::{fail, print};
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Outcome, read, stdout};
use sha_crypt::Params;
use std::io::Write;

const HELP: &str = "\
Usage: openssl passwd [OPTION]... [PASSWORD]...
  -6               SHA-512
  -5               SHA-256
  -1               MD5 (default)
  -apr1            MD5, as Apache has it
  -salt SALT       with this salt, not a random one
  -in FILE         passwords are the lines of a file
  -stdin           passwords are the lines of standard input
  -table           print the password in front of its hash
  -noverify, -quiet
                   of no effect
";

/// The characters of a salt and of the digits of a hash.
const DIGITS: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The rounds of SHA that are not told of.
const ROUNDS: u32 = 5000;

#[derive(Clone, Copy, PartialEq)]
enum Scheme {
    Md5,
    Apache,
    Sha256,
    Sha512,
}

/// Runs passwd.
pub fn passwd(words: &[Vec<u8>]) -> Outcome {
    let mut arguments = Arguments::new("passwd", words);
    let (mut scheme, mut salt, mut file, mut table) = (Scheme::Md5, None, None, false);
    while let Some(option) = arguments.option() {
        match option {
            b"help" => return print(HELP),
            b"1" => scheme = Scheme::Md5,
            b"apr1" => scheme = Scheme::Apache,
            b"5" => scheme = Scheme::Sha256,
            b"6" => scheme = Scheme::Sha512,
            b"salt" => salt = Some(arguments.value(option)?),
            b"in" => file = Some(arguments.value(option)?),
            b"stdin" => file = Some(b"-"),
            b"table" => table = true,
            b"noverify" | b"quiet" | b"reverse" => {}
            other => return Err(arguments.wrong(format_args!("Unknown option: -{}", lossy(other)))),
        }
    }
    let mut passwords = arguments.operands().to_vec();
    if let Some(name) = file {
        let text =
            read::whole(name).map_err(|errno| fail(format!("Can't open \"{}\" for reading, {errno}", lossy(name))))?;
        passwords.extend(text.split_inclusive(|byte| *byte == b'\n').map(|line| {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            line.strip_suffix(b"\r").unwrap_or(line).to_vec()
        }));
    } else if passwords.is_empty() {
        return Err(fail("a password is missing: as an operand, or by -stdin or -in"));
    }
    let mut out = stdout();
    for password in passwords {
        let hash = hash(scheme, &password, salt)?;
        if table {
            out.write_all(&password)?;
            out.write_all(b"\t")?;
        }
        out.write_all(&hash)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(0)
}

fn hash(scheme: Scheme, password: &[u8], salt: Option<&[u8]>) -> Result<Vec<u8>, Failure> {
    let (name, most) = match scheme {
        Scheme::Md5 => ("1", 8),
        Scheme::Apache => ("apr1", 8),
        Scheme::Sha256 => ("5", 16),
        Scheme::Sha512 => ("6", 16),
    };
    let mut salt = match salt {
        Some(salt) => salt.to_vec(),
        None => {
            let mut bytes = vec![0; most];
            fill(&mut bytes)?;
            bytes.iter().map(|byte| DIGITS[usize::from(byte & 63)]).collect()
        }
    };
    let mut shown = format!("${name}$").into_bytes();
    let mut rounds = ROUNDS;
    if matches!(scheme, Scheme::Sha256 | Scheme::Sha512)
        && let Some(rest) = salt.strip_prefix(b"rounds=")
        && let Some(end) = rest.iter().position(|byte| *byte == b'$')
    {
        let number = std::str::from_utf8(&rest[..end]).ok().and_then(|text| text.parse::<u32>().ok());
        rounds = number.ok_or_else(|| fail("the number of rounds is none"))?.clamp(1000, 999_999_999);
        shown.extend_from_slice(format!("rounds={rounds}$").as_bytes());
        salt = rest[end + 1..].to_vec();
    }
    salt.truncate(most);
    shown.extend_from_slice(&salt);
    shown.push(b'$');
    let params = Params::new(rounds).map_err(|error| fail(error.to_string()))?;
    match scheme {
        Scheme::Md5 | Scheme::Apache => put_md5(&md5_crypt(password, &salt, &shown[..name.len() + 2]), &mut shown),
        Scheme::Sha256 => put_sha256(&sha_crypt::sha256_crypt(password, &salt, params), &mut shown),
        Scheme::Sha512 => put_sha512(&sha_crypt::sha512_crypt(password, &salt, params), &mut shown),
    }
    Ok(shown)
}

/// The hash of crypt(3)'s `$1$`: a thousand rounds of MD5, each mixed differently.
fn md5_crypt(password: &[u8], salt: &[u8], magic: &[u8]) -> Vec<u8> {
    let md5 = |pieces: &[&[u8]]| Kind::Md5.of(pieces);
    let inner = md5(&[password, salt, password]);
    let mut pieces = vec![password, magic, salt];
    let stretched: Vec<u8> = inner.iter().copied().cycle().take(password.len()).collect();
    pieces.push(&stretched);
    // One byte for each bit of the length: a zero, or the password's first.
    let mut bits = Vec::new();
    let mut length = password.len();
    while length > 0 {
        bits.push(if length & 1 == 1 { 0 } else { password[0] });
        length >>= 1;
    }
    pieces.push(&bits);
    let mut last = md5(&pieces);
    for round in 0..1000 {
        let (first, second) = if round % 2 == 1 { (password, last.as_slice()) } else { (last.as_slice(), password) };
        let salted = if round % 3 != 0 { salt } else { &[] };
        let repeated = if round % 7 != 0 { password } else { &[] };
        last = md5(&[first, salted, repeated, second]);
    }
    last
}

/// Three bytes as four digits, the lowest bits first; fewer digits for fewer bytes.
fn put(bytes: [u8; 3], digits: u32, to: &mut Vec<u8>) {
    let value = u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]]);
    to.extend((0..digits).map(|at| DIGITS[(value >> (6 * at) & 63) as usize]));
}

fn put_md5(hash: &[u8], to: &mut Vec<u8>) {
    for (a, b, c) in [(0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5)] {
        put([hash[a], hash[b], hash[c]], 4, to);
    }
    put([0, 0, hash[11]], 2, to);
}

fn put_sha256(hash: &[u8; 32], to: &mut Vec<u8>) {
    let (mut a, mut b, mut c) = (0, 10, 20);
    for _ in 0..10 {
        put([hash[a], hash[b], hash[c]], 4, to);
        (a, b, c) = (c + 1, a + 1, b + 1);
    }
    put([0, hash[31], hash[30]], 3, to);
}

fn put_sha512(hash: &[u8; 64], to: &mut Vec<u8>) {
    let (mut a, mut b, mut c) = (0, 21, 42);
    for _ in 0..21 {
        put([hash[a], hash[b], hash[c]], 4, to);
        (a, b, c) = (b + 1, c + 1, a + 1);
    }
    put([0, 0, hash[63]], 2, to);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_openssl_hashes() {
        let of = |scheme, salt: &str| String::from_utf8(hash(scheme, b"pw", Some(salt.as_bytes())).unwrap()).unwrap();
        assert_eq!(of(Scheme::Md5, "abc"), "$1$abc$Kb85XxsXB.VXinPhbS4431");
        assert_eq!(of(Scheme::Apache, "abc"), "$apr1$abc$NKxAkoTtUloZMd1uGIvNG0");
        assert_eq!(of(Scheme::Sha256, "abc"), "$5$abc$/LKlXd6vuvdFX3oWbf2vGk3DgflzzsvOtMZsiOxqqY5");
        assert_eq!(
            of(Scheme::Sha512, "abc"),
            "$6$abc$MtSdWSZbhct2oe.SOqOUM2M/GA/uj5.vyVtJgRHgKi9uqXuWuJqOYE7H/YlsYGVg/YYzDV0xt3fEIwYt580.5."
        );
        assert!(of(Scheme::Sha512, "rounds=5000$ab").starts_with("$6$rounds=5000$ab$td.Yv18i64fuHSCSFfhcg9"));
    }
}
