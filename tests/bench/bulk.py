#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""tests/bench/bulk.py [--rounds N] [--seconds S] [--json FILE] [PATTERN]...

Bytes per second and round trips: lwIP by its drivers for bulk, the kernel over a veth pair, lwIP's own port for Unix.
From the repository's root, after `make build/bench/bulk build/bench/unix_port`. All contenders take turns, ROUNDS
times; what counts are the medians, and their ratios. PATTERN: only the runs whose name has it, as 'tap receive, 1'.
"""
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys

BULK = os.environ.get('BULK', 'build/bench/bulk')


def runs():
    """Name and arguments of each run. 'Spread': the kernel receives on the second processor, wherever a frame was sent; so
    it is in all runs without offload that do not say otherwise.
    """
    yield from one_flow()
    for flows in (8, 64):
        for contender in ('tap', 'packet', 'veth'):
            for direction in ('receive', 'transmit'):
                yield f'{contender} {direction}, {flows}', f'{contender} {direction} --flows {flows}'
                yield (f'{contender} {direction}, {flows}, no offload',
                       f'{contender} {direction} --flows {flows} --offload off --spread')
    yield 'veth echo', 'veth echo'
    yield 'veth echo, both busy', 'veth echo --kernel-busy'
    for contender in ('tap', 'packet'):
        yield f'{contender} echo', f'{contender} echo'
        yield f'{contender} echo, busy', f'{contender} echo --busy'
        yield f'{contender} echo, both busy', f'{contender} echo --busy --kernel-busy'


def one_flow():
    for contender in ('tap', 'packet', 'veth'):
        for direction in ('receive', 'transmit'):
            yield f'{contender} {direction}, 1', f'{contender} {direction}'
            yield f'{contender} {direction}, 1, no offload', f'{contender} {direction} --offload off --spread'
        if contender != 'veth':
            yield f'{contender} transmit, 1, copying', f'{contender} transmit --copy'
        yield f'{contender} transmit, 1, spread', f'{contender} transmit --spread'
    for direction in ('receive', 'transmit'):
        yield f'tap {direction}, 1, no offload, not spread', f'tap {direction} --offload off'
        yield f'veth {direction}, 1, no offload, not spread', f'veth {direction} --offload off'
        yield f'unixport {direction}, 1', f'unixport {direction}'
    yield 'tap transmit, 1, copying, spread', 'tap transmit --copy --spread'


def ratios():
    """What is compared with what, and the bound: at least, or for a time at most."""
    for tap in ('tap', 'packet'):
        yield f'{tap} receive, 1', 'veth receive, 1', 1.15
        yield f'{tap} transmit, 1, copying', 'veth transmit, 1', 2.5
        yield f'{tap} transmit, 1', 'veth transmit, 1', 4
        yield f'{tap} receive, 1, no offload', 'veth receive, 1, no offload', 0.95
        yield f'{tap} transmit, 1, no offload', 'veth transmit, 1, no offload', 0.8
        for flows in (8, 64):
            for direction in ('receive', 'transmit'):
                for offload in ('', ', no offload'):
                    yield f'{tap} {direction}, {flows}{offload}', f'veth {direction}, {flows}{offload}', 0.6
        yield f'{tap} echo, busy', 'veth echo', -0.4
        yield f'{tap} echo, both busy', 'veth echo', -0.4
        yield f'{tap} echo, both busy', 'veth echo, both busy', -1
        yield f'{tap} echo', 'veth echo', -1
    yield 'tap transmit, 1, copying, spread', 'veth transmit, 1, spread', 2.5
    yield 'tap transmit, 1, spread', 'veth transmit, 1, spread', 4
    for direction, bound in (('receive', 0.95), ('transmit', 0.8)):
        for spread in ('', ', not spread'):
            yield f'tap {direction}, 1, no offload{spread}', f'veth {direction}, 1, no offload, not spread', bound
    yield 'tap receive, 1', 'unixport receive, 1', 100
    yield 'tap transmit, 1', 'unixport transmit, 1', 5


def measure(arguments, seconds):
    done = subprocess.run([BULK, *arguments.split(), '--seconds', str(seconds)], capture_output=True, text=True,
                          timeout=60, check=False)
    if done.returncode != 0:
        sys.exit(f'cannot measure: {BULK} {arguments}: {done.stderr.strip()}')
    result = json.loads(done.stdout)
    return result.get('gbit_per_s', result.get('round_trip_us'))


def summary(name, values):
    median = statistics.median(values)
    return {'run': name, 'unit': 'us' if 'echo' in name else 'Gbit/s', 'median': median, 'least': min(values),
            'most': max(values), 'values': values}


def verdict(ratio, bound):
    held = ratio >= bound if bound > 0 else ratio <= -bound
    return f'{"at least" if bound > 0 else "at most"} {abs(bound):g}: {"yes" if held else "NO"}'


def compare(results):
    for one, other, bound in ratios():
        if one in results and other in results and results[other]['median'] > 0:
            ratio = results[one]['median'] / results[other]['median']
            yield {'of': one, 'to': other, 'ratio': ratio, 'bound': bound, 'verdict': verdict(ratio, bound)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--seconds', type=float, default=0.5)
    parser.add_argument('--json')
    parser.add_argument('pattern', nargs='*')
    arguments = parser.parse_args()
    if not os.access(BULK, os.X_OK):
        sys.exit(f'cannot measure: {BULK} is missing; run make {BULK}')
    chosen = [(name, words) for name, words in runs()
              if not arguments.pattern or any(pattern in name for pattern in arguments.pattern)]
    if not os.access(os.path.join(os.path.dirname(BULK), 'unix_port'), os.X_OK):
        print("without lwIP's own port: there is no unix_port; lwIP 2.1 as Debian has it comes without")
        chosen = [(name, words) for name, words in chosen if 'unixport' not in words]
    machine = (f'Linux {platform.release()}, {os.cpu_count()} processors, {platform.machine()}, '
               f'load {os.getloadavg()[0]:.1f} before')
    values = {name: [] for name, _ in chosen}
    for _ in range(arguments.rounds):
        for name, words in chosen:
            values[name].append(measure(words, arguments.seconds))
    machine += f', {os.getloadavg()[0]:.1f} after'

    print(f'machine: {machine}; {arguments.rounds} rounds of {arguments.seconds:g} s')
    print(f'{"":46}{"median":>10}{"least":>10}{"most":>10}')
    results = {name: summary(name, values[name]) for name, _ in chosen}
    for name, result in results.items():
        unstable = '  below half of the median' if result['least'] < result['median'] / 2 else ''
        print(f'{name:46}{result["median"]:10.3f}{result["least"]:10.3f}{result["most"]:10.3f}'
              f' {result["unit"]}{unstable}')
    compared = list(compare(results))
    print()
    for row in compared:
        print(f'{row["ratio"]:9.2f}  {row["of"]} : {row["to"]} ({row["verdict"]})')
    if arguments.json:
        with open(arguments.json, 'w', encoding='utf-8') as out:
            json.dump({'machine': machine, 'rounds': arguments.rounds, 'seconds': arguments.seconds,
                       'results': list(results.values()), 'ratios': compared}, out, indent=1)


if __name__ == '__main__':
    main()
