//! Permission rules: what a guest may do with which path of the workspace.

use super::pattern::{Pattern, Progress};
use serde::{Deserialize, Serialize};

/// What may be done with a path; each level includes those before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    /// Answers as if the path were not there.
    None,
    /// Lists and stats.
    View,
    /// Opens for reading.
    #[default]
    Read,
    /// Everything.
    Write,
}

/// How a rule's pattern is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PatternType {
    /// `*`, `?` and `[...]` within a component, `**` over any number of them.
    /// A pattern without a slash matches at any depth.
    #[default]
    Glob,
    /// A directory with all that is below.
    Directory,
    /// One path.
    File,
}

/// One rule. Of those that match a path the one of the highest priority wins;
/// then file before directory before glob; then the more specific pattern;
/// then the later rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PermissionRule {
    /// Relative to the workspace, with or without a slash before it.
    pub pattern: String,
    /// What may be done.
    #[serde(default)]
    pub permission: Permission,
    /// How the pattern is read.
    #[serde(default, rename = "type")]
    pub kind: PatternType,
    /// The higher wins.
    #[serde(default)]
    pub priority: i32,
}

impl PermissionRule {
    /// A glob rule.
    pub fn glob(pattern: &str, permission: Permission, priority: i32) -> Self {
        PermissionRule { pattern: pattern.into(), permission, kind: PatternType::Glob, priority }
    }
}

/// The names that [`preset`] knows.
pub const PRESETS: [&str; 5] = ["view-only", "read-only", "agent-safe", "development", "full-access"];

/// The rules of a preset.
pub fn preset(name: &str) -> Option<Vec<PermissionRule>> {
    use Permission::{None as Hidden, Read, View, Write};
    const SECRETS: [&str; 4] = ["**/.env*", "**/secrets/**", "**/*.key", "**/*.pem"];
    let rule = PermissionRule::glob;
    let secrets = || SECRETS.iter().map(|pattern| rule(pattern, Hidden, 100));
    Some(match name {
        "view-only" => vec![rule("**/*", View, 0)],
        "read-only" => vec![rule("**/*", Read, 0)],
        "full-access" => vec![rule("**/*", Write, 0)],
        "agent-safe" => {
            let mut rules = vec![
                rule("**/*", Read, 0),
                rule("/output/**", Write, 10),
                rule("/tmp/**", Write, 10),
                rule("**/.git/**", Hidden, 50),
            ];
            rules.extend(secrets());
            rules.push(rule("**/credentials*", Hidden, 100));
            rules
        }
        "development" => {
            let mut rules = vec![rule("**/*", Write, 0)];
            rules.extend(secrets());
            rules
        }
        _ => return None,
    })
}

/// Rules made ready: the strongest first.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    rules: Vec<(Pattern, Permission)>,
    fold_case: bool,
}

impl Rules {
    /// Compiles rules for the workspace that is mounted at `workspace`; a
    /// pattern may also be written with that path before it. The error is a
    /// sentence for the user.
    pub fn new(rules: &[PermissionRule], workspace: &str) -> Result<Self, String> {
        Rules::with_case(rules, workspace, !crate::platform::CASE_SENSITIVE)
    }

    /// The same with the choice whether case matters: on a host that takes
    /// `.ENV` for `.env` a rule must do so, too.
    pub fn with_case(rules: &[PermissionRule], workspace: &str, fold_case: bool) -> Result<Self, String> {
        let workspace = workspace.trim_end_matches('/');
        let mut ranked = Vec::with_capacity(rules.len());
        for (index, rule) in rules.iter().enumerate() {
            if rule.pattern.is_empty() {
                return Err("a permission rule has an empty pattern".into());
            }
            let text = match rule.pattern.strip_prefix(workspace) {
                Some(rest) if !workspace.is_empty() && (rest.is_empty() || rest.starts_with('/')) => {
                    if rest.is_empty() { "/" } else { rest }
                }
                _ => rule.pattern.as_str(),
            };
            let mut text = if fold_case { text.to_lowercase() } else { text.to_string() };
            if rule.kind == PatternType::Glob && !text.contains('/') {
                text.insert_str(0, "**/");
            }
            let pattern = Pattern::new(&text, rule.kind == PatternType::Directory)?;
            let rank = (rule.priority, rule.kind, pattern.specificity(), index);
            ranked.push((rank, pattern, rule.permission));
        }
        ranked.sort_by_key(|&(rank, ..)| std::cmp::Reverse(rank));
        let rules = ranked.into_iter().map(|(_, pattern, permission)| (pattern, permission));
        Ok(Rules { rules: rules.collect(), fold_case })
    }

    /// Whether there is no rule at all.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The permission of one path, given that the directories above it can be
    /// passed. A directory that leads to a permitted path is at least viewed.
    pub fn permission(&self, path: &[&str], directory: bool) -> Permission {
        let folded: Vec<String>;
        let names: Vec<&str>;
        let path = if self.fold_case {
            folded = path.iter().map(|name| name.to_lowercase()).collect();
            names = folded.iter().map(String::as_str).collect();
            &names
        } else {
            path
        };
        let mut leads = path.is_empty();
        for (pattern, permission) in &self.rules {
            let progress = pattern.progress(path.iter().copied());
            if pattern.is_match(progress) {
                return match permission {
                    Permission::None if leads && directory => Permission::View,
                    permission => *permission,
                };
            }
            // Only what is stronger than the rule that hides can show again.
            leads |= *permission > Permission::None && pattern.matches_below(progress);
        }
        Permission::Write
    }

    /// The permission of a path, with the directories above it.
    pub fn effective(&self, path: &[&str], directory: bool) -> Permission {
        for depth in 0..path.len() {
            if self.permission(&path[..depth], true) == Permission::None {
                return Permission::None;
            }
        }
        self.permission(path, directory)
    }

    /// Whether a directory that moves from `old` to `new` certainly gives no
    /// more access to anything below it than it had.
    pub(crate) fn keeps_below(&self, old: &[&str], new: &[&str]) -> bool {
        let progress = |pattern: &Pattern, path: &[&str]| -> Progress {
            if self.fold_case {
                let folded: Vec<String> = path.iter().map(|name| name.to_lowercase()).collect();
                pattern.progress(folded.iter().map(String::as_str))
            } else {
                pattern.progress(path.iter().copied())
            }
        };
        self.rules.iter().all(|(pattern, permission)| {
            let (old, new) = (progress(pattern, old), progress(pattern, new));
            match permission {
                // What is granted may become less, what is hidden more.
                Permission::Write => new.subset_of(old),
                Permission::None => old.subset_of(new),
                Permission::View | Permission::Read => old == new,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Permission::{None as Hidden, Read, View, Write};

    fn level(rules: &[PermissionRule], path: &str) -> Permission {
        let rules = Rules::with_case(rules, "/workspace", false).unwrap();
        let path: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let directory = path.last().is_none_or(|name| !name.contains('.') || name.starts_with('.'));
        rules.effective(&path, directory)
    }

    #[test]
    fn presets() {
        let rules = preset("agent-safe").unwrap();
        for (path, expected) in [
            ("", Read),
            ("src/main.rs", Read),
            ("output", Write),
            ("output/x.txt", Write),
            ("sub/output/x.txt", Read),
            ("tmp/x.txt", Write),
            (".git", Hidden),
            (".git/config", Hidden),
            ("sub/.git/hooks/x", Hidden),
            (".gitignore", Read),
            (".env", Hidden),
            ("output/.env.local", Hidden),
            ("a/secrets/x.txt", Hidden),
            ("output/server.key", Hidden),
            ("credentials.json", Hidden),
        ] {
            assert_eq!(level(&rules, path), expected, "{path}");
        }
        assert_eq!(level(&preset("development").unwrap(), "src/x.rs"), Write);
        assert_eq!(level(&preset("view-only").unwrap(), "src/x.rs"), View);
        assert!(preset("other").is_none());
        assert!(PRESETS.iter().all(|name| preset(name).is_some()));
    }

    #[test]
    fn the_winner() {
        let rule = |pattern: &str, permission, kind, priority| PermissionRule {
            pattern: pattern.into(),
            permission,
            kind,
            priority,
        };
        use PatternType::{Directory, File, Glob};
        let rules = [
            rule("/a/**", Write, Glob, 0),
            rule("/a/b.txt", Read, File, 0),
            rule("/a", View, Directory, 0),
            rule("/d/*.txt", Read, Glob, 0),
            rule("/d/*", Hidden, Glob, 0),
            rule("/p/x.txt", Hidden, File, 0),
            rule("/p/**", Read, Glob, 1),
        ];
        assert_eq!(level(&rules, "a/b.txt"), Read);
        assert_eq!(level(&rules, "a/c.txt"), View);
        assert_eq!(level(&rules, "d/x.txt"), Read);
        assert_eq!(level(&rules, "d/x.rs"), Hidden);
        assert_eq!(level(&rules, "p/x.txt"), Read);
        assert_eq!(level(&rules, "elsewhere.txt"), Write);
    }

    #[test]
    fn directories_on_the_way_stay() {
        let rules = [PermissionRule::glob("**/*", Hidden, 0), PermissionRule::glob("/docs/api/**", Read, 0)];
        assert_eq!(level(&rules, ""), View);
        assert_eq!(level(&rules, "docs"), View);
        assert_eq!(level(&rules, "docs/api/x.md"), Read);
        assert_eq!(level(&rules, "docs/other.md"), Hidden);
        assert_eq!(level(&rules, "src"), Hidden);
    }

    #[test]
    fn other_spellings() {
        let prefixed = [PermissionRule::glob("/workspace/secret/**", Hidden, 0)];
        assert_eq!(level(&prefixed, "secret/x.txt"), Hidden);
        let bare = [PermissionRule::glob("*.key", Hidden, 0)];
        assert_eq!(level(&bare, "a/b.key"), Hidden);
        let folded = Rules::with_case(&bare, "/workspace", true).unwrap();
        assert_eq!(folded.effective(&["B.KEY"], false), Hidden);
        assert!(Rules::new(&[PermissionRule::glob("/../x", Read, 0)], "/workspace").is_err());
        assert!(Rules::new(&[PermissionRule::glob("", Read, 0)], "/workspace").is_err());
    }

    #[test]
    fn as_data() {
        let json = r#"{"pattern":"**/*.md","permission":"view","type":"file","priority":3}"#;
        let rule: PermissionRule = serde_json::from_str(json).unwrap();
        assert_eq!((rule.permission, rule.kind, rule.priority), (View, PatternType::File, 3));
        assert_eq!(serde_json::to_string(&rule).unwrap(), json);
        let short: PermissionRule = serde_json::from_str(r#"{"pattern":"x"}"#).unwrap();
        assert_eq!(short, PermissionRule::glob("x", Read, 0));
    }
}
