"""Events on their way to the file: canonical bytes, ids, sequences, and when the player hands each one in."""

import datetime
import hashlib
import json
import random

PERIOD_START = datetime.datetime(2026, 11, 2, tzinfo=datetime.timezone.utc)
PERIOD_END = datetime.datetime(2026, 11, 16, tzinfo=datetime.timezone.utc)
PREFIX = "dev.countersign."


def jcs(value):
    """RFC 8785 for what stands in this input: objects, arrays, strings, booleans, integers within ±(2^53−1)."""
    check_plain(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def check_plain(value):
    if isinstance(value, dict):
        assert all(key.isascii() for key in value), "names in other scripts sort differently in UTF-16"
        for member in value.values():
            check_plain(member)
    elif isinstance(value, list):
        for member in value:
            check_plain(member)
    else:
        assert isinstance(value, (str, bool)) or (isinstance(value, int) and abs(value) < 2**53), value


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def digest_of(value):
    return digest(jcs(value))


def merkle_root(leaves):
    """RFC 6962 §2.1 over leaf hashes."""
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node(merkle_root(leaves[:k]), merkle_root(leaves[k:]))


def merkle_path(m, leaves):
    """RFC 6962 §2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return merkle_path(m, leaves[:k]) + [merkle_root(leaves[k:])]
    return merkle_path(m - k, leaves[k:]) + [merkle_root(leaves[:k])]


def batch_leaf(action_digest):
    """A batch's leaf holds the 32 bytes of an item's action digest."""
    return hashlib.sha256(b"\x00" + bytes.fromhex(action_digest[7:])).digest()


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(n):
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def at(seconds):
    """A moment of the demo, in seconds from the period's start; rounded to the millisecond that will be written."""
    return PERIOD_START + datetime.timedelta(milliseconds=round(seconds * 1000))


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (moment.microsecond // 1000)


class Stage:
    """Collects events in any order; `finish` puts them in the order in which they are handed in."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.events = []
        self.held = {}
        self.subjects = set()

    # random() is the one call whose values Python promises to keep.
    def chance(self, probability):
        return self.random.random() < probability

    def between(self, low, high):
        return low + (high - low) * self.random.random()

    def whole(self, low, high):
        """An integer from low to high, both included."""
        return low + int((high - low + 1) * self.random.random())

    def pick(self, items):
        return items[int(len(items) * self.random.random())]

    def uuid7(self, moment):
        millis = int(moment.timestamp() * 1000)
        noise = int(self.random.random() * 2**53) << 21 | int(self.random.random() * 2**21)
        value = millis << 80 | 0x7 << 76 | (noise >> 62 & 0xFFF) << 64 | 0b10 << 62 | noise & (2**62 - 1)
        text = "%032x" % value
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    def subject(self, when):
        """A new case's id: the day, and four letters that no other case of the day has."""
        while True:
            letters = "".join(self.pick("BCDFGHJKLMNPQRSTVWXZ") for _ in range(4))
            subject = "nl-%s-%s" % (at(when).strftime("%m%d"), letters)
            if subject not in self.subjects:
                self.subjects.add(subject)
                return subject

    def add(self, source, kind, when, data, subject=None, event_id=None, delay=None):
        """Records that `source` says `data` at `when` seconds; returns the reference to it."""
        moment = at(when)
        assert PERIOD_START <= moment < PERIOD_END, (kind, subject, when)
        event = {"specversion": "1.0", "type": PREFIX + kind + ".v1", "source": source.path,
                 "id": event_id or self.uuid7(moment), "time": stamp(moment), "datacontenttype": "application/json",
                 "data": data}
        if subject is not None:
            event["subject"] = subject
        if delay is None:
            delay = source.delay(self)
        self.events.append({"event": event, "source": source, "moment": moment, "delay": delay, "turn": len(self.events)})
        return {"source": source.path, "id": event["id"]}

    def hold(self, source, start, end):
        """`source` cannot reach the ledger between these seconds: what it says then is handed in afterwards."""
        self.held[source.path] = (at(start), at(end))

    def finish(self):
        """The events in the order of handing in, each with `recorded_at`; sequences are given in a source's own order."""
        self.events.sort(key=lambda e: (e["moment"], e["turn"]))
        last, sequence = {}, {}
        for record in self.events:
            source = record["source"]
            recorded = record["moment"] + datetime.timedelta(milliseconds=round(record["delay"] * 1000))
            begin, end = self.held.get(source.path, (PERIOD_END, PERIOD_END))
            if begin <= record["moment"] < end:
                recorded = max(recorded, end)
            if source.sequenced:
                recorded = max(recorded, last.get(source.path, recorded))
                last[source.path] = recorded
                sequence[source.path] = sequence.get(source.path, 0) + 1
                record["event"]["sourcesequence"] = str(sequence[source.path])
            assert recorded < PERIOD_END, record["event"]
            record["recorded"] = recorded
        self.events.sort(key=lambda e: (e["recorded"], e["moment"], e["turn"]))
        identities = {(e["event"]["source"], e["event"]["id"]) for e in self.events}
        assert len(identities) == len(self.events), "an id is used twice"
        return self.events


class Source:
    """One voice: its path, the caller whose credential hands its events in, and how long that takes."""

    def __init__(self, path, caller, sequenced, quick, slow):
        self.path, self.caller, self.sequenced, self.quick, self.slow = path, caller, sequenced, quick, slow

    def delay(self, stage):
        return stage.between(1, self.quick) if stage.chance(0.95) else stage.between(self.quick, self.slow)
