#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""tests/bench/scale.py [--rounds N] [--seconds S] [--instructions] [COUNT]...

Connections per second of the processor while lwIP has COUNT others (0 1000 10000 50000), idle or in TIME_WAIT: lwIP as it is, and with
the patch tcp_hash. lwIP alone, with a peer that has no wire: nothing but lwIP's own time counts. From the repository's
root, after `make build/bench/scale-stock build/bench/scale-hash`. Both take turns, ROUNDS times; what counts are
the medians, and those of the ratios to the same run's first COUNT.

--instructions: for each connection, counted by callgrind, the same in each run; of lwIP as it is up to 10,000.
"""
import argparse
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile

BENCH = os.environ.get('BENCH', 'build/bench')
VARIANTS = {'stock': 'lwIP', 'hash': 'tcp_hash'}
KINDS = ('idle', 'time-wait')
STOCK_UNDER_CALLGRIND = 10000  # making more of them there takes minutes: each walks the list


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f'cannot measure: {" ".join(command)}: {done.stderr.strip()}')
    return done.stdout


def rates(variant, kind, seconds, counts):
    """Connections per second, by count and who opens."""
    output = run([f'{BENCH}/scale-{variant}', kind, str(seconds), *map(str, counts)])
    fields = (line.split() for line in output.splitlines())
    return {(int(count), who): int(lives) / float(spent) for count, who, lives, spent in fields}


def instructions(variant, kind, counts):
    """Instructions per connection, likewise."""
    if variant == 'stock':
        counts = [count for count in counts if count <= STOCK_UNDER_CALLGRIND]
    figures = {}
    with tempfile.TemporaryDirectory() as directory:
        run(['valgrind', '--tool=callgrind', '--collect-atstart=no', '--instr-atstart=no',
             f'--callgrind-out-file={directory}/out', f'{BENCH}/scale-{variant}', kind, '0', *map(str, counts)])
        for name in os.listdir(directory):
            with open(f'{directory}/{name}', encoding='utf-8') as part:
                text = part.read()
            trigger = re.search(r'^desc: Trigger: Client Request: (\d+)-(\w+)$', text, re.M)
            if trigger:
                total = int(re.search(r'^totals: (\d+)$', text, re.M)[1])
                figures[int(trigger[1]), trigger[2]] = total / 20  # scale.c: LIVES
    return figures


def show(unit, kind, runs, more_is_better):
    """A line for each count and each side that opens; runs: of each variant, a list of figures by both."""
    keys = sorted(runs['hash'][0])
    first = keys[0][0]
    print(f'{unit}; others: {kind}')
    print(f'{"others":>9} {"lwIP is":8}' + ''.join(f'{name:>14}{"least":>13}{"most":>13}{"ratio":>9}'
                                                    for name in VARIANTS.values()))
    for count, who in keys:
        line = f'{count:9,} {who:8}'
        for variant in VARIANTS:
            figures = [run[count, who] for run in runs[variant] if (count, who) in run]
            if not figures:
                line += f'{"-":>14}{"":>35}'
                continue
            ratios = [run[count, who] / run[first, who] for run in runs[variant]]
            ratio = statistics.median(ratios if more_is_better else [1 / r for r in ratios])
            line += (f'{statistics.median(figures):14,.0f}{min(figures):13,.0f}{max(figures):13,.0f}'
                     f'{ratio:9.3f}')
        print(line)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--seconds', type=float, default=0.3)
    parser.add_argument('--instructions', action='store_true')
    parser.add_argument('counts', metavar='COUNT', nargs='*', type=int)
    args = parser.parse_args()
    counts = sorted(args.counts or (0, 1000, 10000, 50000))

    print(f'machine: Linux {platform.release()}, {os.cpu_count()} processors, {platform.machine()}')
    for kind in KINDS:
        runs = {variant: [] for variant in VARIANTS}
        for _ in range(1 if args.instructions else args.rounds):
            for variant in VARIANTS:
                runs[variant].append(instructions(variant, kind, counts) if args.instructions
                                     else rates(variant, kind, args.seconds, counts))
        show('instructions per connection' if args.instructions else 'connections per second of the processor', kind, runs,
             not args.instructions)
    print(f'ratio: to {counts[0]} others, of the same run; less than 1 is slower')


if __name__ == '__main__':
    main()
