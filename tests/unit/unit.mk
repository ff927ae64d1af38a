# SPDX-License-Identifier: GPL-2.0-or-later
# tests/unit: one cmocka program per area. It links what its layer may use and nothing else:
#
#   unit_programs += tests/unit/test_text
#   tests_unit_test_text_SOURCES = tests/unit/test_text.c
#   tests_unit_test_text_LDADD = $(unit_base)
unit_base = libvd_base.a $(CMOCKA_LIBS) -lm
unit_model = libvd_model.a $(unit_base)
unit_report = libvd_report.a $(unit_model)
unit_backend = libvd_backend.a $(unit_model)
unit_store = libvd_store.a $(unit_backend) $(SQLITE_LIBS)
unit_sim = libvd_sim.a $(unit_backend)
unit_libvirt = libvd_libvirt.a $(unit_backend) $(LIBVIRT_LIBS)
unit_tui = libvd_tui.a libvd_report.a $(unit_model) $(CURSES_LIBS) $(LIBCONFIG_LIBS)
unit_app = libvd_app.a libvd_tui.a libvd_report.a libvd_backend.a libvd_libvirt.a libvd_sim.a libvd_recorded.a \
	$(unit_store) $(CURSES_LIBS) $(LIBCONFIG_LIBS) $(LIBVIRT_LIBS)

unit_programs =

unit_programs += tests/unit/test_base
tests_unit_test_base_SOURCES = tests/unit/test_base.c
tests_unit_test_base_LDADD = $(unit_base)
unit_programs += tests/unit/test_base_text
tests_unit_test_base_text_SOURCES = tests/unit/test_base_text.c
tests_unit_test_base_text_LDADD = $(unit_base)
unit_programs += tests/unit/test_queue
tests_unit_test_queue_SOURCES = tests/unit/test_queue.c
tests_unit_test_queue_LDADD = $(unit_backend)

unit_programs += tests/unit/test_orphan
tests_unit_test_orphan_SOURCES = tests/unit/test_orphan.c
tests_unit_test_orphan_LDADD = $(unit_model)

unit_programs += tests/unit/test_adopted
tests_unit_test_adopted_SOURCES = tests/unit/test_adopted.c
tests_unit_test_adopted_LDADD = $(unit_model)
unit_programs += tests/unit/test_model
tests_unit_test_model_SOURCES = tests/unit/test_model.c
tests_unit_test_model_LDADD = $(unit_model)
unit_programs += tests/unit/test_filter
tests_unit_test_filter_SOURCES = tests/unit/test_filter.c
tests_unit_test_filter_LDADD = $(unit_model)
unit_programs += tests/unit/test_passes
tests_unit_test_passes_SOURCES = tests/unit/test_passes.c
tests_unit_test_passes_LDADD = $(unit_model)
unit_programs += tests/unit/test_forecast
tests_unit_test_forecast_SOURCES = tests/unit/test_forecast.c
tests_unit_test_forecast_LDADD = $(unit_model)
unit_programs += tests/unit/test_policy
tests_unit_test_policy_SOURCES = tests/unit/test_policy.c
tests_unit_test_policy_LDADD = $(unit_model)
unit_programs += tests/unit/test_own_limit
tests_unit_test_own_limit_SOURCES = tests/unit/test_own_limit.c
tests_unit_test_own_limit_LDADD = $(unit_model)
unit_programs += tests/unit/test_replay
tests_unit_test_replay_SOURCES = tests/unit/test_replay.c $(forecast_replay)
tests_unit_test_replay_LDADD = libvd_recorded.a $(unit_model)
unit_programs += tests/unit/test_fleet
tests_unit_test_fleet_SOURCES = tests/unit/test_fleet.c
tests_unit_test_fleet_LDADD = $(unit_model)
unit_programs += tests/unit/test_store
tests_unit_test_store_SOURCES = tests/unit/test_store.c tests/support/store_fixture.c tests/support/store_fixture.h
tests_unit_test_store_LDADD = $(unit_store)

unit_programs += tests/unit/test_outlook
tests_unit_test_outlook_SOURCES = tests/unit/test_outlook.c
tests_unit_test_outlook_LDADD = $(unit_model)

unit_programs += tests/unit/test_report
tests_unit_test_report_SOURCES = tests/unit/test_report.c
tests_unit_test_report_LDADD = $(unit_report)
unit_programs += tests/unit/test_report_actions
tests_unit_test_report_actions_SOURCES = tests/unit/test_report_actions.c
tests_unit_test_report_actions_LDADD = $(unit_report)
unit_programs += tests/unit/test_app_hosts
tests_unit_test_app_hosts_SOURCES = tests/unit/test_app_hosts.c
tests_unit_test_app_hosts_LDADD = $(unit_app)
unit_programs += tests/unit/test_app_discovery
tests_unit_test_app_discovery_SOURCES = tests/unit/test_app_discovery.c
tests_unit_test_app_discovery_LDADD = $(unit_app)
unit_programs += tests/unit/test_app_conf
tests_unit_test_app_conf_SOURCES = tests/unit/test_app_conf.c
tests_unit_test_app_conf_LDADD = $(unit_app)
unit_programs += tests/unit/test_app_options
tests_unit_test_app_options_SOURCES = tests/unit/test_app_options.c
tests_unit_test_app_options_LDADD = $(unit_app)
unit_programs += tests/unit/test_hook
tests_unit_test_hook_SOURCES = tests/unit/test_hook.c
tests_unit_test_hook_LDADD = $(unit_app)
unit_programs += tests/unit/test_alert
tests_unit_test_alert_SOURCES = tests/unit/test_alert.c
tests_unit_test_alert_LDADD = $(unit_model)
unit_programs += tests/unit/test_system_log
tests_unit_test_system_log_SOURCES = tests/unit/test_system_log.c
tests_unit_test_system_log_LDADD = $(unit_app)

unit_programs += tests/unit/test_sim_copy
tests_unit_test_sim_copy_SOURCES = tests/unit/test_sim_copy.c
tests_unit_test_sim_copy_LDADD = $(unit_sim)
unit_programs += tests/unit/test_sim_world
tests_unit_test_sim_world_SOURCES = tests/unit/test_sim_world.c tests/support/sim_witness.c tests/support/sim_witness.h
tests_unit_test_sim_world_LDADD = $(unit_sim)

unit_programs += tests/unit/test_sim_scenario
tests_unit_test_sim_scenario_SOURCES = tests/unit/test_sim_scenario.c
tests_unit_test_sim_scenario_LDADD = $(unit_sim)
unit_programs += tests/unit/test_sim_watch
tests_unit_test_sim_watch_SOURCES = tests/unit/test_sim_watch.c
tests_unit_test_sim_watch_LDADD = $(unit_sim)

unit_programs += tests/unit/test_sim_driver
tests_unit_test_sim_driver_SOURCES = tests/unit/test_sim_driver.c
tests_unit_test_sim_driver_LDADD = $(unit_sim)

unit_programs += tests/unit/test_recorded
tests_unit_test_recorded_SOURCES = tests/unit/test_recorded.c tests/support/fake_driver.c tests/support/fake_driver.h
tests_unit_test_recorded_LDADD = libvd_recorded.a $(unit_sim)

# what every driver keeps: tests/support/contract.h
contract_sources = tests/support/contract.c tests/support/contract.h tests/support/contract_play.c tests/support/contract_play.h
unit_programs += tests/unit/test_contract_sim
tests_unit_test_contract_sim_SOURCES = tests/unit/test_contract_sim.c $(contract_sources)
tests_unit_test_contract_sim_LDADD = $(unit_sim)
unit_programs += tests/unit/test_libvirt_link
tests_unit_test_libvirt_link_SOURCES = tests/unit/test_libvirt_link.c
tests_unit_test_libvirt_link_LDADD = $(unit_libvirt)
unit_programs += tests/unit/test_libvirt
tests_unit_test_libvirt_SOURCES = tests/unit/test_libvirt.c
tests_unit_test_libvirt_LDADD = $(unit_libvirt)
unit_programs += tests/unit/test_store_files
tests_unit_test_store_files_SOURCES = tests/unit/test_store_files.c tests/support/store_fixture.c tests/support/store_fixture.h
tests_unit_test_store_files_LDADD = $(unit_store)
unit_programs += tests/unit/test_store_faults
tests_unit_test_store_faults_SOURCES = tests/unit/test_store_faults.c tests/support/store_fixture.c tests/support/store_fixture.h
tests_unit_test_store_faults_LDADD = $(unit_store)
unit_programs += tests/unit/test_store_cache
tests_unit_test_store_cache_SOURCES = tests/unit/test_store_cache.c tests/support/store_fixture.c tests/support/store_fixture.h
tests_unit_test_store_cache_LDADD = $(unit_store)

unit_programs += tests/unit/test_backend
tests_unit_test_backend_SOURCES = tests/unit/test_backend.c tests/support/fake_driver.c tests/support/fake_driver.h
tests_unit_test_backend_LDADD = libvd_backend.a $(unit_store)
unit_programs += tests/unit/test_adoption
tests_unit_test_adoption_SOURCES = tests/unit/test_adoption.c tests/support/fake_driver.c tests/support/fake_driver.h \
	tests/support/store_fixture.c tests/support/store_fixture.h
tests_unit_test_adoption_LDADD = libvd_backend.a $(unit_store)
unit_programs += tests/unit/test_shared
tests_unit_test_shared_SOURCES = tests/unit/test_shared.c tests/support/fake_driver.c tests/support/fake_driver.h \
	tests/support/store_fixture.c tests/support/store_fixture.h
tests_unit_test_shared_LDADD = libvd_backend.a $(unit_store)

tui_support = tests/support/screen.c tests/support/screen.h \
	tests/support/snapshot_builder.c tests/support/snapshot_builder.h
unit_programs += tests/unit/test_tui_golden
tests_unit_test_tui_golden_SOURCES = tests/unit/test_tui_golden.c $(tui_support)
tests_unit_test_tui_golden_LDADD = $(unit_tui)
unit_programs += tests/unit/test_tui_layout
tests_unit_test_tui_layout_SOURCES = tests/unit/test_tui_layout.c $(tui_support)
tests_unit_test_tui_layout_LDADD = $(unit_tui)
unit_programs += tests/unit/test_tui_draw
tests_unit_test_tui_draw_SOURCES = tests/unit/test_tui_draw.c
tests_unit_test_tui_draw_LDADD = $(unit_tui)
unit_programs += tests/unit/test_tui_theme
tests_unit_test_tui_theme_SOURCES = tests/unit/test_tui_theme.c
tests_unit_test_tui_theme_LDADD = $(unit_tui) -lm
unit_programs += tests/unit/test_tui_theme_live
tests_unit_test_tui_theme_live_SOURCES = tests/unit/test_tui_theme_live.c $(tui_support)
tests_unit_test_tui_theme_live_LDADD = $(unit_tui)
unit_programs += tests/unit/test_tui_manual
tests_unit_test_tui_manual_SOURCES = tests/unit/test_tui_manual.c
tests_unit_test_tui_manual_LDADD = $(unit_tui)
unit_programs += tests/unit/test_tui_outlook
tests_unit_test_tui_outlook_SOURCES = tests/unit/test_tui_outlook.c $(tui_support)
tests_unit_test_tui_outlook_LDADD = $(unit_tui)
unit_programs += tests/unit/test_tui_keys
tests_unit_test_tui_keys_SOURCES = tests/unit/test_tui_keys.c $(tui_support)
tests_unit_test_tui_keys_LDADD = $(unit_tui)
unit_programs += tests/unit/test_tui_hands
tests_unit_test_tui_hands_SOURCES = tests/unit/test_tui_hands.c $(tui_support)
tests_unit_test_tui_hands_LDADD = $(unit_tui)
unit_programs += tests/unit/test_tui_filter
tests_unit_test_tui_filter_SOURCES = tests/unit/test_tui_filter.c $(tui_support)
tests_unit_test_tui_filter_LDADD = $(unit_tui)
unit_programs += tests/unit/test_tui_mouse
tests_unit_test_tui_mouse_SOURCES = tests/unit/test_tui_mouse.c
tests_unit_test_tui_mouse_LDADD = $(unit_tui)
unit_programs += tests/unit/test_tui_marks
tests_unit_test_tui_marks_SOURCES = tests/unit/test_tui_marks.c $(tui_support)
tests_unit_test_tui_marks_LDADD = $(unit_tui)
unit_programs += tests/unit/test_store_io
tests_unit_test_store_io_SOURCES = tests/unit/test_store_io.c tests/support/store_fixture.c tests/support/store_fixture.h
tests_unit_test_store_io_LDADD = $(unit_store)

if HAVE_CMOCKA
check_PROGRAMS += $(unit_programs)
TESTS += $(unit_programs)
endif
