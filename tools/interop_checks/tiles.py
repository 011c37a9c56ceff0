"""aics-tlog audits what we serve, export and mirror, and makes the proofs that we make."""

import base64
import json

from aics_tlog import (
    FileSystemTileReader, HttpTileReader, VerifiedTileReader, audit_tiles, consistency_proof_from_tiles,
    inclusion_proof_from_tiles, parse_checkpoint, parse_note, parse_vkey, read_entry, tree_root_from_tiles,
    verify_checkpoint, verify_consistency, verify_leaf_inclusion,
)
from stage import Ledger, check, request, run, serving

SIZES = (3, 40, 300, 700)


def head(note, vkey):
    verdict = verify_checkpoint(parse_note(note), parse_vkey(vkey))
    check(verdict.log_ok and verdict.error is None, f"the head is signed: {verdict}")
    return parse_checkpoint(parse_note(note).text)


def hashes(answer):
    return [base64.b64decode(text) for text in json.loads(answer)["hashes"]]


def checks(folder):
    ledger = Ledger(folder)
    heads = []
    with serving("serve", "--data", ledger.data) as address:
        for size in SIZES:
            ledger.grow(address, size - ledger.count)
            heads.append(head(request(address, "/checkpoint")[2], ledger.vkey))
            served_tiles(address, heads[-1])
        proofs(address, ledger, heads)
        copy = folder / "copy"
        run("countersign", "mirror", address, copy, "--trust", ledger.trust, "--token-file", ledger.token_file)
    exported = folder / "exported"
    run("countersign", "tiles", "export", exported, "--data", ledger.data)
    for place in (copy, exported):
        found = head((place / "checkpoint").read_bytes(), ledger.vkey)
        report = audit_tiles(FileSystemTileReader(place), found.size, found.root, entries=True)
        check(report.bundles == (found.size + 255) // 256, f"{place.name}: every bundle and tile is audited: {report}")
    return "aics-tlog: heads, tiles, bundles and proofs of a server, a mirror and an export"


def served_tiles(address, found):
    reader = HttpTileReader([address], proxies={})
    report = audit_tiles(reader, found.size, found.root, entries=False)
    check(report.tiles > 0, f"the served tiles are audited: {report}")
    check(tree_root_from_tiles(reader, found.size) == found.root, "the served tiles fold to the signed root")


def proofs(address, ledger, heads):
    newest = heads[-1]
    tiles = VerifiedTileReader(HttpTileReader([address], proxies={}), newest.size, newest.root)
    for index in sorted({0, 1, 255, 256, 511, newest.size // 2, newest.size - 1}):
        ours = hashes(request(address, f"/v1/proofs/inclusion?index={index}&size={newest.size}")[2])
        check(ours == inclusion_proof_from_tiles(tiles, index, newest.size), f"the inclusion proof of entry {index}")
        entry = request(address, f"/v1/events/{index}", token=ledger.token)[2]
        check(verify_leaf_inclusion(entry, index, newest.size, ours, newest.root), f"entry {index} is included")
        check(read_entry(WithToken(address, ledger.token), index, newest.size) == entry, f"entry {index} is in its bundle")
    for old in heads[:-1]:
        ours = hashes(request(address, f"/v1/proofs/consistency?first={old.size}&second={newest.size}")[2])
        check(ours == consistency_proof_from_tiles(tiles, old.size, newest.size), f"the proof from {old.size}")
        check(verify_consistency(old.size, newest.size, old.root, newest.root, ours), f"{newest.size} continues {old.size}")


class WithToken:
    """A reader of bundles for those who may read; theirs sends no tokens."""

    def __init__(self, address, token):
        self.address, self.token = address, token

    def read_entry_bundle(self, index, width):
        path = f"/tile/entries/{index:03}" + (f".p/{width}" if width else "")
        status, _, body = request(self.address, path, token=self.token)
        return body if status == 200 else None
