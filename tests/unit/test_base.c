/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors, saturating units, memory, clocks and the diagnostic log.
 */
#include "base/array.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/units.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void every_error_has_its_own_text_and_an_exit_code(void **state)
{
	(void)state;
	for (int i = 0; i < ERR_COUNT; i++) {
		assert_true(strlen(err_text((enum err)i)) > 3);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(err_text((enum err)i), err_text((enum err)j));
		assert_true(i == ERR_OK ? err_exit_code(ERR_OK) == 0 : err_exit_code((enum err)i) > 0);
	}
	assert_int_equal(err_exit_code(ERR_CONFIG), 2);
	assert_int_equal(err_exit_code(ERR_NO_POSTCOPY), 3);
	assert_int_equal(err_exit_code(ERR_NOT_PERMITTED), 4);
	assert_int_equal(err_exit_code(ERR_NOT_FOUND), 5);
	assert_int_equal(err_exit_code(ERR_UNREACHABLE), 6);
}

static void an_error_sentence_is_cleaned_and_kept_whole(void **state)
{
	(void)state;
	struct err_info why;
	assert_int_equal(err_set(&why, ERR_FAILED, "libvirt", 38, "cannot read %s", "\x1b[2J\n"), ERR_FAILED);
	assert_string_equal(why.text, "cannot read \\x1b[2J\\x0a");
	assert_string_equal(why.origin, "libvirt");
	assert_int_equal(why.origin_code, 38);
	char big[2000];
	memset(big, 'a', sizeof big);
	big[sizeof big - 1] = '\0';
	assert_int_equal(err_set(&why, ERR_IO, NULL, 0, "%s", big), ERR_IO);
	assert_int_equal(strlen(why.text), sizeof why.text - 1);
	assert_non_null(why.origin);
	assert_int_equal(err_set(NULL, ERR_IO, NULL, 0, "nobody asks"), ERR_IO);
}

static void arithmetic_saturates(void **state)
{
	(void)state;
	assert_true(u64_add(UINT64_MAX, 1) == UINT64_MAX);
	assert_true(u64_add(2, 3) == 5);
	assert_true(u64_sub(2, 3) == 0);
	assert_true(u64_mul(UINT64_MAX, 2) == UINT64_MAX);
	assert_true(u64_mul(0, UINT64_MAX) == 0);
	assert_true(pages_to_bytes_per_s((pages_per_s){UINT64_MAX}, (bytes){4096}).n == UINT64_MAX);
	assert_true(pages_to_bytes_per_s((pages_per_s){10}, (bytes){4096}).n == 40960);
}

static void time_to_send_is_exact_and_never_overflows(void **state)
{
	(void)state;
	assert_int_equal(bytes_div_rate((bytes){1500}, (bytes_per_s){1000}).ms, 1500);
	assert_int_equal(bytes_div_rate((bytes){1}, (bytes_per_s){0}).ms, -1);
	assert_int_equal(bytes_div_rate((bytes){0}, (bytes_per_s){5}).ms, 0);
	assert_true(bytes_div_rate((bytes){UINT64_MAX}, (bytes_per_s){1}).ms == INT64_MAX);
	assert_int_equal(bytes_div_rate((bytes){UINT64_MAX - 1}, (bytes_per_s){UINT64_MAX}).ms, 1000);
}

static void an_array_grows_and_keeps_what_it_holds(void **state)
{
	(void)state;
	int *items = NULL;
	size_t capacity = 0;
	for (int i = 0; i < 1000; i++) {
		items = array_reserve(items, &capacity, (size_t)i + 1, sizeof *items);
		items[i] = i;
	}
	for (int i = 0; i < 1000; i++)
		assert_int_equal(items[i], i);
	assert_true(capacity >= 1000 && capacity < 4000);
	free(items);
}

static void an_arena_gives_zeroed_aligned_memory_and_ends_at_once(void **state)
{
	(void)state;
	struct arena arena = {0};
	char *first = arena_dup(&arena, "first");
	for (size_t size = 0; size < 3000; size += 7) {
		unsigned char *memory = arena_alloc(&arena, size, 3);
		assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < 3 * size; i++)
			assert_int_equal(memory[i], 0);
		memset(memory, 0xff, 3 * size);
	}
	assert_string_equal(first, "first");
	assert_string_equal(arena_printf(&arena, "%s-%d", "web", 7), "web-7");
	assert_null(arena_dup(&arena, NULL));
	arena_done(&arena);
	assert_null(arena.blocks);
	assert_string_equal(arena_dup(&arena, "again"), "again");
	arena_done(&arena);
}

static void a_copy_of_no_text_is_no_text(void **state)
{
	(void)state;
	assert_null(mem_dup(NULL));
	char *copy = mem_dup("x");
	assert_string_equal(copy, "x");
	free(copy);
}

static void a_process_is_known_by_its_start(void **state)
{
	(void)state;
	assert_true(clock_process_start(getpid()) > 0);
	assert_true(clock_process_start(getpid()) == clock_process_start(getpid()));
	assert_true(clock_process_start(0x7ffffffe) == 0);
	assert_true(clock_process_start(-1) == 0);
	assert_int_equal(strlen(clock_boot_id()), 36);
	assert_ptr_equal(clock_boot_id(), clock_boot_id());
}

static void the_monotonic_clock_does_not_go_back(void **state)
{
	(void)state;
	mono_time before = clock_mono();
	struct stamp stamp = clock_stamp();
	assert_true(stamp.mono.ms >= before.ms);
	assert_true(stamp.wall.ms > 1700000000000);
}

static void the_log_is_private_and_one_line_per_record(void **state)
{
	(void)state;
	char path[] = "/tmp/virt-drain-log-XXXXXX", line[512];
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	unlink(path);
	log_write(LOG_LEVEL_ERROR, "nobody listens");
	assert_int_equal(log_open(path, LOG_LEVEL_INFO, NULL), ERR_OK);
	log_write(LOG_LEVEL_DEBUG, "left out");
	log_write(LOG_LEVEL_WARNING, "host %s", "a\nb\x1b[0m");
	log_close();
	struct stat facts;
	assert_int_equal(stat(path, &facts), 0);
	assert_int_equal(facts.st_mode & 0777, 0600);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof line, file));
	assert_non_null(strstr(line, "warning: host a\\x0ab\\x1b[0m\n"));
	assert_null(fgets(line, sizeof line, file));
	fclose(file);
	unlink(path);
}

static void a_log_that_cannot_be_opened_is_an_error_with_its_path(void **state)
{
	(void)state;
	struct err_info why;
	assert_int_equal(log_open("/nonexistent/log", LOG_LEVEL_INFO, &why), ERR_IO);
	assert_non_null(strstr(why.text, "/nonexistent/log"));
	assert_int_equal(log_fd(), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_its_own_text_and_an_exit_code),
		cmocka_unit_test(an_error_sentence_is_cleaned_and_kept_whole),
		cmocka_unit_test(arithmetic_saturates),
		cmocka_unit_test(time_to_send_is_exact_and_never_overflows),
		cmocka_unit_test(an_array_grows_and_keeps_what_it_holds),
		cmocka_unit_test(an_arena_gives_zeroed_aligned_memory_and_ends_at_once),
		cmocka_unit_test(a_copy_of_no_text_is_no_text),
		cmocka_unit_test(a_process_is_known_by_its_start),
		cmocka_unit_test(the_monotonic_clock_does_not_go_back),
		cmocka_unit_test(the_log_is_private_and_one_line_per_record),
		cmocka_unit_test(a_log_that_cannot_be_opened_is_an_error_with_its_path),
	};
	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
