#!/bin/sh
# The group that postinstall.sh has made goes with the last of the package: dpkg says "purge", rpm 0, pacman the version.
# apk has no systemd beside it and made none. An upgrade keeps it: dpkg says "upgrade", rpm 1.
set -e
case "${1:-}" in
purge | 0 | *.*)
	if command -v groupdel >/dev/null 2>&1 && getent group flarewire >/dev/null 2>&1; then
		groupdel flarewire || true
	fi
	;;
esac
