//! The real program at its edges: configuration, refusals to start that say what to do, operator commands, signals, systemd unit.

#[path = "../../../tests/src/skipped.rs"]
pub mod skipped;

mod evidence;
mod operating;
mod starting;

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const SERVER: &str = env!("CARGO_BIN_EXE_hashimori-server");
const KEPT: &[&str] = &["--set", "device.listen=127.0.0.1:0", "--set", "web.listen=127.0.0.1:0", "--set", "metrics.listen=127.0.0.1:0"];

fn program(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(SERVER);
    command.env_clear().arg("--data").arg(dir.join("data")).args(arguments);
    command
}

fn run(dir: &Path, arguments: &[&str]) -> Output {
    program(dir, arguments).output().expect("runs")
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn refused(dir: &Path, arguments: &[&str], words: &[&str]) {
    let output = run(dir, arguments);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for word in words {
        assert!(said.contains(word), "{word} is missing in: {said}");
    }
    assert!(!said.contains("panicked"), "{said}");
}

fn init(dir: &Path) -> serde_json::Value {
    let output = run(dir, &["init", "--region", "架空圏域", "--facility", "架空診療所", "--administrator", "kanri", "--json"]);
    assert!(output.status.success(), "{}", text(&output));
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

fn serve_arguments<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["serve"], KEPT, more].concat()
}

struct Running {
    child: Child,
    ports: serde_json::Value,
}

impl Running {
    fn start(dir: &Path) -> Self {
        let file = dir.join("ports");
        let name = file.to_str().expect("UTF-8").to_owned();
        let _ = std::fs::remove_file(&file);
        let mut child =
            program(dir, &serve_arguments(&["--ports-file", &name])).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("starts");
        let began = Instant::now();
        let ports = loop {
            if let Ok(text) = std::fs::read_to_string(&file) {
                break serde_json::from_str(&text).expect("whole");
            }
            if let Some(status) = child.try_wait().expect("waits") {
                let mut said = String::new();
                child.stderr.take().expect("piped").read_to_string(&mut said).expect("reads");
                panic!("ended with {status}: {said}");
            }
            assert!(began.elapsed() < Duration::from_mins(2), "the collector did not open its ports");
            std::thread::sleep(Duration::from_millis(20));
        };
        Self { child, ports }
    }

    fn get(&self, port: &str, path: &str) -> String {
        use std::io::Write as _;
        let mut stream = std::net::TcpStream::connect(self.ports[port].as_str().expect("an address")).expect("connects");
        write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").expect("writes");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("reads");
        answer
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().expect("kills").success());
    }

    /// Ends it and returns its log.
    fn end(mut self) -> String {
        self.signal("TERM");
        let mut log = String::new();
        self.child.stderr.take().expect("piped").read_to_string(&mut log).expect("reads");
        assert!(self.child.wait().expect("ends").success(), "{log}");
        log
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
