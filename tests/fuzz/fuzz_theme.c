/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theme files: whatever they say, each role on each ground has a look that a terminal can show, or a sentence says what is wrong.
 */
#include "tests/fuzz/fuzz.h"
#include "tui/theme.h"

static void look_at(const struct theme *theme, enum colour_depth depth, enum role role, enum ground ground)
{
	static const int32_t most[DEPTH_COUNT] = {
		[DEPTH_MONO] = -1, [DEPTH_16] = 15, [DEPTH_256] = 255, [DEPTH_DIRECT] = 0xffffff};
	struct style style = theme_style(theme, depth, role, ground);

	MUST(style.fg >= COLOUR_DEFAULT && style.fg <= most[depth]);
	MUST(style.bg >= COLOUR_DEFAULT && style.bg <= most[depth]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct theme theme;
	struct err_info why = {.code = ERR_OK};

	if (theme_load(fuzz_file(data, size), &theme, &why) != ERR_OK) {
		MUST(why.code != ERR_OK && fuzz_is_sentence(why.text));
		return 0;
	}
	for (int depth = 0; depth < DEPTH_COUNT; depth++) {
		for (int i = 0; i < ROLE_COUNT * GROUND_COUNT; i++)
			look_at(&theme, (enum colour_depth)depth, (enum role)(i / GROUND_COUNT),
				(enum ground)(i % GROUND_COUNT));
	}
	return 0;
}
