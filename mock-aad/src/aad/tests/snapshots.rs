use super::*;

const V1: &str = "/common/oauth2/token";

/// The tokens of a user who signs in with the password.
async fn sign_in(emulator: &Emulator) -> (String, String) {
    let body = emulator.tokens(V1, &password_v1("user@emulator.test")).await;
    let token = |name: &str| body[name].as_str().unwrap().to_owned();
    (token("access_token"), token("refresh_token"))
}

async fn redeems(emulator: &Emulator, refresh_token: &str) -> bool {
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
    emulator.post(V1, &form).await.status == StatusCode::OK
}

async fn begin_device(emulator: &Emulator) -> String {
    let path = format!("/common/oauth2/devicecode?resource={DATA_LAKE}&client_id={CLI}");
    emulator.get(&path).await.json()["user_code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn refresh_tokens_are_those_of_the_snapshot_and_access_tokens_stay_valid() {
    let emulator = Emulator::new();
    let (_, older) = sign_in(&emulator).await;
    let id = emulator.state.snapshot().unwrap();
    for _ in 0..2 {
        let (access, younger) = sign_in(&emulator).await;
        assert!(redeems(&emulator, &younger).await);
        emulator.state.restore(&id).unwrap();
        assert!(redeems(&emulator, &older).await);
        assert!(!redeems(&emulator, &younger).await);
        emulator.verify(&access, Audience::DataLake).unwrap();
    }
}

#[tokio::test]
async fn device_codes_wait_again() {
    let emulator = Emulator::new();
    let code = begin_device(&emulator).await;
    let id = emulator.state.snapshot().unwrap();
    for _ in 0..2 {
        begin_device(&emulator).await;
        emulator.state.aad.approve_device(&code, "user@emulator.test").unwrap();
        emulator.state.restore(&id).unwrap();
        let pending = emulator.state.aad.pending_devices();
        assert_eq!(pending.len(), 1, "{pending:?}");
        assert_eq!(pending[0]["user_code"], code);
    }
}

#[tokio::test]
async fn a_locked_account_is_unlocked_and_locked_again() {
    let emulator = Emulator::new();
    let wrong = but(&password_v1("user@emulator.test"), "password", "wrong");
    let open = emulator.state.snapshot().unwrap();
    for _ in 0..10 {
        assert_eq!(emulator.refusal(V1, &wrong).await.1, 50126);
    }
    let locked = emulator.state.snapshot().unwrap();
    emulator.state.restore(&open).unwrap();
    sign_in(&emulator).await;
    emulator.state.restore(&locked).unwrap();
    assert_eq!(emulator.refusal(V1, &password_v1("user@emulator.test")).await.1, 50053);
}
