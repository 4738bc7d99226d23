//! Transfers and renames over a storage account whose answers fail at random: nothing is lost, doubled or
//! mixed, whatever fails and how often the work has to be begun again.

use std::path::Path;

use adls_fs::transfer::{Overwrite, SavedTransfer, TransferOptions};
use adls_fs::{DeleteOptions, ErrorKind, Result};
use mock_aad::{FaultAction, FaultRule};

use super::lake::Lake;

/// How many sequences of faults.
const SEEDS: u64 = 150;
/// Parts are small, so that many sequences take little time.
const PART: usize = 1024;
const LENGTH: usize = 5 * PART + 17;

/// A sequence of faults that only its seed decides.
fn faults(seed: u64) -> Vec<FaultRule> {
    let busy = FaultAction::Status { code: 503, retry_after: None, body: None };
    let refused = FaultAction::Status { code: 403, retry_after: None, body: None };
    let actions = [
        (FaultAction::ResetBefore, 0.1),
        (FaultAction::CommitAndReset, 0.15),
        (FaultAction::Truncate { bytes: 700 }, 0.05),
        (busy, 0.1),
        // No retry survives it, so that the work ends here and is begun again.
        (refused, 0.02),
    ];
    let rule = |(index, (action, share)): (usize, (FaultAction, f64))| {
        let seed = seed.wrapping_mul(31).wrapping_add(index as u64);
        FaultRule::new(action).host("*.core.windows.net").probability(share, seed)
    };
    actions.into_iter().enumerate().map(rule).collect()
}

fn content(seed: u64) -> Vec<u8> {
    (0..LENGTH as u64).map(|at| (at.wrapping_mul(seed + 3) >> 3) as u8).collect()
}

fn options(lake: &Lake) -> TransferOptions {
    lake.resumable().part_size(PART).bytes_in_flight(3 * PART).overwrite(Overwrite::Replace)
}

/// Does work until it succeeds: under faults at first, then without.
async fn until_done<T>(lake: &Lake, work: impl AsyncFn() -> Result<T>) -> T {
    for _ in 0..3 {
        match work().await {
            Ok(done) => return done,
            Err(error) => {
                let known = [
                    ErrorKind::Transient,
                    ErrorKind::PermissionDenied,
                    ErrorKind::Throttled,
                    ErrorKind::Truncated,
                    ErrorKind::Incomplete,
                ];
                assert!(known.contains(&error.kind()), "{error:?}");
            }
        }
    }
    lake.emulator.clear_faults();
    work().await.unwrap()
}

/// Gives how many faults came.
async fn journey(lake: &Lake, seed: u64) -> u64 {
    let (source, back) = (lake.local.write("source", content(seed)), lake.local.at("back"));
    let base = format!("/{seed}");
    let (first, second) = (format!("{base}/first"), format!("{base}/second"));
    lake.arm(faults(seed));
    until_done(lake, async || {
        lake.client.upload_with(&source, first.as_str(), options(lake)).await
    })
    .await;
    // A rename whose end nobody knows is looked up as a person would: it is there, or it is not.
    until_done(lake, async || match lake.client.rename(&first, &second).await {
        Err(error) if error.is_not_found() && lake.client.exists(&second).await? => Ok(()),
        renamed => renamed,
    })
    .await;
    until_done(lake, async || {
        lake.client.download_with(second.as_str(), &back, options(lake)).await
    })
    .await;
    let came = lake.emulator.requests().iter().filter(|it| it.fault.is_some()).count() as u64;
    lake.emulator.clear_requests();
    lake.emulator.clear_faults();
    lake.client.cleanups().finished().await;
    // What could not be removed under faults is known, and goes with a clean-up.
    for saved in SavedTransfer::all(&lake.local.at("journal")).await.unwrap() {
        saved.clean(Some(&lake.client)).await.unwrap();
    }
    assert!(std::fs::read(&back).unwrap() == content(seed), "seed {seed}: other bytes came back");
    let tree = adls_tests::remote_tree(&lake.client, &base.parse().unwrap()).await;
    assert_eq!(tree, [format!("/second {LENGTH}")], "seed {seed}");
    assert_eq!(lake.journals(), 0, "seed {seed}");
    assert_only(&back, "source");
    let recursive = DeleteOptions::default().recursive(true);
    assert!(lake.client.delete_with(base.as_str(), recursive).await.unwrap());
    came
}

/// Beside a file there is only one other and the journal: nothing temporary is left.
fn assert_only(file: &Path, other: &str) {
    let directory = file.parent().unwrap().read_dir().unwrap();
    let mut names: Vec<_> =
        directory.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name != other && name != "journal");
    assert_eq!(names, ["back"]);
    std::fs::remove_file(file).unwrap();
}

async fn journeys(seeds: u64) {
    let lake = Lake::start_gen2().await;
    let mut faults = 0;
    for seed in 0..seeds {
        faults += journey(&lake, seed).await;
    }
    assert!(faults > 2 * seeds, "{faults} faults are too few to tell anything");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_doubled_or_mixed() {
    journeys(SEEDS).await;
}

#[tokio::test(start_paused = true)]
#[ignore = "takes some minutes"]
async fn nothing_is_in_ten_thousand_sequences() {
    journeys(10_000).await;
}
