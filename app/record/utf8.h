/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * UTF-8 (RFC 3629), as far as writers of text for machines need it.
 */
#ifndef APP_RECORD_UTF8_H
#define APP_RECORD_UTF8_H

/** @return the bytes of the well-formed sequence that a text begins with; 0 if it is not one */
int utf8_length(const unsigned char *text);

#endif
