//! What is measured, and what has to be there for it.

use std::path::Path;

use super::Options;
use crate::bench::table::Throughput;

/// The directory that takes what is written, in the accounts of both generations.
pub(super) const TARGET: &str = "/bench/target";

/// The lines of the table, by which budgets find them.
pub(super) const GEN1: &str = "Gen1";
pub(super) const DFS: &str = "DFS";
pub(super) const BLOB: &str = "Blob";
pub(super) const MD5: &str = "MD5 of the same bytes";
pub(super) const STATUS: &str = "HEAD of as many paths";
pub(super) const FILES: &str = "create, append, flush";
pub(super) const SMALL: &str = "of ten";
pub(super) const LARGE: &str = "of many";
pub(super) const LISTING: &str = "listing of the same";
pub(super) const RECURSIVE: &str = "recursive ACL";

/// The entries of the small directory that is renamed.
const FEW: u64 = 10;

/// What a piece of work is, by which budgets find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Write,
    Read,
    Put,
    Small,
    List,
    ListMany,
    Rename,
    Acl,
    Sparse,
}

/// Which generation of accounts a loop works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Generation {
    First,
    Second,
}

/// One piece of work.
pub(super) struct Workload {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) throughput: Throughput,
    /// What has to be there.
    pub(super) needs: Vec<Invocation>,
    /// Who does it, by the names of the table; the first is the measure of the others.
    pub(super) lines: Vec<(&'static str, Invocation)>,
}

/// What one of the programs is told to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Invocation {
    pub(super) of: Generation,
    pub(super) words: Vec<String>,
}

impl Generation {
    /// What it is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::First => GEN1,
            Self::Second => "Gen2",
        }
    }
}

impl Kind {
    /// Whether it leaves something in the target.
    pub(super) fn writes(self) -> bool {
        matches!(self, Self::Write | Self::Put | Self::Small)
    }

    /// Whether it has an emulator that has done nothing else, once.
    pub(super) fn is_alone(self) -> bool {
        self == Self::Sparse
    }
}

/// Everything that there is to measure; `large` is a local file of the large size.
pub(super) fn all(options: &Options, large: &Path) -> Vec<Workload> {
    let mut work = data(options, large);
    work.extend(names(options));
    work.extend([rename(options), acl(options), sparse(options)]);
    work
}

fn data(options: &Options, large: &Path) -> Vec<Workload> {
    let (mib, bytes) = (options.mib, (options.mib << 20).to_string());
    let (blob_mib, blob_bytes) = (options.blob_mib, (options.blob_mib << 20).to_string());
    let (files, local) = (options.files.to_string(), large.to_string_lossy());
    vec![
        Workload {
            kind: Kind::Write,
            name: format!("append and flush {mib} MiB"),
            throughput: Throughput::Mib(mib),
            needs: Vec::new(),
            lines: vec![
                (GEN1, gen1(&["write", TARGET, &bytes])),
                (DFS, gen2(&["write", &below(TARGET, "large"), &bytes])),
            ],
        },
        Workload {
            kind: Kind::Read,
            name: format!("read {mib} MiB in ranges"),
            throughput: Throughput::Mib(mib),
            needs: vec![
                gen1(&["upload", &local, "/bench/large"]),
                gen2(&["write", "/bench/large", &bytes]),
            ],
            lines: vec![
                (GEN1, gen1(&["read", "/bench/large", &bytes])),
                (DFS, gen2(&["read", "/bench/large", &bytes])),
            ],
        },
        Workload {
            kind: Kind::Put,
            name: format!("put a blob of {blob_mib} MiB"),
            throughput: Throughput::Mib(blob_mib),
            needs: Vec::new(),
            lines: vec![
                (MD5, gen2(&["digest", &blob_bytes])),
                (BLOB, gen2(&["put", &below(TARGET, "blob"), &blob_bytes])),
            ],
        },
        Workload {
            kind: Kind::Small,
            name: format!("write {files} files of 16 KiB"),
            throughput: Throughput::Files(options.files),
            needs: Vec::new(),
            lines: vec![
                (STATUS, gen2(&["heads", TARGET, &files])),
                (FILES, gen2(&["small", TARGET, &files])),
            ],
        },
    ]
}

fn names(options: &Options) -> Vec<Workload> {
    let (entries, many) = (options.entries.to_string(), options.many_entries.to_string());
    let list = |word: &str, directory: &str, count: &str| gen2(&[word, directory, count]);
    vec![
        Workload {
            kind: Kind::List,
            name: format!("list {entries} entries"),
            throughput: Throughput::Paths(options.entries),
            needs: vec![
                gen1(&["files", "/bench/entries", &entries]),
                gen2(&["files", "/bench/entries", &entries]),
            ],
            lines: vec![
                (GEN1, gen1(&["count", "/bench/entries", &entries])),
                (DFS, list("list", "/bench/entries", &entries)),
                (BLOB, list("list-blobs", "/bench/entries", &entries)),
            ],
        },
        Workload {
            kind: Kind::ListMany,
            name: format!("list {many} entries"),
            throughput: Throughput::Paths(options.many_entries),
            needs: vec![gen2(&["files", "/bench/many", &many])],
            lines: vec![
                (DFS, list("list", "/bench/many", &many)),
                (BLOB, list("list-blobs", "/bench/many", &many)),
            ],
        },
    ]
}

fn rename(options: &Options) -> Workload {
    let (entries, times) = (options.entries.to_string(), options.renames.to_string());
    Workload {
        kind: Kind::Rename,
        name: format!("rename a directory of ten entries, of {entries}"),
        throughput: Throughput::Renames,
        needs: vec![
            gen2(&["files", "/bench/few", &FEW.to_string()]),
            gen2(&["files", "/bench/entries", &entries]),
        ],
        lines: vec![
            (SMALL, gen2(&["rename", "/bench/few", &times])),
            (LARGE, gen2(&["rename", "/bench/entries", &times])),
        ],
    }
}

fn acl(options: &Options) -> Workload {
    let paths = options.paths.to_string();
    Workload {
        kind: Kind::Acl,
        name: format!("change the ACLs of {paths} entries"),
        throughput: Throughput::Paths(options.paths),
        needs: vec![gen2(&["tree", "/bench/tree", &paths])],
        lines: vec![
            (LISTING, gen2(&["list", "/bench/tree", &paths])),
            (RECURSIVE, gen2(&["acl", "/bench/tree", &paths])),
        ],
    }
}

fn sparse(options: &Options) -> Workload {
    let (mib, bytes) = (options.huge_mib, (options.huge_mib << 20).to_string());
    Workload {
        kind: Kind::Sparse,
        name: format!("read {mib} MiB of zeros"),
        throughput: Throughput::Mib(mib),
        needs: vec![
            gen2(&["zeros", "/bench/zeros", &bytes]),
            gen2(&["zero-blob", "/bench/zero-blob", &bytes]),
        ],
        lines: vec![
            (DFS, gen2(&["stream", "/bench/zeros", &bytes])),
            (BLOB, gen2(&["stream-blob", "/bench/zero-blob", &bytes])),
        ],
    }
}

fn below(directory: &str, name: &str) -> String {
    format!("{directory}/{name}")
}

fn gen1(words: &[&str]) -> Invocation {
    invocation(Generation::First, words)
}

fn gen2(words: &[&str]) -> Invocation {
    invocation(Generation::Second, words)
}

fn invocation(of: Generation, words: &[&str]) -> Invocation {
    Invocation { of, words: words.iter().map(|&word| word.to_owned()).collect() }
}
