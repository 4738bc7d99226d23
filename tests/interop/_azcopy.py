"""AzCopy, for the scripts that run it."""

import json
import os
import pathlib
import subprocess
import sys

from _steps import check, check_true, program


def executable():
    """AzCopy as its package for Node has it."""
    check_true(sys.platform == "linux", "the package has AzCopy for Linux only")
    packages = os.path.join(program("azcopy"), "node_modules/@azure-tools/azcopy-linux")
    found = os.path.join(packages, "dist/bin/azcopy_linux_amd64")
    # The package has lost the bit on its way to the registry.
    os.chmod(found, 0o755)
    return found


class Job:
    """What a run of AzCopy said, and how it ended."""

    def __init__(self, arguments, output, code):
        self.arguments, self.output, self.code = arguments, output, code
        self.messages = [json.loads(line) for line in output.splitlines() if line.startswith("{")]

    def said(self, kind):
        """The messages of a kind; those that are JSON as what they hold."""
        texts = [message["MessageContent"] for message in self.messages if message["MessageType"] == kind]
        return [json.loads(text) if text.startswith("{") else text for text in texts]

    @property
    def id(self):
        return self.said("Init")[0]["JobID"]

    @property
    def summary(self):
        return self.said("EndOfJob")[-1]

    def log(self):
        return pathlib.Path(self.said("Init")[0]["LogFileLocation"]).read_text(encoding="utf-8")

    def demand(self, status="Completed", **counts):
        """Demands that it ended so, and how many of what it has done."""
        summary = self.summary if self.said("EndOfJob") else {"JobStatus": self.said("Error") or self.output[-800:]}
        check(summary["JobStatus"], status, f"end of azcopy {self.arguments[:3]}")
        check(self.code, 0 if status in ("Completed", "CompletedWithSkipped") else 1, "exit code")
        for name, count in counts.items():
            check(int(summary[name]), count, f"{name} of azcopy {self.arguments[:3]}")
        return self

    def demand_refused(self, text):
        """Demands that it did not do it, for this reason."""
        check(self.code, 1, f"exit code of azcopy {self.arguments[:3]}: {self.output[-800:]}")
        told = self.output + (self.log() if self.said("Init") else "")
        check_true(text in told, f"azcopy {self.arguments[:3]} does not say {text!r}: {told[-1500:]}")


class AzCopy:
    """Runs AzCopy, with nothing in its environment but what it needs to know of the emulator."""

    def __init__(self, ready):
        self.ready = ready
        self.program = executable()
        self.environment = {
            "HOME": os.getcwd(),
            "PATH": os.environ["PATH"],
            "HTTPS_PROXY": ready.proxy_url,
            "SSL_CERT_FILE": ready.ca_cert,
            "AZCOPY_LOG_LOCATION": os.path.abspath("logs"),
            "AZCOPY_JOB_PLAN_LOCATION": os.path.abspath("plans"),
            "AZCOPY_DISABLE_SYSLOG": "true",
            # It spins while it waits, on as many processors as it may have.
            "GOMAXPROCS": "1",
        }

    def principal(self, application="client_id", secret="client_secret"):
        """The variables by which it signs in as an application."""
        return {
            "AZCOPY_AUTO_LOGIN_TYPE": "SPN",
            "AZCOPY_ACTIVE_DIRECTORY_ENDPOINT": "https://login.microsoftonline.com",
            "AZCOPY_TENANT_ID": self.ready.tenant_id,
            "AZCOPY_SPA_APPLICATION_ID": getattr(self.ready, application),
            "AZCOPY_SPA_CLIENT_SECRET": getattr(self.ready, secret, secret),
        }

    def start(self, *arguments, **variables):
        command = [self.program, *arguments, "--output-type=json"]
        environment = {**self.environment, **variables}
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, *arguments, **variables):
        running = self.start(*arguments, **variables)
        try:
            output, _ = running.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            running.kill()
            raise
        return Job(arguments, output, running.returncode)
