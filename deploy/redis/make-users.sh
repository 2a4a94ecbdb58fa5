#!/bin/sh
# Makes passwords for the users writer, reader and admin where there are none yet, and users.acl with their
# digests from users.acl.template: the server never holds a password. Files are written where they are: a
# container that has one of them mounted sees what is new, and `ACL LOAD` reads it.
#   sh deploy/redis/make-users.sh [FOLDER]        FOLDER: deploy/secrets unless given
set -eu
umask 077
here=$(dirname "$0")
folder=${1:-$here/../secrets}
mkdir -p "$folder"

may_write() { [ ! -e "$1" ] || chmod u+w "$1"; }
digest() { printf '%s' "$(cat "$1")" | sha256sum | cut -d ' ' -f 1; }

edits=""
for user in writer reader admin; do
  file=$folder/redis_$user
  [ -s "$file" ] || { may_write "$file" && od -An -tx1 -N32 /dev/urandom | tr -d ' \n' >"$file"; }
  edits="$edits;s/@$user@/$(digest "$file")/"
done
may_write "$folder/users.acl"
sed "${edits#;}" "$here/users.acl.template" >"$folder/users.acl"
echo "passwords are in $folder/redis_writer, redis_reader, redis_admin; the server reads $folder/users.acl"
