//! What an account can do beyond the common ground.

/// Which optional operations an account offers. The others fail with
/// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) before anything is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// Files can be joined on the server ([`concat`](crate::FileSystemClient::concat)).
    pub concat: bool,
    /// Several writers can append to one file at once
    /// ([`concurrent_append`](crate::FileSystemClient::concurrent_append)).
    pub concurrent_append: bool,
    /// The server sums up a tree itself.
    pub server_side_summary: bool,
    /// The server changes ACLs of a whole tree itself.
    pub server_side_recursive_acl: bool,
    /// The server lists a whole tree itself.
    pub recursive_list: bool,
    /// Files can be given an end of life ([`set_expiry`](crate::FileSystemClient::set_expiry)).
    pub expiry: bool,
    /// Access and modification times can be set ([`set_times`](crate::FileSystemClient::set_times)).
    pub set_times: bool,
    /// Deleted items can be listed and restored.
    pub undelete: bool,
    /// Items carry an [`ETag`](crate::ETag).
    pub etag: bool,
    /// Operations can be made to depend on [`Conditions`](crate::Conditions).
    pub conditions: bool,
    /// Parts of a file can be sent in any order and side by side.
    pub parallel_write: bool,
    /// Items have owners, mode bits and access control lists that can be changed; OneLake has none.
    pub access_control: bool,
    /// What is made can be given an access control list, owner, group and umask with its creation, and a
    /// file its end of life.
    pub rights_at_creation: bool,
    /// Items have metadata and content headers
    /// ([`properties`](crate::FileSystemClient::properties)).
    pub properties: bool,
    /// Items can be leased ([`lease`](crate::FileSystemClient::lease)).
    pub leases: bool,
    /// Files are copied within the account by the service itself
    /// ([`copy_tree`](crate::FileSystemClient::copy_tree)).
    pub server_side_copy: bool,
}
