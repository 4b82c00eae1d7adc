"""The server of a site, and what its documentation tells other hosts to send."""

from __future__ import annotations

import http.client
import threading

from autograder.lessons import SHARE
from autograder.site.serving import POLICY, server

PROMISED = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def test_the_policy_that_one_can_copy_is_the_policy_that_pages_are_tested_with():
    text = (SHARE / "docs" / "reading.md").read_text(encoding="utf-8")
    documented = text.partition("Content-Security-Policy:")[2].partition("```")[0]
    assert " ".join(documented.split()) == POLICY


def test_every_file_is_served_with_the_headers_that_a_careful_host_sends(tmp_path):
    (tmp_path / "index.html").write_text("<!doctype html><title>A page</title>")
    with server(tmp_path, None) as pages:
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        for place, status in (("", 200), ("index.html", 200), ("nothing.html", 404)):
            line = http.client.HTTPConnection("127.0.0.1", pages.server_port)
            line.request("GET", f"/{place}")
            answer = line.getresponse()
            assert answer.status == status
            assert {name: answer.headers[name] for name in PROMISED} == PROMISED, place
            line.close()
        pages.shutdown()
