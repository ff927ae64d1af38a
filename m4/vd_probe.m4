dnl SPDX-License-Identifier: GPL-2.0-or-later
dnl VD_PROBE_CFLAGS(VARIABLE, FLAGS): append each flag that the compiler takes without a warning.
AC_DEFUN([VD_PROBE_CFLAGS], [
  for vd_flag in m4_normalize([$2]); do
    AS_VAR_PUSHDEF([vd_cache], [vd_cv_cflag_$vd_flag])
    AC_CACHE_CHECK([whether $CC accepts $vd_flag], [vd_cache], [
      vd_save_CFLAGS=$CFLAGS
      CFLAGS="$CFLAGS -Werror $vd_flag"
      AC_COMPILE_IFELSE([AC_LANG_PROGRAM()], [AS_VAR_SET([vd_cache], [yes])], [AS_VAR_SET([vd_cache], [no])])
      CFLAGS=$vd_save_CFLAGS
    ])
    AS_VAR_IF([vd_cache], [yes], [$1="$$1 $vd_flag"])
    AS_VAR_POPDEF([vd_cache])
  done
])

dnl VD_PROBE_LDFLAGS(VARIABLE, FLAGS): the same for the linker.
AC_DEFUN([VD_PROBE_LDFLAGS], [
  for vd_flag in m4_normalize([$2]); do
    AS_VAR_PUSHDEF([vd_cache], [vd_cv_ldflag_$vd_flag])
    AC_CACHE_CHECK([whether the linker accepts $vd_flag], [vd_cache], [
      vd_save_LDFLAGS=$LDFLAGS
      LDFLAGS="$LDFLAGS -Werror $vd_flag"
      AC_LINK_IFELSE([AC_LANG_PROGRAM()], [AS_VAR_SET([vd_cache], [yes])], [AS_VAR_SET([vd_cache], [no])])
      LDFLAGS=$vd_save_LDFLAGS
    ])
    AS_VAR_IF([vd_cache], [yes], [$1="$$1 $vd_flag"])
    AS_VAR_POPDEF([vd_cache])
  done
])
