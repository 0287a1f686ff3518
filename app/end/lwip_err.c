/* SPDX-License-Identifier: BSD-3-Clause */
#include "end/lwip_err.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "lwip/def.h"

static const struct {
	const char *name;
	int error;
} errors[] = {
	[-ERR_OK] = { "ERR_OK", 0 },
	[-ERR_MEM] = { "ERR_MEM", ENOMEM },
	[-ERR_BUF] = { "ERR_BUF", ENOBUFS },
	[-ERR_TIMEOUT] = { "ERR_TIMEOUT", EWOULDBLOCK },
	[-ERR_RTE] = { "ERR_RTE", EHOSTUNREACH },
	[-ERR_INPROGRESS] = { "ERR_INPROGRESS", EINPROGRESS },
	[-ERR_VAL] = { "ERR_VAL", EINVAL },
	[-ERR_WOULDBLOCK] = { "ERR_WOULDBLOCK", EWOULDBLOCK },
	[-ERR_USE] = { "ERR_USE", EADDRINUSE },
	[-ERR_ALREADY] = { "ERR_ALREADY", EALREADY },
	[-ERR_ISCONN] = { "ERR_ISCONN", EISCONN },
	[-ERR_CONN] = { "ERR_CONN", ENOTCONN },
	[-ERR_IF] = { "ERR_IF", EIO }, /* lwIP itself has -1 here, which is no errno */
	[-ERR_ABRT] = { "ERR_ABRT", ECONNABORTED },
	[-ERR_RST] = { "ERR_RST", ECONNRESET },
	[-ERR_CLSD] = { "ERR_CLSD", ENOTCONN },
	[-ERR_ARG] = { "ERR_ARG", EIO },
};

const char *lwip_err_name(err_t err)
{
	size_t i = (size_t)-err;

	return err <= 0 && i < LWIP_ARRAYSIZE(errors) ? errors[i].name : "?";
}

int lwip_err_errno(err_t err)
{
	size_t i = (size_t)-err;

	return err <= 0 && i < LWIP_ARRAYSIZE(errors) ? errors[i].error : EIO;
}

int lwip_err_errno_of(const char *name)
{
	for (size_t i = 0; i < LWIP_ARRAYSIZE(errors); i++)
		if (errors[i].name != NULL && strcmp(errors[i].name, name) == 0)
			return errors[i].error;
	return EIO;
}
