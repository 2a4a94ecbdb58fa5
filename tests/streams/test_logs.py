"""What a process writes to standard error."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from streams.logs import get_log, log_as, set_up_logging
from streams.settings import Settings


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook, logging.raiseExceptions
    yield root
    sys.excepthook, threading.excepthook, sys.unraisablehook, logging.raiseExceptions = hooks
    logging.captureWarnings(capture=False)
    for handler in list(root.handlers):
        if handler not in handlers:
            root.removeHandler(handler)
    root.handlers[:] = handlers
    root.setLevel(level)


def test_an_error_tells_its_class_and_place_and_never_what_it_quotes(
    root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logging("info", "console")
    quoted = "-".join(["wearer", "77"])

    try:
        {}[quoted]
    except KeyError:
        logging.getLogger("uvicorn.error").exception("this went wrong")
    told = capsys.readouterr().err

    assert "[error    ] this went wrong [uvicorn.error] error=KeyError" in told
    assert "test_logs.py" in told
    assert quoted not in told


def test_ours_and_those_of_libraries_come_out_alike(
    root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logging("info", "json", "worker")

    get_log("streams.engine.state.gate").warning("no rewind", topic="vitals", partition=3)
    logging.getLogger("uvicorn.error").warning("port %d", 80, extra={"scope": "of a request"})
    ours, theirs = map(json.loads, capsys.readouterr().err.splitlines())

    assert ours.pop("timestamp").endswith("Z") and theirs.pop("timestamp").endswith("Z")
    assert ours.pop("pid") == theirs.pop("pid")
    assert ours == {
        "level": "warning",
        "service": "worker",
        "logger": "streams.engine.state.gate",
        "event": "no rewind",
        "topic": "vitals",
        "partition": 3,
    }
    assert theirs == {"level": "warning", "service": "worker", "logger": "uvicorn.error", "event": "port 80"}


def test_an_error_in_json_is_one_line_with_its_class_and_places(
    root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logging("info", "json")

    try:
        {}["wearer-77"]
    except KeyError:
        get_log("streams.engine.scoring.desk").exception("a record can't be scored", offset=4)
    [line] = capsys.readouterr().err.splitlines()
    told = json.loads(line)

    assert (told["error"], told["offset"]) == ("KeyError", 4)
    assert len(told["trace"]) == 1 and "test_logs.py" in told["trace"][0]
    assert "wearer-77" not in line


@pytest.mark.parametrize(
    ("style", "begins"), [("auto", "{"), ("json", "{"), ("console", "20")], ids=["auto", "json", "console"]
)
def test_without_a_terminal_auto_is_json(
    root: logging.Logger, capsys: pytest.CaptureFixture[str], style: str, begins: str
) -> None:
    log_as("worker", Settings(log_format=style, log_level="INFO"))

    get_log("streams.x").info("begun")

    assert capsys.readouterr().err.startswith(begins)


def test_on_a_terminal_auto_is_for_people(root: logging.Logger, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stderr", screen := Terminal())
    set_up_logging("info")

    get_log("streams.x").info("begun", partition=3)

    assert "begun" in screen.getvalue() and "\x1b[" in screen.getvalue()


def test_no_line_holds_a_secret_of_the_settings(
    root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(redis_url="redis://writer:pa%40ss-word@10.0.0.1:6379/0", narrator_key="k-1234-xyz")
    log_as("api", settings)

    logging.getLogger("uvicorn.error").error("pa@ss-word and pa%40ss-word and k-1234-xyz")

    assert json.loads(capsys.readouterr().err)["event"] == "[redacted] and [redacted] and [redacted]"


UNCAUGHT = """
import logging, threading, warnings
from streams.logs import set_up_logging

class Finalized:
    def __del__(self):
        raise ValueError(QUOTED)

def fail():
    raise KeyError(QUOTED)

set_up_logging("info", "json", "worker")
QUOTED = "-".join(["wearer", "77"])
thread = threading.Thread(target=fail)
thread.start()
thread.join()
Finalized()
warnings.warn(f"{QUOTED} is odd")
logging.getLogger("streams").warning("%d packets", QUOTED)
fail()
"""


def test_what_nobody_caught_is_a_line_of_the_log_and_quotes_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", UNCAUGHT], capture_output=True, text=True, check=False)

    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["event"], line["error"]) for line in lines] == [
        ("a thread was ended by an error", "KeyError"),
        ("an error in a finalizer", "ValueError"),
        ("ended by an error: please report this", "KeyError"),
    ]
    assert "wearer-77" not in done.stderr
    assert done.returncode == 1
