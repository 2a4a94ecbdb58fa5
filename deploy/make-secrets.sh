#!/bin/sh
# Makes the secrets that docker-compose.yml reads, once: what exists is left as it is.
#   sh deploy/make-secrets.sh
set -eu
umask 077
folder=$(dirname "$0")/secrets
mkdir -p "$folder"

random_hex() { od -An -tx1 -N32 /dev/urandom | tr -d ' \n'; }
make() { [ -s "$folder/$1" ] || printf '%s' "$2" >"$folder/$1"; }

make state_key "$(random_hex)"
sh "$(dirname "$0")/redis/make-users.sh" "$folder" >/dev/null
make redis_url "redis://writer:$(cat "$folder/redis_writer")@redis:6379/0"
make redis_reader_url "redis://reader:$(cat "$folder/redis_reader")@redis:6379/0"
make grafana_password "$(random_hex)"

# A certificate of its own for the alert API and the board: replace it by one that browsers trust.
[ -s "$folder/api_cert" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 \
  -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
  -keyout "$folder/api_key" -out "$folder/api_cert" 2>/dev/null

# Containers read the files as users of their own; the folder keeps the others of this machine out.
chmod 0444 "$folder"/*
chmod 0700 "$folder"
echo "secrets are in $folder"
