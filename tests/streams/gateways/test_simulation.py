"""The simulator: the same for the same seed, in order, valid, fast."""

from __future__ import annotations

import time
from collections import defaultdict
from itertools import pairwise

import msgspec
import pytest

from models.signals.catalogue import SIGNALS
from streams.errors import UserError
from streams.gateways.simulator import Rates, Simulation, Timed
from streams.records import Column, VitalsPacket

QUIET = Rates(
    episode_hours=0,
    contact_per_day=0,
    flat_per_day=0,
    sync_gap_per_day=0,
    clock_per_day=0,
    late=0,
    duplicate=0,
)
encode = msgspec.json.Encoder().encode


def stream(**options: object) -> list[Timed]:
    return list(Simulation(**options).packets())  # type: ignore[arg-type]


def values(packets: list[Timed], signal: str) -> list[float]:
    return [v for p in packets if signal in p.packet.signals for v in p.packet.signals[signal].values]


def test_the_same_seed_gives_the_same_bytes():
    once, twice = (
        [(p.time, encode(p.packet)) for p in stream(seed=7, wearers=12, hours=4)] for _ in range(2)
    )

    assert once == twice


def test_another_seed_gives_other_packets():
    assert stream(seed=1, wearers=2, hours=0.5) != stream(seed=2, wearers=2, hours=0.5)


def test_a_longer_simulation_begins_like_a_shorter_one():
    short = stream(seed=3, wearers=8, hours=3)
    long = stream(seed=3, wearers=8, hours=6)

    assert short == long[: len(short)]


def test_packets_come_in_the_order_of_event_time_across_wearers():
    times = [p.time for p in stream(seed=4, wearers=25, hours=6)]

    assert times == sorted(times)


def test_every_packet_is_a_valid_record():
    decode = msgspec.json.Decoder(VitalsPacket).decode

    for timed in stream(seed=5, wearers=20, hours=8, rates=Rates(episode_hours=2, warmup_hours=0)):
        assert decode(encode(timed.packet)) == timed.packet


def test_every_value_is_one_that_a_device_can_mean():
    packets = stream(seed=6, wearers=40, hours=12, rates=Rates(episode_hours=3, warmup_hours=0))

    clinic = {"meal", "map", "gcs", "fio2", "vent", "lactate", "urine", "wbc", "creatinine", "pao2"}
    for signal, limits in SIGNALS.items():
        if signal in clinic:
            continue
        told = values(packets, signal)
        assert told, signal
        assert limits.low <= min(told), signal
        assert max(told) <= limits.high, signal


def test_a_wearers_first_packet_brings_a_profile():
    packets = list(stream(seed=1, wearers=40, hours=1, rates=QUIET))

    profiles = [p.profile for p in packets if p.profile is not None]
    assert len(profiles) == 40
    assert all(p.profile is not None for p in {q.wearer: q for q in reversed(packets)}.values())
    assert {p.sex for p in profiles} == {"female", "male"}
    assert 0 < sum(bool(p.conditions) for p in profiles) < 15


def test_a_wearer_without_faults_sends_a_watch_packet_a_minute():
    packets = [p for p in stream(seed=1, wearers=3, hours=2, rates=QUIET) if p.device.endswith("watch")]

    by_wearer = defaultdict(list)
    for p in packets:
        by_wearer[p.wearer].append(p)
    for own in by_wearer.values():
        assert [p.seq for p in own] == list(range(len(own)))
        assert {b.time - a.time for a, b in pairwise(own)} == {60_000}
        assert len(own) in (119, 120)


def test_intervals_go_on_from_packet_to_packet_without_a_hole():
    packets = [p for p in stream(seed=1, wearers=1, hours=3, rates=QUIET) if p.device.endswith("watch")]

    ends = None
    for p in packets:
        beats = p.packet.signals["ibi"]
        assert ends in (None, beats.start)
        ends = beats.start + sum(beats.values)


def test_intervals_agree_with_the_heart_rate():
    packets = [p for p in stream(seed=8, wearers=10, hours=3, rates=QUIET) if p.device.endswith("watch")]

    for p in packets:
        rate, beats = p.packet.signals["hr"].values, p.packet.signals["ibi"].values
        told = 60_000 * len(beats) / sum(beats)
        # Motion hides beats from the sensor and misleads its rate.
        if max(p.packet.signals["accel"].values) < 60:
            assert abs(told - sum(rate) / len(rate)) < 8


def test_a_packet_stays_small():
    sizes = [len(encode(p.packet)) for p in stream(seed=9, wearers=20, hours=3)]

    assert sum(sizes) / len(sizes) < 1_100


@pytest.mark.parametrize(("step_s", "samples"), [(60, 60), (60, 10), (10, 10)])
def test_benchmarks_get_exactly_so_many_samples_of_a_signal(step_s, samples):
    packets = stream(seed=1, wearers=2, hours=0.5, step_s=step_s, samples_per_signal=samples, rates=QUIET)
    watch = [p.packet for p in packets if p.device.endswith("watch")]

    assert {len(p.signals["hr"].values) for p in watch} == {samples}
    assert {p.signals["temp"].step for p in watch} == {step_s * 1000 // samples}
    # The last minute of a wearer who syncs late in it is not over when the simulation is.
    assert 2 * 1740 // step_s <= len(watch) <= 2 * 1800 // step_s


def test_a_short_step_splits_the_minute_without_losing_a_sample():
    whole = stream(seed=1, wearers=2, hours=0.5, rates=QUIET)
    split = stream(seed=1, wearers=2, hours=0.5, step_s=10, rates=QUIET)

    ends = min(p.time for p in whole[-2:])
    complete = [p for p in split if p.time <= ends]
    assert abs(len(values(whole, "hr")) - len(values(complete, "hr"))) <= 12


@pytest.mark.parametrize("options", [{"step_s": 7}, {"wearers": 0}, {"hours": 0}, {"samples_per_signal": 7}])
def test_impossible_arguments_are_told(options):
    with pytest.raises(UserError):
        Simulation(**options)


def test_duplicates_repeat_a_packet_and_late_ones_come_behind_their_successors():
    rates = Rates(episode_hours=0, duplicate=0.05, late=0.05)
    packets = [p for p in stream(seed=1, wearers=10, hours=3, rates=rates) if p.device.endswith("watch")]

    seen: set[tuple[str, int]] = set()
    newest: dict[str, int] = {}
    again = late = 0
    for p in packets:
        again += (p.device, p.seq) in seen
        late += (p.device, p.seq) not in seen and p.seq < newest.get(p.device, 0)
        seen.add((p.device, p.seq))
        newest[p.device] = max(p.seq, newest.get(p.device, 0))
    assert 50 < again < 130
    assert 50 < late < 130


def test_a_device_out_of_reach_sends_everything_when_it_is_back():
    rates = Rates(episode_hours=0, sync_gap_per_day=24, late=0, duplicate=0)
    packets = [p for p in stream(seed=2, wearers=4, hours=6, rates=rates) if p.device.endswith("watch")]

    together = defaultdict(list)
    for p in packets:
        together[p.device, p.time].append(p.seq)
    bursts = [seqs for seqs in together.values() if len(seqs) > 3]
    assert bursts
    assert all(seqs == sorted(seqs) for seqs in bursts)


def test_a_clock_ahead_shows_in_times_far_after_arrival():
    rates = Rates(episode_hours=0, clock_per_day=10)
    ahead = [
        p for p in stream(seed=2, wearers=5, hours=6, rates=rates) if _column(p).start > p.time + 15 * 60_000
    ]

    assert ahead


def _column(timed: Timed) -> Column:
    return next(iter(timed.packet.signals.values()))


def test_generating_and_encoding_a_packet_costs_less_than_a_hundred_microseconds():
    simulation = Simulation(seed=1, wearers=200, hours=1)
    began = time.process_time()

    count = sum(bool(encode(p.packet)) for p in simulation.packets())

    # 35 µs measured on a quiet machine; a loaded one may be slower.
    assert (time.process_time() - began) / count < 100e-6
