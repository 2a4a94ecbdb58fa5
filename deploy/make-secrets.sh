#!/bin/sh
# Makes the secrets that docker-compose.yml reads, once: what exists is left as it is. Addresses of its Redis
# follow the passwords; who empties a file of a password (redis_writer) gets a new one.
#   sh deploy/make-secrets.sh             passwords, keys and the board's certificate, in deploy/secrets
#   sh deploy/make-secrets.sh --tls       a private CA too, and what docker-compose.tls.yml reads
set -eu
umask 077
here=$(dirname "$0")
folder=$here/secrets
case ${1:-} in
  "" | --tls) ;;
  *) echo "make-secrets.sh: $1: only --tls is known" >&2; exit 2 ;;
esac
mkdir -p "$folder"

random_hex() { od -An -tx1 -N32 /dev/urandom | tr -d ' \n'; }
may_write() { [ ! -e "$1" ] || chmod u+w "$1"; }
make() { [ -s "$1" ] || { may_write "$1" && printf '%s' "$2" >"$1"; }; }
# An address of this Redis is written anew, in place, when the password is another; any other is somebody's own.
address() { # FILE BEGIN PASSWORD END
  case $(cat "$1" 2>/dev/null) in
    "" | "$2"*"$4") [ "$(cat "$1" 2>/dev/null)" = "$2$3$4" ] || { may_write "$1" && printf '%s' "$2$3$4" >"$1"; } ;;
  esac
}

make "$folder/state_key" "$(random_hex)"
sh "$here/redis/make-users.sh" "$folder" >/dev/null
writer=$(cat "$folder/redis_writer") reader=$(cat "$folder/redis_reader") admin=$(cat "$folder/redis_admin")
address "$folder/redis_url" "redis://writer:" "$writer" "@redis:6379/0"
address "$folder/redis_reader_url" "redis://reader:" "$reader" "@redis:6379/0"
address "$folder/redis_admin_url" "redis://admin:" "$admin" "@redis:6379/0"
make "$folder/grafana_password" "$(random_hex)"

# A certificate of its own for the alert API and the board: replace it by one that browsers trust.
[ -s "$folder/api_cert" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 \
  -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
  -keyout "$folder/api_key" -out "$folder/api_cert" 2>/dev/null

if [ "${1:-}" = --tls ]; then
  tls=$folder/tls ca=$here/tls/made
  mkdir -p "$tls"
  sh "$here/tls/make-ca.sh" "$ca" broker:kafka server:redis server:board server:metrics \
    client:admin client:worker client:gateway client:simulator client:api client:care
  # Containers get copies, without the key that signs.
  for file in "$ca"/*.crt "$ca"/*.key "$ca"/kafka.pem; do
    [ "$file" = "$ca/ca.key" ] || { rm -f "$tls/${file##*/}" && cp "$file" "$tls/"; }
  done
  end="@redis:6379/0?ssl_ca_certs=/run/secrets/ca"
  address "$tls/redis_url" "rediss://writer:" "$writer" "$end"
  address "$tls/redis_reader_url" "rediss://reader:" "$reader" "$end"
  address "$tls/redis_admin_url" "rediss://admin:" "$admin" "$end"
  make "$tls/metrics_password" "$(random_hex)"
  [ -e "$tls/metrics_users" ] || : >"$tls/metrics_users"
  chmod 0444 "$tls"/*
  chmod 0644 "$tls/metrics_users"
  chmod 0700 "$tls"
fi

# Where the service tools saves backups: its user may write there, and nobody else of this machine gets in.
mkdir -p "$here/backups/kept"
chmod 0700 "$here/backups"
chmod 0777 "$here/backups/kept"

# Containers read the files as users of their own; the folder keeps the others of this machine out.
find "$folder" -maxdepth 1 -type f -exec chmod 0444 {} +
chmod 0700 "$folder"
echo "secrets are in $folder"
