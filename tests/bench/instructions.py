#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""tests/bench/instructions.py [--json FILE] [PATTERN]...

What lwIP does for a segment, a SYN, a connection and a transition, in instructions: those that
tests/bench/instructions.sh counts, against the bounds for them. They are the same in each run.
"""
import os

from harness import Bench, Check, Figure, Run, fail, output_of, parser, play

COUNT = os.environ.get('COUNT', 'tests/bench/instructions.sh')

RECEIVED, SENT = 'a segment of 1460 bytes received', 'a segment of 1460 bytes sent'
SOFTWARE, LARGE = 'software checksum', 'offloaded, 44 in one frame'
PARTS = {
    'receive': (RECEIVED, SOFTWARE),
    'receive-offloaded': (RECEIVED, 'offloaded'),
    'receive-offloaded-ipv4': (RECEIVED, 'offloaded, IPv4 alone'),
    'receive-large-offloaded': (RECEIVED, LARGE),
    'transmit': (SENT, SOFTWARE),
    'transmit-copying': (SENT, f'{SOFTWARE}, copied'),
    'transmit-offloaded': (SENT, 'offloaded'),
    'transmit-offloaded-ipv4': (SENT, 'offloaded, IPv4 alone'),
    'transmit-copying-offloaded': (SENT, 'offloaded, copied'),
    'transmit-large-offloaded': (SENT, LARGE),
    'syn': ('a SYN, and a connection from SYN to CLOSED', 'SYN, answered'),
    'life-as-server': ('a SYN, and a connection from SYN to CLOSED', 'connection, as the server'),
    'life-as-client': ('a SYN, and a connection from SYN to CLOSED', 'connection, as the client'),
    'transition-hook-on': ('a transition', 'the hook compiled in'),
    'transition-hook-compiled-out': ('a transition', 'compiled out'),
}
CHECKS = [
    Check('receive-offloaded', at_most=900),
    Check('transmit-offloaded', at_most=1200),
    Check('transition-hook-on', at_most=60),
    Check('transition-hook-compiled-out', at_most=0),
]


def main():
    arguments = parser(__doc__, rounds=0).parse_args()
    compiler, *lines = output_of([COUNT]).splitlines()
    counts = {name: int(count) for name, count in map(str.split, lines)}
    if counts.keys() != PARTS.keys():
        fail(f'{COUNT} and this harness disagree about {", ".join(sorted(counts.keys() ^ PARTS.keys()))}')
    runs = [Run([Figure(name, 'instructions', 'lwip', *where)], lambda name=name: [counts[name]], once=True)
            for name, where in PARTS.items()]
    play(Bench('instructions', 'Instructions', f"callgrind's counts; {compiler.strip('# ')}", runs, CHECKS), arguments)


if __name__ == '__main__':
    main()
