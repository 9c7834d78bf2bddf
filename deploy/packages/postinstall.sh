#!/bin/sh
# The group of the system unit. Where there is no systemd nothing needs it.
set -e
if command -v systemd-sysusers >/dev/null 2>&1; then
	systemd-sysusers flarewire.conf || true
fi
