/* SPDX-License-Identifier: BSD-3-Clause */
#include "linux/bulk/large.h"

bool large_input;
