"""What the scripts over official Python packages share: the emulator's names, and the clock."""

import argparse
import json
import socket
import time

RESOLVE = socket.getaddrinfo


def resolve(host, *others, **named):
    """Finds the emulator's names, as RFC 6761 wants it and not every system does."""
    local = isinstance(host, str) and host.endswith(".localhost")
    return RESOLVE("127.0.0.1" if local else host, *others, **named)


def main(description, connect, kinds):
    """Does one of several kinds of work with what `connect` makes of the ready file, and prints how long it took."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("ready", help="the emulator's ready file")
    parser.add_argument("work", choices=kinds)
    parser.add_argument("arguments", nargs="*")
    given = parser.parse_args()
    with open(given.ready, encoding="utf-8") as file:
        ready = json.load(file)
    socket.getaddrinfo = resolve
    files = connect(ready)
    start = time.monotonic()
    kinds[given.work](files, *given.arguments)
    print(f"{time.monotonic() - start:.6f}")
