//! Requests to accounts that are stored.

use axum::body::Body;
use futures_util::stream;

use super::*;
use crate::namespace::Lake;
use crate::store::State;
use crate::store::fake::FakeDisk;

const PIECE: usize = 64 << 10;

/// A service on a disk.
fn stored(disk: &FakeDisk) -> Service {
    let clock = Clock::default();
    let (lake, _) = Lake::on(clock.clone(), State::on(Arc::new(disk.clone())).unwrap()).unwrap();
    let options = Options { allow_pseudo_auth: true, ..Options::default() };
    let state = EmulatorState::with_lake(Seed::default(), clock.clone(), options, lake);
    Service { state: Arc::new(state), clock }
}

impl Service {
    /// Sends as `user` with a body that comes in pieces.
    async fn send_pieces(
        &self,
        path: &str,
        pieces: impl futures_util::Stream<Item = std::io::Result<Bytes>> + Send + 'static,
    ) -> Reply {
        let caller = principals::known_caller(&self.state.seed, "user").unwrap();
        let mut call = self.call("PUT", path, "");
        call.body = Body::from_stream(pieces);
        let authenticated = Ok(Authenticated { caller, pseudo: false });
        reply(crate::webhdfs::answer(&self.state.gen1, call, authenticated).await).await
    }
}

#[tokio::test]
async fn memory_is_bounded_by_design_and_a_body_is_on_disk_before_it_has_ended() {
    let disk = FakeDisk::default();
    let service = stored(&disk);
    let (before, probe) = (disk.work().1, disk.clone());
    let pieces = (0..64usize).map(move |number| {
        // Of what came before, no more than one buffer is anywhere but on the disk.
        let written = (probe.work().1 - before) as usize;
        assert!(written + (256 << 10) >= number * PIECE, "piece {number}: {written} written");
        Ok(Bytes::from(vec![number as u8; PIECE]))
    });
    let answer = service.send_pieces("/big?op=CREATE&write=true", stream::iter(pieces)).await;
    assert_eq!(answer.status, 201, "{}", answer.line());
    let read = service.send("user", "GET", "/big?op=OPEN&read=true", "").await.body;
    assert_eq!(read.len(), 64 * PIECE);
    assert!((0..64).all(|number| read[number * PIECE + 5] == number as u8));
}

#[tokio::test]
async fn what_cannot_be_resumed_leaves_nothing_of_a_body_that_breaks_off() {
    let disk = FakeDisk::default();
    let service = stored(&disk);
    service.send("user", "PUT", "/f?op=CREATE&write=true", "content").await;
    let account = service.state.lake.account("mocklake").unwrap();
    let flush = || account.state().unwrap().flushed().unwrap().wait().unwrap();
    flush();
    let used = disk.used();
    let pieces = (0..40).map(|number| match number {
        39 => Err(std::io::Error::other("the connection is gone")),
        _ => Ok(Bytes::from(vec![7; PIECE])),
    });
    let path = "/f?op=CREATE&write=true&overwrite=true";
    let answer = service.send_pieces(path, stream::iter(pieces)).await;
    assert_eq!(answer.status, 400, "{}", answer.line());
    assert_eq!(service.send("user", "GET", "/f?op=OPEN&read=true", "").await.body, "content");
    flush();
    flush();
    assert!(disk.used() <= used + 4096, "{} of {used}", disk.used());
}

/// On one thread: it would hang if anything waited for the disk on it.
#[tokio::test]
async fn while_one_waits_for_the_disk_others_are_answered_and_an_answer_means_stored() {
    let disk = FakeDisk::default();
    let service = Arc::new(stored(&disk));
    service.send("user", "PUT", "/f?op=CREATE&write=true", "content").await;
    disk.hold_syncs(true);
    let waiting = tokio::spawn({
        let service = service.clone();
        async move { service.send("user", "PUT", "/d?op=MKDIRS", "").await.status }
    });
    for _ in 0..20 {
        let read = service.send("user", "GET", "/f?op=OPEN&read=true", "").await;
        assert_eq!(read.body, "content");
    }
    assert!(!waiting.is_finished());
    disk.hold_syncs(false);
    assert_eq!(waiting.await.unwrap(), 200);
}

#[tokio::test]
async fn a_full_disk_is_told_as_such() {
    let disk = FakeDisk::default();
    let service = stored(&disk);
    disk.limit(Some(disk.used() + (64 << 10)));
    let pieces = (0..40).map(|_| Ok(Bytes::from(vec![7; PIECE])));
    let answer = service.send_pieces("/f?op=CREATE&write=true", stream::iter(pieces)).await;
    assert_eq!(answer.status, 507);
    assert!(answer.line().contains("no room left on the disk"), "{}", answer.line());
    assert_eq!(service.send("user", "GET", "/f?op=GETFILESTATUS", "").await.status, 404);
}
