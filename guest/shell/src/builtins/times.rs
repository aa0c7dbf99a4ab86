//! `times`.

use agentfense_sys::processes;
use bstr::BString;

use crate::shell::{Run, Shell};

/// `times`: the shell's processor time, then its children's. The kernel does
/// not tell user and system time apart, so all of it is shown as user time.
pub fn times(shell: &mut Shell, _: &[BString]) -> Run<i32> {
    let times = processes::get_times();
    for nanoseconds in [times.own, times.children] {
        let milliseconds = nanoseconds / 1_000_000;
        let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
        shell.out(format!("{}m{}.{rest:03}s 0m0.000s\n", seconds / 60, seconds % 60).as_bytes())?;
    }
    Ok(0)
}
