//! mount, umount and mountpoint: what is mounted where. The sandbox's maker decides that, so it can only be asked.

use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, quote, stdout};
use agentfense_sys::files::{self, FileType};
use std::io::Write;

const LONGS: &[Long] = &[
    ("types", Takes::Argument, 't'),
    ("options", Takes::Argument, 'o'),
    ("all", Takes::Nothing, 'a'),
    ("show-labels", Takes::Nothing, 'l'),
    ("verbose", Takes::Nothing, 'v'),
];

/// Runs mount.
pub fn mount(args: Vec<Vec<u8>>) -> Outcome {
    let help = "{} [-l] [-t TYPES]\nList what is mounted. A sandbox's mounts are made with it and stay.";
    let mut options = Options::new(args, "t:o:alv", LONGS, help);
    let (mut types, mut wanted, mut all) = (None, None, false);
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('t', list) => types = Some(lossy(&list)),
            Item::Option('a', _) => all = true,
            Item::Option(..) => {}
            Item::Operand(name) => wanted = Some(name),
        }
    }
    if let Some(name) = wanted {
        return Err(Failure::new(format!("{}: must be superuser to use mount.", lossy(&name))));
    }
    if all {
        return Ok(0);
    }
    let mut out = stdout();
    for mounted in files::usage(None)? {
        if types.as_ref().is_some_and(|types| !types.split(',').any(|kind| kind == mounted.kind)) {
            continue;
        }
        let mode = if mounted.read_only { "ro" } else { "rw" };
        let (source, at, kind) = (&mounted.source, lossy(&mounted.mount_point), &mounted.kind);
        writeln!(out, "{source} on {at} type {kind} ({mode})")?;
    }
    out.flush()?;
    Ok(0)
}

/// Runs umount.
pub fn umount(args: Vec<Vec<u8>>) -> Outcome {
    let help = "{} DIRECTORY...\nUnmount: refused, a sandbox's mounts are made with it and stay.";
    let mut options = Options::new(args, "aflnrRt:v", &[], help);
    while let Some(item) = options.next_item()? {
        if let Item::Operand(name) = item {
            return Err(Failure::new(format!("{}: must be superuser to unmount.", lossy(&name))).status(32));
        }
    }
    Err(Failure::usage("bad usage"))
}

/// Runs mountpoint.
pub fn mountpoint(args: Vec<Vec<u8>>) -> Outcome {
    let longs: &[Long] =
        &[("quiet", Takes::Nothing, 'q'), ("nofollow", Takes::Nothing, '\u{1}'), ("fs-devno", Takes::Nothing, 'd')];
    let mut options =
        Options::new(args, "qdx", longs, "{} [-qd] DIRECTORY\nCheck whether a directory is a mountpoint.");
    let (mut quiet, mut number, mut follow, mut names) = (false, false, true, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('q', _) => quiet = true,
            Item::Option('d', _) => number = true,
            Item::Option(..) => follow = false,
            Item::Operand(name) => names.push(name),
        }
    }
    let [name] = names.as_slice() else { return Err(Failure::usage("bad usage")) };
    let stat = match files::stat(name, follow) {
        Ok(stat) => stat,
        Err(_) if quiet => return Ok(1),
        Err(errno) => return Err(Failure::new(format!("{}: {errno}", lossy(name)))),
    };
    let path = files::real_path(name)?;
    let is = stat.kind == FileType::Directory && files::usage(None)?.iter().any(|mounted| mounted.mount_point == path);
    let mut out = stdout();
    if is && number {
        writeln!(out, "{}:{}", stat.dev >> 8, stat.dev & 0xff)?;
    } else if !quiet {
        let shown = quote(name);
        let shown = shown.trim_matches('\'');
        writeln!(out, "{shown} is {}a mountpoint", if is { "" } else { "not " })?;
    }
    out.flush()?;
    Ok(if is { 0 } else { 32 })
}
