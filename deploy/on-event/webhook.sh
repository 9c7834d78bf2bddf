#!/bin/sh
# flarewire record --on-event 'WEBHOOK=https://hooks.example.com/flarewire sh /usr/share/doc/flarewire/on-event/webhook.sh'
# Posts the event as it is. curl's exit code decides whether it is told again.
exec curl --silent --show-error --fail --max-time 20 --header 'Content-Type: application/json' --data-binary @- "${WEBHOOK:?}"
