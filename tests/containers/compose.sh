#!/bin/sh
# `compose up` for podman 4, which cannot wait for health: starts the services one after the other,
# in the order that depends_on in deploy/compose.yaml demands.
set -eu

up() {
    podman-compose up --no-build --no-deps --detach "$@"
}

healthy() {
    for _ in $(seq 120); do
        ! podman healthcheck run "huimages_$1_1" >/dev/null 2>&1 || return 0
        sleep 1
    done
    podman logs "huimages_$1_1"
    echo "compose.sh: $1 is not healthy" >&2
    exit 1
}

up couchdb s3
healthy couchdb
healthy s3
up setup
status=$(podman wait huimages_setup_1)
podman logs huimages_setup_1
[ "$status" = 0 ]
up app-1 app-2
healthy app-1
healthy app-2
up nginx
healthy nginx
