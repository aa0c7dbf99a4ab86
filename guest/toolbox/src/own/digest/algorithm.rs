//! The functions behind md5sum, sha*sum and b2sum.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use std::fmt::Write;

/// A checksum function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    /// With so many bytes of a result.
    Blake2b(usize),
}

impl Algorithm {
    /// Its name in BSD's format.
    pub fn tag(self) -> String {
        match self {
            Algorithm::Md5 => "MD5".into(),
            Algorithm::Sha1 => "SHA1".into(),
            Algorithm::Sha224 => "SHA224".into(),
            Algorithm::Sha256 => "SHA256".into(),
            Algorithm::Sha384 => "SHA384".into(),
            Algorithm::Sha512 => "SHA512".into(),
            Algorithm::Blake2b(64) => "BLAKE2b".into(),
            Algorithm::Blake2b(bytes) => format!("BLAKE2b-{}", bytes * 8),
        }
    }

    /// Digits of a result.
    pub fn digits(self) -> usize {
        match self {
            Algorithm::Md5 => 32,
            Algorithm::Sha1 => 40,
            Algorithm::Sha224 => 56,
            Algorithm::Sha256 => 64,
            Algorithm::Sha384 => 96,
            Algorithm::Sha512 => 128,
            Algorithm::Blake2b(bytes) => bytes * 2,
        }
    }

    /// Starts a sum.
    pub fn start(self) -> Sum {
        match self {
            Algorithm::Md5 => Sum::Md5(Md5::new()),
            Algorithm::Sha1 => Sum::Sha1(Sha1::new()),
            Algorithm::Sha224 => Sum::Sha224(Sha224::new()),
            Algorithm::Sha256 => Sum::Sha256(Sha256::new()),
            Algorithm::Sha384 => Sum::Sha384(Sha384::new()),
            Algorithm::Sha512 => Sum::Sha512(Sha512::new()),
            Algorithm::Blake2b(bytes) => {
                let state = blake2b_simd::Params::new().hash_length(bytes.clamp(1, 64)).to_state();
                Sum::Blake2b(Box::new(state))
            }
        }
    }
}

/// A sum in the making.
pub enum Sum {
    Md5(Md5),
    Sha1(Sha1),
    Sha224(Sha224),
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
    Blake2b(Box<blake2b_simd::State>),
}

impl Sum {
    /// Adds bytes.
    pub fn add(&mut self, data: &[u8]) {
        match self {
            Sum::Md5(sum) => sum.update(data),
            Sum::Sha1(sum) => sum.update(data),
            Sum::Sha224(sum) => sum.update(data),
            Sum::Sha256(sum) => sum.update(data),
            Sum::Sha384(sum) => sum.update(data),
            Sum::Sha512(sum) => sum.update(data),
            Sum::Blake2b(sum) => {
                sum.update(data);
            }
        }
    }

    /// The result in hexadecimal digits.
    pub fn finish(self) -> String {
        match self {
            Sum::Md5(sum) => hex(&sum.finalize()),
            Sum::Sha1(sum) => hex(&sum.finalize()),
            Sum::Sha224(sum) => hex(&sum.finalize()),
            Sum::Sha256(sum) => hex(&sum.finalize()),
            Sum::Sha384(sum) => hex(&sum.finalize()),
            Sum::Sha512(sum) => hex(&sum.finalize()),
            Sum::Blake2b(sum) => hex(sum.finalize().as_bytes()),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Algorithm::{self, *};

    #[test]
    fn known_sums() {
        let sum = |algorithm: Algorithm| {
            let mut sum = algorithm.start();
            sum.add(b"abc");
            sum.finish()
        };
        assert_eq!(sum(Md5), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(sum(Sha1), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert!(sum(Sha256).starts_with("ba7816bf8f01cfea"));
        assert!(sum(Blake2b(64)).starts_with("ba80a53f981c4d0d"));
        for algorithm in [Md5, Sha1, Sha224, Sha256, Sha384, Sha512, Blake2b(64), Blake2b(16)] {
            assert_eq!(sum(algorithm).len(), algorithm.digits());
        }
    }
}
