//! 点検プログラム: the agent on a device. It asks the operating system, read-only, and reports to its collector.

pub mod parse;
pub mod probe;
