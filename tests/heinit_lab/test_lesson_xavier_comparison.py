"""Lesson 4: every number that the text prints is measured here, and what the pictures claim."""

from __future__ import annotations

import itertools
import re

import nbformat
import numpy as np
import pytest
from matplotlib.axes import Axes

from autograder.lessons import lesson as find
from heinit_lab.experiments.xavier_comparison import Flow, flow, gains
from heinit_lab.explorers import xavier_comparison as explorers
from heinit_lab.explorers.explorer import Explorer
from heinit_lab.plots import xavier_comparison as plots
from heinit_solutions import xavier_comparison as answers

CELLS = {cell.id: cell for cell in nbformat.read(find("4-xavier-comparison").path, 4).cells}


def says(cell: str, *texts: str) -> None:
    """Assert that the cell of that id contains each text."""
    source = CELLS[cell].source
    for text in texts:
        assert re.search(rf"(?<![\d.]){re.escape(text)}(?!\d)", source), f"{cell} does not say {text!r}"


def tex(value: float) -> str:
    """As the text prints a power of ten: $6.6 \\times 10^{8}$."""
    mantissa, exponent = f"{value:.1e}".split("e")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}"


def two(value: float) -> str:
    return f"{value:#.2g}".rstrip(".")


@pytest.fixture(scope="module")
def networks() -> tuple[Flow, Flow]:
    rng = np.random.default_rng(4)
    return flow([64] * 31, rng, linear=True), flow([64] * 31, rng)


@pytest.fixture(scope="module")
def depth() -> Explorer:
    return explorers.depth_explorer("Glorot")


def spread(rows: np.ndarray) -> np.ndarray:
    """The 10 %, 50 % and 90 % quantiles over networks."""
    return np.quantile(rows, [0.1, 0.5, 0.9], axis=0)


def ends(measured: Flow, rule: str) -> np.ndarray:
    return spread(measured.under(gains(measured.sizes)[rule]).forward)[:, -1]


def test_thirty_factors_of_root_two_make_32768_in_every_network():
    ratios = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        small = large = rng.standard_normal(64)
        for _ in range(30):
            W = rng.normal(0, np.sqrt(1 / 64), size=(64, 64))
            small, large = np.maximum(W @ small, 0), np.maximum(np.sqrt(2) * W @ large, 0)
        ratios.append(np.linalg.norm(large) / np.linalg.norm(small))
    np.testing.assert_allclose(ratios, 32_768, rtol=1e-9)
    says("read-ratio", "32,768")
    says("end", "32,768")
    says("read-gradient", "32,768")


def test_the_table_is_the_source_s_to_its_printed_digits():
    printed = {
        4: ("0.500", "0.707"),
        16: ("0.250", "0.354"),
        64: ("0.125", "0.177"),
        256: ("0.0625", "0.088"),
    }
    for row, (n, (xavier, he)) in zip(answers.compare_table(list(printed)), printed.items(), strict=True):
        assert row[0] == n
        assert f"{row[1]:.{len(xavier) - 2}f}" == xavier
        assert f"{row[2]:.3f}" == he
        assert f"{row[3]:.2f}" == "1.41"
        assert rf"| {n} | {xavier} | {he} | $\sqrt{{2}} \approx$ 1.41x |" in CELLS["table"].source
    assert answers.xavier_std(64) == pytest.approx(0.125)
    assert answers.compare_table([128])[0, 2] == pytest.approx(0.125)
    units, energy = 1 - np.exp(-1), 1 - 2 * np.exp(-1)  # that ReLU takes from Exp(1) - 1
    says("table-yours", "0.125", f"{100 * units:.0f} %", f"{100 * energy:.0f} %")


def test_the_takeaway_is_told_in_the_source_s_terms():
    for phrase in (
        r"uses $\sqrt{2}$ times larger weights than Xavier",
        "compensates for ReLU zeroing out half the neurons",
        "stable gradient flow in deep ReLU networks",
    ):
        assert phrase in CELLS["read-sigma"].source


def test_the_worked_values_of_the_exercises():
    assert f"{answers.xavier_std(4):g}" == "0.5"
    assert f"{answers.glorot_std(4, 3):.3f}" == "0.535"
    assert f"{answers.he_over_glorot(4, 3):.3f}" == "1.323"
    assert f"{answers.he_over_glorot(128, 64):.3f}" == "1.225"
    assert f"{answers.he_over_glorot(4, 1024):.2f}" == "16.03"
    says("ex-glorot_std", "0.535", "0.500")
    says("ex-he_over_glorot", "1.323", "1.225", "1.414")
    says("read-scales", "16.03")
    W, z, g = np.array([[1, 2], [-3, 0.5]]), np.array([0.5, -1]), np.array([1.0, 10])
    assert answers.layer_backward(W, z, g).tolist() == [1, 2]
    says("ex-layer_backward", "[1, 2]")


def test_each_rule_is_stable_in_its_own_network(networks):
    linear, relu = networks
    xavier, he = ends(linear, "Xavier"), ends(linear, "He")
    says("read-own-network", *(two(v) for v in xavier), *(tex(v) for v in he))
    says("read-own-network", *(two(v) for v in ends(relu, "He")), tex(ends(relu, "Xavier")[1]))
    says("read-own-network", r"1.1 \times 10^9")
    assert f"{2**30:.1e}" == "1.1e+09"
    _, words = plots.own_network(linear, relu, 60)
    assert "Linear units: Xavier 0.62, He 6.6 × 10⁸" in words
    assert "ReLU units: Xavier 3.2 × 10⁻¹⁰, He 0.34" in words


def test_the_measured_means_are_the_predicted_ones():
    networks = flow([64] * 6, np.random.default_rng(1), networks=4000)
    for rule, c in gains(networks.sizes).items():
        under = networks.under(c)
        for measured, predicted in zip((under.forward, under.backward), networks.predicted(c), strict=True):
            error = measured.std(axis=0) / np.sqrt(len(measured))
            assert np.all(np.abs(measured.mean(axis=0) - predicted) <= 5 * error + 1e-12), rule


def test_one_set_of_draws_serves_all_rules():
    sizes, c = [5, 8, 3], np.array([0.7, 1.9])
    measured = flow(sizes, np.random.default_rng(3), networks=6).under(c)
    rng = np.random.default_rng(3)
    h = rng.standard_normal((6, 5, 1), dtype=np.float32)
    start, Ws, masks = h, [], []
    for n_in, n_out, ci in zip(sizes[:-1], sizes[1:], c, strict=True):
        Ws.append(rng.standard_normal((6, n_out, n_in), dtype=np.float32) * np.sqrt(ci / n_in))
        z = Ws[-1] @ h
        masks.append(z > 0)
        h = np.maximum(z, 0)
    moments = (h**2).mean(axis=(1, 2)) / (start**2).mean(axis=(1, 2))
    np.testing.assert_allclose(measured.forward[:, -1], moments, rtol=1e-4)
    g = rng.standard_normal((6, 3, 1), dtype=np.float32)
    back = np.stack(
        [
            answers.layer_backward(
                Ws[0][k], masks[0][k, :, 0], answers.layer_backward(Ws[1][k], masks[1][k, :, 0], g[k, :, 0])
            )
            for k in range(6)
        ]
    )
    expected = (back**2).mean(axis=1) / (g**2).mean(axis=(1, 2))
    np.testing.assert_allclose(measured.backward[:, 0], expected, rtol=1e-4)


def test_four_variances_in_one_layer():
    space = {"np": np, "plots": plots, "show": lambda fig, alt: None, "guess_first_axis": None}
    exec(CELLS["four-variances"].source, space)
    narrow, wide = space["layers"].values()
    for kept, layer in ((narrow, (128, 64)), (wide, (64, 128))):
        n, m = layer
        exact = (1, 2 * n / (n + m), n / (n + m), n / m)
        for values, mean in zip(kept.values(), exact, strict=True):
            assert abs(values.mean() - mean) < 5 * values.std() / np.sqrt(len(values))
    a, b = ([values.mean() for values in kept.values()] for kept in (narrow, wide))
    low, _, high = spread(narrow["1 / W.shape[0]"][:, None])[:, 0]
    says("read-four", f"{a[3]:.2f}", f"{b[3]:.2f}", f"{low:.2f}", f"{high:.2f}")
    says("read-forgotten", f"{a[1]:.2f}", f"{b[1]:.2f}", f"{a[2]:.2f}", f"{b[2]:.2f}", tex(2.0**-30))
    _, words = plots.one_layer({"128 → 64": narrow, "64 → 128": wide}, 1.0)
    assert all(f"{x:.2f} and {y:.2f}" in words for x, y in zip(a, b, strict=True))


def test_rounding_the_table_costs_what_the_text_says():
    he = answers.compare_table([256])[0, 2]
    assert f"{he:.4f}" == "0.0884"
    assert f"{100 * (1 - 0.088**2 / he**2):.1f}" == "0.9"
    assert f"{100 * (0.09**2 / he**2 - 1):.1f}" == "3.7"
    assert f"{(0.09**2 / he**2) ** 30:.1f}" == "3.0"
    says("rebuilt", "0.0884", "0.9 %", "3.7 %", "3.0")


def test_the_gradient_explorer_finds_32768_in_every_network_by_the_student_s_function():
    explorer = explorers.gradient_explorer(answers.layer_backward)
    assert "in each network: 32,768. √2 to the power 30 is 32,768" in explorer.frame(steps=30).words
    rows = {
        rule: np.array([explorers._walk(answers.layer_backward, [4, k], [64] * 31, c) for k in range(10)])[
            :, -1
        ]
        for rule, c in (("He", 2), ("Xavier", 1))
    }
    says("read-gradient", *(two(v) for v in (np.median(rows["He"]), rows["He"].min(), rows["He"].max())))
    says("read-gradient", tex(np.median(rows["Xavier"])))


def test_the_depth_explorer_says_what_the_text_reads_from_it(depth):
    narrowing = depth.frame(depth=30, shape=explorers.SHAPES[1]).words
    assert "predicted mean 0.25" in narrowing.split("Gradient")[1]
    assert "predicted mean 1;" in narrowing.split("Gradient")[0]
    assert "Glorot the same" in depth.frame(depth=30, shape=explorers.SHAPES[0]).words
    alternating = flow(explorers.widths(explorers.SHAPES[3], 30), np.random.default_rng(0), networks=2)
    rules = gains(alternating.sizes)
    xavier, glorot = (alternating.predicted(rules[rule])[0][-1] for rule in ("Xavier", "Glorot"))
    assert pytest.approx(0.16) == 128 * 32 / 160**2
    assert 750 < xavier / glorot < 850
    for k, way in enumerate(("forward", "backward")):
        assert alternating.predicted(rules["He"])[k][-1 if k == 0 else 0] == pytest.approx(1), way
    says("read-depth", "0.25")
    says("read-alternating", "0.16", "0.25", "800")


def test_every_matrix_of_a_xavier_network_gets_a_gradient_of_one_size():
    measured = flow([64] * 31, np.random.default_rng(4), networks=100)
    rules = gains(measured.sizes)
    for rule, form in (("Xavier", tex), ("He", two)):
        median = spread(measured.under(rules[rule]).weights)[1]
        says("read-weights", form(median.min()), form(median.max()))
    _, words = plots.weight_gradients(measured, "the first")
    assert "He between 0.14 and 0.21; Xavier between 2.6 × 10⁻¹⁰ and 4.0 × 10⁻¹⁰" in words


def test_every_state_of_the_explorers_has_its_words_and_keeps_its_axes(depth):
    drawn = (
        explorers.scales_explorer(answers.xavier_std, answers.glorot_std, answers.he_over_glorot),
        depth,
        explorers.gradient_explorer(answers.layer_backward),
    )
    for explorer in drawn:
        limits = [(ax.get_xlim(), ax.get_ylim()) for ax in explorer.fig.axes]
        words = {
            explorer.update(**dict(zip(explorer.start, values, strict=True)))
            for values in itertools.product(*(slider.values for slider in explorer.sliders))
        }
        assert len(words) == np.prod([len(slider.values) for slider in explorer.sliders])
        assert [(ax.get_xlim(), ax.get_ylim()) for ax in explorer.fig.axes] == limits
        assert explorer.frame().png.startswith(b"\x89PNG")


def test_all_that_the_depth_explorer_draws_lies_within_its_axes(depth):
    low, high = depth.fig.axes[0].get_ylim()
    for layers, shape in itertools.product(explorers.DEPTHS, explorers.SHAPES):
        depth.update(depth=layers, shape=shape)
        for ax in depth.fig.axes:
            for line in ax.lines:
                y = np.asarray(line.get_ydata(), dtype=float)
                assert np.all((y > low) & (y < high)), (layers, shape)


def unsolved(*args):
    raise NotImplementedError()


def test_what_students_build_draws_and_until_it_is_solved_the_lesson_s_own_does():
    three = answers.xavier_std, answers.glorot_std, answers.he_over_glorot
    theirs = explorers.scales_explorer(*three).frame().words
    assert "by `he_over_glorot`, 1.323 times Glorot." in theirs
    assert (
        theirs + " Until yours is solved, the lesson's own `glorot_std` and `he_over_glorot` draw this."
        == (explorers.scales_explorer(answers.xavier_std, unsolved, unsolved).frame().words)
    )
    assert (
        "by `he_over_glorot`, 5.000 times"
        in explorers.scales_explorer(*three[:2], lambda n, m: 5).frame().words
    )
    own = explorers.gradient_explorer(unsolved).frame(steps=30).words
    assert own.startswith(explorers.gradient_explorer(answers.layer_backward).frame(steps=30).words)
    assert "the lesson's own `layer_backward`" in own
    for solved in (unsolved, answers.compare_table, lambda ns: answers.compare_table(ns)[:1]):
        words = plots.sigma(solved)[1]
        assert "Xavier from 0.5 to 0.0625; He from 0.707 to 0.0884" in words
        assert ("the lesson's own `compare_table`" in words) == (solved is not answers.compare_table)
    assert "Xavier from 1 to 0.125" in plots.sigma(lambda ns: answers.compare_table(ns) * [1, 2, 1, 1])[1]


def test_a_prediction_is_empty_until_the_student_writes_one_and_each_has_its_cell():
    guesses = [cell.source for cell in CELLS.values() if cell.id.startswith("guess")]
    assert all(re.match(r"\w+ = None  # ", source) for source in guesses)
    assert len(guesses) == sum(cell.source.count("**Predict") for cell in CELLS.values())
    for source in guesses:
        name = source.split()[0]
        assert (
            sum(re.search(rf"\({name}\)|, {name}\)", cell.source) is not None for cell in CELLS.values()) == 1
        )


@pytest.mark.filterwarnings("ignore:.*encountered:RuntimeWarning")
def test_the_gradient_explorer_tells_what_a_wrong_answer_does():
    for wrong in (lambda W, z, g: 0 * h_like(W), lambda W, z, g: np.nan * h_like(W), lambda W, z, g: W.T @ g):
        assert explorers.gradient_explorer(wrong).frame(steps=30).words.startswith("30 layers back")


def h_like(W):
    return np.ones(W.shape[1])


@pytest.mark.parametrize("guess", [0, -3, 1e30, 42, 0.5, None])
def test_any_guess_can_be_drawn(guess, networks):
    rules = {rule: np.arange(5.0) for rule in ("1 / n_in", "with a mean", "2 forgotten", "1 / W.shape[0]")}
    word = None if guess is None else "the first"
    drawn = (
        (guess, plots.ratio([1.0, 1.4, 2.0], guess)),
        (guess, plots.own_network(*networks, guess)),
        (guess, plots.one_layer({"a": rules, "b": rules}, guess)),
        (word, plots.weight_gradients(networks[1], word)),
    )
    for written, (fig, words) in drawn:
        assert ("our guess" in words) == (written is not None)
        assert written is None or str(written) in words.replace(",", "")
        assert any(map(written_on, fig.axes)) == (guess is not None)
    explorer = explorers.gradient_explorer(answers.layer_backward, guess)
    assert written_on(explorer.fig.axes[0]) == (guess is not None)


def written_on(ax: Axes) -> bool:
    return any("your guess" in text.get_text() for text in ax.texts)


def test_the_word_for_alternating_widths_stands_in_the_figure(depth):
    assert "your guess for alternating widths: Glorot" in [
        text.get_text() for text in depth.fig.axes[0].texts
    ]


def test_the_figure_of_the_ratio_says_what_it_shows():
    assert "from 1 to 32,768 at layer 30" in plots.ratio([2 ** (k / 2) for k in range(31)], 42)[1]
