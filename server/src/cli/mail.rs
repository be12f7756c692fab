//! `mail set-password`: seals the mail server's password with the master key. `mail test`: one letter, now, to see that it arrives.

use std::io::Read as _;

use anyhow::{Context as _, bail, ensure};
use clap::Subcommand;
use zeroize::Zeroizing;

use super::operator::Operator;
use crate::config::Settings;
use crate::domain::act::{Actor, Done, What};
use crate::domain::mail::MailAddress;
use crate::mail::{PASSWORD, seal_password, send, test_message, transport};
use crate::store::{log, meta};

#[derive(Debug, Subcommand)]
pub(super) enum MailCommand {
    /// Seals the password of `mail.user`, read from standard input, with the master key.
    SetPassword,
    /// Sends one letter at once, and says what the mail server made of it.
    Test {
        /// Where to.
        #[arg(long, value_name = "ADDRESS")]
        to: String,
    },
}

pub(super) async fn run(settings: Settings, command: MailCommand) -> anyhow::Result<()> {
    let operator = Operator::start(settings).await?;
    match command {
        MailCommand::SetPassword => {
            let mut typed = Zeroizing::new(String::new());
            std::io::stdin().read_to_string(&mut typed).context("reading the password from standard input")?;
            let password = typed.trim_end_matches(['\r', '\n']);
            ensure!(!password.is_empty(), "standard input holds no password");
            let mut tx = operator.store.begin().await?;
            meta::put(&mut tx, PASSWORD, &seal_password(&operator.master, &operator.random, password)).await?;
            let done = Done::by(Actor::Operator, What::SettingsChanged, operator.now).noting("mail=password");
            log::write(&mut tx, &operator.random, &done).await?;
            tx.commit().await?;
            println!("the mail password is sealed in the store");
        }
        MailCommand::Test { to } => {
            let Some(settings) = &operator.settings.mail else { bail!("mail is switched off: set mail.host") };
            let to = MailAddress::parse(&to).with_context(|| format!("--to {to}"))?;
            let way = transport(settings, &operator.store, &operator.master).await?;
            let message = test_message(settings, &to, &operator.random, operator.now).context("the letter cannot be written")?;
            if let Err(failure) = send(&way, message).await {
                bail!("it was not sent: {}", failure.to_word());
            }
            println!("{}:{} took it", settings.host, settings.port);
        }
    }
    Ok(())
}
