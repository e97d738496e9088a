"""Tables on a terminal and in a pipe: nothing cut, no boxes in a pipe, and a refutation never looks like a pass."""

import io
import re

import pytest
from rich.console import Console

from theorycheck.reports import grids, table, words

OUTCOMES = ("PROVED", "CERTIFIED", "SUPPORTED", "REFUTED", "UNDECIDED", "VACUOUS", "ERROR")
KEYS = ("a.b", "gatmiry2024.thm3_global", "a_paper_with_a_long_name2026.theorem_about_everything")


def printed(content, width=80, terminal=False):
    stream = io.StringIO()
    colours = "standard" if terminal else None
    Console(file=stream, width=width, force_terminal=terminal, color_system=colours).print(content)
    return stream.getvalue()


def words_of(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize("width", [80, 100, 200])
@pytest.mark.parametrize("terminal", [False, True])
def test_no_key_and_no_outcome_is_lost(samples, width, terminal):
    verdicts = [samples.verdict(o, key) for o in OUTCOMES for key in KEYS]
    text = words_of(printed(table.verdicts(verdicts), width, terminal))
    for key in KEYS:
        assert text.count(key) == len(OUTCOMES)
    assert max(map(len, text.split("\n"))) <= width
    assert "…" not in text


@pytest.mark.parametrize("width", [80, 120])
def test_in_a_pipe_no_boxes_and_no_colours(samples, width):
    everything = [
        table.verdicts([samples.verdict()]),
        table.drops(samples.drops()),
        table.solution(samples.SOLUTION),
        table.details(samples.verdict()),
        table.library([samples.claim()]),
        table.verified([{"file": "a.json", "valid": True, "kind": "sign", "statement": "s", "reason": None}]),
    ]
    for content in everything:
        text = printed(content, width)
        assert not re.search(r"[\u2500-\u257f\x1b]", text)
        assert max(map(len, text.split("\n"))) <= width + 1  # Rich keeps a trailing blank of prose


def test_brackets_are_no_markup(samples):
    assert "[RECALL]" in printed(table.details(samples.verdict(mark=samples.Mark.RECALL)), 200, terminal=True)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_only_what_holds_is_green(samples, outcome):
    text = printed(table.verdicts([samples.verdict(outcome)]), 120, terminal=True)
    green = "\x1b[1;32m" in text
    assert green == (outcome in ("PROVED", "CERTIFIED"))
    assert ("\x1b[1;31m" in text) == (outcome == "REFUTED")


def test_an_unknown_outcome_is_an_error_not_a_pass():
    assert words.standing("FINE") == words.standing("") == "error"
    assert {words.standing(o) for o in ("REFUTED", "INVALID")} == {"fails"}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_each_outcome_says_what_it_does_not_imply(samples, outcome):
    verdict = samples.verdict(outcome)
    assert verdict.outcome.means in " ".join(printed(table.verdicts([verdict])).split())


def test_details_name_tolerance_number_margin_and_digest(samples):
    verdict = samples.verdict()
    text = " ".join(printed(table.details(verdict), 250).split())
    for part in ("tolerance 1e-9", "9/8", "1/3", "≈0.25", verdict.claim.digest, verdict.claim.statement):
        assert part in text


def test_a_violated_finding_says_no(samples):
    rows = grids.finding_grid(samples.verdict("REFUTED")).rows
    assert [row[1] for row in rows] == ["no", "yes"]


def test_the_least_margin_is_shown_and_an_unknown_one_wins(samples):
    from fractions import Fraction

    from theorycheck.claims.claim import Margin
    from theorycheck.claims.verdict import Verdict

    def margins(*values):
        seen = [(("increasing_activation", Margin(v, True, "sign")),) for v in values]
        found = tuple(samples.attrs.evolve(samples.finding(), margins=m) for m in seen)
        return grids.assumption_grid(Verdict(samples.claim(), found, 0.1)).rows[0][2]

    assert margins(Fraction(1), Fraction(-1, 7), Fraction(3)) == "-1/7"
    assert margins(Fraction(1), None) == "unknown"
    assert margins() == "–"


@pytest.mark.parametrize("build", [table.verdicts, table.drops, table.library, table.verified])
def test_empty_tables(build):
    assert printed(build([]))


def test_a_survivor_shows_its_tries_and_is_no_counterexample(samples):
    lines = table.plain(table.drops(samples.drops()), 200).split("\n")
    survivor = next(line for line in lines if "X4: tanh" in line)
    assert "survived" in survivor
    assert "counterexample" not in survivor


def test_a_search_that_tried_nothing_says_so(samples):
    row = samples.attrs.evolve(samples.drops()[1], tries=0)
    assert grids.witness(row) == "nothing could be tried"
    assert (
        grids.witness(samples.attrs.evolve(row, outcome="error", witness="no activation left")) == "no activation left"
    )


def test_what_a_row_breaks_besides_is_told(samples):
    row = samples.attrs.make_class("Row", [*samples.attrs.fields_dict(samples.DropRow), "result"])
    result = samples.SimpleNamespace(also_broken=("independent_data",))
    shown = grids.drop_grid([row("c", "a", "X9", "counterexample", "w", 1, 0.1, None, result)]).rows[0]
    assert shown[2] == "X9 (also breaks: independent_data)"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (True, "yes"),
        ("9/8", "9/8"),
        (0.1, "≈0.1"),
        ("1/" + "3" * 40, "≈3e-40 (exact in 42 characters)"),
        ({"lo": "1.23456789012345", "hi": "1.23456789012346"}, "[1.234567890, 1.234567891]"),
        ({"lo": "-1.00000000001", "hi": "-0.99999999999"}, "[-1.000000001, -0.9999999999]"),
        ("a sentence that is longer than a number may be", "a sentence that is longer than a number may be"),
    ],
)
def test_numbers(value, shown):
    assert words.number(value) == shown


def test_a_large_matrix_is_counted_not_printed():
    grid = grids.solution_grid({"minimiser": {"theta": [["1/2"] * 50] * 3}, "certificate": None})
    assert grid.rows[0][1] == "3 rows with 150 numbers in all; the JSON document has them"
