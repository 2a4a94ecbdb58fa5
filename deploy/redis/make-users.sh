#!/bin/sh
# Makes passwords for the users writer, reader and admin where there are none yet, and users.acl with their
# digests from users.acl.template: the server never holds a password.
#   sh deploy/redis/make-users.sh [FOLDER]        FOLDER: deploy/secrets unless given
set -eu
umask 077
here=$(dirname "$0")
folder=${1:-$here/../secrets}
mkdir -p "$folder"

digest() { printf '%s' "$(cat "$1")" | sha256sum | cut -d ' ' -f 1; }

edits=""
for user in writer reader admin; do
  file=$folder/redis_$user
  [ -s "$file" ] || od -An -tx1 -N32 /dev/urandom | tr -d ' \n' >"$file"
  edits="$edits;s/@$user@/$(digest "$file")/"
done
rm -f "$folder/users.acl" # it can be read-only
sed "${edits#;}" "$here/users.acl.template" >"$folder/users.acl"
echo "passwords are in $folder/redis_writer, redis_reader, redis_admin; the server reads $folder/users.acl"
