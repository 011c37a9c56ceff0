"""What the checks stand on: the built commands, servers of their own, and a count of what was judged."""

import contextlib
import http.client
import json
import pathlib
import re
import subprocess
import sys
import time
from urllib.parse import urlsplit

COMMANDS = pathlib.Path(sys.argv[1])
judged = 0


def check(holds, what):
    """One thing that a foreign program judged."""
    global judged
    if not holds:
        sys.exit(f"interop: FAILED: {what}")
    judged += 1


def run(name, *arguments, code=0):
    done = subprocess.run([COMMANDS / name, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != code:
        sys.exit(f"interop: {name} {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


@contextlib.contextmanager
def serving(*arguments):
    """A server of ours, on a port that the system picks; its address."""
    log = subprocess.DEVNULL
    process = subprocess.Popen(
        [COMMANDS / "countersign", *map(str, arguments), "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        line = process.stdout.readline()
        found = re.match(r"listening on (http://\S+)", line)
        if not found:
            sys.exit(f"interop: {arguments}: the server did not start: {line}")
        yield found.group(1)
    finally:
        process.terminate()
        process.wait(20)


@contextlib.contextmanager
def background(arguments, address):
    """Any server; waits until it accepts connections."""
    process = subprocess.Popen(list(map(str, arguments)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=5)
                connection.request("GET", "/")
                connection.getresponse().read()
                break
            time.sleep(0.1)
        else:
            sys.exit(f"interop: {arguments} does not answer")
        yield
    finally:
        process.terminate()
        process.wait(20)


def request(address, path, body=None, token=None):
    """Status, media type and body."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    connection.request("POST" if body is not None else "GET", path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.getheader("Content-Type"), answer.read()


class Ledger:
    """A ledger of ours with a caller that may submit and read."""

    def __init__(self, folder, algorithm="ed25519"):
        folder.mkdir(parents=True, exist_ok=True)
        self.data = folder / "ledger"
        self.token_file = folder / "token"
        self.folder = folder
        run("countersign", "init", "--data", self.data, "--origin", "interop.example.com/log", "--algorithm", algorithm)
        self.token = run(
            "countersign", "token", "create", "--data", self.data, "--name", "gateway", "--role", "submit", "--role", "read",
            "--source", "/gateways", "--types", "dev.countersign.source.*")
        self.token_file.write_text(self.token + "\n")
        self.vkey = (self.data / "keys" / "log.vkey").read_text().strip()
        self.trust = self.data / "trust"
        self.count = 0

    def grow(self, address, count):
        lines = []
        for _ in range(count):
            self.count += 1
            lines.append(json.dumps({
                "specversion": "1.0", "type": "dev.countersign.source.heartbeat.v1", "source": "/gateways/interop",
                "id": f"event-{self.count}", "time": "2026-11-22T03:00:00Z", "datacontenttype": "application/json",
                "data": {"mode": "enforce"}}))
        events = self.folder / "events.ndjson"
        events.write_text("\n".join(lines))
        run("countersign", "submit", events, "--server", address, "--token-file", self.token_file)
