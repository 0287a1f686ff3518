#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""tests/bench/bulk.py [--rounds N] [--seconds S] [--json FILE] [PATTERN]...

Bytes per second and round trips: lwIP by its drivers for bulk, the kernel over a veth pair, lwIP's own port for Unix.
From the repository's root, after `make build/bench/bulk build/bench/unix_port`. All contenders take turns, ROUNDS
times; what counts are the medians, and their ratios. PATTERN: only the runs whose name has it, as 'tap receive, 1'.
"""
import json
import os

from harness import Bench, Check, Figure, Run, fail, output_of, parser, play, positive

BULK = os.environ.get('BULK', 'build/bench/bulk')
DIRECTIONS = ('receive', 'transmit')
ENDED_S = 60  # at the latest


def take(words, seconds):
    said = output_of([BULK, *words.split(), '--seconds', str(seconds)], timeout=ENDED_S + seconds)
    try:
        result = json.loads(said)
    except json.JSONDecodeError:
        fail(f'{BULK} {words} has not printed a result, but: {said.strip()[:200]}')
    return [result.get('gbit_per_s', result.get('round_trip_us'))]


def run(figure, words, seconds):
    return Run([figure], lambda: take(words, seconds))


def stream(seconds, contender, direction, flows=1, offload=True, spread=None, copy=False, other=''):
    """'Spread': the kernel receives on the second processor, wherever a frame was sent; so it is in all runs without
    offload that do not say otherwise. Other: one more option of the program's, and its name.
    """
    spread = not offload if spread is None else spread
    notes = [word for word, true in (('copying', copy), ('spread', spread and offload),
                                     ('not spread', not spread and not offload), (other.replace('-', ' '), other)) if true]
    kind = [] if offload else ['no offload']
    options = f'--flows {flows}' + ' --copy' * copy + ' --offload off' * (not offload) + ' --spread' * spread
    options += f' --{other}' * bool(other)
    return run(Figure(', '.join([f'{contender} {direction}', str(flows), *kind, *notes]), 'Gbit/s', contender,
                      ', '.join([direction, f'{flows} flow{"s" if flows > 1 else ""}', *kind]), ', '.join(notes)),
               f'{contender} {direction} {options}', seconds)


def echo(seconds, contender, note='', options=''):
    name = f'{contender} echo' + (f', {note}' if note else '')
    return run(Figure(name, 'us', contender, 'one byte to and fro', note), f'{contender} echo {options}'.strip(), seconds)


def one_flow(seconds):
    for contender in ('tap', 'packet', 'veth'):
        for direction in DIRECTIONS:
            yield stream(seconds, contender, direction)
            yield stream(seconds, contender, direction, offload=False)
        if contender != 'veth':
            yield stream(seconds, contender, 'transmit', copy=True)
        yield stream(seconds, contender, 'transmit', spread=True)
        yield stream(seconds, contender, 'transmit', other='discard')
    yield stream(seconds, 'bare', 'transmit')
    for direction in DIRECTIONS:
        yield stream(seconds, 'tap', direction, offload=False, spread=False)
        yield stream(seconds, 'tap', direction, offload=False, other='one-by-one')
        yield stream(seconds, 'veth', direction, offload=False, spread=False)
        yield run(Figure(f'unixport {direction}, 1', 'Gbit/s', 'unixport', f'{direction}, 1 flow'), f'unixport {direction}',
                  seconds)
    yield stream(seconds, 'tap', 'transmit', copy=True, spread=True)


def runs(seconds):
    yield from one_flow(seconds)
    for flows in (8, 64):
        for contender in ('tap', 'packet', 'veth'):
            for direction in DIRECTIONS:
                yield stream(seconds, contender, direction, flows)
                yield stream(seconds, contender, direction, flows, offload=False)
    yield echo(seconds, 'veth')
    yield echo(seconds, 'veth', 'both busy', '--kernel-busy')
    for contender in ('tap', 'packet'):
        yield echo(seconds, contender)
        yield echo(seconds, contender, 'busy', '--busy')
        yield echo(seconds, contender, 'both busy', '--busy --kernel-busy')


def checks():
    for tap in ('tap', 'packet'):
        yield Check(f'{tap} receive, 1', 'veth receive, 1', 1.15)
        yield Check(f'{tap} transmit, 1, copying', 'veth transmit, 1', 2.5)
        yield Check(f'{tap} transmit, 1', 'veth transmit, 1', 4)
        yield Check(f'{tap} transmit, 1, discard', 'veth transmit, 1, discard', 4)
        yield Check(f'{tap} receive, 1, no offload', 'veth receive, 1, no offload', 0.95)
        yield Check(f'{tap} transmit, 1, no offload', 'veth transmit, 1, no offload', 0.8)
        for flows in (8, 64):
            for direction in DIRECTIONS:
                for offload in ('', ', no offload'):
                    yield Check(f'{tap} {direction}, {flows}{offload}', f'veth {direction}, {flows}{offload}', 0.6)
        yield Check(f'{tap} echo, busy', 'veth echo', at_most=0.4)
        yield Check(f'{tap} echo, both busy', 'veth echo', at_most=0.4)
        yield Check(f'{tap} echo, both busy', 'veth echo, both busy', at_most=1)
        yield Check(f'{tap} echo', 'veth echo', at_most=1)
    yield Check('bare transmit, 1', 'veth transmit, 1')
    for direction in DIRECTIONS:
        yield Check(f'tap {direction}, 1, no offload', f'tap {direction}, 1, no offload, one by one')
    yield Check('tap transmit, 1, copying, spread', 'veth transmit, 1, spread', 2.5)
    yield Check('tap transmit, 1, spread', 'veth transmit, 1, spread', 4)
    for direction, least in (('receive', 0.95), ('transmit', 0.8)):
        for spread in ('', ', not spread'):
            yield Check(f'tap {direction}, 1, no offload{spread}', f'veth {direction}, 1, no offload, not spread', least)
    yield Check('tap receive, 1', 'unixport receive, 1', 100)
    yield Check('tap transmit, 1', 'unixport transmit, 1', 5)


def main():
    options = parser(__doc__)
    options.add_argument('--seconds', type=positive(float), default=0.5)
    arguments = options.parse_args()
    if not os.access(BULK, os.X_OK):
        fail(f'{BULK} is missing; run make {BULK}')
    bench = Bench('bulk', 'Bytes per second and round trips', f'{arguments.seconds:g} s each',
                  list(runs(arguments.seconds)), list(checks()))
    bench.validate()
    if not os.access(os.path.join(os.path.dirname(BULK), 'unix_port'), os.X_OK):
        print("without lwIP's own port: there is no unix_port; lwIP 2.1 as Debian has it comes without")
        bench = bench.narrowed(lambda figure: figure.contender != 'unixport')
    play(bench, arguments)


if __name__ == '__main__':
    main()
