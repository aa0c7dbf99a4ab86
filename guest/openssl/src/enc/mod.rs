//! enc: encryption with a password, and base64.

mod cipher;
mod password;

use crate::arguments::{Arguments, hexadecimal, to_hexadecimal};
use crate::base64::{Decoder, Encoder};
use crate::dgst::create;
use crate::hash::Kind;
use crate::rand::fill;
use crate::{fail, print};
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Outcome, read, stdout};
use agentfense_sys::files::OpenFile;
use cipher::{Cipher, Direction, Transform};
use std::io::Write;

const HELP: &str = "\
Usage: openssl enc -CIPHER [OPTION]...
  -CIPHER          aes-{128,192,256}-{cbc,ctr,ecb}, or -base64 alone; -list shows them
  -e, -d           encrypt (default) or decrypt
  -in FILE, -out FILE
  -a, -base64      base64 behind the encryption, or in front of the decryption
  -A               with -a, all in one line
  -pass SOURCE     pass:PASSWORD, env:VARIABLE, file:PATH, fd:NUMBER or stdin
  -k PASSWORD, -kfile FILE
  -pbkdf2          derive the key as PBKDF2 does
  -iter COUNT      so many rounds of it (10000)
  -md DIGEST       with this digest (sha256)
  -salt, -nosalt   use a salt (default), or none
  -S DIGITS        this salt
  -K DIGITS, -iv DIGITS
                   the key and initialisation vector themselves
  -nopad           no padding
  -p, -P           print key and vector, and with -P nothing else
";

/// What is in front of what was encrypted with a salt.
const MAGIC: &[u8; 8] = b"Salted__";

/// Whether there is a cipher of a name.
pub fn is_cipher(name: &[u8]) -> bool {
    Cipher::named(name).is_some()
}

#[derive(Default)]
struct Settings {
    cipher: Option<Cipher>,
    decrypt: bool,
    base64: bool,
    one_line: bool,
    input: Option<Vec<u8>>,
    output: Option<Vec<u8>>,
    password: Option<Vec<u8>>,
    pbkdf2: bool,
    rounds: Option<u32>,
    digest: Option<Kind>,
    no_salt: bool,
    salt: Option<Vec<u8>>,
    key: Option<Vec<u8>>,
    vector: Option<Vec<u8>>,
    no_padding: bool,
    print: bool,
    print_only: bool,
}

/// Runs enc, or the command that is a cipher's name.
pub fn enc(name: Option<&[u8]>, words: &[Vec<u8>]) -> Outcome {
    let mut arguments = Arguments::new("enc", words);
    let mut settings = Settings { cipher: name.and_then(Cipher::named), ..Settings::default() };
    settings.base64 = name == Some(b"base64");
    while let Some(option) = arguments.option() {
        match option {
            b"help" => return print(HELP),
            b"list" | b"ciphers" => {
                return print(&Cipher::names().map(|name| format!("-{name}\n")).collect::<String>());
            }
            b"e" => settings.decrypt = false,
            b"d" => settings.decrypt = true,
            b"in" => settings.input = Some(arguments.value(option)?.to_vec()),
            b"out" => settings.output = Some(arguments.value(option)?.to_vec()),
            b"a" | b"base64" => settings.base64 = true,
            b"A" => settings.one_line = true,
            b"pass" | b"passin" => settings.password = Some(password::from(arguments.value(option)?)?),
            b"k" => settings.password = Some(arguments.value(option)?.to_vec()),
            b"kfile" => settings.password = Some(password::of_file(arguments.value(option)?)?),
            b"pbkdf2" => settings.pbkdf2 = true,
            b"iter" => {
                settings.rounds = Some(arguments.number::<u32>(option)?.max(1));
                settings.pbkdf2 = true;
            }
            b"md" => {
                let name = arguments.value(option)?;
                let unknown = || arguments.wrong(format_args!("Unknown message digest: {}", lossy(name)));
                settings.digest = Some(Kind::named(name).ok_or_else(unknown)?);
            }
            b"salt" => settings.no_salt = false,
            b"nosalt" => settings.no_salt = true,
            b"S" => settings.salt = Some(hexadecimal(arguments.value(option)?, 8, "salt")?),
            b"K" => settings.key = Some(arguments.value(option)?.to_vec()),
            b"iv" => settings.vector = Some(arguments.value(option)?.to_vec()),
            b"nopad" => settings.no_padding = true,
            b"p" => settings.print = true,
            b"P" => (settings.print, settings.print_only) = (true, true),
            b"none" | b"v" | b"debug" => {}
            other => match Cipher::named(other) {
                Some(cipher) => settings.cipher = Some(cipher),
                None => return Err(arguments.wrong(format_args!("Unknown option or cipher: {}", lossy(other)))),
            },
        }
    }
    if let [extra, ..] = arguments.operands() {
        return Err(fail(format!("enc: Extra (unknown) options: \"{}\"", lossy(extra))));
    }
    let name = settings.input.as_deref().unwrap_or(b"-");
    let input =
        read::open(name).map_err(|errno| fail(format!("Can't open \"{}\" for reading, {errno}", lossy(name))))?;
    let mut input = Input { file: input, decoder: None, rest: Vec::new() };
    if settings.base64 && settings.decrypt {
        input.decoder = Some(Decoder::default());
    }
    let mut output = Output { settings: &settings, to: None, encoder: None };
    if settings.base64 && !settings.decrypt {
        output.encoder = Some(Encoder::new(if settings.one_line { 0 } else { 64 }));
    }
    let mut transform = match settings.cipher {
        Some(cipher) => match prepare(cipher, &settings, &mut input, &mut output)? {
            Some(transform) => Some(transform),
            None => return Ok(0),
        },
        None => None,
    };
    loop {
        let data = input.read(1 << 16)?;
        if data.is_empty() {
            break;
        }
        match &mut transform {
            Some(transform) => output.write(&transform.update(&data))?,
            None => output.write(&data)?,
        }
    }
    if let Some(transform) = transform {
        output.write(&transform.finish().map_err(fail)?)?;
    }
    output.finish()?;
    Ok(0)
}

/// Finds key and vector; absent if they were only to be printed.
fn prepare(
    cipher: Cipher,
    settings: &Settings,
    input: &mut Input,
    output: &mut Output<'_>,
) -> Result<Option<Transform>, Failure> {
    let (key_length, vector_length) = (cipher.key_length(), cipher.vector_length());
    let mut salt = None;
    let (mut key, mut vector) = (vec![0; key_length], vec![0; vector_length]);
    if let Some(password) = &settings.password {
        if !settings.no_salt {
            salt = Some(if let Some(salt) = &settings.salt {
                salt.clone()
            } else if settings.decrypt {
                let head = input.exactly(16)?;
                match head.strip_prefix(MAGIC) {
                    Some(salt) if salt.len() == 8 => salt.to_vec(),
                    _ => return Err(fail("bad magic number")),
                }
            } else {
                let mut salt = vec![0; 8];
                fill(&mut salt)?;
                salt
            });
            if let Some(salt) = &salt
                && !settings.decrypt
                && !settings.print_only
                && settings.salt.is_none()
            {
                output.head(&[MAGIC, salt.as_slice()].concat())?;
            }
        }
        let mut derived = vec![0; key_length + vector_length];
        let digest = settings.digest.unwrap_or(Kind::Sha256);
        let salt = salt.as_deref().unwrap_or_default();
        if settings.pbkdf2 {
            digest.pbkdf2(password, salt, settings.rounds.unwrap_or(10_000), &mut derived);
        } else {
            tell("*** WARNING : deprecated key derivation used.\nUsing -iter or -pbkdf2 would be better.\n");
            password::derive(digest, password, salt, &mut derived);
        }
        vector = derived.split_off(key_length);
        key = derived;
    } else if settings.key.is_none() {
        return Err(fail("a password or a key is missing: -pass, -k or -K"));
    }
    if let Some(digits) = &settings.key {
        key = hexadecimal(digits, key_length, "key")?;
        if settings.vector.is_none() && vector_length > 0 && settings.password.is_none() {
            return Err(fail("iv undefined"));
        }
    }
    if let Some(digits) = &settings.vector {
        vector = hexadecimal(digits, vector_length, "iv")?;
    }
    if settings.print {
        let upper = |bytes: &[u8]| to_hexadecimal(bytes).to_uppercase();
        let mut text = salt.map_or_else(String::new, |salt| format!("salt={}\n", upper(&salt)));
        text.push_str(&format!("key={}\n", upper(&key)));
        if vector_length > 0 {
            text.push_str(&format!("iv ={}\n", upper(&vector)));
        }
        let mut out = stdout();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        if settings.print_only {
            return Ok(None);
        }
    }
    let direction = if settings.decrypt { Direction::Decrypt } else { Direction::Encrypt };
    cipher.start(direction, &key, &vector, !settings.no_padding).map(Some).map_err(fail)
}

/// Prints a remark on standard error.
fn tell(text: &str) {
    if let Some(stderr) = OpenFile::inherited(2) {
        // Nobody is left to tell when standard error is gone.
        let _ = stderr.write_bytes(text.as_bytes());
    }
}

struct Input {
    file: OpenFile,
    decoder: Option<Decoder>,
    /// Read already.
    rest: Vec<u8>,
}

impl Input {
    /// Some bytes; none at the end.
    fn read(&mut self, most: u32) -> Result<Vec<u8>, Failure> {
        if !self.rest.is_empty() {
            return Ok(std::mem::take(&mut self.rest));
        }
        loop {
            let data = self.file.read_some(most).map_err(|errno| fail(format!("error reading input file: {errno}")))?;
            let Some(decoder) = &mut self.decoder else { return Ok(data) };
            let decoded = decoder.decode(&data)?;
            if data.is_empty() || !decoded.is_empty() {
                return Ok(decoded);
            }
        }
    }

    /// So many bytes.
    fn exactly(&mut self, count: usize) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        while bytes.len() < count {
            let data = self.read(1 << 16)?;
            if data.is_empty() {
                return Err(fail("error reading input file"));
            }
            bytes.extend_from_slice(&data);
        }
        self.rest = bytes.split_off(count);
        Ok(bytes)
    }
}

/// The output, which is opened when there is something for it.
struct Output<'a> {
    settings: &'a Settings,
    to: Option<Box<dyn Write>>,
    encoder: Option<Encoder>,
}

impl Output<'_> {
    fn open(&mut self) -> Result<&mut Box<dyn Write>, Failure> {
        if self.to.is_none() {
            self.to = Some(match &self.settings.output {
                Some(path) => Box::new(std::io::BufWriter::new(create(path)?)),
                None => Box::new(stdout()),
            });
        }
        self.to.as_mut().ok_or_else(|| fail("no output"))
    }

    fn head(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.write(bytes)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.open()?;
        match (&mut self.to, &mut self.encoder) {
            (Some(to), Some(encoder)) => encoder.encode(bytes, to)?,
            (Some(to), None) => to.write_all(bytes)?,
            (None, _) => {}
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), Failure> {
        let encoder = self.encoder.take();
        let to = self.open()?;
        if let Some(encoder) = encoder {
            encoder.finish(to)?;
        }
        Ok(to.flush()?)
    }
}
