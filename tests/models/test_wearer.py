"""What is kept of a wearer: enough marks to know a duplicate, and no more devices than fit."""

from __future__ import annotations

from array import array
from itertools import product

import msgspec
import pytest

from models.observe import take
from models.signals.windows import Track
from models.snapshot import dump, load
from models.wearer import DEVICES, HELD, Seen, Wearer

START = 1_767_592_800_000


def track(newest: int, count: int = 0) -> Track:
    return Track(array("H", [6000]) * count, array("q", [newest, 0, count]), newest)


def stored(wearer: Wearer) -> Wearer:
    return load(wearer.name, dump(wearer))


def test_two_minutes_of_packets_are_remembered_in_the_snapshot_too():
    wearer = Wearer("ann")
    device = wearer.seen.device("watch")
    repeated = [device.repeated(seq, START + seq * 1000) for seq in range(240)]

    again = stored(wearer).seen.device("watch")

    assert not any(repeated)
    assert all(again.repeated(seq, START + seq * 1000) for seq in range(120, 240))


def test_a_device_is_made_once():
    seen = Seen()

    assert seen.device("watch") is seen.device("watch")


def test_the_device_silent_longest_goes_when_there_are_too_many():
    seen = Seen()
    for number in range(DEVICES):
        seen.device(f"d{number}").tracks["hr"] = track(START + (number != 3))

    seen.device("new")

    assert len(seen.devices) == DEVICES
    assert "d3" not in seen.devices
    assert "new" in seen.devices


def test_a_device_that_was_never_heard_goes_before_one_that_was():
    seen = Seen()
    seen.device("mute")
    for number in range(DEVICES):
        seen.device(f"d{number}").tracks["hr"] = track(START)

    assert "mute" not in seen.devices
    assert len(seen.devices) == DEVICES


def test_devices_go_when_too_many_samples_are_open_and_never_the_one_that_speaks():
    seen = Seen()
    for number in range(3):
        seen.device(f"d{number}").tracks["hr"] = track(START + number, HELD // 3 + 1)

    assert seen.device("d0").newest == START

    assert list(seen.devices) == ["d0", "d2"]


@pytest.mark.parametrize("spread", [20, 60_000])
def test_floods_from_many_devices_do_not_outgrow_a_stored_page(spread):
    """24 devices, each with four packets of a megabyte, in one minute or in four."""
    wearer, count = Wearer("ann"), 38_000
    for number, part in product(range(24), range(4)):
        start = START + spread * part
        times, values = array("q", range(start, start + count)), array("d", [60.5]) * count
        columns = dict.fromkeys(("hr", "rr", "spo2"), (times, values))
        take(wearer.seen, wearer.seen.device(f"d{number}"), columns, times[-1], 60_000, True)

    assert len(msgspec.msgpack.encode(dump(wearer))) < 12 * 1024 * 1024
