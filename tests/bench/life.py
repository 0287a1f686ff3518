#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""tests/bench/life.py [--rounds N] [--lives N] [--json FILE] [PATTERN]...

What an experiment costs, measured on this machine. From the repository's root, after `make`. In each round:

- the wall time of a run of all scenarios, both roles, once one has brought everything into the caches;
- the life of one connection with full tracing, in close/lwip: from the application's call of tcp_connect() to CLOSED
  after 2MSL of virtual time, as the difference of t_ns of the two events; 20 times;
- LIVES (500) of them, one after the other, in each of as many experiments at a time as there are processors, each with
  its verdicts; everything is recorded and written: events, captures, ladders, transcripts, report. The time is that of
  the command as a whole.
"""
import json
import os
import pathlib
import resource
import tempfile
import time

from harness import Bench, Check, Figure, Run, fail, output_of, parser, play, positive

TCPLAB = os.environ.get('TCPLAB', 'build/tcplab')
TIMES = 20

SUITE = Figure('the suite', 's', 'tcplab', 'all scenarios')
TRACED = Figure('one life, traced', 'ms', 'tcplab', 'one life of a connection', 'traced')
RATE = Figure('lives with full evidence', 'lives/s', 'tcplab', 'lives per second', 'with full evidence')
PROCESSOR = Figure("one life with full evidence, a processor's time", 'ms', 'tcplab', 'one life of a connection',
                   'evidence, processor time')
EVENTS = Figure('events of a life', 'events', 'tcplab', 'events of a life')
WRITTEN = Figure('written for a life', 'kB', 'tcplab', 'written for a life', 'evidence')


def suite():
    start = time.monotonic()
    output_of([TCPLAB, 'run'])
    return [time.monotonic() - start]


def is_end(event):
    return (event['ev'], event.get('who'), event.get('from')) == ('state', 'lwip', 'TIME_WAIT')


def traced():
    events = list(map(json.loads, output_of([TCPLAB, 'run', '--format', 'jsonl', 'close/lwip']).splitlines()))
    starts = [event['t_ns'] for event in events if event['ev'] == 'call' and event['name'] == 'tcp_connect']
    ends = [event['t_ns'] for event in events if is_end(event)]
    if len(starts) != 1 or len(ends) != 1:
        fail(f'close/lwip of {TCPLAB} run has {len(starts)} calls of tcp_connect and {len(ends)} ends of TIME_WAIT')
    return [(ends[0] - starts[0]) / 1e6]


def script(lives):
    """Lives, one after the other, in the lab's language. With data before it, the kernel's acknowledgement of a FIN is
    due after 40 ms, and not with its next tick, which would disturb one life in fifty (docs/design.md).
    """
    lines = [f'# {lives} lives of a connection', 'listen kernel 7777']
    for number in range(1, lives + 1):
        lwip, kernel = f'lwip:c{number}', f'kernel:c{number}'
        lines += ['connect lwip 7777', f'send {lwip} hello', f'receive {kernel} 5 bytes', f'close {lwip}',
                  f'expect {kernel} CLOSE_WAIT', f'receive {kernel} FIN', f'set {kernel} quickack=1', f'close {kernel}',
                  f'expect {lwip} TIME_WAIT', 'warp 2MSL',
                  f'expect {lwip} CLOSED SYN_SENT ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT CLOSED']
    return '\n'.join(lines) + '\n'


def processor_s():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def with_evidence(lives):
    experiments = os.cpu_count()
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        scripts = [directory / f'lives{number}.lab' for number in range(1, experiments + 1)]
        for path in scripts:
            path.write_text(script(lives), encoding='utf-8')
        start, used = time.monotonic(), processor_s()
        output_of([TCPLAB, 'run', '-j', str(experiments), '--out', f'{name}/evidence', *map(str, scripts)])
        wall, used = time.monotonic() - start, processor_s() - used
        events = [line for path in directory.glob('evidence/*.jsonl')
                  for line in path.read_text(encoding='utf-8').splitlines()]
        size = sum(path.stat().st_size for path in directory.glob('evidence/*'))
    seen = sum(is_end(json.loads(line)) for line in events)
    if seen != lives * experiments:
        fail(f'{TCPLAB} run has told {seen} lives, not {lives * experiments}')
    return [seen / wall, used / seen * 1e3, len(events) / seen, size / seen / 1e3]


def main():
    options = parser(__doc__)
    options.add_argument('--lives', type=positive(int), default=500)
    arguments = options.parse_args()
    if not os.access(TCPLAB, os.X_OK):
        fail(f'{TCPLAB} is missing; run make')
    said = output_of([TCPLAB, 'run']).splitlines()[-1]
    play(Bench('life', 'What an experiment costs', f'the suite: {said}; {arguments.lives:,} lives in each of '
               f'{os.cpu_count()} experiments at a time',
               [Run([SUITE], suite), Run([TRACED], traced, turns=TIMES),
                Run([RATE, PROCESSOR, EVENTS, WRITTEN], lambda: with_evidence(arguments.lives))],
               [Check(RATE.name, at_least=1000)]), arguments)


if __name__ == '__main__':
    main()
