#!/bin/sh
# Starts the site of compose.yaml: makes its secrets at the first start, builds the image, and
# waits until the site responds.  COMPOSE names the compose command if it is not found.
set -eu
umask 077
cd "$(dirname "$0")"

if [ -z "${COMPOSE:-}" ]; then
    if docker compose version >/dev/null 2>&1; then COMPOSE="docker compose"
    elif command -v podman-compose >/dev/null; then COMPOSE="podman-compose"
    else
        echo "start-site.sh: neither 'docker compose' nor podman-compose found; install one" >&2
        exit 2
    fi
fi

random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

# Only the owner of the folder reaches the files in it.  The files are readable by all, because
# they are mounted into containers, in which other users read them.
mkdir -p secrets
[ -e secrets/secret ] || random > secrets/secret
[ -e secrets/couchdb-password ] || random > secrets/couchdb-password
[ -e secrets/s3-access-key-id ] || printf huimages > secrets/s3-access-key-id
[ -e secrets/s3-secret-access-key ] || random > secrets/s3-secret-access-key
[ -e secrets/s3.json ] || cat > secrets/s3.json <<JSON
{"identities": [{
  "name": "huimages",
  "credentials": [{"accessKey": "$(cat secrets/s3-access-key-id)", "secretKey": "$(cat secrets/s3-secret-access-key)"}],
  "actions": ["Admin:huimages"]
}]}
JSON
chmod 444 secrets/*

# shellcheck disable=SC2086  # two words
$COMPOSE up --build --detach

[ ! -e .env ] || . ./.env
url="http://127.0.0.1:${HUIMAGES_PORT:-8080}"
host="${HUIMAGES_HOSTS:-127.0.0.1}"
tries=0
until curl -fsS -o /dev/null -H "Host: ${host%% *}" "$url/readyz" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 180 ] || { echo "start-site.sh: $url/readyz does not respond; see: $COMPOSE logs" >&2; exit 1; }
    sleep 1
done
echo "huimages is at $url"
echo "The first account: $COMPOSE -f deploy/compose.yaml exec app-1 huimages user add NAME --role admin"
