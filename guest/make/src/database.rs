//! What `-p` shows: variables, implicit rules, files.

use crate::files::{Dep, Recipe, cut_lines};
use crate::text::{bytes, join};
use crate::variables::{GLOBAL, Origin};
use crate::{Make, Stream};
use std::rc::Rc;

impl Make<'_> {
    /// Prints everything that make knows, in a form that it could read.
    pub(crate) fn print_database(&mut self) {
        let mut out = b"\n# Make data base\n\n# Variables\n\n".to_vec();
        for name in self.vars.names() {
            let Some(variable) = self.vars.get_in(GLOBAL, &name) else { continue };
            let origin = match variable.origin {
                Origin::File => "makefile",
                Origin::Override => "'override' directive",
                origin => origin.name(),
            };
            let place = match &variable.location {
                Some(location) => bytes!(" (from '", location.file, "', line ", location.line.to_string(), ")"),
                None => Vec::new(),
            };
            out.extend(bytes!("# ", origin, place, "\n"));
            if variable.value.contains(&b'\n') && variable.recursive {
                out.extend(bytes!("define ", name, "\n", variable.value, "\nendef\n"));
            } else {
                out.extend(bytes!(name, if variable.recursive { " = " } else { " := " }, variable.value, "\n"));
            }
        }
        out.extend(b"\n# Implicit Rules\n");
        for rule in &self.pattern_rules {
            let colon = if rule.terminal { "::" } else { ":" };
            out.extend(bytes!("\n", join(&rule.names), colon, list(&rule.deps)));
            recipe(&mut out, rule.recipe.as_ref());
        }
        out.extend(b"\n# Files\n");
        for file in self.files.iter() {
            out.push(b'\n');
            if !file.is_target {
                out.extend(b"# Not a target:\n");
            }
            out.extend(bytes!(file.name, if file.double_colon { "::" } else { ":" }, list(&file.deps)));
            if file.phony {
                out.extend(b"#  Phony target (prerequisite of .PHONY).\n");
            }
            recipe(&mut out, file.recipe.as_ref());
        }
        out.extend(b"\n# Finished Make data base\n\n");
        self.print(Stream::Out, &out);
    }
}

/// The prerequisites as a rule names them, with the end of the line.
fn list(deps: &[Dep]) -> Vec<u8> {
    let mut text = Vec::new();
    for dep in deps.iter().filter(|dep| !dep.order_only) {
        text.extend(bytes!(" ", dep.name));
    }
    for (index, dep) in deps.iter().filter(|dep| dep.order_only).enumerate() {
        text.extend(bytes!(if index == 0 { " | " } else { " " }, dep.name));
    }
    text.push(b'\n');
    text
}

fn recipe(out: &mut Vec<u8>, recipe: Option<&Rc<Recipe>>) {
    let Some(recipe) = recipe else { return };
    match &recipe.location {
        Some(location) => {
            let line = location.line.to_string();
            out.extend(bytes!("#  recipe to execute (from '", location.file, "', line ", line, "):\n"));
        }
        None => out.extend(b"#  recipe to execute (built-in):\n"),
    }
    for line in cut_lines(recipe.text.strip_suffix(b"\n").unwrap_or(&recipe.text)) {
        out.extend(bytes!("\t", line, "\n"));
    }
}
