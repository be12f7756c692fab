//! The mail address of whoever files without an account: read, and asked to be proved by a link that is mailed to it.

use axum::http::StatusCode;
use hashimori_shared::lang::Lang;

use super::application::PATH;
use super::apply::MAIL;
use crate::domain::ids::PaperId;
use crate::domain::mail::{Kind as Mail, Letter, Link, MailAddress, PROVE_S, Recipients, Said};
use crate::domain::people::link::Token;
use crate::domain::people::throttle;
use crate::http::pages::{PageError, Web};
use crate::mail::secret_link;
use crate::store::paper::{self, NewContact};
use crate::store::{Tx, mail, throttle as counters};
use crate::words::Text;

/// The address as typed, where one was; or what is wrong with it.
pub(super) async fn address(web: &Web, typed: &str) -> Result<Result<Option<MailAddress>, (StatusCode, Text)>, PageError> {
    if typed.trim().is_empty() {
        return Ok(Ok(None));
    }
    let Ok(address) = MailAddress::parse(typed) else {
        return Ok(Err((StatusCode::UNPROCESSABLE_ENTITY, Text::of_field("account-mail-wrong", MAIL))));
    };
    let blocked = counters::blocked_until(web.store.read(), &throttle::applicant(address.as_str()), web.now()).await?;
    Ok(match blocked {
        None => Ok(Some(address)),
        Some(until) => Err((StatusCode::TOO_MANY_REQUESTS, Text::of_field("account-mail-often", MAIL).with("until", until))),
    })
}

/// Mails the link that proves an address to it.
pub(super) async fn ask_for_proof(web: &Web, tx: &mut Tx, paper: PaperId, (address, lang): (&MailAddress, Lang)) -> Result<(), PageError> {
    let (now, token) = (web.now(), Token::new(&web.random));
    let (hash, ends_at) = (token.hash(), now.plus_seconds(PROVE_S));
    counters::count_failure(tx, &throttle::applicant(address.as_str()), now).await?;
    let link = secret_link(&web.master, &web.random, &format!("{PATH}{}", token.to_text()));
    let Link::Secret(sealed) = &link else { return Err(PageError::internal("a secret link is sealed")) };
    paper::insert_contact(tx, &NewContact { paper, address, lang, hash: &hash, sealed, ends_at }).await?;
    let letter = Letter::new(Mail::ApplicantConfirm, Recipients::Applicant(paper), link).about("until", Said::At(ends_at));
    mail::queue(tx, (&web.random, now), &letter).await?;
    Ok(())
}
