//! `adls fs`: files and directories.

mod access;
mod acl_file;
mod can;
mod change;
mod destination;
mod expiry;
mod filter;
mod list;
mod list_failures;
mod operands;
mod plan;
mod properties;
mod read;
mod sas;
mod summary;
mod transfer;
mod transfers;
mod trash;
mod tree;
mod write;

use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use self::filter::FilterArgs;
use self::plan::DryRun;
use crate::arguments;
use crate::commands::lease::{self, LeaseCommand, Paths};
use crate::context::Context;
use crate::failure::Outcome;

/// What to do with files and directories.
#[derive(Debug, Subcommand)]
pub(crate) enum FsCommand {
    /// List a directory
    #[command(visible_alias = "list", alias = "lsr")]
    Ls(list::LsArgs),
    /// Show what is known of a file or directory
    #[command(visible_alias = "show")]
    Stat {
        /// Files and directories, or patterns such as '/logs/*'
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<String>,
    },
    /// Create directories and the directories above them
    Mkdir(change::MkdirArgs),
    /// Upload a file, or a directory with everything in it
    #[command(visible_alias = "upload")]
    Put(PutArgs),
    /// Download a file, or a directory with everything in it
    #[command(visible_alias = "download")]
    Get(GetArgs),
    /// Make a directory on one side like a directory on the other
    Sync(SyncArgs),
    /// List and clean up what interrupted transfers have left
    #[command(subcommand)]
    Transfers(transfers::TransfersCommand),
    /// Print files on standard output
    #[command(visible_alias = "preview")]
    Cat(CatArgs),
    /// Print the beginning of a file
    Head(EndArgs),
    /// Print the end of a file
    Tail(EndArgs),
    /// Add to the end of a file; standard input, unless told otherwise
    Append(write::AppendArgs),
    /// Create empty files where nothing is
    Touch(write::TouchArgs),
    /// Copy files, or directories with everything in them, within and between accounts
    #[command(visible_alias = "copy")]
    Cp(CpArgs),
    /// Join files into one on the server; the sources are used up
    #[command(visible_alias = "join")]
    Concat(write::ConcatArgs),
    /// Rename or move files and directories
    #[command(visible_alias = "move")]
    Mv(change::MvArgs),
    /// Delete files or directories
    #[command(visible_alias = "delete")]
    Rm(change::RmArgs),
    /// Count directories, files and bytes at and below paths
    Du(tree::DuArgs),
    /// Count directories, files and bytes in the whole account
    Df(tree::DfArgs),
    /// List everything that matches a pattern, or lies below a directory
    Find(tree::FindArgs),
    /// Draw what lies below a directory
    Tree {
        /// The directory
        #[arg(value_name = "PATH", default_value = "/")]
        path: String,
        /// How many levels to go down
        #[arg(long, value_name = "LEVELS", value_parser = arguments::levels)]
        depth: Option<usize>,
    },
    /// Say whether something exists: prints true or false, exits with 0 or 1
    Test {
        /// The file or directory
        #[arg(value_name = "PATH")]
        path: String,
    },
    /// Change mode bits
    Chmod(access::ChmodArgs),
    /// Change the owner, the owning group, or both
    Chown(access::ChownArgs),
    /// Show, set or clear the time at which a file vanishes
    Expiry(expiry::ExpiryArgs),
    /// Say whether you, or others, have some rights, and why not: true or false, exits with 0 or 1
    Can(can::CanArgs),
    /// Make a URL that lets whoever has it use a file or directory for a while (Gen2)
    Sas(sas::FsSasArgs),
    /// Show or change properties of your own and the headers of the content (Gen2)
    Properties(properties::PropertiesArgs),
    /// Keep others from changing a file or directory for a while (Gen2)
    #[command(subcommand)]
    Lease(LeaseCommand),
    /// Get a deleted file or directory back, the latest one of that path
    Undelete(trash::RestoreArgs),
    /// List and restore what was deleted
    #[command(subcommand)]
    Trash(trash::TrashCommand),
    /// Show and change access control lists
    #[command(subcommand, visible_alias = "access")]
    Acl(access::AclCommand),
}

/// How much of which file.
#[derive(Debug, Args)]
pub(crate) struct EndArgs {
    /// The files, or patterns such as '/logs/*.csv'
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<String>,
    /// How many bytes [default: 1024]
    #[arg(
        long,
        short = 'c',
        value_name = "BYTES",
        conflicts_with = "lines",
        value_parser = arguments::amount
    )]
    pub(crate) bytes: Option<u64>,
    /// How many lines instead
    #[arg(long, short = 'n', value_name = "LINES", value_parser = arguments::amount)]
    pub(crate) lines: Option<u64>,
}

/// What to upload.
#[derive(Debug, Args)]
#[command(after_help = TRANSFER_RULE)]
pub(crate) struct PutArgs {
    /// The local file or directory, or - for standard input; several go into one directory
    #[arg(value_name = "LOCAL", required = true)]
    pub(crate) local: Vec<PathBuf>,
    /// Where to
    #[arg(value_name = "PATH", required = true)]
    pub(crate) remote: String,
    /// Give what arrives the rights that a local file has, as `get --acl-file` and `acl save` write it
    #[arg(long, value_name = "FILE")]
    pub(crate) acl_file: Option<PathBuf>,
    /// With --acl-file, also owners and owning groups, which only super-users set
    #[arg(long, requires = "acl_file")]
    pub(crate) owners: bool,
    #[command(flatten)]
    pub(crate) how: TransferArgs,
}

/// What to download.
#[derive(Debug, Args)]
#[command(after_help = TRANSFER_RULE)]
pub(crate) struct GetArgs {
    /// The remote file or directory, or a pattern such as '/logs/**/*.csv'
    #[arg(value_name = "PATH")]
    pub(crate) remote: String,
    /// Where to; - prints a file on standard output
    #[arg(value_name = "LOCAL", default_value = ".")]
    pub(crate) local: PathBuf,
    /// Write the rights and owners of what is downloaded to a local file
    #[arg(long, value_name = "FILE")]
    pub(crate) acl_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) how: TransferArgs,
}

/// What to copy.
#[derive(Debug, Args)]
#[command(after_help = TRANSFER_RULE)]
pub(crate) struct CpArgs {
    /// Files, directories, or patterns such as '/logs/*.csv'; several go into one directory
    #[arg(value_name = "SOURCE", required = true)]
    pub(crate) sources: Vec<String>,
    /// Where to, also in another account, of either generation
    #[arg(value_name = "TARGET", required = true)]
    pub(crate) target: String,
    /// What goes along with the content; what the target has no place for is told, also by --dry-run
    #[arg(
        long,
        value_name = "WHAT",
        value_enum,
        value_delimiter = ',',
        default_value = "properties"
    )]
    pub(crate) preserve: Vec<Preserve>,
    #[command(flatten)]
    pub(crate) how: TransferArgs,
}

/// What goes along with the content of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Preserve {
    /// Access control lists and mode bits
    Rights,
    /// Owner and owning group, which only super-users set
    Owners,
    /// Metadata and the headers of the content
    Properties,
    /// When it was modified
    Times,
    /// When the service removes it
    Expiry,
    /// All of these
    All,
    /// None of these
    None,
}

/// What to make like what.
#[derive(Debug, Args)]
#[command(
    after_help = "One of the two is a URL such as adl://account/directory, the other a local directory. A \
    file that is on both sides is transferred when lengths differ or the source is newer."
)]
pub(crate) struct SyncArgs {
    /// The directory to be like
    #[arg(value_name = "SOURCE")]
    pub(crate) source: String,
    /// The directory to change
    #[arg(value_name = "TARGET")]
    pub(crate) target: String,
    /// Delete from the target what the source does not have
    #[arg(long)]
    pub(crate) delete: bool,
    /// With --delete, empty the target when the source holds nothing
    #[arg(long)]
    pub(crate) allow_empty: bool,
    /// With --delete, do nothing at all if more than N items would be deleted
    #[arg(long, value_name = "N")]
    pub(crate) max_delete: Option<u64>,
    #[command(flatten)]
    pub(crate) how: TransferArgs,
}

/// How to transfer.
#[derive(Debug, Args)]
pub(crate) struct TransferArgs {
    /// Replace files that are there: always, when the source is newer, or when it is newer or of
    /// another length
    #[arg(
        long,
        alias = "force",
        value_name = "WHEN",
        value_enum,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "always"
    )]
    pub(crate) overwrite: Option<OverwriteWhen>,
    /// Read what was transferred once more from the account, and compare it
    #[arg(long)]
    pub(crate) verify: bool,
    /// Give what arrives the modification time of its source
    #[arg(long)]
    pub(crate) preserve_times: bool,
    /// How many requests may run at once, at most 1024
    #[arg(long, value_name = "N", alias = "thread-count", value_parser = arguments::parallel)]
    pub(crate) parallel: Option<NonZeroUsize>,
    /// Move no more bytes a second than this, such as 500K or 50M
    #[arg(long, value_name = "RATE", value_parser = arguments::bytes_per_second)]
    pub(crate) bwlimit: Option<NonZeroU64>,
    /// Directories are transferred with everything in them in any case
    #[arg(long, short, short_alias = 'R', hide = true)]
    pub(crate) recursive: bool,
    #[command(flatten)]
    pub(crate) dry_run: DryRun,
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
}

/// When a file that is there is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OverwriteWhen {
    Always,
    Newer,
    Different,
}

const TRANSFER_RULE: &str = "The target is the name of the result: the content of a directory goes \
    into a directory of that name. A target that ends in a slash means \"into it, under the same name\", \
    and so does an existing directory for a file. Files that are there are left alone unless --overwrite \
    is given. A file gets its name only when it is complete; after an interruption the same command \
    goes on where it was.";

/// What to print.
#[derive(Debug, Args)]
pub(crate) struct CatArgs {
    /// The files, or patterns such as '/logs/*.csv'; - is standard input
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<String>,
    /// Start at this byte
    #[arg(long, value_name = "BYTES", default_value_t = 0, value_parser = arguments::amount)]
    pub(crate) offset: u64,
    /// Print at most this many bytes
    #[arg(long, value_name = "BYTES", value_parser = arguments::amount)]
    pub(crate) length: Option<u64>,
}

impl FsCommand {
    /// Whether it goes on where it was when it is repeated.
    pub(crate) fn is_resumable(&self) -> bool {
        matches!(self, Self::Put(_) | Self::Get(_) | Self::Cp(_) | Self::Sync(_))
    }
}

impl CatArgs {
    /// All of one file.
    fn whole(path: String) -> Self {
        Self { paths: vec![path], offset: 0, length: None }
    }
}

pub(crate) async fn run(context: &Context, command: FsCommand) -> Outcome {
    match command {
        FsCommand::Ls(args) => list::ls(context, &args).await,
        FsCommand::Stat { paths } => list::stat(context, &paths).await,
        FsCommand::Du(args) => tree::du(context, &args).await,
        FsCommand::Df(args) => tree::df(context, &args).await,
        FsCommand::Find(args) => tree::find(context, &args).await,
        FsCommand::Tree { path, depth } => tree::tree(context, &path, depth).await,
        FsCommand::Test { path } => list::test(context, &path).await,
        FsCommand::Cat(args) => read::cat(context, &args).await,
        FsCommand::Head(args) => read::head(context, &args).await,
        FsCommand::Tail(args) => read::tail(context, &args).await,
        FsCommand::Append(args) => write::append(context, &args).await,
        FsCommand::Touch(args) => write::touch(context, &args).await,
        FsCommand::Cp(args) => transfer::cp(context, &args).await,
        FsCommand::Concat(args) => write::concat(context, &args).await,
        FsCommand::Chmod(args) => access::chmod(context, args).await,
        FsCommand::Chown(args) => access::chown(context, args).await,
        FsCommand::Expiry(args) => expiry::run(context, &args).await,
        FsCommand::Can(args) => can::can(context, &args).await,
        FsCommand::Sas(args) => sas::run(context, &args).await,
        FsCommand::Properties(args) => properties::run(context, &args).await,
        FsCommand::Lease(command) => lease::run(context, &Paths(context), command).await,
        FsCommand::Undelete(args) => trash::restore(context, &args).await,
        FsCommand::Trash(command) => trash::run(context, command).await,
        FsCommand::Acl(command) => access::acl(context, command).await,
        FsCommand::Mkdir(args) => change::mkdir(context, &args).await,
        FsCommand::Mv(args) => change::mv(context, &args).await,
        FsCommand::Rm(args) => change::rm(context, &args).await,
        FsCommand::Put(args) => transfer::put(context, &args).await,
        FsCommand::Get(args) if args.local.as_os_str() == "-" => {
            read::cat(context, &CatArgs::whole(args.remote)).await
        }
        FsCommand::Get(args) => transfer::get(context, &args).await,
        FsCommand::Sync(args) => transfer::sync(context, &args).await,
        FsCommand::Transfers(command) => transfers::run(context, &command).await,
    }
}
