//! The list of deleted items, which comes as XML by the Blob protocol.

use roxmltree::{Document, Node, ParsingOptions};

/// How many parts a page may have: 5,000 entries of some 30.
const MOST_NODES: u32 = 1_000_000;

/// A page of deleted items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeletedList {
    /// The items, by name.
    pub entries: Vec<DeletedEntry>,
    /// Where the next page begins, if there is one.
    pub next_marker: Option<String>,
}

/// A deleted item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeletedEntry {
    /// Where it was, from the root of the file system, without a slash before it.
    pub name: String,
    /// What the service knows the deletion by.
    pub deletion_id: String,
    /// Whether it was a directory.
    pub is_directory: bool,
    /// When it was deleted, as an RFC 1123 date.
    pub deleted_time: String,
}

/// Why a text is not a list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer is not a list of deleted items: {0}")]
pub struct ParseDeletedListError(String);

impl DeletedList {
    /// Reads `<EnumerationResults>`. What it does not know is passed over.
    ///
    /// # Errors
    /// When the text is no XML or another document.
    pub fn parse(text: &str) -> Result<Self, ParseDeletedListError> {
        let error = |reason: String| ParseDeletedListError(reason);
        let options = ParsingOptions { nodes_limit: MOST_NODES, ..ParsingOptions::default() };
        let text = text.trim_start_matches('\u{feff}');
        let document =
            Document::parse_with_options(text, options).map_err(|why| error(why.to_string()))?;
        let root = document.root_element();
        if !root.has_tag_name("EnumerationResults") {
            return Err(error(format!("it begins with {:?}", root.tag_name().name())));
        }
        let blobs = child(root, "Blobs").into_iter().flat_map(|blobs| blobs.children());
        let entries = blobs
            .filter(|node| node.has_tag_name("Blob") || node.has_tag_name("BlobPrefix"))
            .map(entry);
        let next_marker = Some(text_of(root, "NextMarker")).filter(|marker| !marker.is_empty());
        Ok(Self { entries: entries.collect(), next_marker })
    }
}

fn entry(node: Node<'_, '_>) -> DeletedEntry {
    let property = |name| child(node, "Properties").map(|it| text_of(it, name)).unwrap_or_default();
    DeletedEntry {
        name: text_of(node, "Name"),
        deletion_id: text_of(node, "DeletionId"),
        is_directory: property("ResourceType").eq_ignore_ascii_case("directory"),
        deleted_time: property("DeletedTime"),
    }
}

fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.has_tag_name(name))
}

fn text_of(node: Node<'_, '_>, name: &str) -> String {
    child(node, name).and_then(|child| child.text()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_needs() {
        let page = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ServiceEndpoint=\"https://a\" \
            ContainerName=\"c\"><Blobs><Blob><Name>a/b &amp; c</Name><Deleted>true</Deleted>\
            <DeletionId>133</DeletionId><Properties><ResourceType>directory</ResourceType>\
            <DeletedTime>Sat, 26 Nov 2022 10:43:05 GMT</DeletedTime></Properties></Blob></Blobs>\
            <NextMarker>more</NextMarker></EnumerationResults>";
        let list = DeletedList::parse(page).unwrap();
        assert_eq!(list.next_marker.as_deref(), Some("more"));
        assert_eq!(
            list.entries,
            [DeletedEntry {
                name: "a/b & c".into(),
                deletion_id: "133".into(),
                is_directory: true,
                deleted_time: "Sat, 26 Nov 2022 10:43:05 GMT".into(),
            }]
        );
        let none =
            DeletedList::parse("<EnumerationResults><Blobs/><NextMarker/></EnumerationResults>");
        assert_eq!(none.unwrap(), DeletedList::default());
        for wrong in ["", "no", "<Error><Code>X</Code></Error>"] {
            assert!(DeletedList::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
