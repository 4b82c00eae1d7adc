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
    return f'<svg xmlns="http://www.w3.org/2000/svg"><defs><rect id="g0" width="1" height="1"/>{uses}</defs><use href="#g{n}"/></svg>'


SOURCES = {
    "finally": _nested(24),
    "finally-6kB": _nested(50),
    "finally-99": _nested(95),
    "brackets": "(" * 5000,
    "brackets-closed": "x = " + "(" * 150 + ")" * 150,
    "lists": "x = " + "[" * 90_000,
    "dicts": "x = " + "{1:" * 30_000,
    "calls": "x = " + "f(" * 40_000,
    "calls-closed": "x = " + "f(" * 90 + ")" * 90,
    "stars": "f(" + "**{" * 20_000,
    "lambdas": "lambda: " * 12_000 + "0",
    "nots": "x = " + "not " * 24_000 + "1",
    "minus": "x = " + "-" * 90_000 + "1",
    "plus": "x = 1" + "+1" * 45_000,
    "comparisons": "x = 1" + "<1" * 45_000,
    "attributes": "x" + ".x" * 45_000,
    "subscripts": "x" + "[0]" * 30_000,
    "power": "x = 9**9**9**9",
    "shift": "x = 1 << (1 << 60)",
    "repeated": "x = 'x' * 10**10\ny = ((1,) * 10**5) * 10**5",
    "digits": "x = " + "9" * 90_000,
    "hexadecimal": "x = 0x" + "f" * 90_000,
    "float": "x = 1e" + "9" * 90_000,
    "elifs": "if a:\n  b\n" + "elif a:\n  b\n" * 6_000,
    "indents": "\n".join(" " * i + "if a:" for i in range(400)) + "\n" + " " * 400 + "b",
    "withs": "with " + "a, " * 30_000 + "b: pass",
    "withs-in-brackets": "with (" * 200 + "a" + ")" * 200 + ": pass",
    "decorators": "@a\n" * 30_000 + "def f(): pass",
    "f-strings": 'x = f"' + "{x}" * 30_000 + '"',
    "f-strings-in-each-other": "x = " + 'f"{' * 12_000,
    "format-in-format": 'x = f"{x:' + "{x:" * 2_000 + "}" * 2_000 + '}"',
    "strings": "x = " + "'a' " * 24_000,
    "long-line": "x = '" + "a" * 99_000 + "'",
    "open-string": "x = '''" + "'\\" * 45_000,
    "backslashes": "x = 1 + \\\n" * 10_000 + "1",
    "magics": "%" + "?" * 99_000,
    "blanks": " " * 99_000 + "x",
    "assignments": "a, " * 30_000 + "= !x",
    "targets": "a = " * 24_000 + "1",
    "walrus": "x = " + "(y := " * 190 + "1" + ")" * 190,
    "comprehensions": "x = " + "[a for a in " * 90 + "b" + "]" * 90,
    "matches": "match a:\n case " + "[" * 180 + "]" * 180 + ": pass",
    "patterns": "match a:\n case " + "b | " * 20_000 + "c: pass",
    "types": "def f(a: " + "x[" * 190 + "]" * 190 + "): pass",
    "semicolons": "a;" * 49_000,
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
    "stars-closed": "*a " * 3_000 + "a* " * 3_000,
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
    "environments": "\\begin{a}" * 2_200,
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
    "blanks": "a" + " " * 19_000 + "b",
}
HTML = {
    "reopened": "".join(f"<b title={i}>" for i in range(400)) + "<p>" * 20_000,
    "reopened-long": ("<b title=" + "a" * 1_000 + ">") * 90 + "<p></p>" * 12_000,
    "fonts": "".join(f"<font size={i}>" for i in range(300)) + "<p>a</p>" * 12_000,
    "misnested": "<a><b><i><u>" * 60 + "</a></b></i></u>" * 60 + "<p>" * 5_000,
    "adopted": "<a><div>" * 5_000,
    "spans": "<table><tr>" + "<td colspan=1000 rowspan=1000>" * 100 + "</table>",
    "spans-in-sum": "<table>" + "<tr><td colspan=100 rowspan=100>" * 3_000 + "</table>",
    "cells": "<table>" + ("<tr>" + "<td>" * 200) * 190 + "</table>",
    "tables": "<table><tr><td>" * 90 + "</table>" * 90,
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
    "pictures": f'<img src="data:image/png;base64,{_png(20_000, 20_000)}">' * 3,
}
TEXTS = {
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
    "giant": ("image/png", _png(30_000, 30_000)),
    "uses": ("image/svg+xml", _svg(40)),
    "dashes": (
        "image/svg+xml",
        '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0H1e9" stroke="red" stroke-dasharray="1e-3"/></svg>',
    ),
    "entities": (
        "image/svg+xml",
        '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg><text>&b;</text></svg>',
    ),
    "no-picture": ("image/png", "AAAA"),
    "long": ("image/png", "A" * 4_000_000),
}
