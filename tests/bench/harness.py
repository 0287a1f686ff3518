# SPDX-License-Identifier: BSD-3-Clause
"""The benches' harness: contenders take turns, and what comes out is told as text and as JSON, of which
tests/bench/report.py makes pictures. A bench is a table of runs and a table of checks:

    Figure  something that is measured: a name, a unit, whose it is
    Run     measures one or more figures at a time; all runs take turns, A B A B
    Check   a figure, or its ratio to another one, and the bound for it

What counts are the medians, and their ratios. A figure's spread is the least and the most of all its values, a ratio's
that of the ratios within each round. A bound that does not hold is told, and is no failure: it may be the machine's.
"""
import argparse
import json
import math
import os
import platform
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

CONTENDERS = {
    'veth': 'kernel over veth',
    'tap': 'lwIP on TAP',
    'packet': 'lwIP on packet socket',
    'unixport': "lwIP's own port",
    'bare': 'TAP without a TCP',
    'lwip': 'lwIP',
    'tcp_hash': 'lwIP + tcp_hash',
    'tcplab': 'tcplab',
}


class Figure(NamedTuple):
    name: str
    unit: str
    contender: str  # of CONTENDERS
    group: str      # what it is compared with stands in the same picture
    note: str = ''  # what tells it from others of its contender there


class Run(NamedTuple):
    figures: Sequence[Figure]
    take: Callable[[], Sequence[float]]  # a value for each figure
    turns: int = 1      # in each round
    once: bool = False  # it counts what is the same each time


class Check(NamedTuple):
    of: str
    to: str | None = None  # the figure itself is checked, if there is no other
    at_least: float | None = None
    at_most: float | None = None


class Bench(NamedTuple):
    name: str
    title: str
    about: str  # how it was measured, beside the number of rounds
    runs: Sequence[Run]
    checks: Sequence[Check]

    def figures(self):
        return [figure for run in self.runs for figure in run.figures]

    def narrowed(self, wanted):
        """The runs that have a figure for which wanted() holds, and the checks for which there still is all."""
        runs = [run for run in self.runs if any(map(wanted, run.figures))]
        names = {figure.name for run in runs for figure in run.figures}
        return self._replace(runs=runs, checks=[check for check in self.checks
                                                if check.of in names and check.to in names | {None}])

    def validate(self):
        names = [figure.name for figure in self.figures()]
        assert len(names) == len(set(names)), 'two figures have one name'
        assert all(figure.contender in CONTENDERS for figure in self.figures()), 'an unknown contender'
        for check in self.checks:
            assert check.of in names and (check.to is None or check.to in names), f'{check}: of an unknown figure'
            assert check.at_least is None or check.at_most is None, f'{check}: two bounds'


# -- Measuring

def fail(why):
    sys.exit(f'cannot measure: {why}')


def output_of(command, timeout=None, env=None):
    """What a command prints. It ends the bench if that fails."""
    words = ' '.join(command)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False,
                              env=os.environ | (env or {}))
    except OSError as error:
        fail(f'{words}: {error.strerror}')
    except subprocess.TimeoutExpired:
        fail(f'{words}: it has not ended within {timeout:g} s')
    if done.returncode != 0:
        status = f'signal {-done.returncode}' if done.returncode < 0 else f'exit status {done.returncode}'
        said = ' '.join((done.stderr.strip() or done.stdout.strip()).splitlines()[-3:])
        fail(f'{words}: {said or "it says nothing"} ({status})')
    return done.stdout


def machine():
    with open('/proc/cpuinfo', encoding='utf-8') as info:
        model = re.search(r'^model name\s*: (.*)$', info.read(), re.M)
    return ', '.join([f'Linux {platform.release()}', f'{os.cpu_count()} processors', platform.machine(),
                      *([model[1]] if model else [])])


def take_turns(runs, rounds):
    """The values of each figure, by its name."""
    values = {figure.name: [] for run in runs for figure in run.figures}
    for number in range(rounds):
        for run in runs:
            for _ in range(run.turns if number == 0 or not run.once else 0):
                for figure, value in zip(run.figures, run.take(), strict=True):
                    values[figure.name].append(value)
    return values


def ratio(of, to):
    if to == 0:
        return 1.0 if of == 0 else math.inf
    return of / to


def spread(values):
    return {'least': min(values), 'most': max(values)}


def compare(check, values):
    """What a check comes to."""
    of, to = values[check.of], values.get(check.to)
    if to is None:
        value, each = statistics.median(of), of
    else:
        value, each = ratio(statistics.median(of), statistics.median(to)), list(map(ratio, of, to))
    return {'of': check.of, 'to': check.to, 'value': value, **spread(each), **bound(check, value)}


def bound(check, value):
    if check.at_least is not None:
        words, holds = f'at least {check.at_least:,g}', value >= check.at_least
    elif check.at_most is not None:
        words, holds = f'at most {check.at_most:,g}', value <= check.at_most
    else:
        return {'bound': None, 'at': None, 'holds': None}
    return {'bound': words, 'at': check.at_least if check.at_most is None else check.at_most, 'holds': holds}


def measure(bench, rounds):
    """What comes out: the JSON as Python has it."""
    before = os.getloadavg()[0]
    values = take_turns(bench.runs, rounds)
    load = f'load {before:.1f} before, {os.getloadavg()[0]:.1f} after'
    results = [{**figure._asdict(), 'median': statistics.median(values[figure.name]), **spread(values[figure.name]),
                'values': values[figure.name]} for figure in bench.figures()]
    return {'bench': bench.name, 'title': bench.title, 'machine': machine(), 'load': load,
            'rounds': 0 if all(run.once for run in bench.runs) else rounds, 'about': bench.about, 'results': results,
            'checks': [compare(check, values) for check in bench.checks]}


# -- Telling

def number(value):
    if value is None or math.isinf(value):
        return 'inf'
    if value == int(value) or abs(value) >= 1000:
        return f'{value:,.0f}'
    return f'{value:.{3 if abs(value) < 10 else 2 if abs(value) < 100 else 1}f}'


def rounds_of(outcome):
    rounds = f'{outcome["rounds"]} round{"s" if outcome["rounds"] > 1 else ""}' if outcome['rounds'] else ''
    return '; '.join(filter(None, [rounds, outcome['about']]))


def verdict(check):
    return f'{check["bound"]}: {"yes" if check["holds"] else "NO"}' if check['bound'] else ''


def text(outcome):
    width = max(len(result['name']) for result in outcome['results']) + 2
    lines = [outcome['title'], f'machine: {outcome["machine"]}, {outcome["load"]}', rounds_of(outcome), '',
             f'{"":{width}}{"median":>11}{"least":>11}{"most":>11}']
    for result in outcome['results']:
        unstable = '  below half of the median' if result['least'] < result['median'] / 2 else ''
        lines.append(f'{result["name"]:{width}}' + ''.join(f'{number(result[key]):>11}' for key in
                                                           ('median', 'least', 'most')) + f' {result["unit"]}{unstable}')
    if outcome['checks']:
        compared = any(check['to'] for check in outcome['checks'])
        lines += ['', f'{"ratio" if compared else "figure":>9}{"least":>10}{"most":>10}']
    for check in outcome['checks']:
        names = check['of'] if check['to'] is None else f'{check["of"]} : {check["to"]}'
        lines.append(''.join(f'{number(check[key]):>{room}}' for key, room in (('value', 9), ('least', 10), ('most', 10))) +
                     f'  {names}' + (f' ({verdict(check)})' if check['bound'] else ''))
    return '\n'.join(lines)


def finite(outcome):
    """As JSON can tell it: it has no infinity."""
    return {**outcome, 'checks': [{key: None if isinstance(value, float) and math.isinf(value) else value
                                   for key, value in check.items()} for check in outcome['checks']]}


def write_json(outcome, path):
    with open(path, 'w', encoding='utf-8') as out:
        json.dump(outcome, out, indent=1, allow_nan=False)
        out.write('\n')


# -- A bench's command line

def positive(kind):
    def parse(word):
        value = kind(word)
        if not value > 0:
            raise argparse.ArgumentTypeError(f'{word} is not above 0')
        return value
    parse.__name__ = kind.__name__
    return parse


def parser(about, rounds=5):
    """What each bench takes. Without rounds, it counts what is the same each time."""
    result = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    if rounds:
        result.add_argument('--rounds', type=positive(int), default=rounds)
    result.add_argument('--json', metavar='FILE')
    result.add_argument('pattern', metavar='PATTERN', nargs='*')
    return result


def play(bench, arguments):
    """Measures what the command line asks for, and tells it."""
    bench.validate()
    chosen = bench.narrowed(lambda figure: not arguments.pattern or
                            any(pattern in figure.name for pattern in arguments.pattern))
    if not chosen.runs:
        fail(f'nothing is named {" or ".join(arguments.pattern)}; there is: ' +
             '; '.join(figure.name for figure in bench.figures()))
    outcome = measure(chosen, getattr(arguments, 'rounds', 1))
    print(text(outcome))
    if arguments.json:
        write_json(finite(outcome), arguments.json)
