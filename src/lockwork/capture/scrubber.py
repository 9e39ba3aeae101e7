"""Known values out of a stream of bytes. Pure: no I/O, no clock; knows byte patterns, not their origin.

The rule, whatever the pieces in which the stream arrives: every occurrence of every pattern is covered,
coverings that overlap or touch are one, each is replaced by one `***`, and every other byte comes through
unchanged.
"""

from bisect import bisect_left
from collections.abc import Iterable

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

MASK = b"***"
_SHORTEST = 4  # bytes; nothing shorter is a pattern, so four bytes decide quickly where none can begin
_ANCHOR = 8  # the automaton holds only beginnings: small enough for its fastest kind, and quick to build anew
_PIECE = 1024  # a longer pattern is known as adjoining pieces; what covers them all covers it
_MANY = 20_000  # anchors; beyond, the fastest kind would take hundreds of megabytes

_Matcher = tuple[BytesAhoCorasick, list[dict[int, set[bytes]]]]


class Known:
    """The patterns to be masked. Scrubbers may share one; adding costs little until the next search."""

    def __init__(self) -> None:
        self._by_anchor: dict[bytes, dict[int, set[bytes]]] = {}
        """Beginning → length → patterns, longest first."""
        self._sorted: list[bytes] = []
        self._heads: set[bytes] = set()  # first 1, 2, 3 and 4 bytes of every pattern
        self._longest = 0
        self._matcher: _Matcher | None = None

    def __bool__(self) -> bool:
        return bool(self._sorted)

    def missing(self, patterns: Iterable[bytes]) -> list[bytes]:
        """Those that are not known yet, as they would be added."""
        return [p for p in {p for whole in patterns for p in _pieces(whole)} if self._is_new(p)]

    def _is_new(self, pattern: bytes) -> bool:
        known = self._by_anchor.get(pattern[:_ANCHOR], {})
        return len(pattern) >= _SHORTEST and pattern not in known.get(len(pattern), ())

    def add(self, patterns: Iterable[bytes]) -> None:
        """Know these too."""
        if fresh := self.missing(patterns):
            # In this order: whatever interrupts us, what counts as known is found.
            self._sorted = sorted(self._sorted + fresh)
            self._matcher = None
            for pattern in fresh:
                self._file(pattern)
            self._matcher = None

    def _file(self, pattern: bytes) -> None:
        self._heads.update(pattern[:n] for n in range(1, _SHORTEST + 1))
        self._longest = max(self._longest, len(pattern))
        lengths = dict(self._by_anchor.get(pattern[:_ANCHOR], {}))
        lengths[len(pattern)] = {*lengths.get(len(pattern), ()), pattern}
        self._by_anchor[pattern[:_ANCHOR]] = dict(sorted(lengths.items(), reverse=True))

    def coverings(self, data: bytes) -> list[tuple[int, int]]:
        """Where patterns lie in `data`, as (start, end) in order; what overlaps or touches is joined."""
        automaton, groups = self._matcher or self._build()
        joined: list[tuple[int, int]] = []
        found = automaton.find_matches_as_indexes(data, overlapping=True)
        for start, end in sorted(_verified(data, groups, found)):
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return joined

    def _build(self) -> _Matcher:
        anchors = list(self._by_anchor)
        kind = Implementation.DFA if len(anchors) <= _MANY else Implementation.ContiguousNFA
        automaton = BytesAhoCorasick(anchors, matchkind=MatchKind.Standard, implementation=kind)
        self._matcher = automaton, [self._by_anchor[anchor] for anchor in anchors]
        return self._matcher

    def undecided_from(self, data: bytes) -> int:
        """Where the longest end of `data` begins that more bytes could make a pattern; else its length."""
        heads = self._heads
        for at in range(max(0, len(data) - self._longest + 1), len(data)):
            if data[at : at + _SHORTEST] in heads and self._goes_on(data[at:]):
                return at
        return len(data)

    def _goes_on(self, beginning: bytes) -> bool:
        # A NUL more is the least text that is longer, so a pattern equal to `beginning` is passed by.
        at = bisect_left(self._sorted, beginning + b"\0")
        return at < len(self._sorted) and self._sorted[at].startswith(beginning)


def _pieces(pattern: bytes) -> list[bytes]:
    """A long pattern as pieces of one length that leave no gap, the last one overlapping the one before."""
    if len(pattern) <= _PIECE:
        return [pattern]
    starts = [*range(0, len(pattern) - _PIECE, _PIECE), len(pattern) - _PIECE]
    return [pattern[at : at + _PIECE] for at in starts]


def _verified(
    data: bytes, groups: list[dict[int, set[bytes]]], found: list[tuple[int, int, int]]
) -> Iterable[tuple[int, int]]:
    """For each anchor that was found, the longest of its patterns that is really there, if any."""
    for which, start, _ in found:
        for length, patterns in groups[which].items():
            if data[start : start + length] in patterns:
                yield start, start + length
                break


class Scrubber:
    """One stream's way through the mask; holds back only an end that may begin a known value."""

    def __init__(self, known: Known | None = None) -> None:
        self._known = Known() if known is None else known
        self._held = b""
        self._reach = -1
        """How far the last mask written reaches into what is held; -1: a plain byte came last."""
        self._hurried = 0
        """How much of what is held is out all the same."""

    def learn(self, values: Iterable[str]) -> None:
        """Mask these values in all their forms from now on, but for those that are too short for it."""
        # lazy: the masker gets forms ready made and starts without json
        from lockwork.capture.forms import forms_of

        self._known.add(forms_of(values))

    def feed(self, data: bytes) -> bytes:
        """The next bytes of the stream; the answer is what of it is decided, masked."""
        if not self._known:
            return self._release(self._held + data, [], len(self._held) + len(data))
        data = self._held + data
        return self._release(data, self._known.coverings(data), self._known.undecided_from(data))

    @property
    def held(self) -> int:
        """How many bytes long the end is that may begin a known value."""
        return len(self._held)

    @property
    def is_withholding(self) -> bool:
        """Whether some of that end has not been put out."""
        return len(self._held) > self._hurried

    def hurry(self) -> bytes:
        """The end that is held back, for a reader who waits for it: if it did begin a value, the rest of that
        value is masked when it comes."""
        held = self._held
        coverings = self._known.coverings(held)
        end = self._release(held, coverings, len(held))
        self._held, self._hurried = held, len(held)
        self._reach = -1 if self._reach < 0 else len(held)
        return end

    def flush(self) -> bytes:
        """What was held back: nothing more will come, or what comes is another text."""
        coverings = self._known.coverings(self._held) if self._held else []
        rest = self._release(self._held, coverings, len(self._held))
        self._reach = -1
        return rest

    def _release(self, data: bytes, coverings: list[tuple[int, int]], upto: int) -> bytes:
        """Put out `data[:upto]` masked and keep the rest, which is searched again with what follows it."""
        out = []
        reach = self._reach
        at = max(reach, self._hurried)
        for start, end in coverings:
            if start >= upto:
                break
            if end <= self._hurried:
                continue
            if start > reach:
                out += [data[at:start], MASK]
            at = reach = max(reach, end)
        if at < upto:
            out.append(data[at:upto])
        self._reach = -1 if at < upto else reach - upto if reach >= 0 else -1
        self._held, self._hurried = data[upto:], max(self._hurried - upto, 0)
        return b"".join(out)


def scrub(known: Known, data: bytes) -> bytes:
    """A whole text at once."""
    scrubber = Scrubber(known)
    return scrubber.feed(data) + scrubber.flush()
