#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""tests/bench/scale.py [--rounds N] [--seconds S] [--only rates|instructions] [--others COUNT,...] [--json FILE] [PATTERN]...

Connections per second of the processor while lwIP has COUNT others (0,1000,10000,50000), idle or in TIME_WAIT: lwIP as
it is, and with the patch tcp_hash. lwIP alone, with a peer that has no wire: nothing but lwIP's own time counts. And the
instructions for each connection, counted by callgrind, the same in each run; of lwIP as it is up to 10,000. From the
repository's root, after `make build/bench/scale-stock build/bench/scale-hash`. Both take turns, ROUNDS times; what
counts are the medians, and their ratios to those with the first COUNT.
"""
import argparse
import os
import pathlib
import re
import tempfile

from harness import Bench, Check, Figure, Run, fail, output_of, parser, play, positive

BENCH = os.environ.get('BENCH', 'build/bench')
VARIANTS = {'lwip': 'stock', 'tcp_hash': 'hash'}
KINDS = {'idle': 'idle', 'time-wait': 'in TIME_WAIT'}
SIDES = ('server', 'client')
STOCK_UNDER_CALLGRIND = 10000  # making more of them there takes minutes: each walks the list
LIVES = 20                     # scale.c's, under callgrind
RATES, INSTRUCTIONS = 'connections/s', 'instructions'


def rates(variant, kind, counts, seconds):
    """Connections per second of the processor, by count and who opens."""
    lines = output_of([f'{BENCH}/scale-{variant}', kind, str(seconds), *map(str, counts)]).splitlines()
    return {(int(count), side): int(lives) / float(spent) for count, side, lives, spent in map(str.split, lines)}


def instructions(variant, kind, counts):
    """Instructions per connection, likewise."""
    figures = {}
    with tempfile.TemporaryDirectory() as directory:
        output_of(['valgrind', '--tool=callgrind', '--collect-atstart=no', '--instr-atstart=no',
                   f'--callgrind-out-file={directory}/out', f'{BENCH}/scale-{variant}', kind, '0', *map(str, counts)])
        for path in pathlib.Path(directory).iterdir():
            profile = path.read_text(encoding='utf-8')
            trigger = re.search(r'^desc: Trigger: Client Request: (\d+)-(\w+)$', profile, re.M)
            if trigger:
                total = int(re.search(r'^totals: (\d+)$', profile, re.M)[1])
                figures[int(trigger[1]), trigger[2]] = total / LIVES
    return figures


def name_of(unit, contender, kind, count, side):
    return f'{contender}, as {side}, {count:,} {KINDS[kind]}' + (', instructions' if unit == INSTRUCTIONS else '')


def run(unit, contender, kind, counts, take):
    """One process for all counts."""
    keys = [(count, side) for count in counts for side in SIDES]
    figures = [Figure(name_of(unit, contender, kind, *key), unit, contender,
                      f'as {key[1]}, with others {KINDS[kind]}' + (': instructions' if unit == INSTRUCTIONS else ''),
                      f'{key[0]:,} others') for key in keys]

    def take_all():
        values = take(VARIANTS[contender], kind, counts)
        if values.keys() != set(keys):
            fail(f'{BENCH}/scale-{VARIANTS[contender]} {kind} has not told of {sorted(set(keys) ^ values.keys())}')
        return [values[key] for key in keys]

    return Run(figures, take_all, once=unit == INSTRUCTIONS)


def checks_of(unit, contender, kind, counts):
    first, last = counts[0], counts[-1]
    for count in counts[1:]:
        for side in SIDES:
            hashed = contender == 'tcp_hash'
            yield Check(name_of(unit, contender, kind, count, side), name_of(unit, contender, kind, first, side),
                        at_least=0.8 if hashed and unit == RATES and count == last else None,
                        at_most=1.01 if hashed and unit == INSTRUCTIONS else None)


def tables(units, counts, seconds):
    """The runs and the checks."""
    runs, checks = [], []
    for unit in units:
        for kind in KINDS:
            for contender in VARIANTS:
                few = unit == INSTRUCTIONS and contender == 'lwip'
                those = [count for count in counts if count <= STOCK_UNDER_CALLGRIND] if few else counts
                if those:
                    runs.append(run(unit, contender, kind, those, instructions if unit == INSTRUCTIONS else
                                    lambda variant, kind, counts: rates(variant, kind, counts, seconds)))
                    checks += checks_of(unit, contender, kind, those)
    return runs, checks


def others(word):
    counts = sorted(set(map(int, word.split(','))))
    if counts[0] < 0:
        raise argparse.ArgumentTypeError(f'{counts[0]} others cannot be')
    return counts


def main():
    options = parser(__doc__)
    options.add_argument('--seconds', type=positive(float), default=0.3)
    options.add_argument('--only', choices=('rates', 'instructions'))
    options.add_argument('--others', metavar='COUNT,...', type=others, default=[0, 1000, 10000, 50000])
    arguments = options.parse_args()
    for variant in VARIANTS.values():
        if not os.access(f'{BENCH}/scale-{variant}', os.X_OK):
            fail(f'{BENCH}/scale-{variant} is missing; run make bench-scale')
    units = {'rates': [RATES], 'instructions': [INSTRUCTIONS], None: [RATES, INSTRUCTIONS]}[arguments.only]
    play(Bench('scale', 'Many other connections', f'{arguments.seconds:g} s of the processor each',
               *tables(units, arguments.others, arguments.seconds)), arguments)


if __name__ == '__main__':
    main()
