"""aics-witness: its client feeds our witness, and its server answers the same requests as ours."""

import hashlib
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time

from aics_tlog import (
    Checkpoint, HttpTileReader, MerkleTree, consistency_proof_from_tiles, format_vkey, parse_checkpoint, parse_note,
    parse_vkey, sign_checkpoint, verify_checkpoint, vkey_from_ed25519,
)
from aics_witness.feeder import WitnessClient, WitnessConflict, WitnessRejected, merge_cosignatures
from aics_witness.protocol import format_add_checkpoint_request
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from stage import COMMANDS, Ledger, background, check, request, run, serving

SHARED = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data" / "vectors" / "torchwood-litewitness"


def new_witness(folder, logs):
    """A witness of ours; its verifier key."""
    vkey = run("countersign", "witness", "init", "--state", folder, "--name", "witness.example/interop")
    for origin, log in logs:
        run("countersign", "witness", "add-log", "--state", folder, "--vkey", log, "--origin", origin)
    return vkey


class OwnLog:
    """A log made with aics-tlog, that can say anything."""

    def __init__(self, origin):
        self.origin = origin
        self.key = Ed25519PrivateKey.generate()
        self.vkey = format_vkey(vkey_from_ed25519(origin, self.key.public_key()))
        self.tree = MerkleTree([f"entry {number}".encode() for number in range(600)])
        self.other = MerkleTree([f"other {number}".encode() for number in range(600)])

    def note(self, size, tree=None, key=None, origin=None, root=None):
        root = root or (tree or self.tree).root(size)
        origin = origin or self.origin
        return sign_checkpoint(Checkpoint(origin, size, root), key or self.key, origin).to_bytes()


def feeds_ours(folder):
    """Their client, with our log and with one of theirs."""
    ledger = Ledger(folder)
    log = OwnLog("interop.example/own")
    witness = folder / "witness"
    vkey = new_witness(witness, [("interop.example.com/log", ledger.vkey), (log.origin, log.vkey)])
    with serving("serve", "--data", ledger.data) as address, serving("witness", "serve", "--state", witness) as ours:
        note = our_log(folder, ledger, address, ours, vkey)
        their_log(log, ours, vkey)
        hash = hashlib.sha256(b"interop.example.com/log").hexdigest()
        status, media, stored = request(ours, f"/{hash}/checkpoint")
        check((status, media) == (200, "text/plain; charset=utf-8"), "the newest head is served")
        check(parse_note(stored).text == parse_note(note).text, "it is the head that was cosigned last")
    return "aics-witness's client against our witness"


def our_log(folder, ledger, address, ours, vkey):
    client = WitnessClient(ours, vkey, state_path=folder / "client.json")
    tiles = HttpTileReader([address], proxies={})
    for count in (5, 300, 1):
        ledger.grow(address, count)
        note = request(address, "/checkpoint")[2]
        size = parse_checkpoint(parse_note(note).text).size
        lines = client.submit(note, lambda old, new: consistency_proof_from_tiles(tiles, old, new, size))
        merged = merge_cosignatures(note, lines)
        verdict = verify_checkpoint(parse_note(merged), parse_vkey(ledger.vkey), [parse_vkey(vkey)], quorum=1)
        check(verdict.ok and verdict.cosignature_count == 1, f"the head of {size} is cosigned: {verdict}")
    # One that knows nothing starts at 0, reads the 409, and needs no proof for the head that is there.
    fresh = WitnessClient(ours, vkey)
    check(fresh.submit(note, lambda old, new: []) != "", "a client without state learns the size")
    trusted(folder, ledger, merged, vkey)
    return note


def trusted(folder, ledger, merged, vkey):
    """Our own tools take their client's note under a trust file that asks for the witness."""
    exported = folder / "exported"
    run("countersign", "tiles", "export", exported, "--data", ledger.data)
    (exported / "checkpoint").write_bytes(merged)
    trust = folder / "quorum"
    trust.write_text(f"log {ledger.vkey}\nwitness w {vkey}\nquorum w\n")
    said = run("countersign-verify", "log", exported, "--trust", trust)
    check("holds        the witnesses that the trust file asks for have seen this head" in said, said)


def their_log(log, ours, vkey):
    client = WitnessClient(ours, vkey)
    for size in (1, 2, 3, 255, 256, 257, 600):
        check(client.submit(log.note(size), log.tree.consistency_proof) != "", f"{size} entries are cosigned")
    try:
        client.submit(log.note(300), log.tree.consistency_proof)
        check(False, "an older head was cosigned")
    except WitnessConflict as conflict:
        check(conflict.known_size == 600, "the witness names its size")
    try:
        client.submit(log.note(600, log.other), log.other.consistency_proof)
        check(False, "a second root was cosigned")
    except WitnessRejected as rejected:
        check(rejected.status == 422, "a fork is answered with 422")


def requests(log):
    """Requests, one after another; what a witness answers depends on the ones before."""
    stranger = Ed25519PrivateKey.generate()
    def ask(old, size, proof=None, note=None):
        if proof is None:
            proof = log.tree.consistency_proof(old, size) if 0 < old <= size else []
        body = format_add_checkpoint_request(old, proof, note or log.note(size))
        return body.encode() if isinstance(body, str) else body

    yield "another root of the empty tree", ask(0, 0, note=log.note(0, root=bytes(32)))
    yield "before any head, from a size that is not there", ask(3, 5)
    yield "a proof from nothing", ask(0, 3, [bytes(32)])
    yield "the first head", ask(0, 3)
    yield "from nothing again", ask(0, 5)
    yield "the same head", ask(3, 3)
    yield "a proof between equal sizes", ask(3, 3, [bytes(32)])
    yield "an unknown origin", ask(3, 5, note=log.note(5, origin="interop.example/unknown"))
    yield "an unknown key", ask(3, 5, note=log.note(5, key=stranger))
    yield "an old size beyond the head's", ask(5, 3, [])
    yield "no proof", ask(3, 5, [])
    yield "a proof too short", ask(3, 300, log.tree.consistency_proof(3, 300)[:-1])
    yield "a proof too long", ask(3, 300, log.tree.consistency_proof(3, 300) + [bytes(32)])
    yield "growth", ask(3, 300)
    yield "back", ask(3, 100)
    yield "a fork of the same size", ask(300, 300, [], log.note(300, log.other))
    yield "a fork that grows", ask(300, 400, log.other.consistency_proof(300, 400), log.note(400, log.other))
    yield "nothing", b""
    yield "no old size", ask(300, 400).split(b"\n", 1)[1]
    yield "a leading zero", ask(300, 400).replace(b"old 300", b"old 0300")
    yield "no empty line", ask(300, 400).replace(b"\n\n", b"\n", 1)
    yield "64 hashes", b"old 300\n" + b"A" * 43 + b"=\n" + (b"A" * 43 + b"=\n") * 63 + b"\n" + log.note(400)
    yield "to the end", ask(300, 600)


def side_by_side(folder):
    """The same requests to our witness and to theirs: the same statuses, sizes and media types."""
    log = OwnLog("interop.example/side-by-side")
    ours_folder = folder / "ours"
    vkey = new_witness(ours_folder, [(log.origin, log.vkey)])
    config = folder / "theirs.json"
    theirs_command = pathlib.Path(sys.executable).parent / "aics-witness"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        theirs = f"http://127.0.0.1:{probe.getsockname()[1]}"
    listen = theirs.removeprefix("http://")
    for arguments in (["init", "--name", "witness.example/theirs", "--listen", listen], ["add-log", "--origin", log.origin, "--vkey", log.vkey]):
        subprocess.run([theirs_command, arguments[0], "--config", config, *arguments[1:]], check=True, capture_output=True)
    with serving("witness", "serve", "--state", ours_folder) as ours, background([theirs_command, "serve", "--config", config], theirs):
        for what, body in requests(log):
            one, other = (request(address, "/add-checkpoint", body) for address in (ours, theirs))
            check(one[0] == other[0], f"{what}: ours answers {one}, theirs {other}")
            if one[0] == 409:
                check(one[1:] == other[1:], f"{what}: ours answers {one}, theirs {other}")
        hash = hashlib.sha256(log.origin.encode()).hexdigest()
        for path in (f"/{hash}/checkpoint", f"/{'0' * 64}/checkpoint"):
            one, other = (request(address, path) for address in (ours, theirs))
            check(one[0] == other[0], f"{path}: ours answers {one}, theirs {other}")
        check(parse_vkey(vkey).key_type == 4, "the witness's key is read by theirs")
    return "our witness and aics-witness, side by side"


def feeds_theirs(folder):
    """Our server's client, with their witness: its first head, growth, a restart, and a copy that it refuses."""
    ledger = Ledger(folder)
    config = folder / "theirs.json"
    command = pathlib.Path(sys.executable).parent / "aics-witness"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        theirs = f"http://127.0.0.1:{probe.getsockname()[1]}"
    for arguments in (
        ["init", "--name", "witness.example/theirs", "--listen", theirs.removeprefix("http://")],
        ["add-log", "--origin", "interop.example.com/log", "--vkey", ledger.vkey],
    ):
        subprocess.run([command, arguments[0], "--config", config, *arguments[1:]], check=True, capture_output=True)
    shown = subprocess.run([command, "status", "--config", config], check=True, capture_output=True, text=True).stdout
    vkey = re.search(r"witness\.example/theirs\+[^\s\"',]+", shown)[0]
    policy = folder / "policy"
    policy.write_text(f"log {ledger.vkey}\nwitness w {vkey} {theirs}\nquorum w\n")
    serve = ("serve", "--data", ledger.data, "--witnesses", policy, "--acknowledge", "cosigned")
    with background([command, "serve", "--config", config], theirs):
        for count in (5, 300, 1):
            with serving(*serve) as address:
                ready(address)
                ledger.grow(address, count)
                note = request(address, "/checkpoint")[2]
                verdict = verify_checkpoint(parse_note(note), parse_vkey(ledger.vkey), [parse_vkey(vkey)], quorum=1)
                check(verdict.ok and verdict.cosignature_count == 1, f"cosigned by theirs: {verdict}")
            shutil.copytree(ledger.data, folder / f"copy-{count}", ignore=shutil.ignore_patterns("*.sock"))
        for count in (5, 300):
            ended = subprocess.run(
                [COMMANDS / "countersign", "serve", "--data", folder / f"copy-{count}", "--listen", "127.0.0.1:0"],
                capture_output=True, text=True, timeout=60)
            check(ended.returncode == 1 and "has cosigned" in ended.stderr, f"an old copy is not served: {ended}")
    return "our client against aics-witness"


def ready(address):
    for _ in range(200):
        if request(address, "/readyz")[0] == 200:
            return
        time.sleep(0.05)
    check(False, "the ledger does not become ready")


def published_requests(folder):
    """litewitness's requests, over HTTP."""
    file = SHARED / "add-checkpoint.json"
    if not file.exists():
        return "litewitness's requests SKIPPED (../shared is not there)"
    vectors = json.loads(file.read_text())
    origin = f"sigsum.org/v1/tree/{vectors['log_key_hash_hex']}"
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(vectors["log_public_key_hex"]))
    new_witness(folder / "witness", [(origin, format_vkey(vkey_from_ed25519(origin, key)))])
    with serving("witness", "serve", "--state", folder / "witness") as ours:
        for step in vectors["sequence"]:
            status = request(ours, "/add-checkpoint", step["request"].encode())[0]
            check(status == step["expect_status_spec_2026"], f"{status} for {step}")
    return "litewitness's requests against our witness"
