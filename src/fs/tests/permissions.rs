//! Permission rules at work.

use super::*;
use Permission::{None as Hidden, Read, View, Write};

fn world(rules: &[PermissionRule]) -> World {
    let node = memory(Quota::unlimited(), AGENT, 0o755);
    let free = World::over(Arc::clone(&node));
    for dir in ["docs", "output", "output/d", "secret", "mixed", "mixed/keys"] {
        free.mkdir(dir).unwrap();
    }
    for file in ["docs/a", "output/o", "output/d/f", "secret/s", "mixed/keys/k", "mixed/m", ".env"] {
        free.put(file, "text").unwrap();
    }
    World::with_rules(node, rules)
}

#[test]
fn levels() {
    let rule = PermissionRule::glob;
    let w = world(&[
        rule("/docs/**", Read, 1),
        rule("/secret/**", Hidden, 1),
        rule("/mixed/**", View, 1),
        rule("**/.env", Hidden, 9),
    ]);
    // none
    assert_eq!(w.list(".").unwrap(), ["docs", "mixed", "output"]);
    assert_eq!(w.stat("secret"), Err(Errno::NoEnt));
    assert_eq!(w.get("secret/s"), Err(Errno::NoEnt));
    assert_eq!(w.unlink(".env"), Err(Errno::NoEnt));
    assert_eq!(w.put(".env", "x"), Err(Errno::Acces));
    assert_eq!(w.put("output/.env", "x"), Err(Errno::Acces));
    assert_eq!(w.mkdir("secret"), Err(Errno::Acces));
    assert_eq!(w.rename("output/o", ".env"), Err(Errno::Acces));
    assert_eq!(w.link("output/o", "output/.env"), Err(Errno::Acces));
    w.symlink("../.env", "output/peek").unwrap();
    assert_eq!(w.get("output/peek"), Err(Errno::NoEnt));
    assert_eq!(w.get("output/../.env"), Err(Errno::NoEnt));
    assert_eq!(w.get("/workspace//./.env"), Err(Errno::NoEnt));
    // view
    assert_eq!(w.list("mixed").unwrap(), ["keys", "m"]);
    assert_eq!(w.stat("mixed/m").unwrap().size, 4);
    assert_eq!(w.get("mixed/m"), Err(Errno::Acces));
    assert_eq!(w.ns.access(&w.me, &w.start, "mixed/m", 4), Err(Errno::Acces));
    // read
    assert_eq!(w.get("docs/a").unwrap(), "text");
    for result in [
        w.put("docs/a", ""),
        w.put("docs/new", ""),
        w.unlink("docs/a"),
        w.rename("docs/a", "docs/b"),
        w.rename("docs/a", "output/b"),
        w.rename("output/o", "docs/o"),
        w.chmod("docs/a", 0o777),
        w.link("docs/a", "output/a"),
        w.link("output/o", "docs/o"),
        w.mkdir("docs/d"),
        w.rmdir("docs"),
        w.rename("docs", "elsewhere"),
        w.symlink("x", "docs/l"),
    ] {
        assert_eq!(result, Err(Errno::Acces));
    }
    // write
    w.put("output/o", "new").unwrap();
    w.rename("output/d", "output/e").unwrap();
    // The embedder is not bound.
    assert!(w.ns.stat(&Caller::embedder(), &w.start, ".env", true).is_ok());
}

#[test]
fn a_move_raises_nothing() {
    let rule = PermissionRule::glob;
    let w = world(&[rule("/mixed/keys/**", Hidden, 5), rule("/output/d/f", Read, 5)]);
    assert_eq!(w.rename("mixed", "open"), Err(Errno::Acces));
    assert_eq!(w.rename("output/d", "d"), Err(Errno::Acces));
    assert_eq!(w.rename("output", "docs/output"), Err(Errno::Acces));
    // Nothing that a rule names is below.
    w.rename("secret", "mixed/secret").unwrap();
    w.rename("docs", "mixed/docs").unwrap();
}

#[test]
fn unanchored_rules_move_along() {
    let w = world(&preset("development").unwrap());
    w.mkdir("p").unwrap();
    w.rename("output", "p/output").unwrap();
    assert_eq!(w.put("p/output/.env", ""), Err(Errno::Acces));
}

#[test]
fn the_safe_preset() {
    let w = world(&preset("agent-safe").unwrap());
    assert_eq!(w.get("docs/a").unwrap(), "text");
    assert_eq!(w.put("docs/a", ""), Err(Errno::Acces));
    w.put("output/x", "1").unwrap();
    w.mkdir("tmp").unwrap();
    w.rename("output/d", "tmp/d").unwrap();
    assert_eq!(w.get("tmp/d/f").unwrap(), "text");
    assert_eq!(w.stat(".env"), Err(Errno::NoEnt));
    // The rules are the workspace's alone.
    w.put("/tmp/.env", "x").unwrap();
}

#[test]
fn a_way_to_what_is_allowed() {
    let rule = PermissionRule::glob;
    let w = world(&[rule("**/*", Hidden, 0), rule("/output/d/**", Write, 0)]);
    assert_eq!(w.list(".").unwrap(), ["output"]);
    assert_eq!(w.list("output").unwrap(), ["d"]);
    w.put("output/d/f", "x").unwrap();
    assert_eq!(w.put("output/x", ""), Err(Errno::Acces));
    assert_eq!(w.stat("docs"), Err(Errno::NoEnt));
}
