#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""tests/bench/report.py DIR BENCH...

What the benches have written, DIR/BENCH.json each, as one: DIR/bench.json and a page with pictures, DIR/report.html.
From the repository's root.
"""
import html
import json
import pathlib
import sys

from harness import CONTENDERS, finite, machine, number, rounds_of, write_json
from picture import pictures

SHOW = pathlib.Path('app/show')


def page_style():
    """As app/show/markup.c has it, and what is the benches' own."""
    light, dark, report, chart = ((SHOW / f'{name}.css').read_text(encoding='utf-8')
                                  for name in ('light', 'dark', 'report', 'chart'))
    own = pathlib.Path(__file__).with_name('report.css').read_text(encoding='utf-8')
    return (f':root{{color-scheme:light dark;{light}}}\n'
            f'@media(prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n'
            f':root[data-theme=light]{{color-scheme:light}}\n:root[data-theme=dark]{{color-scheme:dark;{dark}}}\n'
            f'{report}{chart}{own}')


def legend(outcome):
    seen = {result['contender'] for result in outcome['results']}
    names = [f'<span><i class="c-{key}"></i>{html.escape(name)}</span>' for key, name in CONTENDERS.items() if key in seen]
    marks = ['bar: median'] + (['whisker: least to most'] if outcome['rounds'] > 1 else [])
    if any(check['bound'] for check in outcome['checks']):
        marks.append('flag: the bound, towards where it holds')
    return f'<p class="legend">{"".join(names)}<span class="mark">{" · ".join(marks)}</span></p>\n'


def cells(row, keys):
    return ''.join(f'<td>{number(row[key])}</td>' for key in keys)


def verdict(check):
    if not check['bound']:
        return '<td></td><td></td>'
    word = '<b class="good">yes</b>' if check['holds'] else '<b class="bad">NO</b>'
    return f'<td>{check["bound"]}</td><td>{word}</td>'


def checks_table(outcome):
    """With bounds first those that do not hold."""
    if not outcome['checks']:
        return ''
    compared = any(check['to'] for check in outcome['checks'])
    rows = ''.join(f'<tr><th>{html.escape(check["of"])}</th>'
                   + (f'<td class="words">{html.escape(check["to"] or "")}</td>' if compared else '')
                   + cells(check, ('value', 'least', 'most')) + verdict(check) + '</tr>\n' for check in outcome['checks'])
    head = '<th class="words">to</th><th>ratio</th>' if compared else '<th>figure</th>'
    return (f'<div class="tables wide"><table class="numbers checks"><tr><th>{"of" if compared else ""}</th>{head}<th>least</th><th>most</th><th>bound</th>'
            f'<th>holds</th></tr>\n{rows}</table></div>\n')


def results_table(outcome):
    rows = ''.join(f'<tr><th>{html.escape(result["name"])}</th>{cells(result, ("median", "least", "most"))}'
                   f'<td class="words">{html.escape(result["unit"])}</td></tr>\n' for result in outcome['results'])
    return ('<details><summary>All figures</summary><div class="tables wide"><table class="numbers results"><tr><th></th><th>median'
            f'</th><th>least</th><th>most</th><th class="words">unit</th></tr>\n{rows}</table></div></details>\n')


def section(outcome):
    figures = ''.join(f'<figure>{picture}</figure>\n' for picture in pictures(outcome))
    about = html.escape(' · '.join([rounds_of(outcome), outcome['load']]))
    return (f'<section id="{outcome["bench"]}"><h2>{html.escape(outcome["title"])}</h2>\n<p class="sub">{about}</p>\n'
            f'{legend(outcome)}<div class="figures">\n{figures}</div>\n{checks_table(outcome)}{results_table(outcome)}'
            '</section>\n')


def tile(kind, count, name):
    return f'<div class="tile {kind if count else "none"}"><b>{count}</b>{name}</div>'


def page(outcomes, system):
    verdicts = [check['holds'] for outcome in outcomes for check in outcome['checks'] if check['bound']]
    tiles = (tile('holds', verdicts.count(True), 'bounds hold') + tile('fails', verdicts.count(False), 'do not hold')
             + tile('', sum(len(outcome['results']) for outcome in outcomes), 'figures'))
    script = (SHOW / 'page.js').read_text(encoding='utf-8')
    return ('<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width,initial-scale=1">\n<title>tcplab: bench</title>\n'
            f'<link rel="icon" href="data:,">\n<style>\n{page_style()}</style></head>\n<body>\n'
            '<header><div class="row1"><h1>tcplab: bench</h1>'
            '<button type="button" id="theme" title="light or dark">◐</button></div>\n'
            f'<p class="sub">{html.escape(system)}</p>\n<div class="tiles">{tiles}</div></header>\n<main>\n'
            + ''.join(map(section, outcomes)) + f'</main>\n<script>{script}</script>\n</body>\n</html>\n')


def read(path):
    try:
        return json.loads(path.read_text(encoding='utf-8'))
    except OSError as error:
        sys.exit(f'cannot report: {path}: {error.strerror}; run make bench-{path.stem}')
    except json.JSONDecodeError as error:
        sys.exit(f'cannot report: {path} is no JSON: {error}; run make bench-{path.stem}')


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__.splitlines()[0].join(['usage: ', '']))
    directory = pathlib.Path(sys.argv[1])
    outcomes = [read(directory / f'{name}.json') for name in sys.argv[2:]]
    write_json({'machine': machine(), 'benches': list(map(finite, outcomes))}, directory / 'bench.json')
    (directory / 'report.html').write_text(page(outcomes, machine()), encoding='utf-8')
    print(f'report: {directory / "report.html"}')


if __name__ == '__main__':
    main()
