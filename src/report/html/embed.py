#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""embed.py OUT.c FILE...: texts as arrays of C, NUL-terminated, named html_asset_FILE_EXT.

The SPDX comment at the head of each is left out: the page carries one of its own."""
import os
import re
import sys


def main():
    out, files = sys.argv[1], sys.argv[2:]
    parts = ['#include "report/html/assets.h"\n']
    for path in files:
        with open(path, "rb") as f:
            text = re.sub(rb"\A/\* SPDX[^*]*\*/\n", b"", f.read())
        name = re.sub(r"[^a-z0-9]", "_", os.path.basename(path))
        rows = [",".join(str(b) if b < 128 else "'\\x%x'" % b for b in text[i:i + 24]) for i in range(0, len(text), 24)]
        parts.append("const char html_asset_%s[] = {\n%s, 0};\n" % (name, ",\n".join(rows)))
    with open(out, "w", encoding="ascii") as f:
        f.write("\n".join(parts))


main()
