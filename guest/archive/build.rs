//! See `agentfense_link`. Compressing takes a few megabytes at the start.

fn main() {
    agentfense_link::command(2 << 20);
}
