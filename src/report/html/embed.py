#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""embed.py OUT.c FILE...: texts as arrays of C, NUL-terminated, named html_asset_FILE_EXT.

Of ladder.css also, as html_asset_ladder_plain_css, what pictures by themselves carry: they are shown by programs that
know neither custom properties nor media queries, so colours stand in their place, and the light ones first.

The SPDX comment at the head of each is left out: the page carries one of its own."""
import os
import re
import sys


def plain(css):
    """Each rule with the light colours, then those with colours again for each medium that has others."""
    colours = re.compile(r"--([\w-]+): *([^;]+);")
    media = re.findall(r"(@media [^{]+){\s*\.ladder {([^}]*)}\s*}", css)
    css = re.sub(r"@media [^{]+{[^{]*{[^}]*}\s*}\n", "", css)
    css = re.sub(r"/\*.*?\*/\n?", "", css, flags=re.S)
    light = dict(colours.findall(css))
    rules = colours.sub("", css)

    def resolved(text, values):
        return re.sub(r"var\(--([\w-]+)\)", lambda name: values[name[1]], text)

    parts = [re.sub(r"\n\s*\n", "\n", resolved(rules, light))]
    themed = re.findall(r"\.ladder [^{}]+{[^}]*var\([^}]*}", rules)
    for query, other in media:
        theirs = dict(colours.findall(other))
        changed = [rule for rule in themed if set(re.findall(r"var\(--([\w-]+)\)", rule)) & theirs.keys()]
        parts.append(query + "{\n" + "\n".join(resolved(rule, {**light, **theirs}) for rule in changed) + "\n}\n")
    return "".join(parts)


def array(name, text):
    data = text.encode("utf-8")
    rows = [",".join(str(b) if b < 128 else "'\\x%x'" % b for b in data[i:i + 24]) for i in range(0, len(data), 24)]
    return "const char html_asset_%s[] = {\n%s, 0};\n" % (name, ",\n".join(rows))


def main():
    out, files = sys.argv[1], sys.argv[2:]
    parts = ['#include "report/html/assets.h"\n']
    for path in files:
        with open(path, encoding="utf-8") as f:
            text = re.sub(r"\A/\* SPDX[^*]*\*/\n", "", f.read())
        name = os.path.basename(path)
        parts.append(array(re.sub(r"[^a-z0-9]", "_", name), text))
        if name == "ladder.css":
            parts.append(array("ladder_plain_css", plain(text)))
    with open(out, "w", encoding="ascii") as f:
        f.write("\n".join(parts))


main()
