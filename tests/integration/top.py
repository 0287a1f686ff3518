# SPDX-License-Identifier: BSD-3-Clause
"""top.py TCPLAB connections|endings|script FILE: 'tcplab up -t' on a pseudo-terminal.

Prints for each point a line: its name, and "yes" or what is there instead.
"""
import os
import signal
import subprocess
import sys

from terminal import TCPLAB, Host, said, tell

# A connection that is CLOSED at both ends at once.
RESET = """import socket, struct
s = socket.create_connection(("10.9.0.2", 7))
s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("2i", 1, 0))
s.close()"""


def inside(*command):
    return subprocess.Popen([TCPLAB, "exec", "--", *command], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)


def connections():
    host = Host("-t")
    tell("heading", host.see(r"^ +v  lwip  kern lwip +for rcvq sndq due kernel +for rcvq sndq due$"))
    tell("listener", host.see(r"^ +[46]    80     \* LISTEN "))
    nc = inside("nc", "10.9.0.2", "7")
    tell("open", host.see(r"^c1 +4     7 \d+ ESTABLISHED .* ESTABLISHED "))
    tell("counts", host.see(r"^lwip +\d+ +0 +0 +1 +0 "))
    tell("addresses", "no" if "10.9.0" in host.screen.text() else "yes")
    host.size(30, 120)
    host.screen.resize(30, 120)
    tell("resized", host.see(r"^c1 +10\.9\.0\.2:7 +10\.9\.0\.1:\d+ +ESTABLISHED"))
    nc.stdin.close()
    nc.terminate()
    nc.wait()
    tell("closed", host.see(r"^lwip +\d+ +0 +0 +0 "))
    inside("python3", "-c", RESET).wait()
    tell("the kernel's alone", host.see(r"^c1 .* - .* TIME_WAIT "))
    host.type(b"l")
    tell("l: also CLOSED", host.see(r"^c1 .* CLOSED .* TIME_WAIT "))
    tell("l: also CLOSED at both ends", host.see(r"^c2 .* CLOSED .* CLOSED "))
    host.type(b"l")
    tell("l: live ones only", host.see(r"\A(?![\s\S]*^c2 )[\s\S]*^c1 .* - .* TIME_WAIT "))
    host.type(b"h")
    tell("h", host.see(r"q quit"))
    host.type(b"h")
    tell("by age", host.see(r"connections and listeners, by age; h: help$"))
    host.type(b"s")
    tell("s", host.see(r"connections and listeners, by state; h: help$"))
    host.size(10, 80)
    host.screen.resize(10, 80)
    tell("clipped", host.see(r"^1 to 4 of \d+ connections"))
    host.type(b"\x1bOB")
    tell("arrow", host.see(r"^2 to 5 of \d+ connections"))
    host.type(b"\x1b[6~")
    tell("page", host.see(r"^[45] to [78] of \d+ connections"))
    host.type(b"\x1bOH")
    tell("home", host.see(r"^1 to 4 of"))
    host.type(b"q")
    tell("q", "yes" if (status := host.end()) == 0 else status)
    tell("q: restored", host.restored())
    tell("q: summary", said(host, r"up for [0-9.]+ s: \d+ frames"))


def ending(name, status, words, act):
    host = Host("-t")
    host.see(r"^ +v  lwip")
    act(host)
    got = host.end()
    tell(name, "yes" if got == status else got)
    tell(name + ": restored", host.restored())
    tell(name + ": words", said(host, words))


def endings():
    ending("SIGINT", 0, "ended by SIGINT", lambda host: host.type(b"\x03"))
    ending("SIGTERM", 0, "ended by SIGTERM", lambda host: os.kill(host.pid, signal.SIGTERM))
    ending("error", 2, "somebody has removed the interface",
           lambda host: inside("ip", "link", "del", "lwip0").wait())
    ending("crash", -signal.SIGABRT, "from another terminal", lambda host: os.kill(host.pid, signal.SIGABRT))
    host = Host("-t", TERM="dumb")
    tell("dumb", "yes" if (status := host.end()) == 2 else status)
    tell("dumb: why", said(host, "of the type 'dumb': set TERM"))
    tell("dumb: restored", host.restored())


def script(path):
    host = Host("-t", "--script", path)
    tell("script", host.see(r"^c1 .* ESTABLISHED"))
    status = host.end()
    tell("script: verdict", "yes" if status == 1 else status)
    tell("script: restored", host.restored())
    tell("script: what it says", said(host, r"FAILS closed.lab:5: lwip is in CLOSED"))


if sys.argv[2] == "script":
    script(sys.argv[3])
else:
    {"connections": connections, "endings": endings}[sys.argv[2]]()
