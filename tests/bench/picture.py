# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of what tests/bench/harness.py measures: a bar for each figure's median, a whisker from the least to the most,
and a mark where a bound is. In the lab's own colours, as app/show/chart.css and report.css have them: a picture is to
stand within a page that has these.
"""
import html
import math

from harness import CONTENDERS, number

WIDTH = 560
LEFT, RIGHT = 206, WIDTH - 80  # of the plot; the medians stand beyond
HEAD, ROW, BAR, FOOT = 34, 22, 12, 26
BESIDE, DIGIT = 6, 7.6  # from a bar to its median, and for each character of it
LOG_RATIO = 50  # beyond this ratio of the greatest to the smallest, only a logarithmic axis shows both
TICKS = 5
FIRST_DECADE = 1.5  # where the smallest is less than this above a decade, the axis begins with the one before


def round_up(value):
    """The least of 1, 2, 5, 10, 20, 50 … that is not below."""
    decade = 10 ** math.floor(math.log10(value))
    return next(digit * decade for digit in (1, 2, 5, 10) if value <= digit * decade * (1 + 1e-9))


class Scale:
    """Of the values that a picture shows, none of which is below 0."""

    def __init__(self, values):
        above = [value for value in values if value > 0] or [1]
        self.log = max(above) / min(above) > LOG_RATIO
        if self.log:
            self.begin = 10.0 ** math.floor(math.log10(min(above) / FIRST_DECADE))
            self.end = round_up(max(above))
            decades = range(round(math.log10(self.begin)), math.floor(math.log10(self.end) + 1e-9) + 1)
            step = math.ceil(len(decades) / (TICKS + 2))
            self.ticks = [10.0 ** decade for decade in decades[::step]]
        else:
            step = round_up(max(above) / TICKS)
            self.begin, self.end = 0, math.ceil(max(above) / step * (1 - 1e-9)) * step
            self.ticks = [step * i for i in range(round(self.end / step) + 1)]

    def x(self, value):
        if self.log:
            part = math.log(max(value, self.begin) / self.begin) / math.log(self.end / self.begin)
        else:
            part = value / self.end
        return round(LEFT + part * (RIGHT - LEFT), 1)


def tick_name(value):
    for unit, factor in (('M', 1e6), ('k', 1e3)):
        if value >= factor:
            return f'{value / factor:g}{unit}'
    return f'{value:g}'


def label(result):
    return ', '.join(filter(None, [CONTENDERS[result['contender']], result['note']]))


def bounds_of(result, checks, medians):
    """Where the bounds for a figure are, and the check that says so."""
    return [(check['at'] * (medians[check['to']] if check['to'] else 1), check)
            for check in checks if check['of'] == result['name'] and check['bound']]


def put_bound(scale, top, value, check):
    """A line, and an arrow's head towards where the bound holds."""
    x, y = scale.x(value), top + (ROW - BAR) / 2 - 3
    ahead = 4 if check['bound'].startswith('at least') else -4
    where = f' × {check["to"]}' if check['to'] else ''
    return (f'<g class="bound {"good" if check["holds"] else "bad"}"><title>'
            + html.escape(f'{check["of"]}: {check["bound"]}{where}') + '</title>'
            f'<path class="halo" d="M{x} {y}v{BAR + 6}"/><path d="M{x} {y}v{BAR + 6}"/>'
            f'<path class="head" d="M{x} {y}l{ahead} 3l{-ahead} 3z"/></g>')


def place_beside(x, room, marks):
    """Where a text of some width stands from x on, or beyond the marks that it would run into."""
    for mark in sorted(marks):
        if x - BESIDE <= mark < x + room + BESIDE:
            x = mark + 4 + BESIDE
    return x


def put_row(scale, top, result, bounds):
    middle, left, right = top + ROW / 2, scale.x(result['least']), scale.x(result['most'])
    end = scale.x(result['median'])
    median = number(result['median'])
    beside = place_beside(max(right, end) + BESIDE, DIGIT * len(median), [scale.x(value) for value, _ in bounds])
    says = f'{result["name"]}: {median} {result["unit"]}'
    if result['least'] != result['most']:
        says += f', from {number(result["least"])} to {number(result["most"])}'
    parts = [f'<g class="figure c-{result["contender"]}"><title>{html.escape(says)}</title>',
             f'<text class="y" x="{LEFT - 8}" y="{middle + 4}">{html.escape(label(result))}</text>',
             f'<rect class="bar" x="{LEFT}" y="{middle - BAR / 2}" width="{round(end - LEFT, 1)}" height="{BAR}" rx="2"/>']
    if right > left:
        parts.append(f'<path class="whisker" d="M{left} {middle}H{right}M{left} {middle - 4}v8M{right} {middle - 4}v8"/>')
    parts.append(f'<text class="median" x="{beside:.1f}" y="{middle + 4}">{median}</text></g>')
    return ''.join(parts) + ''.join(put_bound(scale, top, value, check) for value, check in bounds)


def put_axis(scale, bottom):
    parts = []
    for tick in scale.ticks:
        x = scale.x(tick)
        parts.append(f'<path class="{"base" if x == LEFT else "grid"}" d="M{x} {HEAD}V{bottom}"/>'
                     f'<text class="ax x" x="{x}" y="{bottom + 16}">{tick_name(tick)}</text>')
    return ''.join(parts)


def draw(group, results, checks, medians):
    """The picture of one group of figures, which have one unit."""
    rows = [(result, bounds_of(result, checks, medians)) for result in
            sorted(results, key=lambda result: list(CONTENDERS).index(result['contender']))]
    scale = Scale([value for result, bounds in rows for value in
                   (result['median'], result['least'], result['most'], *(at for at, _ in bounds))])
    bottom = HEAD + ROW * len(rows)
    unit = rows[0][0]['unit'] + (', logarithmic' if scale.log else '')
    title = html.escape(group)
    return (f'<svg class="chart" viewBox="0 0 {WIDTH} {bottom + FOOT}" role="img" aria-label="{title}">'
            f'<text class="ttl" x="10" y="17">{title}</text><text class="sub unit" x="{WIDTH - 10}" y="17">{html.escape(unit)}</text>'
            + put_axis(scale, bottom)
            + ''.join(put_row(scale, HEAD + ROW * i, *row) for i, row in enumerate(rows)) + '</svg>')


def pictures(outcome):
    """One for each group, in the order of the figures."""
    medians = {result['name']: result['median'] for result in outcome['results']}
    groups = {}
    for result in outcome['results']:
        groups.setdefault((result['group'], result['unit']), []).append(result)
    return [draw(group, results, outcome['checks'], medians) for (group, _), results in groups.items()]
