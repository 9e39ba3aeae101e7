"""An attacker's page on another port of this host: browsers send both of us the same cookies."""

from __future__ import annotations

import html
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.browser.conftest import Visitor

PROBES = """async (addresses) => {
  const told = [];
  const tell = (kind, address) => (verdict) => told.push([kind, address, verdict]);
  const element = (kind, address, attributes) => new Promise((over) => {
    const made = document.createElement(kind), after = (verdict) => { tell(kind, address)(verdict); over(); };
    Object.assign(made, attributes, { onload: () => after("read"), onerror: () => after("refused") });
    document.body.append(made);
  });
  for (const address of addresses) {
    await fetch(address, { credentials: "include" }).then((a) => a.text()).then(() => "read", () => "refused")
      .then(tell("fetch", address));
    await fetch(address, { credentials: "include", mode: "no-cors" }).then((a) => a.text())
      .then((text) => text ? "read" : "refused", () => "refused").then(tell("no-cors", address));
    await import(address).then(() => "read", () => "refused").then(tell("import", address));
    await element("script", address, { src: address });
    await element("link", address, { rel: "stylesheet", href: address });
    await element("img", address, { src: address });
  }
  return told;
}"""
"""Tries to read what is elsewhere: the way, the address, and what became of it."""
WAYS = frozenset({"fetch", "no-cors", "import", "script", "link", "img"})


class Attacker:
    """Serves any page at any path, until it is closed."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, str]] = {}
        self.cookies: tuple[str, ...] = ()
        attacker = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, text = attacker.pages.get(
                    self.path, ("text/html", "<!doctype html><title>evil</title>")
                )
                body = text.encode()
                self.send_response(200)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                for line in attacker.cookies:
                    self.send_header("set-cookie", line)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """It tells nobody."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def lures(self, victim: Visitor, text: str = "") -> None:
        """The victim opens a page of the attacker's."""
        self.pages["/lure"] = ("text/html", f"<!doctype html><title>evil</title><body>{text}")
        victim.page.goto(f"{self.url}/lure")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def form(action: str, fields: Mapping[str, str]) -> str:
    """A form that is sent by `document.forms[0]`."""
    inputs = "".join(f'<input name="{name}" value="{html.escape(text)}">' for name, text in fields.items())
    return f'<form method="post" action="{html.escape(action)}">{inputs}</form>'
