"""The files of a data folder come back as they were, and history finds its way in another cluster."""

from __future__ import annotations

from pathlib import Path

from exporters.access.audit_file import AuditFile
from exporters.access.chain import Entry
from exporters.history.store import Batch, Store
from streams.backup.files import load_files, save_files, taken
from streams.settings import Settings

ENTRY = Entry("nurse-1", "clinician", "acknowledge")


def test_tokens_and_a_whole_audit_log_come_back(tmp_path: Path) -> None:
    old, new = Settings(data_dir=tmp_path / "old"), Settings(data_dir=tmp_path / "new")
    old.data_dir.mkdir()
    (old.data_dir / "access.json").write_text('{"grants": []}')
    audit = AuditFile(old.data_dir / "audit.jsonl")
    head = audit.append([(1, ENTRY), (2, ENTRY)])[-1]

    save_files(old, tmp_path / "backup")
    load_files(new, tmp_path / "backup", None)

    assert (new.data_dir / "access.json").read_text() == '{"grants": []}'
    assert AuditFile(new.data_dir / "audit.jsonl").verify([head]).whole
    assert (new.data_dir / "audit.jsonl").stat().st_mode & 0o777 == 0o600
    assert len(taken(new)) == 3


def test_history_is_kept_and_reads_the_new_cluster_from_its_beginning(tmp_path: Path) -> None:
    old, new = Settings(data_dir=tmp_path / "old"), Settings(data_dir=tmp_path / "new")
    store = Store(old.data_dir / "history.db")
    store.begin("cluster-a")
    store.write(Batch(traces=[("w", 5, b"row")], offsets={("traces", 0): 17}))

    save_files(old, tmp_path / "backup")  # while the file is open
    store.close()
    load_files(new, tmp_path / "backup", "cluster-b")
    found = Store(new.data_dir / "history.db")

    assert found.begin("cluster-b") == {}
    assert found.span("w", 0, 10) == [(5, b"row")]
    found.close()
