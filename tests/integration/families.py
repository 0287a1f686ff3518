# SPDX-License-Identifier: BSD-3-Clause
"""Compares the same scenarios over two address families: families.py FILE FILE (JSON Lines, docs/events.md)

What an end of a connection went through must be the same in both. For each difference a line: "- SCENARIO WHO:
PATH" for what only the first has, "+ ..." for what only the second has. Connections are told apart by their
paths and not by their names, which are numbers that one more connection shifts.
"""
import collections
import json
import sys


def paths(file):
    states = collections.defaultdict(list)
    for line in open(file, encoding='utf-8'):
        event = json.loads(line)
        if event['ev'] == 'state':
            states[event['scenario'], event['who'], event['conn']].append(event)
    return collections.Counter(
        '{} {}: {}'.format(scenario, who, ' '.join([events[0]['from']] + [event['to'] for event in events]))
        for (scenario, who, _), events in states.items())


first, second = map(paths, sys.argv[1:3])
for sign, more in ('-', first - second), ('+', second - first):
    for path in sorted(more.elements()):
        print(sign, path)
