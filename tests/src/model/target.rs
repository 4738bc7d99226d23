//! The actions over a client.

use adls_fs::{
    AclSpec, ConcurrentAppendOptions, DeleteOptions, Error, ErrorKind, FileStatus,
    FileSystemClient, ListOptions, OwnerChange, Permission, RenameOptions, WriteOptions,
};
use futures_util::TryStreamExt;
use tokio::io::AsyncWriteExt;

use super::{Action, Entry, Outcome, Rights};

/// Does an action with a client, and says what came of it.
pub async fn perform(client: &FileSystemClient, action: &Action) -> Outcome {
    match attempt(client, action).await {
        Ok(outcome) => outcome,
        Err(error) => Outcome::Refused(error.kind()),
    }
}

/// What a listing says of an item.
impl From<&FileStatus> for Entry {
    fn from(status: &FileStatus) -> Self {
        Self {
            name: status.name().to_owned(),
            is_directory: status.is_dir(),
            length: status.length,
            mode: status.permission.map_or(0, Permission::mode),
            has_acl: status.has_acl,
        }
    }
}

async fn attempt(client: &FileSystemClient, action: &Action) -> Result<Outcome, Error> {
    match action {
        Action::Mkdirs(path) => client.mkdirs(path).await?,
        Action::Write { path, content, overwrite } => {
            let options = WriteOptions::default().overwrite(*overwrite);
            client.put_with(path, content.clone(), options).await?;
        }
        Action::Append(path, content) => {
            let mut writer = client.append(path).await?;
            let written = async {
                writer.write_all(content).await?;
                writer.shutdown().await
            };
            written.await.map_err(of_stream)?;
        }
        Action::ConcurrentAppend { path, content, create } => {
            let options = ConcurrentAppendOptions::default().create(*create);
            client.concurrent_append_with(path, content.clone(), options).await?;
        }
        Action::Concat(target, sources) => {
            client.concat(target, sources).await?;
        }
        Action::Rename { from, to, overwrite } => {
            client.rename_with(from, to, RenameOptions::default().overwrite(*overwrite)).await?;
        }
        Action::Delete(path, recursive) => {
            let options = DeleteOptions::default().recursive(*recursive);
            return client.delete_with(path, options).await.map(Outcome::Deleted);
        }
        Action::Read(path, range) => {
            let frames = client.read_range(path, range.clone()).await?;
            let frames: Vec<_> = frames.try_collect().await?;
            return Ok(Outcome::Content(frames.concat()));
        }
        Action::List(path) => {
            // Small pages, so that there are several.
            let options = ListOptions::default().page_size(2);
            let entries = client.list_with(path, options).collect_all().await?;
            return Ok(Outcome::Entries(entries.iter().map(Entry::from).collect()));
        }
        Action::Summary(path) => {
            let summary = client.content_summary(path).await?;
            return Ok(Outcome::Summary(summary.directories, summary.files, summary.length));
        }
        Action::SetPermission(path, mode) => {
            client.set_permission(path, Permission::from_mode(*mode)).await?;
        }
        Action::SetAcl(path, entries) => client.set_acl(path, &spec(entries, true)?).await?,
        Action::ModifyAcl(path, entries) => client.modify_acl(path, &spec(entries, true)?).await?,
        Action::RemoveAclEntries(path, entries) => {
            client.remove_acl_entries(path, &spec(entries, false)?).await?;
        }
        Action::RemoveAcl(path) => client.remove_acl(path).await?,
        Action::RemoveDefaultAcl(path) => client.remove_default_acl(path).await?,
        Action::Acl(path) => {
            let acl = client.acl(path).await?;
            return Ok(Outcome::Acl(acl.entries.iter().map(ToString::to_string).collect()));
        }
        Action::SetOwner { path, owner, group } => {
            let change = OwnerChange::default().owner((*owner).to_owned());
            client.set_owner(path, change.group((*group).to_owned())).await?;
        }
    }
    Ok(Outcome::Done)
}

fn spec(entries: &[Rights], with_rights: bool) -> Result<AclSpec, Error> {
    let texts: Vec<_> = entries.iter().map(|entry| entry.text(with_rights)).collect();
    // An entry that cannot be read would be refused by the service as well.
    texts.join(",").parse().map_err(|_| not_an_acl())
}

fn not_an_acl() -> Error {
    adls_http::Error::invalid_input("not an ACL").into()
}

/// The client's own error out of that of a stream.
fn of_stream(error: std::io::Error) -> Error {
    error.downcast().unwrap_or_else(|error| {
        adls_http::Error::invalid_input(format!("{error}: {:?}", ErrorKind::Local)).into()
    })
}
