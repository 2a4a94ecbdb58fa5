#!/bin/sh
# Makes a private CA, and from it a certificate for each server and each client of vitalstream.
#   sh deploy/tls/make-ca.sh [FOLDER [broker:NAME | server:NAME | client:NAME]...]   FOLDER: deploy/tls/made
# What is there, has the names that are asked for and is valid for a month more is left as it is: run it again
# (weekly, say) and what ends soon is made anew. Then start servers and clients again: they read their files
# when they start.
#   SANS=DNS:kafka.example,IP:10.0.0.5 sh deploy/tls/make-ca.sh FOLDER broker:kafka    more names of a server:
#                                                           it keeps them, also when it is made anew without
#   DAYS=90 CA_DAYS=3650                                                    how long certificates are valid
# A server is known by its names: by NAME, localhost and 127.0.0.1. A client is who its CN says: NAME, which
# Kafka's ACLs name. A broker is both, and kafka as a client.
# NAME.crt is the certificate, NAME.key its key, NAME.pem both (what Kafka wants). Keys are 0600; ca.key signs
# whatever it is asked to: keep it apart from every server, offline if you can.
set -eu
umask 077
here=$(dirname "$0")
folder=${1:-$here/made}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- broker:kafka server:redis server:board server:metrics \
  client:admin client:worker client:gateway client:simulator client:api client:care client:scaler
days=${DAYS:-397}
month=2592000
mkdir -p "$folder"
[ -e "$folder/.gitignore" ] || echo '*' >"$folder/.gitignore"
command -v openssl >/dev/null || { echo "make-ca.sh: openssl is needed" >&2; exit 1; }

new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out "$1" 2>/dev/null; }

if [ ! -s "$folder/ca.crt" ] || [ ! -s "$folder/ca.key" ]; then
  new_key "$folder/ca.key"
  openssl req -x509 -new -key "$folder/ca.key" -days "${CA_DAYS:-3650}" -out "$folder/ca.crt" \
    -subj "/O=vitalstream/CN=vitalstream private CA" \
    -addext basicConstraints=critical,CA:true,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign
fi
openssl x509 -in "$folder/ca.crt" -noout -checkend $((days * 86400)) >/dev/null ||
  echo "make-ca.sh: $folder/ca.crt ends before what it signs now: plan a new CA (new folder)" >&2

# Signed by this CA for the key beside it, and valid for a month more?
is_good() {
  [ -s "$1.crt" ] && [ -s "$1.key" ] && openssl x509 -in "$1.crt" -noout -checkend $month >/dev/null &&
    openssl verify -CAfile "$folder/ca.crt" "$1.crt" >/dev/null 2>&1 &&
    [ "$(openssl x509 -in "$1.crt" -noout -pubkey)" = "$(openssl pkey -in "$1.key" -pubout 2>/dev/null)" ]
}

# The names of a certificate of this CA, ended or not, as SANS has them: DNS:NAME,IP:ADDRESS
names_of() {
  ! openssl verify -no_check_time -CAfile "$folder/ca.crt" "$1.crt" >/dev/null 2>&1 || openssl x509 -in "$1.crt" -noout -ext subjectAltName 2>/dev/null |
    sed -n '2,$ { s/IP Address:/IP:/g; s/ //g; p; }'
}

# Is each of these names one of the certificate's? An address can be written in many ways.
has_names() { # FILE NAMES
  known=,$(names_of "$1"),
  for want in $(printf %s "$2" | tr , ' '); do
    case $known in *",$want,"*) continue ;; esac
    case $want in
      IP:*) openssl x509 -in "$1.crt" -noout -checkip "${want#IP:}" | grep -q 'does match' || return 1 ;;
      *) return 1 ;;
    esac
  done
}

make() { # KIND NAME
  file=$folder/$2
  wanted=DNS:$2,DNS:localhost,IP:127.0.0.1${SANS:+,$SANS}
  [ "$1" != client ] || wanted=""
  if is_good "$file" && has_names "$file" "$wanted"; then return; fi
  # Nobody who knows it by a name that it has had is turned away.
  before=$(names_of "$file")
  names=$(printf '%s' "$wanted${before:+,$before}" | tr , '\n' | awk 'NF && !seen[$0]++' | paste -s -d , -)
  [ "$1" != client ] && names=subjectAltName=$names || names=""
  case $1 in
    broker) usage=serverAuth,clientAuth name=kafka ;;
    server) usage=serverAuth name=$2 ;;
    client) usage=clientAuth name=$2 ;;
  esac
  printf '%s\n' basicConstraints=critical,CA:false keyUsage=critical,digitalSignature \
    "extendedKeyUsage=$usage" subjectKeyIdentifier=hash authorityKeyIdentifier=keyid "$names" >"$folder/.ext"
  new_key "$file.key"
  openssl req -new -key "$file.key" -subj "/O=vitalstream/CN=$name" -out "$folder/.csr"
  openssl x509 -req -in "$folder/.csr" -CA "$folder/ca.crt" -CAkey "$folder/ca.key" -days "$days" -sha256 \
    -set_serial "0x$(openssl rand -hex 16)" -extfile "$folder/.ext" -out "$file.crt" 2>/dev/null
  cat "$file.key" "$file.crt" >"$file.pem"
  rm -f "$folder/.ext" "$folder/.csr"
}

for one in "$@"; do
  case $one in
    broker:?* | server:?* | client:?*) make "${one%%:*}" "${one#*:}" ;;
    *) echo "make-ca.sh: $one: say broker:NAME, server:NAME or client:NAME" >&2; exit 2 ;;
  esac
done

# Certificates are public; keys stay with whoever runs this.
chmod 0644 "$folder"/*.crt
chmod 0600 "$folder"/*.key "$folder"/*.pem
for file in "$folder"/*.crt; do
  printf '%s  until %s\n' "$file" "$(openssl x509 -in "$file" -noout -enddate | cut -d = -f 2)"
done
