# SPDX-License-Identifier: GPL-2.0-or-later
"""Headless Chromium by the W3C WebDriver protocol (https://www.w3.org/TR/webdriver2/), with nothing but the
standard library: what tests/site/site.py needs of it."""
import base64
import contextlib
import json
import socket
import subprocess
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c", "End": "\ue010", "Home": "\ue011",
        "ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015",
        "PageDown": "\ue00f", "PageUp": "\ue00e", "Control": "\ue009"}


class Failed(Exception):
    pass


class Browser:
    def __init__(self, driver="chromedriver", arguments=()):
        with contextlib.closing(socket.socket()) as sock:
            sock.bind(("127.0.0.1", 0))
            port = sock.getsockname()[1]
        self.process = subprocess.Popen([driver, f"--port={port}"], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        self.base = f"http://127.0.0.1:{port}"
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.session = None
        try:
            self._wait_for_driver()
            # By a pipe: a port needs the address of localhost, and a minimal system has no /etc/hosts.
            options = {"args": ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage",
                                "--hide-scrollbars", "--remote-debugging-pipe", *arguments]}
            answer = self._send("POST", "/session", {"capabilities": {"alwaysMatch": {
                "browserName": "chrome", "goog:chromeOptions": options,
                # The default of 30 s is short on a machine that does other things.
                "timeouts": {"script": 110000},
                "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}})
            self.session = "/session/" + answer["sessionId"]
        except BaseException:
            self.close()
            raise

    def _wait_for_driver(self):
        for _ in range(200):
            try:
                if self._send("GET", "/status")["ready"]:
                    return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.05)
        raise Failed("chromedriver does not answer")

    def _send(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with self.opener.open(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            # The first line repeats the error, and the cause is in the lines behind it.
            raise Failed(f"{path}: {value['error']}: {'; '.join(value['message'].splitlines())}") from None

    def _ask(self, method, path, body=None):
        return self._send(method, self.session + path, body)

    def close(self):
        if self.session:
            with contextlib.suppress(Exception):
                self._ask("DELETE", "")
        self.process.terminate()
        self.process.wait(10)

    def open(self, url):
        self._ask("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        return self._ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def run_async(self, script, *arguments):
        return self._ask("POST", "/execute/async", {"script": script, "args": list(arguments)})

    def find(self, selector):
        return self._ask("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        self._ask("POST", f"/element/{self.find(selector)}/click", {})

    def type(self, selector, text):
        element = self.find(selector)
        self._ask("POST", f"/element/{element}/clear", {})
        self._ask("POST", f"/element/{element}/value", {"text": text})

    def keys(self, *names):
        """Presses the keys one after the other; "Control+End" holds the first one."""
        actions = []
        for name in names:
            codes = [KEYS.get(part, part) for part in name.split("+")]
            actions += [{"type": "keyDown", "value": code} for code in codes]
            actions += [{"type": "keyUp", "value": code} for code in reversed(codes)]
        self._ask("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def command(self, name, parameters):
        """A command of the Chrome DevTools Protocol."""
        return self._ask("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def size(self, width, height):
        self.command("Emulation.setDeviceMetricsOverride",
                     {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def colours(self, scheme):
        self.command("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self._ask("GET", "/screenshot")))

    def log(self, kind):
        return self._ask("POST", "/se/log", {"type": kind})

    def wait(self, script, *arguments, why=None):
        for _ in range(200):
            value = self.run(script, *arguments)
            if value:
                return value
            time.sleep(0.05)
        raise Failed(f"not within 10 s: {why or script}")
