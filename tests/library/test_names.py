# SPDX-License-Identifier: BSD-3-Clause
"""Names that whoever links the library gets: its own prefix's, and no others."""
import subprocess
import sys

listing = subprocess.run(["nm", "--extern-only", "--defined-only", "--format=posix", sys.argv[1]], check=True,
                         capture_output=True, text=True).stdout
names = [line.split()[0] for line in listing.splitlines() if len(line.split()) > 2]
others = [name for name in names if not name.startswith("shakedown_")]
print("1..2")
print("ok" if "shakedown_analysis_new" in names else "not ok", "1 - what is exported has a name")
print("not ok" if others else "ok", "2 - nothing else has")
for name in others[:20]:
    print("#", name)
