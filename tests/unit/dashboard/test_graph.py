"""Where boxes and lines of a run's graph go."""

from __future__ import annotations

import re
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from lockwork.dashboard import graph
from lockwork.dashboard.graph import HEIGHT, WIDTH, Box, drawn


@st.composite
def ties(draw: st.DrawFn) -> dict[str, list[str]]:
    """Steps in an order in which they can run, each with some of those before it."""
    count = draw(st.integers(1, 12))
    return {
        f"s{n}": draw(st.lists(st.sampled_from([f"s{b}" for b in range(n)]), max_size=3)) if n else []
        for n in range(count)
    }


def points(line: str) -> list[tuple[int, int]]:
    """Where the pieces of a path begin and end."""
    found: list[tuple[int, int]] = []
    for word, numbers in re.findall(r"([MCH])([-\d ]+)", line):
        given = [int(number) for number in numbers.split()]
        found.append((given[0], found[-1][1]) if word == "H" else (given[-2], given[-1]))
    return found


@given(ties())
def test_no_two_boxes_touch_and_all_are_inside(after: dict[str, list[str]]) -> None:
    """Every step has one box of its own, within the drawing."""
    drawing = drawn(after)
    assert drawing is not None
    assert sorted(box.name for box in drawing.boxes) == sorted(after)
    for box in drawing.boxes:
        assert 0 <= box.x <= drawing.width - WIDTH
        assert 0 <= box.y <= drawing.height - HEIGHT
    for one, other in combinations(drawing.boxes, 2):
        assert abs(one.x - other.x) > WIDTH or abs(one.y - other.y) > HEIGHT


@given(ties())
def test_lines_go_from_left_to_right_and_through_no_box(after: dict[str, list[str]]) -> None:
    """One line for each tie, between the sides of its two boxes; where it passes a column it meets none."""
    drawing = drawn(after)
    assert drawing is not None
    boxes = {box.name: box for box in drawing.boxes}
    wanted = {(one, name) for name, before in after.items() for one in before}
    ends = {
        ((boxes[one].x + WIDTH, boxes[one].y + HEIGHT // 2), (boxes[name].x, boxes[name].y + HEIGHT // 2))
        for one, name in wanted
    }
    told = [points(line) for line in drawing.lines]
    assert sorted((line[0], line[-1]) for line in told) == sorted(ends)
    for line in told:
        assert line == sorted(line, key=lambda point: point[0])
        passing = zip(line[1:-1:2], line[2:-1:2], strict=True)
        for (x, y), (beyond, still) in passing:
            assert (beyond, still) == (x + WIDTH, y)
            assert not any(box.x == x and box.y <= y <= box.y + HEIGHT for box in drawing.boxes)


def test_a_chain_is_a_straight_line() -> None:
    """From left to right, at one height."""
    drawing = drawn({"load": [], "train": ["load"], "report": ["train"]})
    assert drawing is not None
    assert [box.name for box in drawing.boxes] == ["load", "train", "report"]
    assert len({box.y for box in drawing.boxes}) == 1
    assert sorted({box.x for box in drawing.boxes}) == [box.x for box in drawing.boxes]


def test_lines_that_could_go_without_crossing_do() -> None:
    """Two chains written crosswise are sorted apart."""
    drawing = drawn({"a": [], "b": [], "of-b": ["b"], "of-a": ["a"]})
    assert drawing is not None
    boxes: dict[str, Box] = {box.name: box for box in drawing.boxes}
    assert (boxes["a"].y < boxes["b"].y) == (boxes["of-a"].y < boxes["of-b"].y)


def test_without_a_tie_steps_stand_in_rows() -> None:
    """In their order, a few in each, without a line: as runs are drawn that were recorded without ties."""
    drawing = drawn({f"s{n}": [] for n in range(graph.IN_A_ROW + 1)})
    assert drawing is not None
    assert drawing.lines == ()
    first = drawing.boxes[: graph.IN_A_ROW]
    assert len({box.y for box in first}) == 1
    assert drawing.boxes[-1].x == first[0].x
    assert drawing.boxes[-1].y > first[0].y


def test_what_is_too_much_to_look_at_is_not_drawn() -> None:
    """Too many steps or lines, names too long together; and nothing of nothing."""
    assert drawn({f"s{n}": [] for n in range(graph.MOST_BOXES + 1)}) is None
    wide: dict[str, list[str]] = {f"a{n}": [] for n in range(25)}
    wide |= {f"b{n}": [f"a{m}" for m in range(25)] for n in range(25)}
    assert drawn(wide) is None
    assert drawn({"n" * graph.MOST_LETTERS: [], "n": []}) is None
    assert drawn({}) is None


def test_a_tie_to_what_is_not_before_is_left_out() -> None:
    """Whatever a record holds: a circle, a step that is not there."""
    drawing = drawn({"a": ["b", "gone", "a"], "b": ["a"]})
    assert drawing is not None
    assert len(drawing.lines) == 1
