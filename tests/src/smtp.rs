//! A mail server of our own on the loopback interface: npm's `smtp-server`, fetched by tests/run.sh, with a certificate of a
//! certificate authority that is made for it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, ensure};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

use crate::process::Running;
use crate::programs::workspace;
use crate::waiting::until;

/// The user there.
pub const USER: &str = "hashimori";
/// The user's password there.
pub const PASSWORD: &str = "himitsu-of-the-post-office";

/// How it encrypts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// After STARTTLS.
    Starttls,
    /// From the first byte.
    Implicit,
    /// Not at all, and it asks nobody who they are.
    Plain,
}

/// A mail server; ended when dropped.
#[derive(Debug)]
pub struct Post {
    folder: TempDir,
    mode: Mode,
    port: u16,
    running: Option<Running>,
}

/// A letter as it arrived, taken apart.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// The head, lines unfolded.
    pub head: Vec<String>,
    /// The text, decoded.
    pub text: String,
}

impl Arrived {
    /// Value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The path of the link in it, below `origin`.
    pub fn path(&self, origin: &str) -> anyhow::Result<String> {
        let rest = self.text.split(origin).find(|rest| rest.starts_with('/')).with_context(|| format!("no link in\n{}", self.text))?;
        Ok(rest.split_whitespace().next().unwrap_or_default().to_owned())
    }

    fn parse(bytes: &[u8]) -> anyhow::Result<Self> {
        let whole = String::from_utf8(bytes.to_vec()).context("the wire is ASCII")?;
        let (head, body) = whole.split_once("\r\n\r\n").context("a head and a body")?;
        let head: Vec<String> = head.replace("\r\n ", " ").replace("\r\n\t", " ").lines().map(str::to_owned).collect();
        let mut arrived = Self { head, text: String::new() };
        let text = match arrived.header("Content-Transfer-Encoding") {
            Some("base64") => data_encoding::BASE64.decode(body.split_whitespace().collect::<String>().as_bytes())?,
            Some("quoted-printable") => unquoted(body),
            Some("7bit") | None => body.as_bytes().to_vec(),
            Some(other) => anyhow::bail!("encoded as {other}"),
        };
        arrived.text = String::from_utf8(text).context("the text is UTF-8")?;
        Ok(arrived)
    }
}

/// Quoted-printable (RFC 2045 §6.7).
fn unquoted(body: &str) -> Vec<u8> {
    let joined = body.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((&byte, more)) = rest.split_first() {
        let code = (byte == b'=').then(|| more.get(..2)).flatten().and_then(|hex| data_encoding::HEXUPPER.decode(hex).ok());
        if let Some(code) = code {
            bytes.extend(code);
            rest = &more[2..];
        } else {
            bytes.push(byte);
            rest = more;
        }
    }
    bytes
}

impl Post {
    /// Starts one on a free port.
    pub fn start(mode: Mode) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let unmade = |e: rcgen::Error| anyhow::anyhow!("a certificate: {e}");
        let mut params = CertificateParams::new(Vec::new()).map_err(unmade)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().map_err(unmade)?;
        let authority = params.self_signed(&authority_key).map_err(unmade)?;
        let issuer = Issuer::new(params, authority_key);
        let key = KeyPair::generate().map_err(unmade)?;
        let own = CertificateParams::new(vec!["127.0.0.1".to_owned()]).map_err(unmade)?.signed_by(&key, &issuer).map_err(unmade)?;
        for (name, text) in [("authority.pem", authority.pem()), ("own.pem", own.pem()), ("key.pem", key.serialize_pem())] {
            std::fs::write(folder.path().join(name), text)?;
        }
        let mut post = Self { folder, mode, port: 0, running: None };
        post.open()?;
        Ok(post)
    }

    /// Opens again after `close`, on the same port.
    pub fn open(&mut self) -> anyhow::Result<()> {
        let module: PathBuf = std::env::var_os("HASHIMORI_SMTP_SERVER")
            .map_or_else(|| workspace().join("target/npm/node_modules/smtp-server/lib/smtp-server.js"), Into::into);
        ensure!(module.exists(), "{}: tests/run.sh fetches it", module.display());
        let mode = match self.mode {
            Mode::Starttls => "starttls",
            Mode::Implicit => "implicit",
            Mode::Plain => "plain",
        };
        let mut command = Command::new("node");
        command.arg(workspace().join("tests/fixtures/smtp/server.mjs")).arg(module).arg(self.folder.path());
        command.arg(self.port.to_string()).arg(mode);
        if self.mode != Mode::Plain {
            command.arg(self.folder.path().join("key.pem")).arg(self.folder.path().join("own.pem"));
        }
        let log = self.folder.path().join("said");
        std::fs::write(&log, "")?;
        let mut running = Running::start(&mut command, &log).context("tests/run.sh installs node")?;
        self.port = running.until_said("the mail server's port", |said| said.split_once("port ")?.1.lines().next()?.parse().ok())?;
        self.running = Some(running);
        Ok(())
    }

    /// Ends it; the port answers nobody.
    pub fn close(&mut self) {
        if let Some(running) = self.running.take() {
            running.kill();
        }
    }

    /// Its port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The certificate that signs its own.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// What it said.
    pub fn said(&self) -> String {
        self.running.as_ref().map(Running::said).unwrap_or_default()
    }

    /// Everything that has arrived, in order.
    pub fn arrived(&self) -> anyhow::Result<Vec<Arrived>> {
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(self.folder.path())?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
        files.retain(|path| path.extension().is_some_and(|ending| ending == "eml"));
        files.sort();
        files.iter().map(|path| Arrived::parse(&std::fs::read(path)?)).collect()
    }

    /// Waits for the letter with this number, from 1.
    pub fn letter(&self, number: usize) -> anyhow::Result<Arrived> {
        until(&format!("letter {number}"), || self.said().contains(&format!("letter {number} ")).then_some(()))
            .with_context(|| self.said())?;
        self.arrived()?.into_iter().nth(number - 1).context("a letter")
    }
}
