//! jq and yq as one program.
//!
//! The language is jaq's (`jaq-core`): parser, compiler, evaluation. What jq prints, compares, parses and says when
//! something is wrong is here: [`value`] is the type of values with jq's rules, [`filters`] the functions that work on
//! it, [`jq`] and [`yq`] the commands. What remains different from jq is the order in which `f + g` and `{a: f, b: g}`
//! combine several outputs of both sides, and that `?//` and `$__loc__` do not exist.

mod filters;
mod jq;
mod value;
mod yaml;
mod yq;

use agentfense_support::multicall::{Command, run};

const COMMANDS: &[Command] =
    &[Command { name: "jq", main: jq::main, usage_status: 2 }, Command { name: "yq", main: yq::main, usage_status: 1 }];

fn main() {
    run("agentfense-jq", COMMANDS)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_list_of_names_is_the_table() {
        let names: Vec<_> = super::COMMANDS.iter().map(|command| command.name).collect();
        assert_eq!(include_str!("../commands.txt").lines().collect::<Vec<_>>(), names);
    }
}
