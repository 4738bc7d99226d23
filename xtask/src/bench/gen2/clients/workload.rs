//! What clients are measured by, and what has to be there for it.

use super::Options;
use super::programs::{Argument, Invocation, Program, Programs};
use crate::bench::compare::Directories;
use crate::bench::files;
use crate::bench::measure::TimeSource;
use crate::bench::table::Throughput;

/// One piece of work.
pub(super) struct Workload {
    pub(super) name: String,
    pub(super) throughput: Throughput,
    /// Whose clock counts for all but the Python package.
    pub(super) timed: TimeSource,
    /// Who does it; the first is the measure of the others.
    pub(super) lines: Vec<Invocation>,
}

/// Everything that there is to measure.
pub(super) fn all(options: &Options, directories: &Directories) -> Vec<Workload> {
    let mut work = memory(options, directories);
    for (what, source, throughput) in [
        (format!("{} MiB", options.mib), "large", Throughput::Mib(options.mib)),
        (format!("{} files of 16 KiB", options.files), "small", Throughput::Files(options.files)),
    ] {
        let [here, down] = [source, "target/{}"].map(|name| plain(&directories.local(name)));
        let [there, up] = [source, "target/{}"].map(|name| remote(directories, name));
        let upload = transfer("put", &here, &up, |service| format!("--from-to=Local{service}"));
        let download =
            transfer("get", &there, &down, |service| format!("--from-to={service}Local"));
        work.push(compared(&format!("upload {what} from disk"), throughput, upload));
        work.push(compared(&format!("download {what} to disk"), throughput, download));
    }
    let what = format!("list {} entries", options.entries);
    work.push(compared(&what, Throughput::Paths(options.entries), list(directories)));
    work
}

fn memory(options: &Options, directories: &Directories) -> Vec<Workload> {
    let bytes = plain(&(options.mib << 20).to_string());
    let (source, target) = (remote(directories, "large"), remote(directories, "target/{}"));
    let work = |name: String, bare: &[Argument], library: &[Argument]| Workload {
        name,
        throughput: Throughput::Mib(options.mib),
        timed: TimeSource::Reported,
        lines: vec![line(Program::Bare, bare), line(Program::Library, library)],
    };
    let write = [plain("write"), target, bytes.clone()];
    let read = [plain("read"), source, bytes];
    vec![
        work(format!("clients: write {} MiB from memory", options.mib), &write, &write),
        work(format!("clients: read {} MiB to memory", options.mib), &read, &read[..2]),
    ]
}

/// Work of the command line, which counts with all that a person waits for; so does who stands beside it.
fn compared(what: &str, throughput: Throughput, lines: Vec<Invocation>) -> Workload {
    let name = format!("clients: {what}");
    Workload { name, throughput, timed: TimeSource::Process, lines }
}

/// From or to the disk. `from_to` tells AzCopy between what, where a service is one of its names for protocols.
fn transfer(
    word: &str,
    from: &Argument,
    to: &Argument,
    from_to: impl Fn(&str) -> String,
) -> Vec<Invocation> {
    let adls = ["--quiet", "fs", word].map(plain);
    lines(&[plain(word), from.clone(), to.clone()], adls, |service| {
        let options = ["--recursive", "--as-subdir=false", "--output-level=quiet"].map(plain);
        let first = [plain("copy"), from.clone(), to.clone(), plain(&from_to(service))];
        first.into_iter().chain(options).collect()
    })
}

fn list(directories: &Directories) -> Vec<Invocation> {
    let many = remote(directories, "many");
    let adls = ["--output", "jsonl", "fs", "ls"].map(plain);
    lines(&[plain("list"), many.clone()], adls, |service| {
        let location = format!("--location={service}");
        vec![plain("list"), many.clone(), plain("--machine-readable"), plain(&location)]
    })
}

/// All programs. The words of the bare loop and of the package begin with what is to be done; behind its own
/// words the command line gets the same paths.
fn lines<const WORDS: usize, const OWN: usize>(
    words: &[Argument; WORDS],
    adls: [Argument; OWN],
    azcopy: impl Fn(&str) -> Vec<Argument>,
) -> Vec<Invocation> {
    let adls: Vec<_> = adls.into_iter().chain(words[1..].iter().cloned()).collect();
    vec![
        line(Program::Bare, words),
        line(Program::Adls, &adls),
        line(Program::AzCopyDfs, &azcopy("BlobFS")),
        line(Program::AzCopyBlob, &azcopy("Blob")),
        line(Program::Sdk, words),
    ]
}

fn remote(directories: &Directories, name: &str) -> Argument {
    Argument::Remote(directories.remote(name))
}

fn plain(text: &str) -> Argument {
    Argument::Plain(text.to_owned())
}

fn line(program: Program, arguments: &[Argument]) -> Invocation {
    Invocation { program, arguments: arguments.to_vec() }
}

/// Makes what the work finds, here and there; only what it needs.
pub(super) fn prepare(
    options: &Options,
    directories: &Directories,
    work: &[Workload],
    programs: &Programs<'_>,
) -> anyhow::Result<()> {
    std::fs::create_dir_all(directories.local.join("target"))?;
    let needs = |name: &str| {
        let found = [remote(directories, name), plain(&directories.local(name))];
        let mut arguments = work.iter().flat_map(|work| &work.lines).flat_map(|l| &l.arguments);
        arguments.any(|argument| found.contains(argument))
    };
    let upload = |name: &str| {
        programs.prepare(&["upload", &directories.local(name), &directories.remote(name)])
    };
    if needs("large") {
        files::large(&directories.local.join("large"), options.mib)?;
        upload("large")?;
    }
    if needs("small") {
        files::small(&directories.local.join("small"), options.files)?;
        upload("small")?;
    }
    if needs("many") {
        programs.prepare(&["files", &directories.remote("many"), &options.entries.to_string()])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Given {
        #[command(flatten)]
        options: Options,
    }

    fn everything() -> Vec<Workload> {
        let options = Given::parse_from(["gen2"]).options;
        all(&options, &Directories { local: PathBuf::from("local"), remote: "/bench" })
    }

    #[test]
    fn whoever_stands_beside_a_program_is_timed_like_it() {
        for work in everything() {
            let has = |program| work.lines.iter().any(|line| line.program == program);
            assert!(has(Program::Adls) != has(Program::Library), "{}", work.name);
            let expected = match has(Program::Adls) {
                true => TimeSource::Process,
                false => TimeSource::Reported,
            };
            for line in work.lines.iter().filter(|line| !line.program.is_python()) {
                assert_eq!(line.program.timed(work.timed), expected, "{}", work.name);
            }
        }
    }

    #[test]
    fn all_that_are_compared_with_the_command_line_get_the_same_paths() {
        let mut compared = everything();
        compared.retain(|work| work.timed == TimeSource::Process);
        assert_eq!(compared.len(), 5);
        for work in compared {
            let paths = |line: &Invocation| {
                let is_path = |argument: &&Argument| match argument {
                    Argument::Remote(_) => true,
                    Argument::Plain(text) => text.starts_with("local"),
                };
                line.arguments.iter().filter(is_path).cloned().collect::<Vec<_>>()
            };
            let first = paths(&work.lines[0]);
            assert!(!first.is_empty());
            assert!(work.lines.iter().all(|line| paths(line) == first), "{}", work.name);
        }
    }

    #[test]
    fn the_name_of_each_says_that_it_is_of_clients() {
        assert!(everything().iter().all(|work| work.name.starts_with("clients: ")));
    }
}
