"""Files that are written: whole or not at all, added to by one run at a time, and streams that are written into."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from penpaper_cli.data.files import check_writable, write_whole

PP = [sys.executable, "-m", "penpaper_cli"]
DOT = ["dot", "1 2 3", "4 5 6"]


@pytest.mark.skipif(os.name == "nt", reason="named pipes have another form there")
def test_a_named_pipe_is_written_into_and_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.md"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    done = subprocess.run([*PP, *DOT, "-o", str(pipe)], timeout=60, check=True)
    reader.join(timeout=30)
    assert done.returncode == 0 and b"32" in read[0]
    assert stat.S_ISFIFO(os.stat(pipe).st_mode)


@pytest.mark.skipif(os.name == "nt", reason="there is no such device")
def test_a_device_is_written_into() -> None:
    done = subprocess.run([*PP, *DOT, "-f", "plain", "-o", "/dev/stdout"], capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"") and b"32" in done.stdout
    check_writable("/dev/null", "--save")
    write_whole("/dev/null", "--save", [b"nothing"])
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_links_keep_pointing_and_permissions_are_kept(tmp_path: Path) -> None:
    notes, link = tmp_path / "notes.md", tmp_path / "link.md"
    notes.write_text("old")
    notes.chmod(0o640)
    link.symlink_to(notes)
    write_whole(str(link), "--out", [b"new"])
    assert link.is_symlink() and notes.read_text() == "new"
    assert os.name == "nt" or stat.S_IMODE(notes.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.md", "notes.md"]


def test_sections_that_are_added_at_the_same_time_are_all_there(tmp_path: Path) -> None:
    notes = tmp_path / "notes.md"
    runs = [
        subprocess.Popen([*PP, "dot", f"1 {k}", "3 4", "--title", f"Number {k}", "-o", str(notes), "--append"])
        for k in range(10, 18)
    ]
    assert [run.wait(timeout=120) for run in runs] == [0] * len(runs)
    text = notes.read_text(encoding="utf-8")
    assert [text.count(f"Number {k}") for k in range(10, 18)] == [1] * len(runs)


@pytest.mark.skipif(os.name == "nt", reason="signals are others there")
def test_what_a_killed_run_leaves_is_cleared_by_the_next(tmp_path: Path) -> None:
    target = tmp_path / "notes.txt"
    target.write_text("old")
    write = (
        "import sys, time; from penpaper_cli.data.files import write_whole\n"
        "def pieces():\n    yield b'half'\n    print('writing', flush=True)\n    time.sleep(60)\n"
        "write_whole(sys.argv[1], '--out', pieces())"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", write, str(target)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for run in running:
        assert run.stdout and run.stdout.readline() == "writing\n"
    killed, alive = running
    killed.send_signal(signal.SIGKILL)
    killed.wait(timeout=30)
    assert len(drafts(tmp_path)) == 2 and target.read_text() == "old"
    write_whole(str(target), "--out", [b"new"])
    assert len(drafts(tmp_path)) == 1, "the draft of the run that goes on is its own"
    alive.send_signal(signal.SIGKILL)
    alive.wait(timeout=30)
    for run in running:
        assert run.stdout
        run.stdout.close()
    for _ in range(50):
        write_whole(str(target), "--out", [b"newer"])
        if not drafts(tmp_path):
            break
        time.sleep(0.1)
    assert drafts(tmp_path) == [] and target.read_text() == "newer"


def drafts(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".pp-")]
