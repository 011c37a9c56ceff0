"""The cases of Tests/Vectors/notes/witness.json: requests to a witness (C2SP tlog-witness), one after another, each
with the status that a witness answers from the state that the earlier ones left."""

from note_cases import FIPS, LEAVES, LOG, NEXT, ORIGIN, STRANGER, WITNESSES, head, shown
from note_core import Key, b64, checkpoint, note, root, sha256

OTHER = Key("log.countersign.example/two", 1)


def consistency(m, leaves, whole=True):
    """RFC 6962 section 2.1.2, PROOF and SUBPROOF."""
    n = len(leaves)
    if m == n:
        return [] if whole else [root(leaves)]
    k = 1 << (n - 1).bit_length() - 1
    if m <= k:
        return consistency(m, leaves[:k], whole) + [root(leaves[k:])]
    return consistency(m - k, leaves[k:], False) + [root(leaves[:k])]


def request(old, size, proof=None, signed=None):
    if proof is None:
        proof = consistency(old, LEAVES[:size]) if 0 < old <= size else []
    signed = signed or note(head(size), LOG.line(head(size)))
    return b"old %d\n" % old + b"".join(b64(h) + b"\n" for h in proof) + b"\n" + signed


def sequence():
    steps = []

    def step(why, body, status, size=None):
        steps.append({"why": why, "request": shown(body), "status": status, **({} if size is None else {"size": size})})

    empty_wrong = checkpoint(ORIGIN, 0, LEAVES[0])
    forked = checkpoint(ORIGIN, 7, LEAVES[0])
    two = checkpoint(OTHER.name, 3, root(LEAVES[:3]))
    step("a first size of 0 with another root than the empty tree's", request(0, 0, signed=note(empty_wrong, LOG.line(empty_wrong))), 422)
    step("the empty tree", request(0, 0), 200, 0)
    step("a proof from the empty tree", request(0, 3, proof=[LEAVES[0]]), 422)
    step("another old size while nothing but the empty tree is known", request(1, 3), 409, 0)
    step("the first head", request(0, 3), 200, 3)
    step("the same again, from nothing: the client learns the size", request(0, 3), 409, 3)
    step("the same head again, from itself", request(3, 3), 200, 3)
    step("a proof between equal sizes", request(3, 3, proof=[LEAVES[0]]), 422)
    step("an origin that is not known", request(3, 7, signed=note(head(7, b"log.example/none"), LOG.line(head(7, b"log.example/none")))), 404)
    step("no signature by a known key", request(3, 7, signed=note(head(7), STRANGER.line(head(7)))), 403)
    step("a bad signature under the known key's name", request(3, 7, signed=note(head(7), LOG.line(head(8)))), 403)
    step("a bad signature beside a good one of the other known key", request(3, 7, signed=note(head(7), LOG.line(head(8)), FIPS.line(head(7)))), 403)
    step("a cosignature, and no log's", request(3, 7, signed=note(head(7), WITNESSES[0].line(head(7), 1))), 403)
    step("an old size beyond the checkpoint's", request(4, 3), 400)
    step("an old size beyond the checkpoint's, which is the one that is known", request(3, 2), 400)
    step("no proof", request(3, 7, proof=[]), 422)
    good = consistency(3, LEAVES[:7])
    step("a hash left out", request(3, 7, proof=good[:-1]), 422)
    step("a hash too many", request(3, 7, proof=good + [LEAVES[0]]), 422)
    step("another hash", request(3, 7, proof=good[:-1] + [LEAVES[0]]), 422)
    step("the way to another size", request(3, 7, proof=consistency(3, LEAVES[:8])), 422)
    step("growth, signed by the ECDSA key too and by strangers", request(3, 7, signed=note(head(7), STRANGER.line(head(7)), LOG.line(head(7)), FIPS.line(head(7)))), 200, 7)
    step("one size, two roots", request(7, 7, signed=note(forked, LOG.line(forked))), 422)
    step("back to a smaller size", request(3, 3), 409, 7)
    step("from a size between", request(4, 8), 409, 7)
    step("growth, signed by the ECDSA key alone", request(7, 64, signed=note(head(64), FIPS.line(head(64)))), 200, 64)
    step("a key that is not known yet", request(64, 70, signed=note(head(70), NEXT.line(head(70)))), 403)
    step("another log, whose state is its own", request(0, 3, signed=note(two, OTHER.line(two))), 200, 3)
    extended = head(70) + b"an extension\n"
    step("a checkpoint with an extension line", request(64, 70, signed=note(extended, LOG.line(extended))), 200, 70)
    for why, body in malformed().items():
        step(why, body, 400)
    for why, body in unsigned().items():
        step(why, body, 403)
    step("the same head again, at the end", request(70, 70), 200, 70)
    return {"logs": [{"origin": ORIGIN.decode(), "vkeys": [LOG.vkey.decode(), FIPS.vkey.decode()]},
                     {"origin": OTHER.name.decode(), "vkeys": [OTHER.vkey.decode()]}],
            "steps": steps}  # fmt: skip


def malformed():
    good = request(64, 70)
    assert good.startswith(b"old 64\n")
    text = b"no checkpoint\n"
    return {
        "nothing": b"",
        "no old size": good[len(b"old 64\n") :],
        "an old size with a leading zero": good.replace(b"old 64", b"old 064", 1),
        "a negative old size": good.replace(b"old 64", b"old -64", 1),
        "an old size of 2^63": good.replace(b"old 64", b"old 9223372036854775808", 1),
        "two spaces": good.replace(b"old 64", b"old  64", 1),
        "Old": good.replace(b"old 64", b"Old 64", 1),
        "a space after the old size": good.replace(b"old 64\n", b"old 64 \n", 1),
        "CR LF": good.replace(b"\n", b"\r\n"),
        "no empty line": good.replace(b"\n\n", b"\n", 1),
        "two empty lines": good.replace(b"\n\n", b"\n\n\n", 1),
        "64 hashes": request(64, 70, proof=[LEAVES[0]] * 64),
        "31 bytes of hash": request(64, 70, proof=[LEAVES[0][:31]]),
        "a hash without padding": request(64, 70, proof=[LEAVES[0]]).replace(b"=\n", b"\n", 1),
        "a note that is no checkpoint": request(64, 70, signed=note(text, LOG.line(text))),
        "no checkpoint": b"old 64\n\n",
    }


def unsigned():
    """A checkpoint, and under it nothing that could be a signature of the log."""
    good = request(64, 70)
    return {
        "no signatures": request(64, 70, signed=head(70) + b"\n"),
        "something after the signatures": good + b"PS\n",
        "a signature without padding": good[: good.rindex(b"=")] + b"\n",
        "a signature with bits left over": good[: good.rindex(b"=") - 1] + b"p=\n",
        "no line feed at the end": good[:-1],
        "101 signatures": request(64, 70, signed=note(head(70), LOG.line(head(70)), *[STRANGER.line(head(70))] * 100)),
    }


def requests():
    """Requests that are well-formed, with what stands in them."""
    return [
        {"request": shown(request(old, size)), "old": old, "size": size, "hashes": len(consistency(old, LEAVES[:size])) if old else 0}
        for old, size in ((0, 0), (0, 1), (0, 70), (1, 2), (3, 7), (4, 8), (7, 7), (63, 64), (64, 70), (70, 70))
    ]


def cosignatures():
    """What a witness answers: its lines, and which of them are good."""
    text = head(7)
    lines = [w.line(text, 1_795_316_400) for w in WITNESSES[:3]]
    return {
        "text": shown(text),
        "lines": shown(b"".join(lines)),
        "vkeys": [w.vkey.decode() for w in WITNESSES[:3]],
    }


def witness():
    assert sha256(b"") == root([])
    return {"requests": requests(), "cosignatures": cosignatures(), **sequence()}
