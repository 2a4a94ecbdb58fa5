"""Fetching from a publisher (a real HTTP server here), and converting what it serves."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from models.datasets.icu import load_stays
from streams.errors import UserError
from streams.gateways.download import convert_icu, download, known
from streams.gateways.fetching import File, fetch


@pytest.fixture
def publisher(tmp_path):
    folder = tmp_path / "published"
    folder.mkdir()
    (folder / "table.csv").write_text("a,b\n1,2\n")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_file_with_the_known_checksum_is_kept(publisher, tmp_path):
    digest = hashlib.sha256(b"a,b\n1,2\n").hexdigest()

    fetch(File(f"{publisher}/table.csv", "table.csv", digest), tmp_path / "table.csv")

    assert (tmp_path / "table.csv").read_text() == "a,b\n1,2\n"


def test_changed_content_is_refused_and_leaves_nothing(publisher, tmp_path):
    out = tmp_path / "out"
    out.mkdir()

    with pytest.raises(UserError, match="the content changed"):
        fetch(File(f"{publisher}/table.csv", "table.csv", "0" * 64), out / "table.csv")

    assert list(out.iterdir()) == []


def test_a_missing_file_is_told(publisher, tmp_path):
    with pytest.raises(UserError, match="File not found"):
        fetch(File(f"{publisher}/nothing.csv", "n"), tmp_path / "n")


def test_the_challenge_archive_becomes_the_layout_of_the_loader(tmp_path):
    rows = [
        "00:00,RecordID,7",
        "00:00,Age,54",
        "00:00,Gender,0",
        "00:07,HR,73",
        "25:30,Temp,37.5",
        "25:30,K,4",
    ]
    stay = "\n".join(["Time,Parameter,Value", *rows])
    with zipfile.ZipFile(tmp_path / "set-a.zip", "w") as archive:
        archive.writestr("set-a/7.txt", stay)

    with zipfile.ZipFile(tmp_path / "set-a.zip") as archive:
        convert_icu(archive, "a", tmp_path)

    stays = load_stays(tmp_path, ["HR", "Temp"])
    assert stays.record.tolist() == [7, 7]
    assert stays.minute.tolist() == [7, 25 * 60 + 30]
    assert stays.value.tolist() == [73.0, 37.5]
    assert (tmp_path / "static_a.csv").read_text().splitlines()[1] == "7,54,0,-1,-1,-1"


def test_every_documented_folder_has_a_publisher():
    assert known() == [
        "fitbit_minutes",
        "nhanes_2009_12",
        "physionet2012_icu_vitals",
        "pima_diabetes",
        "shanghai_cgm",
        "welltory_hrv_covid19",
    ]


def test_what_cannot_be_had_is_told_and_no_folder_is_made(tmp_path):
    with pytest.raises(UserError, match="ohio_t1dm cannot be downloaded: there are fitbit_minutes"):
        download("ohio_t1dm", tmp_path / "out")

    assert not (tmp_path / "out").exists()
