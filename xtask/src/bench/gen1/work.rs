//! What is measured, and what has to be there for it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::Options;
use super::programs::{Program, Programs};
use crate::bench::table::{Amount, Section};
use crate::bench::verdict;

/// The size of a small file, in bytes.
const SMALL: usize = 16 << 10;
/// What recursive ACL changes add.
const ENTRIES: &str = "user:11111111-2222-3333-4444-555555555555:r-x";

/// Where the work finds and puts things.
pub(super) struct Place {
    pub(super) local: PathBuf,
    pub(super) remote: &'static str,
}

/// One piece of work.
pub(super) struct Work {
    pub(super) name: String,
    pub(super) amount: Amount,
    /// How often, if not as often as everything.
    pub(super) runs: Option<usize>,
    /// Who does it; the first is the measure of the others.
    pub(super) lines: Vec<Line>,
}

/// One program's way to do it.
pub(super) struct Line {
    pub(super) program: Program,
    /// `{}` stands for what is unique to the run.
    pub(super) arguments: Vec<String>,
}

impl Place {
    /// The folder that takes what is uploaded.
    pub(super) fn target(&self) -> String {
        self.remote("target")
    }

    fn remote(&self, name: &str) -> String {
        format!("{}/{name}", self.remote)
    }

    fn local(&self, name: &str) -> String {
        self.local.join(name).to_string_lossy().into_owned()
    }
}

/// Everything that there is to measure.
pub(super) fn all(options: &Options, place: &Place) -> Vec<Work> {
    let mut work = large(options, place);
    work.extend(small(options, place));
    work.extend(names(options, place));
    work.push(huge(options, place));
    work
}

fn huge(options: &Options, place: &Place) -> Work {
    let (remote, back) = (place.remote("huge"), place.local("target/{}"));
    Work {
        name: format!("download {} MiB of zeros to disk", options.huge_mib),
        amount: Amount::Mib(options.huge_mib),
        runs: Some(1),
        lines: vec![line(Program::Adls, &["--quiet", "fs", "get", &remote, &back])],
    }
}

fn large(options: &Options, place: &Place) -> Vec<Work> {
    let (mib, bytes) = (options.mib, (options.mib << 20).to_string());
    let (local, back) = (place.local("large"), place.local("target/{}"));
    let (remote, target) = (place.remote("large"), place.remote("target/{}"));
    let amount = Amount::Mib(mib);
    vec![
        Work {
            name: format!("write {mib} MiB from memory"),
            amount,
            runs: None,
            lines: vec![
                line(Program::Bare, &["write", &target, &bytes]),
                line(Program::Library, &["write", &target, &bytes]),
            ],
        },
        Work {
            name: format!("read {mib} MiB to memory"),
            amount,
            runs: None,
            lines: vec![
                line(Program::Bare, &["read", &remote, &bytes]),
                line(Program::Library, &["read", &remote]),
            ],
        },
        compare(
            format!("upload {mib} MiB from disk"),
            amount,
            line(Program::Bare, &["write", &target, &bytes]),
            &["--quiet", "fs", "put", &local, &target],
            &["put", &local, &target],
        ),
        compare(
            format!("download {mib} MiB to disk"),
            amount,
            line(Program::Disk, &["disk", &back, &bytes]),
            &["--quiet", "fs", "get", &remote, &back],
            &["get", &remote, &back],
        ),
    ]
}

fn small(options: &Options, place: &Place) -> Vec<Work> {
    let amount = Amount::Files(options.files);
    let (local, back) = (place.local("small"), place.local("target/{}"));
    let (remote, target) = (place.remote("small"), place.remote("target/{}"));
    vec![
        compare(
            format!("upload {} files of 16 KiB", options.files),
            amount,
            line(Program::Bare, &["put", &local, &target]),
            &["--quiet", "fs", "put", &local, &target],
            &["put", &local, &target],
        ),
        compare(
            format!("download {} files of 16 KiB", options.files),
            amount,
            line(Program::Bare, &["get", &remote, &back]),
            &["--quiet", "fs", "get", &remote, &back],
            &["get", &remote, &back],
        ),
    ]
}

fn names(options: &Options, place: &Place) -> Vec<Work> {
    let (many, tree) = (place.remote("many"), place.remote("tree"));
    vec![
        compare(
            format!("list {} entries", options.entries),
            Amount::Paths(options.entries),
            line(Program::Bare, &["list", &many]),
            &["--output", "json", "fs", "ls", &many],
            &["list", &many],
        ),
        compare(
            format!("change the ACLs of {} paths", options.paths),
            Amount::Paths(options.paths),
            line(Program::Bare, &["acl", ENTRIES, &tree]),
            &["--quiet", "fs", "acl", "modify", "-R", ENTRIES, &tree],
            &["acl", ENTRIES, &tree],
        ),
    ]
}

/// Work of `adls` and of both generations of the Python package, beside a limit.
fn compare(name: String, amount: Amount, limit: Line, adls: &[&str], sdk: &[&str]) -> Work {
    let lines = vec![
        limit,
        line(Program::Adls, adls),
        line(Program::OldSdk, sdk),
        line(Program::NewSdk, sdk),
    ];
    Work { name, amount, runs: None, lines }
}

fn line(program: Program, arguments: &[&str]) -> Line {
    Line { program, arguments: arguments.iter().map(|&argument| argument.to_owned()).collect() }
}

/// Makes what the work finds, here and there; only what it needs.
pub(super) fn prepare(
    options: &Options,
    place: &Place,
    work: &[Work],
    programs: &Programs<'_>,
) -> anyhow::Result<()> {
    std::fs::create_dir_all(place.local("target"))?;
    let needs = |name: &str| {
        let path = place.remote(name);
        let local = place.local(name);
        let mut arguments = work.iter().flat_map(|w| &w.lines).flat_map(|line| &line.arguments);
        arguments.any(|argument| *argument == path || *argument == local)
    };
    if needs("large") {
        write_blocks(&place.local.join("large"), options.mib)?;
        programs.prepare(&["upload", &place.local("large"), &place.remote("large")])?;
    }
    if needs("huge") {
        let length = (options.huge_mib << 20).to_string();
        programs.prepare(&["zeros", &place.remote("huge"), &length])?;
    }
    if needs("small") {
        let folder = place.local.join("small");
        std::fs::create_dir_all(&folder)?;
        for number in 0..options.files {
            std::fs::write(folder.join(format!("{number:06}")), block(number, SMALL))?;
        }
        programs.prepare(&["upload", &place.local("small"), &place.remote("small")])?;
    }
    if needs("many") {
        let count = options.entries.to_string();
        programs.prepare(&["files", &place.remote("many"), &count])?;
    }
    if needs("tree") {
        programs.prepare(&["tree", &place.remote("tree"), &options.paths.to_string()])?;
    }
    Ok(())
}

/// A file of so many MiB.
fn write_blocks(path: &Path, mib: u64) -> std::io::Result<()> {
    let mut file = std::fs::File::create(path)?;
    (0..mib).try_for_each(|number| file.write_all(&block(number, 1 << 20)))
}

/// Bytes unlike those of any other block.
fn block(number: u64, length: usize) -> Vec<u8> {
    let mut block = vec![number as u8; length];
    block[..8].copy_from_slice(&number.to_le_bytes());
    block
}

/// A budget: of which work, which program, against which, at least how many times as fast.
const BUDGETS: &[(&str, Program, Program, f64)] = &[
    ("write", Program::Library, Program::Bare, 0.9),
    ("read", Program::Library, Program::Bare, 0.9),
    ("download", Program::Adls, Program::Disk, 0.85),
    ("upload", Program::Adls, Program::OldSdk, 20.0),
    ("download", Program::Adls, Program::OldSdk, 10.0),
    ("list", Program::Adls, Program::OldSdk, 20.0),
];

/// The most memory that a transfer may take, in bytes, whatever its size.
const MOST_MEMORY: u64 = 96 << 20;

/// What the project promises of these ratios, and what came out.
pub(super) fn budgets(sections: &[Section]) -> String {
    let mut text = String::new();
    for (work, program, other, least) in BUDGETS {
        // Small files have a budget against the package, large ones against the machine.
        let of_files = *least >= 10.0;
        for section in sections.iter().filter(|section| section.name.starts_with(work)) {
            if of_files == matches!(section.amount, Amount::Mib(_)) {
                continue;
            }
            let Some(ratio) = section.ratio(program.name(), other.name()) else { continue };
            let met = verdict(ratio >= *least);
            let _ = writeln!(
                text,
                "{met} {}: {} is {ratio:.2} times as fast as {}; promised: {least}",
                section.name,
                program.name(),
                other.name()
            );
        }
    }
    let peaks = sections.iter().flat_map(|s| s.lines.iter().map(move |line| (s, line)));
    for (section, (program, sample)) in peaks.filter(|(_, (name, _))| *name == Program::Adls.name())
    {
        let (met, peak) = (verdict(sample.peak < MOST_MEMORY), sample.peak >> 20);
        let _ = writeln!(
            text,
            "{met} {}: {program} takes {peak} MiB of memory; promised: less than {}",
            section.name,
            MOST_MEMORY >> 20
        );
    }
    text
}
