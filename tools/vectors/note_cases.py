"""The cases of Tests/Vectors/notes. A text is given as `text`, or as `base64` where it is no UTF-8 or holds CR or NUL."""

import base64

from note_core import N, Key, b64, checkpoint, ec_der, ec_pair, line, note, path, root, sha256

ORIGIN = b"log.countersign.example/one"
LOG = Key(ORIGIN.decode(), 1)
NEXT = Key(ORIGIN.decode(), 1, "the log's next key")
FIPS = Key(ORIGIN.decode(), 2)
STRANGER = Key("stranger.example", 1)
WITNESSES = [Key(f"witness-{n}.example", 4) for n in range(1, 5)]
TIME = 1_795_316_400

ENTRIES = [b"entry %d" % n for n in range(70)]
LEAVES = [sha256(b"\x00" + entry) for entry in ENTRIES]


def shown(data):
    try:
        text = data.decode()
        if not any(c < " " and c != "\n" or c == "\u007f" for c in text):
            return {"text": text}
    except UnicodeDecodeError:
        pass
    return {"base64": base64.b64encode(data).decode()}


def head(size, origin=ORIGIN):
    return checkpoint(origin, size, root(LEAVES[:size]))


def vkeys():
    good = [LOG, NEXT, FIPS, STRANGER] + WITNESSES
    cases = [
        {"vkey": shown(k.vkey), "ok": True, "name": k.name.decode(), "id": k.id.hex(), "type": k.kind,
         "fingerprint": k.fingerprint} for k in good
    ]  # fmt: skip
    v, short = LOG.vkey, LOG.name + b"+" + LOG.id.hex().encode() + b"+"
    wrong = {
        "another key id": LOG.name + b"+00000000+" + v.split(b"+", 2)[2],
        "upper-case key id": v.replace(LOG.id.hex().encode(), LOG.id.hex().upper().encode()),
        "no key": short,
        "a type that is reserved": short + b64(b"\x03" + LOG.material),
        "the type alone": short + b64(b"\x01"),
        "31 bytes of Ed25519": short + b64(b"\x01" + LOG.material[:31]),
        "33 bytes of Ed25519": short + b64(b"\x01" + LOG.material + b"\x00"),
        "a P-256 key under the type of Ed25519": short + b64(b"\x01" + FIPS.material),
        "no padding": v.rstrip(b"=") if v.endswith(b"=") else v + b"=",
        "a line feed at the end": v + b"\n",
        "an empty name": v[len(LOG.name) :],
        "a space in the name": b"a b" + v[len(LOG.name) :],
        "an em space in the name": "a\u2003b".encode() + v[len(LOG.name) :],
        "a control character in the name": b"a\x01b" + v[len(LOG.name) :],
        "no UTF-8 in the name": b"a\xff" + v[len(LOG.name) :],
        "two parts": LOG.name + b"+" + LOG.id.hex().encode(),
        "nothing": b"",
    }
    assert v != wrong["upper-case key id"]
    return cases + [{"vkey": shown(data), "ok": False, "why": why} for why, data in wrong.items()]


def notes():
    text = head(7)
    own, fips, next_ = LOG.line(text), FIPS.line(text), NEXT.line(text)
    cosigned = WITNESSES[0].line(text, TIME)
    r, s = ec_pair(FIPS.seed, text)
    bad = line(LOG.name, LOG.id + LOG.sign(b"another text\n"))
    stranger = STRANGER.line(text)
    late = WITNESSES[0].sign(text, TIME)
    p1363 = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    unknown = line(b"pq.example", bytes(4) + bytes(2428))
    blank = b"two\n\nparagraphs\n\n\nhere\n"
    lonely = b"\n"
    cases = []

    def case(why, data, keys, signers):
        cases.append({"why": why, "note": shown(data), "vkeys": [k.vkey.decode() for k in keys],
                      "signers": [k.vkey.decode() for k in signers]})  # fmt: skip

    case("one signature", note(text, own), [LOG], [LOG])
    case("ECDSA P-256", note(text, fips), [FIPS], [FIPS])
    case("two keys of one log", note(text, own, fips), [LOG, FIPS], [LOG, FIPS])
    case("the order of the known keys", note(text, own, fips), [FIPS, LOG], [FIPS, LOG])
    case("a signature of an unknown key is passed over", note(text, stranger, own), [LOG], [LOG])
    case("the other ECDSA signature (r, n-s) is as good", note(text, line(FIPS.name, FIPS.id + ec_der((r, N - s)))), [FIPS], [FIPS])
    case("a cosignature", note(text, own, cosigned), [LOG, WITNESSES[0]], [LOG, WITNESSES[0]])
    case("a cosignature alone", note(text, cosigned), [WITNESSES[0]], [WITNESSES[0]])
    case("the same line twice", note(text, own, own), [LOG], [LOG])
    case("a log line of 2428 bytes by nobody known", note(text, unknown, own), [LOG], [LOG])
    case("empty lines in the text", note(blank, LOG.line(blank)), [LOG], [LOG])
    case("a text of one empty line", note(lonely, LOG.line(lonely)), [LOG], [LOG])
    case("the known name under another key id", note(text, next_, own), [LOG], [LOG])
    case("the known key id under another name", note(text, line(b"other", LOG.id + LOG.sign(text)), own), [LOG], [LOG])
    case("a hundred lines", note(text, own, *[stranger] * 99), [LOG], [LOG])
    case("no known key", note(text, own), [STRANGER], [])
    case("no keys at all", note(text, own), [], [])
    case("a bad signature by the known key", note(text, bad), [LOG], [])
    case("a bad one beside a good one of the same key", note(text, own, bad), [LOG], [])
    case("a bad one beside a good one of another key", note(text, fips, bad), [LOG, FIPS], [])
    case("ECDSA as r and s without DER", note(text, line(FIPS.name, FIPS.id + p1363)), [FIPS], [])
    case("63 bytes of Ed25519", note(text, line(LOG.name, LOG.id + LOG.sign(text)[:63])), [LOG], [])
    case("another time in the cosignature", note(text, line(WITNESSES[0].name, WITNESSES[0].id + (TIME + 1).to_bytes(8, "big") + late[8:])), [WITNESSES[0]], [])
    case("a cosignature's time of 2^63", note(text, WITNESSES[0].line(text, 2**63)), [WITNESSES[0]], [])
    case("another text", note(text.replace(b"\n7\n", b"\n8\n"), own), [LOG], [])
    whole = note(text, own)
    malformed = {
        "101 lines": note(text, own, *[stranger] * 100),
        "no signature": text + b"\n",
        "the text alone": text,
        "nothing": b"",
        "no line feed at the end": whole[:-1],
        "an empty line at the end": whole + b"\n",
        "something after the signatures": whole + b"PS\n",
        "CR LF": whole.replace(b"\n", b"\r\n"),
        "NUL in the text": note(b"a\x00b\n", own),
        "a tab in the text": note(b"a\tb\n", own),
        "no UTF-8 in the text": note(b"a\xffb\n", own),
        "a surrogate in UTF-8": note(b"a\xed\xa0\x80b\n", own),
        "a hyphen for the dash": whole.replace("—".encode(), b"-"),
        "no space after the dash": whole.replace("— ".encode(), "—".encode()),
        "two spaces before the signature": note(text, own.replace(LOG.name + b" ", LOG.name + b"  ")),
        "a plus sign in a name": note(text, line(b"a+b", bytes(9)), own),
        "a no-break space in a name": note(text, line("a\u00a0b".encode(), bytes(9)), own),
        "an empty name": note(text, line(b"", bytes(9)), own),
        "a key id without a signature": note(text, line(b"a", bytes(4)), own),
        "base64 without padding": note(text, b"\xe2\x80\x94 a AAAAAAA\n", own),
        "base64 with bits left over": note(text, b"\xe2\x80\x94 a AAAAAAB=\n", own),
        "base64 for URLs": note(text, b"\xe2\x80\x94 a AAAAA-_=\n", own),
    }
    for why, data in malformed.items():
        cases.append({"why": why, "note": shown(data), "malformed": True})
    return cases


def checkpoints():
    good = [head(size) for size in (0, 1, 7, 70)] + [
        checkpoint(b"l", 2**63 - 1, LEAVES[0]),
        checkpoint("журнал два".encode(), 10, LEAVES[0]),
        head(7) + b"extension\nanother one\n",
    ]
    t = head(7)
    wrong = {
        "nothing": b"",
        "two lines": t[: t.rindex(b"\n", 0, -1) + 1],
        "no line feed at the end": t[:-1],
        "an empty origin": t[len(ORIGIN) :],
        "2^63": checkpoint(ORIGIN, 2**63, LEAVES[0]),
        "2^64": checkpoint(ORIGIN, 2**64, LEAVES[0]),
        "a leading zero": t.replace(b"\n7\n", b"\n07\n"),
        "a plus sign": t.replace(b"\n7\n", b"\n+7\n"),
        "a space before the size": t.replace(b"\n7\n", b"\n 7\n"),
        "no size": t.replace(b"\n7\n", b"\n\n"),
        "31 bytes of root": b"log\n7\n" + b64(LEAVES[0][:31]) + b"\n",
        "33 bytes of root": b"log\n7\n" + b64(LEAVES[0] + b"\x00") + b"\n",
        "hexadecimal root": b"log\n7\n" + LEAVES[0].hex().encode() + b"\n",
        "the empty tree with another root": checkpoint(ORIGIN, 0, LEAVES[0]),
        "an empty extension line": t + b"\n",
        "an unended extension line": t + b"extension",
        "CR LF": t.replace(b"\n", b"\r\n"),
        "no UTF-8 in the origin": checkpoint(b"\xff", 7, LEAVES[0]),
    }
    return [{"text": shown(data), "ok": True} for data in good] + [
        {"text": shown(data), "ok": False, "why": why} for why, data in wrong.items()
    ]


def proof_text(index, size, extra=b"", hashes=None, signed=None):
    hashes = path(index, LEAVES[:size]) if hashes is None else hashes
    text = head(size)
    return (
        b"c2sp.org/tlog-proof@v1\n" + extra + b"index %d\n" % index
        + b"".join(b64(h) + b"\n" for h in hashes) + b"\n" + (signed or note(text, LOG.line(text)))
    )  # fmt: skip


def proofs():
    cases = []

    def case(why, data, index, verdict):
        cases.append({"why": why, "proof": shown(data), "entry": ENTRIES[index].decode(), "verdict": verdict})

    for size in (1, 2, 3, 7, 8, 64, 70):
        for index in sorted({0, size // 2, size - 1}):
            case(f"entry {index} of {size}", proof_text(index, size), index, "holds")
    case("with extra data", proof_text(3, 7, b"extra " + b64(b"anything") + b"\n"), 3, "holds")
    honest = path(3, LEAVES[:7])
    case("another entry", proof_text(3, 7), 4, "not included")
    case("another index", proof_text(2, 7, hashes=honest), 3, "not included")
    case("an index beyond the tree", proof_text(7, 8, signed=note(head(7), LOG.line(head(7)))), 7, "not included")
    case("another size", proof_text(3, 7, signed=note(head(8), LOG.line(head(8)))), 3, "not included")
    case("a hash left out", proof_text(3, 7, hashes=honest[:-1]), 3, "not included")
    case("a hash too many", proof_text(3, 7, hashes=honest + [LEAVES[0]]), 3, "not included")
    case("hashes from the root down", proof_text(3, 7, hashes=honest[::-1]), 3, "not included")
    case("an unknown log", proof_text(3, 7, signed=note(head(7), STRANGER.line(head(7)))), 3, "no trust")
    good = proof_text(3, 7)
    wrong = {
        "nothing": b"",
        "another version": good.replace(b"@v1", b"@v2"),
        "CR LF": good.replace(b"\n", b"\r\n"),
        "no index": good.replace(b"index 3\n", b""),
        "an index with a leading zero": good.replace(b"index 3", b"index 03"),
        "a negative index": good.replace(b"index 3", b"index -3"),
        "two spaces": good.replace(b"index 3", b"index  3"),
        "extra after the index": good.replace(b"index 3\n", b"index 3\nextra AAAA\n"),
        "extra twice": good.replace(b"index 3\n", b"extra AAAA\nextra AAAA\nindex 3\n"),
        "extra without padding": good.replace(b"index 3\n", b"extra AAA\nindex 3\n"),
        "no empty line": good.replace(b"=\n\n" + ORIGIN, b"=\n" + ORIGIN),
        "two empty lines": good.replace(b"=\n\n" + ORIGIN, b"=\n\n\n" + ORIGIN),
        "64 hashes": proof_text(3, 7, hashes=[LEAVES[0]] * 64),
        "31 bytes of hash": good.replace(b64(honest[0]), b64(honest[0][:31])),
        "an index of 2^63 - 1": good.replace(b"index 3", b"index 9223372036854775807"),
        "a note that is no checkpoint": proof_text(3, 7, signed=note(b"text\n", LOG.line(b"text\n"))),
        "no note": good[: good.index(ORIGIN)],
    }
    return {
        "vkey": LOG.vkey.decode(),
        "cases": cases + [{"why": w, "proof": shown(d), "malformed": True} for w, d in wrong.items()],
    }


def files():
    import policy_cases
    import witness_cases

    return {
        "vkeys.json": vkeys(),
        "notes.json": notes(),
        "checkpoints.json": checkpoints(),
        "proofs.json": proofs(),
        "policies.json": policy_cases.policies(),
        "tile-paths.json": policy_cases.tile_paths(),
        "witness.json": witness_cases.witness(),
    }
