//! `_bz2` and `_lzma`: what `bz2` and `lzma` are made of, by libraries in Rust.

use bzip2::{Compression, Decompress};
use lzma_rust2::{
    CheckType, Lzma2Options, Lzma2Stream, Lzma2Writer, LzmaOptions, LzmaStream, LzmaWriter, XzOptions, XzStream,
    XzWriter,
};
use pyo3::create_exception;
use pyo3::exceptions::{PyEOFError, PyException, PyMemoryError, PyNotImplementedError, PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyMemoryView};
use std::io::Write;

create_exception!(_lzma, LZMAError, PyException);

/// The module of bzip2.
#[pymodule]
pub(crate) mod _bz2 {
    #[pymodule_export]
    use super::{BZ2Compressor, BZ2Decompressor};
}

/// The module of xz and its older relatives.
#[pymodule]
pub(crate) mod _lzma {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::{
        _decode_filter_properties, _encode_filter_properties, LZMACompressor, LZMADecompressor, LZMAError,
        is_check_supported,
    };

    #[pymodule_init]
    fn constants(module: &Bound<'_, PyModule>) -> PyResult<()> {
        for (name, value) in super::CONSTANTS {
            module.add(name, value)?;
        }
        Ok(())
    }
}

const FORMAT_AUTO: u64 = 0;
const FORMAT_XZ: u64 = 1;
const FORMAT_ALONE: u64 = 2;
const FORMAT_RAW: u64 = 3;
const CHECK_UNKNOWN: u32 = 16;
const FILTER_LZMA1: u64 = 0x4000_0000_0000_0001;
const FILTER_LZMA2: u64 = 0x21;
const PRESET_DEFAULT: u64 = 6;

/// liblzma's numbers.
const CONSTANTS: [(&str, u64); 28] = [
    ("FORMAT_AUTO", FORMAT_AUTO),
    ("FORMAT_XZ", FORMAT_XZ),
    ("FORMAT_ALONE", FORMAT_ALONE),
    ("FORMAT_RAW", FORMAT_RAW),
    ("CHECK_NONE", 0),
    ("CHECK_CRC32", 1),
    ("CHECK_CRC64", 4),
    ("CHECK_SHA256", 10),
    ("CHECK_ID_MAX", 15),
    ("CHECK_UNKNOWN", CHECK_UNKNOWN as u64),
    ("FILTER_LZMA1", FILTER_LZMA1),
    ("FILTER_LZMA2", FILTER_LZMA2),
    ("FILTER_DELTA", 3),
    ("FILTER_X86", 4),
    ("FILTER_POWERPC", 5),
    ("FILTER_IA64", 6),
    ("FILTER_ARM", 7),
    ("FILTER_ARMTHUMB", 8),
    ("FILTER_SPARC", 9),
    ("MF_HC3", 3),
    ("MF_HC4", 4),
    ("MF_BT2", 0x12),
    ("MF_BT3", 0x13),
    ("MF_BT4", 0x14),
    ("MODE_FAST", 1),
    ("MODE_NORMAL", 2),
    ("PRESET_DEFAULT", PRESET_DEFAULT),
    ("PRESET_EXTREME", 1 << 31),
];

/// What a decoder of LZMA may need, in KiB: the largest preset's dictionary is 64 MiB.
const MEMORY_KIB: u32 = 512 << 10;
/// Bytes that a decoder gives at a time.
const PIECE: usize = 64 << 10;

/// The bytes of what is like bytes.
fn contents(data: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    Ok(PyMemoryView::from(data)?.call_method0("tobytes")?.cast::<PyBytes>()?.as_bytes().to_vec())
}

fn damaged(error: impl std::fmt::Display) -> PyErr {
    LZMAError::new_err(format!("Corrupt input data: {error}"))
}

/// What takes compressed bytes and gives others.
enum Decoder {
    /// Not known before the first bytes are.
    Unknown,
    Bzip2(Box<Decompress>),
    Xz(Box<XzStream>),
    Lzma(Box<LzmaStream>),
    Lzma2(Box<Lzma2Stream>),
}

impl Decoder {
    /// One step: bytes taken, bytes given, whether that was the end.
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> PyResult<(usize, usize, bool)> {
        let run = lzma_rust2::Action::Run;
        let result = match self {
            Decoder::Unknown => return Ok((0, 0, false)),
            Decoder::Bzip2(decoder) => {
                let (taken, given) = (decoder.total_in(), decoder.total_out());
                let status =
                    decoder.decompress(input, output).map_err(|_| PyOSError::new_err("Invalid data stream"))?;
                let taken = (decoder.total_in() - taken) as usize;
                let given = (decoder.total_out() - given) as usize;
                return match status {
                    bzip2::Status::MemNeeded => Err(PyMemoryError::new_err(())),
                    status => Ok((taken, given, status == bzip2::Status::StreamEnd)),
                };
            }
            Decoder::Xz(decoder) => decoder.process(input, output, run),
            Decoder::Lzma(decoder) => decoder.process(input, output, run),
            Decoder::Lzma2(decoder) => decoder.process(input, output, run),
        };
        let result = result.map_err(damaged)?;
        Ok((result.bytes_consumed, result.bytes_produced, result.status == lzma_rust2::Status::StreamEnd))
    }

    /// What it took and did not use.
    fn unused(&self) -> &[u8] {
        match self {
            Decoder::Lzma(decoder) => decoder.unused_input(),
            _ => &[],
        }
    }
}

/// What both modules' decompressors are.
#[pyclass(subclass)]
pub(crate) struct Decompressor {
    decoder: Decoder,
    /// What was given and not taken yet.
    pending: Vec<u8>,
    ended: bool,
    hungry: bool,
}

impl Decompressor {
    fn new(decoder: Decoder) -> Self {
        Decompressor { decoder, pending: Vec::new(), ended: false, hungry: true }
    }

    /// Takes compressed bytes and gives others, at most `max` unless that is negative.
    fn take(&mut self, data: &[u8], max: isize) -> PyResult<Vec<u8>> {
        if self.ended {
            return Err(PyEOFError::new_err("End of stream already reached"));
        }
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        self.pending.try_reserve(data.len()).map_err(|_| PyMemoryError::new_err(()))?;
        self.pending.extend_from_slice(data);
        if let Decoder::Unknown = self.decoder {
            self.decoder = match self.pending.first_chunk::<6>() {
                Some(b"\xfd7zXZ\0") => Decoder::Xz(Box::new(XzStream::new_mem_limit(false, MEMORY_KIB))),
                Some(_) => Decoder::Lzma(Box::new(LzmaStream::new_mem_limit(MEMORY_KIB, None))),
                None => Decoder::Unknown,
            };
        }
        let (mut output, mut taken) = (Vec::new(), 0);
        loop {
            let start = output.len();
            let room = PIECE.min(max - start);
            output.try_reserve(room).map_err(|_| PyMemoryError::new_err(()))?;
            output.resize(start + room, 0);
            let (n, given, ended) = self.decoder.step(&self.pending[taken..], &mut output[start..])?;
            taken += n;
            output.truncate(start + given);
            self.ended = ended;
            // Nothing moved: it wants more of one or the other.
            if ended || (n, given) == (0, 0) {
                break;
            }
        }
        self.pending.drain(..taken);
        if self.ended {
            let mut unused = self.decoder.unused().to_vec();
            unused.append(&mut self.pending);
            self.pending = unused;
        }
        self.hungry = !self.ended && output.len() < max;
        Ok(output)
    }

    fn unused(&self) -> &[u8] {
        if self.ended { &self.pending } else { &[] }
    }
}

#[pymethods]
impl Decompressor {
    #[pyo3(signature = (data, max_length = -1))]
    fn decompress<'py>(
        &mut self,
        py: Python<'py>,
        data: &Bound<'py, PyAny>,
        max_length: isize,
    ) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.take(&contents(data)?, max_length)?))
    }

    #[getter]
    fn eof(&self) -> bool {
        self.ended
    }

    #[getter]
    fn needs_input(&self) -> bool {
        self.hungry
    }

    #[getter]
    fn unused_data<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.unused())
    }
}

/// Decompresses one stream of bzip2.
#[pyclass(module = "_bz2", extends = Decompressor)]
pub(crate) struct BZ2Decompressor;

#[pymethods]
impl BZ2Decompressor {
    #[new]
    fn new() -> PyClassInitializer<Self> {
        let decoder = Decoder::Bzip2(Box::new(Decompress::new(false)));
        PyClassInitializer::from(Decompressor::new(decoder)).add_subclass(BZ2Decompressor)
    }
}

/// Decompresses one stream of xz, one file of lzma, or raw data.
#[pyclass(module = "_lzma", extends = Decompressor)]
pub(crate) struct LZMADecompressor;

#[pymethods]
impl LZMADecompressor {
    #[new]
    #[pyo3(signature = (format = FORMAT_AUTO, memlimit = None, filters = None))]
    fn new(
        format: u64,
        memlimit: Option<u64>,
        filters: Option<Vec<Bound<'_, PyDict>>>,
    ) -> PyResult<PyClassInitializer<Self>> {
        let limit =
            memlimit.map_or(MEMORY_KIB, |bytes| u32::try_from(bytes >> 10).unwrap_or(MEMORY_KIB).min(MEMORY_KIB));
        if format != FORMAT_RAW && filters.is_some() {
            return Err(PyValueError::new_err("Cannot specify filters except with FORMAT_RAW"));
        }
        let decoder = match format {
            FORMAT_AUTO => Decoder::Unknown,
            FORMAT_XZ => Decoder::Xz(Box::new(XzStream::new_mem_limit(false, limit))),
            FORMAT_ALONE => Decoder::Lzma(Box::new(LzmaStream::new_mem_limit(limit, None))),
            FORMAT_RAW => {
                let filters = filters.ok_or_else(|| PyValueError::new_err("Must specify filters for FORMAT_RAW"))?;
                let (id, options) = chain(&filters)?;
                let LzmaOptions { dict_size, lc, lp, pb, .. } = options;
                if dict_size >> 10 > limit {
                    return Err(LZMAError::new_err("Memory usage limit exceeded"));
                }
                if id == FILTER_LZMA2 {
                    Decoder::Lzma2(Box::new(Lzma2Stream::new(dict_size)))
                } else {
                    let stream = LzmaStream::new(u64::MAX, lc, lp, pb, dict_size, None);
                    Decoder::Lzma(Box::new(stream.map_err(damaged)?))
                }
            }
            _ => return Err(PyValueError::new_err(format!("Invalid container format: {format}"))),
        };
        Ok(PyClassInitializer::from(Decompressor::new(decoder)).add_subclass(LZMADecompressor))
    }

    /// The kind of checksum.
    #[getter]
    fn check(this: PyRef<'_, Self>) -> u32 {
        match &this.as_super().decoder {
            Decoder::Unknown => CHECK_UNKNOWN,
            Decoder::Xz(decoder) => decoder.check_type().map_or(CHECK_UNKNOWN, |check| check as u32),
            _ => 0,
        }
    }
}

/// Why a compressor takes nothing more.
fn flushed() -> PyErr {
    PyValueError::new_err("Compressor has been flushed")
}

fn flushed_again() -> PyErr {
    PyValueError::new_err("Repeated call to flush()")
}

/// Compresses into one stream of bzip2.
#[pyclass(module = "_bz2")]
pub(crate) struct BZ2Compressor(Option<bzip2::write::BzEncoder<Vec<u8>>>);

#[pymethods]
impl BZ2Compressor {
    #[new]
    #[pyo3(signature = (compresslevel = 9, /))]
    fn new(compresslevel: u32) -> PyResult<Self> {
        if !(1..=9).contains(&compresslevel) {
            return Err(PyValueError::new_err("compresslevel must be between 1 and 9"));
        }
        Ok(BZ2Compressor(Some(bzip2::write::BzEncoder::new(Vec::new(), Compression::new(compresslevel)))))
    }

    fn compress<'py>(&mut self, py: Python<'py>, data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
        let encoder = self.0.as_mut().ok_or_else(flushed)?;
        encoder.write_all(&contents(data)?)?;
        Ok(PyBytes::new(py, &std::mem::take(encoder.get_mut())))
    }

    fn flush<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let encoder = self.0.take().ok_or_else(flushed_again)?;
        Ok(PyBytes::new(py, &encoder.finish()?))
    }
}

/// What compresses in one of liblzma's formats.
enum Encoder {
    Xz(Box<XzWriter<Vec<u8>>>),
    Lzma(Box<LzmaWriter<Vec<u8>>>),
    Lzma2(Box<Lzma2Writer<Vec<u8>>>),
}

/// Compresses in one of liblzma's formats.
#[pyclass(module = "_lzma")]
pub(crate) struct LZMACompressor(Option<Encoder>);

#[pymethods]
impl LZMACompressor {
    #[new]
    #[pyo3(signature = (format = FORMAT_XZ, check = -1, preset = None, filters = None))]
    fn new(format: u64, check: i32, preset: Option<u64>, filters: Option<Vec<Bound<'_, PyDict>>>) -> PyResult<Self> {
        if preset.is_some() && filters.is_some() {
            return Err(PyValueError::new_err("Cannot specify both preset and filter chain"));
        }
        if format != FORMAT_XZ && check != -1 && check != 0 {
            return Err(PyValueError::new_err("Integrity checks are only supported by FORMAT_XZ"));
        }
        let (id, options) = match &filters {
            Some(filters) => chain(filters)?,
            None if format == FORMAT_RAW => {
                return Err(PyValueError::new_err("Must specify filters for FORMAT_RAW"));
            }
            None if format == FORMAT_ALONE => (FILTER_LZMA1, with_preset(preset)?),
            None => (FILTER_LZMA2, with_preset(preset)?),
        };
        let failed = |error: std::io::Error| LZMAError::new_err(error.to_string());
        let encoder = match (format, id) {
            (FORMAT_XZ, FILTER_LZMA2) => {
                let mut settings = XzOptions { lzma_options: options, ..XzOptions::default() };
                settings.set_check_sum_type(match check {
                    -1 | 4 => CheckType::Crc64,
                    0 => CheckType::None,
                    1 => CheckType::Crc32,
                    10 => CheckType::Sha256,
                    _ => return Err(LZMAError::new_err("Unsupported integrity check")),
                });
                Encoder::Xz(Box::new(XzWriter::new(Vec::new(), settings).map_err(failed)?))
            }
            (FORMAT_ALONE, FILTER_LZMA1) => {
                Encoder::Lzma(Box::new(LzmaWriter::new_use_header(Vec::new(), &options, None).map_err(failed)?))
            }
            (FORMAT_RAW, FILTER_LZMA1) => {
                Encoder::Lzma(Box::new(LzmaWriter::new_no_header(Vec::new(), &options, true).map_err(failed)?))
            }
            (FORMAT_RAW, FILTER_LZMA2) => {
                let settings = Lzma2Options { lzma_options: options, ..Lzma2Options::default() };
                Encoder::Lzma2(Box::new(Lzma2Writer::new(Vec::new(), settings)))
            }
            (FORMAT_XZ | FORMAT_ALONE, _) => return Err(LZMAError::new_err("Invalid or unsupported options")),
            _ => return Err(PyValueError::new_err(format!("Invalid container format: {format}"))),
        };
        Ok(LZMACompressor(Some(encoder)))
    }

    fn compress<'py>(&mut self, py: Python<'py>, data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
        let data = contents(data)?;
        let output = match self.0.as_mut().ok_or_else(flushed)? {
            Encoder::Xz(encoder) => encoder.write_all(&data).map(|()| encoder.inner_mut()),
            Encoder::Lzma(encoder) => encoder.write_all(&data).map(|()| encoder.inner_mut()),
            Encoder::Lzma2(encoder) => encoder.write_all(&data).map(|()| encoder.inner_mut()),
        };
        let output = output.map_err(|error| LZMAError::new_err(error.to_string()))?;
        Ok(PyBytes::new(py, &std::mem::take(output)))
    }

    fn flush<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let output = match self.0.take().ok_or_else(flushed_again)? {
            Encoder::Xz(encoder) => encoder.finish(),
            Encoder::Lzma(encoder) => encoder.finish(),
            Encoder::Lzma2(encoder) => encoder.finish(),
        };
        Ok(PyBytes::new(py, &output.map_err(|error| LZMAError::new_err(error.to_string()))?))
    }
}

/// A preset's settings; how hard it tries beyond that is not told apart.
fn with_preset(preset: Option<u64>) -> PyResult<LzmaOptions> {
    match preset.unwrap_or(PRESET_DEFAULT) & !(1 << 31) {
        level @ 0..=9 => Ok(LzmaOptions::with_preset(level as u32)),
        level => Err(LZMAError::new_err(format!("Invalid or unsupported options: preset {level}"))),
    }
}

/// A chain of filters: of one, since others change nothing but what executables come to.
fn chain(filters: &[Bound<'_, PyDict>]) -> PyResult<(u64, LzmaOptions)> {
    match filters {
        [filter] => one(filter),
        _ => Err(PyNotImplementedError::new_err("chains of one filter only: LZMA1 or LZMA2")),
    }
}

/// A filter's number and settings.
fn one(filter: &Bound<'_, PyDict>) -> PyResult<(u64, LzmaOptions)> {
    let number = |name: &str| filter.get_item(name)?.map(|value| value.extract::<u64>()).transpose();
    let small = |name: &str| {
        let value = number(name)?;
        value
            .map(|value| u32::try_from(value).map_err(|_| LZMAError::new_err(format!("{name} is too large"))))
            .transpose()
    };
    let id = number("id")?.ok_or_else(|| PyValueError::new_err("Filter specifier must have an \"id\" entry"))?;
    if !matches!(id, FILTER_LZMA1 | FILTER_LZMA2) {
        return Err(PyNotImplementedError::new_err(format!("the filter {id} is not supported")));
    }
    let mut options = with_preset(number("preset")?)?;
    if let Some(size) = small("dict_size")? {
        options.dict_size = size;
    }
    for (name, field, most) in [("lc", &mut options.lc, 4), ("lp", &mut options.lp, 4), ("pb", &mut options.pb, 4)] {
        match small(name)? {
            Some(value) if value > most => return Err(LZMAError::new_err("Invalid or unsupported options")),
            Some(value) => *field = value,
            None => {}
        }
    }
    if options.lc + options.lp > 4 || !(4096..=1 << 30).contains(&options.dict_size) {
        return Err(LZMAError::new_err("Invalid or unsupported options"));
    }
    Ok((id, options))
}

/// Whether a kind of checksum is known.
#[pyfunction]
pub(crate) fn is_check_supported(check_id: u32) -> bool {
    matches!(check_id, 0 | 1 | 4 | 10)
}

/// A filter's settings as bytes, as containers have them.
#[pyfunction]
pub(crate) fn _encode_filter_properties<'py>(
    py: Python<'py>,
    filter: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyBytes>> {
    let (id, options) = one(filter)?;
    if id == FILTER_LZMA2 {
        // The smallest of the sizes that a byte can tell which has room for it.
        let size = (0..40u8).find(|&code| size_of_code(code) >= u64::from(options.dict_size)).unwrap_or(40);
        return Ok(PyBytes::new(py, &[size]));
    }
    let mut bytes = vec![((options.pb * 5 + options.lp) * 9 + options.lc) as u8];
    bytes.extend(options.dict_size.to_le_bytes());
    Ok(PyBytes::new(py, &bytes))
}

/// The size of a dictionary by LZMA2's code.
fn size_of_code(code: u8) -> u64 {
    u64::from(2 | code & 1) << (code / 2 + 11)
}

/// The other way round.
#[pyfunction]
pub(crate) fn _decode_filter_properties<'py>(
    py: Python<'py>,
    filter_id: u64,
    encoded_props: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyDict>> {
    let bytes = contents(encoded_props)?;
    let filter = PyDict::new(py);
    filter.set_item("id", filter_id)?;
    match (filter_id, &*bytes) {
        (FILTER_LZMA1, &[props, a, b, c, d]) if props < 9 * 5 * 5 => {
            filter.set_item("dict_size", u32::from_le_bytes([a, b, c, d]))?;
            filter.set_item("lc", props % 9)?;
            filter.set_item("lp", props / 9 % 5)?;
            filter.set_item("pb", props / 45)?;
        }
        (FILTER_LZMA2, &[code @ 0..=39]) => filter.set_item("dict_size", size_of_code(code))?,
        _ => return Err(LZMAError::new_err("Invalid or unsupported options")),
    }
    Ok(filter)
}
