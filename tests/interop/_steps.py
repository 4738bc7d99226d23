"""What every interop script shares: the ready file, steps with their time, comparisons.

A script declares what it needs in a comment, `# requirements: requirements-NAME.txt`, and flags for
its emulator, if any, in another, `# emulator: --FLAG`, and programs of this repository that it runs in a
third, `# programs: NAME`. It defines one function that takes the ready
file and the steps, and ends with `_steps.main(that_function)`.
"""

import argparse
import contextlib
import json
import os
import sys
import time
import traceback
import types
import urllib.request


class Mismatch(AssertionError):
    """Something was answered otherwise than expected."""


class Ready(types.SimpleNamespace):
    """The emulator's ready file; its fields are attributes."""

    def control(self, path, body=None, method="POST"):
        """Asks the emulator's own interface, as `control("reset")`, and returns its answer."""
        request = urllib.request.Request(
            f"{self.http_url}/_mock/{path}",
            data=json.dumps(body or {}).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None


class Steps:
    """Prints a line for each step; the first that fails ends the script."""

    def __init__(self):
        self.done = 0

    @contextlib.contextmanager
    def __call__(self, name):
        started = time.monotonic()
        try:
            yield
        except BaseException:
            say(f"  FAILED  {name} ({time.monotonic() - started:.2f} s)")
            raise
        self.done += 1
        say(f"  ok      {name} ({time.monotonic() - started:.2f} s)")


def say(line):
    """Prints a line as a whole, also where steps run side by side."""
    print(f"{line}\n", end="", flush=True)


def program(name):
    """The path of a program that the script has asked for with `# programs:`."""
    return os.environ[f"INTEROP_{name.upper().replace('-', '_')}"]


def check(actual, expected, what):
    """Compares, and names what was compared when it differs."""
    if actual != expected:
        raise Mismatch(f"{what}: expected {_short(expected)}, got {_short(actual)}")


def check_true(condition, what):
    """Demands that a condition holds."""
    if not condition:
        raise Mismatch(what)


def check_raises(kinds, text, call, what):
    """Calls, and demands an error of these kinds whose message has `text` in it. Returns the error."""
    try:
        result = call()
    except kinds as error:
        check_true(text in str(error), f"{what}: expected an error with {text!r}, got {error!r}")
        return error
    raise Mismatch(f"{what}: expected an error with {text!r}, got {_short(result)}")


def main(script):
    """Runs `script(ready, step)`; the process ends with 1 if a step failed."""
    arguments = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    arguments.add_argument("--ready", required=True, help="the emulator's ready file")
    path = arguments.parse_args().ready
    with open(path, encoding="utf-8") as file:
        ready = Ready(**json.load(file))
    step = Steps()
    try:
        script(ready, step)
    except Exception:
        traceback.print_exc()
        sys.exit(1)
    print(f"  {step.done} steps", flush=True)


def _short(value):
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]}... ({len(text)} characters)"
