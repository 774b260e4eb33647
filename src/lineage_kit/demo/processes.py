"""Programs started by the demo: where their output goes, whether they live, that none is left behind."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from lineage_kit.exceptions import LineageKitError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

POLL_SECONDS = 0.2
_LOG_LINES_IN_MESSAGE = 8
_KILL_ROUNDS = 3


@dataclass(frozen=True)
class _Program:
    """One started program, leader of its own session."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path


class Programs:
    """Start programs, watch them, and stop them with everything that they started.

    Each program leads a session of its own: a Ctrl-C in the terminal reaches only the process that owns
    this object, which then stops the programs in order.

    Args:
        env: The whole environment of every program.
        folder: Where the programs work and where `<name>.log` of each is written; created when missing.

    """

    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        self._env = dict(env)
        self._folder = folder
        self._programs: list[_Program] = []

    def start(self, name: str, argv: Sequence[str]) -> None:
        """Start a program that is expected to run until `stop`.

        Raises:
            LineageKitError: The program cannot be started.

        """
        self._programs.append(self._open(name, argv))

    def run(self, name: str, argv: Sequence[str], *, timeout: float) -> None:
        """Run a program to its end.

        Args:
            name: Its name in messages and of its log file; a second run under one name appends to that log.
            argv: Program and arguments.
            timeout: Seconds after which it is stopped.

        Raises:
            LineageKitError: It cannot be started, fails, or takes too long.

        """
        program = self._open(name, argv)
        self._programs.append(program)
        try:
            code = program.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            msg = f"`{name}` did not end within {timeout:.0f} s. {_see(program.log)}"
            raise LineageKitError(msg) from None
        finally:
            self._programs.remove(program)
            _end([program], grace=0)
        if code != 0:
            msg = f"`{name}` ended with exit code {code}. {_see(program.log)}"
            raise LineageKitError(msg)

    def check(self) -> None:
        """Raise a `LineageKitError` that names the log file if a started program has ended by itself."""
        for program in self._programs:
            code = program.popen.poll()
            if code is not None:
                msg = f"`{program.name}` ended with exit code {code} while it was needed. {_see(program.log)}"
                raise LineageKitError(msg)

    def stop(self, *, grace: float) -> None:
        """Stop every program and its descendants, in the order of their start; a second call does nothing.

        Args:
            grace: Seconds which all have together to end by themselves after SIGTERM; then they are killed.

        """
        programs, self._programs = self._programs, []
        _end(programs, grace=grace)

    def _open(self, name: str, argv: Sequence[str]) -> _Program:
        self._folder.mkdir(parents=True, exist_ok=True)
        log = self._folder / f"{name.replace(' ', '-')}.log"
        try:
            with log.open("ab") as output:
                popen = subprocess.Popen(  # noqa: S603 - the caller's own program, no shell
                    argv,
                    cwd=self._folder,
                    env=self._env,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        except OSError as error:
            msg = f"`{name}` cannot be started ({argv[0]}): {error.strerror}"
            raise LineageKitError(msg) from error
        return _Program(name, popen, log)


def _see(log: Path) -> str:
    """Return the name of a log file and its last lines, for a message."""
    lines = log.read_text(errors="replace").splitlines()[-_LOG_LINES_IN_MESSAGE:]
    return "\n".join([f"Its log is {log}, which ends with:", *(f"    {line}" for line in lines)])


def _end(programs: Sequence[_Program], *, grace: float) -> None:
    """End the programs one after the other, then kill what remains of them and of their descendants."""
    family: set[psutil.Process] = set()
    try:
        family = _family(programs)
        deadline = time.monotonic() + grace
        for program in programs:
            program.popen.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.popen.wait(max(0.0, deadline - time.monotonic()))
    finally:
        # Also when a second Ctrl-C ends the wait.
        _kill(programs, family)


def _family(programs: Iterable[_Program]) -> set[psutil.Process]:
    """Return the programs' living descendants and session members.

    Descendants find those that opened a session of their own (what a Bash task starts); sessions find those
    whose parent is already gone.
    """
    leaders = {program.popen.pid for program in programs}
    family: set[psutil.Process] = set()
    for pid in leaders:
        with contextlib.suppress(psutil.NoSuchProcess):
            family.update(psutil.Process(pid).children(recursive=True))
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getsid(process.pid) in leaders:
                family.add(process)
    return family


def _kill(programs: Sequence[_Program], family: set[psutil.Process]) -> None:
    """Kill the programs and the family, and what these have started meanwhile."""
    for _ in range(_KILL_ROUNDS):
        family = {process for process in family | _family(programs) if _lives(process)}
        if not family:
            break
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                process.kill()
        for program in programs:
            program.popen.wait()
        psutil.wait_procs(family, timeout=1)
    for program in programs:
        program.popen.poll()  # one that ended by itself is still to be reaped


def _lives(process: psutil.Process) -> bool:
    """Return whether this very process, not a later one with its id, still runs."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
