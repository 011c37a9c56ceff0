"""The README's commands that need other people's tools: its blocks marked bash, as they stand there."""

import pathlib
import re
import shutil
import subprocess
import sys

from signatures import make_authority, time_authority
from stage import COMMANDS, Ledger, check, run, serving

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"


def commands(folder):
    ledger = Ledger(folder)
    with serving("serve", "--data", ledger.data) as address:
        ledger.grow(address, 300)
    run("countersign", "tiles", "export", folder / "tiles", "--data", ledger.data)
    shutil.copy(ledger.trust, folder / "trust")
    make_authority(folder / "authority")
    shutil.copy(folder / "authority" / "ca.pem", folder / "tsa-ca.pem")
    blocks = re.findall(r"^```bash\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
    check(len(blocks) == 2, f"the README has two such blocks, not {len(blocks)}")
    with time_authority(folder / "authority") as authority:
        for block in blocks:
            script = "set -euo pipefail\n" + block.replace("http://tsa.example.com/tsr", authority)
            path = f"{COMMANDS}:{pathlib.Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
            done = subprocess.run(["bash", "-c", script], cwd=folder, env={"PATH": path}, capture_output=True, text=True)
            check(done.returncode == 0, f"the README's commands:\n{block}\n{done.stdout}{done.stderr}")
    check((folder / "entry.json").stat().st_size > 0, "the entry was written")
    return "the README's commands for other people's tools"
