"""Texts that are short, and that a reader without bounds never finishes or pays for with all its memory.

A bomb is a line in a table: the table says where the text stands, and `"text" * n` how long it is.
"""

from __future__ import annotations

import base64
import struct
import zlib


def _nested(n: int) -> str:
    """A function cut in two, whose second part nests `finally` n deep: its bytecode has 2**n copies."""
    depth = [
        "    " * (i + 1) + "try:\n" + "    " * (i + 2) + "x\n" + "    " * (i + 1) + "finally:"
        for i in range(n)
    ]
    return "    y = 1\n" + "\n".join(depth) + "\n" + "    " * (n + 1) + "z\n"


def _png(width: int, height: int) -> str:
    """A picture of so many pixels, one bit each, all of them white."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer, row = zlib.compressobj(9), b"\0" + b"\xff" * ((width + 7) // 8)
    lines = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    content = chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + content).decode()


def _svg(n: int) -> str:
    """A drawing that uses itself twice, n times over."""
    uses = "".join(f'<g id="g{i + 1}"><use href="#g{i}"/><use href="#g{i}"/></g>' for i in range(n))
    first = f'<rect id="g0" width="1" height="1"/>{uses}<use href="#g{n}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg">{first}</svg>'


SOURCES = {
    "finally": _nested(24),
    "finally-6kB": _nested(50),
    "finally-99": _nested(95),
    "brackets": "(" * 1_250,
    "brackets-closed": "x = " + "(" * 150 + ")" * 150,
    "lists": "x = " + "[" * 22_500,
    "dicts": "x = " + "{1:" * 7_500,
    "calls": "x = " + "f(" * 10_000,
    "calls-closed": "x = " + "f(" * 90 + ")" * 90,
    "stars": "f(" + "**{" * 5_000,
    "lambdas": "lambda: " * 3_000 + "0",
    "nots": "x = " + "not " * 6_000 + "1",
    "minus": "x = " + "-" * 22_500 + "1",
    "plus": "x = 1" + "+1" * 11_250,
    "comparisons": "x = 1" + "<1" * 11_250,
    "attributes": "x" + ".x" * 11_250,
    "subscripts": "x" + "[0]" * 7_500,
    "power": "x = 9**9**9**9",
    "shift": "x = 1 << (1 << 60)",
    "repeated": "x = 'x' * 10**10\ny = ((1,) * 10**5) * 10**5",
    "digits": "x = " + "9" * 22_500,
    "hexadecimal": "x = 0x" + "f" * 22_500,
    "float": "x = 1e" + "9" * 22_500,
    "elifs": "if a:\n  b\n" + "elif a:\n  b\n" * 1_500,
    "indents": "\n".join(" " * i + "if a:" for i in range(400)) + "\n" + " " * 400 + "b",
    "withs": "with " + "a, " * 7_500 + "b: pass",
    "withs-in-brackets": "with (" * 200 + "a" + ")" * 200 + ": pass",
    "decorators": "@a\n" * 7_500 + "def f(): pass",
    "f-strings": 'x = f"' + "{x}" * 7_500 + '"',
    "f-strings-in-each-other": "x = " + 'f"{' * 3_000,
    "format-in-format": 'x = f"{x:' + "{x:" * 2_000 + "}" * 2_000 + '}"',
    "strings": "x = " + "'a' " * 6_000,
    "long-line": "x = '" + "a" * 24_750 + "'",
    "open-string": "x = '''" + "'\\" * 11_250,
    "backslashes": "x = 1 + \\\n" * 2_500 + "1",
    "magics": "%" + "?" * 24_750,
    "blanks": " " * 24_750 + "x",
    "assignments": "a, " * 7_500 + "= !x",
    "targets": "a = " * 6_000 + "1",
    "walrus": "x = " + "(y := " * 190 + "1" + ")" * 190,
    "comprehensions": "x = " + "[a for a in " * 90 + "b" + "]" * 90,
    "matches": "match a:\n case " + "[" * 180 + "]" * 180 + ": pass",
    "patterns": "match a:\n case " + "b | " * 5_000 + "c: pass",
    "types": "def f(a: " + "x[" * 190 + "]" * 190 + "): pass",
    "semicolons": "a;" * 12_250,
    "surrogate": "x = '\ud800'",
    "nul": "x = '\0'",
}
MARKDOWN = {
    "mcschema": "```mcschema\n<!-- a -->\n```",
    "other-lexers": "\n".join(
        f"```{name}\n{'<!-- ' * 300}{'a(' * 300}{'{{' * 300}\n```" for name in ("html", "tex", "perl", "js")
    ),
    "brackets": "[" * 20_000,
    "links": "[a](" * 5_000,
    "links-closed": "[" * 6_000 + "](a)" * 3_000,
    "images": "![" * 10_000,
    "stars": "*_" * 10_000,
    "stars-closed": "*a " * 700 + "a* " * 700,
    "strong": "**a" * 6_000,
    "underscores": "_a " * 6_000,
    "ticks": "".join("`" * n + " " for n in range(1, 190)),
    "tildes": "~~a " * 5_000,
    "quotes": "> " * 10_000 + "a",
    "quotes-in-lines": ("> " * 60 + "a\n") * 160,
    "lists": "\n".join(" " * (2 * i) + "- a" for i in range(130)),
    "lists-in-a-line": "- " * 10_000 + "a",
    "numbers": "1. " * 6_000 + "a",
    "tables": "|" + "a|" * 4_500 + "\n|" + "-|" * 4_500 + "\n" + "|\n" * 900,
    "wide-table": "|" + "a|" * 3_000 + "\n|" + "-|" * 3_000 + "\n" + "|a|\n" * 1_900,
    "references": "[a]: b\n" * 2_800,
    "references-used": "[a]: /b\n\n" + "[a]" * 6_000,
    "entities": "&" * 20_000,
    "angles": "<" * 20_000,
    "comments": "<!--" * 5_000,
    "processing": "<?" * 10_000,
    "declarations": "<!A" * 6_600,
    "addresses": "<http://a" * 2_200,
    "formulas": "$a$ " * 5_000,
    "open-formulas": "$a " * 6_600,
    "blocks": "$$\n" * 6_600,
    "fractions": "$" + "\\frac{" * 330 + "$",
    "fractions-closed": "$" + "\\frac{1}{" * 190 + "1" + "}" * 190 + "$",
    "matrix": "$$\\begin{matrix}" + "&" * 1_900 + "\\end{matrix}$$\n\n",
    "matrices": ("$$\\begin{matrix}" + "&" * 900 + "\\end{matrix}$$\n\n") * 20,
    "arrays": ("$$\\begin{array}{" + "c" * 900 + "}" + "&\\\\" * 300 + "\\end{array}$$\n\n") * 9,
    "environments": "\\begin{a}" * 700,
    "subscripts": "$" + "a_{" * 600 + "$",
    "roots": ("$" + "\\sqrt" * 390 + "{a}$ ") * 10,
    "definitions": "$\\def\\a{\\b\\b}\\def\\b{\\c\\c}\\a$",
    "heading": "#" + " " * 9_000 + "a" + " #" * 5_000,
    "headings": "# a" + " #" * 9_000 + " a",
    "rules": "- " * 6_000 + "-a",
    "setext": "a\n" * 9_000 + "=",
    "attached": "![a](attachment:a)" * 1_000,
    "long": "# " + " " * 900_000 + "a",
    "backslashes": "\\" * 20_000,
    "blanks": "a" + " " * 5_000 + "b",
}
HTML = {
    "reopened": "".join(f"<b title={i}>" for i in range(400)) + "<p>" * 20_000,
    "reopened-in-each": "<p>" + "".join(f"<b title={i}>" for i in range(55)) + "</p><p>x" * 3_000,
    "reopened-long": "<p>" + ("<i title=" + "a" * 500 + ">") * 55 + "</p><p>x</p>" * 3_000,
    "reopened-behind-closers": "<p>" + "<!--</b>--><b class=a><b title=b>" * 900 + "</p><p>x</p>" * 3_000,
    "fonts": "".join(f"<font size={i}>" for i in range(300)) + "<p>a</p>" * 12_000,
    "misnested": "<a><b><i><u>" * 60 + "</a></b></i></u>" * 60 + "<p>" * 5_000,
    "adopted": "<a><div>" * 5_000,
    "spans": "<table><tr>" + "<td colspan=1000 rowspan=1000></td>" * 100 + "</table>",
    "spans-in-sum": "<table>" + "<tr><td colspan=100 rowspan=100></td></tr>" * 3_000 + "</table>",
    "cells": "<table>" + ("<tr>" + "<td></td>" * 200 + "</tr>") * 100 + "</table>",
    "tables": "<table><tr><td>" * 33 + "</td></tr></table>" * 33,
    "fostered": "<table>" + "<b>a<tr>" * 9_000,
    "lists": "<ul><li>" * 99 + "</ul>" * 99,
    "styles": '<p style="color:' + "a" * 60 + '!">x</p>',
    "styles-of-numbers": '<p style="width:' + "1" * 200 + '!">x</p>' * 20,
    "styles-in-sum": '<p style="' + "color:red;" * 15_000 + '">x</p>',
    "entities": "&lt;" * 50_000,
    "comments": "<!--" * 40_000 + "a",
    "attributes": "<p " + "a=b " * 40_000 + ">",
    "same-attributes": "<p " + " ".join(f"a{i}=b" for i in range(20_000)) + ">",
    "unknown": "<x>" * 400 + "</x>" * 400,
    "rubies": "<ruby><rt>" * 240,
    "details": "<details><summary>" * 200,
    "blanks": "<p" + " " * 190_000,
    "quotes": '<p title="' * 20_000,
    "pictures": f'<img src="data:image/png;base64,{_png(50_000, 1_000)}">' * 3,
}
TEXTS = {
    "accents": "a" + "\u0301" * 90_000,
    "thai": "\u0e01" * 190_000,
    "colours": "\x1b[31m" * 40_000,
    "colours-on": "\x1b[31ma" * 33_000,
    "escapes": "\x1b[" * 100_000,
    "open-escape": "\x1b[" + "1;" * 99_000,
    "links": "\x1b]8;;" * 40_000,
    "markup": "<&>" * 66_000,
    "controls": "\0\x07\x08\x1b" * 50_000,
    "surrogates": "\ud800" * 200_000,
}
PICTURES = {
    "giant": ("image/png", _png(90_000, 1_000)),
    "uses": ("image/svg+xml", _svg(40)),
    "dashes": ("image/svg+xml", '<svg><path d="M0 0H1e9" stroke="red" stroke-dasharray="1e-3"/></svg>'),
    "entities": ("image/svg+xml", '<!DOCTYPE svg [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><svg>&b;</svg>'),
    "no-picture": ("image/png", "AAAA"),
    "long": ("image/png", "A" * 4_000_000),
}


def _file(nbformat: int = 4, minor: str = "5", **more: str) -> str:
    """The file of a notebook with one cell. more: JSON of further keys."""
    cell = '{"cell_type": "code", "source": "x", "input": "x", "metadata": {}, "outputs": []}'
    cells = f'"cells": [{cell}]' if nbformat == 4 else f'"worksheets": [{{"cells": [{cell}]}}]'
    rest = "".join(f', "{key}": {value}' for key, value in {"metadata": "{}", **more}.items())
    return f'{{"nbformat": {nbformat}, "nbformat_minor": {minor}, {cells}{rest}}}'


FILES = {
    "good": _file(),
    "digits": _file(more="9" * 5_000),
    "digits-minor": _file(minor="9" * 5_000),
    "float": _file(more="1e999"),
    "depth": _file(metadata='{"a": ' + "[" * 480 + "]" * 480 + "}"),
    "depth-of-recursion": _file(metadata='{"a": ' + "[" * 90_000 + "]" * 90_000 + "}"),
    "depth-unclosed": "[" * 500_000,
    "parts": _file(more="[" + "{}," * 260_000 + "0]"),
    "lists": _file(more="[" + "[]," * 1_000_000 + "0]"),
    "surrogates": _file(metadata=r'{"\ud800": "\udfff\u0000"}'),
    "metadata": _file(metadata='"text"'),
    "metadata-number": _file(metadata="7"),
    "three": _file(3, "0"),
    "three-minor-text": _file(3, '"x"'),
    "three-minor-null": _file(3, "null"),
    "three-minor-list": _file(3, "[0]"),
    "three-minor-negative": _file(3, "-1"),
    "three-minor-huge": _file(3, "1" + "0" * 400),
    "three-worksheets": _file(3, "0", worksheets="null"),
    "three-metadata": _file(3, "0", metadata="null"),
    "two": _file(2, "0"),
    "one": _file(1, "0"),
    "zero": _file(0, "0"),
    "ninety-nine": _file(99, "0"),
    "many-worksheets": _file(3, "0", worksheets="[" + '{"cells": []},' * 9_000 + '{"cells": []}]'),
    "empty": "",
    "null": "null",
}
