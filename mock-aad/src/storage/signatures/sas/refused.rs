//! Why a token is refused.

use thiserror::Error;

/// Why a token is refused. The text of it is what the service tells as the detail of the error;
/// neither signature nor key is ever in it.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum SasRefused {
    /// A parameter is not there.
    #[error("{0} is mandatory. Cannot be empty")]
    Missing(&'static str),
    /// A parameter is there, but has no value.
    #[error("{0} is optional but cannot be empty")]
    Empty(&'static str),
    /// A parameter is there several times.
    #[error("Signature fields not well formed: {0} is given more than once.")]
    Twice(&'static str),
    /// A parameter has a value that is none.
    #[error("Signature fields not well formed: '{value}' is no valid {name}.")]
    Malformed {
        /// The parameter.
        name: &'static str,
        /// What it says.
        value: String,
    },
    /// The signature is not one.
    #[error("Signature fields not well formed: sig is not the base64 of a signature.")]
    MalformedSignature,
    /// A version that is not understood.
    #[error("Signature fields not well formed: version '{0}' of sv is not supported.")]
    Version(String),
    /// A parameter that tokens of this kind and version do not sign, and that anybody could thus
    /// have added.
    #[error(
        "Signature fields not well formed: {0} does not belong to a signature of this kind and version."
    )]
    NotSigned(&'static str),
    /// Two parameters that exclude each other.
    #[error("Signature fields not well formed: {0} and {1} exclude each other.")]
    Exclusive(&'static str, &'static str),
    /// The end of the lifetime is not after its start.
    #[error("Signed expiry time [{expiry}] must be after signed start time [{start}]")]
    EndsBeforeStart {
        /// Its start.
        start: String,
        /// Its end.
        expiry: String,
    },
    /// The token is not good yet, or no longer.
    #[error(
        "Signature not valid in the specified time frame: Start [{start}] - Expiry [{expiry}] - Current [{now}]"
    )]
    OutOfTime {
        /// From when on it is good; empty if it does not say.
        start: String,
        /// Until when.
        expiry: String,
        /// The time of the request.
        now: String,
    },
    /// The key that signed it is not good yet, or no longer.
    #[error(
        "Signature not valid in the specified key time frame: Key start [{start}] - Key expiry [{expiry}] - Current [{now}]"
    )]
    KeyOutOfTime {
        /// From when on it is good.
        start: String,
        /// Until when.
        expiry: String,
        /// The time of the request.
        now: String,
    },
    /// No such key is given out.
    #[error(
        "The lifetime of a user delegation key is at most seven days: Key start [{start}] - Key expiry [{expiry}]"
    )]
    KeyTooLong {
        /// From when on it is said to be good.
        start: String,
        /// Until when.
        expiry: String,
    },
    /// The file system has no policy of that name.
    #[error("The access policy '{0}' of si does not exist.")]
    NoSuchPolicy(String),
    /// The token and its policy say the same.
    #[error("Access policy fields can be associated with signature or SAS identifier but not both")]
    InPolicyToo,
    /// The request names nothing of the kind that the token is for.
    #[error(
        "The specified signed resource is not allowed for this resource level: it is a {0}, and the request names none."
    )]
    Elsewhere(&'static str),
    /// The request names nothing as deep as the directory that the token is for.
    #[error("sdd is {depth}, and the path of the request has {components} components.")]
    Depth {
        /// What `sdd` says.
        depth: usize,
        /// What the path has.
        components: usize,
    },
    /// The request has not a header that the token demands.
    #[error("The request has no header '{0}', which srh demands.")]
    NoHeader(String),
    /// The request has not a parameter that the token demands.
    #[error("The request has no query parameter '{0}', which srq demands.")]
    NoParameter(String),
    /// The key did not sign this.
    #[error("Signature did not match. String to sign used was {string_to_sign}")]
    Mismatch {
        /// The text that should have been signed, without the secrets in it.
        string_to_sign: String,
    },
    /// Another address than the token names.
    #[error("This request is not authorized to perform this operation using this source IP {0}.")]
    SourceAddress(std::net::IpAddr),
    /// Plain HTTP, and the token demands TLS.
    #[error("This request is not authorized to perform this operation using this protocol.")]
    Protocol,
    /// A token for other services only.
    #[error("This request is not authorized to perform this operation using this service.")]
    Service,
}
