//! Where tokens are kept between requests, and between runs of a program.

mod document;
mod file;
mod lock;
mod place;
mod seal;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use adls_http::{Clock, SystemClock};
use tracing::{debug, warn};

use crate::{Account, CachedApp, Error, Result};

pub(crate) use document::{Document, IssuedTokens, StoredRefreshToken, TokenOwner};
use file::{CacheFile, Stamp};
pub(crate) use lock::RefreshGuard;
pub use seal::CacheKey;

/// Where tokens are kept. Clones share the content.
///
/// In memory, or in a file in the unified schema of Microsoft's own libraries: `msal` and the Azure
/// command line can read and write the same file. The file is replaced as a whole, under a lock that
/// they respect, with mode 0600, and what others keep in it stays. **It is not encrypted**: whoever
/// can read it is the signed-in user; [`sealed_file`](Self::sealed_file) is, and is for this crate
/// alone.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> adls_auth::Result<()> {
/// use adls_auth::TokenCache;
///
/// let directory = tempfile::tempdir().unwrap();
/// let cache = TokenCache::file(directory.path().join("msal_token_cache.json"));
/// for account in cache.accounts().await? {
///     println!("{} in {}", account.username, account.tenant_id);
///     cache.remove_account(&account).await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TokenCache(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    content: RwLock<Content>,
    /// Held while the content is being changed, so that no change is lost.
    changing: tokio::sync::Mutex<()>,
    file: Option<CacheFile>,
    clock: Arc<dyn Clock>,
    removals: AtomicU64,
    /// Why the file did not serve, the first time.
    trouble: OnceLock<Error>,
}

#[derive(Debug, Default)]
struct Content {
    document: Arc<Document>,
    /// Which state of the file this is.
    stamp: Option<Stamp>,
}

impl TokenCache {
    /// A cache that ends with its last user.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::new(None, Arc::new(SystemClock::default()))
    }

    /// A cache in a file, which comes into being with the first token, like its directory.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::file_with_clock(path, Arc::new(SystemClock::default()))
    }

    /// The same with another clock, which times the waiting for the file's lock.
    #[must_use]
    pub fn file_with_clock(path: impl Into<PathBuf>, clock: Arc<dyn Clock>) -> Self {
        Self::new(Some(CacheFile::new(path.into(), None)), clock)
    }

    /// A cache in a file that is encrypted with `key`. Only this crate can read it.
    #[must_use]
    pub fn sealed_file(path: impl Into<PathBuf>, key: CacheKey) -> Self {
        let file = CacheFile::new(path.into(), Some(key));
        Self::new(Some(file), Arc::new(SystemClock::default()))
    }

    fn new(file: Option<CacheFile>, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner {
            content: RwLock::default(),
            changing: tokio::sync::Mutex::default(),
            file,
            clock,
            removals: AtomicU64::new(0),
            trouble: OnceLock::new(),
        }))
    }

    /// The file, if there is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.0.file.as_ref().map(CacheFile::path)
    }

    /// The users that are signed in, one entry for each tenant that they signed in to.
    ///
    /// # Errors
    /// [`AuthErrorKind::Cache`](crate::AuthErrorKind::Cache) when the file cannot be read.
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        Ok(self.read().await?.accounts())
    }

    /// The applications that have tokens of their own here.
    ///
    /// # Errors
    /// As for [`accounts`](Self::accounts).
    pub async fn apps(&self) -> Result<Vec<CachedApp>> {
        Ok(self.read().await?.apps())
    }

    /// Signs a user out of this cache: removes their tokens in every tenant. The authority is not
    /// told; tokens that others hold stay valid until they expire. Returns whether there were any.
    ///
    /// # Errors
    /// [`AuthErrorKind::Cache`](crate::AuthErrorKind::Cache) when the file cannot be read or written.
    pub async fn remove_account(&self, account: &Account) -> Result<bool> {
        self.remove(|document| document.remove_account(account)).await
    }

    /// Removes the tokens of an application. Returns whether there were any.
    ///
    /// # Errors
    /// As for [`remove_account`](Self::remove_account).
    pub async fn remove_app(&self, app: &CachedApp) -> Result<bool> {
        self.remove(|document| document.remove_app(app)).await
    }

    /// Removes all accounts and tokens. What other programs keep beside them stays.
    ///
    /// # Errors
    /// As for [`remove_account`](Self::remove_account).
    pub async fn clear(&self) -> Result<()> {
        self.remove(Document::clear).await
    }

    async fn remove<T>(&self, change: impl FnOnce(&mut Document) -> T) -> Result<T> {
        let outcome = self.try_update(change, lock::LOCK_TIMEOUT).await;
        self.0.removals.fetch_add(1, Ordering::Release);
        outcome
    }

    /// Grows with every sign-out, after which tokens that were taken from here are not good any more.
    pub(crate) fn removals(&self) -> u64 {
        self.0.removals.load(Ordering::Acquire)
    }

    /// The content as it is now, in the file if there is one.
    pub(crate) async fn read(&self) -> Result<Arc<Document>> {
        let Some(file) = &self.0.file else {
            return Ok(self.content(|kept| kept.document.clone()));
        };
        let stamp = file.stamp();
        let current = |kept: &Content| (kept.stamp == stamp).then(|| kept.document.clone());
        if let Some(document) = self.content(current) {
            return Ok(document);
        }
        let (document, stamp) = file.load(&*self.0.clock).await?;
        let document = Arc::new(document);
        self.keep(document.clone(), stamp);
        Ok(document)
    }

    /// The content for those who can do without. A file that cannot be read costs a warning; what this
    /// process has put into it still serves.
    pub(crate) async fn read_if_possible(&self) -> Arc<Document> {
        match self.read().await {
            Ok(document) => document,
            Err(error) => {
                self.warn(&error, "saved tokens are not used");
                self.content(|kept| kept.document.clone())
            }
        }
    }

    /// Says once what is wrong with the file.
    fn warn(&self, error: &Error, consequence: &str) {
        match self.0.trouble.set(error.clone()) {
            Ok(()) => warn!(%error, "{consequence}"),
            Err(_) => debug!(%error, "{consequence}"),
        }
    }

    /// Why the file could not be read or written when a credential did without it, the first time that
    /// this happened: for programs that want to tell the user. What fails for it is told by its error.
    #[must_use]
    pub fn trouble(&self) -> Option<&Error> {
        self.0.trouble.get()
    }

    /// Changes the content for somebody whose only aim is that it is kept. A file that is broken is moved
    /// aside first; returns where to.
    ///
    /// # Errors
    /// When the file cannot be locked, read or written.
    pub(crate) async fn save(&self, change: impl FnOnce(&mut Document)) -> Result<Option<PathBuf>> {
        let Some(file) = &self.0.file else {
            self.try_update(change, lock::LOCK_TIMEOUT).await?;
            return Ok(None);
        };
        let _changing = self.0.changing.lock().await;
        let lock = lock::lock_cache(file.path(), &*self.0.clock, lock::LOCK_TIMEOUT).await?;
        let (before, replaced) = match self.read().await {
            Ok(before) => (before, None),
            Err(error) => match file.move_aside()? {
                Some(place) => (Arc::default(), Some(place)),
                None => return Err(error),
            },
        };
        let mut document = (*before).clone();
        change(&mut document);
        let stamp = file.replace(&document, lock).await?;
        self.keep(Arc::new(document), stamp);
        Ok(replaced)
    }

    /// Changes the content. A file that cannot be written costs a warning, not the token: it still
    /// serves this process.
    pub(crate) async fn update(&self, change: impl FnOnce(&mut Document)) {
        let mut kept_change = Some(change);
        // Whoever keeps the file locked all the time must not delay every renewal.
        let timeout =
            if self.trouble().is_some() { lock::SHORT_LOCK_TIMEOUT } else { lock::LOCK_TIMEOUT };
        let change = |document: &mut Document| kept_change.take().map(|change| change(document));
        let outcome = self.try_update(change, timeout);
        let Err(error) = outcome.await else { return };
        self.warn(&error, "tokens are not saved");
        if let Some(change) = kept_change {
            let mut document = self.content(|kept| (*kept.document).clone());
            change(&mut document);
            let stamp = self.content(|kept| kept.stamp.clone());
            self.keep(Arc::new(document), stamp);
        }
    }

    /// Changes the content, in the file if there is one: read, changed and replaced under its lock.
    async fn try_update<T>(
        &self,
        change: impl FnOnce(&mut Document) -> T,
        timeout: Duration,
    ) -> Result<T> {
        let _changing = self.0.changing.lock().await;
        let Some(file) = &self.0.file else {
            let mut document = self.content(|kept| (*kept.document).clone());
            let outcome = change(&mut document);
            self.keep(Arc::new(document), None);
            return Ok(outcome);
        };
        let lock = lock::lock_cache(file.path(), &*self.0.clock, timeout).await?;
        let before = self.read().await?;
        let mut document = (*before).clone();
        let outcome = change(&mut document);
        if document != *before {
            let document = Arc::new(document);
            let stamp_before = self.content(|kept| kept.stamp.clone());
            let written = file.replace(&document, lock).await;
            // Unwritten changes stay as long as nobody else changes the file.
            self.keep(document, written.as_ref().map_or(stamp_before, |stamp| stamp.clone()));
            written?;
        }
        Ok(outcome)
    }

    /// Keeps other processes with the same file from renewing tokens at the same time: the second
    /// one waits, and then finds what the first one got. Best effort; without a file there is
    /// nothing to guard.
    pub(crate) async fn refresh_guard(&self) -> Option<RefreshGuard> {
        lock::guard_refresh(self.path()?, &*self.0.clock).await
    }

    fn content<T>(&self, look: impl FnOnce(&Content) -> T) -> T {
        look(&self.0.content.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn keep(&self, document: Arc<Document>, stamp: Option<Stamp>) {
        let mut content = self.0.content.write().unwrap_or_else(PoisonError::into_inner);
        *content = Content { document, stamp };
    }
}

impl Default for TokenCache {
    fn default() -> Self {
        Self::in_memory()
    }
}
