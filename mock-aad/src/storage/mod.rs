//! Azure Storage accounts with a hierarchical namespace: the DFS and the Blob protocol.

mod errors;
mod protocol;
mod text;
