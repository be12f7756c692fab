//! Mail, over a real SMTP conversation.

mod office;
mod reminding;
mod sending;
mod ways_in;

/// Address of the web port, in letters.
const ORIGIN: &str = "https://hashimori.example";
