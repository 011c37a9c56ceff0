"""sigstore judges the ECDSA line of our heads; openssl and a shell judge receipts and timestamps."""

import base64
import contextlib
import hashlib
import pathlib
import subprocess
import sys

from sigstore._internal.rekor.checkpoint import SignedCheckpoint
from sigstore._internal.trust import Keyring
from sigstore.errors import VerificationError
from sigstore_models.common.v1 import PublicKey, PublicKeyDetails
from stage import Ledger, check, request, run, serving

TOOLS = pathlib.Path(__file__).resolve().parents[1]
AUTHORITY = TOOLS.parent / "Tests" / "Faults" / "time-authority.py"


def sigstore_heads(folder):
    """Heads under a P-256 key, bare and with a witness's line, as rekor's client reads checkpoints."""
    ledger = Ledger(folder, algorithm="ecdsa-p256")
    stranger = Ledger(folder / "stranger", algorithm="ecdsa-p256")
    witness = folder / "witness"
    run("countersign", "witness", "init", "--state", witness, "--name", "witness.example/interop")
    run("countersign", "witness", "add-log", "--state", witness, "--vkey", ledger.vkey)
    keys, other = keyring(ledger.vkey), keyring(stranger.vkey)
    with serving("serve", "--data", ledger.data) as address, serving("witness", "serve", "--state", witness) as ours:
        for count in (1, 300, 30):
            ledger.grow(address, count)
            note = request(address, "/checkpoint")[2].decode()
            read = judged(note, keys)
            check(str(read.log_size) == note.split("\n")[1], f"the size is read: {read}")
            check(read.origin == "interop.example.com/log", f"the origin is read: {read}")
            root = base64.b64decode(note.split("\n")[2]).hex()
            check(read.log_hash == root and not read.other_content, f"the root is read: {read}")
            for what, wrong in damages(note):
                check(refuses(wrong, keys), f"sigstore takes {what}")
            check(refuses(note, other), "sigstore takes a head for a stranger's")
        status, _, line = request(ours, "/add-checkpoint", b"old 0\n\n" + note.encode())
        check(status == 200, f"the witness cosigns the head: {status}")
        check(judged(note + line.decode(), keys) == read, "a cosigned head is read as before")
    return "sigstore: heads under a P-256 key"


def keyring(vkey):
    """What rekor's client trusts: the SPKI of a vkey. Its id is the SPKI's SHA-256, of which notes show four bytes."""
    name, key_id, typed = vkey.split("+", 2)
    spki = base64.b64decode(typed)[1:]
    check(hashlib.sha256(spki).hexdigest()[:8] == key_id, "the key's id is its SPKI's")
    return Keyring([PublicKey(raw_bytes=base64.b64encode(spki), key_details=PublicKeyDetails.PKIX_ECDSA_P256_SHA_256)])


def judged(note, keys):
    signed = SignedCheckpoint.from_text(note)
    (key_id,) = keys._keyring
    signed.signed_note.verify(keys, key_id)
    return signed.checkpoint


def refuses(note, keys):
    try:
        judged(note, keys)
    except (VerificationError, ValueError):
        return True
    return False


def damages(note):
    text, _, lines = note.partition("\n\n")
    origin, size, root = text.split("\n")
    yield "another size", note.replace(f"\n{size}\n", f"\n{int(size) + 1}\n", 1)
    yield "another root", note.replace(root, base64.b64encode(bytes(32)).decode(), 1)
    yield "another origin", note.replace(origin, origin + "x", 1)
    start, _, signature = lines.rstrip("\n").rpartition(" ")
    raw = bytearray(base64.b64decode(signature))
    raw[-1] ^= 1
    yield "another signature", f"{text}\n\n{start} {base64.b64encode(raw).decode()}\n"


def shell_and_openssl(folder):
    """tools/check-receipt, and `openssl ts -verify`, on what a ledger hands out."""
    for algorithm in ("ed25519", "ecdsa-p256"):
        ledger = Ledger(folder / algorithm, algorithm=algorithm)
        with serving("serve", "--data", ledger.data) as address:
            ledger.grow(address, 300)
            for index in (0, 1, 255, 256, 299):
                receipt = run("countersign", "receipt", index, "--server", address, "--token-file", ledger.token_file)
                file = folder / "receipt"
                file.write_text(receipt)
                check(shell(TOOLS / "check-receipt", file, ledger.trust) == 0, f"{algorithm}: the receipt of {index}")
                for what in ("entry", "proof"):
                    file.write_text(damaged(receipt, what))
                    check(shell(TOOLS / "check-receipt", file, ledger.trust) == 1, f"{algorithm}: a changed {what}")
        timestamps(ledger, folder / algorithm)
    return "openssl and a shell: receipts and timestamps"


def damaged(receipt, member):
    """The receipt with one hexadecimal or base64 character of a member changed."""
    place = receipt.index("interop" if member == "entry" else "\\nindex ") + 20
    return receipt[:place] + ("B" if receipt[place] != "B" else "C") + receipt[place + 1:]


def timestamps(ledger, folder):
    authority = folder / "authority"
    make_authority(authority)
    with time_authority(authority) as address:
        run("countersign", "timestamp", "--data", ledger.data, "--timestamp-authority", address)
    run("countersign", "tiles", "export", folder / "tiles", "--data", ledger.data)
    (answer,) = (folder / "tiles" / "timestamps").glob("*.tsr")
    verify = ["openssl", "ts", "-verify", "-in", answer, "-CAfile", authority / "ca.pem", "-data"]
    check(shell(*verify, answer.with_suffix(".txt")) == 0, "openssl takes the timestamp of the head's text")
    check(shell(*verify, folder / "tiles" / "checkpoint") != 0, "and of nothing else")
    text = b"".join((folder / "tiles" / "checkpoint").read_bytes().splitlines(keepends=True)[:3])
    check(answer.with_suffix(".txt").read_bytes() == text, "the text is the head's")
    run("countersign-verify", "log", folder / "tiles", "--trust", ledger.trust, "--tsa-ca", authority / "ca.pem")


@contextlib.contextmanager
def time_authority(folder):
    """The authority of a folder, on a port that the system picks; its address."""
    process = subprocess.Popen([sys.executable, "-u", AUTHORITY, folder], stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.kill()
        process.wait(20)


def make_authority(folder):
    """A CA and a time authority under it, with openssl."""
    folder.mkdir()
    (folder / "ext").write_text("basicConstraints=CA:false\nextendedKeyUsage=critical,timeStamping\n")
    (folder / "serial").write_text("01\n")
    (folder / "ts.cnf").write_text(
        f"[tsa]\ndefault_tsa = own\n[own]\nserial = {folder}/serial\nsigner_cert = {folder}/tsa.pem\n"
        f"signer_key = {folder}/tsa.key\nsigner_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256\n"
        "accuracy = secs:1\ness_cert_id_alg = sha256\n")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    for command in (
        ["req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=CA", "-days", "30"],
        ["req", *key, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=TSA"],
        ["x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "tsa.pem",
         "-days", "30", "-extfile", "ext"],
    ):
        subprocess.run(["openssl", *command], cwd=folder, check=True, capture_output=True)


def shell(*command):
    return subprocess.run(list(map(str, command)), capture_output=True).returncode
