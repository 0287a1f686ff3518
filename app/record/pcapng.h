/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The timeline as a packet capture: pcapng (draft-ietf-opsawg-pcapng), for Wireshark and tshark.
 *
 * One section, little-endian on every machine, so that the same timeline gives the same bytes. One
 * interface for each host: lwip, kernel, and raw where it spoke. Each frame of the timeline is there
 * exactly once: on its sender's interface, outbound, with the bytes that its sender sent. What the
 * wire then did to it is said in its comment, as are the transitions (record/remarks.h): a dropped
 * frame is there, a duplicated one is there once, a corrupted one as it was before. (Were a frame there
 * as it arrives, too, every program would take it for a retransmission.)
 *
 * The packet's identifier (epb_packetid) is its event's number, "n" in the JSON Lines. There is no
 * epb_dropcount: it counts what a capture has missed, and nothing is missed here.
 */
#ifndef APP_RECORD_PCAPNG_H
#define APP_RECORD_PCAPNG_H

#include <stdio.h>

#include "record/timeline.h"

/** What a capture says of itself; all texts in UTF-8. */
struct pcapng_info {
	const char *name;            /**< of the experiment, "close/lwip" */
	const char *title;           /**< what it is about */
	const char *hardware;        /**< "x86_64" */
	const char *os;              /**< "Linux 6.18.5" */
	const char *application;     /**< "tcplab" */
	const char *host[WHO_HOSTS]; /**< what each host is: "lwIP 2.2.1" */
	uint64_t start_ns;           /**< when the timeline began, since the epoch */
};

/**
 * Writes every frame of a timeline.
 *
 * @param out  errors stay on the stream, see ferror()
 */
void pcapng_write(const struct timeline *timeline, const struct pcapng_info *info, FILE *out);

#endif
