/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_COMPAT_INPUT_H
#define _RGATE_COMPAT_INPUT_H

#include <linux/version.h>
#include_next <linux/input.h>

/*
 * input_handle_setup_event_handler() readies a handle that is never registered
 * to serve as the grab of a device. Since 6.12 the core calls a method of the
 * handle, which only input_register_handle() would set; before, it looks at the
 * handler by itself.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)

static inline void input_handle_setup_event_handler(struct input_handle *handle)
{
}

#else

static inline unsigned int rgate_compat_filter_events(struct input_handle *handle,
						      struct input_value *vals,
						      unsigned int count)
{
	unsigned int i, kept = 0;

	for (i = 0; i < count; i++)
		if (!handle->handler->filter(handle, vals[i].type,
					     vals[i].code, vals[i].value))
			vals[kept++] = vals[i];
	return kept;
}

static inline void input_handle_setup_event_handler(struct input_handle *handle)
{
	handle->handle_events = rgate_compat_filter_events;
}

#endif

#endif /* _RGATE_COMPAT_INPUT_H */
