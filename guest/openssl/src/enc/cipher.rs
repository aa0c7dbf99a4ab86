//! The ciphers: AES with keys of three sizes, in three modes.

use aes::{Aes128, Aes192, Aes256};
use cipher::{
    Block, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, BlockSizeUser, InnerIvInit,
    KeyInit, KeyIvInit, StreamCipher, typenum::U16,
};

/// The bytes of a block.
const BLOCK: usize = 16;

/// How blocks follow on each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Cbc,
    Ctr,
    Ecb,
}

/// A cipher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cipher {
    /// Bits of the key.
    bits: usize,
    mode: Mode,
}

const NAMES: &[(&str, Cipher)] = &[
    ("aes-128-cbc", Cipher { bits: 128, mode: Mode::Cbc }),
    ("aes-128-ctr", Cipher { bits: 128, mode: Mode::Ctr }),
    ("aes-128-ecb", Cipher { bits: 128, mode: Mode::Ecb }),
    ("aes-192-cbc", Cipher { bits: 192, mode: Mode::Cbc }),
    ("aes-192-ctr", Cipher { bits: 192, mode: Mode::Ctr }),
    ("aes-192-ecb", Cipher { bits: 192, mode: Mode::Ecb }),
    ("aes-256-cbc", Cipher { bits: 256, mode: Mode::Cbc }),
    ("aes-256-ctr", Cipher { bits: 256, mode: Mode::Ctr }),
    ("aes-256-ecb", Cipher { bits: 256, mode: Mode::Ecb }),
    ("aes128", Cipher { bits: 128, mode: Mode::Cbc }),
    ("aes192", Cipher { bits: 192, mode: Mode::Cbc }),
    ("aes256", Cipher { bits: 256, mode: Mode::Cbc }),
];

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To what nobody can read.
    Encrypt,
    /// Back.
    Decrypt,
}

/// What happens to a block, in place.
type OnBlock = Box<dyn FnMut(&mut Block<Aes256>)>;

/// What happens to bytes, in place.
type OnBytes = Box<dyn FnMut(&mut [u8])>;

enum Work {
    Blocks(OnBlock),
    Stream(OnBytes),
}

/// A cipher at work.
pub struct Transform {
    work: Work,
    direction: Direction,
    padding: bool,
    /// What does not fill a block yet, or may be the one with the padding.
    rest: Vec<u8>,
}

impl Cipher {
    /// The cipher of a name.
    pub fn named(name: &[u8]) -> Option<Cipher> {
        let name = name.to_ascii_lowercase();
        NAMES.iter().find(|(other, _)| other.as_bytes() == name).map(|(_, cipher)| *cipher)
    }

    /// All names.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }

    /// The bytes of a key.
    pub fn key_length(self) -> usize {
        self.bits / 8
    }

    /// The bytes of an initialisation vector.
    pub fn vector_length(self) -> usize {
        if self.mode == Mode::Ecb { 0 } else { BLOCK }
    }

    /// Starts, with a key and a vector of the right lengths.
    pub fn start(self, direction: Direction, key: &[u8], vector: &[u8], padding: bool) -> Result<Transform, String> {
        let work = match self.bits {
            128 => work::<Aes128>(self.mode, direction, key, vector),
            192 => work::<Aes192>(self.mode, direction, key, vector),
            _ => work::<Aes256>(self.mode, direction, key, vector),
        };
        let work = work.ok_or("the key has a wrong length")?;
        Ok(Transform { work, direction, padding, rest: Vec::new() })
    }
}

fn work<C>(mode: Mode, direction: Direction, key: &[u8], vector: &[u8]) -> Option<Work>
where
    C: KeyInit + BlockSizeUser<BlockSize = U16> + BlockCipherEncrypt + BlockCipherDecrypt + Clone + 'static,
{
    Some(match (mode, direction) {
        (Mode::Cbc, Direction::Encrypt) => {
            let mut cipher = cbc::Encryptor::<C>::new_from_slices(key, vector).ok()?;
            Work::Blocks(Box::new(move |block| cipher.encrypt_block(block)))
        }
        (Mode::Cbc, Direction::Decrypt) => {
            let mut cipher = cbc::Decryptor::<C>::new_from_slices(key, vector).ok()?;
            Work::Blocks(Box::new(move |block| cipher.decrypt_block(block)))
        }
        (Mode::Ecb, Direction::Encrypt) => {
            let cipher = C::new_from_slice(key).ok()?;
            Work::Blocks(Box::new(move |block| cipher.encrypt_block(block)))
        }
        (Mode::Ecb, Direction::Decrypt) => {
            let cipher = C::new_from_slice(key).ok()?;
            Work::Blocks(Box::new(move |block| cipher.decrypt_block(block)))
        }
        (Mode::Ctr, _) => {
            let core =
                ctr::CtrCore::<C, ctr::flavors::Ctr128BE>::inner_iv_slice_init(C::new_from_slice(key).ok()?, vector);
            let mut cipher = cipher::StreamCipherCoreWrapper::from_core(core.ok()?);
            Work::Stream(Box::new(move |data| cipher.apply_keystream(data)))
        }
    })
}

impl Transform {
    /// Takes more bytes; what is ready.
    pub fn update(&mut self, data: &[u8]) -> Vec<u8> {
        match &mut self.work {
            Work::Stream(stream) => {
                let mut data = data.to_vec();
                stream(&mut data);
                data
            }
            Work::Blocks(_) => {
                self.rest.extend_from_slice(data);
                // The last block has the padding, and is known to be the last only at the end.
                let keep = self.direction == Direction::Decrypt && self.padding;
                let whole = self.rest.len().saturating_sub(usize::from(keep)) / BLOCK * BLOCK;
                let rest = self.rest.split_off(whole);
                let ready = std::mem::replace(&mut self.rest, rest);
                self.blocks(ready)
            }
        }
    }

    fn blocks(&mut self, mut data: Vec<u8>) -> Vec<u8> {
        if let Work::Blocks(on_block) = &mut self.work {
            for chunk in data.chunks_exact_mut(BLOCK) {
                if let Ok(block) = <&mut Block<Aes256>>::try_from(chunk) {
                    on_block(block);
                }
            }
        }
        data
    }

    /// The end of it.
    pub fn finish(mut self) -> Result<Vec<u8>, &'static str> {
        let mut rest = std::mem::take(&mut self.rest);
        match (&self.work, self.direction) {
            (Work::Stream(_), _) => Ok(Vec::new()),
            (_, _) if !self.padding => {
                if rest.is_empty() {
                    Ok(rest)
                } else {
                    Err("wrong final block length")
                }
            }
            (_, Direction::Encrypt) => {
                let padding = BLOCK - rest.len() % BLOCK;
                rest.resize(rest.len() + padding, padding as u8);
                Ok(self.blocks(rest))
            }
            (_, Direction::Decrypt) => {
                if rest.len() != BLOCK {
                    return Err("bad decrypt\nwrong final block length");
                }
                let mut block = self.blocks(rest);
                let padding = block.last().map_or(0, |last| usize::from(*last));
                let valid = (1..=BLOCK).contains(&padding)
                    && block[BLOCK - padding..].iter().all(|byte| usize::from(*byte) == padding);
                if !valid {
                    return Err("bad decrypt");
                }
                block.truncate(BLOCK - padding);
                Ok(block)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(name: &str, direction: Direction, data: &[u8]) -> Result<Vec<u8>, &'static str> {
        let cipher = Cipher::named(name.as_bytes()).unwrap();
        let (key, vector) = (vec![7; cipher.key_length()], vec![9; cipher.vector_length()]);
        let mut transform = cipher.start(direction, &key, &vector, true).unwrap();
        let mut out: Vec<u8> = data.chunks(5).flat_map(|piece| transform.update(piece)).collect();
        out.extend(transform.finish()?);
        Ok(out)
    }

    #[test]
    fn there_and_back() {
        for name in Cipher::names() {
            for length in [0, 1, 15, 16, 17, 100] {
                let data: Vec<u8> = (0..length).collect();
                let secret = through(name, Direction::Encrypt, &data).unwrap();
                assert_eq!(through(name, Direction::Decrypt, &secret).unwrap(), data, "{name} {length}");
            }
        }
    }

    #[test]
    fn what_is_broken_is_refused() {
        assert!(through("aes-256-cbc", Direction::Decrypt, &[1; 15]).is_err());
        assert!(through("aes-256-cbc", Direction::Decrypt, b"").is_err());
        let mut secret = through("aes-256-ecb", Direction::Encrypt, b"text").unwrap();
        secret[3] ^= 1;
        assert_eq!(through("aes-256-ecb", Direction::Decrypt, &secret), Err("bad decrypt"));
    }
}
