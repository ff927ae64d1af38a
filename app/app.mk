# SPDX-License-Identifier: GPL-2.0-or-later
# app/: the program. Everything but main.c is in the archive, so that tests can link it.
noinst_LIBRARIES += libvd_app.a
libvd_app_a_SOURCES = \
	app/act.h app/act_follow.c app/act_words.c \
	app/cmd_act.c app/commands.h \
	app/cmd_dashboard.c \
	app/cmd_history.c \
	app/cmd_once.c \
	app/cmd_paths.c \
	app/cmd_stream.c \
	app/command_line.c app/command_line.h \
	app/completion.c app/completion.h app/completion_part.h \
	app/completion_bash.c app/completion_fish.c app/completion_zsh.c \
	app/conf.c app/conf.h \
	app/discovery.c app/discovery.h \
	app/hook.c app/hook.h \
	app/hosts.c app/hosts.h \
	app/option.c app/option.h app/settings.h \
	app/paths.c app/paths.h \
	app/session.c app/session.h \
	app/signals.c app/signals.h \
	app/system_log.c app/system_log.h \
	app/uri.c

bin_PROGRAMS += virt-drain
virt_drain_SOURCES = app/main.c
virt_drain_LDADD = libvd_app.a libvd_tui.a libvd_report.a libvd_backend.a \
	libvd_libvirt.a libvd_sim.a libvd_recorded.a libvd_store.a libvd_backend.a \
	libvd_model.a libvd_base.a \
	$(LIBVIRT_LIBS) $(CURSES_LIBS) $(LIBCONFIG_LIBS) $(SQLITE_LIBS) -lm

# Completion, printed by the program. Not where bash-completion's pkg-config file says, because that is not below our prefix; a
# packager may set these three on the command line of make.
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
fishcompletiondir = $(datadir)/fish/vendor_completions.d
if CAN_RUN
bashcompletion_DATA = completions/bash/virt-drain
zshcompletion_DATA = completions/zsh/_virt-drain
fishcompletion_DATA = completions/fish/virt-drain.fish
endif
print_completion = $(AM_V_GEN)$(MKDIR_P) $(@D) && ./virt-drain$(EXEEXT) --completion=$(@D:completions/%=%) >$@.part && mv -f $@.part $@
completions/bash/virt-drain: virt-drain$(EXEEXT)
	$(print_completion)
completions/zsh/_virt-drain: virt-drain$(EXEEXT)
	$(print_completion)
completions/fish/virt-drain.fish: virt-drain$(EXEEXT)
	$(print_completion)
CLEANFILES += $(bashcompletion_DATA) $(zshcompletion_DATA) $(fishcompletion_DATA)
