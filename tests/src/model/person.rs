//! Who acts in the reference model.

/// Somebody who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// The object id.
    pub id: &'static str,
    /// Object ids of the groups that the person is in.
    pub groups: &'static [&'static str],
    /// Whether every check is passed.
    pub super_user: bool,
}
