//! What is measured, and what has to be there for it.

use super::Options;
use super::programs::{Invocation, Program, Programs};
use crate::bench::compare::Directories;
use crate::bench::measure::TimeSource;
use crate::bench::table::{Section, Throughput};
use crate::bench::{budget, files};

/// What recursive ACL changes add.
const ENTRIES: &str = "user:11111111-2222-3333-4444-555555555555:r-x";

/// One piece of work.
pub(super) struct Workload {
    pub(super) name: String,
    pub(super) throughput: Throughput,
    /// How often, if not as often as everything.
    pub(super) runs: Option<usize>,
    /// Whose clock counts for all but the Python package.
    pub(super) timed: TimeSource,
    /// Who does it; the first is the measure of the others.
    pub(super) lines: Vec<Invocation>,
}

/// Everything that there is to measure.
pub(super) fn all(options: &Options, directories: &Directories) -> Vec<Workload> {
    let mut work = large(options, directories);
    work.extend(small(options, directories));
    work.extend(names(options, directories));
    work.push(huge(options, directories));
    work
}

fn huge(options: &Options, directories: &Directories) -> Workload {
    let (remote, back) = (directories.remote("huge"), directories.local("target/{}"));
    Workload {
        name: format!("download {} MiB of zeros to disk", options.huge_mib),
        throughput: Throughput::Mib(options.huge_mib),
        runs: Some(1),
        timed: TimeSource::Process,
        lines: vec![line(Program::Adls, &["--quiet", "fs", "get", &remote, &back])],
    }
}

fn large(options: &Options, directories: &Directories) -> Vec<Workload> {
    let (mib, bytes) = (options.mib, (options.mib << 20).to_string());
    let (local, back) = (directories.local("large"), directories.local("target/{}"));
    let (remote, target) = (directories.remote("large"), directories.remote("target/{}"));
    let throughput = Throughput::Mib(mib);
    vec![
        Workload {
            name: format!("write {mib} MiB from memory"),
            throughput,
            runs: None,
            timed: TimeSource::Reported,
            lines: vec![
                line(Program::Bare, &["write", &target, &bytes]),
                line(Program::Library, &["write", &target, &bytes]),
            ],
        },
        Workload {
            name: format!("read {mib} MiB to memory"),
            throughput,
            runs: None,
            timed: TimeSource::Reported,
            lines: vec![
                line(Program::Bare, &["read", &remote, &bytes]),
                line(Program::Library, &["read", &remote]),
            ],
        },
        compare(
            format!("upload {mib} MiB from disk"),
            throughput,
            vec![line(Program::Bare, &["put", &local, &target])],
            &["--quiet", "fs", "put", &local, &target],
            &["put", &local, &target],
        ),
        compare(
            format!("download {mib} MiB to disk"),
            throughput,
            vec![
                line(Program::Disk, &[&back, &bytes]),
                line(Program::Bare, &["get", &remote, &back]),
            ],
            &["--quiet", "fs", "get", &remote, &back],
            &["get", &remote, &back],
        ),
    ]
}

fn small(options: &Options, directories: &Directories) -> Vec<Workload> {
    let throughput = Throughput::Files(options.files);
    let (local, back) = (directories.local("small"), directories.local("target/{}"));
    let (remote, target) = (directories.remote("small"), directories.remote("target/{}"));
    vec![
        compare(
            format!("upload {} files of 16 KiB", options.files),
            throughput,
            vec![line(Program::Bare, &["put", &local, &target])],
            &["--quiet", "fs", "put", &local, &target],
            &["put", &local, &target],
        ),
        compare(
            format!("download {} files of 16 KiB", options.files),
            throughput,
            vec![line(Program::Bare, &["get", &remote, &back])],
            &["--quiet", "fs", "get", &remote, &back],
            &["get", &remote, &back],
        ),
    ]
}

fn names(options: &Options, directories: &Directories) -> Vec<Workload> {
    let (many, tree) = (directories.remote("many"), directories.remote("tree"));
    vec![
        compare(
            format!("list {} entries", options.entries),
            Throughput::Paths(options.entries),
            vec![line(Program::Bare, &["list", &many])],
            &["--output", "jsonl", "fs", "ls", &many],
            &["list", &many],
        ),
        compare(
            format!("change the ACLs of {} paths", options.paths),
            Throughput::Paths(options.paths),
            vec![line(Program::Bare, &["acl", ENTRIES, &tree])],
            &["--quiet", "fs", "acl", "modify", "-R", ENTRIES, &tree],
            &["acl", ENTRIES, &tree],
        ),
    ]
}

/// Workload of `adls` and of both generations of the Python package, beside limits. The limits are
/// programs like `adls`, which counts with all that a person waits for.
fn compare(
    name: String,
    throughput: Throughput,
    limits: Vec<Invocation>,
    adls: &[&str],
    sdk: &[&str],
) -> Workload {
    let mut lines = limits;
    lines.push(line(Program::Adls, adls));
    lines.push(line(Program::OldSdk, sdk));
    lines.push(line(Program::NewSdk, sdk));
    Workload { name, throughput, runs: None, timed: TimeSource::Process, lines }
}

fn line(program: Program, arguments: &[&str]) -> Invocation {
    Invocation {
        program,
        arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
    }
}

/// Makes what the work finds, here and there; only what it needs.
pub(super) fn prepare(
    options: &Options,
    directories: &Directories,
    work: &[Workload],
    programs: &Programs<'_>,
) -> anyhow::Result<()> {
    std::fs::create_dir_all(directories.local("target"))?;
    let needs = |name: &str| {
        let path = directories.remote(name);
        let local = directories.local(name);
        let mut arguments = work.iter().flat_map(|w| &w.lines).flat_map(|line| &line.arguments);
        arguments.any(|argument| *argument == path || *argument == local)
    };
    if needs("large") {
        files::large(&directories.local.join("large"), options.mib)?;
        programs.prepare(&["upload", &directories.local("large"), &directories.remote("large")])?;
    }
    if needs("huge") {
        let length = (options.huge_mib << 20).to_string();
        programs.prepare(&["zeros", &directories.remote("huge"), &length])?;
    }
    if needs("small") {
        files::small(&directories.local.join("small"), options.files)?;
        programs.prepare(&["upload", &directories.local("small"), &directories.remote("small")])?;
    }
    if needs("many") {
        let count = options.entries.to_string();
        programs.prepare(&["files", &directories.remote("many"), &count])?;
    }
    if needs("tree") {
        programs.prepare(&["tree", &directories.remote("tree"), &options.paths.to_string()])?;
    }
    Ok(())
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
const MAX_MEMORY: u64 = 64 << 20;

/// What the project promises of these ratios, and what came out.
pub(super) fn budgets(sections: &[Section]) -> String {
    let mut text = String::new();
    for (work, program, other, least) in BUDGETS {
        // Small files have a budget against the package, large ones against the machine.
        let of_files = *least >= 10.0;
        for section in sections.iter().filter(|section| section.name.starts_with(work)) {
            if of_files == matches!(section.throughput, Throughput::Mib(_)) {
                continue;
            }
            text += &budget::at_least(section, program.name(), other.name(), *least)
                .unwrap_or_default();
        }
    }
    let ours = [Program::Adls.name(), Program::Library.name()];
    text + &budget::less_memory(sections, &ours, MAX_MEMORY)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn everything() -> Vec<Workload> {
        let options = Options {
            mib: 32,
            huge_mib: 32,
            files: 1,
            entries: 1,
            paths: 1,
            runs: 1,
            no_python: false,
            only: String::new(),
        };
        all(&options, &Directories { local: PathBuf::from("local"), remote: "/bench" })
    }

    #[test]
    fn whoever_stands_beside_a_program_is_timed_like_it() {
        for work in everything() {
            let clock = |line: &Invocation| line.program.timed(work.timed);
            for line in &work.lines {
                let expected = match line.program {
                    Program::Adls => TimeSource::Process,
                    Program::Library | Program::OldSdk | Program::NewSdk => TimeSource::Reported,
                    Program::Bare | Program::Disk => {
                        let ours = [Program::Adls, Program::Library];
                        clock(work.lines.iter().find(|l| ours.contains(&l.program)).unwrap())
                    }
                };
                assert_eq!(clock(line), expected, "{}: {:?}", work.name, line.program);
            }
        }
    }

    #[test]
    fn the_bare_loop_gets_the_same_work_as_the_package() {
        let compared = |work: &Workload, program| {
            let line = work.lines.iter().find(|line| line.program == program)?;
            Some(line.arguments.clone())
        };
        let with_package: Vec<_> = everything()
            .iter()
            .filter_map(|work| {
                Some((compared(work, Program::Bare)?, compared(work, Program::OldSdk)?))
            })
            .collect();
        assert_eq!(with_package.len(), 6);
        assert!(with_package.iter().all(|(bare, package)| bare == package));
    }
}
