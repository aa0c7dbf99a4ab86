//! See `agentfense_link`. Most commands need no more heap than this.

fn main() {
    agentfense_link::command(1 << 20);
}
