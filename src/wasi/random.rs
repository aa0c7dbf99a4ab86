//! `wasi:random`, all of it from the host's secure source.

use crate::kernel::Guest;
use crate::wit::guest::wasi::random::{insecure, insecure_seed, random};

/// Bytes given by one call at most: bounds what a guest makes the host allocate.
const LIMIT: u64 = 64 * 1024;

fn bytes(len: u64) -> wasmtime::Result<Vec<u8>> {
    if len > LIMIT {
        return Err(wasmtime::Error::msg("more than 64 KiB of random bytes asked for at once"));
    }
    let mut bytes = vec![0; usize::try_from(len)?];
    getrandom::fill(&mut bytes).map_err(|error| wasmtime::Error::msg(error.to_string()))?;
    Ok(bytes)
}

fn number() -> wasmtime::Result<u64> {
    getrandom::u64().map_err(|error| wasmtime::Error::msg(error.to_string()))
}

impl random::Host for Guest {
    fn get_random_bytes(&mut self, len: u64) -> wasmtime::Result<Vec<u8>> {
        bytes(len)
    }

    fn get_random_u64(&mut self) -> wasmtime::Result<u64> {
        number()
    }
}

impl insecure::Host for Guest {
    fn get_insecure_random_bytes(&mut self, len: u64) -> wasmtime::Result<Vec<u8>> {
        bytes(len)
    }

    fn get_insecure_random_u64(&mut self) -> wasmtime::Result<u64> {
        number()
    }
}

impl insecure_seed::Host for Guest {
    fn insecure_seed(&mut self) -> wasmtime::Result<(u64, u64)> {
        Ok((number()?, number()?))
    }
}
