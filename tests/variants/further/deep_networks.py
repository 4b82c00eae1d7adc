"""Lesson 5: the wrong answers of tests/wrong_answers, of mistakes that have no version elsewhere."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from heinit_lab.exercises import EXERCISES
from heinit_solutions import very_deep_networks as references
from tests.variants import very_deep_networks
from tests.variants.further import frequent

FILE = Path(__file__).resolve().parents[2] / "wrong_answers" / "very_deep_networks.toml"

MISTAKES: dict[str, dict[str, tuple[Callable[..., Any], ...]]] = {}
for _exercise, _answers in tomllib.loads(FILE.read_text(encoding="utf-8")).items():
    _elsewhere = {*very_deep_networks.MISTAKES[_exercise], *frequent.MISTAKES.get(_exercise, ())}
    _without = {m.name for m in EXERCISES[_exercise].misconceptions} - _elsewhere
    _named = MISTAKES.setdefault(_exercise, {})
    for _answer in _answers:
        if _answer["says"] in _without:
            _space: dict[str, Any] = {"np": np, **vars(references)}
            exec(_answer["answer"], _space)
            _named[_answer["says"]] = (*_named.get(_answer["says"], ()), _space[_exercise])
