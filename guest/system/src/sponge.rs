//! sponge: writes a file only after all of the input was read, so that it can be an input, too.

use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Options, Outcome, read};
use agentfense_sys::files::{self, OpenFile, OpenFlags};

const HELP: &str = "\
{} [-a] [FILE]
Read all of standard input, then write it to FILE or standard output.

  -a  append to FILE";

/// Runs sponge.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "a", &[], HELP);
    let (mut append, mut name) = (false, None);
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option(..) => append = true,
            Item::Operand(operand) => name = Some(operand),
        }
    }
    let data = read::whole(b"-").map_err(|errno| Failure::new(format!("failed to read from stdin: {errno}")))?;
    let Some(name) = name else {
        if let Some(stdout) = OpenFile::inherited(1) {
            stdout
                .write_bytes(&data)
                .map_err(|errno| Failure::new(format!("error writing buffer to stdout: {errno}")))?;
        }
        return Ok(0);
    };
    let how = if append { OpenFlags::APPEND } else { OpenFlags::TRUNCATE };
    let failed = |errno| Failure::new(format!("error opening output file: {}: {errno}", lossy(&name)));
    let file = files::open(&name, OpenFlags::WRITE | OpenFlags::CREATE | how, 0o666).map_err(failed)?;
    file.write_bytes(&data)
        .map_err(|errno| Failure::new(format!("error writing buffer to {}: {errno}", lossy(&name))))?;
    Ok(0)
}
