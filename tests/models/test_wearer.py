"""What is kept of a wearer: enough marks to know a duplicate, and no more devices than fit."""

from __future__ import annotations

from array import array
from itertools import product

import msgspec
import numpy as np
import pytest

from models.observe import take
from models.signals.windows import Track
from models.snapshot import dump, load
from models.wearer import DEVICES, HELD, REMEMBERED, Device, Seen, Wearer

START = 1_767_592_800_000


def track(newest: int, count: int = 0) -> Track:
    return Track(array("q", [newest]) * count, array("d", [60.0]) * count, newest)


def stored(wearer: Wearer) -> Wearer:
    return load(wearer.name, dump(wearer))


def test_four_minutes_of_packets_are_remembered_in_the_snapshot_too():
    wearer = Wearer("ann")
    device = wearer.seen.device("watch")
    repeated = [device.repeated(seq, START + seq * 1000) for seq in range(REMEMBERED)]

    again = stored(wearer).seen.device("watch")

    assert REMEMBERED == 256
    assert not any(repeated)
    assert all(again.repeated(seq, START + seq * 1000) for seq in range(REMEMBERED))


def test_the_oldest_mark_goes_when_there_are_too_many():
    device = Device()
    for seq in range(REMEMBERED + 1):
        device.repeated(seq, START)

    assert len(device.recent) == REMEMBERED
    assert device.repeated(1, START)
    assert not device.repeated(0, START)


@pytest.mark.parametrize("shift", range(1, 8))
def test_bytes_of_two_marks_are_no_third(shift):
    """A mark is looked for among bytes: what is found across two of them must not count."""
    device, probe = Device(), Device()
    probe.repeated(7, START)
    wanted = probe.recent.tobytes()
    device.recent = array("q", np.frombuffer(b"\0" * shift + wanted + b"\0" * (8 - shift), dtype="<i8"))

    assert wanted in device.recent.tobytes()
    assert not device.repeated(7, START)


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

    assert len(msgspec.msgpack.encode(dump(wearer))) < 16 * 1024 * 1024
