# SPDX-License-Identifier: BSD-3-Clause
"""Reads OpenMetrics 1.0 text by the letter of its ABNF and of its "MUST"s, as far as they concern what is written
here: counters, gauges, histograms and information, without timestamps and exemplars. Raises Wrong at the first fault."""
import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"^({NAME})(?:\{{((?:{LABEL})(?:,{LABEL})*)\}})? ([^ ]+)$")
NUMBER = re.compile(r"^-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?$")
SUFFIXES = {"counter": ["_total"], "gauge": [""], "histogram": ["_bucket", "_count", "_sum"], "info": ["_info"]}


class Wrong(Exception):
    """What is wrong, with its line."""


def split_labels(text):
    pairs = re.findall(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"', text or "")
    if len(dict(pairs)) != len(pairs):
        raise Wrong(f"a label twice: {text}")
    return dict(pairs)


class Family:
    def __init__(self, name, kind):
        self.name, self.kind, self.unit, self.help, self.samples = name, kind, None, None, {}


def check_histogram(family):
    groups = {}
    for (name, labels), value in family.samples.items():
        rest = frozenset((k, v) for k, v in labels if k != "le")
        groups.setdefault(rest, {}).setdefault(name[len(family.name):], []).append((dict(labels).get("le"), value))
    for rest, parts in groups.items():
        bounds = [(float("inf") if le == "+Inf" else float(le), value) for le, value in parts["_bucket"]]
        if bounds != sorted(bounds) or [v for _, v in bounds] != sorted(v for _, v in bounds):
            raise Wrong(f"{family.name} {set(rest)}: buckets do not ascend")
        if bounds[-1][0] != float("inf") or bounds[-1][1] != parts["_count"][0][1]:
            raise Wrong(f"{family.name} {set(rest)}: the last bucket is not the count")
        if any(le != "+Inf" and not re.search(r"[.e]", le) for le, _ in parts["_bucket"]):
            raise Wrong(f"{family.name}: a bound that is no canonical float")


def take_metadata(line, families, current):
    keyword, name, rest = re.match(rf"^# (TYPE|UNIT|HELP) ({NAME}) (.*)$", line).groups()
    if current is None or current.name != name:
        if name in families:
            raise Wrong(f"family {name} comes twice, or not in one piece")
        if keyword != "TYPE":
            raise Wrong(f"{line}: TYPE comes first")
        current = families[name] = Family(name, rest)
        if rest not in SUFFIXES:
            raise Wrong(f"{line}: unknown type")
        return current
    if current.samples:
        raise Wrong(f"{line}: metadata after samples")
    if keyword == "UNIT":
        current.unit = rest
        if not name.endswith("_" + rest) or current.kind == "info":
            raise Wrong(f"{line}: the name does not end in its unit")
    if keyword == "HELP":
        current.help = rest
        if re.search(r'(^|[^\\])(\\\\)*"', rest):
            raise Wrong(f"{line}: a quote that is not escaped")
    return current


def take_sample(line, current):
    match = SAMPLE.match(line)
    if not match:
        raise Wrong(f"no sample: {line}")
    name, labels, value = match.groups()
    if current is None or name not in [current.name + s for s in SUFFIXES[current.kind]]:
        raise Wrong(f"{line}: not of the family before it")
    if not NUMBER.match(value):
        raise Wrong(f"{line}: no number")
    if current.kind != "gauge" and float(value) < 0:
        raise Wrong(f"{line}: negative")
    key = (name, tuple(sorted(split_labels(labels).items())))
    if key in current.samples:
        raise Wrong(f"{line}: twice")
    current.samples[key] = float(value)


def parse(text):
    """The families by name."""
    families, current = {}, None
    if not text.endswith("# EOF\n"):
        raise Wrong("no # EOF at the end")
    lines = text.split("\n")[:-2]
    for line in lines:
        if line.startswith("#"):
            current = take_metadata(line, families, current)
        else:
            take_sample(line, current)
    for family in families.values():
        if not family.help or not family.samples:
            raise Wrong(f"{family.name}: no help, or no samples")
        if family.kind == "histogram":
            check_histogram(family)
    return families


def values(families, name, *labels):
    """{value of the label, or a tuple of several: the sample's value}."""
    family = families[name]
    found = {}
    for (sample, pairs), value in family.samples.items():
        if not sample.endswith(("_bucket", "_sum")):
            key = tuple(dict(pairs)[label] for label in labels)
            found[key[0] if len(key) == 1 else key] = value
    return found
