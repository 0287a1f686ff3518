# SPDX-License-Identifier: BSD-3-Clause
"""shell.py TCPLAB SHELL session|killed LOG: 'tcplab up --shell' on a pseudo-terminal.

Prints for each point a line: its name, and "yes" or what is there instead.
"""
import os
import signal
import subprocess
import sys
import time

from terminal import TCPLAB, Host, said, tell

SHELL, LOG = sys.argv[2], sys.argv[4]
PROMPT = r"^inside>\s*\Z"  # and nothing behind it


def open_shell():
    return Host("--shell", "--log", LOG, SHELL=SHELL, PS1="inside> ", ENV="")


def until(holds, seconds=15):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def lives():
    return subprocess.run([TCPLAB, "exec", "true"]).returncode == 0


def type_line(host, line):
    """What is typed before the prompt stands before it, too, and what comes of it behind it."""
    host.see(PROMPT)
    host.type(line.encode() + b"\n")


def type_and_see(host, line, pattern):
    type_line(host, line)
    return host.see(pattern)


def start_job(host, line):
    """A command that has the terminal: it is what the terminal's keys are for."""
    host.see(PROMPT)
    shell = os.tcgetpgrp(host.fd)
    type_line(host, line)
    return "yes" if until(lambda: os.tcgetpgrp(host.fd) not in (shell, 0)) else "the shell has the terminal still"


def session():
    host = open_shell()
    tell("prompt", host.see(PROMPT))
    tell("it can be entered from elsewhere", "yes" if lives() else "no")
    tell("inside", type_and_see(host, "ip -o link | tr @ : | cut -d: -f2 | xargs", r"^lo lwip0$"))
    tell("lwIP answers", type_and_see(host, "echo hello $((6 * 7)) | nc -N 10.9.0.2 7", r"^hello 42$"))
    tell("a job", start_job(host, "nc 10.9.0.2 7"))
    host.type(b"\x03")
    tell("Ctrl-C: the job ends", type_and_see(host, "echo status $?", r"^status 130$"))
    tell("Ctrl-C: the host does not", "yes" if lives() else "no")
    tell("another job", start_job(host, "cat"))
    host.type(b"\x1a")
    tell("Ctrl-Z: it stops", host.see(r"Stopped"))
    tell("fg: it goes on", start_job(host, "fg"))
    host.type(b"echoed\n")
    tell("it has the terminal again", host.see(r"^echoed\nechoed$"))
    host.type(b"\x04")
    tell("Ctrl-D: it ends", type_and_see(host, "echo status $?", r"^status 0$"))
    host.type(b"\x03")
    tell("Ctrl-C at the prompt: the host lives", type_and_see(host, "echo here", r"^here$") if lives() else "no")
    type_line(host, "exit 5")
    tell("exit: its status", "yes" if (status := host.end()) == 5 else status)
    tell("exit: the summary", said(host, r"up for [0-9.]+ s: \d+ frames\r\nlwip +\d connections"))
    tell("exit: restored", host.restored())
    with open(LOG, encoding="utf-8") as log:
        tell("the ladder is in its file", "yes" if "LAST_ACK" in log.read() else "no")


def killed():
    for number in (signal.SIGTERM, signal.SIGHUP):
        host = open_shell()
        host.see(PROMPT)
        start_job(host, "sleep 1000")
        job = os.tcgetpgrp(host.fd)
        os.kill(host.pid, number)
        status = host.end()
        tell("%s: the host ends" % number.name, "yes" if status == 128 + signal.SIGHUP else status)
        tell("%s: the summary" % number.name, said(host, r"ended by %s: " % number.name))
        tell("%s: restored" % number.name, host.restored())
        gone = until(lambda: not os.path.exists("/proc/%d" % job))
        tell("%s: so does the job" % number.name, "yes" if gone else "no")


{"session": session, "killed": killed}[sys.argv[3]]()
