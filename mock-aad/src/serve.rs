//! The emulator as a program: start, say where, wait for the signal to stop.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use crate::control::ControlToken;
use crate::emulator::{Builder, Durability, Emulator};
use crate::error::Error;
use crate::front::access_log::AccessLog;
use crate::front::ready::Ready;
use crate::seed::Seed;
use crate::signals::Signals;

/// How `mock-aad serve` runs; also the arguments of other programs that start an emulator.
#[derive(Clone, Debug, clap::Args)]
pub struct ServeOptions {
    /// Listen here without TLS; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value_t = FREE)]
    pub listen: SocketAddr,
    /// Listen here with TLS
    #[arg(long, value_name = "ADDR", default_value_t = FREE)]
    pub tls_listen: SocketAddr,
    /// Listen here as an HTTP proxy that leads to the emulator
    #[arg(long, value_name = "ADDR", default_value_t = FREE)]
    pub proxy_listen: SocketAddr,
    /// Start from the tenant, users, applications and names in this TOML file
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Put the files of this directory into accounts: gen1/ACCOUNT/..., gen2/ACCOUNT/FILESYSTEM/...
    #[arg(long, value_name = "DIR")]
    pub seed_dir: Option<PathBuf>,
    /// Create an account of either generation when a request names one that does not exist
    #[arg(long)]
    pub auto_create_accounts: bool,
    /// Take `user.name=` in the query for a token, as Hadoop clients without security send it
    #[arg(long)]
    pub allow_pseudo_auth: bool,
    /// Write addresses, names and secrets to this file as JSON when all listeners accept
    #[arg(long, value_name = "FILE")]
    pub ready_file: Option<PathBuf>,
    /// Keep the certificate authority in this directory and reuse it
    #[arg(long, value_name = "DIR")]
    pub ca_dir: Option<PathBuf>,
    /// Keep accounts and their files in this directory, and start with those that are there
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// What an answer promises about the state directory
    #[arg(long, value_enum, default_value_t, requires = "state_dir")]
    pub durability: Durability,
    /// Allow addresses that other machines can reach: whoever reaches the emulator gets its tokens
    #[arg(long)]
    pub allow_remote: bool,
    /// Let callers on other machines use /_mock that send this token
    #[arg(long, value_name = "TOKEN", env = CONTROL_TOKEN, hide_env_values = true)]
    pub control_token: Option<ControlToken>,
    /// The name or address by which other machines or containers reach this one, for the certificate and
    /// the ready file
    #[arg(long, value_name = "NAME")]
    pub public_host: Option<String>,
    /// Let the proxy lead to hosts, too, that the emulator does not stand for
    #[arg(long)]
    pub proxy_passthrough: bool,
    /// Write a line for each request to standard output, without its secrets
    #[arg(long, value_name = "FORM", value_enum)]
    pub log: Option<AccessLog>,
}

/// The variable that may hold the control token, so that no list of processes shows it.
pub const CONTROL_TOKEN: &str = "MOCK_AAD_CONTROL_TOKEN";

const FREE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            listen: FREE,
            tls_listen: FREE,
            proxy_listen: FREE,
            config: None,
            seed_dir: None,
            auto_create_accounts: false,
            allow_pseudo_auth: false,
            ready_file: None,
            ca_dir: None,
            state_dir: None,
            durability: Durability::default(),
            allow_remote: false,
            control_token: None,
            public_host: None,
            proxy_passthrough: false,
            log: None,
        }
    }
}

impl ServeOptions {
    /// Refuses what contradicts itself.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let same = |one: &PathBuf, other: &PathBuf| {
            let absolute =
                |path: &PathBuf| path.canonicalize().or_else(|_| std::path::absolute(path));
            matches!((absolute(one), absolute(other)), (Ok(one), Ok(other)) if one == other)
        };
        let [config, ready, ca, state] =
            [&self.config, &self.ready_file, &self.ca_dir, &self.state_dir];
        for (one, other, names) in [
            (ready, config, "--ready-file and --config"),
            (ready, ca, "--ready-file and --ca-dir"),
            (ready, state, "--ready-file and --state-dir"),
        ] {
            if let (Some(one), Some(other)) = (one, other)
                && same(one, other)
            {
                let shown = one.display();
                return Err(Error::Config(format!("{names} are both {shown}; name two places")));
            }
        }
        Ok(())
    }

    /// A builder with these options, the configuration file and the seed directory read.
    ///
    /// # Errors
    /// When one of these cannot be read or is not valid.
    pub fn builder(&self) -> Result<Builder, Error> {
        self.builder_with_log(print)
    }

    /// The same, with another place for the lines of the access log.
    pub(crate) fn builder_with_log(&self, write: fn(&str)) -> Result<Builder, Error> {
        let mut seed = self.config.as_deref().map_or_else(|| Ok(Seed::default()), Seed::load)?;
        if let Some(directory) = &self.seed_dir {
            seed.add_directory(directory)?;
        }
        let builder = Emulator::builder()
            .listen(self.listen)
            .tls_listen(self.tls_listen)
            .proxy_listen(self.proxy_listen)
            .seed(seed)
            .auto_create_accounts(self.auto_create_accounts)
            .allow_pseudo_auth(self.allow_pseudo_auth)
            .durability(self.durability)
            .allow_remote(self.allow_remote)
            .proxy_passthrough(self.proxy_passthrough);
        let builder = with(builder, self.ca_dir.as_ref(), Builder::ca_dir);
        let builder = with(builder, self.state_dir.as_ref(), Builder::state_dir);
        let builder = with(builder, self.public_host.as_ref(), Builder::public_host);
        let builder = with(builder, self.control_token.clone(), Builder::control_token);
        Ok(with(builder, self.log, |builder, form| {
            builder.on_request(move |request| write(&(form.line(request) + "\n")))
        }))
    }
}

/// The builder with an option, if that is set.
fn with<T>(
    builder: Builder,
    option: Option<T>,
    set: impl FnOnce(Builder, T) -> Builder,
) -> Builder {
    match option {
        Some(option) => set(builder, option),
        None => builder,
    }
}

/// Runs an emulator until it is told to stop (SIGINT, SIGTERM, on Linux SIGHUP unless that is ignored,
/// `/_mock/shutdown`), telling on stderr where it listens and how to point programs at it. The ready file
/// goes away when it stops.
///
/// # Errors
/// When the emulator cannot start or the ready file cannot be written.
pub async fn serve(options: ServeOptions) -> Result<(), Error> {
    let mut signals = Signals::listen()?;
    options.check()?;
    let emulator = options.builder()?.start().await?;
    if let Some(path) = &options.ready_file {
        emulator.ready().write(path)?;
    }
    for set_aside in emulator.set_aside() {
        tell(&format!("warning: {set_aside}\n"));
    }
    tell(&startup_message(emulator.ready()));
    tokio::select! {
        _ = signals.next() => {}
        () = emulator.asked_to_stop() => {}
    }
    let ready = emulator.ready().clone();
    emulator.shutdown().await;
    options.ready_file.map_or(Ok(()), |path| ready.remove(&path))
}

fn startup_message(ready: &Ready) -> String {
    let mut text = String::new();
    let ca = ready.ca_cert.display();
    let _ = writeln!(text, "mock-aad listens on");
    let _ = writeln!(text, "  {}  (http)", ready.http_url);
    let _ = writeln!(text, "  {}  (https)", ready.https_url);
    let _ = writeln!(text, "  {}  (proxy)", ready.proxy_url);
    let _ = writeln!(text, "  {}/_mock/  (control page)", ready.http_url);
    let _ = writeln!(text, "Sign in to tenant {} as", ready.tenant_domain);
    let _ = writeln!(text, "  {}  with password {}", ready.username, ready.password);
    let _ = writeln!(text, "To point unmodified programs at it:");
    let _ = writeln!(text, "  export HTTPS_PROXY={}", ready.proxy_url);
    let _ = writeln!(text, "  export REQUESTS_CA_BUNDLE={ca}   # Python");
    let _ = writeln!(text, "  export SSL_CERT_FILE={ca}        # Rust, Go, curl");
    let _ = writeln!(text, "  export NODE_EXTRA_CA_CERTS={ca}  # Node.js");
    let _ = writeln!(
        text,
        "  keytool -importcert -noprompt -alias mock-aad -file {ca} -keystore trust.jks \
         -storepass changeit  # Java"
    );
    text
}

/// Writes to standard output; that nobody reads it any more is no reason to stop.
fn print(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// The only place that speaks to whoever runs it. That nobody reads stderr any more is no reason to stop.
pub(crate) fn tell(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
