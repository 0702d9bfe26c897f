#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The ladder as SVG and Mermaid, compared with the ladder as text; the page: well-formed, safe whatever files are
called, within its limit, and readable by everybody. Prints TAP.

    test_pictures.py PROGRAM SCENARIO SCENARIOS CAPTURES
"""
import base64
import glob
import hashlib
import html
import html.parser
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as xml

sys.dont_write_bytecode = True
from capture import connection, pcap, unanswered  # noqa: E402
from harness import PATIENCE, environment, equal, run_all  # noqa: E402

PROGRAM, SCENARIO, SCENARIOS, CAPTURES = (os.path.abspath(path) for path in sys.argv[1:5])
CLIENT, SERVER = ("192.0.2.1", 49152), ("198.51.100.7", 80)
SVG = "{http://www.w3.org/2000/svg}"
STATE = re.compile(r"(CLOSED|LISTEN|SYN-SENT|SYN-RECEIVED|ESTABLISHED|FIN-WAIT-[12]|CLOSE-WAIT|CLOSING|LAST-ACK|"
                   r"TIME-WAIT)[?~]?$|not seen$")
HOSTILE = ["<script>alert(1)<", "\"'><img src=x onerror=alert(1)>", "</title></style><!--", "&lt;b&gt;`${1}`",
           "]]>\u202e\u2066evil", "-->\n\x1b[31m\x07", b"caf\xe9\xff<i>".decode("utf-8", "surrogateescape")]
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def run(*args, **options):
    p = subprocess.run([PROGRAM, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE,
                       env=environment(), check=False, **options)
    equal(p.returncode, 0, f"{args}: {p.stderr!r}")
    return p.stdout.decode("utf-8")


def page(*args, **options):
    return run("report", "--format", "html", *args, **options)


def numbers(text):
    """Every number on an arrow, with what else the sender's flags say, in order."""
    found = []
    for flags, key, value in re.findall(r"(?:([A-Z,]+) )?\b(seq|ack|len|win)=([\w+₀-]+)", text):
        found.append((key, value, frozenset(flags.split(",")) & {"SYN", "FIN", "RST"} if key == "seq" else None))
    return found


def of_text(drawing):
    """(numbers, states of the client, of the server) of the ladder as text."""
    lines = drawing[drawing.index(" client "):].split("\n")
    start = next(i for i, line in enumerate(lines) if line.split()[-2:] == ["client", "server"])
    lane, states = [], ([], [])
    for line in lines[start + 1:]:
        if not line.strip():
            break
        at = [i for i, c in enumerate(line) if c in "│├┤┊"]
        lane.append(line[at[0]:at[-1]])
        for side, text in enumerate((line[:at[0]], line[at[-1] + 1:])):
            match = STATE.search(text.strip())
            if match and "…" not in text:
                states[side].append(match.group())
    return numbers(" ".join(lane)), *states


def of_svg(drawing):
    root = xml.fromstring(drawing)
    words = [(e.get("class").split(), "".join(e.itertext())) for e in root.iter(SVG + "text")]
    labels = " ".join(text for names, text in words if names[0] == "lt")
    states = ([], [])
    for names, text in words:
        if names[0] in ("le", "lw") and STATE.match(text):
            states[names[0] == "lw"].append(text)
    return numbers(labels), *states


def same_as_text(path, conn=1):
    args = ["--conn", str(conn), path]
    text = of_text(run("ladder", "--width", "80", *args))
    svg = of_svg(run("ladder", "--format", "svg", *args))
    for got, want, what in zip(svg, text, ("numbers", "client", "server")):
        equal(got, want, f"{os.path.basename(path)}, {what}")
    return text


@test
def every_scenario_has_the_same_numbers_and_states_as_svg_and_as_text():
    seen = 0
    for scn in sorted(glob.glob(SCENARIOS + "/*/*.scn")):
        subprocess.run([SCENARIO, "pcap", scn, "one.pcap"], check=True, stdout=subprocess.DEVNULL)
        seen += len(same_as_text("one.pcap")[0])
    assert seen > 1000, seen


@test
def a_page_says_first_whom_a_finding_is_about():
    text = page(CAPTURES + "/port-scan.pcap")
    assert 'class="headline">192.0.2.99: SYN scan: 17 ports' in text, [line for line in text.split("\n") if "headline" in line]


@test
def rfc9293_figures_6_to_13_are_right_as_svg():
    # What the figures print: the states that each side passes, in order.
    figures = {
        "opening/rfc9293-figure-06-three-way-handshake": ("CLOSED SYN-SENT ESTABLISHED", "LISTEN SYN-RECEIVED ESTABLISHED"),
        "opening/rfc9293-figure-07-simultaneous-open": ("CLOSED SYN-SENT SYN-RECEIVED ESTABLISHED",
                                                        "CLOSED SYN-SENT SYN-RECEIVED ESTABLISHED"),
        "closing/rfc9293-figure-12-normal-close": ("FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT", "CLOSE-WAIT LAST-ACK CLOSED"),
        "closing/rfc9293-figure-13-simultaneous-close": ("FIN-WAIT-1 CLOSING TIME-WAIT", "FIN-WAIT-1 CLOSING TIME-WAIT"),
    }
    for n in range(6, 14):
        found = glob.glob(f"{SCENARIOS}/*/rfc9293-figure-{n:02}-*.scn")
        assert found, f"figure {n}"
        for scn in found:
            subprocess.run([SCENARIO, "pcap", scn, "figure.pcap"], check=True, stdout=subprocess.DEVNULL)
            drawn = of_svg(run("ladder", "--format", "svg", "figure.pcap"))
            want = figures.get(scn[len(SCENARIOS) + 1:-4])
            for side, states in enumerate(want or ()):
                passed = " ".join(state.rstrip("?~") for state in drawn[1 + side])
                assert states in passed, f"figure {n}, side {side}: {passed}"


@test
def figures_have_the_rfcs_own_numbers():
    # RFC 9293 §3.5 and §3.6, line by line: control bits, SEQ, ACK; once each, as the lines of a figure name a segment
    # where it is sent and where it arrives. Figure 11 has letters for numbers.
    figures = {
        "opening/rfc9293-figure-06-three-way-handshake": (
            ("SYN", 100, None), ("SYN,ACK", 300, 101), ("ACK", 101, 301), ("ACK", 101, 301)),
        "opening/rfc9293-figure-07-simultaneous-open": (
            ("SYN", 100, None), ("SYN", 300, None), ("SYN,ACK", 100, 301), ("SYN,ACK", 300, 101)),
        "opening/rfc9293-figure-08-old-duplicate-syn": (
            ("SYN", 90, None), ("SYN,ACK", 300, 91), ("RST", 91, None), ("SYN", 100, None), ("SYN,ACK", 400, 101),
            ("ACK", 101, 401)),
        "opening/rfc9293-figure-09-half-open-discovery": (("SYN", 400, None), ("ACK", 300, 100), ("RST", 100, None)),
        "opening/rfc9293-figure-10-active-side-causes-discovery": (("ACK", 300, 100), ("RST", 100, None)),
        "closing/rfc9293-figure-12-normal-close": (
            ("FIN,ACK", 100, 300), ("ACK", 300, 101), ("FIN,ACK", 300, 101), ("ACK", 101, 301)),
        "closing/rfc9293-figure-13-simultaneous-close": (
            ("FIN,ACK", 100, 300), ("FIN,ACK", 300, 100), ("ACK", 101, 301), ("ACK", 301, 101)),
    }
    for name, lines in figures.items():
        subprocess.run([SCENARIO, "pcap", f"{SCENARIOS}/{name}.scn", "figure.pcap"], check=True, stdout=subprocess.DEVNULL)
        svg = xml.fromstring(run("ladder", "--absolute", "--format", "svg", "figure.pcap"))
        drawn = []
        for text in ("".join(e.itertext()) for e in svg.iter(SVG + "text") if e.get("class") == "lt"):
            flags, numbers_of = text.split()[0].replace("PSH,", ""), dict(re.findall(r"(seq|ack)=(\d+)", text))
            drawn.append((flags, int(numbers_of.get("seq", -1)), int(numbers_of["ack"]) if "ack" in numbers_of else None))
        at = 0
        for flags, seq, ack in lines:
            # A mere ACK's own number is not written: it has none to be acknowledged.
            wanted = ((flags, seq, ack), (flags, -1, ack)) if flags == "ACK" else ((flags, seq, ack),)
            found = next((i for i in range(at, len(drawn)) if drawn[i] in wanted), None)
            assert found is not None, f"{name}: no {flags} {seq} {ack} in {drawn[at:]}"
            at = found + 1


@test
def nothing_that_arrived_is_drawn_as_lost():
    # A scenario says which of its segments are lost behind the tap. Not all of them can be known, but no other may break.
    never = {"closing/fin-unanswered": 3, "closing/last-ack-never": 3, "capture/bad-checksum": 1, "reset/reset-bad-checksum": 1,
             # Its first copy seemed to be lost, until the answer to it came.
             "closing/simultaneous-close-answer-to-the-first-fin": 1,
             # Data older than the ACK comes again: to the tap the ACK was lost, and the text says so.
             "time-wait/old-data-answered": 1,
             # Without the SYN that was not captured, its client seems to go on from before the reset.
             "opening/refused-and-asked-again-unseen": 1,
             # A reset that was not taken is to the tap as good as lost.
             "opening/simultaneous-open-given-up": 1, "reset/reset-with-number-of-fin-challenged": 1,
             "time-wait/reuse-by-number-at-the-end": 1, "time-wait/reuse-refused-again": 1}
    drawn_in_all = 0
    for scn in sorted(glob.glob(SCENARIOS + "/*/*.scn")):
        name = scn[len(SCENARIOS) + 1:-4]
        with open(scn, encoding="utf-8") as f:
            lines = [line.split("→")[0] for line in f if line.startswith("+")]
        lost = sum(bool(re.search(r"\b(lost|ttl)\b", line)) for line in lines)
        subprocess.run([SCENARIO, "pcap", scn, "one.pcap"], check=True, stdout=subprocess.DEVNULL)
        drawn = len(re.findall("-x[CS]:", run("ladder", "--format", "mermaid", "one.pcap")))
        assert drawn <= lost + never.get(name, 0), f"{name}: {drawn} broken arrows, {lost} lost"
        drawn_in_all += drawn
    assert drawn_in_all >= 20, drawn_in_all
    # Those of RFC 9293's figure 13 cross, and both arrive.
    for name in ("simultaneous-close", "simultaneous-open"):
        assert 'class="lx"' not in run("ladder", "--format", "svg", f"{CAPTURES}/{name}.pcap"), name


@test
def data_that_its_receiver_lacked_is_a_broken_arrow():
    lines = run("ladder", "--format", "mermaid", CAPTURES + "/retransmissions.pcap").splitlines()
    lost = [line for line in lines if re.search("-x[CS]:", line)]
    # The one that three duplicate ACKs asked for; of the other, sent again after a timeout, nothing proves it.
    equal(lost, ["    S-xC: ACK seq=y+1449 ack=x+45 len=1448"])
    svg = xml.fromstring(run("ladder", "--format", "svg", CAPTURES + "/retransmissions.pcap"))
    equal(sum(e.get("class") == "lx" for e in svg.iter(SVG + "path")), 2, "a cross of two strokes")


@test
def a_picture_by_itself_needs_no_modern_style():
    svg = run("ladder", "--format", "svg", CAPTURES + "/third-ack-lost.pcap")
    style = re.search(r"<style>(.*?)</style>", svg, re.S).group(1)
    assert "var(" not in svg and "--paper" not in svg
    first, _, others = style.partition("@media")
    assert "fill: #ffffff" in first and "#11151d" not in first, "light without media queries"
    assert "prefers-color-scheme: dark" in others and "print" in others
    for line in ("x = 3163402781", "u = x+42", "believed at the time"):
        assert line in svg, line


@test
def a_lost_third_ack_is_a_broken_arrow_and_its_state_is_struck_through():
    svg = xml.fromstring(run("ladder", "--format", "svg", CAPTURES + "/third-ack-lost.pcap"))
    crosses = [e for e in svg.iter(SVG + "path") if e.get("class") == "lx"]
    equal(len(crosses), 2, "one cross of two strokes")
    struck = ["".join(e.itertext()) for e in svg.iter(SVG + "text") if "l-struck" in e.get("class")]
    equal(struck, ["ESTABLISHED?"])


@test
def arrows_slant_where_the_tap_is_known_and_only_there():
    def slopes(name):
        svg = xml.fromstring(run("ladder", "--format", "svg", CAPTURES + "/" + name))
        lines = [e.get("d") for e in svg.iter(SVG + "path") if e.get("class") == "ll"]
        return [float(b) - float(a) for a, b in re.findall(r"M\S+ (\S+)L\S+ (\S+)", " ".join(
            re.sub(r"M(\S+) (\S+)L(\S+) (\S+)", r"M\1 \2L\3 \4", d) for d in lines))]
    assert all(s > 0 for s in slopes("hello.pcap")), "time runs down"
    assert all(s == 0 for s in slopes("midstream.pcap"))


@test
def mermaid_has_an_arrow_a_segment_and_no_line_that_ends_early():
    lines = run("ladder", "--format", "mermaid", CAPTURES + "/third-ack-lost.pcap").splitlines()
    equal(lines[0], "sequenceDiagram")
    for line in lines[1:]:
        assert re.fullmatch(r"    (participant [CS] as (client|server) \S+|[CS]-{1,2}(>>|x)[CS]: [^;]+|"
                            r"Note (left of C|right of S|over C,S): [^;]+)", line), line
    equal(sum(">>" in line or "-x" in line for line in lines), 14)


@test
def other_formats_are_refused_by_name():
    for command, form in (("ladder", "html"), ("conns", "html"), ("report", "svg"), ("anomalies", "mermaid")):
        p = subprocess.run([PROGRAM, command, "--format", form, CAPTURES + "/hello.pcap"], stdout=subprocess.DEVNULL,
                           stderr=subprocess.PIPE, env=environment(), check=False)
        equal(p.returncode, 2)
        equal(p.stderr.count(b"\n"), 1, p.stderr)


class Page(html.parser.HTMLParser):
    """Checks nesting while it reads, and gathers what the tests ask about."""
    VOID = {"meta", "link", "br", "img", "input", "hr"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.headings, self.elements, self.text, self.raw = [], [], [], [], {}, {}
        self.feed(text)
        self.close()
        equal(self.open, [], "left open")

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.elements.append((tag, attrs, tuple(self.open)))
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), tuple(self.open)))

    def handle_endtag(self, tag):
        equal(self.open.pop(), tag, "closed out of turn")

    def handle_data(self, data):
        if self.open:
            self.text[self.open[-1]] = self.text.get(self.open[-1], "") + data
        if self.open and self.open[-1] in ("style", "script"):
            self.raw.setdefault(self.open[-1], []).append(data)


def check_safe(text):
    parsed = Page(text)
    policy = next(a["content"] for t, a, _ in parsed.elements if a.get("http-equiv") == "Content-Security-Policy")
    digest = {kind: "'sha256-" + base64.b64encode(hashlib.sha256(parsed.raw[kind][-1].encode()).digest()).decode() + "'"
              for kind in ("style", "script")}
    equal(policy, f"default-src 'none'; style-src {digest['style']}; script-src {digest['script']}; "
          "base-uri 'none'; form-action 'none'")
    scripts = [a for t, a, _ in parsed.elements if t == "script"]
    equal([a.get("type") for a in scripts], ["application/json", None], "its data and its script")
    for tag, attrs, _ in parsed.elements:
        assert not {"style", "src", "srcdoc", "action"} & attrs.keys(), (tag, attrs)
        assert not [name for name in attrs if name.startswith("on")], (tag, attrs)
        assert tag not in ("img", "iframe", "object", "embed", "link", "base", "form", "i", "image", "use"), tag
        assert attrs.get("href", "#").startswith("#"), attrs
    equal(len(parsed.ids), len(set(parsed.ids)), "an id twice")
    return parsed


@test
def pages_of_all_samples_are_well_formed_and_safe():
    for path in sorted(glob.glob(CAPTURES + "/*.pcap")):
        check_safe(page(path))


@test
def names_of_files_are_text_whatever_they_are():
    data = pcap(connection(CLIENT, SERVER, 1))
    for number, name in enumerate(HOSTILE):
        directory = f"d{number}"
        os.mkdir(directory)
        path = os.path.join(os.fsencode(directory), name.replace("/", "\u2215").encode("utf-8", "surrogateescape"))
        with open(path, "wb") as f:
            f.write(data)
        out = subprocess.run([PROGRAM.encode(), b"report", b"--format", b"html", path], stdout=subprocess.PIPE,
                             env=environment(), check=True).stdout.decode("utf-8")
        parsed = check_safe(out)
        assert "\x1b" not in out and "\x07" not in out and "\u202e" not in out
        plain = [c for c in name.replace("/", "\u2215") if c.isascii() and c.isprintable()]
        title = iter(parsed.text["h1"])
        assert all(c in title for c in plain), (name, parsed.text["h1"])


@test
def a_page_without_a_connection_says_so():
    with open("none.pcap", "wb") as f:
        f.write(pcap([]))
    assert "Nothing went wrong" in page("none.pcap")
    check_safe(page("none.pcap"))


@test
def the_page_stays_below_its_limit_and_says_what_it_left_out():
    packets = []
    for i in range(8000):
        packets += unanswered((f"10.0.{i >> 6}.{i & 63}", 1024 + i), SERVER, 1 + i / 100)[:1]
    with open("many.pcap", "wb") as f:
        f.write(pcap(sorted(packets, key=lambda packet: packet[0])))
    out = page("--html-limit", "1", "many.pcap")
    assert len(out) < 1 << 20, len(out)
    parsed = check_safe(out)
    assert re.search(r"holds the [\d,]+ connections that tell most of 8,000", out), "what is left out"
    assert "60 connections are drawn" in out, parsed.text.get("p", "")[-300:]


@test
def a_pipe_is_drawn_as_a_file_is():
    name = CAPTURES + "/mixed.pcap"
    with open(name, "rb") as f:
        piped = page("-", stdin=f)
    drawn = re.findall(r'<section class="conn".*?</section>', page(name), re.S)
    assert len(drawn) == 15
    equal(re.findall(r'<section class="conn".*?</section>', piped, re.S), drawn)


@test
def a_page_has_each_ladder_as_text_too():
    name = CAPTURES + "/mixed.pcap"
    texts = re.findall(r'<section class="conn" id="c(\d+)".*?<pre><code>(.*?)</code></pre>', page(name), re.S)
    equal(len(texts), 15)
    for conn, text in texts:
        equal(html.unescape(text), run("ladder", "--conn", conn, "--width", "100", name), conn)


@test
def a_table_and_a_list_call_an_anomaly_as_bad_as_it_was():
    # In this one a lost third ACK did no harm: a notice, though its kind is a warning.
    out = page(CAPTURES + "/mixed.pcap")
    row = re.search(r'<tr><th scope="row"><a href="#c4">.*?</tr>', out, re.S).group()
    equal(re.findall(r'badge sev-(\w+)">([\w-]+)', row), [("notice", "syn-ack-retransmitted"), ("notice", "third-ack-lost")])
    assert re.search(r'<details class="kind sev-notice" id="k-third-ack-lost">', out)


@test
def headings_tables_and_regions_are_in_order():
    parsed = check_safe(page(CAPTURES + "/mixed.pcap"))
    equal(parsed.headings[0], 1)
    equal(parsed.headings.count(1), 1)
    for before, after in zip(parsed.headings, parsed.headings[1:]):
        assert after <= before + 1, "a level is left out"
    for tag, attrs, around in parsed.elements:
        if tag == "th":
            assert attrs.get("scope") in ("col", "row", "colgroup"), attrs
        if tag == "svg":
            assert attrs.get("role") == "img" or attrs.get("aria-hidden") == "true", attrs
        if attrs.get("role") == "region":
            assert attrs.get("aria-label") and attrs.get("tabindex") == "0", "scrolls by keyboard"
    named = [attrs["aria-label"] for _, attrs, _ in parsed.elements if attrs.get("role") == "region"]
    equal(len(named), len(set(named)), "two regions of one name")
    ids = set(parsed.ids)
    for tag, attrs, _ in parsed.elements:
        if tag == "a":
            assert attrs["href"][1:] in ids, attrs
    equal([a.get("lang") for t, a, _ in parsed.elements if t == "html"], ["en"])


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    parts = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@test
def every_colour_of_text_has_contrast_in_light_dark_and_print():
    style = Page(page(CAPTURES + "/hello.pcap")).raw["style"][0]
    words = ("ink", "dim", "link", "good", "neutral", "doubtful", "bad", "critical", "warning", "notice", "info")
    roots = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{(.*?)\}", style, re.S)]
    equal(len(roots), 3, "light, dark, print")
    roots[2] = {**roots[0], **roots[2]}
    for theme in roots:
        for word in words:
            for ground in ("paper", "soft"):
                ratio = contrast(theme[word], theme[ground])
                assert ratio >= 4.5, f"{word} {theme[word]} on {ground} {theme[ground]}: {ratio:.2f}"
        for word in ("critical", "warning", "notice", "info"):
            ratio = contrast(theme[word], theme[word + "-soft"])
            assert ratio >= 4.5, f"{word} on its own: {ratio:.2f}"
    ladders = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
               for block in re.findall(r"\.ladder \{(.*?)\}", style, re.S) if "--paper" in block]
    equal(len(ladders), 3)
    for theme in ladders:
        for word in ("ink", "dim", "bad", "odd", "line"):
            ratio = contrast(theme[word], theme["paper"])
            assert ratio >= 4.5, f"ladder's {word}: {ratio:.2f}"


sys.exit(run_all(TESTS, lambda: None))
