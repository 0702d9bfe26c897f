#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The HTTP server of metrics, asked by clients of all sorts and by a real Prometheus.

    test_server.py SERVE-METRICS
"""
import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import harness  # noqa: E402
import openmetrics  # noqa: E402
from harness import PATIENCE, Skip, equal, wait_until  # noqa: E402

SERVE = os.path.abspath(sys.argv[1])
PROMETHEUS = shutil.which("prometheus")
OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8"
PLAIN = "text/plain; version=0.0.4; charset=utf-8"


@contextlib.contextmanager
def serving(where="0"):
    """The URL."""
    with subprocess.Popen([SERVE, where], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield server.stdout.readline().strip()
        finally:
            server.stdin.close()
            server.wait(PATIENCE)


def refused(where):
    run = subprocess.run([SERVE, where], input="", capture_output=True, text=True, timeout=PATIENCE, check=False)
    equal(run.returncode, 1, where)
    return run.stderr.strip()


def get(url, method="GET", **headers):
    """Status, content type, body."""
    request = urllib.request.Request(url, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return response.status, response.headers["Content-Type"], response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read().decode()


def address(url):
    parts = urllib.parse.urlsplit(url)
    return parts.hostname, parts.port


def a_browser_and_curl_get_the_old_format():
    with serving() as url:
        status, kind, body = get(url)
        equal((status, kind), (200, PLAIN))
        assert "# TYPE shakedown_handshakes_total counter\n" in body and "# EOF" not in body


def prometheus_gets_openmetrics():
    with serving() as url:
        status, kind, body = get(url, Accept="application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
        equal((status, kind), (200, OPEN))
        families = openmetrics.parse(body)
        assert "process_resident_memory_bytes" in families, families.keys()


def only_reading_is_allowed():
    with serving() as url:
        host, port = address(url)
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
            connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
            connection.request(method, "/metrics", body=b"x" * 100 if method == "POST" else None)
            response = connection.getresponse()
            equal((method, response.status, response.headers["Allow"]), (method, 405, "GET, HEAD"))
            connection.close()
        connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
        connection.request("HEAD", "/metrics")
        response = connection.getresponse()
        equal((response.status, response.read()), (200, b""))
        assert int(response.headers["Content-Length"]) > 1000


def other_paths_are_not_there():
    with serving() as url:
        base = url[:-len("/metrics")]
        equal(get(base + "/etc/passwd")[0], 404)
        equal(get(base + "/metrics/")[0], 404)
        status, kind, body = get(base + "/")
        equal((status, kind), (200, "text/html; charset=utf-8"))
        assert 'href="/metrics"' in body
        equal(get(url + "?name[]=up")[0], 200)


def it_listens_on_loopback_unless_told_otherwise():
    for where in ("0", ":0"):
        with serving(where) as url:
            equal(address(url)[0], "127.0.0.1", where)


def ipv6_stands_in_brackets():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError as why:
        raise Skip(f"no IPv6 here: {why}") from why
    with serving("[::1]:0") as url:
        assert url.startswith("http://[::1]:"), url
        equal(get(url)[0], 200)


def what_is_no_place_is_told():
    for where in ("", "x", "70000", "127.0.0.1", "127.0.0.1:", "localhost:80", "::1:80", "[::1]", "[::1]x:80", "[]:80", "-1"):
        message = refused(where)
        assert "is not a place to listen at" in message and len(message.splitlines()) == 1, message
    assert "no interface has that address" in refused("192.0.2.1:0")
    with serving() as url:
        assert "is another shakedown running?" in refused(str(address(url)[1]))


def who_hangs_on_the_line_keeps_nobody_out_for_long():
    """More than are let in say nothing; the first of them are put out, and then it answers."""
    with serving() as url:
        idle = [socket.create_connection(address(url), timeout=PATIENCE) for _ in range(20)]

        def answers():
            with contextlib.suppress(OSError):
                return get(url)[0] == 200
        assert wait_until(answers, step=0.2), "no answer"
        for client in idle:
            client.close()


def nonsense_does_no_harm():
    with serving() as url:
        for said in (b"\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n\r\n",
                     b"GET /metrics HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 20000 + b"\r\n",
                     b"GET /metrics HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
                     b"GET /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"):
            with contextlib.suppress(OSError), socket.create_connection(address(url), timeout=PATIENCE) as client:
                client.sendall(said)
                client.shutdown(socket.SHUT_WR)
                client.recv(100)
        equal(get(url)[0], 200)


def a_text_is_told_again_for_a_second():
    """Who asks without end costs the analysis little."""
    with serving() as url:
        connection = http.client.HTTPConnection(*address(url), timeout=PATIENCE)
        bodies = []
        begun = time.monotonic()
        for _ in range(20):
            connection.request("GET", "/metrics")
            bodies.append(connection.getresponse().read())
        if time.monotonic() - begun < 0.9:
            assert len(set(bodies)) <= 2, len(set(bodies))
        connection.close()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def a_real_prometheus_scrapes_it():
    if not PROMETHEUS:
        raise Skip("prometheus is not installed (Debian: prometheus)")
    with serving() as url, tempfile.TemporaryDirectory(prefix="shakedown-prometheus-") as directory:
        host, port = address(url)
        with open(os.path.join(directory, "prometheus.yml"), "w", encoding="utf-8") as config:
            config.write("global: {scrape_interval: 2s, scrape_timeout: 2s}\n"
                         f"scrape_configs: [{{job_name: shakedown, static_configs: [{{targets: ['{host}:{port}']}}]}}]\n")
        # Between its being found and its being taken, somebody else may take a port.
        said = "address already in use"
        while "address already in use" in said:
            said = scraped_by_prometheus(directory, free_port())
        equal(said, "", "what Prometheus had to say")


def scraped_by_prometheus(directory, own):
    """What it had to say."""
    with subprocess.Popen([PROMETHEUS, f"--config.file={directory}/prometheus.yml", f"--storage.tsdb.path={directory}/data",
                           f"--web.listen-address=127.0.0.1:{own}", "--log.level=error"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as prometheus:
        try:
            found = wait_until(lambda: scraped(own) if prometheus.poll() is None else "ended", step=0.5)
            if prometheus.poll() is None:
                check_scraped(*found)
        finally:
            prometheus.terminate()
            said = prometheus.communicate(timeout=PATIENCE)[1].decode()
    return said


def query(own, promql):
    """Label sets and values."""
    text = get(f"http://127.0.0.1:{own}/api/v1/query?" + urllib.parse.urlencode({"query": promql}))[2]
    return [(r["metric"], float(r["value"][1])) for r in json.loads(text)["data"]["result"]]


def scraped(own):
    """Outcomes of handshakes, and what it knows of the families, once it has both: a scrape that took too long takes back
    what the one before it has brought."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        outcomes = {metric["outcome"] for metric, _ in query(own, "shakedown_handshakes_total")}
        types = json.loads(get(f"http://127.0.0.1:{own}/api/v1/metadata")[2])["data"]
        return (outcomes, types) if outcomes and "shakedown_build" in types else None
    return None


def check_scraped(outcomes, types):
    assert {"complete", "no-answer", "refused"} <= outcomes, outcomes
    equal(types["shakedown_handshakes"][0]["type"], "counter")
    equal(types["shakedown_handshake_rtt_seconds"][0]["type"], "histogram")
    equal(types["shakedown_handshake_rtt_seconds"][0]["unit"], "seconds")
    equal(types["shakedown_build"][0]["type"], "info")


if __name__ == "__main__":
    sys.exit(harness.run_all([a_browser_and_curl_get_the_old_format, prometheus_gets_openmetrics, only_reading_is_allowed,
                              other_paths_are_not_there, it_listens_on_loopback_unless_told_otherwise, ipv6_stands_in_brackets,
                              what_is_no_place_is_told, who_hangs_on_the_line_keeps_nobody_out_for_long, nonsense_does_no_harm,
                              a_text_is_told_again_for_a_second, a_real_prometheus_scrapes_it], lambda: None))
