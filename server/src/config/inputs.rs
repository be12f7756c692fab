//! The configuration as it is written: every key with its default and unit. The sample `deploy/hashimori-server.toml` shows the same.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

macro_rules! section {
    ($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $kind:ty = $default:expr),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name { $($(#[$fdoc])* pub $field: $kind),+ }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default),+ }
            }
        }
    };
}

section!(
    /// Everything that can be configured.
    Inputs {
        /// Data folder. Default `/var/lib/hashimori`.
        data: PathBuf = PathBuf::from("/var/lib/hashimori"),
        /// The store.
        store: StoreInputs = StoreInputs::default(),
        /// The master key.
        secrets: SecretsInputs = SecretsInputs::default(),
        /// The port of devices.
        device: DeviceInputs = DeviceInputs::default(),
        /// The port of people.
        web: WebInputs = WebInputs::default(),
        /// The port of Prometheus.
        metrics: MetricsInputs = MetricsInputs::default(),
        /// What one client may take.
        limits: LimitsInputs = LimitsInputs::default(),
        /// How often devices report.
        check_in: CheckInInputs = CheckInInputs::default(),
        /// Rule packs and catalogues beside those compiled in.
        rules: RulesInputs = RulesInputs::default(),
        /// The daily backup.
        backup: BackupInputs = BackupInputs::default(),
        /// Mail.
        mail: MailInputs = MailInputs::default(),
        /// Webhooks.
        webhooks: WebhooksInputs = WebhooksInputs::default(),
        /// The log.
        log: LogInputs = LogInputs::default(),
    }
);

section!(
    /// The store.
    StoreInputs {
        /// `postgres://…` for PostgreSQL. Default empty: SQLite, `store.db` in the data folder.
        url: String = String::new(),
    }
);

section!(
    /// The master key, which seals every other secret.
    SecretsInputs {
        /// File of the master key, outside the data folder. Default empty: the systemd credential `hashimori-master-key` when the
        /// service has one, else a file beside the data folder, named like it with `.master-key` added.
        master_key_file: PathBuf = PathBuf::new(),
        /// Name of the master key's entry in the keyring of the collector's account, instead of a file. Default empty: not there.
        master_key_keyring: String = String::new(),
    }
);

section!(
    /// The port of devices: TLS 1.3 with client certificates; layer-4 passthrough only.
    DeviceInputs {
        /// Address and port. Default `0.0.0.0:8443`; port 0 takes a free one.
        listen: String = "0.0.0.0:8443".to_owned(),
        /// Names and addresses devices reach it by; the first is printed in commands. Default `localhost` and `127.0.0.1`.
        names: Vec<String> = vec!["localhost".to_owned(), "127.0.0.1".to_owned()],
        /// Port that devices are told. Default 0: the one listened on.
        public_port: u16 = 0,
    }
);

section!(
    /// The port of people.
    WebInputs {
        /// Address and port. Default `127.0.0.1:8080`; port 0 takes a free one.
        listen: String = "127.0.0.1:8080".to_owned(),
        /// Address people type. Default empty: made from `listen`.
        public_url: String = String::new(),
        /// Certificate chain, PEM. Default empty: plain HTTP, on loopback or behind `trusted_proxies` only.
        certificate: PathBuf = PathBuf::new(),
        /// Its private key, PEM.
        key: PathBuf = PathBuf::new(),
        /// Addresses of reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. Default none.
        trusted_proxies: Vec<String> = Vec::new(),
        /// Whether they pass connections on unopened and say first who their client is (PROXY protocol, version 1 or 2). Default false.
        proxy_protocol: bool = false,
    }
);

section!(
    /// The port of Prometheus.
    MetricsInputs {
        /// Address and port; empty switches it off. Default `127.0.0.1:9464`.
        listen: String = "127.0.0.1:9464".to_owned(),
    }
);

section!(
    /// What one client may take.
    LimitsInputs {
        /// Open connections on the device port, handshakes included. Default 8000; lowered when the system allows fewer files.
        connections: usize = 8_000,
        /// Unfinished handshakes in all; a newcomer ends the oldest. Default 4096.
        half_open: usize = 4_096,
        /// Unfinished handshakes of one address (IPv6: one /64); a newcomer ends the oldest. Default 512.
        half_open_per_address: usize = 512,
        /// Seconds a handshake may take. Default 5.
        handshake_s: u64 = 5,
        /// Seconds the head of a request may take from its first byte. Default 10.
        header_s: u64 = 10,
        /// Seconds the body of a request may take. Default 10.
        body_s: u64 = 10,
        /// Seconds a connection may lie idle. Default 60.
        idle_s: u64 = 60,
        /// Bytes of a request's head. Default 16384 (at least 8192).
        header_bytes: usize = 16_384,
        /// Bytes of a request's body. Default 262144.
        body_bytes: usize = 262_144,
        /// Bytes of all bodies that are read or worked on at once on the device port; a quarter is for strangers who enrol. Whoever
        /// comes when they are taken is told to come back. Default 67108864.
        bodies_bytes: usize = 67_108_864,
    }
);

section!(
    /// How often devices report.
    CheckInInputs {
        /// Seconds between two check-ins of a device. Default 3600.
        interval_s: u32 = 3_600,
    }
);

section!(
    /// Rule packs and catalogues beside those compiled in.
    RulesInputs {
        /// Folder of rule packs (`*.toml`). Default empty: those compiled in.
        packs: PathBuf = PathBuf::new(),
        /// Folder of catalogues (`*.toml`). Default empty: those compiled in.
        catalogues: PathBuf = PathBuf::new(),
    }
);

section!(
    /// The daily backup.
    BackupInputs {
        /// Whether to make one. Default true.
        daily: bool = true,
        /// Folder. Default empty: `backup` in the data folder.
        folder: PathBuf = PathBuf::new(),
        /// How many to keep. Default 14.
        keep: usize = 14,
    }
);

section!(
    /// Mail, over one SMTP server.
    MailInputs {
        /// The server. Default empty: no mail is sent.
        host: String = String::new(),
        /// Its port. Default 587.
        port: u16 = 587,
        /// `starttls`, `implicit` (TLS from the first byte), or `none` (on loopback only). Default `starttls`.
        tls: String = "starttls".to_owned(),
        /// Certificates that sign the server's, PEM, instead of the public ones. Default empty.
        authorities: PathBuf = PathBuf::new(),
        /// Address that letters come from.
        sender: String = String::new(),
        /// User to sign in as. Default empty: without signing in.
        user: String = String::new(),
        /// File that holds the password and that only its owner can read. Default empty: the password that
        /// `hashimori-server mail set-password` sealed with the master key.
        password_file: PathBuf = PathBuf::new(),
        /// Whether the operation log's head is mailed to the 事務局 every day, for `verify-log --anchor`. Default false.
        daily_head: bool = false,
    }
);

section!(
    /// Webhooks, which facilities and the 事務局 set up on their pages.
    WebhooksInputs {
        /// Networks that they may go to beside public addresses, such as `192.168.10.0/24`; within `127.0.0.0/8` also without TLS.
        /// Default none.
        networks: Vec<String> = Vec::new(),
        /// Certificates that sign receivers', PEM, beside the public ones. Default empty.
        authorities: PathBuf = PathBuf::new(),
    }
);

section!(
    /// The log, on standard error.
    LogInputs {
        /// `text` or `json`. Default `text`.
        format: String = "text".to_owned(),
        /// What is logged, as `tracing` filters. Default `info`.
        filter: String = "info".to_owned(),
    }
);
