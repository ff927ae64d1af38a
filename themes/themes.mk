# SPDX-License-Identifier: GPL-2.0-or-later
# themes/: installed as they are; list each file.
themesdir = $(pkgdatadir)/themes
dist_themes_DATA = themes/default.theme themes/midnight.theme themes/mono.theme themes/nord.theme themes/paper.theme \
	themes/vision.theme
