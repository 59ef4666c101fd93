/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <strings.h>
#include <time.h>

#include "lib/format/outlook.h"

static const struct doc_outlook_fact contacts[] = { { 0x3001, false, "Name" },
	{ 0x3a4f, false, "Nickname" }, { 0x3a17, false, "Title" },
	{ 0x3a18, false, "Department" }, { 0x3a16, false, "Company" },
	{ 0x8083, false, "Email" }, { 0x8093, false, "Email" },
	{ 0x80a3, false, "Email" }, { 0x3a08, false, "Business phone" },
	{ 0x3a1b, false, "Business phone" }, { 0x3a09, false, "Home phone" },
	{ 0x3a1c, false, "Mobile" }, { 0x3a24, false, "Fax" },
	{ 0x801b, false, "Business address" },
	{ 0x801a, false, "Home address" }, { 0x3a51, false, "Home page" },
	{ 0x3a42, true, "Birthday" }, { 0 } };
static const struct doc_outlook_fact appointments[] = {
	{ 0x820d, true, "Start" }, { 0x820e, true, "End" },
	{ 0x8208, false, "Location" }, { 0x8238, false, "Attendees" },
	{ 0x8232, false, "Recurrence" }, { 0 }
};
static const struct doc_outlook_fact tasks[] = { { 0x8104, true, "Start" },
	{ 0x8105, true, "Due" }, { 0x811f, false, "Owner" }, { 0 } };

const struct doc_outlook_fact *
doc_outlook_facts(const char *class)
{
	if (strncasecmp(class, "IPM.Contact", 11) == 0)
		return contacts;
	if (strncasecmp(class, "IPM.Appointment", 15) == 0)
		return appointments;
	return strncasecmp(class, "IPM.Task", 8) == 0 ? tasks : NULL;
}

void
doc_outlook_time(struct doc_buf *out, const char *label, uint64_t time)
{
	time_t t = (time_t)(time / 10000000) - (time_t)11644473600;
	struct tm tm;
	char text[40];

	if (time != 0 && gmtime_r(&t, &tm) != NULL &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) > 0)
		(void)!doc_buf_addf(out, "%s: %s\n", label, text);
}
