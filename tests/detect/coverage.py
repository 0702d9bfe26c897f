#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every kind of the catalogue has a scene that triggers it, a near miss that must not, and its explanation.

    coverage.py PROGRAM ANOMALY_KIND_H TEST.c...

The scenes are those of the detectors' own tests, which fail if they do not hold: here it is only asked that there are any.
"""
import re, subprocess, sys


def main():
    program, header, tests = sys.argv[1], sys.argv[2], sys.argv[3:]
    kinds = re.findall(r"^\tSHAKEDOWN_ANOMALY_([A-Z_]+)(?: = 0)?,", open(header).read(), re.M)
    scenes = "".join(open(path).read() for path in tests)
    lacking = []
    for kind in kinds:
        name = kind.lower().replace("_", "-")
        found = re.search(rf"EXPECT(?:_SEVERITY|_FACT)?\(s, {kind}\b", scenes) or \
            re.search(rf'EXPECT_KINDS\(s, "(?:[^"]* )?{name}(?: [^"]*)?"', scenes)
        missed = re.search(rf"EXPECT_NOT\(s, {kind}\)", scenes)
        text = subprocess.run([program, "explain", name], capture_output=True, text=True)
        sections = [s for s in ("Detected", "No fault", "What to do") if s.lower() not in text.stdout.lower()]
        for what, there in (("scene", found), ("near miss", missed), ("explanation", text.returncode == 0 and not sections)):
            if not there:
                lacking.append(f"{name}: no {what} {sections if what == 'explanation' else ''}")
    print("\n".join(lacking) or f"{len(kinds)} kinds, each with a scene, a near miss and an explanation")
    return 1 if lacking or not kinds else 0


if __name__ == "__main__":
    sys.exit(main())
