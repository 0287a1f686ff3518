#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The agent (port/agent) on the template's board, over its two lines: no network is needed.
set -u
. tests/integration/tap.sh
BOARD=${BOARD:-build/san/template/board}
for tool in "$BOARD" python3; do
	command -v "$tool" >/dev/null && continue
	plan 1
	skip "the agent" "there is no $tool: make SAN=1 units, scripts/setup test"
	exit
done
PYTHONDONTWRITEBYTECODE=1 timeout 120 python3 tests/integration/agent.py "$BOARD"
