/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configuration files: settings that can be thrown away, or a sentence with the file that says what is wrong.
 */
#include "app/conf.h"
#include "app/option.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = fuzz_file(data, size);
	struct settings settings;
	struct err_info why = {.code = ERR_OK};

	settings_init(&settings);
	if (conf_read_file(&settings, path, &why) != ERR_OK) {
		MUST(why.code == ERR_CONFIG && fuzz_is_sentence(why.text));
		MUST(strncmp(why.text, path, strlen(path)) == 0);
	} else {
		/* what is dangerous if it is out of range */
		MUST(settings.refresh.ms >= 200 && settings.refresh.ms <= 60000);
		MUST(settings.timeout_action >= LIMIT_NONE && settings.timeout_action <= LIMIT_FORCE);
		MUST(settings.completion_timeout_per_gib.ms >= 0 && settings.sort.field < FIELD_COUNT);
	}
	settings_done(&settings);
	return 0;
}
