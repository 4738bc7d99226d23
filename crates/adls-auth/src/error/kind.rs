//! What went wrong, in kinds that a program can act on, with cause and way out for people.

/// What went wrong.
///
/// The authority's numbers change and differ between its two protocols; these kinds stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthErrorKind {
    /// An argument is not usable; nothing was sent.
    InvalidInput,
    /// The user name or the password is wrong.
    WrongPassword,
    /// The tenant has no such user.
    UnknownUser,
    /// The user must prove who they are by a second factor.
    MfaRequired,
    /// The user must first register a second factor.
    MfaEnrollmentRequired,
    /// Too many wrong passwords, or a suspicious address.
    AccountLocked,
    /// An administrator has disabled the account.
    AccountDisabled,
    /// The password has expired.
    PasswordExpired,
    /// The account has no password in this directory.
    NoPassword,
    /// The account signs in at a federation server, which refused or cannot be used.
    FederationFailed,
    /// The application is not a public client, so a user flow without its secret is refused.
    NotPublicClient,
    /// The application is a public client and must not send a secret.
    PublicClientSentSecret,
    /// Nobody has consented to what the application asks for.
    ConsentRequired,
    /// The user is not assigned to the application.
    UserNotAssigned,
    /// The tenant does not know the application.
    UnknownApplication,
    /// The application is disabled.
    ApplicationDisabled,
    /// The application's secret is wrong.
    WrongClientSecret,
    /// The application's secret has expired.
    ExpiredClientSecret,
    /// The application's signed assertion is refused: certificate, audience or times.
    BadClientAssertion,
    /// No federated credential of the application matches the token that was presented.
    NoFederatedCredential,
    /// There is no such tenant.
    UnknownTenant,
    /// The flow needs a certain tenant, and `common` or its like was named.
    TenantRequired,
    /// The user did not enter the device code in time.
    DeviceCodeExpired,
    /// The user refused the sign-in.
    DeviceCodeDeclined,
    /// A Conditional Access policy blocks the sign-in or demands something of it.
    ConditionalAccess,
    /// The refresh token or authorization code is too old, used up or malformed.
    RefreshTokenExpired,
    /// The sign-in was revoked, for instance by a password change.
    SessionRevoked,
    /// The user has to do something in a browser.
    InteractionRequired,
    /// The tenant does not know the resource that a token is wanted for.
    UnknownResource,
    /// The scope is malformed or not offered.
    InvalidScope,
    /// The endpoint does not know the flow, or not for this tenant.
    UnsupportedGrant,
    /// The host is no known authority.
    UnknownAuthority,
    /// The authority found the request malformed.
    MalformedRequest,
    /// Too many requests.
    Throttled,
    /// The authority is out of order for the moment.
    TemporarilyUnavailable,
    /// The authority refused for a reason that has no kind here: see the error's codes.
    Refused,
    /// The service refused the token, and no other can be had.
    TokenRejected,
    /// Nobody is signed in, or not for this.
    NotSignedIn,
    /// The credential does not apply in this place: no managed identity, no variables set, no `az`.
    Unavailable,
    /// Every credential of a chain failed.
    ChainFailed,
    /// The answer is not what an authority sends.
    UnexpectedReply,
    /// The authority could not be reached, or its answer was lost.
    Network,
    /// The token cache cannot be read or written.
    Cache,
}

impl AuthErrorKind {
    /// The cause in words, before the authority's own.
    pub(crate) fn cause(self) -> &'static str {
        match self {
            Self::InvalidInput => "an argument is not usable",
            Self::WrongPassword => "wrong user name or password",
            Self::UnknownUser => "the tenant has no such user",
            Self::MfaRequired => "multi-factor authentication is required",
            Self::MfaEnrollmentRequired => "the user must register for multi-factor authentication",
            Self::AccountLocked => "the account is locked after too many wrong passwords",
            Self::AccountDisabled => "the account is disabled",
            Self::PasswordExpired => "the password has expired",
            Self::NoPassword => "the account has no password in this directory",
            Self::FederationFailed => "the sign-in at the federation server failed",
            Self::NotPublicClient => "the application is not a public client",
            Self::PublicClientSentSecret => "the application is a public client and has no secret",
            Self::ConsentRequired => "nobody has consented to this application",
            Self::UserNotAssigned => "the user is not assigned to the application",
            Self::UnknownApplication => "the tenant does not know the application",
            Self::ApplicationDisabled => "the application is disabled",
            Self::WrongClientSecret => "wrong client secret",
            Self::ExpiredClientSecret => "the client secret has expired",
            Self::BadClientAssertion => "the client assertion is refused",
            Self::NoFederatedCredential => "no federated credential matches the presented token",
            Self::UnknownTenant => "there is no such tenant",
            Self::TenantRequired => "a certain tenant must be named",
            Self::DeviceCodeExpired => "the device code has expired",
            Self::DeviceCodeDeclined => "the sign-in was declined",
            Self::ConditionalAccess => "a Conditional Access policy blocks the sign-in",
            Self::RefreshTokenExpired => "the saved sign-in has expired",
            Self::SessionRevoked => "the sign-in was revoked",
            Self::InteractionRequired => "the user must sign in interactively",
            Self::UnknownResource => "the tenant does not know the resource",
            Self::InvalidScope => "the scope is not valid",
            Self::UnsupportedGrant => "the authority does not offer this way to sign in here",
            Self::UnknownAuthority => "the host is no known authority",
            Self::MalformedRequest => "the authority found the request malformed",
            Self::Throttled => "the authority is throttling",
            Self::TemporarilyUnavailable => "the authority is temporarily out of order",
            Self::Refused => "the authority refused",
            Self::TokenRejected => "the service refused the token, and there is no other",
            Self::NotSignedIn => "not signed in",
            Self::Unavailable => "the credential does not apply here",
            Self::ChainFailed => "no credential of the chain worked",
            Self::UnexpectedReply => "the authority answered something unexpected",
            Self::Network => "cannot ask the authority for a token",
            Self::Cache => "the token cache cannot be used",
        }
    }

    /// The way out in words.
    pub(crate) fn hint(self) -> Option<&'static str> {
        Some(match self {
            Self::WrongPassword => {
                "check both; every wrong try counts towards a lock of the account"
            }
            Self::UnknownUser => "check the spelling, and name the tenant that the user belongs to",
            Self::MfaRequired => {
                "a password alone cannot satisfy this; sign in with a device code or a browser"
            }
            Self::MfaEnrollmentRequired => {
                "register at https://aka.ms/mfasetup, then sign in with a device code or a browser"
            }
            Self::AccountLocked => "wait some minutes, or let an administrator unlock the account",
            Self::AccountDisabled => "ask an administrator of the tenant to enable the account",
            Self::PasswordExpired => "set a new password by signing in with a browser first",
            Self::NoPassword | Self::FederationFailed => {
                "sign in with a device code or a browser, which leads to the right server"
            }
            Self::NotPublicClient => {
                "set \"Allow public client flows\" to yes on the application, or use another client \
                 id, or give the application's secret"
            }
            Self::PublicClientSentSecret => "leave the client secret out",
            Self::ConsentRequired => {
                "sign in once with a browser to consent, or ask an administrator to consent for \
                 the tenant"
            }
            Self::UserNotAssigned => {
                "ask an administrator to assign the user to the enterprise application"
            }
            Self::UnknownApplication => {
                "check the client id and that it is registered in this tenant"
            }
            Self::ApplicationDisabled => "ask an administrator to enable the application",
            Self::WrongClientSecret => {
                "give the secret's value, not its id; secrets are shown only once when made"
            }
            Self::ExpiredClientSecret => "make a new secret for the application",
            Self::BadClientAssertion => {
                "check that the certificate is registered for the application and that this \
                 machine's clock is right"
            }
            Self::NoFederatedCredential => {
                "check issuer, subject and audience of the application's federated credential"
            }
            Self::UnknownTenant => "check the tenant's GUID or domain, and the cloud",
            Self::TenantRequired => "name the tenant by its GUID or domain instead of \"common\"",
            Self::DeviceCodeExpired => "start again and enter the new code in time",
            Self::DeviceCodeDeclined => "start again if this was not meant",
            Self::ConditionalAccess => {
                "sign in with a browser from a device that meets the policy, or ask an administrator"
            }
            Self::RefreshTokenExpired
            | Self::SessionRevoked
            | Self::NotSignedIn
            | Self::InteractionRequired => "sign in again",
            Self::UnknownResource => {
                "check the resource, and that the tenant has a subscription which uses it"
            }
            Self::InvalidScope => "write the scope as <resource>/.default",
            Self::UnsupportedGrant => {
                "name the tenant instead of \"common\", or sign in another way"
            }
            Self::UnknownAuthority => "check the authority's host name",
            Self::Throttled | Self::TemporarilyUnavailable => "wait a little and try again",
            Self::TokenRejected => {
                "check the token's audience, tenant and expiry, and this machine's clock"
            }
            Self::UnexpectedReply => {
                "check that the authority's URL leads to Azure AD, not to a proxy's login page"
            }
            Self::Network => "check the connection, the proxy and the authority's URL",
            Self::Cache => "check the file and its permissions, or remove it and sign in again",
            Self::InvalidInput
            | Self::MalformedRequest
            | Self::Refused
            | Self::Unavailable
            | Self::ChainFailed => return None,
        })
    }

    /// Whether a flow with a browser can help.
    pub(crate) fn needs_interaction(self) -> bool {
        matches!(
            self,
            Self::MfaRequired
                | Self::MfaEnrollmentRequired
                | Self::PasswordExpired
                | Self::NoPassword
                | Self::FederationFailed
                | Self::ConsentRequired
                | Self::ConditionalAccess
                | Self::RefreshTokenExpired
                | Self::SessionRevoked
                | Self::InteractionRequired
                | Self::NotSignedIn
        )
    }
}

impl std::fmt::Display for AuthErrorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.cause())
    }
}
