"""Programs of the demo are watched and leave nothing behind."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from lineage_kit.demo.processes import Programs
from lineage_kit.exceptions import LineageKitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# Each writes the pids that must be gone afterwards, last of all, so that the test knows that it is ready.
SLEEP = "import time; time.sleep(60)"
REPORT = "import os, pathlib, sys; pathlib.Path(sys.argv[1]).write_text(' '.join(map(str, pids)) + '\\n')"
STUBBORN = f"""
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pids = [os.getpid()]
{REPORT}
{SLEEP}
"""
PARENT = f"""
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {SLEEP!r}])
own_session = subprocess.Popen([sys.executable, "-c", {SLEEP!r}], start_new_session=True)
pids = [os.getpid(), child.pid, own_session.pid]
{REPORT}
{SLEEP}
"""
ORPHANING = f"""
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {SLEEP!r}])
pids = [child.pid]
{REPORT}
"""
LAST_WORDS = """
import pathlib, signal, sys, time
def end(signum, frame):
    pathlib.Path(sys.argv[2]).write_text(str(time.monotonic()))
    sys.exit()
signal.signal(signal.SIGTERM, end)
pathlib.Path(sys.argv[1]).write_text("ready\\n")
time.sleep(60)
"""


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Programs]:
    """Give programs whose folder is `tmp_path`, stopped whatever happens."""
    programs = Programs(os.environ, tmp_path)
    yield programs
    programs.stop(grace=0)


def python(code: str, *arguments: object) -> list[str]:
    """Return the command that runs code in this interpreter."""
    return [sys.executable, "-c", code, *map(str, arguments)]


def wait_for(condition: Callable[[], bool]) -> None:
    """Return when the condition holds; fail after a generous time."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def text_of(file: Path) -> str:
    """Return the text of a file once it holds a whole line."""
    wait_for(lambda: file.exists() and file.read_text().endswith("\n"))
    return file.read_text()


def lives(pid: int) -> bool:
    """Return whether a process runs; one that only waits to be reaped does not."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


class TestRun:
    """A program run to its end."""

    def test_output_is_in_the_log(self, programs: Programs, tmp_path: Path) -> None:
        """Output and errors go to a log named after the program, and a second run is appended."""
        code = "import sys; print('out', flush=True); print('err', file=sys.stderr)"
        programs.run("say it", python(code), timeout=30)
        programs.run("say it", python("print('again')"), timeout=30)
        assert (tmp_path / "say-it.log").read_text() == "out\nerr\nagain\n"

    def test_failure_names_the_log(self, programs: Programs, tmp_path: Path) -> None:
        """A failing program raises an error with its exit code, its log file and the end of that."""
        with pytest.raises(LineageKitError) as raised:
            programs.run("migrate", python("import sys; print('no such table'); sys.exit(3)"), timeout=30)
        message = str(raised.value)
        assert "`migrate` ended with exit code 3" in message
        assert str(tmp_path / "migrate.log") in message
        assert "no such table" in message

    def test_too_slow_is_stopped(self, programs: Programs, tmp_path: Path) -> None:
        """A program that takes too long is stopped and raises an error that names its log."""
        with pytest.raises(LineageKitError, match="did not end within 0 s"):
            programs.run("slow", python(SLEEP), timeout=0.1)
        assert (tmp_path / "slow.log").exists()
        assert not [child for child in psutil.Process().children() if lives(child.pid)]

    def test_missing_program(self, programs: Programs) -> None:
        """A program that does not exist raises an error that names it."""
        with pytest.raises(LineageKitError, match=r"`ghost` cannot be started \(/no/such/program\)"):
            programs.run("ghost", ["/no/such/program"], timeout=30)


class TestCheck:
    """Programs that should still run."""

    def test_all_alive(self, programs: Programs) -> None:
        """Nothing is raised while every program runs."""
        programs.start("sleeper", python(SLEEP))
        programs.check()

    def test_one_has_ended(self, programs: Programs, tmp_path: Path) -> None:
        """A program that ended by itself raises an error with its exit code and log."""
        programs.start("sleeper", python(SLEEP))
        programs.start("server", python("import sys; print('address in use'); sys.exit(7)"))

        def check_raises() -> bool:
            try:
                programs.check()
            except LineageKitError as error:
                message = str(error)
                assert "`server` ended with exit code 7" in message
                assert str(tmp_path / "server.log") in message
                assert "address in use" in message
                return True
            return False

        wait_for(check_raises)


class TestStop:
    """Nothing is left behind."""

    @pytest.mark.parametrize("grace", [0.0, 10.0])
    def test_descendants(self, programs: Programs, tmp_path: Path, grace: float) -> None:
        """Children end with their program, also those in a session of their own."""
        programs.start("parent", python(PARENT, tmp_path / "pids"))
        pids = [int(pid) for pid in text_of(tmp_path / "pids").split()]
        assert all(lives(pid) for pid in pids)
        programs.stop(grace=grace)
        assert not any(lives(pid) for pid in pids)

    def test_orphans(self, programs: Programs, tmp_path: Path) -> None:
        """A child outlived by nobody ends although its program is long gone."""
        programs.start("orphaning", python(ORPHANING, tmp_path / "pids"))
        (pid,) = (int(pid) for pid in text_of(tmp_path / "pids").split())
        assert lives(pid)
        programs.stop(grace=10)
        assert not lives(pid)

    def test_stubborn(self, programs: Programs, tmp_path: Path) -> None:
        """A program that ignores SIGTERM is killed when its time is over."""
        programs.start("stubborn", python(STUBBORN, tmp_path / "pids"))
        (pid,) = (int(pid) for pid in text_of(tmp_path / "pids").split())
        programs.stop(grace=0.1)
        assert not lives(pid)

    def test_order(self, programs: Programs, tmp_path: Path) -> None:
        """A program is told to end after those started before it have ended."""
        for name in ("first", "second"):
            programs.start(name, python(LAST_WORDS, tmp_path / f"{name}-ready", tmp_path / f"{name}-end"))
            text_of(tmp_path / f"{name}-ready")
        programs.stop(grace=10)
        ends = [float((tmp_path / f"{name}-end").read_text()) for name in ("first", "second")]
        assert ends == sorted(ends)

    def test_ctrl_c_during_the_grace(self, programs: Programs, tmp_path: Path) -> None:
        """A Ctrl-C while programs have their time to end kills them at once."""
        programs.start("stubborn", python(STUBBORN, tmp_path / "pids"))
        (pid,) = (int(pid) for pid in text_of(tmp_path / "pids").split())
        before = signal.signal(signal.SIGALRM, signal.default_int_handler)
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        try:
            with pytest.raises(KeyboardInterrupt):
                programs.stop(grace=60)
        finally:
            signal.signal(signal.SIGALRM, before)
        assert not lives(pid)

    def test_twice(self, programs: Programs) -> None:
        """A second stop does nothing."""
        programs.start("sleeper", python(SLEEP))
        programs.stop(grace=10)
        programs.stop(grace=10)

    def test_own_session(self, programs: Programs, tmp_path: Path) -> None:
        """A program has a session of its own, so that a Ctrl-C of the terminal does not reach it."""
        programs.start("parent", python(PARENT, tmp_path / "pids"))
        pid = int(text_of(tmp_path / "pids").split()[0])
        assert os.getsid(pid) == pid
