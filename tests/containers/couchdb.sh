#!/bin/sh
# Starts pouchdb-server with the administrator that CouchDB's entry point would make.
set -eu
cd /opt/couchdb/data
printf '{"admins": {"%s": "%s"}}' "$COUCHDB_USER" "$COUCHDB_PASSWORD" > config.json
exec node /opt/pouchdb/node_modules/pouchdb-server/bin/pouchdb-server \
    --host 0.0.0.0 --port 5984 --dir . --config config.json
