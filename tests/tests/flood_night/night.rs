//! What the night is made of: a collector whose clock is set, real agents that share it, people who sign in anew each time, and the mail
//! server that its letters go to.

use anyhow::{Context as _, ensure};
use hashimori_server::clock::{Clock as _, SystemClock};
use hashimori_server::domain::mail::Kind;
use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;
use hashimori_tests::agent::Agent;
use hashimori_tests::collector::{Collector, REGION};
use hashimori_tests::smtp::{self, Mode, Post};
use hashimori_tests::visitor::{App, Visitor, text_of};
use hashimori_tests::waiting::until;

pub(crate) const HOUR: i64 = 3600;
pub(crate) const DAY: i64 = 24 * HOUR;
pub(crate) const BASIS: &str = "規程第25条、避難指示、市災害対策本部";
const PASSWORD: &str = "amber ferry crossing";
/// Address of the web port, in letters.
const ORIGIN: &str = "https://hashimori.example";

/// Somebody with an account.
pub(crate) struct Person {
    visitor: Visitor,
    login: &'static str,
    app: App,
}

/// A collector at an instant of the story, which begins on a Friday at 17:00.
pub(crate) struct Night {
    pub(crate) collector: Collector,
    pub(crate) friday: Timestamp,
    pub(crate) post: Post,
    /// Seconds between the machine's clock and that Friday.
    ahead: i64,
    /// Seconds since that Friday.
    since: i64,
}

impl Night {
    /// The collector is made and runs: pages behind TLS, devices on their own port.
    pub(crate) fn begin() -> anyhow::Result<Self> {
        let now = SystemClock.now();
        // The first day of 1970 was a Thursday.
        let days = (1 - now.jst_day()).rem_euclid(7) + 7;
        let mut friday = Timestamp::from_seconds((now.jst_day() + days) * DAY + 17 * HOUR - 9 * HOUR);
        // One that nobody has off: what is written on it arrives on it.
        while Kind::Notice.due(friday) != friday {
            friday = friday.plus_days(7);
        }
        let ahead = friday.seconds_since(now);
        let mut collector = Collector::prepare(None)?;
        let made = rcgen::generate_simple_self_signed(vec!["hashimori.example".to_owned()])?;
        for (key, file, pem) in [("CERTIFICATE", "web.pem", made.cert.pem()), ("KEY", "web.key", made.signing_key.serialize_pem())] {
            let path = collector.folder().join(file);
            std::fs::write(&path, pem)?;
            collector.set(&format!("HASHIMORI__WEB__{key}"), &path.display().to_string());
        }
        let post = Post::start(Mode::Starttls)?;
        for (key, value) in [
            ("WEB__PUBLIC_URL", ORIGIN.to_owned()),
            ("MAIL__HOST", "127.0.0.1".to_owned()),
            ("MAIL__PORT", post.port().to_string()),
            ("MAIL__SENDER", "hashimori@hotaru.example".to_owned()),
            ("MAIL__USER", smtp::USER.to_owned()),
            ("MAIL__AUTHORITIES", post.authority().display().to_string()),
        ] {
            collector.set(&format!("HASHIMORI__{key}"), &value);
        }
        collector.set_clock(&format!("+{ahead}s"))?;
        collector.init()?;
        collector.command_reading(&["mail", "set-password"], &format!("{}\n", smtp::PASSWORD))?.expect(0)?;
        collector.run()?;
        Ok(Self { collector, friday, post, ahead, since: 0 })
    }

    /// Somebody's address counts once they have opened the link that went there.
    pub(crate) fn register(&self, person: &mut Person, address: &str) -> anyhow::Result<()> {
        person.does("/account/mail", "/account/mail", &[("address", address)])?;
        let link = until("the letter that confirms an address", || self.letters_to(address).ok()?.pop())?;
        person.does(&link, &link, &[]).map(drop)
    }

    /// Where the letters lead that have arrived at an address, in order. None of them tells what it leads to.
    pub(crate) fn letters_to(&self, address: &str) -> anyhow::Result<Vec<String>> {
        let letters = self.post.arrived()?.into_iter().filter(|letter| letter.header("To") == Some(address));
        letters
            .map(|letter| {
                ensure!(["大雨", "避難所", "見本"].iter().all(|word| !letter.text.contains(word)), "{}", letter.text);
                letter.path(ORIGIN)
            })
            .collect()
    }

    /// The collector is off, as it is for everybody who cannot reach it.
    pub(crate) fn lose_the_collector(&mut self) -> anyhow::Result<()> {
        ensure!(self.collector.stop()?.success(), "it did not stop by itself");
        Ok(())
    }

    /// It is `since` seconds after that Friday at 17:00: everybody's browser was closed meanwhile.
    pub(crate) fn wake(&mut self, since: i64, agents: &mut [&mut Agent]) -> anyhow::Result<()> {
        self.since = since;
        let offset = format!("+{}s", self.ahead + since);
        self.collector.set_clock(&offset)?;
        self.collector.accept_clock();
        self.collector.run()?;
        agents.iter_mut().try_for_each(|agent| agent.with_clock(&offset))
    }

    /// The same, with the collector running before.
    pub(crate) fn move_to(&mut self, since: i64, agents: &mut [&mut Agent]) -> anyhow::Result<()> {
        self.lose_the_collector()?;
        self.wake(since, agents)
    }

    fn now(&self) -> anyhow::Result<u64> {
        Ok(u64::try_from(SystemClock.now().seconds() + self.ahead + self.since)?)
    }

    /// `since` seconds after that Friday as a form has it: the minute, or the day.
    pub(crate) fn minute(&self, since: i64) -> String {
        self.friday.plus_seconds(since).jst_minute_in(Lang::English).replacen(' ', "T", 1)
    }

    pub(crate) fn day(&self, since: i64) -> String {
        self.friday.plus_seconds(since).jst_date_in(Lang::English)
    }

    /// Somebody who does not sign in.
    pub(crate) fn anybody(&self) -> anyhow::Result<Visitor> {
        Visitor::over_tls(self.collector.web_address())
    }

    /// Somebody who has just set up their account from a link.
    pub(crate) fn person(&self, login: &'static str, arguments: &[&str]) -> anyhow::Result<Person> {
        let link = self.collector.invite(REGION, &[arguments, &["--login", login]].concat())?;
        let mut visitor = self.anybody()?;
        let app = visitor.set_up_at(&link, PASSWORD, self.now()?)?;
        Ok(Person { visitor, login, app })
    }

    /// A facility that is taken in; its id.
    pub(crate) fn facility(&self, name: &str) -> anyhow::Result<String> {
        let said = self.collector.command(&["facility", "add", "--region", REGION, name])?.expect(0)?;
        Ok(said.out.split('\t').next().context("an id")?.to_owned())
    }

    /// A device of a facility: a code from its page, the real program with that code, a person's confirmation, a first check-in.
    pub(crate) fn enrol(&self, office: &mut Person, facility: &str) -> anyhow::Result<Agent> {
        let codes = format!("/facilities/{facility}/codes");
        let issued = office.does(&codes, &codes, &[("uses", "1"), ("hours", "24")])?;
        let code = text_of(&office.page(&issued)?, "code-text")?.to_owned();
        self.enrol_with(office, &code, facility)
    }

    /// The same with a code that somebody was shown.
    pub(crate) fn enrol_with(&self, confirms: &mut Person, code: &str, facility: &str) -> anyhow::Result<Agent> {
        let mut agent = Agent::new()?;
        agent.with_clock(&format!("+{}s", self.ahead + self.since))?;
        agent.enroll(&self.collector, code)?.expect(0)?;
        let pending = format!("/facilities/{facility}/pending");
        confirms.does(&pending, &format!("/devices/{}/confirm", agent.device()?), &[])?;
        agent.check_in()?.expect(0)?;
        ensure!(agent.status()?["standing"] == "active", "{}", agent.status()?);
        Ok(agent)
    }
}

impl Person {
    /// Signs in anew, which also is the proof that acts of weight ask for.
    pub(crate) fn back(&mut self, night: &Night) -> anyhow::Result<&mut Self> {
        self.visitor.forget();
        self.visitor.sign_in_at(self.login, PASSWORD, &self.app, night.now()?)?;
        Ok(self)
    }

    /// Where the first page leads somebody of a facility.
    pub(crate) fn home(&mut self) -> anyhow::Result<String> {
        Ok(self.visitor.ask("GET", "/", "")?.header("location").context("a path")?.to_owned())
    }

    /// A page's words.
    pub(crate) fn reads(&mut self, path: &str) -> anyhow::Result<String> {
        Ok(words(&self.page(path)?))
    }

    /// A page as it came.
    pub(crate) fn page(&mut self, path: &str) -> anyhow::Result<String> {
        let answer = self.visitor.ask("GET", path, "")?;
        ensure!(answer.status == 200, "{path}: {} {}", answer.status, words(&answer.text()));
        Ok(answer.text())
    }

    /// Sends a form of a page; where that leads.
    pub(crate) fn does(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> anyhow::Result<String> {
        let answer = self.visitor.post(page, action, fields)?;
        ensure!(answer.status == 303, "{action} {fields:?}: {} {}", answer.status, words(&answer.text()));
        Ok(answer.header("location").context("a path")?.to_owned())
    }

    /// Sends a form that is refused; what is said.
    pub(crate) fn is_refused(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> anyhow::Result<String> {
        let answer = self.visitor.post(page, action, fields)?;
        ensure!(matches!(answer.status, 409 | 422), "{action} {fields:?}: {} {}", answer.status, words(&answer.text()));
        Ok(words(&answer.text()))
    }

    /// Takes a step with a paper as it stands.
    pub(crate) fn acts(&mut self, paper: &str, act: &str, fields: &[(&str, &str)]) -> anyhow::Result<String> {
        let seen = field(&self.page(paper)?, "seen")?;
        self.does(paper, &format!("{paper}/act"), &[&[("act", act), ("seen", seen.as_str())], fields].concat())
    }
}

/// A page's main part without its tags, and the banners before it; each run of white space is one space.
pub(crate) fn words(page: &str) -> String {
    let body = page.split("<body").nth(1).unwrap_or(page);
    let text: String = body.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect::<Vec<_>>().join(" ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Value of a page's first field of this name.
pub(crate) fn field(page: &str, name: &str) -> anyhow::Result<String> {
    let found = page.split(&format!("name=\"{name}\" value=\"")).nth(1).and_then(|rest| rest.split('"').next());
    found.map(str::to_owned).with_context(|| format!("no {name} in {}", words(page)))
}

/// The address behind these words.
pub(crate) fn link(page: &str, text: &str) -> anyhow::Result<String> {
    let before = page.split(&format!(">{text}")).next().filter(|before| before.len() < page.len());
    let href = before.and_then(|before| before.rsplit("href=\"").next()).and_then(|rest| rest.split('"').next());
    Ok(href.with_context(|| format!("no {text} in {}", words(page)))?.replace("&#38;", "&").replace("&amp;", "&"))
}

/// Fails with a page's words where they do not hold these.
pub(crate) fn says(page: &str, all: &[&str]) -> anyhow::Result<()> {
    all.iter().try_for_each(|text| {
        ensure!(page.contains(text), "no {text} in {page}");
        Ok(())
    })
}

/// Fails where a page holds these.
pub(crate) fn says_not(page: &str, none: &[&str]) -> anyhow::Result<()> {
    none.iter().try_for_each(|text| {
        ensure!(!page.contains(text), "{text} in {page}");
        Ok(())
    })
}
