# SPDX-License-Identifier: BSD-3-Clause
"""Compares runs of the same scenarios: repeat.py FILE... (JSON Lines, docs/events.md)

For each scenario: "NAME runs N", "NAME transitions N" with the number of distinct sequences of transitions
that any end of any connection went through, and "NAME # ..." for people.
"""
import collections
import json
import sys


def words(step):
    return '{} -> {} by {}, seen by {}'.format(step[0], step[1], step[3], step[2])


class Runs:
    """What all runs of one scenario have in common, and what not."""

    def __init__(self):
        self.count = 0
        self.paths = collections.defaultdict(collections.Counter)  # (who, conn) -> sequence -> runs
        self.segments = collections.Counter()                      # sequence -> runs
        self.times = {}                                            # sequence -> t_ns of each segment

    def add(self, events):
        self.count += 1
        paths = collections.defaultdict(list)
        segments, times = [], []
        for event in events:
            if event['ev'] == 'state':
                cause = event['cause'] and event['cause']['ev']
                # What a kernel's timer does is seen by the one or by the other: docs/design.md.
                src = 'either' if cause == 'timer' and event['who'] == 'kernel' else event['src']
                paths[event['who'], event['conn']].append((event['from'], event['to'], src, cause))
            elif event['ev'] == 'frame' and 'tcp' in event:
                tcp = event['tcp']
                segments.append((event['who'], tcp['flags'], tcp['seq'], tcp['ack'], tcp['len']))
                times.append(event['t_ns'])
        for end, path in paths.items():
            self.paths[end][tuple(path)] += 1
        self.segments[tuple(segments)] += 1
        self.times.setdefault(tuple(segments), times)

    def distinct(self):
        """An end that only some runs have counts, too."""
        return max([len(paths) + (sum(paths.values()) < self.count) for paths in self.paths.values()], default=1)

    def diagnostics(self):
        for end, paths in self.paths.items():
            for path, runs in paths.most_common()[1:]:
                yield '{} {}: {} runs went otherwise: {}'.format(*end, runs, '; '.join(map(words, path)))
        yield '{} distinct sequences of segments; the most frequent in {} of {} runs'.format(
            len(self.segments), self.segments.most_common(1)[0][1], self.count)
        common = self.segments.most_common(1)[0][0]
        firsts = collections.Counter()
        for other in self.segments:
            if other != common:
                firsts[self.first_difference(common, other)] += self.segments[other]
        for first, runs in firsts.most_common(3):
            yield f'in {runs} runs the first difference is {first}'

    def first_difference(self, common, other):
        at = next((i for i, pair in enumerate(zip(common, other)) if pair[0] != pair[1]), len(common) - 1)
        if at >= len(other):
            return 'an end before the others'
        who, flags, _, _, length = other[at]
        again = any(segment[:1] + segment[2:3] + segment[4:] == (who,) + other[at][2:3] + other[at][4:]
                    for segment in other[:at] if segment[4] > 0)
        return '{}{} {} len={}{}'.format('a retransmission: ' if again else '', who, flags, length,
                                         '' if again else ' in another place')


def main(paths):
    scenarios = collections.defaultdict(Runs)
    for path in paths:
        events = collections.defaultdict(list)
        for line in open(path, encoding='utf-8'):
            if '"n":1,' in line or '"ev":"state"' in line or '"ev":"frame"' in line:
                event = json.loads(line)
                events[event['scenario']].append(event)
        for scenario in events:
            scenarios[scenario].add(events[scenario])
    for scenario, runs in scenarios.items():
        print(scenario, 'runs', runs.count)
        print(scenario, 'transitions', runs.distinct())
        for text in runs.diagnostics():
            print(scenario, '#', text)


main(sys.argv[1:])
