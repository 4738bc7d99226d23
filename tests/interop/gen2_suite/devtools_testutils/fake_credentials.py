"""What would stand in recordings instead of secrets."""

STORAGE_ACCOUNT_FAKE_KEY = "ZmFrZQ=="
