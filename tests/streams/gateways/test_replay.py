"""Replay: recordings in every published layout become packets in the order of event time."""

from __future__ import annotations

import gzip

import msgspec
import numpy as np
import pytest

from streams.errors import UserError
from streams.gateways.replay import replay
from streams.records import VitalsPacket

START = 1_767_592_800_000
MINUTE = 60_000


def gz(path, text):
    path.write_bytes(gzip.compress(text.encode()))


def rr_file(folder, name, samples, fs=100.0, first=0):
    np.savez(
        folder / f"{name}.npz",
        first_sample=first,
        fs=np.float32(fs),
        rr_samples=np.array(samples, np.uint16),
        rhythm=np.zeros(len(samples), np.uint8),
        rhythm_names=np.array(["N"]),
        beat_symbol=np.full(len(samples), ord("N"), np.uint8),
    )


def play(dataset, folder, records=None):
    packets = list(replay(dataset, folder, records, START))
    decode = msgspec.json.Decoder(VitalsPacket).decode
    for timed in packets:
        assert decode(msgspec.json.encode(timed.packet)) == timed.packet
    assert [p.time for p in packets] == sorted(p.time for p in packets)
    return packets


def test_intervals_become_a_packet_a_minute(tmp_path):
    rr_file(tmp_path, "00", [80] * 149)

    first, second = play("some_rr", tmp_path)

    assert (first.wearer, first.device, first.seq) == ("some_rr-00", "some_rr-00-holter", 0)
    assert first.time == START + MINUTE
    assert first.packet.signals["ibi"].start == START
    assert first.packet.signals["ibi"].values == [800.0] * 74
    assert second.packet.signals["ibi"].start == START + 74 * 800
    assert (second.seq, len(second.packet.signals["ibi"].values)) == (1, 75)


def test_records_run_side_by_side(tmp_path):
    for name in ("a", "b"):
        rr_file(tmp_path, name, [100] * 179)

    packets = play("some_rr", tmp_path)

    assert [p.wearer for p in packets] == ["some_rr-a", "some_rr-b"] * 3


def test_an_impossible_interval_is_a_gap_and_never_sent(tmp_path):
    rr_file(tmp_path, "00", [80, 80, 500, 80, 10, 80])

    packets = play("some_rr", tmp_path)

    columns = [p.packet.signals["ibi"] for p in packets]
    assert [(c.start - START, c.values) for c in columns] == [
        (0, [800.0, 800.0]),
        (6600, [800.0]),
        (7500, [800.0]),
    ]
    assert [p.seq for p in packets] == [0, 1, 2]


def test_a_record_begins_where_its_first_beat_is(tmp_path):
    rr_file(tmp_path, "00", [80] * 3, first=1000)

    assert play("some_rr", tmp_path)[0].packet.signals["ibi"].start == START + 10_000


def test_only_the_named_records(tmp_path):
    for name in ("a", "b", "c"):
        rr_file(tmp_path, name, [80] * 10)

    assert {p.wearer for p in play("some_rr", tmp_path, ["c", "a"])} == {"some_rr-a", "some_rr-c"}


def test_intensive_care_values_by_device_without_missing_ones(tmp_path):
    gz(
        tmp_path / "vitals_a.csv.gz",
        "record_id,minute,param,value\n7,0,HR,80\n7,0,Temp,-1\n7,0,NISysABP,120\n7,0,NIDiasABP,60\n"
        "7,60,Temp,5\n7,60,GCS,15\n8,30,SaO2,97\n8,30,Glucose,140\n",
    )

    packets = play("physionet2012_icu_vitals", tmp_path)

    told = [(p.device.rpartition("-")[2], p.time - START, _values(p)) for p in packets]
    assert told == [
        ("cuff", 0, {"sbp": [120.0], "dbp": [60.0]}),
        ("monitor", 0, {"hr": [80.0]}),
        ("lab", 30 * MINUTE, {"glucose": [140.0]}),
        ("monitor", 30 * MINUTE, {"spo2": [97.0]}),
        ("nurse", 60 * MINUTE, {"gcs": [15.0]}),
    ]


def test_a_stay_brings_what_is_known_of_the_person_but_not_its_end(tmp_path):
    gz(tmp_path / "vitals_a.csv.gz", "record_id,minute,param,value\n7,5,HR,80\n7,65,HR,81\n8,5,HR,70\n")
    gz(
        tmp_path / "static_a.csv.gz",
        "record_id,Age,Gender,Height,ICUType,Weight\n7,76,0,-1,3,81\n8,54,1,170,1,-1\n",
    )

    first, other, second = play("physionet2012_icu_vitals", tmp_path)

    profile = first.profile
    assert profile is not None
    assert (profile.birth_year, profile.sex, profile.height_cm, profile.weight_kg) == (
        1950,
        "female",
        None,
        81,
    )
    assert (profile.admitted, profile.care_unit) == (START, "medical")
    assert other.profile is not None
    assert second.profile is None


def _values(timed):
    return {signal: column.values for signal, column in timed.packet.signals.items()}


def test_glucose_keeps_its_dates_and_the_clock_of_its_place(tmp_path):
    gz(
        tmp_path / "shanghai_cgm.csv.gz",
        "series,type,time,glucose_mg_dl,meal\n"
        "1_0_x,T2DM,2021-07-30 16:43:00,113.4,0\n"
        "1_0_x,T2DM,2021-07-30 16:58:00,,1\n",
    )

    packet, meal = play("shanghai_cgm", tmp_path)

    assert packet.profile is not None
    assert packet.profile.conditions == ["E11"]
    assert _values(meal) == {"meal": [1.0]}
    assert packet.time == 1_627_634_580_000  # 08:43 UTC
    assert packet.packet.utc_offset == 480
    assert packet.packet.signals["glucose"].values == [113.4]
    assert packet.packet.facts.kind == "cgm"


def test_phone_measurements_and_cuff_readings_of_one_user(tmp_path):
    gz(
        tmp_path / "hrv_measurements.csv.gz",
        'user_code,measurement_datetime,rr_data\nu,2020-04-21 21:23:08,"819,1008,9999,831"\n',
    )
    gz(
        tmp_path / "blood_pressure.csv.gz",
        "user_code,measurement_datetime,systolic,diastolic\nu,2020-04-20  08:00:00,120,80\nu,,1,1\n",
    )

    cuff, first, second = play("welltory_hrv_covid19", tmp_path)

    assert cuff.packet.signals["sbp"].values == [120.0]
    assert first.packet.signals["ibi"].values == [819.0, 1008.0]
    assert second.packet.signals["ibi"].values == [831.0]
    assert first.device != cuff.device


def test_a_survey_row_is_a_profile_and_a_packet_without_the_label(tmp_path):
    (tmp_path / "NHANES.csv").write_text(
        "SurveyYr,ID,Gender,Age,Weight,Height,BMI,Pulse,BPSysAve,BPDiaAve,Diabetes\n"
        "2009_10,5,male,56,113.1,174.4,37.19,74,124,0,1\n"
    )

    (row,) = play("nhanes_2009_12", tmp_path)

    assert _values(row) == {"hr": [74.0], "sbp": [124.0]}
    assert row.profile is not None
    assert (row.profile.birth_year, row.profile.sex, row.profile.conditions) == (1970, "male", [])


def test_pima_rows_leave_out_zeros(tmp_path):
    (tmp_path / "pima-indians-diabetes.csv").write_text(
        "6,148,72,35,0,33.6,0.627,50,1\n1,0,66,29,0,26.6,0.351,31,0\n"
    )

    first, second = play("pima_diabetes", tmp_path)

    assert first.packet.signals["glucose"].values == [148.0]
    assert set(second.packet.signals) == {"dbp"}
    assert second.time == first.time + 1000


@pytest.mark.parametrize(
    ("minute", "at"),
    [("2020-03-01 12:00:00", 1_583_064_000_000), ("26384400", 1_583_064_000_000), ("0", START)],
)
def test_tracker_minutes_with_dates_or_without(tmp_path, minute, at):
    gz(tmp_path / "AB1.csv.gz", f"minute,hr,n_samples,steps\n{minute},61.5,10,\n")
    (tmp_path / "labels_aligned.csv").write_text("id,symptom_date\nAB1,2020-03-02\n")

    (packet,) = play("fitbit_minutes", tmp_path)

    assert (packet.wearer, packet.packet.signals["hr"].start) == ("fitbit_minutes-AB1", at)
    assert packet.packet.signals["hr"].values == [61.5]
    assert "steps" not in packet.packet.signals


@pytest.mark.parametrize(
    ("dataset", "records", "line"),
    [
        ("nothing_known", None, "unknown data set nothing_known"),
        ("some_rr", ["zz"], "no record zz; there are 1, such as 00"),
        ("shanghai_cgm", None, "no shanghai_cgm.csv.gz"),
        ("physionet2012_icu_vitals", None, "no vitals_"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(tmp_path, dataset, records, line):
    rr_file(tmp_path, "00", [80] * 3)

    with pytest.raises(UserError, match=line):
        list(replay(dataset, tmp_path, records, START))


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(UserError, match="no such folder"):
        list(replay("some_rr", tmp_path / "nowhere", None, START))


def test_a_broken_file_is_told(tmp_path):
    (tmp_path / "vitals_a.csv.gz").write_bytes(b"no gzip")

    with pytest.raises(UserError, match="not readable"):
        list(replay("physionet2012_icu_vitals", tmp_path, None, START))
