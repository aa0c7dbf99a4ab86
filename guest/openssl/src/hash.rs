//! Digests by their names.

use digest::block_api::BlockSizeUser;
use digest::{Digest, KeyInit, Mac};
use hmac::SimpleHmac;

/// A digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// MD5.
    Md5,
    /// RIPEMD-160.
    Ripemd160,
    /// SHA-1.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// SHA-512/224.
    Sha512To224,
    /// SHA-512/256.
    Sha512To256,
    /// SHA3-224.
    Sha3To224,
    /// SHA3-256.
    Sha3To256,
    /// SHA3-384.
    Sha3To384,
    /// SHA3-512.
    Sha3To512,
    /// BLAKE2b with 512 bits.
    Blake2b,
    /// BLAKE2s with 256 bits.
    Blake2s,
}

/// Every digest: its kind, its names in commands, its name in output, and that name where it is the usual one.
const NAMES: &[(Kind, &[&str], &str)] = &[
    (Kind::Md5, &["md5"], "MD5"),
    (Kind::Ripemd160, &["rmd160", "ripemd160", "ripemd"], "RIPEMD-160"),
    (Kind::Sha1, &["sha1", "sha-1"], "SHA1"),
    (Kind::Sha224, &["sha224", "sha2-224"], "SHA2-224"),
    (Kind::Sha256, &["sha256", "sha2-256", "sha-256"], "SHA2-256"),
    (Kind::Sha384, &["sha384", "sha2-384", "sha-384"], "SHA2-384"),
    (Kind::Sha512, &["sha512", "sha2-512", "sha-512"], "SHA2-512"),
    (Kind::Sha512To224, &["sha512-224"], "SHA2-512/224"),
    (Kind::Sha512To256, &["sha512-256"], "SHA2-512/256"),
    (Kind::Sha3To224, &["sha3-224"], "SHA3-224"),
    (Kind::Sha3To256, &["sha3-256"], "SHA3-256"),
    (Kind::Sha3To384, &["sha3-384"], "SHA3-384"),
    (Kind::Sha3To512, &["sha3-512"], "SHA3-512"),
    (Kind::Blake2b, &["blake2b512"], "BLAKE2B-512"),
    (Kind::Blake2s, &["blake2s256"], "BLAKE2S-256"),
];

/// Runs an expression with a digest's type.
macro_rules! with_type {
    ($kind:expr, $name:ident => $body:expr) => {
        match $kind {
            Kind::Md5 => with_type!(@ md5::Md5, $name => $body),
            Kind::Ripemd160 => with_type!(@ ripemd::Ripemd160, $name => $body),
            Kind::Sha1 => with_type!(@ sha1::Sha1, $name => $body),
            Kind::Sha224 => with_type!(@ sha2::Sha224, $name => $body),
            Kind::Sha256 => with_type!(@ sha2::Sha256, $name => $body),
            Kind::Sha384 => with_type!(@ sha2::Sha384, $name => $body),
            Kind::Sha512 => with_type!(@ sha2::Sha512, $name => $body),
            Kind::Sha512To224 => with_type!(@ sha2::Sha512_224, $name => $body),
            Kind::Sha512To256 => with_type!(@ sha2::Sha512_256, $name => $body),
            Kind::Sha3To224 => with_type!(@ sha3::Sha3_224, $name => $body),
            Kind::Sha3To256 => with_type!(@ sha3::Sha3_256, $name => $body),
            Kind::Sha3To384 => with_type!(@ sha3::Sha3_384, $name => $body),
            Kind::Sha3To512 => with_type!(@ sha3::Sha3_512, $name => $body),
            Kind::Blake2b => with_type!(@ blake2::Blake2b512, $name => $body),
            Kind::Blake2s => with_type!(@ blake2::Blake2s256, $name => $body),
        }
    };
    (@ $type:ty, $name:ident => $body:expr) => {{
        type $name = $type;
        $body
    }};
}

/// A computation that bytes go through.
pub trait Hasher {
    /// More bytes.
    fn update(&mut self, data: &[u8]);
    /// The result.
    fn finish(self: Box<Self>) -> Vec<u8>;
}

struct Plain<D>(D);

impl<D: Digest> Hasher for Plain<D> {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.0.finalize().to_vec()
    }
}

struct Keyed<D: Digest + BlockSizeUser>(SimpleHmac<D>);

impl<D: Digest + BlockSizeUser> Hasher for Keyed<D> {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.0.finalize().into_bytes().to_vec()
    }
}

impl Kind {
    /// The digest of a name.
    pub fn named(name: &[u8]) -> Option<Kind> {
        let name = name.to_ascii_lowercase();
        NAMES.iter().find(|(_, names, _)| names.iter().any(|other| other.as_bytes() == name)).map(|(kind, ..)| *kind)
    }

    /// What output calls it.
    pub fn title(self) -> &'static str {
        NAMES.iter().find(|(kind, ..)| *kind == self).map_or("", |(.., title)| title)
    }

    /// Its names in commands.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(_, names, _)| names[0])
    }

    /// Starts a computation, with a key that of HMAC.
    pub fn hasher(self, key: Option<&[u8]>) -> Box<dyn Hasher> {
        with_type!(self, D => match key {
            // A key of any length is taken.
            Some(key) => match <SimpleHmac<D> as KeyInit>::new_from_slice(key) {
                Ok(mac) => Box::new(Keyed::<D>(mac)),
                Err(_) => Box::new(Plain(D::new())),
            },
            None => Box::new(Plain(D::new())),
        })
    }

    /// The digest of several pieces.
    pub fn of(self, pieces: &[&[u8]]) -> Vec<u8> {
        let mut hasher = self.hasher(None);
        pieces.iter().for_each(|piece| hasher.update(piece));
        hasher.finish()
    }

    /// PBKDF2 with its HMAC.
    pub fn pbkdf2(self, password: &[u8], salt: &[u8], rounds: u32, result: &mut [u8]) {
        with_type!(self, D => {
            // A key of any length is taken, the only thing that could be wrong.
            let _ = pbkdf2::pbkdf2::<SimpleHmac<D>>(password, salt, rounds, result);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::to_hexadecimal;

    #[test]
    fn known_answers() {
        let of = |name: &str, key: Option<&[u8]>| {
            let mut hasher = Kind::named(name.as_bytes()).unwrap().hasher(key);
            hasher.update(b"a");
            hasher.update(b"bc");
            to_hexadecimal(&hasher.finish())
        };
        assert_eq!(of("md5", None), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(of("SHA1", None), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(of("rmd160", None), "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc");
        assert_eq!(of("sha256", None), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(of("md5", Some(b"key")), "d2fe98063f876b03193afb49b4979591");
        assert!(Kind::named(b"sha257").is_none());
    }
}
