//! Mail, over a real SMTP conversation.

mod disaster;
mod notices;
mod office;
mod papers;
mod reminding;
mod sending;
mod ways_in;

/// Address of the web port, in letters.
const ORIGIN: &str = "https://hashimori.example";
