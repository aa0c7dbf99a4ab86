//! See `agentfense_link`.

fn main() {
    agentfense_link::command(1 << 20);
}
