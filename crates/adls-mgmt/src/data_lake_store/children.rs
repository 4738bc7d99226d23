//! What belongs to an account: the same five operations for every kind.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::account_target;
use crate::connection::RequestTarget;
use crate::scope::SubscriptionScope;
use crate::{ChildResource, Error, Pager, Result, names};

/// A kind of things that belong to an account. Implemented here only.
pub trait ChildKind: sealed::Sealed + Send + Sync + 'static {
    /// What is particular to it. What is not set is left out when it is sent.
    type Properties: Serialize + DeserializeOwned + Default + Send + Sync + 'static;
    #[doc(hidden)]
    const WHAT: &'static str;
    #[doc(hidden)]
    const SEGMENT: &'static str;
    #[doc(hidden)]
    const OPERATIONS: sealed::Operations;
    /// What a new one needs and these properties lack.
    #[doc(hidden)]
    fn missing(properties: &Self::Properties) -> Option<&'static str>;
}

pub(super) mod sealed {
    #[derive(Debug)]
    pub struct Operations {
        pub(crate) create_or_update: &'static str,
        pub(crate) update: &'static str,
        pub(crate) get: &'static str,
        pub(crate) delete: &'static str,
        pub(crate) list: &'static str,
    }

    pub trait Sealed {}
}

/// Makes, changes, finds and deletes children of one kind.
pub struct ChildrenClient<K> {
    scope: SubscriptionScope,
    kind: PhantomData<fn() -> K>,
}

impl<K: ChildKind> ChildrenClient<K> {
    pub(crate) fn new(scope: SubscriptionScope) -> Self {
        Self { scope, kind: PhantomData }
    }

    /// Makes a child, or replaces the one of this name.
    ///
    /// # Errors
    /// Names that break their rule; a property that is missing; `ResourceNotFound` when the account
    /// is not there.
    pub async fn create_or_update(
        &self,
        group: &str,
        account: &str,
        name: &str,
        properties: &K::Properties,
    ) -> Result<ChildResource<K::Properties>> {
        if let Some(missing) = K::missing(properties) {
            return Err(Error::invalid_argument(format!("{} needs {missing}", K::WHAT)));
        }
        let target = self.target(group, account, name)?;
        let body = Body { properties };
        let connection = &self.scope.connection;
        connection.fetch(connection.put(K::OPERATIONS.create_or_update, &target, &body)?).await
    }

    /// Changes the properties that are set, and leaves the others.
    ///
    /// # Errors
    /// Names that break their rule; `NestedResourceNotFound` when there is no such child.
    pub async fn update(
        &self,
        group: &str,
        account: &str,
        name: &str,
        properties: &K::Properties,
    ) -> Result<ChildResource<K::Properties>> {
        let target = self.target(group, account, name)?;
        let connection = &self.scope.connection;
        let body = Body { properties };
        connection.fetch(connection.patch(K::OPERATIONS.update, &target, &body)?).await
    }

    /// One child.
    ///
    /// # Errors
    /// Names that break their rule; `NestedResourceNotFound` when there is no such child.
    pub async fn get(
        &self,
        group: &str,
        account: &str,
        name: &str,
    ) -> Result<ChildResource<K::Properties>> {
        let target = self.target(group, account, name)?;
        let connection = &self.scope.connection;
        connection.fetch(connection.get(K::OPERATIONS.get, &target)).await
    }

    /// Deletes a child. That it is not there is no error.
    ///
    /// # Errors
    /// Names that break their rule; `ResourceNotFound` when the account is not there.
    pub async fn delete(&self, group: &str, account: &str, name: &str) -> Result<()> {
        let target = self.target(group, account, name)?;
        let connection = &self.scope.connection;
        connection.send(connection.delete(K::OPERATIONS.delete, &target)).await
    }

    /// All children of this kind of an account.
    ///
    /// # Errors
    /// Names that break their rule.
    pub fn list(&self, group: &str, account: &str) -> Result<Pager<ChildResource<K::Properties>>> {
        let target = account_target(&self.scope, group, account, &format!("/{}", K::SEGMENT))?;
        let connection = &self.scope.connection;
        Ok(connection.list(connection.get(K::OPERATIONS.list, &target)))
    }

    fn target(&self, group: &str, account: &str, name: &str) -> Result<RequestTarget> {
        let below = format!("/{}/{}", K::SEGMENT, names::rule(K::WHAT, name)?);
        account_target(&self.scope, group, account, &below)
    }
}

#[derive(Serialize)]
struct Body<'a, P> {
    properties: &'a P,
}

impl<K> Clone for ChildrenClient<K> {
    fn clone(&self) -> Self {
        Self { scope: self.scope.clone(), kind: PhantomData }
    }
}

impl<K: ChildKind> std::fmt::Debug for ChildrenClient<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChildrenClient").field("kind", &K::SEGMENT).finish_non_exhaustive()
    }
}
