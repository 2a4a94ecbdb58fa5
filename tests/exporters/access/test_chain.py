"""The hash chain: any single change of a log is found, and where."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from exporters.access.chain import Entry, Fault, Head, Row, head_of, line_of, row_of, seal, verify

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ENTRIES = st.builds(
    Entry,
    who=WORDS,
    role=WORDS,
    action=WORDS,
    wearer=st.none() | WORDS,
    outcome=st.sampled_from(["done", "refused", "failed"]),
    detail=st.dictionaries(WORDS, WORDS, max_size=3),
)


def chain(count: int) -> list[Row]:
    return chained([Entry("dr-a", "clinician", "read", f"w{i}") for i in range(count)])


def chained(entries: list[Entry]) -> list[Row]:
    rows: list[Row] = []
    for number, entry in enumerate(entries):
        rows.append(seal(entry, 1_000 + number, head_of(rows[-1]) if rows else Head()))
    return rows


def lines(rows: list[Row]) -> list[bytes]:
    return [line_of(row) for row in rows]


def test_a_whole_log_is_whole() -> None:
    rows = chain(5)

    verdict = verify(lines(rows), head_of(rows[-1]))

    assert (verdict.whole, verdict.rows, verdict.head) == (True, 5, head_of(rows[-1]))


def test_an_empty_log_is_whole() -> None:
    assert verify([], Head()).whole


@given(st.lists(ENTRIES, min_size=1, max_size=4))
def test_every_row_is_read_as_it_was_written(entries: list[Entry]) -> None:
    rows = chained(entries)

    assert [row_of(line) for line in lines(rows)] == rows


@given(st.lists(ENTRIES, min_size=1, max_size=4), st.data())
def test_any_changed_byte_is_found(entries: list[Entry], data: st.DataObject) -> None:
    rows = chained(entries)
    log = bytearray(b"".join(lines(rows)))
    place = data.draw(st.integers(0, len(log) - 1))
    log[place] ^= data.draw(st.integers(1, 255))

    verdict = verify(bytes(log).splitlines(keepends=True), head_of(rows[-1]))

    assert not verdict.whole


@given(st.lists(ENTRIES, min_size=1, max_size=4), st.data())
def test_any_bytes_cut_out_or_put_in_are_found(entries: list[Entry], data: st.DataObject) -> None:
    rows = chained(entries)
    log = b"".join(lines(rows))
    start = data.draw(st.integers(0, len(log)))
    end = data.draw(st.integers(start, len(log)))
    changed = log[:start] + data.draw(st.binary(max_size=9)) + log[end:]

    verdict = verify(changed.splitlines(keepends=True), head_of(rows[-1]))

    assert verdict.whole == (changed == log)


@given(st.permutations(range(5)))
def test_any_other_order_is_found(order: list[int]) -> None:
    rows = chain(5)

    verdict = verify(lines([rows[i] for i in order]), head_of(rows[-1]))

    assert verdict.whole == (list(order) == sorted(order))


def test_an_altered_row_is_named() -> None:
    log = lines(chain(5))
    log[2] = log[2].replace(b'"w2"', b'"w9"')

    assert verify(log, head_of(chain(5)[-1])).faults == (
        Fault(3, "the row is altered: its hash does not fit"),
    )


def test_removed_rows_are_named() -> None:
    rows = chain(6)

    assert verify(lines(rows[:2] + rows[4:]), head_of(rows[-1])).faults == (
        Fault(3, "rows 3 to 4 are missing before row 5"),
    )


def test_rows_cut_off_at_the_end_are_named() -> None:
    rows = chain(6)

    assert verify(lines(rows[:4]), head_of(rows[-1])).faults == (
        Fault(4, "rows 5 to 6 are missing at the end"),
    )


def test_a_row_written_anew_with_a_right_hash_breaks_the_next_link() -> None:
    rows = chain(4)
    rows[1] = seal(Entry("nobody", "wearer", "read"), 0, head_of(rows[0]))

    assert verify(lines(rows), head_of(rows[-1])).faults == (
        Fault(3, "row 3 does not follow the row before it, which was replaced"),
    )


def test_a_log_written_wholly_anew_is_found_by_the_head() -> None:
    forged = chained([Entry("nobody", "wearer", "read")] * 3)

    assert verify(lines(forged), head_of(chain(3)[-1])).faults == (
        Fault(3, "row 3 is not the one that the head names"),
    )


def test_a_log_and_head_written_anew_are_found_by_an_anchor_kept_elsewhere() -> None:
    forged = chained([Entry("nobody", "wearer", "read")] * 3)

    verdict = verify(lines(forged), head_of(forged[-1]), [head_of(chain(3)[1])])

    assert verdict.faults == (Fault(3, "row 2 of the anchor is missing or another"),)


def test_a_missing_head_is_told() -> None:
    assert [fault.what for fault in verify(lines(chain(2)), None).faults] == [
        "the head file is missing: rows cut off at the end can't be found"
    ]


def test_rows_after_the_head_are_no_fault() -> None:
    rows = chain(4)

    assert verify(lines(rows), head_of(rows[1])).whole
