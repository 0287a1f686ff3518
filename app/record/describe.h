/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Events in words, for people: the same wherever one is named.
 */
#ifndef APP_RECORD_DESCRIBE_H
#define APP_RECORD_DESCRIBE_H

#include "record/timeline.h"

#define DESCRIBE_STRLEN 200

/**
 * A segment as "SYN,ACK seq=0 ack=1 len=0"; ack and len only where they say something. A frame
 * without TCP by its Ethernet type, "ARP".
 */
const char *describe_frame(const struct event *event, char text[DESCRIBE_STRLEN]);

/** Any event, with its number and who it happened at, as "#12 lwip FIN_WAIT_1 → FIN_WAIT_2". */
const char *describe_event(const struct event *event, char text[DESCRIBE_STRLEN]);

#endif
