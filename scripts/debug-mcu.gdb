# SPDX-License-Identifier: BSD-3-Clause
#
# What scripts/debug-mcu has gdb do: stop at each transition of lwIP's, say where in the replay it is, and how
# lwIP came there.

set pagination off
set confirm off
set width 0
set print entry-values no
set print frame-arguments none

break tcp_trace_state
commands
	silent
	printf "\n"
	output from
	printf " -> "
	output to
	printf " in %s(), line %d; stopped at pc %#x\n", func, line, $pc
	backtrace 4
end

# The number of instructions that the board has executed since it was switched on.
define instructions
	monitor info replay
end
document instructions
How many instructions the board has executed so far.
end
