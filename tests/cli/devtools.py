# SPDX-License-Identifier: BSD-3-Clause
"""A headless Chromium with an empty profile, driven by its DevTools protocol over a pair of pipes."""
import json
import os
import re
import select
import shutil
import subprocess
import tempfile
import time
import urllib.parse

from harness import PATIENCE, wait_until

NAMES = ("chromium", "chromium-browser", "google-chrome")


class Refused(AssertionError):
    """The browser's answer is an error."""


def find():
    return next(filter(None, (shutil.which(name) for name in NAMES)), None)


class Browser:
    """One page. What it logs, asks of the network, and throws is kept in events."""

    def __init__(self, path):
        self.profile = tempfile.mkdtemp(prefix="shakedown-chromium-")
        to_read, self.to = os.pipe()
        self.back, to_write = os.pipe()

        def pipes():
            # The protocol wants descriptors 3 and 4; first out of each other's way.
            source, sink = os.dup(to_read), os.dup(to_write)
            os.dup2(source, 30)
            os.dup2(sink, 31)
            os.dup2(30, 3)
            os.dup2(31, 4)

        self.process = subprocess.Popen(
            [path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
             "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe", "--user-data-dir=" + self.profile,
             "--disable-component-update", "--disable-sync", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=pipes,
            close_fds=False)
        os.close(to_read)
        os.close(to_write)
        self.pending, self.events, self.number, self.session = b"", [], 0, None
        page = wait_until(self.first_page)
        if not page:
            raise TimeoutError("the browser has no page")
        self.session = self.call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")

    def first_page(self):
        return next((t["targetId"] for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page"), None)

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.to)
        os.close(self.back)
        shutil.rmtree(self.profile, ignore_errors=True)

    def receive(self, deadline):
        while b"\0" not in self.pending:
            ready, _, _ = select.select([self.back], [], [], max(deadline - time.monotonic(), 0))
            if not ready:
                raise TimeoutError("the browser did not answer")
            piece = os.read(self.back, 1 << 20)
            if not piece:
                raise EOFError("the browser is gone")
            self.pending += piece
        message, _, self.pending = self.pending.partition(b"\0")
        return json.loads(message)

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self.receive(deadline)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise Refused(answer)
                return answer["result"]
            self.events.append(answer)

    def run(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True,
                           userGesture=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, expression):
        def holds():
            try:
                return self.run(expression)
            except Refused as why:
                # While a page goes and another comes, there is nothing to ask.
                if not re.search("context|navigated", str(why)):
                    raise
                return False
        assert wait_until(holds), "waited in vain for " + expression

    def processor(self, before=None):
        """Milliseconds of it by process that shows pages, since then: what others take does not count."""
        session, self.session = self.session, None
        try:
            processes = self.call("SystemInfo.getProcessInfo")["processInfo"]
        finally:
            self.session = session
        return {p["id"]: 1000 * p["cpuTime"] - (before or {}).get(p["id"], 0) for p in processes if p["type"] == "renderer"}

    def open(self, path, width=1280, height=900, dark=False):
        """A file, in a window of that size; returns when its script is ready."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.call("Page.navigate", url="about:blank")
        self.wait("location.href === 'about:blank'")
        self.events.clear()
        self.call("Page.navigate", url="file://" + urllib.parse.quote(path))
        self.wait("location.protocol === 'file:' && document.documentElement &&"
                  " document.documentElement.dataset.ready !== undefined")

    def troubles(self):
        """Errors, and requests for anything but the page itself."""
        found = []
        for event in self.events:
            method, params = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown" or (
                    method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning")) or (
                    method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning")):
                found.append(json.dumps(params)[:300])
            if method == "Network.requestWillBeSent" and not params["request"]["url"].startswith(("file://", "data:")):
                found.append("asked for " + params["request"]["url"])
        return found

    def screenshot(self, path, clip=None, whole=False):
        import base64
        extra = {"clip": dict(clip, scale=1)} if clip else {}
        data = self.call("Page.captureScreenshot", captureBeyondViewport=whole or bool(clip), **extra)["data"]
        with open(path, "wb") as f:
            f.write(base64.b64decode(data))
