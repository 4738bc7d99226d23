//! OneLake: the workspaces of Microsoft Fabric and the items in them, as a configuration describes them.

use serde::Deserialize;
use uuid::Uuid;

/// The account that stands for all of OneLake: a workspace is a file system in it.
pub(crate) const ONE_LAKE: &str = "onelake";

/// The workspaces of the tenant.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeedOneLake {
    /// Every workspace; without any, OneLake answers for nothing.
    pub workspaces: Vec<SeedWorkspace>,
}

/// A workspace: in the protocols of storage a file system of the account `onelake`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeedWorkspace {
    /// The name, which may have blanks and capital letters.
    pub name: String,
    /// The id, by which it can be addressed as well; left out it is made from the place in the list.
    pub id: Uuid,
    /// What is in the workspace.
    pub items: Vec<SeedItem>,
}

/// An item of a workspace: in the protocols of storage a directory that they cannot change.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeedItem {
    /// Name and type, as `sales.Lakehouse`.
    pub name: String,
    /// The id, by which it can be addressed in a workspace that is addressed by its id.
    pub id: Uuid,
    /// The directories in it that belong to the item; left out those of a lakehouse.
    pub folders: Vec<String>,
}

impl Default for SeedItem {
    fn default() -> Self {
        let folders = ["Files", "Tables"].map(str::to_owned).to_vec();
        Self { name: String::new(), id: Uuid::nil(), folders }
    }
}

impl Default for SeedOneLake {
    /// One workspace with one lakehouse.
    fn default() -> Self {
        let id = |number: u128| Uuid::from_u128(0x5a1e_0000_0000_4000_8000_0000_0000_0c00 | number);
        let lakehouse = SeedItem {
            name: "mocklakehouse.Lakehouse".to_owned(),
            id: id(2),
            ..SeedItem::default()
        };
        let workspace =
            SeedWorkspace { name: "mockworkspace".to_owned(), id: id(1), items: vec![lakehouse] };
        Self { workspaces: vec![workspace] }
    }
}

impl SeedWorkspace {
    /// The item of a name.
    pub(crate) fn item(&self, name: &str) -> Option<&SeedItem> {
        self.items.iter().find(|item| item.name == name)
    }

    /// The item of an id.
    pub(crate) fn item_by_id(&self, id: Uuid) -> Option<&SeedItem> {
        self.items.iter().find(|item| item.id == id)
    }

    /// Fails when there cannot be such a workspace; the text names it.
    fn check(&self) -> Result<(), String> {
        let name = &self.name;
        check_name("workspace", name)?;
        if name.starts_with('$') {
            return Err(format!("onelake: no workspace can be called '{name}'"));
        }
        for (at, item) in self.items.iter().enumerate() {
            let called = &item.name;
            check_name("item", called)?;
            if !called
                .split_once('.')
                .is_some_and(|(name, kind)| !name.is_empty() && !kind.is_empty())
            {
                return Err(format!(
                    "onelake: the item '{called}' of '{name}' has no type; call it '{called}.Lakehouse'"
                ));
            }
            if self.items[..at].iter().any(|other| other.name == *called) {
                return Err(format!("onelake: the item '{called}' of '{name}' occurs twice"));
            }
            for folder in &item.folders {
                check_name("folder", folder)?;
            }
        }
        Ok(())
    }
}

impl SeedOneLake {
    /// The workspace of a name.
    pub(crate) fn workspace(&self, name: &str) -> Option<&SeedWorkspace> {
        self.workspaces.iter().find(|workspace| workspace.name == name)
    }

    /// The workspace of an id.
    pub(crate) fn workspace_by_id(&self, id: Uuid) -> Option<&SeedWorkspace> {
        self.workspaces.iter().find(|workspace| workspace.id == id)
    }

    /// The ids of all workspaces and items, to be filled in where they are left out.
    pub(crate) fn ids_mut(&mut self) -> impl Iterator<Item = &mut Uuid> {
        self.workspaces.iter_mut().flat_map(|workspace| {
            let items = workspace.items.iter_mut().map(|item| &mut item.id);
            std::iter::once(&mut workspace.id).chain(items)
        })
    }

    /// The ids of all workspaces and items.
    pub(crate) fn ids(&self) -> impl Iterator<Item = Uuid> {
        self.workspaces.iter().flat_map(|workspace| {
            std::iter::once(workspace.id).chain(workspace.items.iter().map(|item| item.id))
        })
    }

    /// Fails when there cannot be such workspaces; the text names what is wrong.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.workspaces.iter().try_for_each(SeedWorkspace::check)
    }
}

/// A name must be one segment of a path, and not look like an id.
fn check_name(what: &str, name: &str) -> Result<(), String> {
    let fits = !name.trim().is_empty()
        && ![".", ".."].contains(&name)
        && !name.contains(|c: char| c == '/' || c.is_control());
    if !fits {
        return Err(format!("onelake: the {what} '{name}' has no name that a path can hold"));
    }
    match Uuid::try_parse(name) {
        Ok(_) => {
            Err(format!("onelake: the {what} '{name}' has an id as its name; use id = \"...\""))
        }
        Err(_) => Ok(()),
    }
}
