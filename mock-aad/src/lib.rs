//! An emulator of Azure AD, Azure Resource Manager and Azure Data Lake Store, for tests offline.
//!
//! It issues signed tokens, checks them on every call, and answers management and file-system
//! requests as the real services do, on one port that is routed by the `Host` header.
//!
//! ```no_run
//! # async fn demo() -> Result<(), mock_aad::Error> {
//! let emulator = mock_aad::Emulator::builder().start().await?;
//! println!("{}", emulator.ready().https_url);
//! emulator.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! Layers, from the outside in: [`front`](self) accepts, routes and records; `aad`, `arm`, `webhdfs`
//! (Gen1) and `storage` (Gen2) decode requests and encode answers; `namespace` is the file tree with its rules and
//! knows no HTTP; `store` keeps bytes. `control` is the `/_mock` interface.

mod aad;
mod acl_text;
mod arm;
mod call;
mod clock;
mod config;
mod control;
mod emulator;
mod error;
mod etag;
mod filetime;
mod front;
mod namespace;
mod parameters;
mod programs;
mod receive;
mod routes;
mod run;
mod seed;
mod serve;
mod signals;
mod state;
mod storage;
mod store;
#[cfg(feature = "transport")]
mod transport;
mod webhdfs;

pub use clock::Clock;
pub use control::ControlToken;
pub use emulator::{Builder, Durability, Emulator};
pub use error::Error;
pub use front::access_log::AccessLog;
pub use front::faults::{FaultAction, FaultRule};
pub use front::ready::Ready;
pub use front::recorder::RecordedRequest;
pub use programs::{ProgramEnvironment, shell_quote};
pub use run::{RunOptions, run};
pub use seed::{
    DataRole, ManagementSettings, Seed, SeedAccount, SeedApplication, SeedFederatedCredential,
    SeedGroup, SeedItem, SeedOneLake, SeedPath, SeedPolicy, SeedRequirement, SeedSecret,
    SeedStorageAccount, SeedUser, SeedWorkspace, SignInSettings,
};
pub use serve::{CONTROL_TOKEN, ServeOptions, serve};
pub use state::SnapshotId;
#[cfg(feature = "transport")]
pub use transport::EmulatorTransport;
