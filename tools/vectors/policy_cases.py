"""The cases of policies.json and tile-paths.json."""

from note_cases import FIPS, LOG, NEXT, STRANGER, TIME, WITNESSES, head, shown
from note_core import Key, line, note

W = WITNESSES


def log_line(key):
    return b"log " + key.vkey + b"\n"


def witness_lines(*numbers):
    return b"".join(b"witness W%d %s\n" % (n, W[n - 1].vkey) for n in numbers)


def policies():
    text = head(7)
    signed = LOG.line(text)
    cosigned = [w.line(text, TIME + n) for n, w in enumerate(W)]
    one = log_line(LOG)
    two = witness_lines(1, 2)
    four = witness_lines(1, 2, 3, 4)
    nested = one + four + b"group X 2 W1 W2 W3\ngroup all-of-us all X W4\nquorum all-of-us\n"
    verdicts = []

    def case(why, policy, signed_note, verdict, cosigners=(), keys=(LOG,)):
        verdicts.append({"why": why, "policy": shown(policy), "note": shown(signed_note), "verdict": verdict,
                         "cosigners": list(cosigners), "keys": [k.vkey.decode() for k in keys]})  # fmt: skip

    def signed_by(*numbers):
        return note(text, signed, *[cosigned[n - 1] for n in numbers])

    case("no quorum", one + b"quorum none\n", signed_by(), "none")
    case("no quorum, but witnesses", one + two + b"quorum none\n", signed_by(2), "none", ["W2"])
    case("one witness", one + two + b"quorum W1\n", signed_by(1), "W1", ["W1"])
    case("the other witness", one + two + b"quorum W1\n", signed_by(2), "missed")
    case("no witness", one + two + b"quorum W1\n", signed_by(), "missed")
    case("any of two", one + two + b"group g any W1 W2\nquorum g\n", signed_by(2), "g", ["W2"])
    case("all of two", one + two + b"group g all W1 W2\nquorum g\n", signed_by(2), "missed")
    case("all of two, both", one + two + b"group g all W1 W2\nquorum g\n", signed_by(2, 1), "g", ["W1", "W2"])
    case("two of four", one + four + b"group g 2 W1 W2 W3 W4\nquorum g\n", signed_by(4, 3), "g", ["W3", "W4"])
    case("one line three times is one witness", one + four + b"group g 2 W1 W2 W3 W4\nquorum g\n", signed_by(4, 4, 4), "missed")
    case("groups of groups", nested, signed_by(1, 3, 4), "all-of-us", ["W1", "W3", "W4"])
    case("groups of groups, one short", nested, signed_by(1, 4), "missed")
    case("groups of groups, the other short", nested, signed_by(1, 2, 3), "missed")
    case("tabs, comments, an address", b"# trust\n\n \tlog\t" + LOG.vkey + b" https://log.example/\n \n" + two + b"quorum  W1 \n", signed_by(1), "W1", ["W1"])
    case("ECDSA", log_line(FIPS) + b"quorum none\n", note(text, signed, FIPS.line(text)), "none", (), [FIPS])
    case("the old and the new key, old signs", one + log_line(NEXT) + b"quorum none\n", signed_by(), "none")
    case("the old and the new key, both sign", one + log_line(NEXT) + b"quorum none\n", note(text, signed, NEXT.line(text)), "none", (), [LOG, NEXT])
    case("witnesses alone are no log", one + two + b"quorum W1\n", note(text, cosigned[0]), "refused")
    case("another log's key", log_line(STRANGER) + b"quorum none\n", signed_by(), "refused")
    case("another log's note under a trusted key", log_line(STRANGER) + b"quorum none\n", note(text, STRANGER.line(text)), "refused")
    case("a witness's bad signature spoils the note", one + two + b"quorum W1\n", note(text, signed, cosigned[0], line(W[1].name, W[1].id + bytes(72))), "refused")
    case("no log", two + b"quorum W1\n", signed_by(1), "refused")
    case("two logs", one + log_line(STRANGER) + b"quorum none\n", signed_by(), "refused")
    case("three keys of one log", one + log_line(NEXT) + log_line(FIPS) + b"quorum none\n", signed_by(), "refused")
    case("no checkpoint", one + b"quorum none\n", note(b"text\n", LOG.line(b"text\n")), "refused")
    wrong = {
        "no quorum line": one,
        "two quorum lines": one + b"quorum none\nquorum none\n",
        "nothing": b"",
        "no line feed at the end": one + b"quorum none",
        "an unknown word": one + b"logs x\nquorum none\n",
        "CR LF": one + b"quorum none\r\n",
        "a log twice": one + one + b"quorum none\n",
        "a witness twice under two names": one + two + b"witness W3 " + W[0].vkey + b"\nquorum none\n",
        "a log that witnesses itself": one + b"witness W " + Key("w.example", 4, LOG.name.decode()).vkey + b"\nquorum none\n",
        "two witnesses of one name": one + witness_lines(1) + b"witness W1 " + W[1].vkey + b"\nquorum none\n",
        "a log's key for a witness": one + b"witness W " + STRANGER.vkey + b"\nquorum none\n",
        "a witness's key for a log": b"log " + W[0].vkey + b"\nquorum none\n",
        "a witness called none": one + b"witness none " + W[0].vkey + b"\nquorum none\n",
        "a member that comes later": one + b"group g any W1\n" + two + b"quorum g\n",
        "an unknown member": one + two + b"group g any W9\nquorum g\n",
        "none as a member": one + two + b"group g any none W1\nquorum g\n",
        "a member of two groups": one + two + b"group g any W1\ngroup h any W1 W2\nquorum h\n",
        "a member twice": one + two + b"group g 2 W1 W1\nquorum g\n",
        "itself a member": one + two + b"group g any g\nquorum g\n",
        "a group without members": one + two + b"group g any\nquorum g\n",
        "none of two": one + two + b"group g 0 W1 W2\nquorum g\n",
        "three of two": one + two + b"group g 3 W1 W2\nquorum g\n",
        "two with a leading zero": one + two + b"group g 02 W1 W2\nquorum g\n",
        "most of two": one + two + b"group g most W1 W2\nquorum g\n",
        "a group under a witness's name": one + two + b"group W1 any W2\nquorum W1\n",
        "an unknown quorum": one + two + b"quorum W9\n",
        "a quorum that comes later": one + b"quorum W1\n" + two,
        "a key that is none": b"log abc\nquorum none\n",
        "too many items": one[:-1] + b" a b\nquorum none\n",
        "DEL": one + b"# \x7f\nquorum none\n",
        "names are bytes, and the Kelvin sign is no K": one + b"witness K " + W[0].vkey + "\nquorum \u212a\n".encode(),
    }
    return {"verdicts": verdicts, "malformed": [{"why": w, "policy": shown(d)} for w, d in wrong.items()]}


def tile_paths():
    good = {
        "tile/0/000": [0, 0, 256], "tile/0/005": [0, 5, 256], "tile/0/x001/000": [0, 1000, 256],
        "tile/0/x001/x234/067": [0, 1234067, 256], "tile/0/273.p/112": [0, 273, 112], "tile/1/001.p/17": [1, 1, 17],
        "tile/2/000.p/1": [2, 0, 1], "tile/0/x001/x234/067.p/255": [0, 1234067, 255], "tile/7/000.p/100": [7, 0, 100],
        "tile/entries/000": ["entries", 0, 256], "tile/entries/x001/067.p/12": ["entries", 1067, 12],
        "tile/0/x036/x028/x797/x018/x963/967": [0, 2**55 - 1, 256],
        "tile/entries/x036/x028/x797/x018/x963/967": ["entries", 2**55 - 1, 256],
    }  # fmt: skip
    wrong = [
        "", "tile", "tile/0", "tile/0/", "/tile/0/000", "tile/0/000/", "tile/00/000", "tile/-1/000", "tile/+1/000",
        "tile/64/000", "tile/256/000", "tile/x/000", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/1000",
        "tile/0/x000/000", "tile/0/x000/x001/000", "tile/0/001/000", "tile/0/x001", "tile/0/x001/x000", "tile/0/X001/000",
        "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/00", "tile/0/000.p/01", "tile/0/000.p/256",
        "tile/0/000.p/1/", "tile/0/000.P/1", "tile/0/000.p/1.p/1", "tile/0/x001.p/000", "tile//000", "tile/0//000",
        "tile/0/../000", "tile/0/%30%30%30", "tile/0/00a", "tile/0/+01", "tile/data/000", "tile/entries/", "tile/entries",
        "Tile/0/000", "tile/0/000\n", "tile/0/000 ", "tile/0/x036/x028/x797/x018/x963/968",
        "tile/entries/x036/x028/x797/x018/x963/968", "tile/0/x999/x999/x999/x999/x999/x999/x999/999", "tile/1/x140/x737/x488/x355/328",
    ]  # fmt: skip
    return {"good": [{"path": p, "tile": t} for p, t in good.items()], "refused": wrong}
