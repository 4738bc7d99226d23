//! Azure AD token endpoints: grants, well-known identifiers, error codes.

/// The client id of the Azure command line, a public client known in every tenant. It is the
/// default of `azure-datalake-store` and `msrestazure` too.
pub const AZURE_CLI_CLIENT_ID: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
/// The client id of Azure PowerShell.
pub const AZURE_POWERSHELL_CLIENT_ID: &str = "1950a258-227b-4e31-a9cf-717495945fc2";

/// The audience of Data Lake Store Gen1 tokens, with its trailing slash.
pub const DATA_LAKE_RESOURCE: &str = "https://datalake.azure.net/";
/// The audience of storage account (Gen2) tokens, with its trailing slash.
pub const STORAGE_RESOURCE: &str = "https://storage.azure.com/";
/// The newer audience of Resource Manager tokens, with its trailing slash.
pub const MANAGEMENT_RESOURCE: &str = "https://management.azure.com/";
/// The classic audience of Resource Manager tokens, with its trailing slash.
pub const CLASSIC_MANAGEMENT_RESOURCE: &str = "https://management.core.windows.net/";

/// Values of the `grant_type` parameter.
pub mod grant {
    /// User name and password.
    pub const PASSWORD: &str = "password";
    /// An application's own identity.
    pub const CLIENT_CREDENTIALS: &str = "client_credentials";
    /// A refresh token.
    pub const REFRESH_TOKEN: &str = "refresh_token";
    /// An authorization code.
    pub const AUTHORIZATION_CODE: &str = "authorization_code";
    /// A device code, as the v1 endpoint spells it; the v2.0 endpoint takes it too.
    pub const DEVICE_CODE_V1: &str = "device_code";
    /// A device code, as RFC 8628 spells it.
    pub const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
    /// On behalf of a user.
    pub const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    /// A SAML 1.1 assertion.
    pub const SAML11_BEARER: &str = "urn:ietf:params:oauth:grant-type:saml1_1-bearer";
    /// A SAML 2.0 assertion.
    pub const SAML20_BEARER: &str = "urn:ietf:params:oauth:grant-type:saml2-bearer";
}

/// The `client_assertion_type` of a signed JWT (RFC 7523).
pub const CLIENT_ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Names of the parameters of the token and device code endpoints.
pub mod param {
    /// The application.
    pub const CLIENT_ID: &str = "client_id";
    /// The application's secret.
    pub const CLIENT_SECRET: &str = "client_secret";
    /// A signed statement of the application in place of a secret.
    pub const CLIENT_ASSERTION: &str = "client_assertion";
    /// What kind of statement it is.
    pub const CLIENT_ASSERTION_TYPE: &str = "client_assertion_type";
    /// `1` asks for `client_info` in the answer, which names the user's home tenant.
    pub const CLIENT_INFO: &str = "client_info";
    /// The flow.
    pub const GRANT_TYPE: &str = "grant_type";
    /// What the token is for (v1).
    pub const RESOURCE: &str = "resource";
    /// What the token is for (v2.0), space separated.
    pub const SCOPE: &str = "scope";
    /// Claims that the token must carry, as JSON text.
    pub const CLAIMS: &str = "claims";
    /// The user's name.
    pub const USERNAME: &str = "username";
    /// The user's password.
    pub const PASSWORD: &str = "password";
    /// A refresh token.
    pub const REFRESH_TOKEN: &str = "refresh_token";
    /// A device code (v1), or an authorization code.
    pub const CODE: &str = "code";
    /// A device code (v2.0).
    pub const DEVICE_CODE: &str = "device_code";
    /// The secret behind a PKCE challenge.
    pub const CODE_VERIFIER: &str = "code_verifier";
    /// Where the authorization code was sent.
    pub const REDIRECT_URI: &str = "redirect_uri";
    /// A token or SAML assertion that is exchanged.
    pub const ASSERTION: &str = "assertion";
    /// `on_behalf_of` where a token is exchanged.
    pub const REQUESTED_TOKEN_USE: &str = "requested_token_use";
}

/// Values of the `error` member of a refusal.
pub mod error {
    /// The grant itself is bad: wrong password, expired code, MFA required on v2.0.
    pub const INVALID_GRANT: &str = "invalid_grant";
    /// The client did not prove who it is.
    pub const INVALID_CLIENT: &str = "invalid_client";
    /// A parameter is missing or malformed.
    pub const INVALID_REQUEST: &str = "invalid_request";
    /// The client is unknown or may not use this grant.
    pub const UNAUTHORIZED_CLIENT: &str = "unauthorized_client";
    /// The grant type is not known.
    pub const UNSUPPORTED_GRANT_TYPE: &str = "unsupported_grant_type";
    /// The scope is malformed.
    pub const INVALID_SCOPE: &str = "invalid_scope";
    /// The resource is not known in the tenant (v1).
    pub const INVALID_RESOURCE: &str = "invalid_resource";
    /// The user must do something interactively (v1).
    pub const INTERACTION_REQUIRED: &str = "interaction_required";
    /// The device code is still waiting for the user.
    pub const AUTHORIZATION_PENDING: &str = "authorization_pending";
    /// The user refused the device code.
    pub const AUTHORIZATION_DECLINED: &str = "authorization_declined";
    /// The device code is past its end (v2.0).
    pub const EXPIRED_TOKEN: &str = "expired_token";
    /// The device code is past its end (v1).
    pub const CODE_EXPIRED: &str = "code_expired";
    /// The device code is unknown.
    pub const BAD_VERIFICATION_CODE: &str = "bad_verification_code";
    /// Polled faster than `interval` allows (RFC 8628); add five seconds.
    pub const SLOW_DOWN: &str = "slow_down";
    /// The password has expired (v1).
    pub const USER_PASSWORD_EXPIRED: &str = "user_password_expired";
}

/// Numbers behind `AADSTS` in an error description, and in `error_codes`.
///
/// Names say what the number means; the HTTP status and the `error` word that come with each differ
/// between the v1 and v2.0 endpoints.
pub mod code {
    /// Wrong user name or password.
    pub const INVALID_USERNAME_OR_PASSWORD: u32 = 50126;
    /// No such user in the tenant.
    pub const USER_NOT_FOUND: u32 = 50034;
    /// Locked after too many wrong passwords.
    pub const ACCOUNT_LOCKED: u32 = 50053;
    /// The password has expired.
    pub const PASSWORD_EXPIRED: u32 = 50055;
    /// The account is disabled.
    pub const ACCOUNT_DISABLED: u32 = 50057;
    /// Multi-factor authentication is required.
    pub const MFA_REQUIRED: u32 = 50076;
    /// The user must first register for multi-factor authentication.
    pub const MFA_ENROLLMENT_REQUIRED: u32 = 50079;
    /// Strong authentication was asked for and not given.
    pub const STRONG_AUTH_REQUIRED: u32 = 50074;
    /// Blocked by a Conditional Access policy.
    pub const BLOCKED_BY_CONDITIONAL_ACCESS: u32 = 53003;
    /// Nobody has consented to this application.
    pub const CONSENT_REQUIRED: u32 = 65001;
    /// The application is not known in the tenant.
    pub const APPLICATION_NOT_FOUND: u32 = 700_016;
    /// The application's secret is wrong.
    pub const INVALID_CLIENT_SECRET: u32 = 7_000_215;
    /// The application's secret has expired.
    pub const CLIENT_SECRET_EXPIRED: u32 = 7_000_222;
    /// The application is not a public client, so it must authenticate itself.
    pub const CLIENT_SECRET_OR_ASSERTION_REQUIRED: u32 = 7_000_218;
    /// A public client sent a secret.
    pub const PUBLIC_CLIENT_SENT_SECRET: u32 = 700_025;
    /// The tenant does not exist.
    pub const TENANT_NOT_FOUND: u32 = 90002;
    /// A tenant is needed and none was named.
    pub const NO_TENANT: u32 = 50059;
    /// A parameter is missing.
    pub const PARAMETER_MISSING: u32 = 900_144;
    /// The request is malformed.
    pub const MALFORMED_REQUEST: u32 = 9_002_313;
    /// The grant type is not supported.
    pub const UNSUPPORTED_GRANT_TYPE: u32 = 70003;
    /// The device code is still waiting for the user.
    pub const AUTHORIZATION_PENDING: u32 = 70016;
    /// The device code is unknown.
    pub const BAD_VERIFICATION_CODE: u32 = 70018;
    /// The device code is past its end.
    pub const DEVICE_CODE_EXPIRED: u32 = 70020;
    /// The code or refresh token is invalid or expired.
    pub const GRANT_EXPIRED: u32 = 70008;
    /// The refresh token was revoked, for instance by a password change.
    pub const GRANT_REVOKED: u32 = 50173;
    /// The resource is not known in the tenant.
    pub const RESOURCE_NOT_FOUND: u32 = 500_011;
    /// The scope is malformed.
    pub const INVALID_SCOPE: u32 = 70011;
    /// The HTTP method is not allowed at this endpoint.
    pub const METHOD_NOT_ALLOWED: u32 = 900_561;
    /// The authority host is not known.
    pub const UNKNOWN_INSTANCE: u32 = 50049;
}
