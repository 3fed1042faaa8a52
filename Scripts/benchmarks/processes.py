"""Runs programs and tells what they used: time on the wall, of processors, and peak memory."""

import os
import signal
import subprocess
import sys
import time


class Used:
    """What a program used of the machine, and what it printed."""

    def __init__(self, wall, usage, output, code, others):
        self.wall = wall
        self.user = usage.ru_utime
        self.system = usage.ru_stime
        self.megabytes = usage.ru_maxrss / 1024
        self.output = output
        self.code = code
        # Cores that were busy with anything else meanwhile.
        self.others = others

    @property
    def processor(self):
        return self.user + self.system

    def described(self):
        return {
            "wall": round(self.wall, 3), "user": round(self.user, 3), "system": round(self.system, 3),
            "peakMegabytes": round(self.megabytes, 1), "coresUsedByOthers": round(self.others, 2),
        }


def busy():
    """Seconds that all cores have worked since the machine started."""
    words = open("/proc/stat").readline().split()[1:]
    ticks = sum(int(word) for word in words[:3]) + sum(int(word) for word in words[5:8])
    return ticks / os.sysconf("SC_CLK_TCK")


def run(command, codes=(0,), folder=None, stdin=None, environment=None):
    """Runs a program to its end; exits where it fails."""
    before, start = busy(), time.monotonic()
    out = os.memfd_create("out")
    process = subprocess.Popen(
        command, stdout=out, stdin=stdin or subprocess.DEVNULL, cwd=folder,
        env=dict(os.environ, **environment) if environment else None,
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    output = os.pread(out, os.fstat(out).st_size, 0)
    os.close(out)
    if process.returncode not in codes:
        sys.exit(f"bench: {' '.join(command[:3])} … failed with exit code {process.returncode}")
    others = max(0.0, (busy() - before - usage.ru_utime - usage.ru_stime) / max(wall, 1e-6))
    return Used(wall, usage, output, process.returncode, others)


class Server:
    """A program that serves until it is stopped; `ready` is the file that it writes when it does."""

    def __init__(self, command, ready, log):
        if os.path.exists(ready):
            os.remove(ready)
        self.log = log
        self.process = subprocess.Popen(command, stdout=open(log, "wb"), stderr=subprocess.STDOUT)
        while not (os.path.exists(ready) and os.path.getsize(ready)):
            if self.process.poll() is not None:
                sys.exit(f"bench: {' '.join(command[:2])} … ended: {open(log).read()}")
            time.sleep(0.01)
        self.said = open(ready).read()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def middle(values):
    values = sorted(values)
    return values[len(values) // 2] if len(values) % 2 else (values[len(values) // 2 - 1] + values[len(values) // 2]) / 2
