#!/bin/sh
# flarewire record --on-event 'sh /usr/share/doc/flarewire/on-event/alertmanager.sh'
# An alert of a session or a tunnel that went down; when it is up again, the same alert is ended. Needs jq.
set -eu
alerts=$(jq -c '
  (.event.to // .event.to_health // .event.to_port // "" | ascii_downcase) as $to
  | select($to == "down" or $to == "up" or $to == "healthy")
  | [{labels: {alertname: "FlarewireEvent", profile: .profile, account: .account.id, object: .event.name, kind: .event.kind, severity: "warning"},
      annotations: {summary: .text, id: .id}}
     + (if $to == "down" then {startsAt: .event.at} else {endsAt: .event.at} end)]')
[ -n "$alerts" ] || exit 0
printf '%s' "$alerts" | curl --silent --show-error --fail --max-time 20 --header 'Content-Type: application/json' --data-binary @- \
  "${ALERTMANAGER:-http://127.0.0.1:9093}/api/v2/alerts"
