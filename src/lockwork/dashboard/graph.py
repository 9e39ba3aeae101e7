"""A run's graph as it is drawn: which box goes where, and the lines between them. Pure, in pixels.

Steps stand in columns: each in the one behind the last that it waits for (the longest path). A line that
passes a column has a place there too, so that it goes through no box; and the places of a column are sorted
by where their neighbours are, a few times from either side, which leaves few crossings (Sugiyama's way).
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

WIDTH, HEIGHT = 168, 48
"""Of a box."""
ACROSS, DOWN = 40, 16
"""Between columns, and between boxes in one."""
PASSING = 8
"""The height of a line's place in a column that it passes."""
EDGE = 8
IN_A_ROW = 5
MOST_BOXES, MOST_PIECES, MOST_LETTERS = 40, 300, 1500
"""Boxes, pieces of lines, letters of all names: beyond, it is too much to look at, and a list says it all."""
_SWEEPS = 4


class Box(NamedTuple):
    """A step, by the upper left corner of its box."""

    name: str
    x: int
    y: int


class Drawing(NamedTuple):
    """Where everything is; lines are paths in the words of SVG."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[str, ...]


class _Place(NamedTuple):
    """A place in a column: a step's, or one where a line passes."""

    name: str
    line: tuple[str, str] | None = None

    @property
    def height(self) -> int:
        return HEIGHT if self.line is None else PASSING


_Ties = Mapping[_Place, list[_Place]]


def drawn(after: Mapping[str, Sequence[str]]) -> Drawing | None:
    """The drawing of these steps: each, in an order in which they can run, with those that it waits for.

    None where it would be too much to look at. Without a single tie they stand in rows, in their order.
    """
    names = {name: nth for nth, name in enumerate(after)}
    ties = {
        name: [one for one in dict.fromkeys(before) if names.get(one, len(names)) < names[name]]
        for name, before in after.items()
    }
    if not names or len(names) > MOST_BOXES or sum(map(len, names)) > MOST_LETTERS:
        return None
    if not any(ties.values()):
        return _in_rows(list(names))
    columns, chains = _placed(ties)
    if sum(len(chain) - 1 for chain in chains) > MOST_PIECES:
        return None
    _sort(columns, chains)
    return _measured(columns, chains)


def _in_rows(names: Sequence[str]) -> Drawing:
    boxes = tuple(
        Box(name, EDGE + (nth % IN_A_ROW) * (WIDTH + DOWN), EDGE + (nth // IN_A_ROW) * (HEIGHT + DOWN))
        for nth, name in enumerate(names)
    )
    return Drawing(max(b.x for b in boxes) + WIDTH + EDGE, boxes[-1].y + HEIGHT + EDGE, boxes, ())


def _placed(ties: Mapping[str, Sequence[str]]) -> tuple[list[list[_Place]], list[list[_Place]]]:
    """The columns, and for each line the places that it goes through, from box to box."""
    column: dict[str, int] = {}
    for name, before in ties.items():
        column[name] = 1 + max((column[one] for one in before), default=-1)
    columns: list[list[_Place]] = [[] for _ in range(max(column.values()) + 1)]
    for name, nth in column.items():
        columns[nth].append(_Place(name))
    chains = []
    for name, before in ties.items():
        for one in before:
            passed = [_Place(name, (one, name)) for _ in range(column[one] + 1, column[name])]
            passed = [place._replace(name=f"{name} {nth}") for nth, place in enumerate(passed)]
            for nth, place in enumerate(passed, start=column[one] + 1):
                columns[nth].append(place)
            chains.append([_Place(one), *passed, _Place(name)])
    return columns, chains


def _sort(columns: Sequence[list[_Place]], chains: Sequence[Sequence[_Place]]) -> None:
    """Each column by the middle of its neighbours: seen from the left, then from the right, and again."""
    left: dict[_Place, list[_Place]] = {}
    right: dict[_Place, list[_Place]] = {}
    for chain in chains:
        for one, next_ in pairwise(chain):
            right.setdefault(one, []).append(next_)
            left.setdefault(next_, []).append(one)
    for _ in range(_SWEEPS):
        for before, here in pairwise(columns):
            _sort_one(here, before, left)
        for behind, here in pairwise(columns[::-1]):
            _sort_one(here, behind, right)


def _sort_one(here: list[_Place], there: Sequence[_Place], ties: _Ties) -> None:
    rank = {place: nth / len(there) for nth, place in enumerate(there)}
    middles = {}
    for nth, place in enumerate(here):
        ranks = [rank[one] for one in ties.get(place, ())]
        middles[place] = sum(ranks) / len(ranks) if ranks else nth / len(here)
    here.sort(key=middles.__getitem__)


def _measured(columns: Sequence[Sequence[_Place]], chains: Sequence[Sequence[_Place]]) -> Drawing:
    heights = [sum(p.height for p in column) + DOWN * (len(column) - 1) for column in columns]
    corners: dict[_Place, tuple[int, int]] = {}
    for nth, (column, height) in enumerate(zip(columns, heights, strict=True)):
        y = EDGE + (max(heights) - height) // 2
        for place in column:
            corners[place] = (EDGE + nth * (WIDTH + ACROSS), y)
            y += place.height + DOWN
    boxes = tuple(Box(place.name, *at) for place, at in corners.items() if place.line is None)
    lines = tuple(" ".join(_path(chain, corners)) for chain in chains)
    width = len(columns) * (WIDTH + ACROSS) - ACROSS + 2 * EDGE
    return Drawing(width, max(heights) + 2 * EDGE, boxes, lines)


def _path(chain: Sequence[_Place], corners: Mapping[_Place, tuple[int, int]]) -> Iterator[str]:
    """From the right side of the first box to the left side of the last, straight through what it passes."""
    x, y = corners[chain[0]]
    yield f"M{x + WIDTH} {y + HEIGHT // 2}"
    for place in chain[1:]:
        x, y = corners[place]
        middle, bend = y + place.height // 2, x - ACROSS // 2
        yield f"C{bend} {_last(chain, place, corners)} {bend} {middle} {x} {middle}"
        if place.line is not None:
            yield f"H{x + WIDTH}"


def _last(chain: Sequence[_Place], place: _Place, corners: Mapping[_Place, tuple[int, int]]) -> int:
    """The height from which a line comes to a place."""
    before = chain[chain.index(place) - 1]
    return corners[before][1] + before.height // 2
