//! `hashimori-server`: the command line of the collector.

fn main() {}
