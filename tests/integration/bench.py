# SPDX-License-Identifier: BSD-3-Clause
"""For tests/integration/bench.t: the benches' harness with contenders of the test's own.

    bench.py play DIR OPTION...    measures those of DIR/bin, which print a number each time
    bench.py wrong DIR             has a check of a figure that there is not
    bench.py bars PAGE             prints for each bar of a page: of what it says to be, where it ends, and where the whisker
                                   begins and ends
    bench.py bounds PAGE           prints for each bound what it says, how it is painted, and where it is
"""
import re
import sys
import xml.etree.ElementTree as ET

sys.path.insert(0, 'tests/bench')
from harness import Bench, Check, Figure, Run, output_of, parser, play


def contender(directory, name, whose, **how):
    return Run([Figure(name, 'figs', whose, 'fruit' if not how else name)],
               lambda: [float(output_of([f'{directory}/bin/{name}']))], **how)


def bench_of(directory):
    runs = [contender(directory, 'alpha', 'tap'), contender(directory, 'beta', 'veth'),
            contender(directory, 'once', 'packet', once=True), contender(directory, 'twice', 'packet', turns=2)]
    checks = [Check('alpha', 'beta', at_least=1.3), Check('alpha', 'beta', at_least=1.34), Check('alpha', 'beta', at_most=1.34),
              Check('alpha', 'beta', at_most=1.3), Check('beta', 'alpha'), Check('beta', at_least=1000)]
    return Bench('fruit', 'Fruit', 'by hand', runs, checks)


def pictures(path):
    with open(path, encoding='utf-8') as page:
        return map(ET.fromstring, re.findall(r'<svg .*?</svg>', page.read(), re.S))


def bars(path):
    for picture in pictures(path):
        for figure in picture.iterfind('.//g[@class]'):
            if not figure.get('class').startswith('figure '):
                continue
            bar = figure.find('rect[@class="bar"]')
            whisker = figure.find('path[@class="whisker"]')
            ends = re.match(r'M(\S+) \S+H([\d.]+)', whisker.get('d')).groups() if whisker is not None else ('-', '-')
            print(figure.find('title').text, float(bar.get('x')) + float(bar.get('width')), *ends, sep='|')


def bounds(path):
    for picture in pictures(path):
        for mark in picture.iterfind('.//g[@class]'):
            if mark.get('class').startswith('bound '):
                print(mark.find('title').text, mark.get('class').split()[1],
                      re.match(r'M([\d.]+)', mark.find('path').get('d'))[1], sep='|')


def main(action, where, *options):
    if action in ('play', 'wrong'):
        bench = bench_of(where)
        if action == 'wrong':
            bench = bench._replace(checks=[Check('alpha', 'gamma')])
        play(bench, parser('').parse_args(options))
    else:
        {'bars': bars, 'bounds': bounds}[action](where)


main(*sys.argv[1:])
