//! Why a connection did not come to stand.

use std::error::Error as StdError;
use std::io;

/// Why a connection did not come to stand. Nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectFailure {
    /// No name server knows the host, or none could be asked.
    UnknownHost,
    /// The host is there, but nothing listens at the port.
    Refused,
    /// The host gave no sign of life in time.
    TimedOut,
    /// There is no way to the host.
    Unreachable,
    /// The host's certificate is not trusted, has expired or is for another name.
    Certificate,
    /// The host does not speak TLS, or no version and cipher that this side takes.
    Tls,
    /// The proxy wants a user name and password, or others than it was given (407).
    ProxyAuthentication,
    /// The proxy does not lead to the host.
    ProxyRefused,
    /// What this machine trusts, or a variable that names a proxy, cannot be used.
    Settings,
    /// Anything else.
    Other,
}

impl ConnectFailure {
    /// Reads it from what the layers below report, innermost last.
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        if error.is_dns() {
            return Self::UnknownHost;
        }
        let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
        while let Some(current) = cause {
            if let Some(found) = Self::of_cause(current) {
                return found;
            }
            cause = current.source();
        }
        if error.is_timeout() { Self::TimedOut } else { Self::Other }
    }

    fn of_cause(cause: &(dyn StdError + 'static)) -> Option<Self> {
        if let Some(error) = cause.downcast_ref::<rustls::Error>() {
            return Some(match error {
                rustls::Error::InvalidCertificate(_) => Self::Certificate,
                _ => Self::Tls,
            });
        }
        if let Some(error) = cause.downcast_ref::<io::Error>() {
            // What an I/O error carries is not among its sources.
            return match error.get_ref() {
                Some(inner) => Self::of_cause(inner),
                None => Self::of_io(error.kind()),
            };
        }
        // The tunnel's error has no public type, but its words have a test.
        match cause.to_string().strip_prefix("tunnel error: ")? {
            "proxy authorization required" => Some(Self::ProxyAuthentication),
            "unsuccessful" => Some(Self::ProxyRefused),
            _ => None,
        }
    }

    fn of_io(kind: io::ErrorKind) -> Option<Self> {
        Some(match kind {
            io::ErrorKind::ConnectionRefused => Self::Refused,
            io::ErrorKind::TimedOut => Self::TimedOut,
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => Self::Unreachable,
            _ => return None,
        })
    }

    /// Whether it would come out the same a moment later.
    pub(crate) fn is_lasting(self) -> bool {
        matches!(self, Self::Certificate | Self::Tls | Self::ProxyAuthentication | Self::Settings)
    }

    /// Whether it came to pass before the proxy, if there was one, could do anything.
    pub(crate) fn is_before_the_proxy(self) -> bool {
        !matches!(
            self,
            Self::Certificate | Self::Tls | Self::ProxyAuthentication | Self::ProxyRefused
        )
    }

    /// The way out in words.
    pub(crate) fn hint(self, by_proxy: bool) -> Option<&'static str> {
        Some(match self {
            Self::Certificate => {
                "if a proxy or an authority of your own has issued the certificate, name the \
                 authority's certificate (PEM) in SSL_CERT_FILE; REQUESTS_CA_BUNDLE has no effect"
            }
            Self::Tls => "check that the port is one for https, and what is between here and there",
            Self::ProxyAuthentication => {
                "write the proxy as http://user:password@host:port, with user and password \
                 percent-encoded"
            }
            Self::ProxyRefused => {
                "ask whoever runs the proxy, or list the host in NO_PROXY if it can be reached \
                 without"
            }
            _ if by_proxy => {
                "check the variable that names the proxy, or unset it; NO_PROXY lists hosts that \
                 are reached without"
            }
            Self::UnknownHost => {
                "check the spelling of the name, and the network; if this network has a proxy, \
                 name it in HTTPS_PROXY"
            }
            Self::TimedOut | Self::Unreachable => {
                "check the network; if this network has a proxy, name it in HTTPS_PROXY"
            }
            Self::Refused => "check host and port, and that the service runs",
            Self::Settings | Self::Other => return None,
        })
    }
}
