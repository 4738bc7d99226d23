//! The scripts of `tests/interop/`, and which of them to run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

/// How a script names its requirements file, which lies beside it.
const DECLARATION: &str = "# requirements:";
/// How a script asks for flags of the emulator, besides those that every script's emulator has.
const EMULATOR: &str = "# emulator:";
/// How a script says that it takes long, and why.
const LONG: &str = "# long:";
/// How a script asks for programs of this repository that it runs.
const PROGRAMS: &str = "# programs:";

/// One script.
#[derive(Debug)]
pub(crate) struct Script {
    /// Its file name without the extension, as `gen1_acl`.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    /// The requirements file it declares.
    pub(crate) requirements: PathBuf,
    /// Flags for its emulator.
    pub(crate) emulator: Vec<String>,
    /// Programs that it runs.
    pub(crate) programs: Vec<Program>,
    /// Whether it runs only when it is named, or when all scripts are asked for.
    pub(crate) is_long: bool,
}

/// What scripts run besides themselves: programs of this repository, and foreign ones that it pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Program {
    /// The command line.
    Adls,
    /// Microsoft's program for transfers, as a package for Node; its path is the directory in which that is
    /// installed.
    AzCopy,
    /// The tests in the source distribution of Microsoft's package for blobs, as `DatalakeTests`.
    BlobTests,
    /// The tests in the source distribution of Microsoft's package for Gen2; its path is the directory
    /// into which that is unpacked.
    DatalakeTests,
    /// The emulator, for scripts that want more of them than the one that each has.
    MockAad,
    /// Packages for Node; its path is the directory in which they are installed.
    NodeClients,
    /// Microsoft's crate `azure_identity`, a workspace of its own beside the scripts.
    RustAzureIdentity,
    /// Microsoft's crate `azure_storage_blob` with a credential of `adls-auth`, a workspace of its own beside the
    /// scripts.
    RustAzureStorageBlob,
    /// The integration tests of the crate `object_store`, a workspace of its own beside the scripts.
    RustObjectStore,
}

impl Program {
    const ALL: [Self; 9] = [
        Self::Adls,
        Self::AzCopy,
        Self::BlobTests,
        Self::DatalakeTests,
        Self::MockAad,
        Self::NodeClients,
        Self::RustAzureIdentity,
        Self::RustAzureStorageBlob,
        Self::RustObjectStore,
    ];

    /// The name of its executable; scripts call it so, too.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Adls => "adls",
            Self::AzCopy => "azcopy",
            Self::BlobTests => "blob-tests",
            Self::DatalakeTests => "datalake-tests",
            Self::MockAad => "mock-aad",
            Self::NodeClients => "node-clients",
            Self::RustAzureIdentity => "rust-azure-identity",
            Self::RustAzureStorageBlob => "rust-azure-storage-blob",
            Self::RustObjectStore => "rust-object-store",
        }
    }

    /// The variable by which a script learns its path.
    pub(crate) fn variable(self) -> String {
        format!("INTEROP_{}", self.name().to_uppercase().replace('-', "_"))
    }

    fn parse(name: &str) -> anyhow::Result<Self> {
        let found = Self::ALL.into_iter().find(|program| program.name() == name);
        found.with_context(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            format!("no program `{name}` for scripts; there are: {known}")
        })
    }
}

impl Script {
    /// What it belongs to: the name up to the first `_`.
    fn suite(&self) -> &str {
        self.name.split('_').next().unwrap_or(&self.name)
    }
}

/// All scripts of a directory, in the order of their names; files that begin with `_` are helpers.
///
/// # Errors
/// When the directory cannot be read or a script declares no requirements.
pub(crate) fn discover(directory: &Path) -> anyhow::Result<Vec<Script>> {
    let entries = std::fs::read_dir(directory)
        .with_context(|| format!("cannot list {}", directory.display()))?
        .collect::<Result<Vec<_>, _>>()?;
    let mut scripts = Vec::new();
    for path in entries.into_iter().map(|entry| entry.path()) {
        let is_python = path.extension().is_some_and(|extension| extension == "py");
        let Some(name) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        if is_python && !name.starts_with('_') {
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            let requirements = declared_requirements(&path, &text)?;
            let words = |name| declaration(&text, name).unwrap_or_default().split_whitespace();
            let emulator = words(EMULATOR).map(str::to_owned).collect();
            let programs = words(PROGRAMS).map(Program::parse).collect::<Result<_, _>>()?;
            let (name, is_long) = (name.to_owned(), declaration(&text, LONG).is_some());
            scripts.push(Script { name, path, requirements, emulator, programs, is_long });
        }
    }
    scripts.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(scripts)
}

fn declaration<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name))
}

fn declared_requirements(script: &Path, text: &str) -> anyhow::Result<PathBuf> {
    let Some(file) = declaration(text, DECLARATION) else {
        bail!("{} declares no requirements: add `{DECLARATION} FILE`", script.display());
    };
    let requirements = script.with_file_name(file.trim());
    if !requirements.is_file() {
        bail!("{} declares {}, which does not exist", script.display(), file.trim());
    }
    Ok(requirements)
}

/// The scripts that are named by themselves or by their suites; those of all suites when none or `all` is
/// named. Scripts that take long need their own names, or `long`. The walk comes first.
///
/// # Errors
/// When a name is neither that of a script nor that of a suite.
pub(crate) fn select(
    scripts: Vec<Script>,
    names: &[String],
    long: bool,
) -> anyhow::Result<Vec<Script>> {
    let all = names.is_empty() || names.iter().any(|name| name == "all");
    let suites: BTreeSet<&str> = scripts.iter().map(Script::suite).collect();
    for name in names.iter().filter(|name| *name != "all") {
        let is_script = scripts.iter().any(|script| script.name == *name);
        if !is_script && !suites.contains(name.as_str()) {
            let suites = suites.into_iter().collect::<Vec<_>>().join(", ");
            bail!("no script and no suite `{name}` in tests/interop; suites are: {suites}");
        }
    }
    let wanted = |script: &Script| {
        let is_named = names.contains(&script.name);
        let of_suite = all || names.iter().any(|name| name == script.suite());
        is_named || (of_suite && (long || !script.is_long))
    };
    let mut selected: Vec<Script> = scripts.into_iter().filter(wanted).collect();
    selected.sort_by_key(|script| script.name != "walk");
    Ok(selected)
}

/// The requirements files of these scripts, each once.
pub(crate) fn requirements(scripts: &[Script]) -> BTreeSet<&Path> {
    scripts.iter().map(|script| script.requirements.as_path()).collect()
}

/// The programs that these scripts run, each once.
pub(crate) fn programs(scripts: &[Script]) -> BTreeSet<Program> {
    scripts.iter().flat_map(|script| script.programs.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(directory.path().join(name), text).unwrap();
        }
        directory
    }

    fn names(scripts: &[Script]) -> Vec<&str> {
        scripts.iter().map(|script| script.name.as_str()).collect()
    }

    const SCRIPT: &str = "\"\"\"Docs.\"\"\"\n# requirements: requirements-a.txt\n";

    fn three_suites() -> tempfile::TempDir {
        directory(&[
            ("walk.py", SCRIPT),
            ("gen1_list.py", SCRIPT),
            ("gen1_acl.py", SCRIPT),
            ("auth.py", SCRIPT),
            ("_steps.py", ""),
            ("requirements-a.txt", "x==1\n"),
        ])
    }

    #[test]
    fn scripts_are_found_by_name_and_helpers_are_not_scripts() {
        let directory = three_suites();
        let scripts = discover(directory.path()).unwrap();
        assert_eq!(names(&scripts), ["auth", "gen1_acl", "gen1_list", "walk"]);
        assert_eq!(scripts[0].requirements, directory.path().join("requirements-a.txt"));
        assert_eq!(requirements(&scripts).len(), 1);
    }

    #[test]
    fn a_script_may_ask_for_flags_of_the_emulator() {
        let text = format!("{SCRIPT}# emulator: --one --two\n");
        let files = [("a.py", text.as_str()), ("b.py", SCRIPT), ("requirements-a.txt", "x==1\n")];
        let directory = directory(&files);
        let scripts = discover(directory.path()).unwrap();
        assert_eq!(scripts[0].emulator, ["--one", "--two"]);
        assert!(scripts[1].emulator.is_empty());
    }

    #[test]
    fn scripts_that_take_long_run_when_all_or_they_are_asked_for() {
        let long = format!("{SCRIPT}# long: it has many tests\n");
        let directory = directory(&[
            ("gen1_a.py", long.as_str()),
            ("gen1_b.py", SCRIPT),
            ("requirements-a.txt", "x==1\n"),
        ]);
        let select = |named: &[&str], long| {
            let named: Vec<String> = named.iter().map(|&name| name.to_owned()).collect();
            let selected = select(discover(directory.path()).unwrap(), &named, long).unwrap();
            selected.into_iter().map(|script| script.name).collect::<Vec<_>>()
        };
        assert_eq!(select(&[], false), ["gen1_b"]);
        assert_eq!(select(&["gen1"], false), ["gen1_b"]);
        assert_eq!(select(&["gen1_a"], false), ["gen1_a"]);
        assert_eq!(select(&[], true), ["gen1_a", "gen1_b"]);
        assert_eq!(select(&["gen1"], true), ["gen1_a", "gen1_b"]);
    }

    #[test]
    fn a_script_must_declare_requirements_that_exist() {
        let without = directory(&[("walk.py", "import os\n")]);
        let error = discover(without.path()).unwrap_err().to_string();
        assert!(error.ends_with("declares no requirements: add `# requirements: FILE`"), "{error}");
        let missing = directory(&[("walk.py", SCRIPT)]);
        let error = discover(missing.path()).unwrap_err().to_string();
        assert!(error.ends_with("declares requirements-a.txt, which does not exist"), "{error}");
    }

    #[test]
    fn suites_select_by_prefix_and_the_walk_comes_first() {
        let directory = three_suites();
        let select = |suites: &[&str]| {
            let suites: Vec<String> = suites.iter().map(|&suite| suite.to_owned()).collect();
            select(discover(directory.path()).unwrap(), &suites, false)
        };
        assert_eq!(names(&select(&["gen1"]).unwrap()), ["gen1_acl", "gen1_list"]);
        assert_eq!(names(&select(&[]).unwrap()), ["walk", "auth", "gen1_acl", "gen1_list"]);
        assert_eq!(select(&["all"]).unwrap().len(), 4);
        assert_eq!(names(&select(&["gen1_acl"]).unwrap()), ["gen1_acl"]);
        assert_eq!(
            select(&["gen9"]).unwrap_err().to_string(),
            "no script and no suite `gen9` in tests/interop; suites are: auth, gen1, walk"
        );
    }
}
