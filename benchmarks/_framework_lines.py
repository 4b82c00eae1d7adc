"""The lines to write in each framework: the table of frameworks.toml, as Markdown and as a test of the lines.

`heinit bench frameworks` runs this module once for each framework, with the framework's packages on the path:
it gives the framework's number in the table, and prints a line for each line of the table.
"""

import math
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

from heinit_lab.checking.laws import SINGLE
from heinit_lab.fingerprint import FAR, variance_of_truncated
from heinit_lab.inspection import inspect_initializer

FRAMEWORKS: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_suffix(".toml").with_stem("frameworks").read_text(encoding="utf-8")
)["framework"]
SIZES = {
    "dense": ((128, 1024, 1), (768, 256, 1)),
    "convolution": ((64, 96, 3), (48, 32, 5)),
    "depthwise": ((64, 64, 21), (128, 128, 15)),  # few channels, so that one more or less shows
}
"""n_in, n_out and k of the layers that are made, of each kind."""
LAWS = {"normal": "normal", "uniform": "uniform", "truncated": "normal, cut off"}


def names(kind: str, n_in: int, n_out: int, k: int) -> dict[str, Any]:
    """What the expressions of the table may name, for a layer of these sizes."""
    fan_in, fan_out = (k * k, k * k) if kind == "depthwise" else (n_in * k * k, n_out * k * k)
    truncated = variance_of_truncated(2.0)
    sizes = {"n_in": n_in, "n_out": n_out, "k": k, "fan_in": fan_in, "fan_out": fan_out}
    return sizes | {"N": 30, "s": math.sqrt(2 / fan_in), "T": truncated}


def shown() -> str:
    """The table as Markdown."""
    parts = []
    for framework in FRAMEWORKS:
        packages = " on ".join(package.replace("==", " ") for package in framework["packages"])
        biases = f"uniform, of variance `{v}`" if (v := framework["bias_variance"]) != "0" else "0"
        parts += [f"**{framework['name']}** ({packages}); its biases are {biases}:", ""]
        parts += ["| for | line | law | variance |", "|---|---|---|---|"]
        for line in framework["lines"]:
            what = f"{line['what']}, {line['kind']}" if line["what"] == "default" else line["what"]
            drawn = f"{LAWS[line['law']]} | `{line['variance']}`"
            if line["what"] == "bias 0":
                drawn = "0 | 0"
            parts += [f"| {what} | `{line['line']}` | {drawn} |"]
        parts += [""]
    return "\n".join(parts).rstrip()


def made(framework: dict[str, Any], line: dict[str, Any], around: dict[str, Any]) -> list[dict[str, Any]]:
    """The names of a line that was run, for layers of each of the SIZES; `weight` and `bias` are arrays."""
    layers = []
    for sizes in SIZES[line["kind"]]:
        own = around | names(line["kind"], *sizes)
        exec(framework[line.get("made", line["kind"])].replace("{line}", line["line"]), own)
        for name in ("weight", "bias"):
            value = eval(framework[name], own)
            own[name] = np.asarray(value.detach() if hasattr(value, "detach") else value, float)
        layers.append(own)
    return layers


def differences(framework: dict[str, Any], line: dict[str, Any], layers: list[dict[str, Any]]) -> list[str]:
    """What was measured of the layers of a line, in a sentence; then what the table says otherwise."""
    weights = {layer["weight"].shape: layer["weight"] for layer in layers}
    in_axis = framework["in_axis"][line["kind"]]
    report = inspect_initializer(lambda shape: weights[shape], in_axis=in_axis, shapes=list(weights))
    laws, wrong = ", ".join(dict.fromkeys(report.laws)), []
    if laws != line["law"] or (laws == "truncated" and any(abs(p.cut - 2) > 0.1 for p in report.prints)):
        wrong.append("another law")
    for layer, found in zip(layers, report.prints, strict=True):
        v, biases = eval(line["variance"], layer), line.get("bias_variance", framework["bias_variance"])
        if abs(found.variance / v - 1) > FAR * found.error or found.shifted or found.shared:
            wrong.append(f"another variance: {found.variance:.4g}")
        if laws == "uniform" and not _uniform(layer["weight"], v):
            wrong.append(f"another edge: {found.high:.5g}")
        if not _uniform(layer["bias"], eval(biases, layer)):
            wrong.append(f"biases up to {layer['bias'].max():.4g}")
    measured = ", ".join(f"{p.variance:.4g} (s.e. {p.variance * p.error:.1g})" for p in report.prints)
    return [f"{laws}; variance {measured}", *wrong]


def _uniform(draws: np.ndarray, variance: float) -> bool:
    """Whether draws fill the interval of a uniform law; they leave more of it free once in 1e9 times."""
    if not variance:
        return not np.any(draws)
    filled = np.abs(draws).max() / math.sqrt(3 * variance)
    return bool(1 - 21 / draws.size <= filled <= 1 + SINGLE)


def main() -> None:
    """Print each line of a framework's table, what was measured, what is stated, and a verdict.

    Ends with 1 where the table says something else than was measured.
    """
    framework, differ = FRAMEWORKS[int(sys.argv[1])], 0
    around: dict[str, Any] = {}
    exec(framework["setup"], around)
    for line in framework["lines"]:
        measured, *wrong = differences(framework, line, made(framework, line, around))
        differ += bool(wrong)
        each = [eval(line["variance"], names(line["kind"], *sizes)) for sizes in SIZES[line["kind"]]]
        print(f"{line['line']}\n    measured  {measured}")
        print(
            f"    stated    {line['law']}; variance {line['variance']}: {', '.join(f'{v:.4g}' for v in each)}"
        )
        print(f"    {'NOT as stated: ' + '; '.join(wrong) if wrong else 'as stated'}", flush=True)
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
