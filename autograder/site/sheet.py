"""The cheat sheet: its text, with numbers from the reference answers, and its print on one sheet of A4."""

import math
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from autograder.errors import HeinitError
from autograder.lessons import lessons
from autograder.templating import environment
from heinit_lab.activations import ACTIVATIONS

BROWSERS = (
    *("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome"),
    *("microsoft-edge", "msedge"),
)
# The activations that libraries have, with the parameter that libraries give them.
SHOWN = {"relu": 0, "leaky": 0.01, "elu": 1, "selu": 0, "gelu": 0, "silu": 0, "tanh": 0, "sigmoid": 0}
PATIENCE = 120  # seconds


def cheat_sheet() -> str:
    """The cheat sheet as Markdown."""
    answers: dict[str, object] = {}
    for lesson in lessons():
        answers |= vars(lesson.solutions)
    templates = environment(Path(__file__).parent / "text").overlay(autoescape=False)
    templates.filters["digits"] = in_markdown
    return templates.get_template("cheat-sheet.md").render(
        answers,
        exp=math.exp,
        fans=(4, 64, 128, 256),
        factors=(1.0, 1.5, 1.9, 2.0, 2.1, 3.0),
        activations={name: a for name, a in SHOWN.items() if name in ACTIVATIONS},
    )


def in_markdown(number: float) -> str:
    """A number to three digits, in Markdown: 0.0625, or 9.31 × 10⁻¹⁰ with the power as a formula."""
    if not number or 1e-3 <= abs(number) < 1e4:
        return f"{number:.3g}" if abs(number) < 1000 else f"{number:,.0f}"
    mantissa, exponent = f"{number:.2e}".split("e")
    return f"${mantissa} \\times 10^{{{int(exponent)}}}$"


def printed(files: Mapping[str, bytes], page: str) -> bytes:
    """A page of the site as PDF, printed by the Chromium of this machine. files: of the site.

    Raises HeinitError where there is no such browser, or where the browser prints nothing.
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise HeinitError(
            "no Chromium, Chrome or Edge was found to print the PDF. Install one of these, or leave out "
            f"--pdf and print {page} from any browser."
        )
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            if "/" not in name:
                (Path(folder) / name).write_bytes(content)
        target = Path(folder) / "page.pdf"
        # the sandbox of a browser that root starts does not work; the page is the course's own
        root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        order = ["--headless", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={folder}/profile"]
        address = (Path(folder) / page).as_uri()
        try:
            subprocess.run(
                [browser, *order, *root, f"--print-to-pdf={target}", address],
                capture_output=True,
                check=False,
                timeout=PATIENCE,
            )
            content = target.read_bytes()
        except (OSError, subprocess.TimeoutExpired):
            raise HeinitError(
                f"{browser} printed no PDF of {page}. Leave out --pdf, and print {page} from a browser."
            ) from None
    # the same page gives the same file, whenever it is printed: no time, and nodes counted as they come
    content = re.sub(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}", rb"\g<1>" + b"20000101000000", content)
    nodes = {
        node: b"node%08d" % k for k, node in enumerate(dict.fromkeys(re.findall(rb"node\d{8}", content)))
    }
    content = re.sub(rb"node\d{8}", lambda node: nodes[node[0]], content)
    return re.sub(rb"/Limits \[\(node.*?\]\n/Names \[(.*?)\]", _sorted, content)


def _sorted(index: re.Match[bytes]) -> bytes:
    """A PDF's index of nodes in its order, with the first and the last one."""
    entries = sorted(re.findall(rb"\((node\d{8})\) (\d+ 0 R)", index[1]))
    names = b" ".join(b"(%s) %s" % entry for entry in entries)
    return b"/Limits [(%s) (%s)]\n/Names [%s]" % (entries[0][0], entries[-1][0], names)
