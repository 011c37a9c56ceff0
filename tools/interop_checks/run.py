"""Runs every check; see tools/interop."""

import pathlib
import tempfile

import readme
import signatures
import stage
import tiles
import witnesses

with tempfile.TemporaryDirectory(prefix="countersign-interop-") as name:
    folder = pathlib.Path(name)
    for checks in (tiles.checks, witnesses.feeds_ours, witnesses.feeds_theirs, witnesses.side_by_side,
                   witnesses.published_requests, signatures.sigstore_heads, signatures.shell_and_openssl, readme.commands):
        before = stage.judged
        place = folder / checks.__name__
        place.mkdir()
        what = checks(place)
        print(f"interop: {what}: {stage.judged - before} judgements")
print(f"interop: all {stage.judged} judgements agree")
