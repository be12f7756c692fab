//! What to do with an answer: one total function, so that no status of the collector or of something in between is left to chance.

use hashimori_shared::checkin::{CheckInReply, Outcome};
use hashimori_shared::problem::kind;

use super::Answer;

/// What to do with a check-in after an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Disposition {
    /// Durable at the collector: delete it here.
    Delete(Box<CheckInReply>),
    /// The collector does not know the base: send the whole report under the next number.
    SendInFull(Box<CheckInReply>),
    /// The leaf has run out: renew, then send again.
    Renew,
    /// Come back after so many seconds, or after a back-off; keep everything.
    RateLimited(Option<u32>),
    /// Something failed there: back off and try again; keep everything.
    Retry,
    /// This very check-in is refused for what it is: set it aside, go on with the next.
    SetAside,
    /// The two sides do not understand each other (version, certificate): keep everything, try again at the next regular time.
    Defer,
    /// Nothing here any more: try a successor endpoint if there is one, else like `Retry`.
    Gone,
    /// The device is retired: send nothing more.
    Quiet,
}

/// The policy. Total over statuses; a 200 that is not a reply of ours acknowledges nothing.
pub(crate) fn disposition(answer: &Answer) -> Disposition {
    let problem = answer.problem();
    let is = |slug: &str| problem.as_ref().is_some_and(|p| p.is(slug));
    match answer.status {
        200 => match serde_json::from_slice::<CheckInReply>(&answer.body) {
            Ok(reply) => match reply.outcome {
                Outcome::Accepted | Outcome::Duplicate => Disposition::Delete(Box::new(reply)),
                Outcome::FullWanted => Disposition::SendInFull(Box::new(reply)),
            },
            Err(_) => Disposition::Retry,
        },
        410 if is(kind::RETIRED) => Disposition::Quiet,
        401 | 403 if is(kind::CERTIFICATE_EXPIRED) => Disposition::Renew,
        400 | 422 if is(kind::UNSUPPORTED_VERSION) => Disposition::Defer,
        400 | 413 | 422 => Disposition::SetAside,
        404 | 410 | 421 => Disposition::Gone,
        429 | 503 => Disposition::RateLimited(answer.retry_after_s),
        // 507 (its disk is full) and others that say when to come back.
        500..=599 if answer.retry_after_s.is_some() => Disposition::RateLimited(answer.retry_after_s),
        401..=407 | 409..=424 | 426..=499 => Disposition::Defer,
        // 408, 425, 5xx: try again. 1xx, other 2xx, redirects and what is no status at all: nothing of ours answered, likewise.
        _ => Disposition::Retry,
    }
}

#[cfg(test)]
mod tests {
    use hashimori_shared::problem::Problem;
    use proptest::prelude::*;

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, retry_after_s: None, body: body.as_bytes().to_vec() }
    }

    fn problem(status: u16, slug: &str) -> Answer {
        answer(status, &serde_json::to_string(&Problem::new(slug, status, "t")).expect("serialises"))
    }

    const ACCEPTED: &str = r#"{"v":1,"outcome":"accepted","server_time":1790000000,"next_check_in_s":3600,"epoch":"00000000000000000000000000000000","standing":"active","pack":"p"}"#;

    #[test]
    fn each_answer_of_the_collector_has_its_consequence() {
        assert!(matches!(disposition(&answer(200, ACCEPTED)), Disposition::Delete(_)));
        assert!(matches!(disposition(&answer(200, &ACCEPTED.replace("accepted", "duplicate"))), Disposition::Delete(_)));
        assert!(matches!(disposition(&answer(200, &ACCEPTED.replace("accepted", "full_wanted"))), Disposition::SendInFull(_)));
        for (answer, expected) in [
            (problem(410, kind::RETIRED), Disposition::Quiet),
            (problem(403, kind::CERTIFICATE_EXPIRED), Disposition::Renew),
            (problem(401, kind::CERTIFICATE_REQUIRED), Disposition::Defer),
            (problem(400, kind::INVALID_REQUEST), Disposition::SetAside),
            (problem(400, kind::UNSUPPORTED_VERSION), Disposition::Defer),
            (answer(413, ""), Disposition::SetAside),
            (answer(410, ""), Disposition::Gone),
            (problem(503, kind::OVERLOADED), Disposition::RateLimited(None)),
            (Answer { retry_after_s: Some(7), ..problem(429, kind::THROTTLED) }, Disposition::RateLimited(Some(7))),
            (problem(500, kind::INTERNAL), Disposition::Retry),
            (Answer { retry_after_s: Some(300), ..problem(507, kind::OVERLOADED) }, Disposition::RateLimited(Some(300))),
            (answer(302, ""), Disposition::Retry),
        ] {
            assert_eq!(disposition(&answer), expected, "{}", answer.status);
        }
    }

    proptest! {
        #[test]
        fn nothing_but_a_whole_reply_of_the_collector_deletes_anything(status: u16, body in ".{0,200}") {
            let got = disposition(&answer(status, &body));
            prop_assert!(!matches!(got, Disposition::Delete(_) | Disposition::Quiet), "{status} {body:?} {got:?}");
        }
    }
}
