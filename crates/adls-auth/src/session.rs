//! What the credentials of the token endpoint share: cache first, then the refresh token, then the
//! credential's own flow.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use adls_http::{AccessToken, BoxFuture, Clock, TokenRequest};
use tracing::debug;

use crate::cache::{Document, IssuedTokens, StoredRefreshToken, TokenOwner};
use crate::endpoint::{AuthClient, ResolvedTokenRequest, TokenReply};
use crate::flows::flow::{Flow, Subject};
use crate::flows::refresh_token;
use crate::tokens::{TokenSource, Tokens, renewal_due};
use crate::{Account, AuthErrorKind, Error, Result};

/// The outcome of a sign-in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignIn {
    /// A token for what was asked.
    pub token: AccessToken,
    /// Who signed in; `None` where the authority did not tell.
    pub account: Option<Account>,
    /// What the token is good for.
    pub scopes: Vec<String>,
    /// Where a token cache was moved that could not be read, to make room for a new one.
    pub replaced_cache: Option<PathBuf>,
}

/// A flow with its client and the user that it has signed in.
#[derive(Debug)]
pub(crate) struct Session<F> {
    client: AuthClient,
    flow: F,
    account: Mutex<Option<Account>>,
    /// Held while a user signs in: one who is wanted for two things at once is asked once.
    signing_in: tokio::sync::Mutex<()>,
    attempts: Mutex<Attempts>,
}

/// How often a user was asked to sign in, and what came of it last.
#[derive(Debug, Default)]
struct Attempts {
    count: u64,
    failure: Option<Error>,
}

/// The tokens of a credential that asks the token endpoint.
pub(crate) type SessionTokens<F> = Tokens<Session<F>>;

impl<F: Flow> Session<F> {
    pub(crate) fn tokens(client: AuthClient, flow: F) -> SessionTokens<F> {
        Tokens::new(Self::new(client, flow, None))
    }

    pub(crate) fn with_account(client: AuthClient, flow: F, account: Account) -> SessionTokens<F> {
        Tokens::new(Self::new(client, flow, Some(account)))
    }

    fn new(client: AuthClient, flow: F, account: Option<Account>) -> Self {
        Self {
            client,
            flow,
            account: Mutex::new(account),
            signing_in: tokio::sync::Mutex::default(),
            attempts: Mutex::default(),
        }
    }

    /// The user who has signed in so far.
    pub(crate) fn account(&self) -> Option<Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Runs the flow, whatever the cache holds. That the tokens are kept is a part of it.
    async fn sign_in(&self, request: &TokenRequest) -> Result<SignIn> {
        let resolved = self.client.resolve(request)?;
        let _turn = self.signing_in.lock().await;
        let outcome = self.flow.acquire(&self.client, &resolved, None).await;
        self.note_attempt(&outcome);
        let reply = outcome?;
        let account = self.account_of(&resolved, &reply, None);
        let mut replaced_cache = None;
        if self.is_cacheable(account.as_ref()) {
            let issued = self.issued(&resolved, &reply, account.as_ref(), None);
            let saved = self.client.cache().save(|document| document.put(&issued)).await;
            replaced_cache = saved.map_err(|error| error.about("the sign-in is not saved"))?;
            self.remember(&resolved, account.as_ref());
        }
        Ok(SignIn { token: reply.access_token, account, scopes: reply.scopes, replaced_cache })
    }

    async fn get(&self, request: &TokenRequest) -> Result<AccessToken> {
        let resolved = self.client.resolve(request)?;
        if let Some(token) = &request.rejected {
            self.forget_access_token(token).await;
        }
        match self.flow.subject() {
            Subject::App => self.get_as_app(request, &resolved).await,
            Subject::User(name) => self.get_as_user(request, &resolved, name).await,
        }
    }

    async fn get_as_app(
        &self,
        request: &TokenRequest,
        resolved: &ResolvedTokenRequest,
    ) -> Result<AccessToken> {
        let cached = self.cached(request, resolved, "").await?;
        match cached {
            Some(token) if self.is_fresh(&token) => return Ok(token),
            _ => {}
        }
        match self.flow.acquire(&self.client, resolved, None).await {
            Ok(reply) => {
                self.save_reply(resolved, &reply, None).await;
                Ok(reply.access_token)
            }
            Err(error) => still_valid(cached, error),
        }
    }

    async fn get_as_user(
        &self,
        request: &TokenRequest,
        resolved: &ResolvedTokenRequest,
        name: Option<&str>,
    ) -> Result<AccessToken> {
        let asked = self.attempts().count;
        let mut refused = match self.try_silently(request, resolved, name).await? {
            SilentOutcome::Token(token) => return Ok(token),
            SilentOutcome::Refused(refused) => refused,
        };
        let _turn = self.signing_in.lock().await;
        if self.attempts().count != asked {
            // The user was asked while this one waited: for the same user, not for the same thing.
            if let Some(failure) = self.attempts().failure.clone().filter(is_decided_by_user) {
                return Err(failure);
            }
            refused = match self.try_silently(request, resolved, name).await? {
                SilentOutcome::Token(token) => return Ok(token),
                SilentOutcome::Refused(again) => again.or(refused),
            };
        }
        let outcome = self.flow.acquire(&self.client, resolved, refused.as_ref()).await;
        self.note_attempt(&outcome);
        let reply = outcome?;
        self.save_reply(resolved, &reply, None).await;
        Ok(reply.access_token)
    }

    /// A token without asking the user, if it is known who that is; otherwise why the refresh token did
    /// not help, if there was one.
    async fn try_silently(
        &self,
        request: &TokenRequest,
        resolved: &ResolvedTokenRequest,
        name: Option<&str>,
    ) -> Result<SilentOutcome> {
        let Some(account) = self.known_account(resolved, name).await? else {
            return Ok(SilentOutcome::Refused(None));
        };
        match self.get_silently(request, resolved, &account).await {
            Ok(Some(token)) => Ok(SilentOutcome::Token(token)),
            Ok(None) => Ok(SilentOutcome::Refused(None)),
            Err(error) if error.refusal().is_some() && !is_transient(&error) => {
                debug!(%error, "the refresh token does not help");
                Ok(SilentOutcome::Refused(Some(error)))
            }
            Err(error) => Err(error),
        }
    }

    fn attempts(&self) -> MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_attempt(&self, outcome: &Result<TokenReply>) {
        let mut attempts = self.attempts();
        attempts.count += 1;
        attempts.failure = outcome.as_ref().err().cloned();
    }

    /// A token without asking the user: from the cache, or by a refresh token. `None` when there is
    /// neither.
    async fn get_silently(
        &self,
        request: &TokenRequest,
        resolved: &ResolvedTokenRequest,
        account: &Account,
    ) -> Result<Option<AccessToken>> {
        let home = &account.home_account_id;
        let fresh = |token: &AccessToken| self.is_fresh(token);
        if let Some(token) = self.cached(request, resolved, home).await?.filter(fresh) {
            return Ok(Some(token));
        }
        // Another process may be getting the same: after waiting for it, the cache may have it.
        let _guard = self.client.cache().refresh_guard().await;
        let cached = self.cached(request, resolved, home).await?;
        if let Some(token) = cached.as_ref().filter(|token| fresh(token)) {
            return Ok(Some(token.clone()));
        }
        match self.refresh(resolved, account).await {
            Ok(None) => Ok(cached),
            Ok(Some(token)) => Ok(Some(token)),
            Err(error) => still_valid(cached, error).map(Some),
        }
    }

    /// Tries the refresh tokens in turn. One that is refused for good is removed.
    async fn refresh(
        &self,
        resolved: &ResolvedTokenRequest,
        account: &Account,
    ) -> Result<Option<AccessToken>> {
        let owner = self.owner(resolved, &account.home_account_id);
        let mut refused = None;
        for token in self.read_cache().await?.refresh_tokens(owner) {
            match refresh_token::redeem(&self.client, resolved, &token.secret).await {
                Ok(reply) => {
                    self.save_reply(resolved, &reply, Some((account, &token))).await;
                    return Ok(Some(reply.access_token));
                }
                Err(error) => {
                    let own = token.client_id.eq_ignore_ascii_case(self.client.client_id());
                    if own && refresh_token::is_used_up(&error) {
                        let gone = token.secret.clone();
                        self.client
                            .cache()
                            .update(move |document| {
                                document.remove_refresh_token(&gone);
                            })
                            .await;
                    }
                    if error.refusal().is_none() || is_transient(&error) {
                        return Err(error);
                    }
                    // The client's own token tells the real reason; those of its family only guess.
                    refused = refused.or(Some(error));
                }
            }
        }
        refused.map_or(Ok(None), Err)
    }

    /// Keeps what was issued, and remembers who signed in.
    async fn save_reply(
        &self,
        resolved: &ResolvedTokenRequest,
        reply: &TokenReply,
        refreshed: Option<(&Account, &StoredRefreshToken)>,
    ) {
        let account = self.account_of(resolved, reply, refreshed.map(|(account, _)| account));
        if self.is_cacheable(account.as_ref()) {
            let exchanged = refreshed.map(|(_, token)| token);
            let issued = self.issued(resolved, reply, account.as_ref(), exchanged);
            self.client.cache().update(|document| document.put(&issued)).await;
            self.remember(resolved, account.as_ref());
        }
    }

    /// Where it is not known whose a token is, it serves this process, but is not saved.
    fn is_cacheable(&self, account: Option<&Account>) -> bool {
        account.is_some() || matches!(self.flow.subject(), Subject::App)
    }

    fn issued<'a>(
        &'a self,
        resolved: &'a ResolvedTokenRequest,
        reply: &'a TokenReply,
        account: Option<&'a Account>,
        exchanged: Option<&'a StoredRefreshToken>,
    ) -> IssuedTokens<'a> {
        let home = account.map_or("", |account| &account.home_account_id);
        IssuedTokens {
            owner: self.owner(resolved, home),
            realm: resolved.authority.tenant(),
            reply,
            account,
            exchanged,
            now: self.clock().now(),
        }
    }

    fn remember(&self, resolved: &ResolvedTokenRequest, account: Option<&Account>) {
        let mut kept = self.account.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_none() || resolved.authority == *self.client.authority() {
            *kept = account.cloned();
        }
    }

    /// What is saved.
    async fn read_cache(&self) -> Result<Arc<Document>> {
        let cache = self.client.cache();
        match self.flow.needs_cache() {
            true => cache.read().await,
            false => Ok(cache.read_if_possible().await),
        }
    }

    fn account_of(
        &self,
        resolved: &ResolvedTokenRequest,
        reply: &TokenReply,
        refreshed: Option<&Account>,
    ) -> Option<Account> {
        use secrecy::ExposeSecret;
        let Subject::User(name) = self.flow.subject() else { return None };
        let told = Account::from_reply(
            resolved.authority.environment(),
            resolved.authority.tenant(),
            reply.id_token.as_ref().map(ExposeSecret::expose_secret),
            reply.client_info.as_deref(),
            name.or(refreshed.map(|account| &*account.username)),
        );
        match (told, refreshed) {
            // A refresh does not change who it is, and may tell less than the sign-in did.
            (Some(told), Some(known)) => Some(Account {
                home_account_id: known.home_account_id.clone(),
                username: if known.username.is_empty() {
                    told.username
                } else {
                    known.username.clone()
                },
                object_id: told.object_id.or_else(|| known.object_id.clone()),
                display_name: told.display_name.or_else(|| known.display_name.clone()),
                ..told
            }),
            (told, known) => told.or_else(|| known.cloned()),
        }
    }

    /// Who is signed in here already.
    async fn known_account(
        &self,
        resolved: &ResolvedTokenRequest,
        name: Option<&str>,
    ) -> Result<Option<Account>> {
        if let Some(account) = self.account() {
            return Ok(Some(account));
        }
        let Some(name) = name else { return Ok(None) };
        let accounts = self.read_cache().await?.accounts();
        Ok(accounts.into_iter().find(|account| {
            account.username.to_lowercase() == name.to_lowercase()
                && account.environment.eq_ignore_ascii_case(resolved.authority.environment())
        }))
    }

    async fn cached(
        &self,
        request: &TokenRequest,
        resolved: &ResolvedTokenRequest,
        home_account_id: &str,
    ) -> Result<Option<AccessToken>> {
        if resolved.claims.is_some() {
            return Ok(None);
        }
        let document = self.read_cache().await?;
        let owner = self.owner(resolved, home_account_id);
        let realm = resolved.authority.tenant();
        let token = document.access_token(owner, realm, &resolved.scopes, self.clock().now());
        Ok(token.filter(|token| request.rejected.as_ref() != Some(token)))
    }

    async fn forget_access_token(&self, token: &AccessToken) {
        self.client
            .cache()
            .update(|document| {
                document.remove_access_token(token.secret());
            })
            .await;
    }

    fn owner<'a>(
        &'a self,
        resolved: &'a ResolvedTokenRequest,
        home_account_id: &'a str,
    ) -> TokenOwner<'a> {
        TokenOwner {
            home_account_id,
            environment: resolved.authority.environment(),
            client_id: self.client.client_id(),
        }
    }

    fn is_fresh(&self, token: &AccessToken) -> bool {
        renewal_due(token) > self.clock().now()
    }
}

impl<F: Flow> TokenSource for Session<F> {
    fn fetch<'a>(&'a self, request: &'a TokenRequest) -> BoxFuture<'a, Result<AccessToken>> {
        Box::pin(self.get(request))
    }

    fn clock(&self) -> &Arc<dyn Clock> {
        self.client.pipeline().clock()
    }

    fn generation(&self) -> u64 {
        self.client.cache().removals()
    }
}

impl<F: Flow> SessionTokens<F> {
    /// Signs in anew and keeps the token at hand.
    pub(crate) async fn sign_in(&self, request: &TokenRequest) -> Result<SignIn> {
        let signed_in = self.source().sign_in(request).await?;
        self.keep(request, signed_in.token.clone());
        Ok(signed_in)
    }
}

/// What came of looking without asking the user.
enum SilentOutcome {
    Token(AccessToken),
    /// With the reason why a refresh token did not help.
    Refused(Option<Error>),
}

/// Whether a sign-in failed because the user did not want it, whatever it was for.
fn is_decided_by_user(failure: &Error) -> bool {
    matches!(
        failure.kind(),
        AuthErrorKind::DeviceCodeDeclined
            | AuthErrorKind::DeviceCodeExpired
            | AuthErrorKind::NotSignedIn
    )
}

/// A token that still works is better than an error that will pass.
fn still_valid(cached: Option<AccessToken>, error: Error) -> Result<AccessToken> {
    match cached {
        Some(token) if error.refusal().is_none() || is_transient(&error) => Ok(token),
        _ => Err(error),
    }
}

fn is_transient(error: &Error) -> bool {
    matches!(
        error.kind(),
        AuthErrorKind::Network
            | AuthErrorKind::Throttled
            | AuthErrorKind::TemporarilyUnavailable
            | AuthErrorKind::UnexpectedReply
    )
}
