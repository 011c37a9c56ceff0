"""Receipts, right and wrong: schemas/receipt.md by example. The verdict is the one that a verifier must come to."""

import base64
import hashlib
import json

import note_core as core

ORIGIN = "example.com/ledger"
LOG = core.Key(ORIGIN, 1)
OTHER = core.Key("example.com/other", 1)
IMPOSTOR = core.Key(ORIGIN, 1, label="impostor")
SECOND = core.Key(ORIGIN, 2)
TRUST = b"log " + LOG.vkey + b"\nquorum none\n"


def canonical(value):
    # Names and texts here are ASCII and numbers small integers, so this is RFC 8785.
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def digest(action):
    return "sha256:" + hashlib.sha256(canonical(action)).hexdigest()


def submission(number, subject, kind, data):
    return {
        "data": data, "datacontenttype": "application/json", "id": f"0198a1c2-{number:04}",
        "source": "/gateways/eu-1", "specversion": "1.0", "subject": subject,
        "time": f"2026-11-22T03:00:{number:02}Z", "type": f"dev.countersign.{kind}.v1",
    }


def sealed(event, number, **changed):
    ledger = {
        "ledgercaller": "gateway-eu-1", "ledgersalt": b64url(hashlib.sha256(b"salt %d" % number).digest()[:16]),
        "ledgertime": f"2026-11-22T03:00:{number:02}.250Z",
    }
    entry = {**event, **ledger, **changed}
    return canonical({name: value for name, value in entry.items() if value is not None})


def disclosure(name, value, salt=b"\x07" * 16):
    return b64url(canonical([b64url(salt), name, value]))


def events():
    """The submissions of entries 1 to 6, by index; entry 4 conceals a member."""
    action = {"resource": {"id": "customers", "type": "dataset"}, "verb": "data.export"}
    agent = {"id": "agent:reporter", "kind": "agent", "on_behalf_of": {"id": "okta:00u1", "kind": "human"}}
    person = {"id": "okta:00u2", "kind": "human"}
    shared = {"action": action, "action_digest": digest(action), "requester": agent}
    vote = {"action_digest": digest(action), "channel": {"kind": "web"}, "decision": "approve", "reviewer": person}
    told = {"id": "0198a1c2-0004", "source": "/gateways/eu-1"}
    return {
        1: submission(1, "apr_0001", "action.blocked", {**shared, "cause": "no_grant"}),
        2: submission(2, "apr_0002", "action.blocked", {**shared, "cause": "no_grant"}),
        3: submission(3, "apr_0003", "approval.requested", shared),
        4: submission(4, "apr_0003", "approval.reviewed", {**vote, "reason": "ticket ML-77"}),
        5: submission(5, "apr_0003", "approval.granted", {"action_digest": digest(action), "votes": [told]}),
        6: submission(6, "apr_0004", "approval.requested", shared),
    }


REASON = disclosure("reason", "ticket ML-77")


def log():
    """The sealed entries."""
    created = {
        "data": {
            "created_by": {"id": "os:operator", "kind": "system"}, "format": 1, "keys": [LOG.vkey.decode()],
            "origin": ORIGIN,
        },
        "datacontenttype": "application/json", "id": "created", "source": "/ledger", "specversion": "1.0",
        "time": "2026-11-22T03:00:00Z", "type": "dev.countersign.ledger.created.v1",
    }
    entries = [sealed(created, 0, ledgercaller="ledger")]
    for number, event in events().items():
        if number == 4:
            data = {name: value for name, value in event["data"].items() if name != "reason"}
            hidden = b64url(hashlib.sha256(REASON.encode()).digest())
            event = {**event, "data": {**data, "_sd": [hidden]}}
        entries.append(sealed(event, number))
    return entries


class Log:
    def __init__(self, entries, origin=ORIGIN, key=LOG):
        self.entries, self.origin, self.key = entries, origin, key
        self.leaves = [core.sha256(b"\x00" + entry) for entry in entries]

    def note(self, size, *more):
        text = core.checkpoint(self.origin.encode(), size, core.root(self.leaves[:size]))
        return core.note(text, *(key.line(text) for key in (self.key, *more)))

    def proof(self, index, size=None, note=None, hashes=None, extra=b"", claimed=None):
        size = size or len(self.entries)
        hashes = core.path(index, self.leaves[:size]) if hashes is None else hashes
        lines = [b"c2sp.org/tlog-proof@v1"] + ([b"extra " + core.b64(extra)] if extra else [])
        lines += [b"index %d" % (index if claimed is None else claimed)] + [core.b64(h) for h in hashes]
        return b"\n".join(lines) + b"\n\n" + (note or self.note(size))


def receipt(entry, proof, disclosures=()):
    return canonical({
        "disclosures": list(disclosures), "entry": entry.decode(), "format": "countersign-receipt/1",
        "proof": proof.decode(),
    }).decode()


def case(name, text, verdict, event=None, trust=TRUST):
    made = {"name": name, "verdict": verdict, "receipt": text, "trust": trust.decode()}
    if event is not None:
        made["event"] = event if isinstance(event, str) else canonical(event).decode()
    return made


def good():
    entries, known = log(), events()
    whole = Log(entries)
    yield case("an entry in the middle", receipt(entries[2], whole.proof(2)), "holds", known[2])
    yield case("the first entry", receipt(entries[0], whole.proof(0)), "holds")
    yield case("the last entry", receipt(entries[6], whole.proof(6)), "holds", known[6])
    yield case("a log of one entry", receipt(entries[0], whole.proof(0, 1)), "holds")
    for size in range(3, 7):
        yield case(f"under an earlier head of {size}", receipt(entries[2], whole.proof(2, size)), "holds", known[2])
    text = receipt(entries[2], whole.proof(2))
    pretty = json.dumps(dict(reversed(json.loads(text).items())), indent=2)
    yield case("pretty-printed, its members in another order", pretty, "holds", known[2])
    spaced = json.dumps(known[2], indent=1)
    yield case("the event in another spacing", text, "holds", spaced)
    yield case("with a concealed member disclosed", receipt(entries[4], whole.proof(4), [REASON]), "holds", known[4])
    yield case("with a concealed member kept back", receipt(entries[4], whole.proof(4)), "holds")
    yield case("kept back, so the event cannot be compared", receipt(entries[4], whole.proof(4)), "not checked", known[4])
    more = core.Key("witness.example", 4)
    note = whole.note(7)
    text7 = note.split(b"\n\n")[0] + b"\n"
    signed = note + more.line(text7, 1795316400)
    yield case("cosigned by a witness that nobody asked for", receipt(entries[2], whole.proof(2, note=signed)), "holds")
    both = receipt(entries[2], whole.proof(2, note=whole.note(7, SECOND)))
    yield case("signed by a second key that is not trusted", both, "holds")
    two = b"log " + LOG.vkey + b"\nlog " + SECOND.vkey + b"\nquorum none\n"
    yield case("signed by both keys of an overlap", both, "holds", trust=two)
    yield case("with a word beside the proof", receipt(entries[2], whole.proof(2, extra=b"any")), "holds")


def bad():
    entries, known = log(), events()
    whole = Log(entries)
    text = receipt(entries[2], whole.proof(2))

    def wrong(name, text, event=None, trust=TRUST):
        return case(name, text, "fails", event, trust)

    yield wrong("another cause in the entry", text.replace("no_grant", "gate_error"))
    yield wrong("another entry of the log", receipt(entries[1], whole.proof(2)))
    for index in (0, 1, 3, 6, 7, 1 << 40):
        yield wrong(f"claimed at index {index}", receipt(entries[2], whole.proof(2, claimed=index)))
    hashes = core.path(2, whole.leaves)
    yield wrong("a hash too many", receipt(entries[2], whole.proof(2, hashes=hashes + [hashes[0]])))
    yield wrong("a hash too few", receipt(entries[2], whole.proof(2, hashes=hashes[:-1])))
    yield wrong("no hashes", receipt(entries[2], whole.proof(2, hashes=[])))
    yield wrong("hashes the wrong way round", receipt(entries[2], whole.proof(2, hashes=hashes[::-1])))
    for place in range(len(hashes)):
        flipped = hashes[:place] + [bytes([hashes[place][0] ^ 1]) + hashes[place][1:]] + hashes[place + 1 :]
        yield wrong(f"a bit flipped in hash {place}", receipt(entries[2], whole.proof(2, hashes=flipped)))
    yield wrong("the proof of another head", receipt(entries[2], whole.proof(2, 5, note=whole.note(7))))
    note = whole.note(7)
    unsigned = note.replace(b"\n7\n", b"\n8\n")
    yield wrong("another size in the head", receipt(entries[2], whole.proof(2, note=unsigned)))
    broken = LOG.line(b"another text\n")
    yield wrong("a signature over another text", receipt(entries[2], whole.proof(2, note=note.split("—".encode())[0] + broken)))
    yield wrong("a good and a broken signature", receipt(entries[2], whole.proof(2, note=note + broken)))
    impostor = Log(entries, key=IMPOSTOR)
    yield wrong("signed by another key of the same name", receipt(entries[2], impostor.proof(2)))
    foreign = Log(entries, origin="example.com/other", key=OTHER)
    yield wrong("a head of another log", receipt(entries[2], foreign.proof(2)))
    stolen = Log(entries, origin="example.com/other")
    yield wrong("another origin under the right key", receipt(entries[2], stolen.proof(2)))
    yield wrong("under the trust file of another log", text, trust=b"log " + OTHER.vkey + b"\nquorum none\n")
    yield wrong("another event", text, {**known[2], "subject": "apr_0009"})
    yield wrong("an event of another id", text, {**known[2], "id": "0198a1c2-0009"})
    yield wrong("an event with an attribute more", text, {**known[2], "dataschema": "https://example.com/s"})
    yield wrong("an event that is none", text, "{}")
    yield wrong("a disclosure that opens nothing", receipt(entries[2], whole.proof(2), [REASON]))
    yield wrong("a disclosure twice", receipt(entries[4], whole.proof(4), [REASON, REASON]))
    lie = disclosure("reason", "ticket ML-78")
    yield wrong("a disclosure of something else", receipt(entries[4], whole.proof(4), [lie]))
    yield wrong("a disclosure that is none", receipt(entries[4], whole.proof(4), ["?"]))
    yield from bad_entries(entries)
    yield from bad_forms(text, entries, whole)


def bad_entries(entries):
    """Entries that a log sealed and never should have: the proof is good, the entry is not."""
    event = events()[2]
    forms = {
        "not in the canonical form": json.dumps(json.loads(entries[2])).encode(),
        "without a time of sealing": sealed(event, 2, ledgertime=None),
        "with a time of another form": sealed(event, 2, ledgertime="2026-11-22T03:00:02Z"),
        "with a short salt": sealed(event, 2, ledgersalt="AAAA"),
        "without an id": sealed({**event, "id": None}, 2),
        "with an unknown member": sealed({**event, "data": {**event["data"], "surprise": 1}}, 2),
        "that is no object": b"[]",
    }
    for name, entry in forms.items():
        odd = Log(entries[:2] + [entry] + entries[3:])
        yield case("an entry " + name, receipt(entry, odd.proof(2)), "fails")


def bad_forms(text, entries, whole):
    """Texts that are no receipts."""
    value = json.loads(text)
    for name in ("disclosures", "entry", "format", "proof"):
        without = {member: item for member, item in value.items() if member != name}
        yield case(f"without {name}", canonical(without).decode(), "fails")
        yield case(f"{name} of another type", canonical({**value, name: 1}).decode(), "fails")
    yield case("another format", text.replace("receipt/1", "receipt/2"), "fails")
    yield case("a member more", canonical({**value, "index": 2}).decode(), "fails")
    yield case("a member twice", text[:-1] + ',"format":"countersign-receipt/1"}', "fails")
    yield case("a server's whole answer", canonical({"index": 2, "receipt": value}).decode(), "fails")
    yield case("cut short", text[:-1], "fails")
    yield case("followed by more", text + "{}", "fails")
    proof = value["proof"]
    for name, changed in {
        "with CRLF": proof.replace("\n", "\r\n"), "of another version": proof.replace("@v1", "@v2"),
        "with a leading zero": proof.replace("index 2", "index 02"), "with a blank at its end": proof + " ",
        "without a head": proof.split("\n\n")[0] + "\n", "with an empty line more": proof.replace("\n\n", "\n\n\n", 1),
    }.items():
        yield case("a proof " + name, receipt(entries[2], changed.encode()), "fails")


def document():
    return {"about": "Receipts, right and wrong; written by tools/make-receipt-vectors.", "cases": [*good(), *bad()]}


def example():
    entries = log()
    whole = Log(entries)
    value = json.loads(receipt(entries[2], whole.proof(2)))
    lines = ["trust file:", TRUST.decode(), "fingerprint of its key:", LOG.fingerprint, "", "receipt:"]
    lines += [json.dumps(value, indent=1, ensure_ascii=False), "", "the member `proof`, as text:", value["proof"]]
    lines += ["leaf hash: SHA-256(0x00 ‖ entry) = " + whole.leaves[2].hex(), "root: " + core.root(whole.leaves).hex()]
    return "\n".join(lines) + "\n"
