# SPDX-License-Identifier: BSD-3-Clause
"""table.py TCPLAB DIRECTORY CURLS NCS: whether /state.json is right whenever it is asked, under load.

A live host serves so many curls and ncs at a time. Meanwhile the table is asked for again and again; each answer
names the last event until then. Then the event log is saved, replayed, and compared with every answer:

- lwIP's side is exactly what the log says after that event.
- The kernel works on while the table is made, and the log tells of it with the next frame. So its side is what the log
  says after that event, or later, but before the next answer.

Without the tracepoint the log has not all of the kernel's states, and nothing is said of its side.

Prints, after a #, what it has seen, and for each point a line: its name, and "yes" or what is there instead.
"""
import bisect
import collections
import json
import os
import subprocess
import sys

from terminal import TCPLAB, Host, tell

ENDS = "lwip", "kernel"
DIRECTORY, CURLS, NCS = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])

# Inside: the load, and who asks until it is over, and once more; where that was not often enough, with a second load, as
# many as it takes. An answer is a line. Each connection has a port of its own: a port that is used again while lwIP is in
# TIME_WAIT gets no connection (RFC 1337).
OFTEN, LOADS = 10, 10
LOAD = """
for i in $(seq $((10001 + $1)) $((10000 + $1 + %d))); do curl -sS -m 60 -o /dev/null --local-port $i http://10.9.0.2/ & done
for i in $(seq $((20001 + $1)) $((20000 + $1 + %d))); do (echo "hello $i"; sleep 2) | timeout 60 nc -N -p $i 10.9.0.2 7 >/dev/null & done
wait"""
ASK = """
import http.client, itertools, json, subprocess, sys
load, connections, often, loads = sys.argv[1], *map(int, sys.argv[2:])
ports = itertools.count(30000)

def ask():
    host = http.client.HTTPConnection("10.9.0.2", timeout=60, source_address=("10.9.0.1", next(ports)))
    host.request("GET", "/state.json")
    answer = host.getresponse().read().decode()
    host.close()
    print(answer)
    return len(json.loads(answer)["connections"]) > connections / 2

full = 0
for number in range(loads):
    running = subprocess.Popen(["sh", "-c", load, "load", str(number * connections)])
    while running.poll() is None:
        full += ask()
    full += ask()
    if full >= often:
        break
"""


def collect():
    """The answers, and the events."""
    host = Host("--log", os.path.join(DIRECTORY, "ladder"))
    ready = host.see(r"^tcplab> *$")
    with open(os.path.join(DIRECTORY, "answers"), "w+", encoding="utf-8") as answers:
        asking = subprocess.run([TCPLAB, "exec", "--", sys.executable, "-c", ASK, LOAD % (CURLS, NCS),
                                 str(CURLS + NCS), str(OFTEN), str(LOADS)], stdout=answers, timeout=270)
        answers.seek(0)
        asked = [json.loads(line) for line in answers]
    saved = os.path.join(DIRECTORY, "saved")
    host.type(b"save %s\n" % saved.encode())
    ready = host.see(r"^tcplab> save [\s\S]*^tcplab> *$", 60) if ready == "yes" else ready
    host.type(b"quit\n")
    ended = ready, asking.returncode, host.end()
    tell("the host", "yes" if ended == ("yes", 0, 0) else ended)
    with open(os.path.join(saved, "up.jsonl"), encoding="utf-8") as log:
        return asked, [json.loads(line) for line in log]


class Log:
    """What the event log says of each end of each connection, after each event."""

    def __init__(self, events):
        self.path = collections.defaultdict(lambda: ([0], ["CLOSED"]))  # of (who, conn): numbers of events, states
        self.ends = {}  # of a connection: lwIP's address, the kernel's
        for event in events:
            if event["ev"] == "state":
                numbers, states = self.path[event["who"], event["conn"]]
                numbers.append(event["n"])
                states.append(event["to"])
            elif event["ev"] == "frame" and "tcp" in event and event["conn"] not in self.ends:
                ends = event["tcp"]["src"], event["tcp"]["dst"]
                self.ends[event["conn"]] = ends if event["who"] == "lwip" else ends[::-1]
        self.name = {ends: conn for conn, ends in self.ends.items()}

    def listeners(self, now):
        return sum(self.states(who, conn, now, now) == ["LISTEN"] for who, conn in self.path if conn not in self.ends)

    def states(self, who, conn, first, last):
        """Those that it is in from the moment after event first to that after event last."""
        numbers, states = self.path[who, conn]
        return states[bisect.bisect_right(numbers, first) - 1:bisect.bisect_right(numbers, last)]


def state(row, who):
    return "CLOSED" if row[who] is None else row[who]["state"]


def differ(log, rows, who, first, last):
    """What one side of the rows says that the log does not, from the moment after event first to that after last."""
    for conn in log.ends:
        got, said = state(rows.get(conn, {who: None}), who), log.states(who, conn, first, last)
        if got not in said:
            yield "%s:%s is %s, and the log says %s" % (who, conn, got, " or ".join(said))


def disagree(log, answer, rows, listeners):
    """What is wrong with an answer beside the states."""
    for ends, row in rows.items():
        if row["conn"] != log.name.get(ends) and (row["conn"] is not None or row["lwip"] is not None):
            yield "%s is %s, and the log calls it %s" % (ends, row["conn"], log.name.get(ends))
    if len(listeners) != log.listeners(answer["event"]):
        yield "%d listeners, and the log says %d" % (len(listeners), log.listeners(answer["event"]))
    if len(rows) + len(listeners) != len(answer["connections"]):
        yield "a connection is there twice"
    for who in ENDS:
        if collections.Counter(state(row, who) for row in answer["connections"] if row[who] is not None) != \
           collections.Counter(answer["states"][who]):
            yield "%s's counts are not those of the rows" % who
    if answer["pcbs"]["used"] != sum(row["lwip"] is not None for row in rows.values()):
        yield "%d pcbs in use" % answer["pcbs"]["used"]


def verdict(name, found):
    tell(name, "yes" if not found else "%d differences, as %s" % (len(found), "; ".join(found[:3])))


answers, events = collect()
log = Log(events)
lwip, kernel, others = [], [], []
for answer, following in zip(answers, answers[1:] + [{"event": len(events)}]):
    now = answer["event"]
    listeners = [row for row in answer["connections"] if "*" in (row["lwip_address"], row["kernel_address"])]
    rows = {(row["lwip_address"], row["kernel_address"]): row for row in answer["connections"] if row not in listeners}
    named = {log.name.get(ends): row for ends, row in rows.items()}
    lwip += ["after event %d: %s" % (now, what) for what in differ(log, named, "lwip", now, now)]
    kernel += ["after event %d: %s" % (now, what) for what in differ(log, named, "kernel", now, following["event"])]
    others += ["after event %d: %s" % (now, what) for what in disagree(log, answer, rows, listeners)]
full = sum(len(answer["connections"]) > (CURLS + NCS) / 2 for answer in answers)
seen = {"%s:%s" % (who, state(row, who)) for answer in answers for row in answer["connections"] for who in ENDS}
print("# %d answers, %d of them with more than half of the connections; %d events; %s" %
      (len(answers), full, len(events), " ".join(sorted(seen))))
tell("asked often enough", "yes" if full >= OFTEN else full)
verdict("lwIP's side of each answer is what the log says", lwip)
if any(event.get("src") == "tracepoint" for event in events):
    verdict("the kernel's side of each answer is what the log says", kernel)
else:
    tell("the kernel's side of each answer is what the log says", "skip")
verdict("names, listeners and counts are those of the log", others)
